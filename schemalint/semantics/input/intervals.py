"""interval: DecodeInterval, and DecodeISO8601Interval for what it does not read."""

import re
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import char_at, strtod, strtol
from schemalint.semantics.input.datetime_decode import USECS_PER_DAY, parse_fraction, parse_int, split_time
from schemalint.semantics.input.datetime_fields import TOKEN_LENGTH, BadDateTime, Field, date_word, split_fields
from schemalint.semantics.input.datetimes import parse_error
from schemalint.semantics.input.result import Reader, Request, refuse

_BUFFER: Final = 256
_INT64_MIN: Final = -(2**63)
_INT32_MIN: Final = -(2**31)
_HOUR: Final = 3_600_000_000
_MINUTE: Final = 60_000_000
_SECOND: Final = 1_000_000
_NO_LIMIT: Final = 0x7FFF  # INTERVAL_FULL_RANGE

# The bits of an interval typmod's range.
_MONTH_BIT, _YEAR_BIT, _DAY_BIT, _HOUR_BIT, _MINUTE_BIT, _SECOND_BIT = (1 << bit for bit in (1, 2, 3, 10, 11, 12))


def _units() -> dict[str, str]:
    """deltatktbl, cut to the length that is compared."""
    spellings = {
        "microsecond": "us usec useconds usecs usecond microsecon",
        "millisecond": "ms msec mseconds msecs msecond millisecon",
        "second": "s sec second seconds secs",
        "minute": "m min mins minute minutes",
        "hour": "h hour hours hr hrs",
        "day": "d day days",
        "week": "w week weeks",
        "month": "mon mons month months",
        "quarter": "qtr quarter",
        "year": "y year years yr yrs",
        "decade": "dec decade decades decs",
        "century": "c cent centuries century",
        "millennium": "mil millennia millennium mils",
        "timezone": "timezone timezone_h timezone_m",
    }
    return {word: unit for unit, words in spellings.items() for word in words.split()}


_UNITS: Final = _units()
_MONTHS: Final = {"year": 12, "decade": 120, "century": 1200, "millennium": 12000}
_MICROSECONDS: Final = {"microsecond": 1, "millisecond": 1000, "second": _SECOND, "minute": _MINUTE, "hour": _HOUR}
_SUBSECONDS: Final = frozenset(("second", "millisecond", "microsecond"))
_CLOCK: Final = _SUBSECONDS | {"minute", "hour"}


