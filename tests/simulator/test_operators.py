"""Operators and what is built around them: every statement has the verdict, SQLSTATE and words of real servers."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = {
    "operators": """
        create operator === (leftarg = int, rightarg = int, function = int4eq, commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges);
        create operator === (leftarg = int, rightarg = int, function = int4eq);
        create operator !== (leftarg = int, rightarg = int, function = int4ne, commutator = !==, negator = ===);
        create operator <% (rightarg = int, function = int4um);
        create operator <% (leftarg = int, function = int4um);
        create operator @@@ (function = int4um);
        create operator @@@ (leftarg=int, rightarg=int);
        create operator @@@ (leftarg=int, rightarg=int, function=nope);
        create operator @@@ (leftarg=setof int, rightarg=int, function=int4pl);
        create operator @@@ (leftarg=int, rightarg=int, function=int4pl, negator = ===);
        create operator @@@ (leftarg=int, rightarg=int, function=int4pl, hashes);
        create operator @@@ (rightarg=int, function=int4um, commutator = ===);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, negator = @@@);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, restrict = int4eq);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, restrict = nope);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, join = nope);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, join = eqsel);
        create operator @@@ (leftarg=nope, rightarg=int, function=int4eq);
        create operator @@@ (leftarg=int, rightarg=int, function=int4eq, foo = 1, commutator = =);
        create operator @#@ (leftarg=int, rightarg=int, function=int4ne, negator = ===);
        alter operator === (int, int) set (restrict = none);
        alter operator === (int, int) set (restrict = contsel, join = contjoinsel);
        alter operator === (int, int) set (function = int4ne);
        alter operator === (int, int) set (commutator = !==);
        alter operator === (int, int) set (merges = false);
        alter operator === (int, int) set (foo = false);
        alter operator ==== (int, int) set (restrict = none);
        alter operator !== (int, int) set (hashes);
        alter operator !== (int, int) set (negator = !==);
        drop operator === (int, int);
    """,
    "aggregates": """
        create aggregate a1 (int) (sfunc = int4pl, stype = int, initcond = '0');
        create aggregate a1 (int) (sfunc = int4pl, stype = int, initcond = '0');
        create or replace aggregate a1 (int) (sfunc = int4mul, stype = int, initcond = '0');
        create or replace aggregate a1 (int) (sfunc = int8pl, stype = int, initcond = '0');
        create aggregate a2 (int) (sfunc = int4pl);
        create aggregate a2 (int) (stype = int);
        create aggregate a2 (int) (stype = nope, sfunc = int4pl);
        create aggregate a2 (int) (stype = int, sfunc = nope);
        create aggregate a2 (int) (stype = int, sfunc = int4pl, initcond = 'x');
        create aggregate a2 (text) (stype = int, sfunc = int4pl, initcond = '0');
        create aggregate a2 (float8) (stype = int, sfunc = int4pl);
        create aggregate a2 (int) (stype = anyelement, sfunc = int4pl);
        create aggregate a2 (int) (stype = any, sfunc = int4pl);
        create aggregate a2 (int) (stype = internal, sfunc = int4pl);
        create aggregate a2 (anyelement) (stype = anyarray, sfunc = array_append, initcond = '{}');
        create aggregate a3 (int) (stype = int, sfunc = int4pl, finalfunc = nope);
        create aggregate a3 (int) (stype = int, sfunc = int4pl, finalfunc = int4um);
        create aggregate a4 (int) (stype = int, sfunc = int4pl, combinefunc = int4eq);
        create aggregate a4 (int) (stype = int, sfunc = int4pl, msfunc = int4pl);
        create aggregate a4 (int) (stype = int, sfunc = int4pl, mstype = int);
        create aggregate a4 (int) (stype = int, sfunc = int4pl, mstype = int, msfunc = int4pl, minvfunc = int4mi);
        create aggregate a5 (int) (stype = int, sfunc = int4pl, sortop = <);
        create aggregate a6 (int, int) (stype = int, sfunc = int4pl, sortop = <);
        create aggregate a6 (int) (stype = int, sfunc = int4pl, serialfunc = int4pl);
        create aggregate a6 (int) (stype = int, sfunc = int4pl, parallel = foo);
        create aggregate a6 (int) (stype = int, sfunc = int4pl, hypothetical);
        create aggregate a6 (int) (stype = int, sfunc = int4pl, basetype = int);
        create aggregate a6 (sfunc = int4pl, stype = int);
        create aggregate a6 (basetype = int, sfunc = int4pl, stype = int);
        create aggregate a7 (basetype = 'ANY', sfunc = int8inc, stype = int8, initcond = 0);
        create aggregate a8 (variadic "any") (sfunc = int8inc_any, stype = int8);
        create aggregate a9 (float8 order by anyelement) (stype = internal, sfunc = ordered_set_transition, finalfunc = percentile_disc_final, finalfunc_extra = true, finalfunc_modify = read_write);
        create aggregate a10 (setof int) (stype = int, sfunc = int4pl);
        create function int4pl_strict(int, int) returns int language sql strict as 'select 1';
        create function setint(int, int) returns setof int language sql strict as 'select 1';
        create aggregate a11 (int) (stype = int, sfunc = setint);
        create aggregate a11 (text) (stype = text, sfunc = textcat, finalfunc = length, initcond = '');
        create function a11(text) returns int language sql as 'select 1';
        create or replace function a11(text) returns int language sql as 'select 1';
        drop aggregate a1(int);
        drop function a11(text);
        drop aggregate a11(text);
        drop aggregate nope(int);
    """,
    "operator classes": """
        create operator class oc1 for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int,int);
        create operator class oc1 for type int using btree as operator 1 <;
        create operator class oc2 default for type int using btree as operator 1 <;
        create operator class oc2 for type int using nope as operator 1 <;
        create operator class oc2 for type nope using btree as operator 1 <;
        create operator class oc2 for type int using btree as operator 6 <;
        create operator class oc2 for type int using btree as operator 1 + (int,int);
        create operator class oc2 for type int using btree as operator 1 < (int,nope);
        create operator class oc2 for type int using btree as operator 1 < , operator 1 <;
        create operator class oc2 for type int using btree as function 7 btint4cmp(int,int);
        create operator class oc2 for type int using btree as function 1 int4um(int);
        create operator class oc2 for type int using btree as function 1 int4lt(int,int);
        create operator class oc2 for type int using btree as function 2 int4lt(int,int);
        create operator class oc2 for type int using btree as function 3 int4lt(int,int);
        create operator class oc2 for type int using btree as function 4 int4lt(int,int);
        create operator class oc2 for type int using hash as function 1 int4lt(int,int);
        create operator class oc2 for type int using hash as function 1 int4um(int), operator 1 =;
        create operator class oc3 for type int using btree as storage text;
        create operator class oc3 for type int using gist as storage text, storage text;
        create operator class oc3 for type int using gist as storage text;
        create operator class oc4 for type int using btree family nope as operator 1 <;
        create operator class oc4 for type int using btree family integer_ops as operator 1 <;
        create operator class oc4 for type point using gist as operator 1 <-> (point, point) for order by float_ops;
        create operator class oc5 for type point using btree as operator 1 <-> (point, point) for order by float_ops;
        create operator family of1 using btree;
        create operator family of1 using btree;
        create operator family of1 using nope;
        create operator family of1 using heap;
        alter operator family of1 using btree add operator 1 < (int, int), function 1 btint4cmp(int,int);
        alter operator family of1 using btree add operator 1 < (int, int);
        alter operator family of1 using btree add operator 1 <;
        alter operator family of1 using btree add storage int;
        alter operator family of1 using btree drop operator 1 (int, int);
        alter operator family of1 using btree drop operator 1 (int, int);
        alter operator family of1 using btree drop function 1 (int, int, int);
        alter operator family nope using btree drop operator 1 (int, int);
        alter operator family oc1 using btree drop operator 1 (int, int);
        drop operator class oc1 using btree;
        drop operator family of1 using btree;
        drop operator class nope using btree;
    """,
    "casts, transforms and conversions": """
        create type ct as (a int);
        create domain dm as int;
        create type en as enum ('a');
        create cast (int as ct) with function int4um(int);
        create cast (int as ct) without function;
        create cast (ct as en) without function;
        create cast (int as en) without function;
        create cast (int as int) without function;
        create cast (int as bigint) with inout;
        create cast (text as en) with inout as implicit;
        create cast (text as en) with inout as implicit;
        create cast (nope as en) with inout as implicit;
        create cast (anyelement as en) with inout as implicit;
        create cast (int[] as text[]) without function;
        create cast (dm as text) with inout;
        create function fc(int) returns ct language sql as 'select null::ct';
        create cast (int as ct) with function fc(int) as assignment;
        create cast (bigint as ct) with function fc(int) as assignment;
        create cast (int as ct) with function nope(int) as assignment;
        create cast (int4 as text) with function lower(text) as assignment;
        drop cast (int as ct);
        drop cast (int as ct);
        drop cast if exists (int as ct);
        create transform for int language sql (from sql with function int4um(int));
        create transform for int language nope (from sql with function int4um(int));
        create conversion c1 for 'nope' to 'utf8' from iso8859_1_to_utf8;
        create conversion c1 for 'latin1' to 'utf8' from iso8859_1_to_utf8;
        create conversion c1 for 'latin1' to 'utf8' from iso8859_1_to_utf8;
        create conversion c2 for 'latin1' to 'utf8' from nope;
        create default conversion c3 for 'latin1' to 'utf8' from iso8859_1_to_utf8;
        create default conversion c4 for 'latin1' to 'utf8' from iso8859_1_to_utf8;
    """,
    "languages and access methods": """
        create language l1 handler nope;
        create language l1 handler plpgsql_call_handler;
        create language l1 handler plpgsql_call_handler;
        create language l2 handler int4pl;
        create access method am1 type index handler gisthandler;
        create access method am1 type index handler gisthandler;
        create access method am2 type index handler nope;
        create access method am2 type table handler gisthandler;
        create access method am2 type index handler int4pl;
    """,
    "collations": """
        create collation col1 (locale = 'C');
        create collation col1 (locale = 'C');
        create collation if not exists col1 (locale = 'C');
        create collation col2 (lc_collate = 'C');
        create collation col2 (lc_collate = 'C', locale = 'C');
        create collation col2 (foo = 'C');
        create collation col2 (provider = foo, locale = 'C');
        create collation col2 from "C";
        create collation col3 from nope;
        create collation col3 from "default";
        create collation col4 (locale = 'C', deterministic = false);
        create collation col4 (locale = 'C', locale = 'C');
        create collation col4 (locale = 'C', deterministic = maybe);
        create collation col4 (provider = libc);
        alter collation col1 refresh version;
        alter collation nope refresh version;
    """,
    "text search": """
        create text search dictionary ts1 (template = simple);
        create text search dictionary ts1 (template = simple);
        create text search dictionary ts2 (template = nope);
        create text search dictionary ts2 (stopwords = nope);
        create text search dictionary ts2 (template = simple, foo = 1);
        create text search dictionary ts2 (template = snowball);
        create text search dictionary ts2 (template = snowball, language = klingon);
        create text search dictionary ts2 (template = snowball, language = english);
        create text search configuration tc1 (copy = english);
        create text search configuration tc1 (copy = english);
        create text search configuration tc2 (copy = nope);
        create text search configuration tc2 (parser = nope);
        create text search configuration tc2 (parser = "default", copy = english);
        create text search configuration tc2 ();
        create text search configuration tc2 (foo = bar);
        create text search configuration tc2 (parser = "default");
        alter text search configuration tc2 add mapping for asciiword with simple;
        alter text search configuration tc2 add mapping for asciiword with simple;
        alter text search configuration tc2 add mapping for nope with simple;
        alter text search configuration tc2 add mapping for word with nope;
        alter text search configuration tc2 alter mapping for word with ts1;
        alter text search configuration tc2 alter mapping replace ts1 with simple;
        alter text search configuration tc2 drop mapping for word;
        alter text search configuration tc2 drop mapping for word;
        alter text search configuration tc2 drop mapping if exists for word;
        alter text search configuration nope drop mapping for word;
        alter text search dictionary ts1 (stopwords = english);
        alter text search dictionary ts1 (foo = english);
        alter text search dictionary nope (foo = english);
        create text search parser tp1 (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
        create text search parser tp2 (start = prsd_start);
        create text search parser tp2 (foo = prsd_start);
        create text search template tt1 (lexize = dsimple_lexize);
        create text search template tt2 (init = dsimple_init);
        create text search template tt2 (lexize = int4pl);
        drop text search dictionary ts1;
        drop text search configuration tc1;
    """,
    "event triggers": """
        create function et() returns event_trigger language plpgsql as $$ begin end $$;
        create event trigger et1 on ddl_command_start execute function et();
        create event trigger et1 on ddl_command_start execute function et();
        create event trigger et2 on nope execute function et();
        create event trigger et2 on ddl_command_start execute function nope();
        create event trigger et2 on ddl_command_start execute function now();
        create event trigger et2 on ddl_command_start when tag in ('create table', 'nope') execute function et();
        create event trigger et2 on ddl_command_start when tag in ('create role') execute function et();
        create event trigger et2 on ddl_command_start when foo in ('create role') execute function et();
        create event trigger et2 on ddl_command_start when tag in ('create table') and tag in ('drop table') execute function et();
        create event trigger et2 on table_rewrite when tag in ('create table') execute function et();
        alter event trigger et1 disable;
        alter event trigger nope disable;
        drop event trigger et1;
        drop function et();
    """,
}


@pytest.mark.server
@pytest.mark.parametrize("title", SCRIPTS)
def test_the_server_says_the_same(server: Server, title: str) -> None:
    assert_same_verdicts(server, SCRIPTS[title])
