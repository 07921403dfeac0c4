"""Transaction blocks, savepoints, modes, cursors and what must stand outside a block."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "transactions": r"""
create table t (a int);
commit;
rollback;
savepoint s;
release s;
rollback to s;
commit and chain;
rollback and chain;
begin;
begin;
create table u (a int);
savepoint s;
create table v (a int);
rollback to s;
select * from v;
select * from u;
rollback to savepoint s;
select * from u;
release nosuch;
rollback to s;
release s;
rollback to s;
rollback;
select * from u;
begin;
create table u (a int);
select nosuch;
select 1;
create table w (a int);
commit;
select * from u;
begin;
drop table t;
select * from t;
rollback;
select * from t;
begin;
set local work_mem = '1MB';
set search_path = nosuch;
rollback;
select * from t;
begin;
create schema s;
set local search_path = s;
create table x (a int);
commit;
select * from x;
select * from s.x;
begin;
savepoint a;
savepoint b;
savepoint a;
release a;
rollback to a;
release b;
commit;
begin isolation level serializable read only;
create table y (a int);
rollback;
begin read only;
set transaction read write;
create table y (a int);
commit;
begin;
select 1;
set transaction read only;
set transaction isolation level serializable;
rollback;
begin;
set transaction isolation level foo;
rollback;
begin;
savepoint s;
set transaction isolation level repeatable read;
rollback;
begin;
rollback;
begin;
vacuum t;
rollback;
begin;
create index concurrently on t (a);
rollback;
begin;
alter system set work_mem = '1MB';
rollback;
begin;
create type e as enum ('a');
alter type e add value 'b';
select 'b'::e;
commit;
select 'b'::e;
begin;
alter type e add value 'c';
select 'c'::e;
rollback;
begin;
alter type e add value 'c';
commit;
select 'c'::e;
begin;
declare c cursor for select 1;
fetch c;
fetch nosuch;
rollback;
fetch c;
declare c cursor for select 1;
declare h cursor with hold for select 1;
fetch h;
close h;
close h;
prepare transaction 'foo';
commit prepared 'foo';
rollback prepared 'foo';
begin;
commit prepared 'foo';
rollback;
begin;
set constraints nosuch deferred;
rollback;
create table fk (a int primary key, b int references fk deferrable, c int unique);
set constraints all deferred;
begin;
set constraints fk_b_fkey deferred;
set constraints fk_c_key deferred;
rollback;
start transaction;
lock table t in access exclusive mode;
commit work;
lock table t;
end;
abort;
begin transaction read only, isolation level read committed, deferrable;
insert into t values (1);
end transaction;
begin;
create table dropme (a int);
drop table dropme;
create table dropme (a text);
commit;
select a || 'x' from dropme;
begin;
create role txrole;
rollback;
drop role txrole;
begin;
alter table t rename to t2;
savepoint q;
alter table t2 add column b int;
rollback to q;
select b from t2;
rollback;
select * from t;
begin;
alter table t add column z int;
commit and chain;
select z from t;
rollback;
select z from t;
set session characteristics as transaction read only;
create table ro (a int);
begin read write;
create table ro (a int);
commit;
set session characteristics as transaction read write;
create table ro (a int);
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
