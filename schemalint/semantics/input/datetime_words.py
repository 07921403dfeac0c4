"""Decoding a whole date and time or a time of day: DecodeDateTime and DecodeTimeOnly."""

from collections.abc import Sequence
from typing import Final

from schemalint.semantics.input.cscan import char_at, is_digit
from schemalint.semantics.input.datetime_decode import (
    DATE,
    DAY,
    ERA,
    HOUR,
    MERIDIEM,
    MINUTE,
    MONTH,
    SECOND,
    SPECIAL,
    SUBSECOND,
    SUMMER,
    SUMMER_ZONE,
    TIME,
    USECS_PER_DAY,
    WEEKDAY,
    YEAR,
    ZONE,
    Decoding,
    decode_date,
    decode_number,
    decode_number_field,
    decode_time,
    decode_timezone,
    parse_fraction,
    parse_int,
    parse_microseconds,
    validate_date,
)
from schemalint.semantics.input.datetime_fields import OLD_LABELS, BadDateTime, Field, date_word
from schemalint.semantics.input.result import Request
from schemalint.semantics.input.timezones import abbreviation, find_zone, is_utc

_OLD_PARTS: Final = {
    "y": ("year", YEAR),
    "m": ("month", MONTH),
    "d": ("day", DAY),
    "h": ("hour", HOUR),
    "mm": ("minute", MINUTE),
    "s": ("second", SECOND),
}


def decode_date_time(fields: Sequence[Field], request: Request) -> Decoding:
    """DecodeDateTime; a time without a date is an error as any other."""
    decoding = Decoding(request)
    for index, field in enumerate(fields):
        if field.kind == "date":
            mask: int | None = _date_field(decoding, field.text)
        elif field.kind == "time":
            _take_label(decoding)
            mask = decode_time(decoding, field.text)
            if decoding.time_overflows():
                raise BadDateTime("field")
        elif field.kind == "zone":
            decoding.offset = decode_timezone(field.text)
            mask = ZONE
        elif field.kind == "number":
            mask = _labelled_number(decoding, field.text) if decoding.label else _number(decoding, field.text)
        else:
            mask = _word(decoding, field.text, fields[index + 1 :], time_only=False)
        _merge(decoding, mask)
    modern = request.server_version >= 16
    if modern and decoding.label:
        raise BadDateTime("format")
    if modern and decoding.special:
        return decoding
    validate_date(decoding)
    _apply_meridiem(decoding)
    if not decoding.special:
        if decoding.seen & DATE != DATE:
            raise BadDateTime("format")
        _check_summer(decoding)
    return decoding


def decode_time_only(fields: Sequence[Field], request: Request) -> Decoding:
    """DecodeTimeOnly: a date is taken only where it can help to find the offset of a zone."""
    decoding = Decoding(request)
    last = fields[-1].kind if fields else ""
    for index, field in enumerate(fields):
        leading = index == 0 and len(fields) >= 2
        if field.kind == "date":
            is_date = leading and (last == "date" or fields[1].kind == "time")
            mask: int | None = (
                decode_date(decoding, field.text, decoding.seen)
                if is_date
                else _time_and_zone(decoding, field.text, DATE)
            )
        elif field.kind == "time":
            if request.server_version >= 16:
                _take_label(decoding)
            mask = decode_time(decoding, field.text)
        elif field.kind == "zone":
            decoding.offset = decode_timezone(field.text)
            mask = ZONE
        elif field.kind == "number" and decoding.label:
            mask = _labelled_number(decoding, field.text)
        elif field.kind == "number":
            mask = _time_number(decoding, field.text, may_be_date=leading and last == "date")
        else:
            mask = _word(decoding, field.text, fields[index + 1 :], time_only=True)
        _merge(decoding, mask)
    if decoding.label and request.server_version >= 16:
        raise BadDateTime("format")
    _finish_time(decoding)
    return decoding


def _merge(decoding: Decoding, mask: int | None) -> None:
    """Every kind of thing may be said once."""
    if mask is None:
        return
    if mask & decoding.seen:
        raise BadDateTime("format")
    decoding.seen |= mask


