"""Functions and procedures: every statement has the verdict, SQLSTATE and words of real servers."""

from __future__ import annotations

import pytest
from servers import Server
from verdicts import assert_same_verdicts, statements_of

SCRIPTS = {
    "definitions": """
        create function f1(a int, b text default 'x') returns int language sql as $$ select a $$;
        create function f1(a int, b text) returns int language sql as $$ select a $$;
        create or replace function f1(a int, b text) returns int language sql as $$ select a $$;
        create or replace function f1(a int, c text default 'x') returns int language sql as $$ select a $$;
        create or replace function f1(a int, b text default 'x') returns text language sql as $$ select b $$;
        create or replace function f1(a int, b text default 'y') returns int language sql as $$ select a+1 $$;
        create function f2() returns nope language sql as $$ select 1 $$;
        create function f2(x nope) returns int language sql as $$ select 1 $$;
        create function f2() returns int as $$ select 1 $$;
        create function f2() returns int language foo as $$ select 1 $$;
        create function f2() returns int language plperl as $$ select 1 $$;
        create function f2() language sql as $$ select 1 $$;
        create function f2(out a int, out b text) language sql as $$ select 1, 'x' $$;
        create or replace function f2(out a int, out c text) language sql as $$ select 1, 'x' $$;
        create or replace function f2(out a int) language sql as $$ select 1 $$;
        create function f3(out a int) returns text language sql as $$ select 1 $$;
        create function f3(a int, a int) returns text language sql as $$ select 1 $$;
        create function f3(a int, out a int) returns int language sql as $$ select 1 $$;
        create function f4(variadic a int) returns int language sql as $$ select 1 $$;
        create function f4(variadic a int[], b int) returns int language sql as $$ select 1 $$;
        create function f4(variadic a int[]) returns int language sql as $$ select 1 $$;
        create function f5(a int default 1, b int) returns int language sql as $$ select 1 $$;
        create function f5(a int default 'x') returns int language sql as $$ select 1 $$;
        create function f5() returns anyelement language sql as $$ select 1 $$;
        create function f5(anyarray) returns anyelement language sql as $$ select $1[1] $$;
        create function f6() returns trigger language sql as $$ select 1 $$;
        create function f6() returns trigger language plpgsql as $$ begin return new; end $$;
        create function f7(a int) returns trigger language plpgsql as $$ begin return new; end $$;
        create function f7() returns cstring language plpgsql as $$ begin return new; end $$;
        create function f7() returns internal language plpgsql as $$ begin return new; end $$;
        create function f7(x internal) returns int language plpgsql as $$ begin return new; end $$;
        create function f7(x "any") returns int language plpgsql as $$ begin return new; end $$;
        create function f8() returns setof int rows 10 language sql as $$ select 1 $$;
        create function f9() returns int rows 10 language sql as $$ select 1 $$;
        create function f9() returns int cost 0 language sql as $$ select 1 $$;
        create function f9() returns int parallel foo language sql as $$ select 1 $$;
        create function f9() returns int stable immutable language sql as $$ select 1 $$;
        create function f9() returns int set search_path = public, pg_temp set work_mem='4MB' language sql as $$ select 1 $$;
        create function f10() returns int set nope = 1 language sql as $$ select 1 $$;
        create function f10() returns int set app.x = 1 language sql as $$ select 1 $$;
        create function f11() returns int set work_mem='foo' language sql as $$ select 1 $$;
        create procedure p1(a int) language sql as $$ select 1 $$;
        create procedure p2(a int, out b int) language sql as $$ select 1 $$;
        create procedure p3(a int) stable language sql as $$ select 1 $$;
        create procedure p3(a int) window language sql as $$ select 1 $$;
        create or replace function p1(a int) returns int language sql as $$ select 1 $$;
        create or replace procedure p1(a int, out b int) language sql as $$ select 1 $$;
        create or replace procedure p2(a int) language sql as $$ select 1 $$;
        create table t(id int, name text);
        create function g1() returns setof t language sql as $$ select * from t $$;
        create function g2() returns t language sql as $$ select 1 $$;
        create function g3() returns t language sql as $$ select 1, 'x'::text, 2 $$;
        create function g4() returns int language sql as $$ select 1, 2 $$;
        create function g5() returns int language sql as $$ select 'x'::text $$;
        create function g6() returns int language sql as $$ insert into t values (1, 'x') $$;
        create function g7() returns int language sql as $$ insert into t values (1, 'x') returning id $$;
        create function g8() returns void language sql as $$ insert into t values (1, 'x') $$;
        create function g9() returns void language sql as $$ insert into nope values (1, 'x') $$;
        create function g10() returns void language sql as $$ insert into t values (1, 'x' $$;
        create function g11(x int) returns bigint language sql as $$ select x + g11.x + $1 $$;
        create function g12(x int) returns bigint language sql as $$ select y $$;
        create function g13(x int) returns bigint language sql as $$ select $2 $$;
        create function g14(x t) returns text language sql as $$ select x.name $$;
        create function g15(x t) returns text language sql as $$ select (x).nope $$;
        create function g16(x t) returns text language sql as $$ select x.nope $$;
        create function g17(x int) returns table(a int, b text) language sql as $$ select id, name from t $$;
        create function g18(x int) returns table(a int, b text) language sql as $$ select id from t $$;
        create function g19() returns int language sql as $$ $$;
        create function g20() returns int begin atomic select id from t; end;
        create function g21() returns int return 1 + 1;
        create function g22(a int) returns int return a + b;
        create function g23(a int) returns int language plpgsql return a;
        create function g24(a int) returns int language sql as 'select 1' return a;
        create function g25(a int) returns int language sql as 'a', 'b';
        create function g26(a int) returns int language sql;
        create function g27() returns int begin atomic create table x(a int); end;
        drop table t;
        alter function g21() immutable;
        alter function g21() rows 10;
        alter function g21() cost -1;
        alter function nope() cost 1;
        alter procedure g21() set work_mem = '1MB';
        alter function p1(int) set work_mem = '1MB';
        alter procedure p1(int) immutable;
        alter function count(int) immutable;
        alter function g21() set nope = 1;
        alter function g21() reset all;
        create function pg_catalog.foo() returns int language sql as 'select 1';
        create function nope.foo() returns int language sql as 'select 1';
        create function h1(a int) returns int strict strict language sql as 'select 1';
        create function h2(a int = 1, b int = 2) returns int language sql as 'select 1';
        create function h2(a int = 1) returns int language sql as 'select 1';
        create function h3(a int) returns setof record language sql as 'select 1, 2';
        create function h4(setof int) returns setof record language sql as 'select 1, 2';
        create function h5(a varchar(10)) returns numeric(5,2) language sql as 'select 1.0';
        create function h6(a int) returns int language 'SQL' as 'select 1';
        create function h7(a int) returns int language 'sql' leakproof security definer as 'select 1';
    """,
    "bodies, settings and calls": """
        CREATE FUNCTION f1(x anyarray) RETURNS anyelement LANGUAGE SQL RETURN x[1];
        CREATE FUNCTION f1(x anyelement) RETURNS anyelement LANGUAGE SQL RETURN nope;
        CREATE FUNCTION f1(x anyelement) RETURNS anyelement LANGUAGE SQL begin atomic select nope; end;
        create function f2() returns int language sql set transaction_read_only = on as 'select 1';
        create function f3() returns int language sql set transaction_isolation = 'serializable' as 'select 1';
        create function f4() returns int language sql set default_text_search_config = nope as 'select 1';
        create function f5() returns int language sql set search_path = nope, 'foo' as 'select 1';
        create function f6() returns int language sql set role = nope as 'select 1';
        create function f7() returns int language sql set session_authorization = postgres as 'select 1';
        create function f8() returns int language sql set default_tablespace = nope as 'select 1';
        create function f10() returns int language sql set default_table_access_method = nope as 'select 1';
        create function f11() returns int language sql set max_connections = 10 as 'select 1';
        create function f12() returns int language sql set timezone = 'nope' as 'select 1';
        create function f13() returns int language sql set statement_timeout = 'nope' as 'select 1';
        create function f14() returns int language sql set work_mem to default as 'select 1';
        create function f15() returns int language sql set search_path from current as 'select 1';
        create function f16() returns int language internal as 'int4pl';
        create function f17() returns int language internal as 'nope';
        create function f18() returns int language internal as 'array_subscript_handler';
        create function int4pl() returns int language internal as '';
        create function f19(x int) returns int language sql as 'select x; select nope';
        create function f20(x int) returns int language sql as 'create table tt(a int); select a from tt';
        create function f21(x int) returns int language sql as 'select 1; -- comment';
        create function f22(x int) returns int language sql as 'select 1 from (values (1)) v(x) where v.x = f22.x';
        create function f23(x record) returns int language sql as 'select 1';
        create function f24(x int) returns setof record language sql as 'select 1, 2';
        create function f25(x int) returns record language sql as 'select 1, 2';
        create function f26() returns table(a int) language sql as 'select 1, 2';
        create function f27() returns table(a int) language sql as 'select 1';
        create function f28() returns varchar language sql as 'select 1';
        create function f29() returns varchar language sql as $$select 'x'::text$$;
        create function f30() returns int language sql as $$select 'x'$$;
        create function f31() returns int language sql as $$select '1'$$;
        create function f32() returns bigint language sql as $$select 1$$;
        create function f33() returns int language sql as $$select 1::bigint$$;
        create function f34() returns int language sql as $$values (1)$$;
        create function f35() returns int language sql as $$with x as (select 1 as a) select a from x$$;
        create function f36() returns int language sql as $$delete from nope returning 1$$;
        create function f37() returns text[] language sql as $$select array['a','b']$$;
        create function f38() returns date language sql as $$select now()$$;
        create function f39() returns numeric(3,1) language sql as $$select 1$$;
        create table tx(id int, n text);
        create function f40(tx) returns text language sql as $$select $1.n$$;
        create function f41() returns tx language sql as $$select tx from tx$$;
        create function f42() returns tx language sql as $$select tx.* from tx$$;
        create function f43() returns tx language sql as $$select row(1,'a')$$;
        create function f44() returns tx language sql as $$select row(1,'a')::tx$$;
        create function f45() returns tx language sql as $$select 1::bigint, 'a'::text$$;
        create function f46() returns tx language sql as $$select null$$;
        create function f47() returns setof tx language sql as $$insert into tx values (1) returning *$$;
        create function f48() returns setof tx language sql as $$update tx set id = 1 returning id$$;
        create function f49() returns trigger language sql as $$select 1$$;
        create domain dtx as tx;
        create function f50() returns dtx language sql as $$select row(1,'a')::tx$$;
        create function f51() returns dtx language sql as $$select 1, 'a'$$;
        create function f52(out a int, inout b text) language sql as $$select 1, 'a'$$;
        create function f53(out a int, inout b text) language sql as $$select 1, 2$$;
        create function f54() returns int language sql as $$notify x; select 1$$;
        create function f55() returns int language sql as $$begin; select 1$$;
        create function f56() returns void language sql as $$vacuum$$;
        create procedure pr1(out a int) language sql as $$select 1$$;
        create function f57() returns void language sql as $$call pr1(null)$$;
        create function f58() returns void language sql as $$call nope(1)$$;
        create function f59() returns void language sql as $$call pr1()$$;
        call pr1();
        call pr1(null);
        call f58();
        call nope();
        call pr1(1, 2);
        create procedure pr2(a int, b int default 3) language sql as $$select a+b$$;
        call pr2();
        call pr2(1);
        call pr2(b => 1, a => 2);
        call pr2(c => 1);
        call pr2((select 1));
        select pr2(1);
        create function f60(a int default (select 1)) returns int language sql as 'select 1';
        create function f61(a int default count(*)) returns int language sql as 'select 1';
        create function f62(a int default x) returns int language sql as 'select 1';
        create function f63(a int default now()) returns int language sql as 'select 1';
        create function f64(a anyelement default 1) returns int language sql as 'select 1';
        create function f65(a anyarray default 1) returns int language sql as 'select 1';
        create function f66(a int default generate_series(1,2)) returns int language sql as 'select 1';
        create function f67(int, int, int) returns int language sql as 'select $1 + $2 + $3';
        create function f68(int) returns int language sql as 'select $1 + $2';
        create or replace function f68(int) returns bigint language sql as 'select $1';
        create or replace function f68(a int) returns int language sql as 'select $1';
        create or replace function f68(b int) returns int language sql as 'select $1';
        create function f69(a int, b int = 1) returns int language sql as 'select 1';
        create function f69(a int) returns int language sql as 'select 1';
        select f69(1);
    """,
}


@pytest.mark.server
@pytest.mark.parametrize("title", SCRIPTS)
def test_the_server_says_the_same(server: Server, title: str) -> None:
    assert_same_verdicts(server, statements_of(SCRIPTS[title]))
