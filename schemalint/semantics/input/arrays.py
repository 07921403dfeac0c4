"""Array and record literals: array_in and record_in without the types of what they hold."""

from collections.abc import Callable
from typing import Final

from schemalint.semantics.input.cscan import SPACES, char_at, skip_spaces, strtol
from schemalint.semantics.input.result import (
    INVALID_TEXT,
    LIMIT_EXCEEDED,
    InputError,
    InputSettings,
    Refused,
    Request,
    refuse,
)

_MAX_DIMENSIONS: Final = 6
_MAX_ITEMS: Final = 134217727  # MaxArraySize
_INT_MAX: Final = 2**31 - 1

# An element's text, None for NULL, or a list for the next dimension.
ArrayItem = str | None | list["ArrayItem"]
Check = Callable[[str], None]


def _nothing(text: str) -> None:
    """The check of elements whose type is not known."""


def malformed(text: str, detail: str, kind: str = "array") -> Refused:
    return refuse(INVALID_TEXT, f'malformed {kind} literal: "{text}"', detail=detail)


def read_array(text: str, delimiter: str, request: Request, check: Check = _nothing) -> list[ArrayItem]:
    """array_in. `check` is called with each element where the server would call its input function."""
    if request.server_version < 17:
        from schemalint.semantics.input.arrays_before_17 import read_array_before_17

        return read_array_before_17(text, delimiter, request, check)
    position, dimensions = _dimensions(text)
    if dimensions:
        if not text.startswith("=", position):
            raise malformed(text, 'Missing "=" after array dimensions.')
        position = skip_spaces(text, position + 1)
        if char_at(text, position) != "{":
            raise malformed(text, 'Array contents must start with "{".')
    elif char_at(text, position) != "{":
        raise malformed(text, 'Array value must start with "{" or dimension information.')
    reader = _ArrayReader(text, position, delimiter, request, dimensions)
    items = reader.read(check)
    if skip_spaces(text, reader.position) != len(text):
        raise malformed(text, "Junk after closing right brace.")
    return items


def _dimensions(text: str) -> tuple[int, list[int]]:
    """ReadArrayDimensions: [n] and [m:n] items; where they end and how long each dimension is."""
    lengths: list[int] = []
    position = skip_spaces(text)
    while char_at(text, position) == "[":
        if len(lengths) >= _MAX_DIMENSIONS:
            raise too_many_dimensions()
        lower = 1
        upper, end = _bound(text, position + 1)
        if end == position + 1:
            raise malformed(text, '"[" must introduce explicitly-specified array dimensions.')
        if char_at(text, end) == ":":
            lower, position = upper, end + 1
            upper, end = _bound(text, position)
            if end == position:
                raise malformed(text, "Missing array dimension value.")
        if char_at(text, end) != "]":
            raise malformed(text, 'Missing "]" after array dimensions.')
        lengths.append(_length(lower, upper))
        position = skip_spaces(text, end + 1)
    return position, lengths


def _bound(text: str, position: int) -> tuple[int, int]:
    if char_at(text, position) in SPACES:
        return 0, position
    value, end = strtol(text, position)
    if not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise refuse(LIMIT_EXCEEDED, "array bound is out of integer range")
    if end == position and char_at(text, position) in ("+", "-"):
        return 0, position
    return value, end


def _length(lower: int, upper: int) -> int:
    if upper < lower:
        raise refuse("2202E", "upper bound cannot be less than lower bound")
    if upper == _INT_MAX:
        raise refuse(LIMIT_EXCEEDED, f"array upper bound is too large: {upper}")
    if upper - lower > _INT_MAX or upper - lower + 1 > _INT_MAX:
        raise refuse(LIMIT_EXCEEDED, f"array size exceeds the maximum allowed ({_MAX_ITEMS})")
    return upper - lower + 1


def too_many_dimensions() -> Refused:
    return refuse(LIMIT_EXCEEDED, f"number of array dimensions exceeds the maximum allowed ({_MAX_DIMENSIONS})")


