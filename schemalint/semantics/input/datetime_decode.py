"""Decoding the pieces of a date or time: DecodeDate, DecodeNumber, DecodeTime, DecodeTimezone, ValidateDate."""

import re
from typing import Final

from schemalint.semantics.input.cscan import char_at, is_alnum, is_alpha, is_digit, strtol
from schemalint.semantics.input.datetime_fields import BadDateTime, date_word
from schemalint.semantics.input.result import Request, Undecided
from schemalint.semantics.input.timezones import Zone

(
    YEAR,
    MONTH,
    DAY,
    ZONE,
    SUMMER_ZONE,
    SUMMER,
    MERIDIEM,
    ERA,
    WEEKDAY,
    HOUR,
    MINUTE,
    SECOND,
    SUBSECOND,
    YEARDAY,
    SPECIAL,
) = (1 << bit for bit in range(15))
DATE: Final = YEAR | MONTH | DAY
TIME: Final = HOUR | MINUTE | SECOND | SUBSECOND
USECS_PER_SEC: Final = 1_000_000
USECS_PER_DAY: Final = 86_400 * USECS_PER_SEC
_INT_MAX: Final = 2**31 - 1
_MAX_YEAR: Final = 5874897
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FRACTION: Final = re.compile(r"\.[0-9]*", re.ASCII)


class Decoding:
    """What is known so far: the fields of struct pg_tm, and the flags of DecodeDateTime."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.year = self.month = self.day = self.yearday = 0
        self.hour = self.minute = self.second = self.microsecond = 0
        self.seen = 0  # fmask
        self.label = ""  # ptype
        self.meridiem = ""
        self.text_month = False
        self.julian = False
        self.two_digit_year = False
        self.bc = False
        self.zone: Zone | None = None  # a named zone, as find_zone gives it
        self.moving_abbreviation = False
        self.offset: int | None = None  # seconds east, when written as such
        self.special = ""  # epoch, infinity, -infinity
        self.relative = False  # now, today, ...

    def set_julian(self, day: int) -> None:
        self.year, self.month, self.day = from_julian(day)
        self.julian = True

    def set_time(self, microseconds: float) -> None:
        """dt2time."""
        seconds, self.microsecond = divmod(int(microseconds), USECS_PER_SEC)
        minutes, self.second = divmod(seconds, 60)
        self.hour, self.minute = divmod(minutes, 60)

    def time_overflows(self) -> bool:
        """time_overflows."""
        if self.hour > 24 or self.minute > 59 or self.second > 60 or self.microsecond > USECS_PER_SEC:
            return True
        return self.time_of_day() > USECS_PER_DAY

    def time_of_day(self) -> int:
        """Microseconds since midnight."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * USECS_PER_SEC + self.microsecond


def to_julian(year: int, month: int, day: int) -> int:
    """date2j: the Julian day of a date of the Gregorian calendar, year 0 being 1 BC."""
    shifted = year + 4800 - (month <= 2)
    months = month + 1 + (12 if month <= 2 else 0)
    leap_days = shifted // 4 - shifted // 100 + shifted // 400
    return shifted * 365 - 32167 + leap_days + 7834 * months // 256 + day


