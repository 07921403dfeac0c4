"""Pattern text to tokens, in the three flavours (regc_lex.c).

The lexer is always one token ahead of the parser and some tokens depend on the one before, so which of two faults is
reported first depends on this module keeping the server's order exactly.
"""

from __future__ import annotations

from schemalint.semantics.regex.options import Options
from schemalint.semantics.regex.refusals import Refused

# Kinds of token that are not spelt as the character they come from.
START, END_OF_PATTERN, PLAIN = "start", "end of pattern", "plain"
CLASS, NOT_CLASS, BACKREF, LOOK = "class", "not class", "backref", "look"
STRING_START, STRING_END = "\\A", "\\Z"
WORD_START, WORD_END, WORD_EDGE, NOT_WORD_EDGE = "\\m", "\\M", "\\y", "\\Y"
DIGIT, RANGE = "digit", "range"
COLLATING, EQUIVALENCE, NAMED_CLASS, NAME_END = "[.", "[=", "[:", "name end"

# Lexical contexts.
_ERE, _BRE, _QUOTED, _ERE_BOUND, _BRE_BOUND, _BRACKET = "ere", "bre", "quoted", "ere bound", "bre bound", "bracket"
_NAME_CLOSERS = {COLLATING: ".", EQUIVALENCE: "=", NAMED_CLASS: ":"}

_SPACE = " \t\n\v\f\r"
_DIGITS = "0123456789"
_HEX_VALUES = {digit: value for value, digit in enumerate("0123456789abcdef")} | {
    digit: value for value, digit in enumerate("ABCDEF", 10)
}
_CHR_MAX = 0x7FFFFFFE

_PLAIN_ESCAPES = {"a": 7, "b": 8, "B": 0x5C, "e": 0x1B, "f": 0xC, "n": 0xA, "r": 0xD, "t": 9, "v": 0xB}
_CLASS_ESCAPES = {"d": "digit", "s": "space", "w": "word"}
_CONSTRAINT_ESCAPES = {
    "A": STRING_START,
    "Z": STRING_END,
    "m": WORD_START,
    "M": WORD_END,
    "y": WORD_EDGE,
    "Y": NOT_WORD_EDGE,
}
_HEX_ESCAPES = {"u": (4, 4), "U": (8, 8), "x": (1, 255)}


