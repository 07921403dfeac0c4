"""date, time, timetz, timestamp, timestamptz."""

import datetime
from collections.abc import Callable, Mapping
from functools import total_ordering
from typing import Final

from schemalint.semantics.input.datetime_decode import SUMMER, USECS_PER_DAY, USECS_PER_SEC, ZONE, Decoding, to_julian
from schemalint.semantics.input.datetime_fields import BadDateTime, Field, split_fields
from schemalint.semantics.input.datetime_words import decode_date_time, decode_time_only
from schemalint.semantics.input.result import Reader, Refused, Request, Undecided, refuse
from schemalint.semantics.input.timezones import is_utc

_POSTGRES_EPOCH: Final = 2451545  # Julian day of 2000-01-01
_DATE_END: Final = 2147483494  # Julian day of 5874898-01-01
_MIN_TIMESTAMP: Final = -_POSTGRES_EPOCH * USECS_PER_DAY
_END_TIMESTAMP: Final = (109203528 - _POSTGRES_EPOCH) * USECS_PER_DAY  # 294277-01-01
_SLACK: Final = USECS_PER_DAY  # more than any zone differs from Greenwich
_DATE_BUFFER: Final = 129
_TIMESTAMP_BUFFER: Final = 153
_UNIX_EPOCH: Final = -10957 * USECS_PER_DAY
_EPOCH: Final = datetime.datetime(2000, 1, 1)


@total_ordering
class Infinity:
    """infinity (sign 1) or -infinity (sign -1) of a date or timestamp; it compares with every date."""

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Infinity) and other.sign == self.sign

    def __lt__(self, other: object) -> bool:
        return self.sign < (other.sign if isinstance(other, Infinity) else 0)

    def __hash__(self) -> int:
        return hash(("Infinity", self.sign))

    def __repr__(self) -> str:
        return "infinity" if self.sign > 0 else "-infinity"


INFINITY: Final = Infinity(1)
MINUS_INFINITY: Final = Infinity(-1)


def parse_error(bad: BadDateTime, text: str, type_name: str, request: Request) -> Refused:
    """DateTimeParseError."""
    if bad.code == "field":
        return refuse("22008", f'date/time field value out of range: "{text}"')
    if bad.code == "month-day":
        setting = "DateStyle" if request.server_version >= 18 else "datestyle"
        hint = f'Perhaps you need a different "{setting}" setting.'
        return refuse("22008", f'date/time field value out of range: "{text}"', hint=hint)
    if bad.code == "interval":
        return refuse("22015", f'interval field value out of range: "{text}"')
    if bad.code == "displacement":
        return refuse("22009", f'time zone displacement out of range: "{text}"')
    if bad.code == "zone":
        return refuse("22023", f'time zone "{bad.zone}" not recognized')
    return refuse("22007", f'invalid input syntax for type {type_name}: "{text}"')


def _decode(
    text: str, type_name: str, buffer_size: int, decode: Callable[[list[Field], Request], Decoding], request: Request
) -> Decoding:
    try:
        return decode(split_fields(text, buffer_size), request)
    except BadDateTime as bad:
        raise parse_error(bad, text, type_name, request) from None


def _special(word: str) -> Infinity:
    return INFINITY if word == "infinity" else MINUS_INFINITY


def _julian_day(decoding: Decoding) -> int | None:
    """The Julian day, or None outside of what date2j can do (IS_VALID_JULIAN)."""
    if not (-4713, 11) <= (decoding.year, decoding.month) < (5874898, 6):
        return None
    return to_julian(decoding.year, decoding.month, decoding.day)


def _read_date(text: str, request: Request) -> tuple[Decoding, int]:
    """date_in: what was read, and days since 2000-01-01 unless it is special."""
    decoding = _decode(text, "date", _DATE_BUFFER, decode_date_time, request)
    if decoding.special == "epoch":
        decoding.year, decoding.month, decoding.day = 1970, 1, 1
    elif decoding.special:
        return decoding, 0
    day = _julian_day(decoding)
    if day is None or not 0 <= day < _DATE_END:
        raise refuse("22008", f'date out of range: "{text}"')
    return decoding, day - _POSTGRES_EPOCH


def _date_in(text: str, request: Request) -> datetime.date | Infinity | None:
    decoding, _ = _read_date(text, request)
    if decoding.special not in ("", "epoch"):
        return _special(decoding.special)
    if decoding.relative or not 1 <= decoding.year <= 9999:
        return None
    return datetime.date(decoding.year, decoding.month, decoding.day)


