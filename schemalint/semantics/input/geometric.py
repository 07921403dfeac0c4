"""Geometric types: point, lseg, line, box, path, polygon, circle."""

import math
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import char_at, skip_spaces
from schemalint.semantics.input.numbers import scan_float8
from schemalint.semantics.input.result import (
    INVALID_TEXT,
    OUT_OF_RANGE,
    Reader,
    Refused,
    Request,
    invalid_syntax,
    refuse,
)

_EPSILON: Final = 1.0e-6
Point = tuple[float, float]


def _pair(text: str, position: int, type_name: str) -> tuple[Point, int]:
    """pair_decode: x,y or (x,y), and where it ends."""
    position = skip_spaces(text, position)
    parenthesized = char_at(text, position) == "("
    x, position = scan_float8(text, position + parenthesized, type_name, text)
    if char_at(text, position) != ",":
        raise invalid_syntax(type_name, text)
    y, position = scan_float8(text, position + 1, type_name, text)
    if parenthesized:
        if char_at(text, position) != ")":
            raise invalid_syntax(type_name, text)
        position = skip_spaces(text, position + 1)
    return (x, y), position


def _points(text: str, position: int, count: int, type_name: str, *, may_open: bool) -> tuple[list[Point], int]:
    """path_decode: `count` pairs, inside parentheses, or brackets when the type has an open form."""
    position = skip_spaces(text, position)
    depth = 0
    is_open = char_at(text, position) == "["
    if is_open:
        if not may_open:
            raise invalid_syntax(type_name, text)
        depth = 1
        position += 1
    elif char_at(text, position) == "(":
        inner = skip_spaces(text, position + 1)
        if char_at(text, inner) == "(" or text.rfind("(") == position:
            depth = 1
            position = inner
    points = []
    for _ in range(count):
        point, position = _pair(text, position, type_name)
        points.append(point)
        position += char_at(text, position) == ","
    if depth:
        closing = char_at(text, position)
        if closing != ")" and not (closing == "]" and is_open):
            raise invalid_syntax(type_name, text)
        position = skip_spaces(text, position + 1)
    return points, position


def _whole(text: str, count: int, type_name: str, *, may_open: bool) -> list[Point]:
    points, end = _points(text, 0, count, type_name, may_open=may_open)
    if end != len(text):
        raise invalid_syntax(type_name, text)
    return points


def _pair_count(text: str, type_name: str) -> int:
    """pair_count: how many points the commas make; an even number of commas makes none."""
    commas = text.count(",")
    if commas % 2 == 0:
        raise invalid_syntax(type_name, text)
    return (commas + 1) // 2


def _point_in(text: str, request: Request) -> None:
    _, end = _pair(text, 0, "point")
    if end != len(text):
        raise invalid_syntax("point", text)


def _lseg_in(text: str, request: Request) -> None:
    _whole(text, 2, "lseg", may_open=True)


def _box_in(text: str, request: Request) -> None:
    _whole(text, 2, "box", may_open=False)


def _poly_in(text: str, request: Request) -> None:
    _whole(text, _pair_count(text, "polygon"), "polygon", may_open=False)


def _path_in(text: str, request: Request) -> None:
    count = _pair_count(text, "path")
    position = skip_spaces(text)
    wrapped = char_at(text, position) == "(" and text.rfind("(") == position
    _, end = _points(text, position + wrapped, count, "path", may_open=True)
    if wrapped:
        if char_at(text, end) != ")":
            raise invalid_syntax("path", text)
        end = skip_spaces(text, end + 1)
    if end != len(text):
        raise invalid_syntax("path", text)


def _circle_in(text: str, request: Request) -> None:
    """circle_in: <(x,y),r>, ((x,y),r), (x,y),r or x,y,r."""
    position = skip_spaces(text)
    depth = 0
    if char_at(text, position) == "<":
        depth = 1
        position += 1
    elif char_at(text, position) == "(":
        inner = skip_spaces(text, position + 1)
        if char_at(text, inner) == "(":
            depth = 1
            position = inner
    _, position = _pair(text, position, "circle")
    position += char_at(text, position) == ","
    radius, position = scan_float8(text, position, "circle", text)
    if radius < 0:
        raise invalid_syntax("circle", text)
    if depth:
        if char_at(text, position) not in (")", ">") or position == len(text):
            raise invalid_syntax("circle", text)
        position = skip_spaces(text, position + 1)
    if position != len(text):
        raise invalid_syntax("circle", text)


def _line_in(text: str, request: Request) -> None:
    """line_in: {A,B,C}, or two distinct points."""
    position = skip_spaces(text)
    if char_at(text, position) != "{":
        (first, second), end = _points(text, position, 2, "line", may_open=True)
        if end != len(text):
            raise invalid_syntax("line", text)
        if _same_point(first, second):
            raise refuse(INVALID_TEXT, "invalid line specification: must be two distinct points")
        _construct_line(first, second)
        return
    coefficients = []
    for ending in (",", ",", "}"):
        value, position = scan_float8(text, position + 1, "line", text)
        if char_at(text, position) != ending:
            raise invalid_syntax("line", text)
        coefficients.append(value)
    if skip_spaces(text, position + 1) != len(text):
        raise invalid_syntax("line", text)
    if abs(coefficients[0]) <= _EPSILON and abs(coefficients[1]) <= _EPSILON:
        raise refuse(INVALID_TEXT, "invalid line specification: A and B cannot both be zero")


def _nearly(one: float, other: float) -> bool:
    """FPeq."""
    return one == other or abs(one - other) <= _EPSILON


def _same_point(first: Point, second: Point) -> bool:
    """point_eq_point; with a NaN, equality as float8 sorts it."""
    if any(math.isnan(value) for value in (*first, *second)):
        return all(one == two or (math.isnan(one) and math.isnan(two)) for one, two in zip(first, second, strict=True))
    return _nearly(first[0], second[0]) and _nearly(first[1], second[1])


def _construct_line(first: Point, second: Point) -> None:
    """point_sl and line_construct, for the arithmetic that can overflow."""
    if _nearly(first[0], second[0]) or _nearly(first[1], second[1]):
        return
    slope = _divide(_subtract(first[1], second[1]), _subtract(first[0], second[0]))
    if math.isinf(slope) or slope == 0:
        return
    product = _checked(slope * first[0], slope, first[0])
    if product == 0 and slope != 0 and first[0] != 0:
        raise _range_error("underflow")
    _subtract(first[1], product)


def _range_error(what: str) -> Refused:
    return refuse(OUT_OF_RANGE, f"value out of range: {what}")


def _checked(result: float, *operands: float) -> float:
    if math.isinf(result) and not any(math.isinf(operand) for operand in operands):
        raise _range_error("overflow")
    return result


def _subtract(one: float, other: float) -> float:
    return _checked(one - other, one, other)


def _divide(one: float, other: float) -> float:
    if other == 0:
        raise refuse("22012", "division by zero")
    result = _checked(one / other, one)
    if result == 0 and one != 0 and not math.isinf(other):
        raise _range_error("underflow")
    return result


READERS: Final[Mapping[str, Reader]] = {
    "point": _point_in,
    "lseg": _lseg_in,
    "line": _line_in,
    "box": _box_in,
    "path": _path_in,
    "polygon": _poly_in,
    "circle": _circle_in,
}