def _apply_meridiem(decoding: Decoding) -> None:
    if not decoding.meridiem:
        return
    if decoding.hour > 12:
        raise BadDateTime("field")
    if decoding.meridiem == "am" and decoding.hour == 12:
        decoding.hour = 0
    elif decoding.meridiem == "pm" and decoding.hour != 12:
        decoding.hour += 12


def _check_summer(decoding: Decoding) -> None:
    """ "DST" stands only behind an abbreviation with one standard offset."""
    named = decoding.zone is not None or decoding.moving_abbreviation
    if decoding.seen & SUMMER and (named or not decoding.seen & ZONE):
        raise BadDateTime("format")


def _finish_time(decoding: Decoding) -> None:
    validate_date(decoding)
    _apply_meridiem(decoding)
    if decoding.time_overflows():
        raise BadDateTime("field")
    if decoding.seen & TIME != TIME:
        raise BadDateTime("format")
    _check_summer(decoding)
    dated = decoding.seen & DATE
    if decoding.zone == "varying" and dated != DATE:
        raise BadDateTime("format")
    needs_date = decoding.moving_abbreviation or not decoding.seen & ZONE
    if needs_date and dated not in (0, DATE):
        raise BadDateTime("format")


def _take_label(decoding: Decoding) -> None:
    """Only "t" may stand before a time."""
    if decoding.label not in ("", "time"):
        raise BadDateTime("format")
    decoding.label = ""


def _date_field(decoding: Decoding, text: str) -> int:
    """A field with the form of a date: a Julian day with a zone, a zone, a time with a zone, or a date."""
    if decoding.label == "julian":
        day, end = parse_int(text)
        if day < 0:
            raise BadDateTime("field")
        decoding.set_julian(day)
        decoding.offset = decode_timezone(text[end:])
        decoding.label = ""
        return DATE | TIME | ZONE
    if decoding.label or decoding.seen & (MONTH | DAY) == MONTH | DAY:
        return _time_and_zone(decoding, text, 0)
    return decode_date(decoding, text, decoding.seen)


def _time_and_zone(decoding: Decoding, text: str, assumed: int) -> int:
    """hhmmss-zz, or the name of a zone; `assumed` is what a time alone needs not have seen."""
    if not is_digit(text[0]) and (assumed or not decoding.label):
        zone = find_zone(text)
        if zone is None:
            raise BadDateTime("zone", text)
        decoding.zone = zone
        return ZONE
    if not assumed:
        _take_label(decoding)
    if decoding.seen & TIME == TIME:
        raise BadDateTime("format")
    cut = text.find("-")
    if cut < 0:
        raise BadDateTime("format")
    decoding.offset = decode_timezone(text[cut:])
    return decode_number_field(decoding, text[:cut], decoding.seen | assumed) | ZONE


def _labelled_number(decoding: Decoding, text: str) -> int:
    """The number behind "julian" or "t"."""
    value, end = parse_int(text)
    if char_at(text, end) not in ("", "."):
        raise BadDateTime("format")
    label, decoding.label = decoding.label, ""
    if label == "time":
        if decode_number_field(decoding, text, decoding.seen | DATE) != TIME:
            raise BadDateTime("format")
        return TIME
    if label != "julian":
        return _old_label(decoding, label, value, text[end:])
    if value < 0:
        raise BadDateTime("field")
    decoding.set_julian(value)
    if end == len(text):
        return DATE
    decoding.set_time(parse_fraction(text[end:]) * USECS_PER_DAY)
    return DATE | TIME


def _old_label(decoding: Decoding, label: str, value: int, fraction: str) -> int:
    """The form y2001m02d04h05mm06s07, which PostgreSQL 15 was the last to take."""
    if decoding.request.server_version >= 16 or label not in OLD_LABELS or (fraction and label != "s"):
        raise BadDateTime("format")
    if label == "m" and decoding.seen & MONTH and decoding.seen & HOUR:
        label = "mm"
    name, mask = _OLD_PARTS[label]
    setattr(decoding, name, value)
    if fraction:
        decoding.microsecond = parse_microseconds(fraction)
        mask |= SUBSECOND
    return mask


