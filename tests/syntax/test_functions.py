"""Functions, procedures, and what `definition` lists describe: our trees against PostgreSQL's own parser."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.nodes import CreateFunctionStmt, DefElem, DefineStmt, SelectStmt

FUNCTIONS = """
create function f() returns int language sql as 'select 1'
create or replace function s.f(a int, b text default 'x', out c numeric(10, 2), inout d int = 3 + 4) as 'x', 'y' language c
create function f(in a int, in out b int, variadic c text[]) returns setof record language plpgsql as $$begin end$$
create function f(a in int, b out int, c inout int, d in out int, "E" variadic int[]) language sql as ''
create function f(double precision, a double precision, time, timestamp with time zone, a time, character varying(3)) as ''
create function f(int[], a int array, b int array[4], bit varying, national character(2), interval day to second(2)) as ''
create function f(t.c%type, a s.t.c%type, setof t.c%type) returns setof s.t.c%type as ''
create function f(setof int, a setof text, name name, text text, "in" int, value value, function function) as ''
create function f(json, j json, a jsonb default '{}'::jsonb, b int = default_value(1)) as ''
create function f() returns table (a int, b s.t.c%type, "C" text[]) as ''
create function f() returns table (a int[]) language sql as ''
create function f(a int, variadic b int[]) returns table (a int) as ''
create function f() returns null on null input as ''
create function f() returns int returns null on null input as ''
create function left(a int) returns trigger as ''
create function f() returns int called on null input immutable stable volatile strict as ''
create function f() returns int external security definer security invoker external security invoker security definer as ''
create function f() returns int leakproof not leakproof cost 10 rows 1.5 cost -1 support s.f window parallel safe as ''
create function f() returns int transform for type int, for type s.t language "plFoo" language 'x' parallel restricted as ''
create function f() returns int set search_path = '' set a.b to x, 'y', 3, on reset all reset work_mem set x from current as ''
create function f() returns int set time zone default set session authorization x set schema 'x' set transaction snapshot 'x'
create function f() returns int begin atomic end
create function f() returns int begin atomic ;; select 1; ; insert into t values (1); return 3; end
create function f() returns int language sql return a + 1
create procedure p() begin atomic delete from t; end
create or replace procedure s.p(inout a int) language plpgsql as $a$ begin end $a$
create procedure p() as 'x', 'y' set a = b
alter function f set schema s
alter function f() set schema 's'
alter function f() set schema = s
alter function f(int, out text) rename to g
alter procedure s.p(a int) owner to current_user
alter routine r owner to "x"
alter function f no depends on extension e
alter procedure f() depends on extension e
alter routine f(int) depends on extension "E"
alter function f() strict immutable security definer set a = 1 reset all restrict
alter function f(int) called on null input cost 1 rows 2 parallel unsafe support f
alter routine left reset a.b
alter function left(int) leakproof
do 'x'
do language plpgsql $$begin end$$ 'y' language 'x'
call f()
call s.f(1, a => 2, variadic array[1])
call f(distinct a)
call f(*)
"""

DEFINITIONS = """
create aggregate a (int) (sfunc = f, stype = int)
create or replace aggregate s.a (*) (sfunc = s.f, stype = internal, sortop = <, parallel = safe)
create aggregate a (x int, in y text, variadic z "any") (sfunc = f, initcond = 'x', hypothetical)
create aggregate a (order by int) (sfunc = f)
create aggregate a (a int, b text order by c int, d text) (sfunc = f, stype = int[])
create aggregate a (variadic "any" order by variadic "any") (sfunc = f)
create aggregate a (basetype = int, sfunc = f, stype = int4, initcond = '0', sfunc1 = none)
create aggregate left (int) (a = 1, b = -1, c = 1.5, d = -99999999999, e = 'x', f = true, g = select, h = none, i = any)
create operator = (leftarg = int, rightarg = box, procedure = f, commutator = =, negator = operator(s.<>), hashes, merges)
create operator s.<<< (leftarg = setof int, x = numeric(1, 2), y = s.t.c%type, z = +, aa = <=, bb = double precision)
create operator s.t.@#@ (a = + 3, b = operator)
create type t
create type s.t (input = f, output = g, like = int, internallength = variable, collatable = true, "Alignment" = double)
create type t as ()
create type s.t as (a int, b text collate "C", c s.t[])
create type t as enum ()
create type s.t as enum ('a', 'b', E'c')
create type t as range (subtype = float8, subtype_diff = float8mi)
create collation c (locale = 'x', provider = icu, deterministic = false)
create collation if not exists s.c (lc_collate = 'x')
create collation c from "C"
create collation if not exists c from s."C"
alter collation s.c refresh version
alter collation c rename to d
alter collation c owner to x
alter collation c set schema x
create text search parser s.p (start = f, gettoken = g)
create text search dictionary d (template = s.t, "x" = 'y')
create text search template t (init = f, lexize = g)
create text search configuration c (copy = pg_catalog.english)
create cast (int as text) with function f(int)
create cast (int as text) with function s.f as assignment
create cast (s.t as int[]) without function as implicit
create cast (int as text) with inout
create transform for int language l (from sql with function f(internal), to sql with function s.g(internal))
create or replace transform for s.t language l (to sql with function f, from sql with function g(int))
create transform for int language l (from sql with function f)
create transform for int language l (to sql with function f)
create language l
create or replace trusted procedural language l
create language l handler f
create or replace trusted language l handler s.f inline s.g validator s.h
create procedural language "L" handler f no validator
create access method m type index handler s.h
create access method m type table handler h
create conversion c for 'a' to 'b' from f
create default conversion s.c for 'a' to 'b' from s.f
create operator class c for type int using btree as storage int
create operator class s.c default for type s.t using gist family s.f as
 operator 1 <, operator 2 s.<= (int, text), operator 3 < for search, operator 4 <-> (none, int) for order by s.f,
 function 1 f(int), function 2 (int, text) s.f(int, text), storage s.t[]
