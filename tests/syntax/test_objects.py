"""Any object by its name: DROP, COMMENT, SECURITY LABEL, ALTER's common changes, extensions, privileges, roles, databases."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.nodes import DropStmt, GrantStmt, RenameStmt

DROPS = """
drop table t
drop table if exists t, s.t, d.s.t cascade
drop table if
drop sequence s restrict
drop view v
drop materialized view s.v
drop index i, j
drop index concurrently i
drop index concurrently if exists s.i cascade
drop foreign table t
drop collation c
drop conversion c
drop statistics s.x, y
drop text search parser p
drop text search dictionary d
drop text search template t
drop text search configuration if exists c, s.c
drop access method m
drop event trigger if exists e
drop extension e, f cascade
drop foreign data wrapper w
drop language l
drop procedural language if exists l
drop publication p, q
drop schema s, t cascade
drop server if exists s
drop policy p on s.t
drop rule if exists r on t cascade
drop trigger t on d.s.t
drop type t, s.t, int, double precision, varchar(3)[]
drop type if exists t cascade
drop domain if exists d, s.d restrict
drop function f
drop function if exists s.f(int, a text, out b int), g(), left, "F"(in a int)
drop procedure p(inout a int), q
drop routine r cascade
drop aggregate a(*), s.b(int), c(int order by text), d(order by variadic "any")
drop operator + (int, int), s.- (none, int)
drop operator if exists class.= (int, none) cascade
drop operator class c using btree
drop operator class if exists s.c using hash cascade
drop operator family if exists s.c using hash cascade
drop cast (int as text)
drop cast if exists (int as s.t) cascade
drop transform for int language l
drop transform if exists for s.t language l cascade
drop owned by a, current_user cascade
drop role a, "B", public
drop user if exists a
drop user mapping
drop user mapping, b
drop user mapping for a server s
drop user mapping if exists for user server s
drop group a
drop database d
drop database if exists d
drop database d with (force, force)
drop database if exists d (force)
drop tablespace t
drop tablespace if exists t
drop subscription s
drop subscription if exists s cascade
"""

COMMENTS = """
comment on table t is 'x'
comment on sequence s.x is null
comment on view v is 'a'
 'b'
