"""array_in as it was until PostgreSQL 16: one pass that counts (ArrayCount), then one that reads."""

from collections.abc import Callable
from typing import Final

from schemalint.semantics.input.arrays import ArrayItem, malformed
from schemalint.semantics.input.cscan import DIGITS, SPACES, char_at, digits_value, skip_spaces
from schemalint.semantics.input.result import LIMIT_EXCEEDED, Refused, Request, Undecided, refuse

_MAX_DIMENSIONS: Final = 6


def read_array_before_17(text: str, delimiter: str, request: Request, check: Callable[[str], None]) -> list[ArrayItem]:
    position, dimensions = _dimensions(text)
    if dimensions:
        if not text.startswith("=", position):
            raise malformed(text, 'Missing "=" after array dimensions.')
        position = skip_spaces(text, position + 1)
        if char_at(text, position) != "{":
            raise malformed(text, 'Array contents must start with "{".')
    elif char_at(text, position) != "{":
        raise malformed(text, 'Array value must start with "{" or dimension information.')
    counter = _Counter(text[position:], delimiter, request)
    items = counter.read()
    counted = [] if counter.empty else counter.lengths[: counter.depth]
    if dimensions and counted != dimensions:
        raise malformed(text, "Specified array dimensions do not match array contents.")
    for element in counter.elements:
        check(element)
    return [] if counter.empty else items


def _dimensions(text: str) -> tuple[int, list[int]]:
    """The [n] and [m:n] items; where they end and how long each dimension is. Read with atoi."""
    lengths: list[int] = []
    position = skip_spaces(text)
    while char_at(text, position) == "[":
        if len(lengths) >= _MAX_DIMENSIONS:
            raise _too_many(len(lengths) + 1)
        lower = "1"
        end = _skip_signed(text, position + 1)
        upper = text[position + 1 : end]
        if not upper:
            raise malformed(text, '"[" must introduce explicitly-specified array dimensions.')
        if char_at(text, end) == ":":
            lower, position = upper, end + 1
            end = _skip_signed(text, position)
            upper = text[position:end]
            if not upper:
                raise malformed(text, "Missing array dimension value.")
        if char_at(text, end) != "]":
            raise malformed(text, 'Missing "]" after array dimensions.')
        length = _atoi(upper) - _atoi(lower) + 1
        if length <= 0:
            raise refuse("2202E", "upper bound cannot be less than lower bound")
        lengths.append(length)
        position = skip_spaces(text, end + 1)
    return position, lengths


def _skip_signed(text: str, position: int) -> int:
    while char_at(text, position) and text[position] in DIGITS + "+-":
        position += 1
    return position


def _atoi(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[0] in "+-" else text
    for index, character in enumerate(digits):
        if character not in DIGITS:
            digits = digits[:index]
            break
    value = digits_value(digits)
    if value >= 2**31 - 1:
        raise Undecided  # atoi wraps around
    return sign * value


def _too_many(count: int) -> Refused:
    message = f"number of array dimensions ({count}) exceeds the maximum allowed ({_MAX_DIMENSIONS})"
    return refuse(LIMIT_EXCEEDED, message)


class _Counter:
    """ArrayCount, collecting the elements on the way. `text` begins at the first brace, as in its messages."""

    def __init__(self, text: str, delimiter: str, request: Request) -> None:
        self.text = text
        self.delimiter = delimiter
        self.nulls = request.settings.array_nulls
        self.position = 0
        self.state = "start"
        self.depth = 1
        self.lengths = [0] * _MAX_DIMENSIONS
        self.items_here = [1] * (_MAX_DIMENSIONS + 1)
        self.items_before = [0] * (_MAX_DIMENSIONS + 1)
        self.open: list[list[ArrayItem]] = []
        self.elements: list[str] = []
        self.empty = True

    def fail(self, detail: str) -> Refused:
        return malformed(self.text, detail)

    def read(self) -> list[ArrayItem]:
        while True:
            character = char_at(self.text, self.position)
            if not character:
                raise self.fail("Unexpected end of input.")
            if character in SPACES:
                self.position += 1
            elif character == "{":
                self.begin_level()
            elif character == "}":
                finished = self.end_level()
                if not self.open:
                    break
            elif character == self.delimiter:
                self.separate()
            else:
                self.element()
        if skip_spaces(self.text, self.position) != len(self.text):
            raise self.fail("Junk after closing right brace.")
        return finished

    def begin_level(self) -> None:
        if self.state not in ("start", "level started", "level delimited"):
            raise self.fail('Unexpected "{" character.')
        if len(self.open) >= _MAX_DIMENSIONS:
            raise _too_many(len(self.open) + 1)
        self.state = "level started"
        self.lengths[len(self.open)] = 0
        self.open.append([])
        self.depth = max(self.depth, len(self.open))
        self.position += 1

    def end_level(self) -> list[ArrayItem]:
        first = len(self.open) == 1 and self.state == "level started"
        if self.state not in ("element", "level completed") and not first:
            raise self.fail('Unexpected "}" character.')
        self.state = "level completed"
        finished = self.open.pop()
        level = len(self.open)
        if self.items_before[level] not in (0, self.items_here[level]):
            raise self.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")
        self.items_before[level] = self.items_here[level]
        self.items_here[level] = 1
        self.position += 1
        if self.open:
            self.open[-1].append(finished)
            self.lengths[level - 1] += 1
        else:
            self.lengths[self.depth - 1] += 1
        return finished

    def separate(self) -> None:
        if self.state not in ("element", "level completed"):
            raise self.fail(f'Unexpected "{self.delimiter}" character.')
        self.state = "level delimited" if self.state == "level completed" else "element delimited"
        self.items_here[len(self.open) - 1] += 1
        self.lengths[self.depth - 1] += 1
        self.position += 1

    def element(self) -> None:
        """One element, to the delimiter or brace that ends it; it may not be half quoted."""
        if self.state not in ("level started", "element delimited"):
            raise self.fail("Unexpected array element.")
        self.empty = False
        if self.text[self.position] == '"':
            value: str | None = self.quoted()
        else:
            value = self.unquoted()
        self.state = "element"
        if value is not None:
            self.elements.append(value)
        if len(self.open) == self.depth:
            self.open[-1].append(value)

    def quoted(self) -> str:
        value = ""
        self.position += 1
        while (character := char_at(self.text, self.position)) != '"':
            if character == "\\":
                self.position += 1
                character = char_at(self.text, self.position)
            if not character:
                raise self.fail("Unexpected end of input.")
            value += character
            self.position += 1
        self.position += 1
        follows = char_at(self.text, skip_spaces(self.text, self.position))
        if follows == "\\":
            raise self.fail('Unexpected "\\" character.')
        if follows not in ("", "{", "}", self.delimiter):
            raise self.fail("Unexpected array element.")
        return value

    def unquoted(self) -> str | None:
        value, kept, escaped = "", 0, False
        while (character := char_at(self.text, self.position)) not in ("}", self.delimiter):
            if character == "{":
                raise self.fail('Unexpected "{" character.')
            if character == '"':
                raise self.fail("Unexpected array element.")
            if character == "\\":
                escaped = True
                self.position += 1
                character = char_at(self.text, self.position)
                kept = len(value) + 1
            if not character:
                raise self.fail("Unexpected end of input.")
            value += character
            self.position += 1
            if character not in SPACES:
                kept = len(value)
        value = value[:kept]
        return None if self.nulls and not escaped and value.upper() == "NULL" else value