create operator family s.f using btree
alter operator family f using btree add operator 1 < (int, int), function 1 (int) f(int)
alter operator family s.f using btree drop operator 1 (int, int), function 1 (int)
alter operator family s.f using btree rename to g
alter operator family f using btree owner to session_user
alter operator class s.c using btree set schema x
alter operator class c using btree rename to d
alter operator < (int, text) owner to x
alter operator s.- (none, int) set schema y
alter operator < (int, none) set (restrict = none, join = s.f, hashes, merges = true, commutator = >, x = 3)
alter operator class.+ (int, int) owner to x
"""

REFUSED = """
create function f
create function f(
create function f(a int b)
create function bigint() returns int as ''
create function f() returns
create function f() returns table () as ''
create function f(out a int) returns table (b int) as ''
create function f() as
create function f() as 'a', b
create function f() language
create function f() external definer
create function f() security
create function f() not strict
create function f() called on null
create function f() returns int returns
create function f() begin
create function f() begin atomic select 1 end
create function f() begin atomic begin; end
create function f() begin atomic select 1;
create function f() return 1 language sql
create procedure p() returns int as ''
create or replace
create or alter function f()
create or replace table t ()
alter function f
alter function f()
alter function f() rename g
alter function f() owner x
alter function f() restrict
alter function f() as 'x'
alter procedure f(a b c) strict
do
do 1
do language
call
call f
call f(1
create aggregate a (out int) (sfunc = f)
create aggregate a () (sfunc = f)
create aggregate a (variadic "any" order by int) (sfunc = f)
create aggregate a (basetype = int) (sfunc = f)
create aggregate a (basetype = int, sfunc)
create aggregate a (sfunc = f, select = 1)
create operator (a = 1)
create operator + ()
create operator + (a = )
create type t as
create type t as enum
create type t as enum (a)
create type t as range
create type t as (a)
create type t as (a int,)
create collation c
create collation c from
create text search foo a (b = c)
create text search parser p
create cast (int, text) with inout
create cast (int as text)
create cast (int as text) with
create cast (int as text) with inout as
create cast (int as text) without inout
create transform for int language l ()
create transform for int language l (from sql with function f, from sql with function g)
create transform for int language l (sql with function f)
create language
create language l inline f
create language l handler f validator
create access method m type view handler f
create conversion c for a to 'b' from f
create default table t ()
create operator class c for type int using btree
create operator class c for type int using btree as foo
create operator class c for type int using btree as operator <
create operator class c for type int using btree as operator 1 < (int)
create operator class c for type int using btree as operator 1 < recheck
create operator class c for type int using btree as operator 1 < (none, none)
alter operator family f using btree add
alter operator family f using btree drop operator 1 < (int)
alter operator family f using btree foo
alter operator class c using btree add operator 1 <
alter operator < owner to x
alter operator < (int) owner to x
alter operator < (int, int) rename to x
alter operator < (int, int) set
alter collation c refresh
"""


def statements(text: str) -> list[str]:
    """One statement a line; a line that starts with a space goes on."""
    return text.strip().replace("\n ", " ").split("\n")


@pytest.mark.parametrize("sql", statements(FUNCTIONS + DEFINITIONS[1:]))
def test_tree_is_the_servers(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", statements(REFUSED))
def test_refused_in_the_servers_words(sql: str) -> None:
    refusal(sql)


def test_spans_of_a_function() -> None:
    sql = "create function f(in a int default 1 , variadic b text[]) returns table (c int) set x = y, 'z' language sql as 'select' "
    found = statement(sql, CreateFunctionStmt)
    assert sql[found.start : found.end] == sql.rstrip()
    assert [sql[p.start : p.end] for p in found.parameters] == ["in a int default 1", "variadic b text[]", "c int"]
    assert [sql[o.start : o.end] for o in found.options] == ["set x = y, 'z'", "language sql", "as 'select'"]
    assert found.returnType is not None
    assert sql[found.returnType.start : found.returnType.end] == "table (c int)"


def test_spans_in_an_atomic_body() -> None:
    sql = "create function f() begin atomic select 1 ; ; select 2; end"
    found = statement(sql, CreateFunctionStmt)
    assert isinstance(found.sql_body, tuple)
    assert all(isinstance(s, SelectStmt) for s in found.sql_body)
    assert [sql[s.start : s.end] for s in found.sql_body] == ["select 1", "select 2"]


def test_spans_of_a_definition() -> None:
    sql = "create operator s.<< (leftarg = int , rightarg= s.t, hashes)"
    found = statement(sql, DefineStmt)
    assert all(isinstance(element, DefElem) for element in found.definition)
    assert [sql[e.start : e.end] for e in found.definition] == ["leftarg = int", "rightarg= s.t", "hashes"]