def _number(decoding: Decoding, text: str) -> int:
    """A number without a label: a date with points, a run-together date or time, or one part of a date."""
    point = text.find(".")
    seen = decoding.seen
    if point >= 0 and not seen & DATE:
        return decode_date(decoding, text, seen)
    if point > 2 or (len(text) >= 6 and not (seen & DATE and seen & TIME)):
        return decode_number_field(decoding, text, seen)
    return decode_number(decoding, text, seen, text_month=decoding.text_month)


def _time_number(decoding: Decoding, text: str, *, may_be_date: bool) -> int:
    point = text.find(".")
    seen = decoding.seen | DATE
    if point >= 0 and may_be_date:
        return decode_date(decoding, text, decoding.seen)
    if point > 2 or (point < 0 and len(text) > 4):
        return decode_number_field(decoding, text, seen)
    if point >= 0:
        raise BadDateTime("format")
    return decode_number(decoding, text, seen, text_month=False)


def _word(decoding: Decoding, word: str, following: Sequence[Field], *, time_only: bool) -> int | None:
    """A word: a zone's abbreviation before all else, a keyword, or a zone's name; None for one that says nothing."""
    request = decoding.request
    known_abbreviation = abbreviation(word, request)
    if known_abbreviation == "standard":
        if is_utc(word):
            decoding.offset = 0
        return ZONE
    if known_abbreviation == "other":
        decoding.moving_abbreviation = True
        return ZONE | SUMMER_ZONE
    found = date_word(word)
    if found is None or (word == "+infinity" and request.server_version < 16):
        zone = find_zone(word)
        if zone is None:
            raise BadDateTime("format")
        decoding.zone = zone
        return ZONE
    kind, value = found
    if kind == "reserved":
        return _reserved(decoding, str(value), time_only=time_only)
    if kind in ("unit", "iso time"):
        return _label(decoding, kind, str(value), following, time_only=time_only)
    if time_only and kind in ("month", "weekday"):
        raise BadDateTime("format")
    return _plain_word(decoding, kind, value)


def _plain_word(decoding: Decoding, kind: str, value: str | int) -> int | None:
    if kind == "month":
        return _month(decoding, int(value))
    if kind == "summer":
        return SUMMER | SUMMER_ZONE
    if kind == "meridiem":
        decoding.meridiem = str(value)
        return MERIDIEM
    if kind == "era":
        decoding.bc = value == "bc"
        return ERA
    return WEEKDAY if kind == "weekday" else None


def _month(decoding: Decoding, month: int) -> int:
    """A month's name; a number that was taken for the month is then the day."""
    mask = MONTH
    if decoding.seen & MONTH and not decoding.text_month and not decoding.seen & DAY and 1 <= decoding.month <= 31:
        decoding.day = decoding.month
        mask = DAY
    decoding.text_month = True
    decoding.month = month
    return mask


def _label(decoding: Decoding, kind: str, value: str, following: Sequence[Field], *, time_only: bool) -> int:
    """ "j" before a Julian day, "t" before a time."""
    modern = decoding.request.server_version >= 16
    if kind == "iso time":
        if not time_only and decoding.seen & DATE != DATE:
            raise BadDateTime("format")
        if not modern and (not following or following[0].kind not in ("number", "time", "date")):
            raise BadDateTime("format")
    if decoding.label and modern:
        raise BadDateTime("format")
    decoding.label = value
    return 0


def _reserved(decoding: Decoding, word: str, *, time_only: bool) -> int:
    """now, today, epoch, infinity ...; the current time stands for any time of day before noon."""
    if word == "allballs":
        decoding.hour = decoding.minute = decoding.second = 0
        decoding.offset = 0
        return TIME | ZONE
    if time_only and word != "now":
        raise BadDateTime("format")
    if word in ("epoch", "infinity", "-infinity", "+infinity"):
        decoding.special = word.lstrip("+")
        return DATE | TIME | ZONE if decoding.request.server_version >= 16 else SPECIAL
    decoding.relative = True
    if time_only:
        decoding.hour = 6
        return TIME
    decoding.year, decoding.month, decoding.day = 2024, 6, 15
    if word != "now":
        return DATE
    decoding.hour = 6
    return DATE | TIME | ZONE
