"""SQL text to PostgreSQL's tokens, composed from sqlglot's tokenizer.

sqlglot finds words, quoted text and comments with exact offsets. Operators, numbers and escapes follow PostgreSQL's own lexer
(scan.l) and are read from the text at those offsets: sqlglot's keyword tables are emptied, since they fold words, swallow
the rest of a "command" and cut operators where other dialects do.
"""

from __future__ import annotations

import re
import threading

from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from schemalint.syntax.errors import ParseError


class _Words(Postgres.Tokenizer):
    """Postgres' quotes and comments, without keywords, commands or multi-character operators."""

    KEYWORDS = {}
    COMMANDS = set()


class _PerThread(threading.local):
    """A tokenizer is made once in each thread: that takes as long as cutting a statement, and it forgets the last text."""

    def __init__(self) -> None:
        self.words = _Words()


_LOCAL = _PerThread()


_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]+")
_NUMBER = re.compile(
    r"0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    r"|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?"
)
_NUMBER_15 = re.compile(r"(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
"""Numbers before 16: decimal, without underscores."""

IDENT_START = r"[^\x00-@\[-^`{-\x7f]"
IDENT_PART = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
TAG_PART = r"[^\x00-/:-@\[-^`{-\x7f]"
"""Characters that may start and continue an identifier (ident_start, ident_cont) and a dollar quote's tag: letters, underscores,
digits, dollars and all beyond ASCII. Said by what they are not, since re compiles ranges over all of Unicode slowly."""

_WORD = re.compile(rf"{IDENT_START}{IDENT_PART}*+")
_NUMBER_JUNK = re.compile(r"[eE][+-]|" + _WORD.pattern)
_BASES = dict(zip("bBoOxX", ("binary", "binary", "octal", "octal", "hexadecimal", "hexadecimal"), strict=True))
_PARAM = re.compile(r"\$\d+")
_PARAM_SIGN = re.compile(r"\$(?=\d)")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.DOTALL)
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PSQL_VARIABLE = re.compile(r""":(?:'[A-Za-z_0-9]+'|"[A-Za-z_0-9]+"|[A-Za-z_][A-Za-z_0-9]*|\{\?[A-Za-z_0-9]+\})""")

WORD, QUOTED, STRING, INTEGER, FLOAT, BITS, PARAM, SYMBOL, VARIABLE, END = "wqsnfbpov$"
"""Kinds of token: bare word, quoted identifier, string, integer, other number, bit string, `$n`, operator or punctuation,
psql variable, end of the statement."""

MAX_PARAM = 2147483647
MAX_IDENTIFIER = 63
"""NAMEDATALEN - 1, in bytes."""


class Tokens:
    """The tokens of one statement as parallel lists, ended by END tokens: two, so that a parser may always look one ahead.

    kind    one of the letters above
    match   what a parser compares: the folded word, or the symbol; None for every other kind
    value   the folded identifier, the text of a string, the digits of an integer, any other number as written
    start, end   offsets into the whole text, half-open
    """

    __slots__ = ("end", "kind", "match", "start", "text", "value", "version")

    def __init__(self, text: str, version: int) -> None:
        self.text = text
        self.version = version
        self.kind: list[str] = []
        self.match: list[str | None] = []
        self.value: list[str] = []
        self.start: list[int] = []
        self.end: list[int] = []

    def add(self, kind: str, match: str | None, value: str, start: int, end: int) -> None:
        self.kind.append(kind)
        self.match.append(match)
        self.value.append(value)
        self.start.append(start)
        self.end.append(end)


def truncate_identifier(name: str) -> str:
    """`name` cut to 63 bytes at a character boundary (truncate_identifier)."""
    if len(name) * 4 <= MAX_IDENTIFIER:
        return name
    raw = name.encode("utf-8", "surrogatepass")
    return name if len(raw) <= MAX_IDENTIFIER else raw[:MAX_IDENTIFIER].decode("utf-8", "ignore")


def fold(word: str) -> str:
    """A bare identifier as PostgreSQL folds it: ASCII letters only (downcase_identifier)."""
    return word.lower() if word.isascii() else "".join(c.lower() if c < "\x80" else c for c in word)