class Lexer:
    """The scanner and its state: `kind`, `code` and `name` describe the current token, `at` is where it begins.

    `code` is a character (as a code point), a digit's value or a back reference's number; `name` a character class,
    or the two letters of a lookaround (`=` or `!`, after `<` when it looks behind); `capturing` is about `(`, `complemented` about `[`.
    """

    def __init__(self, text: str, start: int, options: Options) -> None:
        self.text = text
        self.now = start
        self.options = options
        self.groups = 0  # capturing parentheses opened so far; the parser counts
        self.kind = START
        self.code = 0
        self.name = ""
        self.capturing = False
        self.complemented = False
        self.at = start
        self._last = START
        self._opened = start  # where the innermost bracket or brace began
        self._context = _QUOTED if options.quote else _ERE if options.extended else _BRE
        self.advance()

    def advance(self) -> None:
        """Read the next token (next()). Raises Refused."""
        while not self._scan():
            pass  # a comment was eaten; the token before it still counts as the last one

    def _scan(self) -> bool:
        self._last = self.kind
        context = self._context
        if self.options.expanded and context in (_ERE, _BRE, _ERE_BOUND, _BRE_BOUND):
            self._skip_space()
        self.at = self.now
        if self.now >= len(self.text):
            return self._end(context)
        char = self.text[self.now]
        self.now += 1
        if context == _ERE:
            return self._extended(char)
        if context == _BRE:
            return self._basic(char)
        if context == _BRACKET:
            return self._bracket(char)
        if context in (_ERE_BOUND, _BRE_BOUND):
            return self._bound(char, context)
        return self._plain_or_name_end(char, context)

    def _end(self, context: str) -> bool:
        if context in (_ERE, _BRE, _QUOTED):
            return self._token(END_OF_PATTERN)
        raise Refused("EBRACE" if context in (_ERE_BOUND, _BRE_BOUND) else "EBRACK", self._opened)

    def _token(self, kind: str) -> bool:
        self.kind = kind
        return True

    def _plain(self, code: int) -> bool:
        self.kind, self.code = PLAIN, code
        return True

    def _next_is(self, text: str) -> bool:
        return self.text.startswith(text, self.now)

    def _skip_space(self) -> None:
        text, end = self.text, len(self.text)
        while self.now < end:
            if text[self.now] in _SPACE:
                self.now += 1
            elif text[self.now] == "#":
                newline = text.find("\n", self.now)
                self.now = end if newline < 0 else newline
            else:
                return

    def _plain_or_name_end(self, char: str, context: str) -> bool:
        """Inside a quoted pattern, or inside `[.`, `[=`, `[:`."""
        if context != _QUOTED and char == _NAME_CLOSERS[context] and self._next_is("]"):
            self.now += 1
            self._context = _BRACKET
            return self._token(NAME_END)
        return self._plain(ord(char))

    def _bound(self, char: str, context: str) -> bool:
        if char in _DIGITS:
            self.kind, self.code = DIGIT, ord(char) - ord("0")
            return True
        if char == ",":
            return self._token(",")
        if context == _ERE_BOUND and char == "}":
            self._context = _ERE
            self._eat_reluctance()
            return self._token("}")
        if context == _BRE_BOUND and char == "\\" and self._next_is("}"):
            self.now += 1
            self._context = _BRE
            return self._token("}")
        raise Refused("BADBR", self._opened)

    def _eat_reluctance(self) -> None:
        if self.options.advanced and self._next_is("?"):
            self.now += 1

    def _bracket(self, char: str) -> bool:
        if char == "]" and self._last != "[":
            self._context = _ERE if self.options.extended else _BRE
            return self._token("]")
        if char == "\\" and self.options.advanced:
            return self._bracket_escape()
        if char == "-" and self._last != "[" and not self._next_is("]"):
            self.kind, self.code = RANGE, ord("-")
            return True
        if char == "[":
            if self.now >= len(self.text):
                raise Refused("EBRACK", self._opened)
            opener = char + self.text[self.now]
            if opener in _NAME_CLOSERS:
                self.now += 1
                self._context = opener
                return self._token(opener)
        return self._plain(ord(char))

    def _bracket_escape(self) -> bool:
        if self.now >= len(self.text):
            raise Refused("EESCAPE", self.at)
        self._escape()
        if self.kind not in (PLAIN, CLASS, NOT_CLASS):
            raise Refused("EESCAPE", self.at)
        return True

    def _open_bracket(self) -> bool:
        for kind, text in ((WORD_START, "[:<:]]"), (WORD_END, "[:>:]]")):
            if self._next_is(text):
                self.now += len(text)
                return self._token(kind)
        self._opened = self.at
        self._context = _BRACKET
        self.complemented = self._next_is("^")
        if self.complemented:
            self.now += 1
        return self._token("[")

    def _extended(self, char: str) -> bool:
        if char in "*+?":
            self._eat_reluctance()
            return self._token(char)
        if char in "|)^$.":
            self.code = ord(char)
            return self._token(char)
        if char == "[":
            return self._open_bracket()
        if char == "(":
            return self._open_parenthesis()
        if char == "{":
            return self._open_brace()
        if char != "\\":
            return self._plain(ord(char))
        if self.now >= len(self.text):
            raise Refused("EESCAPE", self.at)
        if self.options.advanced:
            return self._escape()
        self.now += 1
        return self._plain(ord(self.text[self.now - 1]))

    def _open_brace(self) -> bool:
        if self.options.expanded:
            self._skip_space()
        if self.text[self.now : self.now + 1] not in tuple(_DIGITS):
            return self._plain(ord("{"))
        self._opened = self.at
        self._context = _ERE_BOUND
        return self._token("{")

    def _open_parenthesis(self) -> bool:
        """After `(`; False when it opened a comment."""
        self.capturing = True
        if not (self.options.advanced and self._next_is("?")):
            return self._token("(")
        self.now += 1
        for name in (":", "#", "=", "!", "<=", "<!"):
            if self._next_is(name):
                self.now += len(name)
                return self._special_parenthesis(name)
        raise Refused("BADRPT", self.at)

    def _special_parenthesis(self, name: str) -> bool:
        if name == "#":
            closing = self.text.find(")", self.now)
            self.now = len(self.text) if closing < 0 else closing + 1
            return False
        if name == ":":
            self.capturing = False
            return self._token("(")
        self.name = name
        return self._token(LOOK)

    def _basic(self, char: str) -> bool:
        """A token of a BRE (brenext())."""
        if char == "*":
            return self._plain(ord(char)) if self._last in (START, "(", "^") else self._token("*")
        if char == "[":
            return self._open_bracket()
        if char == ".":
            return self._token(".")
        if char == "^":
            return self._token("^") if self._last in (START, "(") else self._plain(ord(char))
        if char == "$":
            if self.options.expanded:
                self._skip_space()
            at_end = self.now >= len(self.text) or self._next_is("\\)")
            return self._token("$") if at_end else self._plain(ord(char))
        if char != "\\":
            return self._plain(ord(char))
        if self.now >= len(self.text):
            raise Refused("EESCAPE", self.at)
        return self._basic_escape()

    def _basic_escape(self) -> bool:
        char = self.text[self.now]
        self.now += 1
        if char == "{":
            self._opened = self.at
            self._context = _BRE_BOUND
        if char in "{()":
            self.capturing = True
            return self._token(char)
        if char in "<>":
            return self._token(WORD_START if char == "<" else WORD_END)
        if char in "123456789":
            self.kind, self.code = BACKREF, int(char)
            return True
        return self._plain(ord(char))

    def _escape(self) -> bool:
        """After the backslash of an ARE escape (lexescape())."""
        char = self.text[self.now]
        self.now += 1
        if not (char.isascii() and char.isalnum()):
            return self._plain(ord(char))
        if char in _PLAIN_ESCAPES:
            return self._plain(_PLAIN_ESCAPES[char])
        if char in _CONSTRAINT_ESCAPES:
            return self._token(_CONSTRAINT_ESCAPES[char])
        if char.lower() in _CLASS_ESCAPES:
            self.name = _CLASS_ESCAPES[char.lower()]
            return self._token(CLASS if char.islower() else NOT_CLASS)
        if char in _HEX_ESCAPES:
            code = self._number(16, *_HEX_ESCAPES[char])
            if code > _CHR_MAX:
                raise Refused("EESCAPE", self.at)
            return self._plain(code)
        if char in _DIGITS:
            return self._numeric_escape(char)
        if char == "c" and self.now < len(self.text):
            self.now += 1
            return self._plain(ord(self.text[self.now - 1]) & 0o37)
        raise Refused("EESCAPE", self.at)

    def _numeric_escape(self, char: str) -> bool:
        """A back reference when it is one digit or such a group is open already, else an octal character."""
        after_first = self.now
        self.now -= 1
        if char != "0":
            number = self._number(10, 1, 255)
            if self.now == after_first or 0 < number <= self.groups:
                self.kind, self.code = BACKREF, number
                return True
            self.now = after_first - 1
        code = self._number(8, 1, 3)
        if code > 0xFF:
            self.now -= 1
            code >>= 3
        return self._plain(code)

    def _number(self, radix: int, least: int, most: int) -> int:
        """Digits at the cursor; wraps at 32 bits, as the server's does (lexdigits())."""
        begin, number = self.now, 0
        while self.now - begin < most and self.now < len(self.text):
            value = _HEX_VALUES.get(self.text[self.now], radix)
            if value >= radix:
                break
            number = (number * radix + value) & 0xFFFFFFFF
            self.now += 1
        if self.now - begin < least:
            raise Refused("EESCAPE", self.at)
        return number
