"""Literals of the built-in types, without a server: errors, values, and what is left undecided."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.semantics.input import _MODULES as MODULES
from schemalint.semantics.input import (
    InputError,
    InputSettings,
    RangeParts,
    check_array_input,
    check_input,
    input_value,
    parse_array,
    parse_multirange,
    parse_range,
    parse_record,
    reader_of,
)

DMY = InputSettings(date_order="DMY")
YMD = InputSettings(date_order="YMD")


def invalid(name: str, text: str) -> tuple[str, str]:
    return "22P02", f'invalid input syntax for type {name}: "{text}"'


REFUSED = [
    ("int4", "abc", invalid("integer", "abc")),
    ("int4", "1.5", invalid("integer", "1.5")),
    ("int4", "99999999999", ("22003", 'value "99999999999" is out of range for type integer')),
    ("int2", "40000", ("22003", 'value "40000" is out of range for type smallint')),
    ("int8", "9223372036854775808", ("22003", 'value "9223372036854775808" is out of range for type bigint')),
    ("int4", "1__0", invalid("integer", "1__0")),
    ("oid", "-4294967296", ("22003", 'value "-4294967296" is out of range for type oid')),
    ("numeric", "1.2.3", invalid("numeric", "1.2.3")),
    ("numeric", "1e200000", ("22003", "value overflows numeric format")),
    ("float4", "1e39", ("22003", '"1e39" is out of range for type real')),
    ("float8", "1e400 ", ("22003", '"1e400" is out of range for type double precision')),
    ("money", "twelve", invalid("money", "twelve")),
    ("bool", "maybe", invalid("boolean", "maybe")),
    ("bool", "o", invalid("boolean", "o")),
    ("uuid", "not-a-uuid", invalid("uuid", "not-a-uuid")),
    ("bytea", "\\x0g", ("22023", 'invalid hexadecimal digit: "g"')),
    ("bytea", "\\9", ("22P02", "invalid input syntax for type bytea")),
    ("bit", "012", ("22P02", '"2" is not a valid binary digit')),
    ("date", "2023-02-29", ("22008", 'date/time field value out of range: "2023-02-29"')),
    ("date", "yesteryear", ("22007", 'invalid input syntax for type date: "yesteryear"')),
    ("date", "5874898-01-01", ("22008", 'date out of range: "5874898-01-01"')),
    ("timestamp", "294277-01-01", ("22008", 'timestamp out of range: "294277-01-01"')),
    ("timestamptz", "2024-05-06 07:08+16", ("22009", 'time zone displacement out of range: "2024-05-06 07:08+16"')),
    ("timestamptz", "2024-05-06 07:08 Mars/Base", ("22023", 'time zone "mars/base" not recognized')),
    ("time", "25:00", ("22008", 'date/time field value out of range: "25:00"')),
    (
        "timetz",
        "10:00 Europe/Paris",
        ("22007", 'invalid input syntax for type time with time zone: "10:00 Europe/Paris"'),
    ),
    ("interval", "3 fortnights", ("22007", 'invalid input syntax for type interval: "3 fortnights"')),
    ("interval", "9999999999 days", ("22015", 'interval field value out of range: "9999999999 days"')),
    ("interval", "178956971 years", ("22008", "interval out of range")),
    ("json", "{'a': 1}", ("22P02", "invalid input syntax for type json")),
    ("jsonb", '"\\u0000"', ("22P05", "unsupported Unicode escape sequence")),
    ("jsonpath", "$.a ?", ("42601", "syntax error at end of jsonpath input")),
    ("jsonpath", "$[last] + last", ("42601", "LAST is allowed only in array subscripts")),
    ("jsonpath", "@.a", ("42601", "@ is not allowed in root expressions")),
    ("inet", "300.1.1.1", invalid("inet", "300.1.1.1")),
    ("cidr", "10.0.0.1/8", ("22P02", 'invalid cidr value: "10.0.0.1/8"')),
    ("macaddr", "08:00:2b:01:02", invalid("macaddr", "08:00:2b:01:02")),
    ("point", "(1;2)", invalid("point", "(1;2)")),
    ("line", "{0,0,1}", ("22P02", "invalid line specification: A and B cannot both be zero")),
    ("circle", "<(1,2),-3>", invalid("circle", "<(1,2),-3>")),
    ("tsquery", "cat &", ("42601", 'no operand in tsquery: "cat &"')),
    ("tsvector", "cat:x", ("42601", 'syntax error in tsvector: "cat:x"')),
    ("int4range", "[5,1]", ("22000", "range lower bound must be less than or equal to range upper bound")),
    ("int4range", "1..5", ("22P02", 'malformed range literal: "1..5"')),
    (
        "datemultirange",
        "{[2024-01-01,2024-02-01)",
        ("22P02", 'malformed multirange literal: "{[2024-01-01,2024-02-01)"'),
    ),
    ("_int4", "{1,two}", invalid("integer", "two")),
    ("_text", "{a,b", ("22P02", 'malformed array literal: "{a,b"')),
    ("pg_lsn", "0", invalid("pg_lsn", "0")),
    ("tid", "(1)", invalid("tid", "(1)")),
    ("gtsvector", "", ("0A000", "cannot accept a value of type gtsvector")),
]


@pytest.mark.parametrize(("typname", "text", "expected"), REFUSED)
def test_refused_in_the_words_of_the_server(typname: str, text: str, expected: tuple[str, str]) -> None:
    error = check_input(typname, text)
    assert error is not None
    assert (error.sqlstate, error.message) == expected
    assert input_value(typname, text) is None


def test_details_and_hints() -> None:
    assert check_input("cidr", "10.0.0.1/8") == InputError(
        "22P02", 'invalid cidr value: "10.0.0.1/8"', "Value has bits set to right of mask."
    )
    assert check_input("date", "2024-13-01") == InputError(
        "22008",
        'date/time field value out of range: "2024-13-01"',
        hint='Perhaps you need a different "DateStyle" setting.',
    )
    error = check_input("json", '{"a": 1,}')
    assert error is not None and error.detail == 'Expected string, but found "}".'


VALUES = [
    ("int4", " -12 ", -12),
    ("int4", "0x1F", 31),
    ("int8", "1_000", 1000),
    ("numeric", "1.50", Decimal("1.50")),
    ("numeric", "-Infinity", Decimal("-Infinity")),
    ("float8", "1e3", 1000.0),
    ("bool", "YES", True),
    ("bool", "of", False),
    ("text", "as it is", "as it is"),
    ("bpchar", "padded  ", "padded"),
    ("uuid", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    ("bytea", "\\x00ff", b"\x00\xff"),
    ("bit", "xA", "1010"),
    ("date", "2024-02-29", datetime.date(2024, 2, 29)),
    ("date", "Feb 29, 2024", datetime.date(2024, 2, 29)),
    ("date", "20240229", datetime.date(2024, 2, 29)),
    ("date", "2024.060", datetime.date(2024, 2, 29)),
    ("date", "J2460370", datetime.date(2024, 2, 29)),
    ("date", "epoch", datetime.date(1970, 1, 1)),
    ("timestamp", "2024-02-29 23:59:60", datetime.datetime(2024, 3, 1)),
    ("timestamp", "2024-02-29 12:30 PM", datetime.datetime(2024, 2, 29, 12, 30)),
    ("timestamptz", "2024-02-29T12:30:00+05:30", datetime.datetime(2024, 2, 29, 7, tzinfo=datetime.UTC)),
    ("timestamptz", "2024-02-29 12:30 UTC", datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)),
    ("time", "04:05:06.789", datetime.time(4, 5, 6, 789000)),
]


@pytest.mark.parametrize(("typname", "text", "value"), VALUES)
def test_values(typname: str, text: str, value: object) -> None:
    assert input_value(typname, text) == value
    assert check_input(typname, text) is None


@pytest.mark.parametrize(
    ("typname", "text"),
    [
        ("date", "today"),  # depends on the day
        ("date", "5000-01-01 BC"),
        ("timestamptz", "2024-02-29 12:30"),  # depends on the session's zone
        ("timestamptz", "2024-02-29 12:30 Europe/Paris"),
        ("interval", "1 day"),
        ("jsonb", "{}"),
        ("xml", "<a"),
        ("regclass", "no_such_table"),
        ("mood", "happy"),
    ],
)
def test_accepted_without_a_value(typname: str, text: str) -> None:
    assert input_value(typname, text) is None
    assert check_input(typname, text) is None or text == "5000-01-01 BC"


def test_infinities_compare_with_every_date() -> None:
    latest, earliest = input_value("date", "infinity"), input_value("timestamp", "-infinity")
    day, moment = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29)
    assert day < latest and not latest < day and latest == input_value("date", "+infinity")  # type: ignore[operator]
    assert earliest < moment and moment > earliest and earliest != latest  # type: ignore[operator]
    assert math.isnan(float(str(input_value("numeric", "NaN"))))


def test_date_order() -> None:
    assert input_value("date", "01/02/2024") == datetime.date(2024, 1, 2)
    assert input_value("date", "01/02/2024", settings=DMY) == datetime.date(2024, 2, 1)
    assert input_value("date", "24-02-01", settings=YMD) == datetime.date(2024, 2, 1)
    assert check_input("date", "31/12/2024") is not None
    assert check_input("date", "31/12/2024", settings=DMY) is None


def test_session_zone() -> None:
    utc = InputSettings(timezone="UTC")
    moment = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)
    assert input_value("timestamptz", "2024-02-29 12:30", settings=utc) == moment
    # an abbreviation of local mean time is known where the session is in a zone that had one
    assert check_input("timestamptz", "2024-02-29 12:30 LMT") is None
    assert check_input("timestamptz", "2024-02-29 12:30 LMT", settings=utc) is not None
    # at the very end of the range only the zone can tell
    assert check_input("timestamptz", "294276-12-31 23:59:59") is None
    assert check_input("timestamptz", "294276-12-31 23:59:59-01") is not None


def test_money_is_judged_where_its_locale_is_known() -> None:
    german = InputSettings(lc_monetary="de_DE.UTF-8")
    assert check_input("money", "12,50 €") is None
    assert check_input("money", "12x") is not None
    assert check_input("money", "12x", settings=german) is None


NUMERIC_3_1 = (3 << 16 | 1) + 4


def test_type_modifiers_as_an_assignment_and_as_a_cast() -> None:
    assert input_value("numeric", "99.94", typmod=NUMERIC_3_1) == Decimal("99.9")
    error = check_input("numeric", "99.95", typmod=NUMERIC_3_1)
    assert error is not None and error.message == "numeric field overflow"
    assert error.detail == "A field with precision 3, scale 1 must round to an absolute value less than 10^2."
    error = check_input("varchar", "abcd", typmod=3 + 4)
    assert error == InputError("22001", "value too long for type character varying(3)")
    assert check_input("varchar", "abc  ", typmod=3 + 4) is None
    assert input_value("varchar", "abcd", typmod=3 + 4, explicit=True) == "abc"
    error = check_input("bit", "01", typmod=3)
    assert error == InputError("22026", "bit string length 2 does not match type bit(3)")
    assert input_value("bit", "01", typmod=3, explicit=True) == "010"
    assert input_value("timestamp", "2024-02-29 23:59:59.6", typmod=0) == datetime.datetime(2024, 3, 1)


def test_interval_type_modifiers_say_what_a_bare_number_is() -> None:
    day_to_hour = (8 | 1024) << 16 | 0xFFFF
    assert check_input("interval", "1 2") is not None
    assert check_input("interval", "1 2", typmod=day_to_hour) is None


def test_versions_differ() -> None:
    assert check_input("int4", "0x1F", server_version=15) is not None
    assert check_input("interval", "infinity", server_version=16) is not None
    assert check_input("interval", "infinity", server_version=17) is None
    assert check_input("date", "y2001m02d04", server_version=15) is None
    assert check_input("date", "y2001m02d04", server_version=16) is not None
    assert check_input("jsonpath", "$.a.bigint()", server_version=16) is not None
    assert check_input("_int4", "{{1},{}}", server_version=16) is not None
    assert check_input("xid", "abc", server_version=15) is None


def test_arrays() -> None:
    assert parse_array("{1,NULL,\"a b\",'c'}") == ["1", None, "a b", "'c'"]
    assert parse_array("[0:1][1:2]={{1,2},{3,4}}") == [["1", "2"], ["3", "4"]]
    assert parse_array("{(1,2);(3,4)}", ";") == ["(1,2)", "(3,4)"]
    assert parse_array("{null}", array_nulls=False) == ["null"]
    for version in (16, 17):
        assert parse_array("{}", server_version=version) == []
        broken = parse_array("{{1},{2,3}}", server_version=version)
        assert isinstance(broken, InputError)
        assert broken.detail == "Multidimensional arrays must have sub-arrays with matching dimensions."
    unquoted = [parse_array('{a"b"}', server_version=version) for version in (16, 17)]
    details = [error.detail for error in unquoted if isinstance(error, InputError)]
    assert details == ["Unexpected array element.", "Incorrectly quoted array element."]


def test_arrays_of_types_that_are_not_read_here() -> None:
    assert check_array_input("mood", "{happy,sad}") is None
    assert check_array_input("mood", "{happy") is not None
    assert check_array_input("box", "{(1,2),(3,4);(5,6),(7,8)}", delim=";") is None


def test_records_and_ranges() -> None:
    assert parse_record(' (1,,"a ""b""",c\\,d) ') == ["1", None, 'a "b"', "c,d"]
    assert parse_record("()") == [None]
    broken = parse_record("(1,2")
    assert isinstance(broken, InputError) and broken.detail == "Unexpected end of input."
    assert parse_range("[1,)") == RangeParts("1", None, True, False)
    assert parse_range(" empty ") == RangeParts(None, None, False, False, empty=True)
    assert parse_multirange("{[1,2), (3,4]}") == [RangeParts("1", "2", True, False), RangeParts("3", "4", False, True)]
    many = parse_range("[1,2,3]")
    assert isinstance(many, InputError) and many.detail == "Too many commas."