def tokenize(
    text: str, start: int = 0, end: int | None = None, psql_variables: bool = True, version: int = 18
) -> Tokens:
    """The tokens of text[start:end]. Raises ParseError at what this major's lexer refuses."""
    end = len(text) if end is None else end
    piece = text if start == 0 and end == len(text) else text[start:end]
    # sqlglot takes `$1, $2` for a dollar quote; values are read from `piece`, so a stand-in of the same width is enough
    words = _PARAM_SIGN.sub("\x02", piece) if "$" in piece else piece
    try:
        raw = _LOCAL.words.tokenize(words)
    except TokenError:
        raise _unterminated(text, piece, start) from None
    return _read(Tokens(text, version), piece, raw, start, psql_variables)


def _read(out: Tokens, piece: str, raw: list[Token], base: int, psql_variables: bool) -> Tokens:
    add = out.add
    done = 0  # everything before this offset of the piece is read
    for token in raw:
        at: int = token.start
        if at < done:
            continue
        ch = piece[at]
        kind = token.token_type
        stop: int = token.end + 1
        if kind not in _STRINGS and (match := _WORD.match(piece, at)) is not None:
            done = match.end()
            word = piece[at:done]
            if done < len(piece) and piece[done] in "'\"&" and word in "uUeEnNbBxX":
                done = _prefixed(out, piece, at, base)
                if done:
                    continue
                done = match.end()
            folded = fold(word)
            add(WORD, folded, truncate_identifier(folded), base + at, base + done)
            continue
        if ch in "'eEnNbBxXuU" and kind in _STRINGS:
            done = _string(out, piece, at, stop, kind, base)
        elif ch == '"':
            done = stop
            name = piece[at + 1 : stop - 1].replace('""', '"')
            if not name:
                raise ParseError('zero-length delimited identifier at or near """"', base + at, base + stop)
            add(QUOTED, None, truncate_identifier(name), base + at, base + stop)
        elif ch == "$":
            if kind is TokenType.HEREDOC_STRING:
                done = stop
                tag = piece.index("$", at + 1) + 1 - at
                add(STRING, None, piece[at + tag : stop - tag], base + at, base + stop)
            else:
                match = _PARAM.match(piece, at)
                if match is None:
                    raise ParseError('syntax error at or near "$"', base + at, base + at + 1)
                done = match.end()
                if out.version > 14 and (junk := _WORD.match(piece, done)) is not None:
                    raise _junk("trailing junk after parameter", piece, at, junk.end(), base)
                if out.version >= 18 and done - at > 10 and int(piece[at + 1 : done]) > MAX_PARAM:
                    raise _junk("parameter number too large", piece, at, done, base)
                add(PARAM, None, piece[at + 1 : done], base + at, base + done)
                done = _word_after(out, piece, done, base)
        elif ch.isdigit() or (ch == "." and piece[at + 1 : at + 2].isdigit()):
            done = _number(out, piece, at, base)
        elif ch in "-+*/<>=~!@#%^&|`?":
            done = operator_end(piece, at)
            symbol = piece[at:done]
            add(SYMBOL, "<>" if symbol == "!=" else symbol, symbol, base + at, base + done)
        elif ch == ":":
            done = _colon(out, piece, at, base, psql_variables)
        elif ch == "." and piece.startswith("..", at):
            done = at + 2
            add(SYMBOL, "..", "..", base + at, base + done)
        elif ch in "(),.;[]":
            done = at + 1
            add(SYMBOL, ch, ch, base + at, base + done)
        else:
            raise ParseError(f'syntax error at or near "{ch}"', base + at, base + at + 1)
    last = base + len(piece)
    for _ in range(2):
        add(END, None, "", last, last)
    return out


_STRINGS = frozenset(
    {
        TokenType.STRING,
        TokenType.BYTE_STRING,
        TokenType.UNICODE_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.BIT_STRING,
        TokenType.HEX_STRING,
    }
)


