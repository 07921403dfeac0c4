"""json and jsonb: the lexer and parser of src/common/jsonapi.c."""

import re
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.numbers import read_numeric
from schemalint.semantics.input.result import INVALID_TEXT, Reader, Refused, Request, Undecided, refuse

# Deeper nesting than the server's default stack might hold; how deep it goes depends on max_stack_depth.
_MAX_DEPTH: Final = 3000

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
# What the server takes as one word when it words an error: a number goes on as far as it resembles one.
_NUMBER_TOKEN: Final = re.compile(
    r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?(?:[a-zA-Z0-9_]|[^\x00-\x7f])*", re.ASCII
)
_WORD: Final = re.compile(r"(?:[a-zA-Z0-9_]|[^\x00-\x7f])+", re.ASCII)
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_UNICODE: Final = re.compile(r"[0-9a-fA-F]{4}")
_HEX_RUN: Final = re.compile(r"[0-9a-fA-F]{0,4}")


def _invalid(detail: str) -> Refused:
    return refuse(INVALID_TEXT, "invalid input syntax for type json", detail=detail)


class _Lexer:
    """json_lex: one token ahead. `kind` is a bracket, comma or colon itself, or string, number, word or end."""

    def __init__(self, text: str, *, binary: bool, request: Request) -> None:
        self.text = text
        self.binary = binary
        self.request = request
        self.position = 0
        self.kind = ""
        self.token = ""
        self.advance()

    def advance(self) -> None:
        text = self.text
        while self.position < len(text) and text[self.position] in " \t\n\r":
            self.position += 1
        start = self.position
        first = text[start : start + 1]
        if first == "":
            self.kind = "end"
        elif first in "{}[],:":
            self.kind = first
            self.position += 1
        elif first == '"':
            self.kind = "string"
            self._string()
        elif first == "-" or first in "0123456789":
            self.kind = "number"
            self._number()
        else:
            self.kind = "word"
            self._word()
        self.token = text[start : self.position]

    def _word(self) -> None:
        match = _WORD.match(self.text, self.position)
        word = match.group() if match else self.text[self.position]
        if word not in ("true", "false", "null"):
            raise _invalid(f'Token "{word}" is invalid.')
        self.position += len(word)

    def _number(self) -> None:
        match = _NUMBER.match(self.text, self.position)
        token = _NUMBER_TOKEN.match(self.text, self.position)
        written = token.group() if token else ""
        if match is None or match.group() != written:
            raise _invalid(f'Token "{written}" is invalid.')
        self.position = match.end()

    def _string(self) -> None:
        """json_lex_string; only jsonb decodes the escapes, so only it sees what they stand for."""
        text, start = self.text, self.position
        position = start + 1
        surrogate = False
        while True:
            plain = _PLAIN.match(text, position)
            end = plain.end() if plain else position
            control = text[end : end + 1] < " " and end < len(text)
            if surrogate and (end > position or (control and self.request.server_version >= 16)):
                raise _low_surrogate()
            position = end
            character = text[position : position + 1]
            if not character:
                raise _invalid(f'Token "{text[start:]}" is invalid.')
            if character == '"':
                break
            if character != "\\":
                raise _invalid(f"Character with value 0x{ord(character):02x} must be escaped.")
            escape = text[position + 1 : position + 2]
            if not escape:
                raise _invalid(f'Token "{text[start:]}" is invalid.')
            if escape == "u":
                surrogate = self._unicode(position + 2, start, surrogate)
                position += 6
                continue
            if surrogate and self.binary:
                raise _low_surrogate()
            if escape not in '"\\/bfnrt':
                raise _invalid(f'Escape sequence "\\{escape}" is invalid.')
            position += 2
        if surrogate:
            raise _low_surrogate()
        self.position = position + 1

    def _unicode(self, position: int, start: int, surrogate: bool) -> bool:
        """A \\u escape; True when it is the first half of a surrogate pair."""
        match = _UNICODE.match(self.text, position)
        if match is None:
            digits = _HEX_RUN.match(self.text, position)
            if digits and digits.end() == len(self.text):
                raise _invalid(f'Token "{self.text[start:]}" is invalid.')
            raise _invalid('"\\u" must be followed by four hexadecimal digits.')
        if not self.binary:
            return False
        code = int(match.group(), 16)
        if 0xD800 <= code <= 0xDBFF:
            if surrogate:
                raise _invalid("Unicode high surrogate must not follow a high surrogate.")
            return True
        if (0xDC00 <= code <= 0xDFFF) is not surrogate:
            raise _low_surrogate()
        if code == 0:
            detail = "\\u0000 cannot be converted to text."
            raise refuse("22P05", "unsupported Unicode escape sequence", detail=detail)
        return False

    def expected(self, what: str) -> Refused:
        """report_parse_error."""
        if self.kind == "end":
            return _invalid("The input string ended unexpectedly.")
        return _invalid(f'Expected {what}, but found "{self.token}".')


def _low_surrogate() -> Refused:
    return _invalid("Unicode low surrogate must follow a high surrogate.")


def _parse(lexer: _Lexer) -> None:
    """pg_parse_json, with the closing brackets that are due on a list instead of recursion."""
    due: list[str] = []
    while True:
        if lexer.kind == "{" or lexer.kind == "[":
            if len(due) >= _MAX_DEPTH:
                raise Undecided
            due.append("}" if lexer.kind == "{" else "]")
            lexer.advance()
            if lexer.kind != due[-1]:
                if due[-1] == "}":
                    _key(lexer, 'string or "}"')
                continue
        elif lexer.kind in ("string", "number", "word"):
            is_numeric, token = lexer.binary and lexer.kind == "number", lexer.token
            lexer.advance()
            if is_numeric:
                read_numeric(token, lexer.request)
        else:
            raise lexer.expected("JSON value")
        if not _after_value(lexer, due):
            break
    if lexer.kind != "end":
        raise lexer.expected("end of input")


def _after_value(lexer: _Lexer, due: list[str]) -> bool:
    """Closes what ends here; True when another value of the same object or array follows."""
    while due:
        if lexer.kind == ",":
            lexer.advance()
            if due[-1] == "}":
                _key(lexer, "string")
            return True
        if lexer.kind != due[-1]:
            raise lexer.expected(f'"," or "{due[-1]}"')
        due.pop()
        lexer.advance()
    return False


def _key(lexer: _Lexer, what: str) -> None:
    if lexer.kind != "string":
        raise lexer.expected(what)
    lexer.advance()
    if lexer.kind != ":":
        raise lexer.expected('":"')
    lexer.advance()


def _json_in(text: str, request: Request) -> None:
    _parse(_Lexer(text, binary=False, request=request))


def _jsonb_in(text: str, request: Request) -> None:
    _parse(_Lexer(text, binary=True, request=request))


READERS: Final[Mapping[str, Reader]] = {"json": _json_in, "jsonb": _jsonb_in}
