"""Bracket expressions (bracket() and brackpart() of regcomp.c, range() and element() of regc_locale.c)."""

from __future__ import annotations

from schemalint.semantics.regex import lexer as tokens
from schemalint.semantics.regex.lexer import Lexer
from schemalint.semantics.regex.measures import NO_STRINGS, Measure, character
from schemalint.semantics.regex.names import CHARACTER_CLASSES, COLLATING_ELEMENTS
from schemalint.semantics.regex.refusals import Refused

MOST_LISTED = 16  # characters of a set worth listing one by one
_LAST_CHARACTER = 0x10FFFF


class _Members:
    """What has been read of one bracket expression."""

    def __init__(self) -> None:
        self.characters: frozenset[str] | None = NO_STRINGS  # None: more than it is worth listing
        self.classes: set[str] = set()
        self.complements: set[str] = set()
        self.everything = False

    def add(self, characters: frozenset[str] | None) -> None:
        if self.characters is not None and characters is not None:
            united = self.characters | characters
            self.characters = united if len(united) <= MOST_LISTED else None
        else:
            self.characters = None

    def add_class(self, name: str) -> None:
        self.classes.add(name)
        self.characters = None

    def measure(self, complemented: bool, newline_stop: bool) -> Measure:
        everything = self.everything or not self.classes.isdisjoint(self.complements)
        if complemented:
            return character(NO_STRINGS if everything else None, any_character=False)
        # newline_stop keeps a newline out of [^x] only
        return character(self.characters, any_character=everything)


def readings(code: int, ignore_case: bool) -> frozenset[str] | None:
    """The texts that a character of a pattern matches; None when the collation decides, or when no text has it."""
    if code > _LAST_CHARACTER or 0xD800 <= code <= 0xDFFF:
        return None
    char = chr(code)
    if not ignore_case:
        return frozenset({char})
    return frozenset({char.lower(), char.upper()}) if char.isascii() else None


def read_bracket(lexer: Lexer) -> Measure:
    """From `[` past the closing `]`. Raises Refused."""
    complemented = lexer.complemented
    members = _Members()
    lexer.advance()
    while lexer.kind != "]":
        _read_part(lexer, members)
    lexer.advance()
    return members.measure(complemented, lexer.options.newline_stop)


def _read_part(lexer: Lexer, members: _Members) -> None:
    at = lexer.at
    kind = lexer.kind
    ignore_case = lexer.options.ignore_case
    if kind == tokens.RANGE:
        raise Refused("ERANGE", at)
    if kind == tokens.NAMED_CLASS:
        name = _read_name(lexer, "ECTYPE")
        if name not in CHARACTER_CLASSES:
            raise Refused("ECTYPE", at)
        members.add_class(name)
    elif kind in (tokens.CLASS, tokens.NOT_CLASS):
        if kind == tokens.NOT_CLASS:
            members.complements.add(lexer.name)
            members.characters = None
        else:
            members.add_class(lexer.name)
        lexer.advance()
    elif kind == tokens.EQUIVALENCE:
        members.add(readings(_read_element(lexer), ignore_case))
    else:
        _read_range(lexer, members)


def _read_range(lexer: Lexer, members: _Members) -> None:
    """One character, or a range, which may begin and end with a collating element."""
    at = lexer.at
    first = last = _read_endpoint(lexer)
    if lexer.kind == tokens.RANGE:
        lexer.advance()
        if lexer.kind not in (tokens.PLAIN, tokens.RANGE, tokens.COLLATING):
            raise Refused("ERANGE", at)
        last = _read_endpoint(lexer)
    if first > last:
        raise Refused("ERANGE", at)
    if last - first >= MOST_LISTED:
        # no text holds the character 0, so a range from 1 leaves nothing out
        members.everything = members.everything or (first <= 1 and last >= _LAST_CHARACTER)
        members.add(None)
        return
    for code in range(first, last + 1):
        members.add(readings(code, lexer.options.ignore_case))


def _read_endpoint(lexer: Lexer) -> int:
    if lexer.kind == tokens.COLLATING:
        return _read_element(lexer)
    code = lexer.code
    lexer.advance()
    return code


def _read_element(lexer: Lexer) -> int:
    at = lexer.at
    name = _read_name(lexer, "ECOLLATE")
    if len(name) == 1:
        return ord(name)
    if name not in COLLATING_ELEMENTS:
        raise Refused("ECOLLATE", at)
    return COLLATING_ELEMENTS[name]


def _read_name(lexer: Lexer, code: str) -> str:
    """The text between `[:` and `:]` (scanplain()); what follows is read before the name is looked at."""
    at = start = lexer.now
    lexer.advance()
    while lexer.kind == tokens.PLAIN:
        at = lexer.now
        lexer.advance()
    lexer.advance()
    if at == start:
        raise Refused(code, start - 2)
    return lexer.text[start:at]
