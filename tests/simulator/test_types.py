"""Enums, domains, composite, range and base types: every statement has the verdict, SQLSTATE and words of real servers."""

from __future__ import annotations

import pytest
from servers import Server
from verdicts import assert_same_verdicts, statements_of

SCRIPTS = {
    "enums": """
        create type e as enum('a','b','a');
        create type e as enum();
        create type e as enum('x');
        alter type e add value 'a';
        begin;
        create type e2 as enum('a');
        alter type e2 add value 'b';
        select 'b'::e2;
        rollback;
        begin;
        alter type e add value 'b';
        select 'b'::e;
        rollback;
        begin;
        alter type e add value 'b';
        alter type e rename value 'b' to 'c';
        select 'c'::e;
        rollback;
        begin;
        alter type e add value 'b';
        create table te (a e default 'b');
        rollback;
        begin;
        alter type e add value 'b';
        create table te (a e check (a <> 'b'));
        rollback;
        begin;
        alter type e add value 'b';
        savepoint x;
        create function fe() returns e language sql as $$ select 'b'::e $$;
        rollback;
        alter type e add value 'a';
        alter type e add value if not exists 'a';
        alter type e add value 'n' before 'zz';
        alter type e add value 'n' after 'a';
        alter type e rename value 'q' to 'r';
        alter type e rename value 'n' to 'a';
        alter type e rename value 'n' to 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx';
        alter type text add value 'q';
        alter type nope add value 'q';
        create type e3;
        create type e3 as enum('a','b');
        create type e3 as enum('a','b');
        create type _e as enum('q');
        create table _x(a int); create type x as enum('a');
        create table y(a int);
        create type y as enum('b');
        create type nope.y as enum('b');
        create type pg_catalog.yy as enum('b');
    """,
    "domains and types": """
        create domain d1 as int check (value > 0);
        create domain d1 as int;
        create domain d2 as text not null default 'x' constraint c1 check (length(value) > 2) check (value ~ '^a');
        create domain d3 as int null not null;
        create domain d3 as int not null not null;
        create domain d3 as nope;
        create domain d3 as anyelement;
        create domain d3 as int default 'x';
        create domain d3 as int default 1 default 2;
        create domain d3 as int collate "C";
        create domain d3 as text collate "C";
        create domain d4 as int unique;
        create domain d4 as int primary key;
        create domain d4 as int references x(a);
        create domain d4 as int check (value);
        create domain d4 as int check (vale > 1);
        create domain d4 as int check (value > 'x');
        create domain d4 as int constraint a check (value > 0) constraint a check (value < 9);
        create domain d5 as d1 default 5;
        create domain d6 as int[] check (value[1] > 0);
        create domain d7 as int check (value in (select 1));
        create domain d7 as int deferrable;
        create domain d7 as int check (value > 0) no inherit;
        create domain d7 as date default now();
        create domain d8 as date default current_date + foo();
        create domain d9 as varchar(3) default 'abcdef';
        create domain nope.d as int;
        create type ct as (a int, b text);
        create domain d10 as ct check ((value).a > 0);
        create domain d11 as ct check ((value).c > 0);
        alter domain d1 set default 4;
        alter domain d1 set default 'x';
        alter domain d1 drop default;
        alter domain d1 set not null;
        alter domain d1 drop not null;
        alter domain d1 add constraint foo check (value < 100);
        alter domain d1 add constraint foo check (value < 100);
        alter domain d1 add check (value < 'a');
        alter domain d1 add unique;
        alter domain d1 drop constraint foo;
        alter domain d1 drop constraint foo;
        alter domain d1 drop constraint if exists foo;
        alter domain d1 validate constraint foo;
        alter domain d1 validate constraint d1_check;
        alter domain d1 add not null;
        alter domain d1 validate constraint d1_not_null;
        alter domain nope set not null;
        alter domain ct set not null;
        alter domain int4 set not null;
        create type d1 as enum ('a');
        create type sh;
        create type sh;
        create type sh as (a int);
        create type ct2 as (a nope);
        create type ct2 as (a int, a text);
        create type ct2 as (a setof int);
        create type ct2 as (a anyelement);
        create type ct2 as (a int collate "C");
        create type ct2 as (a text collate "C");
        create type ct2 as (a text collate "nope");
        create type ct2 as ();
        create type ct3 as ();
        create type ct4 as (a ct4);
        create type x.y as (a int);
        create type ctid as (ctid int);
        create type r1 as range (subtype = int4);
        create type r1 as range (subtype = int4);
        create type r2 as range (subtype = nope);
        create type r2 as range (subtypes = int4);
        create type r2 as range ();
        create type r2 as range (subtype = int4, subtype = int4);
        create type r2 as range (subtype = json);
        create type r2 as range (subtype = anyelement);
        create type r2 as range (subtype = int4, collation = "C");
        create type r2 as range (subtype = text, collation = "C");
        create type r3 as range (subtype = float8, subtype_diff = float8mi);
        create type r4 as range (subtype = float8, subtype_diff = int4mi);
        create type r4 as range (subtype = int4, subtype_diff = int4mi);
        create type r4 as range (subtype = int4, subtype_diff = now);
        create type r4 as range (subtype = int4, canonical = foo);
        create type r4 as range (subtype = int4, subtype_opclass = int4_ops);
        create type r5 as range (subtype = int4, subtype_opclass = text_ops);
        create type r5 as range (subtype = int4, subtype_opclass = nope_ops);
        create type r5 as range (subtype = int4, multirange_type_name = r1_multi);
        create type r6 as range (subtype = int4, multirange_type_name = r1);
        create type xmultirange as (a int);
        create type xrange as range (subtype = int4);
        create type abc as range (subtype = int4);
        create type abc_multirange as enum ('a');
        create domain dr as r1 check (lower(value) > 0);
        create type base (input = foo, output = bar);
        create type base;
        create type base (input = foo, output = bar);
        create type base (output = bar);
        create type base (input = int4in, output = int4out);
        create type base (foo = int4in, input = int4in);
        create type base (input = int4in, input = int4in);
        create function base_in(cstring) returns base language internal as 'int4in' immutable strict;
        create function base_out(base) returns cstring language internal as 'int4out' immutable strict;
        create type base (input = base_in, output = base_out, alignment = foo);
        create type base (input = base_in, output = base_out, storage = foo);
        create type base (input = base_in, output = base_out, like = nope);
        create type base (input = base_in, output = base_out, category = 'é');
        create type base (input = base_in, output = base_out, typmod_out = foo);
        create type base (input = base_in, output = base_out, element = int4);
        create type base (input = base_in, output = base_out, internallength = foo);
        create type base (input = base_in, output = base_out, like = int4, element = anyelement);
        create type base (input = base_in, output = base_out, like = int4);
        create function base_in2(cstring) returns base language sql as 'select 1';
        alter type base set (storage = main);
        alter type base set (input = foo);
        alter type base set (foo = foo);
        alter type base set (typmod_in = foo);
        alter type text set (storage = plain);
        alter type ct set (storage = plain);
        alter type _text set (storage = main);
        drop type base;
        drop type base cascade;
    """,
}


@pytest.mark.server
@pytest.mark.parametrize("title", SCRIPTS)
def test_the_server_says_the_same(server: Server, title: str) -> None:
    assert_same_verdicts(server, statements_of(SCRIPTS[title]))
