"""The judge is the server: what it says of thousands of literals, written and mutated, word for word."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.adapt import Loader
from servers import Server

from schemalint.semantics.input import InputSettings, check_input

LITERALS_PER_TYPE = 250
LEAST_AGREEMENT = 0.995
OLDEST = 15
IN_UTC = InputSettings(timezone="UTC")

JUDGE = """
    CREATE FUNCTION pg_temp.judge(type text, literal text, OUT state text, OUT message text, OUT detail text, OUT hint text)
    LANGUAGE plpgsql AS $$
    BEGIN
        state := '00000';
        EXECUTE format('SELECT (%L::%s) IS NULL', literal, type);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    END $$
"""

INTEGERS = (
    "0;-0;+7;32767;32768;-32768;-32769;2147483647;2147483648;-2147483648;9223372036854775807;9223372036854775808;"
    "-9223372036854775808; 12 ;;x;1.5;1e3;--1;- 1;0x1F;-0x80;0o17;0b101;0b2;1_000;_1;1_;1__0;12ab;99999999999999999999ab;"
    "4294967295;4294967296;18446744073709551616;-4294967295;010;08"
).split(";")
NUMBERS = (
    "0;1.5;-.5;7.;.;1e10;1E-10;1e;1.2.3;NaN;nan;Infinity;-inf;+inf;infinit;0x1f;0x1.8p3;0b11;1_000.5;1_.5;1._5;1e1_0;"
    "1e400;1e39;1e-50;1e-400;3.4028236e38;1e131072;1e-16384;0e-20000;1e9999999999; 7 ;1 2;;x;+-5;$5"
).split(";")
DATES = (
    "2024-02-29|2023-02-29|2024-1-2|2024-13-01|2024-00-10|0000-01-01|0044-03-15 BC|February 3, 2024|3-Feb-2024|Feb-03-2024|"
    "2/3/2024|31/12/2024|24-02-03|20240203|240203|2024.060|2024-060|J2460370|julian 2460370.5|today|now|tomorrow|yesterday|"
    "epoch|infinity|-infinity|+infinity|allballs|2024-02-03 12:34:56|2024-02-03T12:34:56Z|2024-02-03 12:34:56.789+02|"
    "2024-02-03 12:34:56-08:30|2024-02-03 03:04 PM|2024-02-03 13:04 PM|2024-02-03 24:00:00|2024-02-03 24:00:01|"
    "2024-02-03 23:59:60|2024-02-03 12:34 Europe/Paris|2024-02-03 12:34 EST|2024-02-03 12:34 EST DST|2024-02-03 12:34 EDT DST|"
    "2024-02-03 12:34 EST5EDT|2024-02-03 12:34 <x>-3|2024-02-03 12:34 x+3:30|2024-02-03 12:34 Mars/Base|"
    "20240203T040506|20240203T040506.789-07|20240203 123456|2024-02-03 12:34+15:59:59|2024-02-03 12:34+16|"
    "Sat Feb 3 12:34:56 2024 PST|Sat Feb-3-2024 12:34|5874897-12-31|5874898-01-01|294276-12-31 23:59:59|294277-01-01|"
    "4714-11-24 BC|4714-11-23 BC|y2024m02d03|2024-02-03 t 12:34|2024-02-03 at 12:34|2024|2024-02|12:34:56|words||"
    "2024-02-03 5|99-Feb-03|1:2.5|2024-06-31|2440588|2024-02-03 12|2024-02-03 1234|03 feb 24|sept 3 2024"
).split("|")
TIMES = (
    "12:34|12:34:56.789|24:00:00|24:00:01|23:59:60|12:34 PM|13:00 PM|12 AM|123456|1234|12345|12|123456.789|12:34+05|"
    "12:34-08:30|12:34 EST|12:34 UTC|12:34Z|12:34 Europe/Paris|2024-07-01 12:34 Europe/Paris|2024-07-01 12:34|allballs|now|"
    "today|T123456|t 12:34|25:00|12:60|12:34:61|12:34 +16|12:34 words||60:1.5|040506+0730|040506-08|12:34 PST8PDT|12:34 <x>5|"
    "12:34 x5y5|1:2:3:4|12:34:56."
).split("|")
INTERVALS = (
    "1 day|1 year 2 mons 3 days 04:05:06|@ 1 year ago|1-2|1-2 3 4:05:06|-1 day +02:03|+1-2|1.5 days|1.5 years|-1.5 weeks|"
    "3 months ago|ago|1 day ago 2 hours|P1Y2M3DT4H5M6S|P1.5Y|PT1H|P0002-06-07T01:30:00|P20020607T013000|P|PT|P1|P1D2|"
    "PT1:2:3|P-1Y|PT1e20S|P1Y2|P1-2|P12345678|PT123456|1 century|2 millennia|5 us|100|12:34|12:34.5|-12:34:56|1 2:3|1 2|"
    "1 day 1 day|infinity|-infinity|infinity ago|2147483647 days|2147483648 days|178956970 years|178956971 years|"
    "9223372036854775807 us|9223372036854775808 us|2562047788 hours|2562047789 hours|1 word||1 quarter|1 d 2 h 3 m 4 s|1 mm|"
    "1year|.5 days|1. day|today|1 month -1 day|1 day 25:61|1:2:3 4:5:6|1 at 2 days"
).split("|")
JSON = (
    '{}|[]|1|-1.5e10|"abc"|true|null|{"a":1}|{"a":[1,2,{"b":null}],"c":"d"}|"\\u0041"|"\\u0000"|"\\ud83d\\ude00"|"\\ud83d"|'
    '"\\ude00"|"\\ud83dx"|"\\uZZZZ"|"\\u12"|"\\x"|"\\n\\t\\"\\\\\\/"|"a\nb"|{a:1}|{\'a\':1}|[1,]|[,1]|{"a"}|{"a":}|{"a":1,}|'
    '{"a" 1}|[1 2]|01|1.|.5|-|1e|+1|tru|TRUE|nullx|"abc|[|{|{"a"|{"a":|[1,|1 2|{} {}|]| |1e400|1e200000|0x1|NaN|é|"é"|"\\|[1}'
).split("|")
JSONPATHS = (
    "$;$.a.b;strict $.a;lax $[*];$[0,1 to last];last;@;$ ? (@ > 1);$.a[*] ? (@.b > 1 && !(@.c < 2) || exists (@.d));"
    '$ ? ((@ > 1) is unknown);$.a.size();$.datetime();$.datetime("HH24");$.**{1 to last}.b;$v;$"a b";1 + 2 * -3;.5;1.;1e5;'
    '"abc".type();$.a == 1 && $.b <> "x";!$.a;$.a starts with "x";$.a like_regex "^a" flag "i";$.a like_regex "a" flag "xq";'
    '$.a like_regex "a" flag "x";$.a like_regex "a" flag "z";$.a like_regex "(";1 < 2 < 3;($.a == 1).type();($.a == 1) + 1;'
    '$.type;$.true;$.a/* c */.b;/* c */ $;$.a/*;"abc;1a;1ab;00;0x10;0b1;1_000;1e+;1.e5;\\u0061;"\\ud83d";"\\x4";"\\;;strict;$ $;'
    "$.;$[;$[1,];$ ? ();$ ? (1);(1;&&;a.b;$.abs(1);$.bigint();$.decimal(1,2);$.decimal(1,2,3);$.time(3);$ ? (@[last] > 1);"
    "$[@];$.a = 1;STRICT $;TRUE;($ ? (@>1)).b;$ - 1;#;$:a"
).split(";")
ADDRESSES = (
    "192.168.1.1|192.168.1.1/24|192.168.1/24|192.168.1|10|10/8|10.1.2/24|192.168.1.1/33|256.1.1.1|1.2.3.4.5|01.02.03.04|"
    "1.2.3.4/|1.2.3.4/024|::|::1|2001:db8::1/64|2001:db8::/32|2001:db8::/33|::ffff:1.2.3.4/120|::1.2|1::2::3|1:2:3:4:5:6:7:8|"
    "1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|:1|1:|12345::|::0:/16|::/08|0x0a000000|0xc0a8/16|224.1|224|240.0.0.0|128.1||x| 1.2.3.4|1..2"
).split("|")
HARDWARE = (
    "08:00:2b:01:02:03|08-00-2b-01-02-03|08002b:010203|08002b-010203|0800.2b01.0203|0800-2b01-0203|08002b010203|8:0:2b:1:2:3|"
    " 08:00:2b:01:02:03 |08:00:2b:01:02|08:00:2b:01:02:03:04:05|08002b0102030405|gg:00:2b:01:02:03|100:00:2b:01:02:03|"
    "08:00-2b:01:02:03||x|0x8:0:2b:1:2:3|-1:0:0:0:0:0|0800:2b01:0203"
).split("|")
SHAPES = (
    "(1,2)|1,2|((1,2),(3,4))|[(1,2),(3,4)]|(1,2),(3,4)|1,2,3,4|(1,2,3,4)|((1,2),(3,4),(5,6))|{1,2,3}|{0,0,1}|((1,2),(1,2))|"
    "<(1,2),3>|((1,2),3)|(1,2),3|1,2,3|<(1,2),-3>|<(1,2),nan>|(inf,nan)|(1e400,2)|(1,2|[(1,2),(3,4)|((1,2),(3,4)||x|()|"
    " ( 1 , 2 ) |(1,2) x|(0,0),(1e308,1)|(1,1e308),(2,-1e308)"
).split("|")
VECTORS = (
    "a fat cat;'a b' 'c''d';a:1 b:2A,3B;a\\ b;a:;a:x;a:0;a:1,;a:1AB;a:1DA;'open;\\;a\\;'';:;a::1;'a'b;a&b;;é:1;a:1x"
).split(";")
QUERIES = (
    "a;a & b;a | !b;(a | b) & c;a <-> b;a <2> b;a <16385> b;a <x> b;a:*;a:AB;'a b';a &;& a;a b;(a;a);();!;a <-;a <->;a:x;:a;'';"
    "'open;a\\;;!!a;((a));it's;a <0> b;a<b;é"
).split(";")
ARRAYS = (
    '{}|{1,2,3}|{{1,2},{3,4}}|{1,NULL}|{"1","2"}|{1,{2}}|{{1},{2,3}}|{1,2|1,2}|{1,,2}|{1,}|{"1"2}|{1"2"}|{ 1 , 2 }|[0:1]={1,2}|'
    '[1:2][1:2]={{1,2},{3,4}}|[0:1]={1,2,3}|[1:0]={1}|[]={1}|[1:2]{1,2}|[1:2]=1|{}x|{{}}|{{},{}}|{{1},{}}|{a}|{\\1}|{1\\|{"1|{||x|'
    '{{{{{{{1}}}}}}}|{1}{2}|{{1}{2}}|{"{"}|{"NULL"}|{2147483648}|{x,2|{{1,2},3}|{"",1}'
).split("|")
RANGES = (
    '[1,2]|[1,2)|(1,2]|empty| EMPTY |[,]|(,)|[1,]|[2,1]|[1,1)|["1","2"]|[\\1,2]|[1,2|1,2]|[1;2]|[1,2,3]|[1]|[]|empty x|[1,2] x||x|'
    '[1,2147483647]|(2147483647,)|[a,2]|["1,2]|[1,\\|[2147483648,]|(2147483647,2147483647)'
).split("|")
DATE_RANGES = (
    "[2024-01-01,2024-02-01)|[2024-01-01,infinity]|(-infinity,)|[2024-02-01,2024-01-01]|[x,2024-01-01]|[2024-02-30,]|empty|"
    "[2024-01-01 12:00+00,2024-01-01 11:00+01]|[2024-01-01 12:00+00,2024-01-01 11:00+00]|(,5874897-12-31]"
).split("|")
MULTIRANGES = (
    "{}|{[1,2]}|{[1,2],[3,4]}|{[1,2],empty}|{[1,2]|[1,2]|{[1,2],}|{,[1,2]}|{[1,2] [3,4]}|{[1,2]} x| { [1,2] , (3,4) } |{[2,1]}|{a}||{|"
    '{[a,2]}|{[1,"2"]}|{[1,\\2]}|{[1,2147483647]}|{[1,"2]}'
).split("|")
UUIDS = (
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}|a0eebc999c0b4ef8bb6d6bb9bd380a11||x|"
    "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11|A0EEBC999C0B4EF8BB6D6BB9BD380A11|{a0eebc999c0b4ef8bb6d6bb9bd380a11|"
    "a0eebc999c0b4ef8bb6d6bb9bd380a1|a0e-ebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
).split("|")

WRITTEN: dict[str, Sequence[str]] = {
    **dict.fromkeys(["int2", "int4", "int8", "oid", "xid", "cid", "xid8"], INTEGERS),
    **dict.fromkeys(["float4", "float8", "numeric"], NUMBERS),
    "money": "$1,234.56|1|(1)|$-1|-$1|1-|1.555|92233720368547758.07|92233720368547758.08||x|1 2|1.2.3|(1".split("|"),
    "bool": "t|TRUE|tr|f|yes|y|no|n|on|of|off|o|1|0||2| true |truee".split("|"),
    "uuid": UUIDS,
    "bytea": "\\x|\\x00ff|\\x0|\\x 00 ff|\\x0g|\\x0 0|abc|a\\000b|a\\\\b|\\400|\\1|\\|\\xé0".split("|"),
    '"char"': "a|ab||\\101".split("|"),
    "name": ["a", "x" * 70],
    **dict.fromkeys(["bit varying", "bit(3)"], "1|0|101|b101|x1F|xg|2||b|1 |é".split("|")),
    "tid": "(0,1)|(4294967296,1)|(-1,0)|(1,65536)|(0,1|0,1)|(0 ,1)|()||x|(1,2)x".split("|"),
    "pg_lsn": "0/0|16/B374D848|0|/0|123456789/0|G/0||0/0/0".split("|"),
    **dict.fromkeys(
        ["pg_snapshot", "txid_snapshot"], "12:13:|12:20:13,15|12:20:15,13|31:12:|0:1:|12|x|1:5:,".split("|")
    ),
    **dict.fromkeys(["int2vector", "oidvector"], "1 2 3||1,2|a|32768|1 x|1\t2|-5 6|4294967296".split("|")),
    **dict.fromkeys(["date", "timestamp", "timestamptz"], DATES),
    **dict.fromkeys(["time", "timetz"], (*TIMES, *DATES)),
    "interval": INTERVALS,
    **dict.fromkeys(["json", "jsonb"], JSON),
    "jsonpath": JSONPATHS,
    **dict.fromkeys(["inet", "cidr"], ADDRESSES),
    **dict.fromkeys(["macaddr", "macaddr8"], HARDWARE),
    **dict.fromkeys(["point", "lseg", "line", "box", "path", "polygon", "circle"], SHAPES),
    "tsvector": VECTORS,
    "tsquery": QUERIES,
    **dict.fromkeys(["int4[]", "text[]"], ARRAYS),
    "box[]": ["{(1,2),(3,4);(5,6),(7,8)}", "{(1,2),(3,4)}", "{}", "{(1,2)}"],
    **dict.fromkeys(["int4range", "int8range", "numrange"], RANGES),
    **dict.fromkeys(["daterange", "tsrange", "tstzrange"], DATE_RANGES),
    **dict.fromkeys(["int4multirange", "nummultirange"], MULTIRANGES),
    "datemultirange": [f"{{{one}}}" for one in DATE_RANGES],
}
TYPNAMES = {
    '"char"': "char",
    "bit varying": "varbit",
    "bit(3)": "bit",
    "int4[]": "_int4",
    "text[]": "_text",
    "box[]": "_box",
}


class Verdict(NamedTuple):
    literal: str
    state: str
    message: str | None
    detail: str | None
    hint: str | None


class Lenient(Loader):
    """Text as it comes: the server cuts characters in half where it quotes a byte."""

    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def judge(server: Server) -> Iterator[psycopg.Connection[Any]]:
    if server.major < OLDEST:
        pytest.skip(f"the readers follow PostgreSQL {OLDEST} and later")
    with server.connect() as connection:
        connection.adapters.register_loader("text", Lenient)
        connection.execute("SET client_min_messages = error")
        connection.execute(JUDGE)
        yield connection


def literals(name: str, written: Sequence[str]) -> list[str]:
    """The written literals and mutations of them: characters and pieces inserted, dropped, doubled, exchanged."""
    source = random.Random(zlib.crc32(name.encode()))
    characters = "".join(written) + " 0159"
    pieces = sorted({piece for one in written for piece in re.findall(r"[A-Za-z]+|\d+|[^A-Za-z\d]", one)})
    result = dict.fromkeys(written)
    while len(result) < LITERALS_PER_TYPE + len(written):
        one = source.choice(written)
        for _ in range(source.choice((1, 1, 2, 3))):
            start = source.randrange(len(one) + 1)
            stop = start + source.choice((0, 0, 1, 1, 3))
            put = source.choice(("", source.choice(characters), source.choice(characters), source.choice(pieces)))
            one = one[:start] + put + one[stop:]
        if source.random() < 0.1:
            one = one[: source.randrange(len(one) + 1)] + source.choice(written)
        result[one] = None
    return list(result)


def verdicts(connection: psycopg.Connection[Any], name: str, texts: Sequence[str]) -> list[Verdict]:
    query = "SELECT one, (verdict).* FROM (SELECT one, pg_temp.judge(%s, one) AS verdict FROM unnest(%s::text[]) AS one) AS judged"
    return [Verdict(*row) for row in connection.execute(query, (name, list(texts))).fetchall()]


@pytest.mark.server
@pytest.mark.parametrize("name", WRITTEN)
def test_agrees_with_the_server(judge: psycopg.Connection[Any], server: Server, name: str) -> None:
    judged = verdicts(judge, name, literals(name, WRITTEN[name]))
    false_refusals, misses, words = [], [], []
    for verdict in judged:
        error = check_input(TYPNAMES.get(name, name), verdict.literal, server_version=server.major, settings=IN_UTC)
        if error is None:
            misses += [verdict] * (verdict.state != "00000")
        elif verdict.state == "00000":
            false_refusals.append((verdict.literal, error))
        elif (error.sqlstate, error.message) != (verdict.state, verdict.message):
            words.append((verdict, error))
        elif "\ufffd" not in (verdict.detail or ""):
            words += [(verdict, error)] * ((error.detail, error.hint) != (verdict.detail or "", verdict.hint or ""))
    assert false_refusals == []
    assert words == []
    assert len(misses) <= (1 - LEAST_AGREEMENT) * len(judged), misses


def _numeric(precision: int, scale: int) -> int:
    return (precision << 16 | scale & 0x7FF) + 4


def _interval(fields: int, precision: int = 0xFFFF) -> int:
    return fields << 16 | precision


NUMERIC_LITERALS = (
    "0 1 -1 9.94 9.95 99.94 99.95 0.05 0.049 0.995 0.9949 123456789 1e5 1e-5 0.00999 0.009994 0.009995 99499 99500 500 499 "
    "-99.95 NaN Infinity 1e1000 9999999.9995 9999999.9994 1e-20000 1e200000 x"
).split()
STRING_LITERALS = ["", "a", "abc", "abc ", "abc   ", "abcd", "é", "éééé", "    ", "\t\t\t\t"]
BIT_LITERALS = ["", "0", "101", "1010", "xF", "xFF", "2", "b11"]
TIME_LITERALS = ["2024-02-03 12:34:56.789", "12:34:56.999999", "23:59:59.9999", "x"]
INTERVAL_LITERALS = "1|1 2|1 2:3|1:2|1-2|1:2.5|100|x|1 day|1 2 3|1:2:3|12:34:56.789|infinity".split("|")

MODIFIED = [
    *(
        (f"numeric({p},{s})", "numeric", _numeric(p, s), NUMERIC_LITERALS)
        for p, s in ((3, 1), (5, 0), (2, 2), (3, 5), (2, -3))
    ),
    *((f"varchar({n})", "varchar", n + 4, STRING_LITERALS) for n in (1, 3)),
    *((f"char({n})", "bpchar", n + 4, STRING_LITERALS) for n in (1, 3)),
    *((f"bit({n})", "bit", n, BIT_LITERALS) for n in (1, 4)),
    ("varbit(3)", "varbit", 3, BIT_LITERALS),
    ("timestamp(2)", "timestamp", 2, TIME_LITERALS),
    ("time(0)", "time", 0, TIME_LITERALS),
    ("interval(2)", "interval", _interval(0x7FFF, 2), INTERVAL_LITERALS),
    ("interval year", "interval", _interval(4), INTERVAL_LITERALS),
    ("interval day to hour", "interval", _interval(8 | 1024), INTERVAL_LITERALS),
    ("interval minute to second", "interval", _interval(2048 | 4096), INTERVAL_LITERALS),
]


@pytest.mark.server
@pytest.mark.parametrize("explicit", [False, True], ids=["assigned", "cast"])
@pytest.mark.parametrize(("declared", "typname", "typmod", "texts"), MODIFIED, ids=[one[0] for one in MODIFIED])
def test_agrees_on_type_modifiers(
    judge: psycopg.Connection[Any],
    server: Server,
    declared: str,
    typname: str,
    typmod: int,
    texts: Sequence[str],
    explicit: bool,
) -> None:
    judge.execute("DROP TABLE IF EXISTS pg_temp.modified")
    judge.execute(sql.SQL("CREATE TEMP TABLE modified (a {})").format(sql.SQL(declared)))
    cast = sql.SQL("SELECT {}::" + declared)
    for text in texts:
        statement = cast if explicit else sql.SQL("INSERT INTO modified VALUES ({})")
        try:
            judge.execute(statement.format(sql.Literal(text)))
            said = None
        except psycopg.Error as error:
            said = (error.sqlstate, error.diag.message_primary, error.diag.message_detail or "")
        ours = check_input(typname, text, typmod=typmod, server_version=server.major, explicit=explicit)
        assert (ours and (ours.sqlstate, ours.message, ours.detail)) == said, text
