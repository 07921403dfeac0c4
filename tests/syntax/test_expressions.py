"""Expressions and type names: our trees against PostgreSQL's own parser."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    A_Const,
    A_Expr,
    A_Indirection,
    BoolExpr,
    ColumnRef,
    FuncCall,
    Node,
    RowExpr,
    SelectStmt,
    SubLink,
    TypeCast,
)
from schemalint.syntax.parser import parse_statement

OPERATORS = """
select a + b * c ^ d - e / f % g, -a ^ b, - a::int, (a + b) * c, a - b - c, a ^ b ^ c, + a, - - 5, -(5), - 1.5, -(-1.5)
select a || b || c, a -> 'x' ->> 'y', a #> b @> c, ~ a, @ b, !! c, |/ 25.0, a <-> b < c, a ?| b, a !~* 'x', a ~~ b
select a < b, a <= b, a >= b, a <> b, a != b, a = b, a > b, (a = b) = true from t
select a operator(pg_catalog.+) b, operator(s.-) a, a operator(=) any (b), a operator(x.y.||) b, not a operator(<) b
select a and b and c or d and not e or f, (a and b) and c, a and (b and c), (a or b) or (c or d), not not a, not a = b
select a is null, a is not null, a isnull, a notnull, a is null is not null, a is null = b, not a is null
select a is true, a is not true, a is false, a is not false, a is unknown, a is not unknown, a = b is true
select a is distinct from b, a is not distinct from b + 1, a is distinct from b and c, a < b is distinct from c
select a is document, a is not document, a is normalized, a is not nfc normalized, a is nfkd normalized, a is nfd normalized
select a is json, a is not json object, a is json array with unique keys, a is json scalar without unique, a is json value
select a like b, a not like b escape 'c', a ilike b || 'x', a not ilike b escape c || 'd', a like b = c, not a like b
select a similar to b, a not similar to b escape 'x', a similar to b escape c and d, a like b is null, a like b and c
select a between 1 and 2, a not between b + 1 and c and d, a between symmetric b and c, a not between asymmetric b and c
select a between b::int and -c or d, a between (b and c) and d, a between b < c and d, a + b between c and d = e
select a not between symmetric b is distinct from c and d, a between b is not distinct from c and d
select a in (1), a in (1, b, c + 1), a not in ('x'), a in (1) in (2), a in (select 1), a not in (select 1 union select 2)
select a in ((select 1)), a in ((select 1), 2), a in ((1, 2), (3, 4)), (a, b) in (select 1, 2), a in ((select 1) union select 2)
select a = any (b), a <> all (array[1]), a < some (b || c), a like any (b), a not ilike all (select 1), a = any (select 1)
select a = any ((select 1)), a = any ((select b)::int[]), a + 1 = any (b) and c, a = all (values (1), (2)), a = any (b) = c
select a collate "C", a collate s."x" < b, - a collate "C", a || b collate "C", a at time zone 'UTC', a + b at time zone 'x'
select a at time zone b at time zone c, a at time zone 'x' || 'y', a at local, a::date at time zone 'x' collate "C"
select (a, b) overlaps (c, d), row(a, b) overlaps row(c, d), not (a, b) overlaps (c, d) and e, 1 + (a, b) overlaps (c, d)
select default, a = default
select 1 and, 2 or from t
select 1 is, 2 in, 3 like from t
select 1 between from t where a and b
select a not, b at, c collate, d operator, e similar
"""

OPERANDS = """
select 1, 1.5, .5, 1., 1e10, 1.5e-3, 2147483647, 2147483648, 99999999999999999999, 0x1F, 0o17, 0b101, 1_000, 0x8000_0000
select 'a', 'it''s', E'a\\nb', U&'d\\0061t', B'101', X'1F', N'x', $$a$$, $x$b$x$, true, false, null
select a, t.a, s.t.a, d.s.t.a, t.*, s.t.*, "A"."b c", a[1], a[1][2], a[1:2], a[:2], a[1:], a[:], a.b[1].c[2:3], t.a[1].*
select $1, $2.a, $1[1], ($1).a.b[2], (a).b, (a).*, (a.b).c[1], (f(x)).y, (array[1, 2])[1], (select a).b, ((select 1)).c[2]
select (a), ((a)), (((a + b))), ((a) + (b)), (((1), 2)), ((a, b)), (1, 2) = (3, 4), row(1), row(), row(1, 2), (1, row(2, 3))
select ((select 1)), (((select 1) union (select 2))), ((select 1) + 1), (((select 1)) + 1, 2), ((values (1)) limit 1)
select ((((a = 1) or (b = 2)) and (c)) is null), ((a) between (b) and (c)), ((((1 + 2)))) * 3
select array[1, 2], array[]::int[], array[[1, 2], [3, 4]], array[array[1], array[2]], array(select 1), array[[[1]]], array[a[1]]
select case when a then b end, case a when 1 then 'x' when 2 then 'y' else 'z' end, case when a then b else c end is null
select case when case when a then b end then c end, case (a) when (b) then (c) end, case a + b when c then d end + 1
select exists (select 1), not exists (select from t), exists ((select 1)), exists (values (1)), exists (with x as (select 1) select 1)
select int '1', integer '1', bigint '1', smallint '1', real '1.5', float '1', float(10) '1', float(30) '1', double precision '1'
select numeric '1', decimal(5, 2) '1', dec '1', boolean 't', bit '1', bit(3) '101', bit varying '1', bit varying(5) '1', json '1'
select char 'x', char(3) 'x', character varying 'x', character varying(3) 'x', varchar 'x', varchar(2) 'x', nchar 'x'
select national character varying(3) 'x', national char 'x', nchar varying(4) 'x', text 'x', s.t 'x', t(1, 'a') 'x', s.t(2) 'x'
select date '2020-01-01', time '10:00', time(3) '10:00', time with time zone '10:00', time(2) without time zone '10:00'
select timestamp '2020-01-01', timestamp(3) with time zone 'x', timestamptz 'x', timestamp without time zone 'x', "Type" 'x'
select interval '1', interval '1' year, interval '1' year to month, interval '1' month, interval '1' day, interval '1' hour
select interval '1' day to hour, interval '1' day to minute, interval '1' day to second, interval '1' day to second(3)
select interval '1' hour to minute, interval '1' hour to second(2), interval '1' minute to second, interval '1' second(1)
select interval '1' minute, interval(3) '1', interval '1' minute to second(0), interval '1' second, current_schema 'x'
select int, interval, time, bit, char, numeric, float, values, coalesce, row, between, exists, setof, double, json, grouping
select year, month, day, hour, abort, zone, value, over, filter, within, format, nulls, at, local from t
select int.a, timestamp[1], coalesce.x.y, double.precision, row.a, values.b, json.c, t.select, t.from, t."order".and
"""

CALLS = """
select f(), f(1), s.f(1, 2), d.s.f(a), f(*), count(*), f(distinct a), f(all a, b), f(variadic a), f(a, variadic b)
select f(a := 1, b => 2), f(1, c := 2), f(a order by b desc, c), f(distinct a order by a), f(variadic a order by b)
select f(a, variadic b := array[1]), f(variadic x => y), "F"(1), left('a', 1), cube(1), rollup(2), abs(-1), f((a)), f((a, b))
select f(a) within group (order by b), f(a) within group (order by b desc) filter (where c) over (), f() filter (where a > 1)
select f() over w, f() over (w), f() over (), f() over (partition by a, b), f() over (w partition by a order by b)
select f() over (order by a range unbounded preceding), f() over (rows current row), f() over (groups 1 preceding)
select f() over (rows between unbounded preceding and unbounded following), f() over (rows between 1 preceding and 2 following)
select f() over (range between current row and a + 1 following exclude current row), f() over (rows 1 preceding exclude group)
select f() over (rows between 1 following and 2 following exclude ties), f() over (rows 1 preceding exclude no others)
select f() over (rows between a::int preceding and current row), f() over (range between '1 day'::interval preceding and b following)
select f() over (partition by rows order by range), f() over (groups between unbounded preceding and current row)
select current_date, current_time, current_time(1), current_timestamp, current_timestamp(3), localtime, localtime(2)
select localtimestamp, localtimestamp(0), current_role, current_user, session_user, system_user, user, current_catalog
select current_schema, current_schema(), current_schema() || 'x'
select cast(a as int), cast(a + b as numeric(5, 2)[]), treat(a as text), treat(a as s.t), collation for (a), collation('x')
select extract(year from a), extract(month from a), extract(epoch from now()), extract('doy' from a), extract("X" from a)
select extract(day from a), extract(hour from a), extract(minute from b), extract(second from c)
select normalize(a), normalize(a, nfc), normalize(a, nfkd), overlay(a placing b from 1), overlay(a placing b from 1 for 2)
select overlay(a, b, 3), overlay(), overlay(x := 1), position(a in b), position('a' || b in c || 'd'), position((a in (b)) in c)
select substring(a from 1), substring(a from 1 for 2), substring(a for 2), substring(a for 2 from 1), substring(a, 1, 2)
select substring(a similar b escape c), substring(), substring(a), substring(a from b for '#'), substring(x := a, y := 1)
select substring(a || b similar c || d escape e), substring(a similar to b, 1)
select trim(a), trim(both a), trim(both 'x' from a), trim(leading from a), trim(trailing 'x' from a), trim(from a), trim('x' from a)
select trim(a, b), trim(both 'x' from a, b), nullif(a, b), coalesce(a), coalesce(a, b + 1, null), greatest(a, b), least(1, 2, c)
select grouping(a), grouping(a, b), merge_action(), f(a) + f(b), f(f(f(1))), (f(a, b)).c
select xmlconcat(a, b), xmlelement(name x), xmlelement(name "X", xmlattributes(a, b as c)), xmlelement(name x, a, 'b')
select xmlelement(name x, xmlattributes(a as "A"), b, c), xmlforest(a, b as c), xmlpi(name php), xmlpi(name php, 'x' || a)
select xmlparse(document a), xmlparse(content a preserve whitespace), xmlparse(content a strip whitespace), xmlroot(a, version b)
select xmlroot(a, version no value), xmlroot(a, version '1', standalone yes), xmlroot(a, version '1', standalone no)
select xmlroot(a, version no value, standalone no value), xmlserialize(content a as text), xmlserialize(document a as char(3))
select xmlserialize(document a as text indent), xmlserialize(content a as text no indent), xmlexists('x' passing a)
select xmlexists('x' passing by ref a), xmlexists('x' passing by value a by ref), xmlexists(a passing b by value)
"""

TYPES = """
select a::int, a::integer, a::int4, a::smallint, a::bigint, a::real, a::float, a::float(1), a::float(53), a::double precision
select a::numeric, a::numeric(5), a::decimal(5, 2), a::dec, a::boolean, a::bool, a::bit, a::bit(3), a::bit varying, a::bit varying(3)
select a::char, a::char(3), a::character, a::character(2), a::char varying, a::character varying(3), a::varchar, a::varchar(3)
select a::national char, a::national character varying(2), a::nchar, a::nchar(3), a::nchar varying, a::"char", a::bpchar
select a::time, a::time(3), a::time with time zone, a::time(1) with time zone, a::timestamp, a::timestamp(6) without time zone
select a::timestamp with time zone, a::timestamptz(3), a::date, a::interval, a::interval(3), a::interval year, a::interval day to second(2)
select a::json, a::jsonb, a::xml, a::s.t, a::d.s.t, a::"T", a::t(1), a::s.t(1, 'x'), a::double, a::text, a::year, a::left
select a::int[], a::int[3], a::int[][], a::int[2][3], a::int array, a::int array[4], a::s.t[], a::varchar(3)[], a::timestamp[]
select a::setof int, cast(a as setof s.t[]), a::int::text::bytea, (a::int)[1], a::int[] || b, -a::int, a::t::s.u::v(1)
"""

REFUSED = """
select a = b = c
select a < b >= c
select a is distinct from b is null
select a like b like c
select a between 1 and 2 between 3 and 4
select a like b escape c escape d
select 1 where a is
select a is not
select a is nothing
select 1 where a and
select (a or )
select 1 where a in
select 1 where a in ()
select a between 1
select a between b is null and c
select a = any (1, 2)
select a = any b
select * from t where a at zone
select a similar b
select 1 where a collate
select a::
select a::int.b
select a::float(0)
select a::float(54)
select a::national
select a::interval hour to day
select a::time with zone
select a::int[a]
select (a
select (a,)
select (1, 2).f
select null.a
select left.a
select left
select select
select a.
select a..b
select a.*.b from t
select (a).*.b
select x where a.*.b = 1
select f(a)[1]
select f.*(1)
select f.g[1](2)
select int(3) 'x'
select array[1, [2]]
select array[[1], 2]
select array 1
select case end
select case when a then end
select case when a then b
select exists 1
select exists (1)
select f(,)
select f(a,)
select f(* from t)
select f(distinct)
select f(distinct variadic a)
select f(variadic a, b)
select f(a) within group (b)
select f(distinct a) within group (order by b)
select f(variadic a) within group (order by b)
select f(a order by b) within group (order by c)
select f() filter (a)
select f() over
select f() over (order by a rows)
select f() over (rows unbounded following)
select f() over (rows 1 following)
select f() over (rows between unbounded following and current row)
select f() over (rows between current row and unbounded preceding)
select f() over (rows between current row and 1 preceding)
select f() over (rows between 1 following and 1 preceding)
select f() over (rows between 1 following and current row)
select f() over (partition order by a)
select t(a := 1) 'x'
select t(a order by b) 'x'
select extract(from a)
select extract(select from a)
select extract(zone from a)
select position(a, b)
select overlay(a placing b)
select substring(a similar b)
select substring(a from)
select trim(both)
select nullif(a)
select coalesce()
select cast(a)
select cast 'x'
select collation for a
select normalize(a, nfx)
select xmlelement(x)
select xmlparse(a)
select xmlroot(a)
select xmlserialize(content a as setof int)
select xmlexists('x')
select unique (select 1)
select unique 1
select (a, b) overlaps c
select (a, b, c) overlaps (d, e)
select row(a) overlaps row(b, c)
select a overlaps b
select 1 nulls first
select 1 format json
select 1 over
select 1 as
select * * from t
select = 1
select <= 1
select a => 1
"""


@pytest.mark.parametrize("sql", [sql for sql in (OPERATORS + OPERANDS + CALLS + TYPES).splitlines() if sql])
def test_same_tree(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", REFUSED.strip().splitlines())
def test_refused(sql: str) -> None:
    refusal(sql)


def value(sql: str, version: int = 18) -> Node:
    """The first expression that a SELECT returns."""
    found = statement(sql, SelectStmt, version).targetList[0].val
    assert found is not None
    return found


def texts(sql: str, *nodes: Node | None) -> list[str]:
    """What each node's span holds."""
    return [sql[node.start : node.end] for node in nodes if node is not None]


def test_spans_of_operators() -> None:
    sql = "select  (a) + b*2  and not c is null "
    both = value(sql)
    assert isinstance(both, BoolExpr)
    plus, negated = both.args
    assert isinstance(plus, A_Expr)
    assert isinstance(negated, BoolExpr)
    assert isinstance(plus.rexpr, A_Expr)
    assert texts(sql, both, plus, plus.lexpr, plus.rexpr, negated, negated.args[0]) == [
        "(a) + b*2  and not c is null",
        "(a) + b*2",
        "a",
        "b*2",
        "not c is null",
        "c is null",
    ]
    assert sql[plus.location] == "+"
    assert sql[plus.rexpr.location] == "*"


def test_spans_of_operands() -> None:
    sql = "select f( a.b , (x, y)::s.t [ ] , t.a[1] . c)"
    call = value(sql)
    assert isinstance(call, FuncCall)
    column, cast, part = call.args
    assert isinstance(cast, TypeCast)
    assert isinstance(cast.arg, RowExpr)
    assert isinstance(part, A_Indirection)
    assert texts(sql, call, column, cast, cast.arg, cast.typeName, part, part.arg) == [
        "f( a.b , (x, y)::s.t [ ] , t.a[1] . c)",
        "a.b",
        "(x, y)::s.t [ ]",
        "(x, y)",
        "s.t [ ]",
        "t.a[1] . c",
        "t.a",
    ]


def test_span_of_subquery() -> None:
    sql = "select a in ( (select 1) union select 2 )"
    link = value(sql)
    assert isinstance(link, SubLink)
    assert texts(sql, link, link.subselect) == [sql[7:], "(select 1) union select 2"]


def test_long_chains_do_not_recurse() -> None:
    count = 20_000
    conjunction = value("select " + " and ".join(f"a{i}" for i in range(count)))
    assert isinstance(conjunction, BoolExpr)
    assert len(conjunction.args) == count
    assert isinstance(value("select " + " + ".join(["a"] * 5000)), A_Expr)
    assert isinstance(value("select a" + "::int" * 5000), TypeCast)


def test_leading_parentheses_do_not_recurse() -> None:
    depth = 10_000
    nested = value("select " + "(" * depth + "1" + " + 1)" * depth)
    assert isinstance(nested, A_Expr)
    assert isinstance(value("select " + "(" * depth + "select 1" + ")" * depth), SubLink)


@pytest.mark.parametrize("piece", ["(1+", "f(", "case when ", "not ", "- ", "a[", "(select ", "array[", "row("])
def test_deep_nesting_is_refused(piece: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_statement("select " + piece * 10_000)
    assert refused.value.sqlstate == "54001"


@pytest.mark.parametrize(("piece", "close"), [("(1+", ")"), ("f(", ")"), ("case when ", " then 1 end"), ("not ", "")])
def test_nesting_that_servers_take(piece: str, close: str) -> None:
    assert isinstance(value("select " + piece * 1000 + "a" + close * 1000), Node)


def test_slice_that_psql_would_take_for_a_variable() -> None:
    assert value("select a[:b]") != value("select a[b]")
    agrees('select a[:b], c[1 :b], d[:"e"]')


@pytest.mark.parametrize(
    ("version", "sql", "message"),
    [
        (16, "select a at local", 'syntax error at or near "local"'),
        (15, "select a is json", 'syntax error at or near "json"'),
        (15, "select xmlserialize(content a as text indent)", 'syntax error at or near "indent"'),
        (17, "select extract(period from a)", None),
        (18, "select extract(period from a)", 'syntax error at or near "period"'),
        (14, "select 1 from t merge", None),
    ],
)
def test_versions(version: int, sql: str, message: str | None) -> None:
    if message is None:
        parse_statement(sql, version=version)
        return
    with pytest.raises(ParseError) as refused:
        parse_statement(sql, version=version)
    assert refused.value.message == message


def test_older_servers_take_later_keywords_for_names() -> None:
    assert isinstance(value("select system_user", 15), ColumnRef)
    assert isinstance(value("select system_user", 16), FuncCall)
    old, new = value("select json '1'", 16), value("select json '1'", 17)
    assert isinstance(old, TypeCast)
    assert isinstance(new, TypeCast)
    assert (old.typeName.names, new.typeName.names) == (("json",), ("pg_catalog", "json"))
    assert isinstance(value("select json(a)", 16), FuncCall)
    assert not isinstance(value("select json(a)", 17), FuncCall)


def test_numbers_keep_their_digits() -> None:
    constant = value("select 12345678901234567890.10")
    assert isinstance(constant, A_Const)
    assert (constant.kind, constant.val) == ("Float", "12345678901234567890.10")
