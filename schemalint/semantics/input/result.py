"""What reading a literal gives: the error the server would raise, and what a reader is asked."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

INVALID_TEXT: Final = "22P02"
OUT_OF_RANGE: Final = "22003"
SYNTAX_ERROR: Final = "42601"
LIMIT_EXCEEDED: Final = "54000"


class InputError(msgspec.Struct, frozen=True):
    """An error of an input function, in the server's words (English, `lc_messages` C)."""

    sqlstate: str
    message: str
    detail: str = ""
    hint: str = ""


class InputSettings(msgspec.Struct, frozen=True):
    """The session settings that input functions read; the defaults are initdb's.

    `timezone` is None when the session's zone is not known: then nothing is decided that depends on it.
    `lc_monetary` is None when the locale of `money` is not known.
    """

    date_order: Literal["MDY", "DMY", "YMD"] = "MDY"
    sql_standard_intervals: bool = False
    array_nulls: bool = True
    timezone: str | None = None
    lc_monetary: str | None = "en_US.UTF-8"


DEFAULT: Final = InputSettings()


class Request(msgspec.Struct, frozen=True):
    """How to read: the type modifier (-1: none), the server's major version, the settings.

    `explicit` says that the modifier is applied by an explicit cast, which truncates where an assignment refuses.
    """

    typmod: int = -1
    server_version: int = 18
    settings: InputSettings = DEFAULT
    explicit: bool = False


# A reader raises Refused or Undecided, or returns the value; None is a value of a type that has no Python form here.
Reader = Callable[[str, Request], object]


class Refused(Exception):
    """The server would refuse the literal."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error.message)
        self.error = error


class Undecided(Exception):
    """What the server would say depends on something that is not known here; taken as accepted."""


def refuse(sqlstate: str, message: str, *, detail: str = "", hint: str = "") -> Refused:
    return Refused(InputError(sqlstate, message, detail, hint))


def invalid_syntax(type_name: str, text: str) -> Refused:
    """22P02 as nearly every input function words it; `type_name` is the SQL name (integer, not int4)."""
    return refuse(INVALID_TEXT, f'invalid input syntax for type {type_name}: "{text}"')


def out_of_range(type_name: str, text: str) -> Refused:
    return refuse(OUT_OF_RANGE, f'value "{text}" is out of range for type {type_name}')
