"""CREATE SCHEMA, search_path and temporary objects."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "schemas": r"""
create schema s1;
create schema s1;
create schema if not exists s1 create table x (a int);
create schema s2 create table t (a int references u) create table u (id int primary key) create view vv as select * from t create index on t (a) create sequence sq grant select on t to public;
create schema s3 create table s2.t (a int);
create schema s4 create view v as select * from nosuch;
create schema s4 create table t (a int) create trigger tr before insert on t for each row execute function nosuch();
create schema s5 authorization current_user create table t (a int);
create schema authorization postgres;
create schema pg_x;
create schema "select";
set search_path = s1, s2, public;
create table q (a int);
create table s2.q (a int);
select * from q;
drop table q;
select * from q;
drop table s2.q;
set search_path = nosuch;
create table z (a int);
select * from t;
create view z as select 1;
create type zt as enum ('a');
create function zf() returns int language sql as 'select 1';
create sequence zs;
set search_path = '';
create table z (a int);
select * from pg_class limit 0;
reset search_path;
drop schema s1;
drop schema s2;
drop schema s2 cascade;
drop schema nosuch;
drop schema if exists nosuch;
drop schema pg_catalog;
drop schema public;
create schema public;
drop schema if exists public cascade;
create table a (a int);
create schema public;
create table a (a int);
alter schema s5 rename to pg_y;
alter schema s5 rename to public;
alter schema s5 rename to s6;
alter schema nosuch rename to x;
alter schema s6 owner to nosuch;
comment on schema s6 is 'x';
comment on schema nosuch is 'x';
create temp table tt (a int);
create temp table tt (a int);
create table tt (a int);
drop table tt;
select * from tt;
drop table tt;
create temp table s6.tx (a int);
create table pg_temp.ty (a int);
create temp view tv as select * from ty;
create view tv2 as select * from ty;
create temp sequence ts;
create table pt (a int default nextval('ts'));
create table pt2 (like ty);
create table pt3 (a int) inherits (ty);
create temp table tinh (b int) inherits (a);
create table ref (a int references ty);
create index on ty (a);
create unique index on ty (a);
create table ref2 (a int references ty(a));
create temp table tref (a int references a);
create function f() returns setof ty language sql as 'select * from pg_temp.ty';
create type pg_temp.e as enum ('a');
create table usee (a e);
create table usee (a pg_temp.e);
create temp table occ (a int) on commit drop;
select * from occ;
begin;
create temp table occ (a int) on commit drop;
select * from occ;
commit;
select * from occ;
create table occ (a int) on commit drop;
create temp table ocd (a int) on commit delete rows;
create temp table ocp (a int primary key) on commit preserve rows;
discard temp;
select * from ocd;
select * from ty;
alter table a set schema s6;
alter table s6.a set schema s6;
alter table s6.a set schema nosuch;
alter table s6.a set schema pg_temp;
alter table s6.a set schema pg_catalog;
create table public.a (x int);
alter table s6.a set schema public;
drop schema s6;
drop schema s6, public cascade;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
