"""Range and multirange literals, and the built-in range types."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from schemalint.semantics.input.arrays import malformed, read_delimited
from schemalint.semantics.input.cscan import char_at, skip_spaces
from schemalint.semantics.input.result import OUT_OF_RANGE, InputError, Reader, Refused, Request, refuse

_EMPTY: Final = "empty"
_ELEMENTS: Final = {
    "int4range": "int4",
    "int8range": "int8",
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": "timestamp",
    "tstzrange": "timestamptz",
}


# The last value of the discrete types, and what is said of the one behind it; dates are days since 2000-01-01.
_HIGHEST: Final = {
    "int4": (2**31 - 1, OUT_OF_RANGE, "integer out of range"),
    "int8": (2**63 - 1, OUT_OF_RANGE, "bigint out of range"),
    "date": (2145031948, "22008", "date out of range"),
}


class RangeParts(msgspec.Struct, frozen=True):
    """A range literal: its bounds as texts, None where it has none, and whether they belong to it."""

    lower: str | None
    upper: str | None
    lower_inclusive: bool
    upper_inclusive: bool
    empty: bool = False


def read_range(text: str) -> RangeParts:
    """range_parse."""
    position = skip_spaces(text)
    if text[position : position + len(_EMPTY)].lower() == _EMPTY:
        if skip_spaces(text, position + len(_EMPTY)) != len(text):
            raise malformed(text, 'Junk after "empty" key word.', "range")
        return RangeParts(None, None, False, False, empty=True)
    opening = char_at(text, position)
    if opening not in ("[", "("):
        raise malformed(text, "Missing left parenthesis or bracket.", "range")
    lower, position = read_delimited(text, position + 1, ",)]", "range")
    if text[position] != ",":
        raise malformed(text, "Missing comma after lower bound.", "range")
    upper, position = read_delimited(text, position + 1, ",)]", "range")
    closing = text[position]
    if closing == ",":
        raise malformed(text, "Too many commas.", "range")
    if skip_spaces(text, position + 1) != len(text):
        raise malformed(text, "Junk after right parenthesis or bracket.", "range")
    return RangeParts(lower, upper, opening == "[" and lower is not None, closing == "]" and upper is not None)


def read_multirange(text: str, check: Callable[[str], None]) -> list[str]:
    """multirange_in: the texts of its ranges; `check` is called with each where the server would read it."""
    ranges: list[str] = []
    position = skip_spaces(text)
    if char_at(text, position) != "{":
        raise malformed(text, "Missing left brace.", "multirange")
    position = skip_spaces(text, position + 1)
    finished = char_at(text, position) == "}"
    while not finished:
        if not char_at(text, position):
            raise malformed(text, "Unexpected end of input.", "multirange")
        if char_at(text, position) in "[(":
            end = _range_end(text, position)
            ranges.append(text[position:end])
            check(ranges[-1])
        elif text[position : position + len(_EMPTY)].lower() == _EMPTY:
            end = position + len(_EMPTY)
            ranges.append(_EMPTY)
        else:
            raise malformed(text, "Expected range start.", "multirange")
        position = skip_spaces(text, end)
        follows = char_at(text, position)
        if not follows:
            raise malformed(text, "Unexpected end of input.", "multirange")
        if follows not in ",}":
            raise malformed(text, "Expected comma or end of multirange.", "multirange")
        finished = follows == "}"
        if not finished:
            position = skip_spaces(text, position + 1)
    if skip_spaces(text, position + 1) != len(text):
        raise malformed(text, "Junk after closing right brace.", "multirange")
    return ranges


def _range_end(text: str, position: int) -> int:
    """Behind the bracket or parenthesis that closes the range begun at `position`, quotes and escapes honoured."""
    quoted = False
    position += 1
    while (character := char_at(text, position)) and (quoted or character not in ")]"):
        if character == "\\":
            # multirange_in skips white space even here, so the escaped character is the next that is not a space
            position = skip_spaces(text, position + 1)
        elif character == '"':
            if quoted and char_at(text, position + 1) == '"':
                position += 1
            else:
                quoted = not quoted
        position += 1
    if position >= len(text):
        raise malformed(text, "Unexpected end of input.", "multirange")
    return position + 1


def _bound(element: str, text: str | None, request: Request) -> object:
    """A bound as something that can be compared with another of its type; None when there is none or not known."""
    if text is None:
        return None
    plain = Request(server_version=request.server_version, settings=request.settings)
    if element in ("date", "timestamp", "timestamptz"):
        from schemalint.semantics.input.datetimes import read_instant

        return read_instant(element, text, plain)
    from schemalint.semantics.input import reader_of

    reader = reader_of(element)
    return reader(text, plain) if reader else None


def _check_range(text: str, type_name: str, request: Request) -> None:
    """range_in: both bounds, their order, and the canonical form of the discrete ranges."""
    parts = read_range(text)
    element = _ELEMENTS[type_name]
    lower = _bound(element, parts.lower, request)
    upper = _bound(element, parts.upper, request)
    if lower is not None and upper is not None and _greater(lower, upper):
        message = "range lower bound must be less than or equal to range upper bound"
        raise refuse("22000", message)
    is_empty = lower is not None and lower == upper and not (parts.lower_inclusive and parts.upper_inclusive)
    if is_empty or element not in _HIGHEST:
        return
    highest, sqlstate, message = _HIGHEST[element]
    steps_over = (lower == highest and not parts.lower_inclusive) or (upper == highest and parts.upper_inclusive)
    if steps_over:
        raise refuse(sqlstate, message)


def _greater(lower: object, upper: object) -> bool:
    """Whether the bounds are in the wrong order; NaN sorts above every number."""
    if lower != lower or upper != upper:
        return lower != lower and upper == upper
    try:
        return bool(lower > upper)  # type: ignore[operator]
    except TypeError:
        return False


def _range_reader(type_name: str) -> Reader:
    return lambda text, request: _check_range(text, type_name, request)


def _multirange_reader(type_name: str) -> Reader:
    def read(text: str, request: Request) -> None:
        read_multirange(text, lambda one: _check_range(one, type_name, request))

    return read


def parse_range(text: str) -> RangeParts | InputError:
    """The parts of a range literal, or range_in's error about its form."""
    try:
        return read_range(text)
    except Refused as refused:
        return refused.error


def parse_multirange(text: str) -> list[RangeParts] | InputError:
    """The ranges of a multirange literal, or the error about its form."""
    parts: list[RangeParts] = []
    try:
        read_multirange(text, lambda one: parts.append(read_range(one)))
    except Refused as refused:
        return refused.error
    return parts


READERS: Final[Mapping[str, Reader]] = {
    **{name: _range_reader(name) for name in _ELEMENTS},
    **{name.replace("range", "multirange"): _multirange_reader(name) for name in _ELEMENTS},
}