def _timestamp_value(text: str, decoding: Decoding, offset: int | None) -> int:
    """tm2timestamp: microseconds since 2000-01-01; `offset` is None when the zone's is not known."""
    out_of_range = refuse("22008", f'timestamp out of range: "{text}"')
    day = _julian_day(decoding)
    if day is None:
        raise out_of_range
    value = (day - _POSTGRES_EPOCH) * USECS_PER_DAY + decoding.time_of_day()
    if not -(2**63) <= value < 2**63:
        raise out_of_range
    slack = _SLACK if offset is None else 0
    value -= (offset or 0) * USECS_PER_SEC
    if not _MIN_TIMESTAMP - slack <= value < _END_TIMESTAMP + slack:
        raise out_of_range
    if slack and not _MIN_TIMESTAMP + slack <= value < _END_TIMESTAMP - slack:
        raise Undecided
    return value


def _rounded(value: int, typmod: int) -> int:
    """AdjustTimestampForTypmod: halves go away from zero."""
    if not 0 <= typmod < 6:
        return value
    unit: int = 10 ** (6 - typmod)
    magnitude = (abs(value) + unit // 2) // unit * unit
    return magnitude if value >= 0 else -magnitude


def _as_datetime(value: int) -> datetime.datetime | None:
    try:
        return _EPOCH + datetime.timedelta(microseconds=value)
    except OverflowError:
        return None


def _read_timestamp(text: str, request: Request) -> tuple[Decoding, int]:
    """timestamp_in: what was read, and microseconds since 2000-01-01. A zone is read and ignored."""
    decoding = _decode(text, "timestamp", _TIMESTAMP_BUFFER, decode_date_time, request)
    if decoding.special:
        return decoding, _UNIX_EPOCH
    return decoding, _rounded(_timestamp_value(text, decoding, 0), request.typmod)


def _read_timestamptz(text: str, request: Request) -> tuple[Decoding, int | None]:
    """timestamptz_in; the instant is known when the offset is written, or zone or session are at UTC."""
    decoding = _decode(text, "timestamp with time zone", _TIMESTAMP_BUFFER, decode_date_time, request)
    if decoding.special:
        return decoding, _UNIX_EPOCH
    offset = _offset(decoding)
    value = _rounded(_timestamp_value(text, decoding, offset), request.typmod)
    return decoding, None if offset is None else value


def _timestamp_in(text: str, request: Request) -> datetime.datetime | Infinity | None:
    decoding, value = _read_timestamp(text, request)
    if decoding.special not in ("", "epoch"):
        return _special(decoding.special)
    return None if decoding.relative else _as_datetime(value)


def _timestamptz_in(text: str, request: Request) -> datetime.datetime | Infinity | None:
    decoding, value = _read_timestamptz(text, request)
    if decoding.special not in ("", "epoch"):
        return _special(decoding.special)
    if value is None or decoding.relative:
        return None
    instant = _as_datetime(value)
    return instant and instant.replace(tzinfo=datetime.UTC)


def read_instant(type_name: str, text: str, request: Request) -> int | Infinity | None:
    """A date, timestamp or timestamptz of any year as a number: days or microseconds since 2000-01-01."""
    value: int | None
    if type_name == "date":
        decoding, value = _read_date(text, request)
    elif type_name == "timestamp":
        decoding, value = _read_timestamp(text, request)
    else:
        decoding, value = _read_timestamptz(text, request)
    if decoding.special not in ("", "epoch"):
        return _special(decoding.special)
    return None if decoding.relative else value


def _offset(decoding: Decoding) -> int | None:
    """Seconds east of Greenwich, when known."""
    if decoding.seen & SUMMER:
        return None
    if isinstance(decoding.zone, int):
        return decoding.zone
    if decoding.seen & ZONE:
        return decoding.offset
    session = decoding.request.settings.timezone
    return 0 if session is not None and is_utc(session.lower()) else None


def _time_in(text: str, request: Request) -> datetime.time | None:
    decoding = _decode(text, "time", _DATE_BUFFER, decode_time_only, request)
    value = _rounded(decoding.time_of_day(), request.typmod)
    if decoding.relative or value >= USECS_PER_DAY:
        return None
    return (_EPOCH + datetime.timedelta(microseconds=value)).time()


def _timetz_in(text: str, request: Request) -> None:
    _decode(text, "time with time zone", _DATE_BUFFER, decode_time_only, request)


READERS: Final[Mapping[str, Reader]] = {
    "date": _date_in,
    "time": _time_in,
    "timetz": _timetz_in,
    "timestamp": _timestamp_in,
    "timestamptz": _timestamptz_in,
}