class _ArrayReader:
    """ReadArrayStr and ReadArrayToken."""

    def __init__(self, text: str, position: int, delimiter: str, request: Request, dimensions: list[int]) -> None:
        self.text = text
        self.position = position
        self.delimiter = delimiter
        self.nulls = request.settings.array_nulls
        self.specified = bool(dimensions)
        self.lengths: list[int] = dimensions + [-1] * (_MAX_DIMENSIONS - len(dimensions))
        self.depth = len(dimensions)
        self.depth_is_known = self.specified
        self.open: list[list[ArrayItem]] = []

    def fail(self, detail: str) -> Refused:
        return malformed(self.text, detail)

    def mismatch(self) -> Refused:
        if self.specified:
            return self.fail("Specified array dimensions do not match array contents.")
        return self.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")

    def read(self, check: Check) -> list[ArrayItem]:
        after_item = False
        while True:
            self.position = skip_spaces(self.text, self.position)
            character = char_at(self.text, self.position)
            if not character:
                raise self.fail("Unexpected end of input.")
            if character == "{":
                if after_item:
                    raise self.fail('Unexpected "{" character.')
                self.position += 1
                self.begin_level()
            elif character == "}":
                self.position += 1
                if self.open[-1] and not after_item:
                    raise self.fail('Unexpected "}" character.')
                finished = self.end_level()
                if not self.open:
                    return finished
                after_item = True
            elif character == self.delimiter:
                self.position += 1
                if not after_item:
                    raise self.fail(f'Unexpected "{self.delimiter}" character.')
                after_item = False
            else:
                value = self.quoted() if character == '"' else self.unquoted()
                if after_item:
                    raise self.fail("Unexpected array element.")
                self.element(value, check)
                after_item = True

    def begin_level(self) -> None:
        if len(self.open) >= _MAX_DIMENSIONS:
            raise too_many_dimensions()
        self.open.append([])
        if len(self.open) > self.depth:
            if self.depth_is_known:
                raise self.mismatch()
            self.depth = len(self.open)

    def end_level(self) -> list[ArrayItem]:
        finished = self.open.pop()
        if self.open:
            self.open[-1].append(finished)
        level = len(self.open)
        if self.lengths[level] < 0:
            self.lengths[level] = len(finished)
        elif len(finished) != self.lengths[level]:
            raise self.mismatch()
        return finished

    def element(self, value: str | None, check: Check) -> None:
        if value is not None:
            check(value)
        self.depth_is_known = True
        if len(self.open) != self.depth:
            raise self.mismatch()
        self.open[-1].append(value)

    def quoted(self) -> str:
        value = ""
        self.position += 1
        while True:
            character = char_at(self.text, self.position)
            if character == '"':
                break
            if character == "\\":
                self.position += 1
                character = char_at(self.text, self.position)
            if not character:
                raise self.fail("Unexpected end of input.")
            value += character
            self.position += 1
        self.position = skip_spaces(self.text, self.position + 1)
        follows = char_at(self.text, self.position)
        if not follows:
            raise self.fail("Unexpected end of input.")
        if follows not in (self.delimiter, "{", "}"):
            raise self.fail("Incorrectly quoted array element.")
        return value

    def unquoted(self) -> str | None:
        value, kept, escaped = "", 0, False
        while True:
            character = char_at(self.text, self.position)
            if character == "{":
                raise self.fail('Unexpected "{" character.')
            if character == '"':
                raise self.fail("Incorrectly quoted array element.")
            if character in (self.delimiter, "}"):
                break
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


def read_record(text: str, request: Request) -> list[str | None]:
    """record_in: the columns as texts. How many there must be is for the caller to say."""
    position = skip_spaces(text)
    if char_at(text, position) != "(":
        raise malformed(text, "Missing left parenthesis.", "record")
    position += 1
    columns: list[str | None] = []
    while True:
        value, position = read_delimited(text, position, ",)", "record")
        columns.append(value)
        position += 1
        if text[position - 1] == ")":
            break
    if skip_spaces(text, position) != len(text):
        raise malformed(text, "Junk after right parenthesis.", "record")
    return columns


def read_delimited(text: str, position: int, ends: str, kind: str) -> tuple[str | None, int]:
    """One column of a record or bound of a range: None when empty; quotes double, backslashes escape."""
    if char_at(text, position) in ends and position < len(text):
        return None, position
    value = ""
    quoted = False
    while quoted or char_at(text, position) not in ends or position >= len(text):
        character = char_at(text, position)
        position += 1
        if character == "\\":
            character = char_at(text, position)
            position += 1
        elif character == '"':
            if quoted and char_at(text, position) == '"':
                position += 1
            else:
                quoted = not quoted
                continue
        if not character:
            raise malformed(text, "Unexpected end of input.", kind)
        value += character
    return value, position


def parse_array(
    text: str, delim: str = ",", *, server_version: int = 18, array_nulls: bool = True
) -> list[ArrayItem] | InputError:
    """The elements of an array literal as nested lists of texts, None for NULL, or array_in's error."""
    request = Request(server_version=server_version, settings=InputSettings(array_nulls=array_nulls))
    try:
        return read_array(text, delim, request)
    except Refused as refused:
        return refused.error


def parse_record(text: str) -> list[str | None] | InputError:
    """The columns of a record literal as texts, None for NULL, or record_in's error."""
    try:
        return read_record(text, Request())
    except Refused as refused:
        return refused.error
