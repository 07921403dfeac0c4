"""The tokens of a jsonpath: jsonpath_scan.l."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from schemalint.semantics.input.result import INVALID_TEXT, SYNTAX_ERROR, Refused, refuse

_OTHER: Final = r"[^?%$.\[\]{}()|&!=<>@#,*:\-+/\\\" \t\n\r\f]"
# One byte: behind a number, a longer character makes a word of the whole.
_JUNK: Final = rf"(?=[\x00-\x7f]){_OTHER}"
_DECIMAL_16: Final = r"(?:0|[1-9](?:_?[0-9])*)"
_DIGITS_16: Final = r"[0-9](?:_?[0-9])*"
_DECIMAL: Final = r"(?:0|[1-9][0-9]*)"


class Token(msgspec.Struct, frozen=True):
    """`kind` is a keyword in lower case, a punctuation, or IDENT, STRING, NUMERIC, INT, VARIABLE, END.

    `near` is the text that an error at this token names: the last piece that the scanner matched.
    """

    kind: str
    near: str
    value: str = ""


def _rules(integer: str, digits: str, *, non_decimal: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The rules of the initial state, in order; the longest match wins, the first of equals."""
    decimal = rf"(?:{integer}\.(?:{digits})?|\.{digits})"
    real = rf"(?:{decimal}|{integer})[Ee][-+]?{digits}"
    rules = [
        ("operator", r"&&|\|\||!=|!|\*\*|<=|<>|<|==|>=|>"),
        ("VARIABLE", rf"\${_OTHER}+"),
        ("quoted variable", r'\$"'),
        ("special", r"[?%$.\[\]{}()|&!=<>@#,*:\-+/]"),
        ("blank", r"[ \t\n\r\f]+"),
        ("comment", r"/\*"),
        ("NUMERIC", real),
        ("NUMERIC", decimal),
        ("INT", integer),
    ]
    if non_decimal:
        rules.append(("INT", r"0[xX][0-9A-Fa-f](?:_?[0-9A-Fa-f])*"))
        rules.append(("INT", r"0[oO][0-7](?:_?[0-7])*"))
        rules.append(("INT", r"0[bB][01](?:_?[01])*"))
    rules += [
        ("real fail", rf"(?:{decimal}|{integer})[Ee][-+]"),
        ("junk", integer + _JUNK),
        ("junk", decimal + _JUNK),
        ("junk", real + _JUNK),
        ("quote", r'"'),
        ("escape", r"\\"),
        ("word", rf"{_OTHER}+"),
    ]
    return tuple((name, re.compile(pattern)) for name, pattern in rules)