class _Span:
    """struct pg_itm_in: the sums of what was read; an overflow of any of them is an error."""

    def __init__(self) -> None:
        self.microseconds = self.days = self.months = self.years = 0

    def check(self) -> None:
        if not _INT64_MIN <= self.microseconds < -_INT64_MIN:
            raise BadDateTime("field")
        for part in (self.days, self.months, self.years):
            if not _INT32_MIN <= part < -_INT32_MIN:
                raise BadDateTime("field")

    def add_microseconds(self, value: int, fraction: float, scale: int) -> None:
        """AdjustMicroseconds."""
        if not _INT64_MIN <= value * scale < -_INT64_MIN:
            raise BadDateTime("field")
        self.microseconds += value * scale
        self.check()
        self.add_fraction(fraction, scale)

    def add_fraction(self, fraction: float, scale: int) -> None:
        """AdjustFractMicroseconds: rounded, exact halves towards zero."""
        exact = fraction * scale
        whole = int(exact)
        rest = exact - whole
        self.microseconds += whole + (rest > 0.5) - (rest < -0.5)
        self.check()

    def add_days(self, value: int, scale: int) -> None:
        if not _INT32_MIN <= value < -_INT32_MIN or not _INT32_MIN <= value * scale < -_INT32_MIN:
            raise BadDateTime("field")
        self.days += value * scale
        self.check()

    def add_fractional_days(self, fraction: float, scale: int) -> None:
        exact = fraction * scale
        whole = int(exact)
        self.days += whole
        self.check()
        self.add_fraction(exact - whole, USECS_PER_DAY)

    def add_months(self, value: int) -> None:
        if not _INT32_MIN <= value < -_INT32_MIN:
            raise BadDateTime("field")
        self.months += value
        self.check()

    def add_years(self, value: int, fraction: float, scale: int) -> None:
        if not _INT32_MIN <= value < -_INT32_MIN or not _INT32_MIN <= value * scale < -_INT32_MIN:
            raise BadDateTime("field")
        self.years += value * scale
        self.check()
        self.months += round(fraction * scale * 12)
        self.check()

    def add(self, unit: str, value: int, fraction: float) -> None:
        if unit in _MICROSECONDS:
            self.add_microseconds(value, fraction, _MICROSECONDS[unit])
        elif unit == "day":
            self.add_days(value, 1)
            self.add_fraction(fraction, USECS_PER_DAY)
        elif unit == "week":
            self.add_days(value, 7)
            self.add_fractional_days(fraction, 7)
        elif unit == "month":
            self.add_months(value)
            self.add_fractional_days(fraction, 30)
        elif unit in _MONTHS:
            self.add_years(value, fraction, _MONTHS[unit] // 12)
        else:
            raise BadDateTime("format")

    def negate(self) -> None:
        if self.microseconds == _INT64_MIN or _INT32_MIN in (self.days, self.months, self.years):
            raise BadDateTime("field")
        self.microseconds, self.days = -self.microseconds, -self.days
        self.months, self.years = -self.months, -self.years


def _default_unit(limit: int) -> str:
    """The unit of a last number without one: the least of those that the type's range allows."""
    if limit == _NO_LIMIT or limit & _SECOND_BIT:
        return "second"
    for bit, unit in ((_MINUTE_BIT, "minute"), (_HOUR_BIT, "hour"), (_DAY_BIT, "day"), (_MONTH_BIT, "month")):
        if limit & bit:
            return unit
    return "year" if limit & _YEAR_BIT else "second"


class _Decoder:
    """DecodeInterval: the fields from the last to the first, so that a unit comes before its number."""

    def __init__(self, fields: list[Field], limit: int, request: Request) -> None:
        self.fields = fields
        self.limit = limit
        self.strict = request.server_version >= 17
        self.span = _Span()
        self.seen: set[str] = set()
        self.unit = ""
        self.unit_waits = False
        self.ago = False
        self.infinite = False
        signs = [field.text[0] in "+-" for field in fields]
        self.negative = (
            request.settings.sql_standard_intervals and bool(fields) and fields[0].text[0] == "-" and not any(signs[1:])
        )

    def decode(self) -> _Span:
        for index in range(len(self.fields) - 1, -1, -1):
            field = self.fields[index]
            if field.kind == "time":
                found = self.time(field.text, 1)
            elif field.kind in ("string", "special"):
                found = self.word(field.text, last=index == len(self.fields) - 1)
            else:
                found = self.signed_time(field) or self.number(field.text)
            if found & self.seen:
                raise BadDateTime("format")
            self.seen |= found
        if not self.seen or (self.strict and self.unit_waits):
            raise BadDateTime("format")
        if self.ago:
            self.span.negate()
        return self.span

    def time(self, text: str, sign: int) -> frozenset[str]:
        """DecodeTimeForInterval. It replaces what was there; the number before it counts days."""
        hour, minute, second, microsecond = split_time(text, minute_to_second=self.limit == _MINUTE_BIT | _SECOND_BIT)
        total = hour * _HOUR + minute * _MINUTE + second * _SECOND + microsecond
        if hour * _HOUR >= -_INT64_MIN or total >= -_INT64_MIN:
            raise BadDateTime("field")
        total *= sign
        self.span.microseconds = -total if self.negative and total > 0 else total
        self.unit = "day"
        self.unit_waits = False
        return _CLOCK

    def signed_time(self, field: Field) -> frozenset[str]:
        """A time with a sign, if the field is one; nothing otherwise."""
        if field.kind != "zone" or ":" not in field.text:
            return frozenset()
        try:
            return self.time(field.text[1:], -1 if field.text[0] == "-" else 1)
        except BadDateTime:
            return frozenset()

    def number(self, text: str) -> frozenset[str]:
        unit = self.unit or _default_unit(self.limit)
        value, end = strtol(text)
        if not _INT64_MIN <= value < -_INT64_MIN:
            raise BadDateTime("field")
        fraction = 0.0
        if char_at(text, end) == "-":
            # years-months
            months, last = parse_int(text, end + 1)
            if not 0 <= months < 12:
                raise BadDateTime("field")
            if last != len(text):
                raise BadDateTime("format")
            unit = "month"
            value = value * 12 + (-months if text[0] == "-" else months)
            if not _INT64_MIN <= value < -_INT64_MIN:
                raise BadDateTime("field")
        elif char_at(text, end) == ".":
            fraction = parse_fraction(text[end:])
            if text[0] == "-":
                fraction = -fraction
        elif end != len(text):
            raise BadDateTime("format")
        if self.negative:
            value, fraction = -abs(value), -abs(fraction)
        self.span.add(unit, value, fraction)
        self.unit = "day" if unit == "hour" else unit
        self.unit_waits = False
        return _SUBSECONDS if unit == "second" and fraction else frozenset((unit,))

    def word(self, word: str, *, last: bool) -> frozenset[str]:
        if self.strict and self.unit_waits:
            raise BadDateTime("format")
        unit = _UNITS.get(word[:TOKEN_LENGTH])
        if unit is not None:
            self.unit = unit
            self.unit_waits = True
            return frozenset()
        if word == "ago":
            if self.strict and not last:
                raise BadDateTime("format")
            self.ago = True
            self.unit = "ago"
            return frozenset()
        kind, value = (date_word(word) or ("", "")) if self.strict else ("", "")
        if kind == "ignored":
            self.unit = ""
            return frozenset()
        if kind == "unit":
            self.unit = "minute" if value == "mm" else str(value)
            self.unit_waits = True
            return frozenset()
        if not last or value not in ("infinity", "-infinity", "+infinity"):
            raise BadDateTime("format")
        self.infinite = True
        # the type left over is RESERV, which no number fits
        self.unit = "infinity"
        return frozenset(("year", "month", "day")) | _CLOCK


_ISO_FIRST: Final = re.compile(r"[0-9.\-]", re.ASCII)


class _Iso:
    """DecodeISO8601Interval: P1Y2M3DT4H5M6S, P20010203T040506, P2001-02-03T04:05:06."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 1
        self.span = _Span()

    def number(self) -> tuple[int, float]:
        """ParseISO8601Number."""
        if not _ISO_FIRST.match(self.text, self.position):
            raise BadDateTime("format")
        value, end, lost = strtod(self.text, self.position)
        if end == self.position or lost:
            raise BadDateTime("format")
        if not -1.0e15 <= value <= 1.0e15:
            raise BadDateTime("field")
        self.position = end
        whole = int(value)
        return whole, value - whole

    def decode(self) -> _Span:
        if len(self.text) < 2 or self.text[0] != "P":
            raise BadDateTime("format")
        in_date = True
        have_field = False
        while self.position < len(self.text):
            if self.text[self.position] == "T":
                in_date = have_field = False
                self.position += 1
                continue
            start = self.position
            value, fraction = self.number()
            unit = char_at(self.text, self.position)
            self.position += 1
            if in_date and unit in ("T", "-", ""):
                if not self.alternative_date(value, fraction, unit, self.width(start), have_field):
                    break
                in_date = have_field = False
            elif not in_date and unit in (":", ""):
                self.alternative_time(value, fraction, unit, self.width(start), have_field)
                break
            else:
                self.designated(value, fraction, unit, in_date)
                have_field = True
        return self.span

    def width(self, start: int) -> int:
        """ISO8601IntegerWidth."""
        digits = re.compile(r"-?([0-9]*)").match(self.text, start)
        return len(digits.group(1)) if digits else 0

    def designated(self, value: int, fraction: float, unit: str, in_date: bool) -> None:
        names = {"Y": "year", "M": "month", "W": "week", "D": "day"} if in_date else {}
        names = names or {"H": "hour", "M": "minute", "S": "second"}
        if unit not in names:
            raise BadDateTime("format")
        self.span.add(names[unit], value, fraction)

    def alternative_date(self, value: int, fraction: float, unit: str, width: int, have_field: bool) -> bool:
        """A date without designators; True when a time follows."""
        if unit != "-" and width == 8 and not have_field:
            # C divides towards zero
            sign, digits = (-1, -value) if value < 0 else (1, value)
            self.span.add("year", sign * (digits // 10000), 0.0)
            self.span.add("month", sign * (digits // 100 % 100), 0.0)
            self.span.add("day", sign * (digits % 100), fraction)
            return unit == "T"
        if have_field:
            raise BadDateTime("format")
        self.span.add("year", value, fraction)
        if unit != "-":
            return unit == "T"
        self.span.add("month", *self.number())
        if char_at(self.text, self.position) in ("", "T"):
            return char_at(self.text, self.position) == "T"
        if self.text[self.position] != "-":
            raise BadDateTime("format")
        self.position += 1
        self.span.add("day", *self.number())
        if char_at(self.text, self.position) not in ("", "T"):
            raise BadDateTime("format")
        return char_at(self.text, self.position) == "T"

    def alternative_time(self, value: int, fraction: float, unit: str, width: int, have_field: bool) -> None:
        """A time without designators; it ends the interval."""
        if unit == "" and width == 6 and not have_field:
            sign, digits = (-1, -value) if value < 0 else (1, value)
            self.span.add("hour", sign * (digits // 10000), 0.0)
            self.span.add("minute", sign * (digits // 100 % 100), 0.0)
            self.span.add("second", sign * (digits % 100), 0.0)
            self.span.add_fraction(fraction, 1)
            return
        if have_field:
            raise BadDateTime("format")
        self.span.add("hour", value, fraction)
        if unit == "":
            return
        self.span.add("minute", *self.number())
        if self.position == len(self.text):
            return
        if self.text[self.position] != ":":
            raise BadDateTime("format")
        self.position += 1
        self.span.add("second", *self.number())
        if self.position != len(self.text):
            raise BadDateTime("format")


def _interval_in(text: str, request: Request) -> None:
    limit = request.typmod >> 16 & 0x7FFF if request.typmod >= 0 else _NO_LIMIT
    try:
        span = _read(text, limit, request)
    except BadDateTime as bad:
        code = "interval" if bad.code == "field" else bad.code
        raise parse_error(BadDateTime(code, bad.zone), text, "interval", request) from None
    if span is not None and not _INT32_MIN <= span.years * 12 + span.months < -_INT32_MIN:
        raise refuse("22008", "interval out of range")


def _read(text: str, limit: int, request: Request) -> _Span | None:
    """The span, or None for an infinite one."""
    try:
        decoder = _Decoder(split_fields(text, _BUFFER), limit, request)
        span = decoder.decode()
        return None if decoder.infinite else span
    except BadDateTime as bad:
        if bad.code != "format":
            raise
    return _Iso(text).decode()


READERS: Final[Mapping[str, Reader]] = {"interval": _interval_in}
