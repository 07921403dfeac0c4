"""Operators and what is built around them: every statement has the verdict, SQLSTATE and words of real servers."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = {
    "functions that read the options of an operator class": """
        create function squeeze(internal) returns bytea language internal as 'int4in';
        create operator class c6 for type box using spgist as function 6 squeeze(internal),
            function 1 spg_box_quad_config(internal, internal), function 2 spg_box_quad_choose(internal, internal),
            function 3 spg_box_quad_picksplit(internal, internal), function 4 spg_box_quad_inner_consistent(internal, internal),
            function 5 spg_box_quad_leaf_consistent(internal, internal);
        create operator class c7 for type box using spgist as function 7 squeeze(internal);
        create operator class c8 for type box using spgist as function 8 squeeze(internal);
        create operator class g7 for type box using gin as function 7 squeeze(internal);
        create operator class g10 for type box using gist as function 10 squeeze(internal);
    """,
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
    "renaming, comments and drops of all of them": """
        create text search configuration cfg (copy = pg_catalog.english);
        alter text search configuration cfg alter mapping for asciiword, word with simple, english_stem;
        alter text search configuration cfg alter mapping for nope with simple;
        alter text search configuration cfg alter mapping for asciiword replace simple with english_stem;
        alter text search configuration cfg rename to cfg2;
        alter text search configuration cfg2 set schema nope;
        alter text search configuration cfg2 owner to nobody;
        comment on text search configuration cfg2 is 'x';
        comment on text search dictionary simple is 'x';
        comment on text search parser "default" is 'x';
        comment on text search template simple is 'x';
        select to_tsvector('cfg2', 'hello');
        select to_tsvector('nope', 'hello');
        create table docs (t text, v tsvector generated always as (to_tsvector('cfg2', t)) stored);
        create index on docs using gin (to_tsvector('cfg2', t));
        drop text search configuration cfg2;
        drop text search configuration cfg2 cascade;
        create text search dictionary si (template = simple, stopwords = english, accept = false);
        create text search dictionary si2 (template = simple, stopwords = 'english', "Accept" = true);
        create text search dictionary si4 (template = nope.simple);
        alter text search dictionary si (accept);
        alter text search dictionary si rename to si_b;
        drop text search dictionary si_b;
        drop text search dictionary nope;
        drop text search dictionary if exists nope;
        drop text search dictionary simple;
        drop text search template simple;
        drop text search parser "default";
        create event trigger et on ddl_command_end when tag in ('CREATE TABLE') execute procedure nope();
        create function etf() returns event_trigger language plpgsql as $$ begin raise notice '%', tg_tag; end $$;
        create function etf2(int) returns event_trigger language plpgsql as $$ begin end $$;
        create function etf3() returns event_trigger language sql as 'select 1';
        create event trigger et on ddl_command_end when tag in ('CREATE TABLE', 'create index') execute procedure etf();
        create event trigger et2 on sql_drop execute procedure etf();
        create event trigger et3 on login execute procedure etf();
        create event trigger et4 on login when tag in ('x') execute procedure etf();
        alter event trigger et rename to et_b;
        alter event trigger et_b rename to et2;
        alter event trigger et_b owner to nobody;
        alter event trigger et_b enable replica;
        comment on event trigger et_b is 'x';
        drop function etf();
        drop event trigger et_b;
        drop event trigger if exists et_b;
        drop event trigger et_b;
        drop function etf() cascade;
        create access method hp type table handler heap_tableam_handler;
        create table hpt (a int) using hp;
        create table hpt2 (a int) using nope;
        create table hpt3 (a int) using btree;
        create index on hpt using hp (a);
        set default_table_access_method = hp;
        create table hpt4 (a int);
        set default_table_access_method = nope;
        reset default_table_access_method;
        drop access method hp;
        drop access method hp cascade;
        select * from hpt4;
        create access method g2 type index handler gisthandler;
        create operator class boxops default for type box using g2 as operator 3 &&, function 1 gist_box_consistent(internal, box, smallint, oid, internal), function 2 gist_box_union(internal, internal), function 5 gist_box_penalty(internal, internal, internal), function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal);
        create table bx (b box);
        create index on bx using g2 (b);
        create index on bx using g2 (b box_ops);
        drop access method g2;
        drop access method g2 cascade;
        create language lang2 handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
        create function lf() returns int language lang2 as $$ begin return 1; end $$;
        create or replace trusted language lang2 handler plpgsql_call_handler;
        do language lang2 $$ begin end $$;
        do language nope $$ begin end $$;
        do language sql $$ select 1 $$;
        alter language lang2 rename to lang3;
        alter language lang3 owner to nobody;
        comment on language lang3 is 'x';
        grant usage on language lang3 to public;
        drop language lang3;
        drop language lang3 cascade;
        create transform for int language plpgsql (from sql with function int4in(cstring), to sql with function int4recv(internal));
        create conversion cv for 'utf8' to 'latin1' from utf8_to_iso8859_1;
        create conversion cv2 for 'utf8' to 'sql_ascii' from utf8_to_iso8859_1;
        create conversion cv3 for 'utf8' to 'latin1' from pg_catalog.now;
        alter conversion cv rename to cvb;
        comment on conversion cvb is 'x';
        drop conversion cvb;
        drop conversion nope;
        create aggregate agf (int, variadic int[]) (sfunc = nope, stype = int);
        create aggregate ag_ord (order by int) (sfunc = int4pl, stype = int);
        create aggregate ag_hyp (int order by int) (sfunc = int4pl, stype = int, hypothetical);
        create aggregate ag_hyp2 (text order by int) (sfunc = int4pl, stype = int, hypothetical);
        create aggregate ag_mov (int) (sfunc = int4pl, stype = int, msfunc = int4pl, minvfunc = int4mi, mstype = int, mfinalfunc = float8);
        create aggregate ag_p (int) (sfunc = int4pl, stype = int, parallel = safe, combinefunc = int4pl, sspace = 8);
        create aggregate ag_comment (int) (sfunc = int4pl, stype = int4, initcond1 = '5');
        comment on aggregate ag_comment(int) is 'x';
        comment on aggregate ag_comment(text) is 'x';
        alter aggregate ag_comment(int) rename to ag_c2;
        alter aggregate ag_c2(int) rename to ag_p;
        alter aggregate ag_c2(*) rename to ag_c3;
        alter aggregate ag_c2(int) owner to nobody;
        alter function ag_c2(int) rename to ag_c3;
        drop function ag_c3(int);
        drop aggregate ag_c3;
        drop aggregate if exists ag_c3(int);
        select ag_p(x) over (order by x) from generate_series(1, 3) x;
        select ag_ord() within group (order by x) from generate_series(1, 3) x;
        select ag_ord(x) from generate_series(1, 3) x;
        select ag_p(distinct x order by y) from (values (1,2)) v(x,y);
        drop function int4pl(int, int);
        create or replace aggregate sum(int) (sfunc = int4pl, stype = int);
        create or replace function pg_catalog.upper(text) returns text language sql as 'select $1';
    """,
}


@pytest.mark.server
@pytest.mark.parametrize("title", SCRIPTS)
def test_the_server_says_the_same(server: Server, title: str) -> None:
    assert_same_verdicts(server, SCRIPTS[title])