def test_every_type_has_its_reader() -> None:
    for typname in MODULES:
        assert reader_of(typname) is not None


@given(
    st.sampled_from(sorted([*MODULES, "_int4", "_jsonb"])), st.text(max_size=40), st.sampled_from([14, 15, 16, 17, 18])
)
def test_no_text_breaks_a_reader(typname: str, text: str, version: int) -> None:
    error = check_input(typname, text, server_version=version)
    assert error is None or (len(error.sqlstate) == 5 and error.message)


@pytest.mark.parametrize(
    ("typname", "text"),
    [
        ("int4", "9" * 100_000),
        ("numeric", "9" * 100_000),
        ("numeric", "0x" + "f" * 100_000),
        ("float8", "1" * 100_000),
        ("money", "1" * 100_000),
        ("json", "[" * 100_000),
        ("jsonpath", "(" * 100_000),
        ("tsquery", "(" * 100_000),
        ("_int4", "{" * 100_000),
        ("interval", "1 " * 100_000),
        ("timestamptz", "2024-01-01 " + "a" * 100_000),
        ("timestamptz", "2024-01-01 " + "a-" * 100),
        ("macaddr", "0" * 100_000),
        ("inet", "1" * 100_000),
    ],
)
def test_long_texts_are_read_in_time(typname: str, text: str) -> None:
    check_input(typname, text)


def test_dates_are_not_imported_for_numbers() -> None:
    program = (
        "import sys; from schemalint.semantics.input import check_input; check_input('int4', 'x');"
        "print([name for name in sys.modules if name.startswith('schemalint.semantics.input.') and 'date' in name])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
