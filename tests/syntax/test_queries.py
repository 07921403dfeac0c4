"""Queries, INSERT, UPDATE, DELETE and MERGE: our trees against PostgreSQL's own parser."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    InsertStmt,
    JoinExpr,
    MultiAssignRef,
    RangeSubselect,
    RangeVar,
    SelectStmt,
    UpdateStmt,
)
from schemalint.syntax.parser import parse_statement

SELECTS = """
select
select from t
select all a from t
select distinct a, b from t
select distinct on (a, b + 1) c from t
select a x, b as y, c "Z", d as select, e as "Q", f name, g value, h type, i password, *, t.*
select a into b from t
select a into temp b from t
select a into temporary table s.b from t
select a into local temp table b from t
select a into unlogged b
select a into table b
select a into temp from t
select a from t where b group by c having d window w as (partition by e), v as (w order by f) order by g limit 1
select a from t group by (), a, (b, c), rollup (a, (b, c)), cube (a), grouping sets ((), (a), rollup (b), grouping sets ((c)))
select a from t group by distinct a, b
select a from t group by all a, b
select a from t group by rollup, cube, (rollup (a))
table t
table only s.t
values (1), (2, 'a'), (default, null)
values (1, 2) order by 1 limit 1
select 1 union select 2 union all select 3 except select 4 intersect select 5 intersect all select 6
select 1 intersect select 2 union select 3 except all select 4
(select 1) union distinct (select 2 order by 1 limit 1) order by 1
((select 1) union (select 2)) intersect select 3
(((select 1)))
(select 1 limit 1) offset 1
(select 1 offset 1) limit 1
((select a from t) order by a) limit 1
(select 1 for update) for share
(with x as (select 1) select 1) union select 2
with x as (select 1) (select 2)
with x as (select 1) values (1)
with x as (select 1) table x
select 1 union values (1) union table t
select a from t order by a, b desc, c asc nulls first, d nulls last, e using >, f using operator(s.<) nulls last, g + 1
select a from t limit 1 offset 2
select a from t offset 2 limit 1
select a from t limit all
select a from t limit null offset a + 1
select a from t limit (select 1) offset $1 rows
select a from t offset 1 row
select a from t offset -1 rows
select a from t offset - 1
select a from t offset (1) + 2
select a from t offset not a
select a from t fetch first row only
select a from t fetch next 5 rows only
select a from t fetch first +5 rows only
select a from t fetch first -1.5 rows only
select a from t fetch first (1 + 1) row only
select a from t order by a fetch first 5 rows with ties
select a from t order by a offset 1 rows fetch next rows only
select a from t order by a fetch first row with ties offset 2
select a from t for update
select a from t for no key update of t, u nowait for share of v skip locked for key share
select a from t limit 1 for update
select a from t for update limit 1 offset 2
select a from t for read only
select a from t limit 1 for read only
select (select a from t limit 1), exists (table t), array(values (1) order by 1)
with a as (select 1), b (c, d) as not materialized (select 2), e as materialized (select 3) select * from a, b
with recursive a (n) as (values (1) union all select n + 1 from a) select * from a
with recursive as (select 1) select 1
with recursive (a) as (select 1) select 1
with time as (select 1) select * from time
with a as (insert into t values (1) returning *), b as (update t set a = 1 returning a), c as (delete from t) select 1
with a as (merge into t using u on true when matched then delete returning *) select * from a
with a as (with b as (select 1) select 2) select 3
with recursive t as (select 1) search depth first by a, b set c select 1
with recursive t as (select 1) search breadth first by a set b cycle a set c using d select 1
with recursive t as (select 1) cycle a, b set c to 'Y' default 'N' using d select 1
with recursive t as (select 1) cycle a set c to point '(1,1)' default null using d select 1
"""

FROM = """
select * from t, s.t, d.s.t, only t, only (s.t), t *, t x, t as x, t x (a, b), t as x (a), "T" "X", only t as x (a)
select * from t join u on a = b join v using (c, d) left join w on true right outer join x on false full join y using (e) as z
select * from t cross join u natural join v natural left join w inner join x on a join y on b
select * from t join u join v on a = b on c = d
select * from t join u cross join v on a
select * from t join u natural join v on a
select * from t left join u join v on a join w on b on c
select * from (t join u on a)
select * from ((t join u on a))
select * from (t cross join u) as x (a, b)
select * from ((t join u on a) x join v on b) y
select * from ((t join u on a) join v on b), ((t cross join u) cross join v) z
select * from (select 1) x, (values (1, 2)) as y (a, b), ((select 1)) z, (select 1 union select 2) u, (table t) v
select * from (select 1), ((select 1) union (select 2)), (((select 1)) order by 1), (values (1))
select * from ((select 1) x join (select 2) y on true)
select * from (((select 1) x cross join t) y natural join u)
select * from ((select 1) limit 1) x, lateral (select 1) y, lateral ((select 1) union select 2) as z (a)
select * from t left join lateral (select t.a) u on true
select * from f(), f(1) x, s.f(a => 1) as x (a, b), f() with ordinality, f() with ordinality as x (a, n), lateral f(t.a) y
select * from f() as (a int, b text collate "C"), f() x (a int), f() as x (a s.t[], b varchar(3)), f() x (a)
select * from rows from (f(), g(1)) with ordinality x, rows from (f() as (a int, b text), s.g(1)) as y (c)
select * from lateral rows from (f(1)), rows, rows x
select * from current_date, current_user u, cast(1 as int) x, coalesce(a, b) y, left('a', 1), extract(year from a) z
select * from current_schema, current_timestamp(1) t, collation for ('x'), json_array(1), json_objectagg(a: b), trim(a)
select * from t tablesample system (1), s.t as x tablesample s.f (1, 2) repeatable (3), only t tablesample bernoulli (1)
select * from xmltable('x' passing a columns b int, c text path 'd' default 'e' not null, f for ordinality, g xml null) x
select * from xmltable(xmlnamespaces('x' as y, default 'z'), 'x' passing by ref a by value columns b int) as x (b)
select * from lateral xmltable('x' passing t.a columns b int path 'x' || 'y' default 1 + 1), t filter, u over, v within
"""

DML = """
insert into t values (1, default), (2, 'a')
insert into s.t (a, b.c, d[1], e[1:2].f) values (1)
insert into t as x (a) select 1
insert into t default values
insert into t select 1 from u
insert into t (select 1)
insert into t ((select 1) union select 2) order by 1
insert into t (a) (select 1)
insert into t (values (1))
insert into t (values) values (1)
insert into t overriding user value select 1
insert into t (a) overriding system value values (1)
insert into t with x as (select 1) select * from x
insert into t table u
insert into t values (1) on conflict do nothing
insert into t values (1) on conflict (a, lower(b) collate "C" text_ops, (c + 1)) where d do nothing
insert into t values (1) on conflict on constraint k do update set a = excluded.a, (b, c) = (1, default) where t.d
insert into t select 1 from u on conflict (a) do update set a = 1
insert into t select 1 on conflict (a desc nulls last) do nothing returning *
insert into t values (1) returning a, b as c, t.*, d + 1 e
insert into t values (1) returning with (old as o, new as n) o.a, n.b
with x as (select 1) insert into t select * from x returning a
update t set a = 1
update only s.t as x set a = 1, b.c = 2, d[1] = 3, (e, f) = (1, 2), (g, h) = (select 1, 2), (i) = row(1) where j
update t x set a = default from u, v join w on true where x.b = u.b returning x.a
update t * set a = b = c
update t set a = 1 where current of c
update t set set = 1
update t as set set set = 1
with x as (select 1) update t set a = 1 from x returning with (old as before) before.a
delete from t
delete from only t x using u, v where x.a = u.a returning *
delete from t as x where current of "C"
with x as (select 1) delete from t using x
merge into t using u on t.a = u.a when matched then delete
merge into only t as x using (select 1) y on true when matched and a then update set b = 1, (c, d) = (1, 2)
merge into t using u as v on a when not matched then insert values (1, default)
merge into t using u on a when not matched by target and b then insert (c, d.e) overriding user value values (1, 2)
merge into t using u on a when not matched then insert default values when matched then do nothing
merge into t using u on a when not matched by source then delete when not matched by source and b then update set c = 1
merge into t using u on a when not matched then insert overriding system value values (1)
merge into t using u join v on b on a when not matched then do nothing returning merge_action(), t.*
with x as (select 1) merge into t using x on a when matched then delete returning with (new as n) n.a
"""

REFUSED = """
select distinct from t
select distinct on a from t
select distinct on (a)
select a from
select a from where b
select a from t,
select a from (t)
select a from ((t))
select a from (t) x
select a from ((t join u on a) x)
select a from t join u
select a from t join u on
select a from t join u using a
select a from t natural join u on a
select a from t cross join u on a
select a from t left u
select a from t join
select a from t union
select a union from
select a from t where
select a from t group a
select a from t group by
select a from t having
select a from t order a
select a from t order by a using
select a from t limit
select a from t limit 1 limit 2
select a from t limit 1, 2
select a from t limit 1 rows
select a from t offset 1 + 1 rows
select a from t fetch 5 rows only
select a from t fetch first a + 1 rows only
select a from t fetch first 5 only
select a from t fetch first 5 rows with
select a from t fetch first 5 rows with ties
select a from t order by a fetch first 1 row with ties for update skip locked
select a from t for
select a from t for update of
select a from t for update skip
select a from t for read only for update
(select 1 limit 1) limit 2
(select 1 offset 1) offset 2
(select 1 order by 1) order by 2
((select 1 order by 2)) order by a desc
with a as (select 1) (with b as (select 1) select 1)
with a as (select 1)
with a select 1
with a as select 1
with a as (create table t ()) select 1
with a as (select 1) create table t ()
with a (b.c) as (select 1) select 1
with recursive t as (select 1) search first by a set b select 1
with recursive t as (select 1) cycle a set c to b default 1 using d select 1
select a into
select 1 from t x y
select 1 from a.b.c.d
select 1 from a.b[1]
select 1 from a.*
select 1 from only (t
select 1 from f(
select 1 from f() as
select 1 from f() as (a)
select 1 from rows from f()
select 1 from lateral t
select 1 from lateral s.t x
select 1 from t tablesample
select 1 from t tablesample system
select 1 from t tablesample system (1) x
select 1 from left
select 1 from select
select 1 from t as select
select 1 from t (a
select 1 from xmltable('x' passing a)
select 1 from xmltable('x' passing a columns b int path 'a' path 'b')
select 1 from xmltable('x' passing a columns b int default 1 default 2)
select 1 from xmltable('x' passing a columns b int not null null)
select 1 from xmltable('x' passing a columns b int foo 1)
select 1 from xmltable('x' passing a columns b int __pg__is_not_null 1)
values
values 1
values ()
values (1),
table
table t u v
table (select 1)
select 1 2
select (select 1
select (values 1)
insert into
insert into t
insert into t x values (1)
insert into t (a
insert into t () values (1)
insert into t (a + 1) values (1)
insert into t ((a)) values (1)
insert into t default
insert into t values
insert into t overriding value select 1
insert into t overriding user select 1
insert into t values (1) on conflict
insert into t values (1) on conflict a do nothing
insert into t values (1) on conflict on k do nothing
insert into t values (1) on conflict do update
insert into t values (1) on conflict do nothing where a
insert into t values (1) returning
insert into t values (1) returning with (a as b) c
insert into t (a.*.b) values (1)
update t
update t set
update t set a
update t set a =
update t set a = 1,
update t set a.b.*.c = 1
update t set (a, b) = 1 2
update t set t.* = 1 from
update t a b set c = 1
update t set a = 1 where current of
update t set a = 1 order by b
delete t
delete from
delete from t using
delete from t where
delete from t limit 1
merge into t
merge into t using u
merge into t using u on a
merge into t using u on a when
merge into t using u on a when matched delete
merge into t using u on a when matched then insert values (1)
merge into t using u on a when not matched then delete
merge into t using u on a when not matched by source then insert values (1)
merge into t using u on a when not matched by u then insert values (1)
merge into t using u on a when not matched then insert (a) select 1
merge into t using u on a when not matched then insert values (1), (2)
merge into t using u on a when matched then update a = 1
merge into t using u on a when matched then do something
"""


@pytest.mark.parametrize("sql", [sql for sql in (SELECTS + FROM + DML).splitlines() if sql])
def test_same_tree(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", REFUSED.strip().splitlines())
def test_refused(sql: str) -> None:
    refusal(sql)


def test_spans_of_select() -> None:
    sql = "with x as (select 1) select a , s . t.b  c from only (s.t) as u ( v ) join lateral (table w) on true order by 1 desc limit 2"
    select = statement(sql, SelectStmt)
    assert select.withClause is not None
    (join,) = select.fromClause
    assert isinstance(join, JoinExpr)
    relation, query = join.larg, join.rarg
    assert isinstance(relation, RangeVar)
    assert isinstance(query, RangeSubselect)
    nodes = [
        select,
        select.withClause,
        select.withClause.ctes[0],
        *select.targetList,
        join,
        relation,
        relation.alias,
        query,
        query.subquery,
        select.sortClause[0],
        select.limitCount,
    ]
    assert [sql[node.start : node.end] for node in nodes if node is not None] == [
        sql,
        "with x as (select 1)",
        "x as (select 1)",
        "a",
        "s . t.b  c",
        "only (s.t) as u ( v ) join lateral (table w) on true",
        "only (s.t) as u ( v )",
        "as u ( v )",
        "lateral (table w)",
        "table w",
        "1 desc",
        "2",
    ]


def test_spans_of_set_operation() -> None:
    sql = "( select 1 ) union select 2 intersect (select 3) limit 1"
    union = statement(sql, SelectStmt)
    assert union.larg is not None
    assert union.rarg is not None
    assert [sql[node.start : node.end] for node in (union, union.larg, union.rarg)] == [
        sql,
        "select 1",
        "select 2 intersect (select 3)",
    ]


def test_spans_of_dml() -> None:
    sql = "insert into s.t as x (a, b [1]) values (1) on conflict (a) do update set (b, c) = row(2) returning a  b"
    insert = statement(sql, InsertStmt)
    assert insert.onConflictClause is not None
    assert insert.onConflictClause.infer is not None
    assert insert.returningClause is not None
    nodes = [
        insert,
        insert.relation,
        *insert.cols,
        insert.selectStmt,
        insert.onConflictClause,
        insert.onConflictClause.infer,
        insert.returningClause,
    ]
    assert [sql[node.start : node.end] for node in nodes if node is not None] == [
        sql,
        "s.t as x",
        "a",
        "b [1]",
        "values (1)",
        "on conflict (a) do update set (b, c) = row(2)",
        "(a)",
        "returning a  b",
    ]


def test_multiple_assignment_shares_its_source() -> None:
    first, second = statement("update t set (a, b) = (select 1, 2)", UpdateStmt).targetList
    assert isinstance(first.val, MultiAssignRef)
    assert isinstance(second.val, MultiAssignRef)
    assert first.val.source is second.val.source


def test_long_queries_do_not_recurse() -> None:
    count = 5000
    assert isinstance(parse_statement(" union all ".join(["select 1"] * count)), SelectStmt)
    joined = statement("select * from t" + " join u on a" * count, SelectStmt)
    assert isinstance(joined.fromClause[0], JoinExpr)
    assert isinstance(parse_statement("(" * count + "select 1" + ")" * count), SelectStmt)
    assert isinstance(parse_statement("select * from " + "(" * count + "select 1" + ")" * count), SelectStmt)


@pytest.mark.parametrize(
    ("version", "sql", "message"),
    [
        (15, "select * from (select 1)", "subquery in FROM must have an alias"),
        (15, "select * from (values (1))", "VALUES in FROM must have an alias"),
        (14, "merge into t using u on a when matched then delete", 'syntax error at or near "merge"'),
        (16, "merge into t using u on a when matched then delete returning *", 'syntax error at or near "returning"'),
        (16, "merge into t using u on a when not matched by source then delete", 'syntax error at or near "by"'),
        (17, "insert into t values (1) returning with (old as o) o.a", 'syntax error at or near "with"'),
    ],
)
def test_newer_syntax(version: int, sql: str, message: str) -> None:
    parse_statement(sql)
    with pytest.raises(ParseError) as refused:
        parse_statement(sql, version=version)
    assert refused.value.message == message