def from_julian(day: int) -> tuple[int, int, int]:
    """j2date: year, month and day, by cycles of 400, 100, 4 and 1 years that begin on 1 March."""
    days = day + 32044
    era, days = divmod(days, 146097)
    century = min(days // 36524, 3)
    days -= century * 36524
    quad, days = divmod(days, 1461)
    single = min(days // 365, 3)
    days -= single * 365
    month = (5 * days + 2) // 153
    year = era * 400 + century * 100 + quad * 4 + single - 4800
    return year + month // 10, (month + 2) % 12 + 1, days - (153 * month + 2) // 5 + 1


def parse_int(text: str, position: int = 0, code: str = "field") -> tuple[int, int]:
    """strtoint: a number that fits an int."""
    value, end = strtol(text, position)
    if not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise BadDateTime(code)
    return value, end


def parse_fraction(text: str) -> float:
    """ParseFraction: a point and digits to the end."""
    if not _FRACTION.fullmatch(text):
        raise BadDateTime("format")
    return float(text) if len(text) > 1 else 0.0


def parse_microseconds(text: str) -> int:
    """ParseFractionalSecond."""
    return round(parse_fraction(text) * USECS_PER_SEC)


def split_time(text: str, *, minute_to_second: bool = False) -> tuple[int, int, int, int]:
    """DecodeTimeCommon: hours (of any size), minutes, seconds, microseconds."""
    hour, end = strtol(text)
    if abs(hour) >= 2**63:
        raise BadDateTime("field")
    if char_at(text, end) != ":":
        raise BadDateTime("format")
    minute, end = parse_int(text, end + 1)
    second = microsecond = 0
    shift = False
    if end == len(text):
        shift = minute_to_second
    elif text[end] == ".":
        microsecond = parse_microseconds(text[end:])
        shift = True
    elif text[end] == ":":
        second, end = parse_int(text, end + 1)
        if char_at(text, end) == ".":
            microsecond = parse_microseconds(text[end:])
        elif end != len(text):
            raise BadDateTime("format")
    else:
        raise BadDateTime("format")
    if shift:
        if abs(hour) > _INT_MAX:
            raise BadDateTime("field")
        hour, minute, second = 0, hour, minute
    if hour < 0 or not 0 <= minute < 60 or not 0 <= second <= 60 or microsecond > USECS_PER_SEC:
        raise BadDateTime("field")
    return hour, minute, second, microsecond


def decode_time(decoding: Decoding, text: str) -> int:
    """DecodeTime."""
    hour, decoding.minute, decoding.second, decoding.microsecond = split_time(text)
    if hour > _INT_MAX:
        raise BadDateTime("field")
    decoding.hour = hour
    return TIME


def decode_timezone(text: str) -> int:
    """DecodeTimezone: a numeric offset, in seconds east of Greenwich."""
    if char_at(text, 0) not in ("+", "-"):
        raise BadDateTime("format")
    hours, end = parse_int(text, 1, "displacement")
    minutes = seconds = 0
    if char_at(text, end) == ":":
        minutes, end = parse_int(text, end + 1, "displacement")
        if char_at(text, end) == ":":
            seconds, end = parse_int(text, end + 1, "displacement")
    elif end == len(text) and len(text) > 3:
        hours, minutes = divmod(hours, 100)
    if not 0 <= hours <= 15 or not 0 <= minutes < 60 or not 0 <= seconds < 60:
        raise BadDateTime("displacement")
    if end != len(text):
        raise BadDateTime("format")
    offset = (hours * 60 + minutes) * 60 + seconds
    return -offset if text[0] == "-" else offset


def decode_number(decoding: Decoding, text: str, seen: int, *, text_month: bool) -> int:
    """DecodeNumber: a plain number in the context of what is known; returns what it is."""
    value, end = parse_int(text)
    if end == 0:
        raise BadDateTime("format")
    if char_at(text, end) == ".":
        if end > 2:
            return decode_number_field(decoding, text, seen | DATE)
        decoding.microsecond = parse_microseconds(text[end:])
    elif end != len(text):
        raise BadDateTime("format")
    known = seen & DATE
    if len(text) == 3 and known == YEAR and 1 <= value <= 366:
        decoding.yearday = value
        return YEARDAY | MONTH | DAY
    if known == DATE:
        return decode_number_field(decoding, text, seen)
    return _date_part(decoding, value, len(text), known, text_month)


def _date_part(decoding: Decoding, value: int, length: int, known: int, text_month: bool) -> int:
    order = decoding.request.settings.date_order
    if known == 0:
        part = YEAR if length >= 3 or order == "YMD" else DAY if order == "DMY" else MONTH
    elif known == MONTH and text_month:
        part = YEAR if length >= 3 or order == "YMD" else DAY
    elif known in (YEAR, DAY):
        part = MONTH
    elif known in (MONTH, YEAR | MONTH):
        part = DAY
    elif known == MONTH | DAY:
        part = YEAR
    else:
        raise BadDateTime("format")
    if known == YEAR | MONTH and text_month and length >= 3 and decoding.two_digit_year:
        # the first number was the day after all
        decoding.day, decoding.year, decoding.two_digit_year = decoding.year, value, False
    elif part == YEAR:
        decoding.year, decoding.two_digit_year = value, length <= 2
    elif part == MONTH:
        decoding.month = value
    else:
        decoding.day = value
    return part


def _leading_int(text: str) -> int:
    """atoi, which keeps the low 32 bits of what strtol gives."""
    value, _ = strtol(text)
    return (min(value, 2**63 - 1) + _INT_MAX + 1) % 2**32 - _INT_MAX - 1


def decode_number_field(decoding: Decoding, text: str, seen: int) -> int:
    """DecodeNumberField: a date or time run together, as 20011225 or 040506.789."""
    strict = decoding.request.server_version >= 18
    if strict and any(not is_digit(character) and character != "." for character in text):
        raise BadDateTime("format")
    point = text.find(".")
    if point >= 0:
        fraction = text[point:]
        if not strict:
            match = _FRACTION.match(fraction)
            fraction = match.group() if match else fraction
        decoding.microsecond = parse_microseconds(fraction)
        text = text[:point]
    elif seen & DATE != DATE and len(text) >= 6:
        decoding.day = _leading_int(text[-2:])
        decoding.month = _leading_int(text[-4:-2])
        decoding.year = _leading_int(text[:-4])
        if len(text) == 6:
            decoding.two_digit_year = True
        return DATE
    if seen & TIME != TIME and len(text) in (4, 6):
        decoding.second = _leading_int(text[4:])
        decoding.minute = _leading_int(text[2:4])
        decoding.hour = _leading_int(text[:2])
        return TIME
    raise BadDateTime("format")


def decode_date(decoding: Decoding, text: str, seen: int) -> int:
    """DecodeDate: numbers and a month name with delimiters; returns what it sets."""
    parts = _date_parts(text)
    found = 0
    text_month = False
    numbers = []
    for part in parts:
        if not is_alpha(part[0]):
            numbers.append(part)
            continue
        kind, value = date_word(part) or ("", 0)
        if kind == "ignored":
            # it stays in the list, as a number that cannot be one
            numbers.append(part)
            continue
        if kind != "month" or (seen | found) & MONTH:
            raise BadDateTime("format")
        decoding.month = int(value)
        text_month = True
        found |= MONTH
    microsecond = decoding.microsecond
    for part in numbers:
        mask = decode_number(decoding, part, seen | found, text_month=text_month)
        if (seen | found) & mask:
            raise BadDateTime("format")
        found |= mask
    decoding.microsecond = microsecond
    if (seen | found) & ~(YEARDAY | ZONE) != DATE:
        raise BadDateTime("format")
    return found


def _date_parts(text: str) -> list[str]:
    """Runs of digits and of letters; one character between two runs is dropped, whatever it is."""
    parts: list[str] = []
    position = 0
    while position < len(text) and len(parts) < 25:
        while position < len(text) and not is_alnum(text[position]):
            position += 1
        if position == len(text):
            raise BadDateTime("format")
        test = is_digit if is_digit(text[position]) else is_alpha
        end = position
        while test(char_at(text, end)):
            end += 1
        parts.append(text[position:end])
        position = end + 1
    return parts


def validate_date(decoding: Decoding) -> None:
    """ValidateDate."""
    seen = decoding.seen
    if seen & YEAR and not decoding.julian:
        if decoding.two_digit_year and not decoding.bc:
            if decoding.year < 100:
                decoding.year += 2000 if decoding.year < 70 else 1900
        elif decoding.year <= 0:
            raise BadDateTime("field")
        elif decoding.bc:
            decoding.year = 1 - decoding.year
    if seen & YEARDAY:
        if decoding.year > _MAX_YEAR:
            raise Undecided  # the arithmetic of the server wraps around
        first = to_julian(decoding.year, 1, 1)
        decoding.year, decoding.month, decoding.day = from_julian(first + decoding.yearday - 1)
    if seen & MONTH and not 1 <= decoding.month <= 12:
        raise BadDateTime("month-day")
    if seen & DAY and not 1 <= decoding.day <= 31:
        raise BadDateTime("month-day")
    if seen & DATE == DATE and decoding.day > days_in_month(decoding.year, decoding.month):
        raise BadDateTime("field")


def days_in_month(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS[month - 1]