comment on materialized view v is ''
comment on index i is 'x'
comment on foreign table t is 'x'
comment on collation c is 'x'
comment on conversion c is 'x'
comment on statistics s is 'x'
comment on text search parser p is 'x'
comment on column t.c is 'x'
comment on column d.s.t.c is E'\\n'
comment on access method m is 'x'
comment on event trigger m is 'x'
comment on extension m is 'x'
comment on foreign data wrapper m is 'x'
comment on procedural language m is 'x'
comment on publication m is 'x'
comment on schema m is 'x'
comment on server m is 'x'
comment on database m is 'x'
comment on role m is 'x'
comment on subscription m is 'x'
comment on tablespace m is 'x'
comment on type s.m is 'x'
comment on type int[] is 'x'
comment on domain s.m is 'x'
comment on aggregate a(*) is 'x'
comment on function f(int) is 'x'
comment on procedure f is 'x'
comment on routine s.f() is 'x'
comment on operator s.+ (int, none) is 'x'
comment on operator family.+ (int, none) is 'x'
comment on operator class s.c using btree is 'x'
comment on operator family c using btree is 'x'
comment on constraint c on s.t is 'x'
comment on constraint c on domain s.d is 'x'
comment on constraint c on domain is 'x'
comment on constraint c on domain.t is 'x'
comment on policy p on t is 'x'
comment on rule r on s.t is 'x'
comment on trigger r on t is 'x'
comment on transform for s.t language l is 'x'
comment on large object 42 is 'x'
comment on large object -99999999999 is null
comment on cast (int as text) is 'x'
security label on table t is 'x'
security label for p on column s.t.c is null
security label for 'p' on role r is 'x'
security label on type t is 'x'
security label on domain t is 'x'
security label on aggregate t(int) is 'x'
security label on function t is 'x'
security label on procedure t() is 'x'
security label on routine t() is 'x'
security label on large object 1 is 'x'
security label on event trigger t is 'x'
"""

CHANGES = """
alter aggregate a(int) rename to b
alter aggregate a(*) owner to x
alter aggregate a(order by int) set schema x
alter conversion s.c rename to d
alter conversion c owner to x
alter conversion c set schema x
alter language l rename to m
alter procedural language l owner to x
alter large object 42 owner to x
alter schema s rename to t
alter schema s owner to current_role
alter rule r on s.t rename to q
alter trigger g on s.t rename to h
alter trigger g on t depends on extension e
alter trigger g on t no depends on extension e
alter policy p on s.t rename to q
alter policy if exists p on t rename to q
alter table t rename to u
alter table if exists only s.t rename column a to b
alter table t rename a to b
alter table t rename constraint a to b
alter table only (t) rename to u
alter table t * set schema x
alter table if exists t set schema x
alter foreign table t rename to u
alter foreign table if exists t rename column a to b
alter foreign table t set schema x
alter view v rename to u
alter view if exists v rename a to b
alter view v set schema x
alter materialized view v rename to u
alter materialized view if exists v rename column a to b
alter materialized view if exists v set schema x
alter materialized view v depends on extension e
alter index i rename to j
alter index if exists s.i rename to j
alter index i no depends on extension e
alter sequence s rename to t
alter sequence if exists s.s set schema t
alter event trigger e disable
alter event trigger e enable
alter event trigger e enable always
alter event trigger e enable replica
alter event trigger e rename to f
alter event trigger e owner to x
alter text search parser s.p rename to q
alter text search parser p set schema x
alter text search template p rename to q
alter text search dictionary p owner to q
alter text search dictionary s.d (a = b, c)
alter text search configuration p owner to q
alter text search configuration p set schema q
alter text search configuration s.c add mapping for a, b with s.d, e
alter text search configuration c alter mapping for a with d
alter text search configuration c alter mapping replace s.a with b
alter text search configuration c alter mapping for a, b replace s.a with b
alter text search configuration c drop mapping for a, b
alter text search configuration c drop mapping if exists for a
alter domain s.d set default 3 + 4
alter domain d drop default
alter domain d set not null
alter domain d drop not null
alter domain d add constraint c check (value > 0)
alter domain d add check (value > 0) not valid no inherit
alter domain d add constraint c not null
alter domain d drop constraint c cascade
alter domain d drop constraint if exists c
alter domain d validate constraint c
alter domain d rename to e
alter domain d rename constraint a to b
alter domain d owner to x
alter domain d set schema x
create domain d int
create domain s.d as varchar(10)[] collate "C" default 'x' constraint c check (value <> '') not null null
create domain d as int not null check (value > 0) no inherit constraint "X" not null
alter type t add value 'a'
alter type s.t add value if not exists 'a' before 'b'
alter type t add value 'a' after 'b'
alter type t rename value 'a' to 'b'
alter type s.t rename attribute a to b cascade
alter type t rename to u
alter type t owner to u
alter type t set schema u
alter type t set (send = f, receive = none, typmod_in = s.f, storage = plain, storage)
alter type t add attribute a int collate "C" cascade, drop attribute if exists b, alter attribute c set data type text
create event trigger e on ddl_command_start execute function f()
create event trigger e on "x" when tag in ('a', 'b') and b in ('c') execute procedure s.f()
create extension e
create extension if not exists "e-f" with schema s version '1.0' cascade
create extension e version x cascade schema s
alter extension e update
alter extension e update to '2.0'
alter extension e update to x
alter extension e set schema s
alter extension e add table s.t
alter extension e drop schema s
alter extension e add database d
alter extension e add aggregate a(int)
alter extension e add cast (int as text)
alter extension e add domain d
alter extension e add type s.t
alter extension e add function f(int)
alter extension e add procedure f
alter extension e add routine f
alter extension e drop operator + (int, int)
alter extension e drop operator class s.c using x
alter extension e drop operator family s.c using x
alter extension e drop transform for int language l
alter extension e drop text search parser p
alter extension e drop access method m
"""

PRIVILEGES = """
grant select on t to a
grant all on t to a
grant all privileges on table s.t, t to public, group a, current_user with grant option
grant all (a, b) on t to a
grant all privileges (a) on t to a granted by current_user
grant select (a), insert, update (a, b), references (c), create, trigger, "X", maintain on table t to a
grant usage on sequence s to a
grant usage on sequence to a
grant usage on function, t to a
grant usage on foreign data wrapper a, b to c
grant usage on foreign server a, b to c
grant execute on function f(int), s.g to a
grant execute on procedure f to a
grant execute on routine f() to a
grant connect on database d, e to a
grant usage on domain s.d to a
grant usage on language l to a
grant select on large object 1, -2 to a
grant set, alter system on parameter work_mem, a.b to a
grant create on schema s to a
grant create on tablespace s to a
grant usage on type s.t, u to a
grant all on all tables in schema a, b to c
grant all on all sequences in schema a to c
grant all on all functions in schema a to c
grant all on all procedures in schema a to c
grant all on all routines in schema a to c
revoke select on t from a
revoke grant option for all on table t from a, public granted by b cascade
revoke all privileges on schema s from a restrict
grant a, b to c, current_user
grant a to b with admin option
grant a to b with admin option granted by session_user
grant a to b with inherit true, set false, admin option
revoke a from b
revoke admin option for a, b from c granted by d cascade
revoke inherit option for a from c
grant a to b with grant option
grant alter on t to a
revoke option from a
revoke admin from a
alter default privileges grant select on tables to a
alter default privileges in schema a, b for role c, d grant all on functions to a with grant option
alter default privileges for user c revoke grant option for usage on types from a cascade
alter default privileges revoke all on routines from a
alter default privileges grant usage on schemas to a
alter default privileges grant usage on sequences to a
alter default privileges grant select on large objects to a
"""

ROLES = """
create role a
create role "A b" with superuser nosuperuser createdb nocreatedb createrole nocreaterole login nologin
create user a replication noreplication bypassrls nobypassrls inherit noinherit connection limit -1 valid until 'x'
create group a sysid 3 admin b, c role d in role e in group f user g, h password 'x' encrypted password 'y' password null
create user mapping
alter role a with password 'x'
alter user current_user superuser
alter role a user b, c
alter group a add user b, c
alter group a drop user b
alter group a rename to b
alter role a rename to b
alter user a rename to b
alter role a set x = 1
alter role all reset all
alter user all in database d set a from current
alter role session_user in database d set time zone 'x'
alter role a reset b.c
alter user mapping
reassign owned by a, session_user to current_user
create database d
create database d with owner = a template 'x' encoding default tablespace t connection limit 3 allow_connections true
create database d location 'x' is_template = false oid 99999999999 strategy file_copy icu_locale = 'x'
alter database d connection limit = 3
alter database d with is_template off allow_connections = on
alter database d
alter database d owner x
alter database d owner to x
alter database d rename to e
alter database d set tablespace t
alter database d set tablespace = t
alter database d set a to default
alter database d reset a
alter database d refresh collation version
create tablespace t location '/x'
create tablespace t owner a location '/x' with (seq_page_cost = 1, a.b = 2)
alter tablespace t set (a = 1)
alter tablespace t reset (a)
alter tablespace t rename to u
alter tablespace t owner to u
create schema s
create schema authorization a
create schema s authorization current_user
create schema if not exists s
create schema if not exists authorization a
create schema s create table t (a int) create view v as select 1 create index on t (a) create sequence q grant all on t to a
create schema s create unique index i on t (a) create temp table u () create or replace view v as select 1
"""

REFUSED = """
drop
drop foo
drop table
drop table t,
drop table t cascade restrict
drop table concurrently t
drop index concurrently
drop materialized table t
drop text parser p
drop text search foo x
drop foreign foo x
drop foreign data x
drop access x
drop event x
drop policy p
drop trigger t on
drop column c
drop constraint c on t
drop large object 1
drop operator +
drop operator + (int)
drop operator + (int, int) restrict cascade
drop operator class c
drop aggregate a
drop aggregate a()
drop function f(int
drop cast (int, text)
drop cast (int as)
drop transform int language l
drop transform for int
drop owned a
drop owned by
drop role none
drop role a cascade
drop user mapping for a
drop user mapping if exists a
drop database d, e
drop database d with
drop database d (foo)
drop database d cascade
drop tablespace t, u
drop extension s.e
drop schema a.b
comment
comment on
comment on t is 'x'
comment on table t
comment on table t is x
comment on table t is 'x' 'y'
comment on user a is 'x'
comment on group a is 'x'
comment on column is 'x'
comment on constraint c is 'x'
comment on constraint c on domain
comment on constraint c on domain d
comment on large 1 is 'x'
comment on large object x is 'x'
security label t is 'x'
security label on policy p on t is 'x'
security label on operator + (int, int) is 'x'
security label on cast (int as text) is 'x'
security label on constraint c on t is 'x'
security label for on table t is 'x'
alter
alter foo
alter foreign foo
alter aggregate a rename to b
alter aggregate a(int) rename b
alter aggregate a(int) set x
alter conversion c foo
alter language l set schema x
alter language l rename x
alter large object x owner to y
alter schema s set schema t
alter rule r on t set schema x
alter trigger r on t rename x
alter policy p on t rename x
alter policy if exists p on t to x
alter table t rename
alter table t rename a
alter table t rename a b
alter table t rename constraint a
alter foreign table t rename constraint a to b
alter index i rename column a to b
alter sequence s rename a to b
alter materialized view if exists v depends on extension e
alter event trigger e
alter event trigger e foo
alter event trigger e rename f
alter event trigger e set schema f
alter text search parser p owner to x
alter text search dictionary d
alter text search configuration c add mapping for a
alter text search configuration c add mapping replace a with b
alter text search configuration c drop mapping a
alter domain d
alter domain d add unique (a)
alter domain d add constraint c
alter domain d add not null not valid
alter domain d add check (value > 0) deferrable
alter domain d set
alter domain d drop
alter domain d rename
create domain d
create domain d as int collate "C" collate "D"
create domain d check (a)
alter type t
alter type t add
alter type t add value a
alter type t add value 'a' before
alter type t rename value 'a'
alter type t rename a to b
alter type t set
alter type t set ()
create event trigger e
create event trigger e on x execute f()
create event trigger e on x execute function f(1)
create event trigger e on x when tag = 'a' execute function f()
create event trigger e on x when tag in (a) execute function f()
create extension
create extension e from '1'
create extension e schema s.t
create extension e foo
alter extension e
alter extension e set
alter extension e update to
alter extension e update '2'
alter extension e add column c
alter extension e add trigger x on t
alter extension e add foo f
grant
grant select
grant all to a
grant select on t
grant select on t to
grant select on t from a
grant select on t to none
grant select () on t to a
grant select on all foo in schema s to a
grant select on all tables to a
grant select on foreign t to a
grant select on large x to a
grant a to b with admin
grant a to b with admin option true
grant select on t to a with admin option
revoke
revoke select on t
revoke all from a
revoke grant option all on t from a
revoke grant option for a from b
revoke admin option a from b
revoke admin option for a on t from b
revoke a from b with admin option
alter default privileges
alter default privileges grant a to b
alter default privileges grant select on t to a
alter default privileges grant select on tables to a granted by b
alter default privileges in s grant select on tables to a
alter default privileges for group s grant select on tables to a
create role
create role public
create role current_user
create role session_user
create role a foo
create role a "LOGIN"
create role a password x
create role a unencrypted password 'x'
create role a connection limit x
create role a in foo b
create role a valid 'x'
create role a,
alter role a sysid 3
alter role a rename b
alter role all rename to b
alter role none set a = 1
alter role a in foo
alter role a set
alter role public rename to a
alter group a add b
alter group a foo
alter group all set a = 1
create database
create database d with foo
create database d connection 3
alter database d foo
alter database d set
alter database d refresh
create tablespace t
create tablespace t location x
alter tablespace t set
alter tablespace t foo
create schema
create schema if not exists
create schema if not exists s create table t (a int)
create schema s create function f() as ''
create schema s drop table t
reassign owned by a
"""


def lines(text: str) -> list[str]:
    """One statement a line; a line that starts with a space goes on."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            found[-1] += "\n" + line
        elif line:
            found.append(line)
    return found


@pytest.mark.parametrize("sql", lines(DROPS + COMMENTS + CHANGES + PRIVILEGES + ROLES))
def test_tree_is_the_servers(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", lines(REFUSED))
def test_refused_in_the_servers_words(sql: str) -> None:
    refusal(sql)


def test_spans_of_what_is_dropped() -> None:
    sql = "drop function if exists s.f(int, a text ), g cascade ;"
    found = statement(sql, DropStmt)
    assert [sql[o.start : o.end] for o in found.objects] == ["s.f(int, a text )", "g"]
    assert sql[found.start : found.end] == "drop function if exists s.f(int, a text ), g cascade"


def test_spans_of_a_grant() -> None:
    sql = " grant select (a, b), insert on table s.t, u to joe , group public with grant option "
    found = statement(sql, GrantStmt)
    assert [sql[p.start : p.end] for p in found.privileges] == ["select (a, b)", "insert"]
    assert [sql[o.start : o.end] for o in found.objects] == ["s.t", "u"]
    assert [sql[g.start : g.end] for g in found.grantees] == ["joe", "public"]


def test_spans_of_a_rename() -> None:
    sql = "alter table if exists only s.t rename column a to b"
    found = statement(sql, RenameStmt)
    assert found.relation is not None
    assert sql[found.relation.start : found.relation.end] == "only s.t"
    assert (found.subname, found.newname, found.missing_ok) == ("a", "b", True)
