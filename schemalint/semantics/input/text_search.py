"""Text search: tsvector and tsquery."""

import re
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import DIGITS, char_at, is_digit, strtol
from schemalint.semantics.input.result import LIMIT_EXCEEDED, SYNTAX_ERROR, Reader, Refused, Request, refuse

_MAX_WORD: Final = 2046  # bytes, MAXSTRLEN - 1
_MAX_POSITION: Final = 16384  # MAXENTRYPOS
_STACK_DEPTH: Final = 32
_OPERATORS: Final = "!&|()<"
_PRIORITY: Final = {"|": 1, "&": 2, "<": 3, "!": 4}


class _Words:
    """gettoken_tsvector: words, quoted or not, with positions and weights when read for a tsvector."""

    def __init__(self, text: str, *, query: bool) -> None:
        self.text = text
        self.query = query
        self.position = 0

    def syntax_error(self) -> Refused:
        kind = "tsquery" if self.query else "tsvector"
        return refuse(SYNTAX_ERROR, f'syntax error in {kind}: "{self.text}"')

    def next(self) -> str | None:
        """The next word, or None at the end of the text; `position` is left behind it."""
        while char_at(self.text, self.position).isspace():
            self.position += 1
        first = char_at(self.text, self.position)
        if not first:
            return None
        if first == "'":
            word = self._quoted()
        elif self.query and first in _OPERATORS:
            raise self.syntax_error()
        else:
            word = self._plain()
        if not self.query and char_at(self.text, self.position) == ":":
            self._positions()
        return word

    def _escaped(self) -> str:
        """The character after a backslash."""
        character = char_at(self.text, self.position + 1)
        if not character:
            raise refuse(SYNTAX_ERROR, f'there is no escaped character: "{self.text}"')
        self.position += 2
        return character

    def _plain(self) -> str:
        word = ""
        while True:
            character = char_at(self.text, self.position)
            if character == "\\":
                word += self._escaped()
            elif (word and (not character or character.isspace() or (self.query and character in _OPERATORS))) or (
                character == ":" and word
            ):
                return word
            else:
                word += character
                self.position += 1

    def _quoted(self) -> str:
        word = ""
        self.position += 1
        while True:
            character = char_at(self.text, self.position)
            if not character:
                raise self.syntax_error()
            if character == "\\":
                word += self._escaped()
            elif character == "'" and char_at(self.text, self.position + 1) != "'":
                self.position += 1
                if not word:
                    raise self.syntax_error()
                return word
            else:
                self.position += 2 if character == "'" else 1
                word += character

    def _positions(self) -> None:
        """The list after the colon: numbers, each with at most one weight other than D."""
        while char_at(self.text, self.position) in (":", ","):
            self.position += 1
            start = self.position
            if not is_digit(char_at(self.text, start)):
                raise self.syntax_error()
            number, _ = strtol(self.text, start)
            if number == 0:
                raise refuse(SYNTAX_ERROR, f'wrong position info in tsvector: "{self.text}"')
            self.position += 1
            self._weight()

    def _weight(self) -> None:
        weighted = False
        while True:
            character = char_at(self.text, self.position)
            if not character or character.isspace() or character == ",":
                return
            if character in "aAbBcCdD*":
                if weighted:
                    raise self.syntax_error()
                weighted = character not in "dD"
            elif character not in DIGITS:
                raise self.syntax_error()
            self.position += 1


def _tsvectorin(text: str, request: Request) -> None:
    words = _Words(text, query=False)
    total = 0
    while (word := words.next()) is not None:
        size = len(word.encode("utf-8", "surrogatepass"))
        if size > _MAX_WORD:
            raise refuse(LIMIT_EXCEEDED, f"word is too long ({size} bytes, max {_MAX_WORD} bytes)")
        if total > (1 << 20) - 1:
            message = f"string is too long for tsvector ({total} bytes, max {(1 << 20) - 1} bytes)"
            raise refuse(LIMIT_EXCEEDED, message)
        total += size


_PHRASE: Final = re.compile(r"<(?:-|([0-9]+))(>?)", re.ASCII)


class _Query:
    """gettoken_query_standard and makepol, iteratively: operands, operators, parentheses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = _Words(text, query=True)
        self.depth = 0
        self.stacks: list[list[int]] = [[]]

    def push(self, operator: str) -> None:
        """cleanOpStack and pushOpStack: the stack of one parenthesis level has a fixed size."""
        stack, priority = self.stacks[-1], _PRIORITY[operator]
        while stack and not (priority > stack[-1] or (operator == "!" and priority == stack[-1])):
            stack.pop()
        if len(stack) == _STACK_DEPTH:
            raise refuse("XX000", "tsquery stack too small")
        stack.append(priority)

    def read(self) -> None:
        first = True
        while self.operand(first):
            first = False
            if not self.operator():
                return

    def operand(self, first: bool) -> bool:
        """Everything up to and with one operand; False when the text ends instead."""
        while True:
            character = char_at(self.text, self.words.position)
            if character == "!":
                self.push("!")
            elif character == "(":
                self.depth += 1
                self.stacks.append([])
            elif character == ":":
                raise self.words.syntax_error()
            elif not character and first:
                return False
            elif not character:
                raise refuse(SYNTAX_ERROR, f'no operand in tsquery: "{self.text}"')
            elif not character.isspace():
                word = self.words.next()
                if word is not None and len(word.encode("utf-8", "surrogatepass")) > _MAX_WORD:
                    raise refuse(LIMIT_EXCEEDED, f'word is too long in tsquery: "{self.text}"')
                self.modifiers()
                return True
            first = first and character.isspace()
            self.words.position += 1

    def modifiers(self) -> None:
        """get_modifiers: weights and the prefix mark, in any number."""
        if char_at(self.text, self.words.position) != ":":
            return
        self.words.position += 1
        while (character := char_at(self.text, self.words.position)) and character in "aAbBcCdD*":
            self.words.position += 1

    def operator(self) -> bool:
        """The operator behind an operand; False at the end of the query."""
        while True:
            character = char_at(self.text, self.words.position)
            if character and character in "&|":
                self.push(character)
                self.words.position += 1
                return True
            if character == "<" and self.phrase():
                self.push("<")
                return True
            if character == ")" and self.depth:
                self.depth -= 1
                self.stacks.pop()
            elif not character and not self.depth:
                return False
            elif not character or not character.isspace():
                raise self.words.syntax_error()
            self.words.position += 1

    def phrase(self) -> bool:
        """parse_phrase_operator; it must be followed by something, even by a space, to be seen."""
        match = _PHRASE.match(self.text, self.words.position)
        if match is None:
            return False
        if match.group(1) and (len(match.group(1)) > 9 or int(match.group(1)) > _MAX_POSITION):
            message = f"distance in phrase operator must be an integer value between zero and {_MAX_POSITION} inclusive"
            raise refuse("22023", message)
        if not match.group(2) or match.end() == len(self.text):
            return False
        self.words.position = match.end()
        return True


def _tsqueryin(text: str, request: Request) -> None:
    _Query(text).read()


READERS: Final[Mapping[str, Reader]] = {"tsvector": _tsvectorin, "tsquery": _tsqueryin}
