"""Splitting a date, time or interval into fields (ParseDateTime), and the words that these know."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from schemalint.semantics.input.cscan import DIGITS, SPACES, char_at, is_alnum, is_alpha, is_digit

FieldKind = Literal["number", "string", "date", "time", "zone", "special"]
TOKEN_LENGTH: Final = 10  # TOKMAXLEN: only so much of a word is compared
_MAX_FIELDS: Final = 25


class Field(msgspec.Struct, frozen=True):
    """One field, in lower case. A zone is a sign and digits; a special is a sign and letters."""

    kind: FieldKind
    text: str


class BadDateTime(Exception):
    """A DTERR code: format, field, month-day, interval, displacement, or the name of an unknown zone."""

    def __init__(self, code: str, zone: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.zone = zone


def _months() -> dict[str, tuple[str, int]]:
    names = "january february march april may june july august september october november december".split()
    words = {name: ("month", number) for number, name in enumerate(names, 1)}
    words |= {name[:3]: value for name, value in words.items()}
    return words | {"sept": ("month", 9)}


def _weekdays() -> dict[str, tuple[str, int]]:
    spellings = (
        "sun sunday",
        "mon monday",
        "tue tues tuesday",
        "wed weds wednesday",
        "thu thur thurs thursday",
        "fri friday",
        "sat saturday",
    )
    return {word: ("weekday", number) for number, words in enumerate(spellings) for word in words.split()}


# Labels of the form y2001m02d04: taken until PostgreSQL 15, then still known, so that no zone is looked up by them.
OLD_LABELS: Final = frozenset(("d", "h", "m", "mm", "s", "y"))

# datetktbl: what a word means in a date or time, as a type and a value.
DATE_WORDS: Final[Mapping[str, tuple[str, str | int]]] = {
    **_months(),
    **_weekdays(),
    **{word: ("reserved", word) for word in ("now", "today", "tomorrow", "yesterday", "epoch", "infinity")},
    "-infinity": ("reserved", "-infinity"),
    "+infinity": ("reserved", "+infinity"),
    "allballs": ("reserved", "allballs"),
    "ad": ("era", "ad"),
    "bc": ("era", "bc"),
    "am": ("meridiem", "am"),
    "pm": ("meridiem", "pm"),
    "at": ("ignored", ""),
    "on": ("ignored", ""),
    "dst": ("summer", ""),
    "t": ("iso time", "time"),
    "j": ("unit", "julian"),
    "jd": ("unit", "julian"),
    "julian": ("unit", "julian"),
    "dow": ("unit", "dow"),
    "doy": ("unit", "doy"),
    "isodow": ("unit", "isodow"),
    "isoyear": ("unit", "isoyear"),
    **{label: ("unit", label) for label in OLD_LABELS},
}


def date_word(word: str) -> tuple[str, str | int] | None:
    """DecodeSpecial."""
    return DATE_WORDS.get(word[:TOKEN_LENGTH])


def split_fields(text: str, buffer_size: int) -> list[Field]:
    """ParseDateTime; `buffer_size` is the size of the server's work buffer, which bounds the length."""
    fields: list[Field] = []
    position = 0
    used = 0
    while position < len(text):
        character = text[position]
        if character in SPACES:
            position += 1
            continue
        if len(fields) >= _MAX_FIELDS:
            raise BadDateTime("format")
        if is_digit(character):
            field, position = _leading_digit(text, position)
        elif character == ".":
            end = _while_digits(text, position + 1)
            field, position = Field("number", text[position:end]), end
        elif is_alpha(character):
            field, position = _leading_letter(text, position)
        elif character in "+-":
            field, position = _leading_sign(text, position)
        elif character.isascii() and character.isprintable():
            position += 1
            continue
        else:
            raise BadDateTime("format")
        used += len(field.text) + 1
        if used > buffer_size:
            raise BadDateTime("format")
        fields.append(field)
    return fields


def _while_digits(text: str, position: int, also: str = "") -> int:
    while char_at(text, position) and text[position] in DIGITS + also:
        position += 1
    return position


def _leading_digit(text: str, start: int) -> tuple[Field, int]:
    end = _while_digits(text, start)
    delimiter = char_at(text, end)
    kind: FieldKind = "number"
    if delimiter == ":":
        kind = "time"
        end = _while_digits(text, end + 1, ":.")
    elif delimiter and delimiter in "-/.":
        end += 1
        if is_digit(char_at(text, end)):
            kind = "number" if delimiter == "." else "date"
            end = _while_digits(text, end)
            if char_at(text, end) == delimiter:
                kind = "date"
                end = _while_digits(text, end + 1, delimiter)
        else:
            kind = "date"
            while char_at(text, end) == delimiter or is_alnum(char_at(text, end)):
                end += 1
    return Field(kind, text[start:end].lower()), end


def _leading_letter(text: str, start: int) -> tuple[Field, int]:
    """A word; punctuation that may stand in a date or a zone name makes it one of these."""
    end = start
    while is_alpha(char_at(text, end)):
        end += 1
    follows = char_at(text, end)
    word = text[start:end].lower()
    joined = follows in ("-", "/", ".")
    if follows == "+" or is_digit(follows):
        joined = date_word(word) is None
    if not joined:
        return Field("string", word), end
    end += 1
    while (character := char_at(text, end)) and (character in "+-/_.:" or is_alnum(character)):
        end += 1
    return Field("date", text[start:end].lower()), end


def _leading_sign(text: str, start: int) -> tuple[Field, int]:
    position = start + 1
    while char_at(text, position) and text[position] in SPACES:
        position += 1
    end = position
    if is_digit(char_at(text, position)):
        end = _while_digits(text, position + 1, ":.-")
        return Field("zone", text[start] + text[position:end]), end
    while is_alpha(char_at(text, end)):
        end += 1
    if end == position:
        raise BadDateTime("format")
    return Field("special", text[start] + text[position:end].lower()), end
