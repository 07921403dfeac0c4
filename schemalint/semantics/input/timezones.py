"""Looking up a time zone as date and time input does: abbreviations, zone names, POSIX specifications."""

import re
from functools import cache
from typing import Final, Literal

from schemalint.semantics.input.cscan import digits_value
from schemalint.semantics.input.result import Request, Undecided
from schemalint.semantics.input.timezone_names import (
    FIXED_ZONES,
    LOCAL_ABBREVIATIONS,
    OTHER_ABBREVIATIONS,
    STANDARD_ABBREVIATIONS,
    ZONES,
)

_UTC: Final = frozenset(("utc", "uct", "ut", "gmt", "z", "zulu", "universal", "etc/utc", "etc/gmt", "etc/zulu"))
_MAX_NAME: Final = 255
_TOKEN: Final = 10  # TOKMAXLEN: only so much of a word is compared

# What an offset of a zone is known to be: one offset in seconds east of Greenwich, one that is not known here, several.
Zone = int | Literal["fixed", "varying"]


def abbreviation(word: str, request: Request) -> Literal["standard", "other"] | None:
    """DecodeTimezoneAbbrev: what kind of abbreviation the lower-case word is, if it is one."""
    word = word[:_TOKEN]
    if word in STANDARD_ABBREVIATIONS:
        return "standard"
    if word in OTHER_ABBREVIATIONS:
        return "other"
    session = request.settings.timezone
    local = word in LOCAL_ABBREVIATIONS and request.server_version >= 18
    if local and (session is None or session.lower() not in _UTC):
        raise Undecided
    return None


def is_utc(name: str) -> bool:
    return name in _UTC


def find_zone(name: str) -> Zone | None:
    """pg_tzset: a zone by its lower-case name or POSIX specification; None when there is none."""
    if len(name) > _MAX_NAME:
        return None
    if name in _UTC:
        return 0
    if name in FIXED_ZONES:
        return "fixed"
    if name in ZONES:
        return "varying"
    if name.startswith(("posix/", "right/")) or name in ("localtime", "posixrules", "leapseconds"):
        raise Undecided
    if name in _installed_zones():
        return "varying"
    return _posix(name.upper())


@cache
def _installed_zones() -> frozenset[str]:
    """The zones of this machine, which may know newer names than the table."""
    from zoneinfo import available_timezones

    return frozenset(name.lower() for name in available_timezones())


_NAME: Final = r"(?:<[^>]*>|(?!<)[^0-9,+\-]*)"
_TIME: Final = r"(?>[+-]?[0-9]+(?:(?!:)|:[0-9]+(?:(?!:)|:[0-9]+)))"
_RULE: Final = rf"(?:J[0-9]+|M[0-9]+\.[0-9]+\.[0-9]+|[0-9]+)(?:/{_TIME})?"
_SPECIFICATION: Final = re.compile(
    rf"{_NAME}(?P<offset>{_TIME})(?P<dst>(?!$){_NAME}(?P<dst_offset>{_TIME})?(?:[,;](?P<rules>{_RULE},{_RULE}))?)?",
    re.ASCII,
)


def _posix(name: str) -> Zone | None:
    """tzparse: a name, an offset west of Greenwich, and perhaps a summer time with its rules."""
    match = _SPECIFICATION.fullmatch(name)
    if match is None:
        return None
    offset = _seconds(match.group("offset"))
    if offset is None:
        return None
    if not match.group("dst"):
        return -offset
    if match.group("dst")[0] in "0123456789,;+-" or match.group("dst").startswith("<>"):
        return None
    summer = _seconds(match.group("dst_offset")) if match.group("dst_offset") else offset - 3600
    rules = match.group("rules")
    if summer is None or not all(map(_is_rule, rules.split(",") if rules else ())):
        return None
    # Whether rules ever change the offset is not worked out here.
    return "fixed" if summer == offset or rules else "varying"


def _seconds(written: str) -> int | None:
    """getoffset: hours up to a week, minutes, seconds."""
    parts = [digits_value(part) for part in written.lstrip("+-").split(":")]
    for part, highest in zip(parts, (167, 59, 60), strict=False):
        if part > highest:
            return None
    total = sum(part * scale for part, scale in zip(parts, (3600, 60, 1), strict=False))
    return -total if written.startswith("-") else total


def _is_rule(rule: str) -> bool:
    """getrule's limits."""
    day, _, time = rule.partition("/")
    if time and _seconds(time) is None:
        return False
    numbers = [digits_value(part) for part in day.lstrip("JM").split(".")]
    if day.startswith("J"):
        return 1 <= numbers[0] <= 365
    if day.startswith("M"):
        return 1 <= numbers[0] <= 12 and 1 <= numbers[1] <= 5 and numbers[2] <= 6
    return numbers[0] <= 365
