"""SQL/JSON: our trees against PostgreSQL's own parser."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import JsonFuncExpr, JsonTable, SelectStmt
from schemalint.syntax.parser import parse_statement

FUNCTIONS = """
select json_object(), json_object(returning text), json_object('a', 'b'), json_object(array['a']), json_object(a => b)
select json_object('a': 1), json_object('a' value 1, b: c format json), json_object(a || b: c, d: e null on null)
select json_object('a': 1 absent on null with unique keys returning jsonb format json encoding utf8)
select json_object('a': b without unique returning text), json_object(a: (select 1)), json_object((a, b) value c)
select json_array(), json_array(returning jsonb), json_array(1, a format json, 'b'), json_array(1 null on null)
select json_array(1, 2 absent on null returning text), json_array(select 1), json_array(select a from t order by a returning jsonb)
select json_array(values (1)), json_array(with x as (select 1) select 1 format json returning text), json_array(a, (select 1))
select json_objectagg(a: b), json_objectagg(a value b absent on null with unique returning text) filter (where c)
select json_objectagg(a: b format json null on null) over w, json_objectagg(a: b) over (partition by c)
select json_arrayagg(a), json_arrayagg(a order by b desc null on null returning text) filter (where c) over ()
select json_arrayagg(a format json encoding utf16 absent on null), json_arrayagg(a + 1 order by a, b)
select json(a), json(a format json with unique keys), json('{}' without unique), json_scalar(a), json_scalar(1 + 1)
select json_serialize(a), json_serialize(a format json returning bytea format json encoding utf32), json '{}', json.a
select json_exists(a, '$'), json_exists(a, '$' passing 1 as x, b format json as "Y" error on error)
select json_exists(a, b || c true on error), json_exists(a format json, '$' false on error), json_exists(a, '$' unknown on error)
select json_value(a, '$'), json_value(a, '$' returning int), json_value(a, '$' null on empty), json_value(a, '$' error on error)
select json_value(a, '$' passing 1 as x returning s.t[] default 1 + 1 on empty default 'x' on error)
select json_query(a, '$'), json_query(a, '$' returning text format json with wrapper), json_query(a, '$' without array wrapper)
select json_query(a, '$' with conditional wrapper), json_query(a, '$' with unconditional array wrapper keep quotes)
select json_query(a, '$' with array wrapper omit quotes on scalar string), json_query(a, '$' without wrapper keep quotes on scalar string)
select json_query(a, '$' empty on empty error on error), json_query(a, '$' empty array on empty empty object on error)
select json_query(a, '$' passing b as c, d as e returning jsonb with conditional array wrapper default '{}' on empty null on error)
select a is json, a is not json with unique keys, a is json array without unique keys and b, a is json object = c
"""

TABLES = """
select * from json_table(a, '$' columns (b int)) x
select * from json_table(a format json, '$' as p passing 1 as x, b as y columns (c for ordinality) error on error)
select * from json_table(a, '$' columns (b int path '$.b', c text format json path '$.c' with wrapper, d int exists)) as x (e)
select * from json_table(a, '$' columns (b int exists path '$' error on error, c text keep quotes null on empty null on error))
select * from json_table(a, '$' columns (b text format json encoding utf8 without wrapper omit quotes empty object on error))
select * from json_table(a, '$' columns (nested path '$.b' columns (c int), nested '$.d' as e columns (f int, g text)))
select * from json_table(a, '$' columns (nested path '$.b' as x columns (nested path '$.c' columns (d for ordinality)), path int))
select * from json_table(a, '$' columns (nested int, "b" text default 'x' on empty)), lateral json_table(b, '$' columns (c int)) y
"""

REFUSED = """
select json_object('a' 1)
select json_object('a': )
select json_object('a': 1, 2)
select json_object('a': 1 null on)
select json_array(1 with unique)
select json_array(select from)
select json_array(values 1)
select json_objectagg(a)
select json_arrayagg()
select json_arrayagg(a, b)
select json()
select json(a, b)
select json_scalar()
select json_serialize(a returning)
select json_serialize(a format json encoding latin1)
select json_exists(a)
select json_exists(a, '$' null on empty)
select json_value(a, '$' with wrapper)
select json_value(a, '$' null on error null on empty)
select json_query(a, '$' with conditional)
select json_query(a, '$' omit)
select json_query(a, '$' keep quotes on scalar)
select json_value(a, '$' passing b)
select 1 where a is json with
select 1 where a is json with keys
select json_table(a, '$' columns (b int))
select * from json_table(a, '$')
select * from json_table(a, '$' columns ())
select * from json_table(a, b columns (c int))
select * from json_table(a, '$' || b columns (c int))
select * from json_table(a, '$' columns (nested path b columns (c int)))
select * from json_table(a, '$' columns (b int path c))
select * from json_table(a, '$' columns (b for))
select json_object('a': 1
"""


@pytest.mark.parametrize("sql", [sql for sql in (FUNCTIONS + TABLES).splitlines() if sql])
def test_same_tree(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", REFUSED.strip().splitlines())
def test_refused(sql: str) -> None:
    refusal(sql)


def test_pair_that_psql_would_take_for_a_variable() -> None:
    agrees("""select json_object('a':b, 'c':'d', "e":"f")""")


def test_spans() -> None:
    sql = "select json_query( a format json , '$' passing b as c returning text null on error )"
    query = statement(sql, SelectStmt).targetList[0].val
    assert isinstance(query, JsonFuncExpr)
    nodes = [query, query.context_item, query.context_item.format, query.pathspec, query.passing[0], query.output]
    assert [sql[node.start : node.end] for node in (*nodes, query.on_error) if node is not None] == [
        sql[7:],
        "a format json",
        "format json",
        "'$'",
        "b as c",
        "returning text",
        "null",
    ]


def test_spans_of_table() -> None:
    sql = "select * from lateral json_table(a, '$' as p columns (b int path '$.b' null on empty)) as x"
    (table,) = statement(sql, SelectStmt).fromClause
    assert isinstance(table, JsonTable)
    (column,) = table.columns
    nodes = [table, table.pathspec, column, column.pathspec, table.alias]
    assert [sql[node.start : node.end] for node in nodes if node is not None] == [
        sql[14:],
        "'$' as p",
        "b int path '$.b' null on empty",
        "'$.b'",
        "as x",
    ]


@pytest.mark.parametrize(
    ("version", "sql", "message"),
    [
        (15, "select json_object('a': 1)", 'syntax error at or near ":"'),
        (15, "select json_array(1 null on null)", 'syntax error at or near "null"'),
        (15, "select json_arrayagg(a returning text)", 'syntax error at or near "returning"'),
        (16, "select json(a format json)", 'syntax error at or near "format"'),
        (16, "select json_value(a, '$' returning int)", 'syntax error at or near "returning"'),
        (16, "select * from json_table(a, '$' columns (b int))", 'syntax error at or near "columns"'),
    ],
)
def test_newer_syntax(version: int, sql: str, message: str) -> None:
    parse_statement(sql)
    with pytest.raises(ParseError) as refused:
        parse_statement(sql, version=version)
    assert refused.value.message == message