def _old_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The numbers of PostgreSQL 14: digits on both sides of a point; words may begin with digits."""
    numbers = [
        ("NUMERIC", rf"{_DECIMAL}(?:\.[0-9]+)?[Ee][-+]?[0-9]+"),
        ("NUMERIC", rf"{_DECIMAL}\.[0-9]+"),
        ("INT", _DECIMAL),
        ("pointed", rf"{_DECIMAL}\."),
        ("float fail", rf"{_DECIMAL}(?:\.[0-9]+)?[Ee][-+]?"),
    ]
    others = [rule for rule in _rules(_DECIMAL, "[0-9]+", non_decimal=False) if rule[0] in _WITHOUT_NUMBERS]
    compiled = [(name, re.compile(pattern)) for name, pattern in numbers]
    return (*others[:-1], *compiled, others[-1])


_WITHOUT_NUMBERS: Final = frozenset(
    ("operator", "VARIABLE", "quoted variable", "special", "blank", "comment", "quote", "escape", "word")
)
_RULES_14: Final = _old_rules()
_RULES: Final = _rules(_DECIMAL, "[0-9]+", non_decimal=False)
_RULES_16: Final = _rules(_DECIMAL_16, _DIGITS_16, non_decimal=True)

_KEYWORDS: Final = frozenset(
    "is to abs lax flag last size type with floor double exists starts strict ceiling unknown datetime keyvalue "
    "like_regex".split()
)
_KEYWORDS_17: Final = _KEYWORDS | frozenset(
    "bigint boolean date decimal integer number string time time_tz timestamp timestamp_tz".split()
)
_LOWERCASE_KEYWORDS: Final = frozenset(("null", "true", "false"))

_UNICODE: Final = r"\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\})"
_UNICODES: Final = re.compile(rf"(?:{_UNICODE})+")
_UNICODE_FAIL: Final = re.compile(rf"(?:{_UNICODE})*\\u(?:\{{[0-9A-Fa-f]{{0,6}}|[0-9A-Fa-f]{{0,3}})")
_HEX: Final = re.compile(r"\\x[0-9A-Fa-f]{2}")
_HEX_FAIL: Final = re.compile(r"\\x[0-9A-Fa-f]?")
_SIMPLE: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def syntax_error(message: str, near: str) -> Refused:
    """jsonpath_yyerror."""
    where = f'at or near "{near}"' if near else "at end"
    return refuse(SYNTAX_ERROR, f"{message} {where} of jsonpath input")


class _ScanError(Exception):
    """What the scanner says, in the words of PostgreSQL 16 and later, and what it names."""

    def __init__(self, message: str, near: str) -> None:
        super().__init__(message)
        self.message = message
        self.near = near


_WORDS_BEFORE_16: Final = {
    "unterminated quoted string": "unexpected end of quoted string",
    "invalid Unicode escape sequence": "invalid unicode sequence",
    "invalid hexadecimal character sequence": "invalid hex character sequence",
}


def scan(text: str, server_version: int) -> Iterator[Token]:
    """The tokens one by one, END last; an error is raised when the scanner reaches it, not before."""
    try:
        yield from _tokens(text, server_version)
    except _ScanError as error:
        message = error.message
        if server_version < 16:
            message = _WORDS_BEFORE_16.get(message, message)
        raise syntax_error(message, error.near) from None


def _tokens(text: str, server_version: int) -> Iterator[Token]:
    rules = _RULES_16 if server_version >= 16 else _RULES if server_version >= 15 else _RULES_14
    keywords = _KEYWORDS_17 if server_version >= 17 else _KEYWORDS
    position = 0
    while position < len(text):
        name, end = _longest(rules, text, position)
        matched = text[position:end]
        if name in ("operator", "special"):
            yield Token("!=" if matched == "<>" else matched, matched)
        elif name in ("VARIABLE", "NUMERIC", "INT"):
            yield Token(name, matched, matched)
        elif name == "comment":
            end = _comment_end(text, end)
        elif name == "pointed":
            end -= 1  # the point begins an accessor
            yield Token("INT", matched[:-1], matched[:-1])
        elif name == "float fail":
            raise _ScanError("invalid floating point number", matched)
        elif name == "real fail":
            raise _ScanError("invalid numeric literal", matched)
        elif name == "junk":
            raise _ScanError("trailing junk after numeric literal", matched)
        elif name in ("quote", "quoted variable"):
            value, end = _quoted(text, end)
            yield Token("STRING" if name == "quote" else "VARIABLE", '"', value)
        elif name in ("word", "escape"):
            token, end = _word(text, position, keywords)
            if token is not None:
                yield token
        position = end
    yield Token("END", "")


def _longest(rules: tuple[tuple[str, re.Pattern[str]], ...], text: str, position: int) -> tuple[str, int]:
    best, best_end = "", position
    for name, pattern in rules:
        match = pattern.match(text, position)
        if match and match.end() > best_end:
            best, best_end = name, match.end()
    return best, best_end


def _comment_end(text: str, position: int) -> int:
    end = text.find("*/", position)
    if end < 0:
        raise _ScanError("unexpected end of comment", "")
    return end + 2


def _quoted(text: str, position: int) -> tuple[str, int]:
    value = ""
    while position < len(text):
        if text[position] == '"':
            return value, position + 1
        if text[position] == "\\":
            escaped, position = _escape(text, position)
            value += escaped
        else:
            value += text[position]
            position += 1
    raise _ScanError("unterminated quoted string", "")


_OTHERS: Final = re.compile(f"{_OTHER}+")
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")


def _word(text: str, position: int, keywords: frozenset[str]) -> tuple[Token | None, int]:
    """A word without quotes, with escapes; a comment right behind it swallows it, as in the server's scanner."""
    value = ""
    while position < len(text):
        plain = _OTHERS.match(text, position)
        if plain:
            value += plain.group()
            position = plain.end()
        elif text[position] == "\\":
            escaped, position = _escape(text, position)
            value += escaped
        elif text.startswith("/*", position):
            return None, _comment_end(text, position + 2)
        else:
            break
    blank = _BLANKS.match(text, position)
    near, end = (blank.group(), blank.end()) if blank else ("", position)
    folded = value.lower()
    if folded in keywords or (folded in _LOWERCASE_KEYWORDS and value == folded):
        return Token(folded, near, value), end
    return Token("IDENT", near, value), end


def _escape(text: str, position: int) -> tuple[str, int]:
    """What a backslash stands for, and where it ends; \\u escapes are taken in runs, so that pairs are found."""
    # The longest match wins: a run of good escapes that a bad one follows is longer with it.
    failure = _UNICODE_FAIL.match(text, position)
    run = _UNICODES.match(text, position)
    if run and (failure is None or run.end() >= failure.end()):
        return _unicode(run.group()), run.end()
    if failure:
        raise _ScanError("invalid Unicode escape sequence", failure.group())
    hexadecimal = _HEX.match(text, position)
    if hexadecimal:
        return _character(int(hexadecimal.group()[2:], 16)), hexadecimal.end()
    bad_hexadecimal = _HEX_FAIL.match(text, position)
    if bad_hexadecimal:
        raise _ScanError("invalid hexadecimal character sequence", bad_hexadecimal.group())
    following = text[position + 1 : position + 2]
    if following in ("", "\n"):
        raise _ScanError("unexpected end after backslash", "\\")
    return _SIMPLE.get(following, following), position + 2


def _character(code: int) -> str:
    if code == 0:
        detail = "\\u0000 cannot be converted to text."
        raise refuse("22P05", "unsupported Unicode escape sequence", detail=detail)
    if code > 0x10FFFF:
        raise refuse(SYNTAX_ERROR, "invalid Unicode code point")
    return chr(code)


def _unicode(run: str) -> str:
    """parseUnicode and addUnicode: surrogates only in pairs."""
    result = ""
    high = 0
    for digits in re.findall(r"\\u\{?([0-9A-Fa-f]+)", run):
        code = int(digits, 16)
        if 0xD800 <= code <= 0xDBFF:
            if high:
                raise _bad_surrogate("Unicode high surrogate must not follow a high surrogate.")
            high = code
            continue
        is_low = 0xDC00 <= code <= 0xDFFF
        if is_low is not bool(high):
            raise _bad_surrogate("Unicode low surrogate must follow a high surrogate.")
        result += _character(0x10000 + ((high & 0x3FF) << 10) + (code & 0x3FF) if high else code)
        high = 0
    if high:
        raise _bad_surrogate("Unicode low surrogate must follow a high surrogate.")
    return result


def _bad_surrogate(detail: str) -> Refused:
    return refuse(INVALID_TEXT, "invalid input syntax for type jsonpath", detail=detail)