def operator_end(text: str, at: int) -> int:
    """Where the operator at `at` ends: the longest run of operator characters, less a comment, and less trailing + or - unless a
    character that no SQL operator has makes it one token (scan.l, operator)."""
    match = _OPERATOR.match(text, at)
    assert match is not None
    run = match[0]
    if len(run) == 1:
        return at + 1
    for comment in ("/*", "--"):
        if (cut := run.find(comment)) >= 0:
            run = run[:cut]
    if len(run) > 1 and run[-1] in "+-" and not any(c in "~!@#%^&|`?" for c in run[:-1]):
        while len(run) > 1 and run[-1] in "+-":
            run = run[:-1]
    return at + max(len(run), 1)


def _colon(out: Tokens, piece: str, at: int, base: int, psql_variables: bool) -> int:
    for symbol in ("::", ":="):
        if piece.startswith(symbol, at):
            out.add(SYMBOL, symbol, symbol, base + at, base + at + 2)
            return at + 2
    if psql_variables and (at == 0 or not (piece[at - 1].isalnum() or piece[at - 1] in "_]")):
        match = _PSQL_VARIABLE.match(piece, at)
        if match is not None:
            out.add(VARIABLE, None, match[0], base + at, base + match.end())
            return match.end()
    out.add(SYMBOL, ":", ":", base + at, base + at + 1)
    return at + 1


def _number(out: Tokens, piece: str, at: int, base: int) -> int:
    version = out.version
    match = (_NUMBER if version > 15 else _NUMBER_15).match(piece, at)
    assert match is not None
    stop = match.end()
    if version > 14 and (junk := _NUMBER_JUNK.match(piece, stop)) is not None:
        base_name = _BASES.get(junk[0][0]) if match[0] == "0" and len(junk[0].rstrip("_")) == 1 else None
        if base_name is not None and version > 15:
            raise _junk(f"invalid {base_name} integer", piece, at, junk.end(), base)
        raise _junk("trailing junk after numeric literal", piece, at, junk.end(), base)
    digits = match[0].replace("_", "")
    if digits[:2] in ("0x", "0X", "0o", "0O", "0b", "0B"):
        digits = str(int(digits, 0))
    kind = INTEGER if digits.isdigit() and (len(digits) < 10 or int(digits) <= 2147483647) else FLOAT
    out.add(kind, None, digits if kind == INTEGER else match[0], base + at, base + stop)
    if piece.startswith("..", stop):  # sqlglot has the first point in the number
        out.add(SYMBOL, "..", "..", base + stop, base + stop + 2)
        stop += 2
    return _word_after(out, piece, stop, base)


def _word_after(out: Tokens, piece: str, at: int, base: int) -> int:
    """Until 14, a word may follow a number or parameter without a space; sqlglot has it in one token with that."""
    match = _WORD.match(piece, at) if out.version <= 14 else None
    if match is None:
        return at
    stop = match.end()
    folded = fold(match[0])
    out.add(WORD, folded, truncate_identifier(folded), base + at, base + stop)
    if piece[stop : stop + 1] != ".":
        return stop
    if piece[stop + 1 : stop + 2].isdigit():
        return _number(out, piece, stop, base)
    out.add(SYMBOL, ".", ".", base + stop, base + stop + 1)
    return stop + 1


def _junk(what: str, piece: str, at: int, stop: int, base: int) -> ParseError:
    return ParseError(f'{what} at or near "{piece[at:stop]}"', base + at, base + stop)


def _prefixed(out: Tokens, piece: str, at: int, base: int) -> int:
    """U&"..." is the one quoted form that sqlglot splits; 0 when this is none."""
    if piece[at] not in "uU" or not piece.startswith('&"', at + 1):
        return 0
    stop = at + 3
    while (stop := piece.find('"', stop)) >= 0 and piece.startswith('""', stop):
        stop += 2
    if stop < 0:
        raise ParseError("unterminated quoted identifier", base + at, base + len(piece))
    name = piece[at + 3 : stop].replace('""', '"')
    name, done = _unicode(piece, name, stop + 1, at, base)
    out.add(QUOTED, None, truncate_identifier(name), base + at, base + done)
    return done


def _string(out: Tokens, piece: str, at: int, stop: int, kind: TokenType, base: int) -> int:
    if kind in (TokenType.BIT_STRING, TokenType.HEX_STRING):
        if piece[at] not in "bBxX":  # 0x1F and 0b11 are numbers
            return _number(out, piece, at, base)
        digits = piece[at + 2 : stop - 1]
        out.add(BITS, None, piece[at].lower() + digits, base + at, base + stop)
        return stop
    if piece[at] in "eE":
        value = unescape(piece[at + 2 : stop - 1], base + at)
    elif piece[at] in "nN":
        out.add(WORD, "nchar", "nchar", base + at, base + at + 1)  # N'x' is short for nchar 'x'
        at += 1
        value = piece[at + 1 : stop - 1].replace("''", "'")
    elif piece[at] in "uU":
        value, stop = _unicode(piece, piece[at + 3 : stop - 1].replace("''", "'"), stop, at, base)
    else:
        value = piece[at + 1 : stop - 1].replace("''", "'")
        if out.kind and out.kind[-1] == STRING and piece[out.end[-1] - base - 1] == "'":
            gap = piece[out.end[-1] - base : at]
            if "\n" in gap or "\r" in gap:  # 'a' <newline> 'b' is one string
                if text_is_escape(piece, out.start[-1] - base):
                    value = unescape(piece[at + 1 : stop - 1], base + at)
                out.value[-1] += value
                out.end[-1] = base + stop
                return stop
    out.add(STRING, None, value, base + at, base + stop)
    return stop


def text_is_escape(piece: str, at: int) -> bool:
    """Whether the string at `at` is an E'' string."""
    return piece[at] in "eE"


def unescape(body: str, at: int) -> str:
    """The value of an E'' string's body."""
    body = body.replace("''", "'")
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        two, four, eight, octal, other = match.groups()
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        if other is not None:
            if other in "uU":
                raise ParseError("invalid Unicode escape", at, at + 1, "22025")
            return _SIMPLE.get(other, other)
        code = int(two or four or eight, 16)
        return chr(code) if code < 0x110000 else "\ufffd"

    return _ESCAPE.sub(one, body).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unicode(piece: str, body: str, stop: int, at: int, base: int) -> tuple[str, int]:
    escape, done = "\\", stop
    match = re.compile(r"\s*UESCAPE\s*'(.)'", re.IGNORECASE).match(piece, stop)
    if match is not None:
        escape, done = match[1], match.end()
        if escape in "+'\" \t\n\r" or escape in "0123456789abcdefABCDEF":
            raise ParseError(f"invalid Unicode escape character at or near \"'{escape}'\"", base + at, base + done)
    pattern = re.compile(
        re.escape(escape) + r"(?:([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|(" + re.escape(escape) + r")|(.?))", re.DOTALL
    )

    def one(found: re.Match[str]) -> str:
        four, six, same, other = found.groups()
        if same is not None:
            return escape
        if other is not None or int(four or six, 16) > 0x10FFFF:
            raise ParseError("invalid Unicode escape", base + at, base + done)
        return chr(int(four or six, 16))

    return pattern.sub(one, body).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), done


_OPENERS = re.compile(rf"--[^\n\r]*|/\*|'|\"|\$(?:{IDENT_START}{TAG_PART}*+)?\$")


def _unterminated(text: str, piece: str, base: int) -> ParseError:
    """What never ends in `piece`, found by walking over what does."""
    at, end = 0, base + len(piece)
    while (match := _OPENERS.search(piece, at)) is not None:
        opener, here = match[0], match.start()
        at = match.end()
        if opener.startswith("--"):
            continue
        if opener == "/*":
            depth = 1
            for edge in re.compile(r"/\*|\*/").finditer(piece, at):
                depth += 1 if edge[0] == "/*" else -1
                if not depth:
                    at = edge.end()
                    break
            if depth:
                return ParseError("unterminated /* comment", base + here, end)
            continue
        escaped = (
            opener == "'" and here > 0 and piece[here - 1] in "eE" and not re.match(r"\w", piece[here - 2 : here - 1])
        )
        closer = re.compile(r"'(?:[^'\\]|\\.|'')*'" if escaped else re.escape(opener), re.DOTALL)
        stop = closer.match(piece, here) if escaped else closer.search(piece, at)
        if stop is None:
            what = {"'": "quoted string", '"': "quoted identifier"}.get(opener, "dollar-quoted string")
            return ParseError(f'unterminated {what} at or near "{piece[here:]}"', base + here, end)
        at = stop.end()
    return ParseError("syntax error at end of input", end, end)
