"""Transactions, settings, cursors, COPY, maintenance, replication, statistics, foreign data: our trees against PostgreSQL's."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.nodes import CopyStmt, CreatePublicationStmt, ExplainStmt, TransactionStmt, VariableSetStmt

TRANSACTIONS = """
begin
begin work
begin transaction isolation level read committed, read only deferrable
begin isolation level read uncommitted
start transaction isolation level repeatable read, not deferrable
start transaction isolation level serializable read write
commit
commit work and chain
commit and no chain
end
end transaction and chain
rollback
rollback transaction and no chain
abort
abort work and chain
savepoint s
savepoint savepoint
release s
release savepoint s
release savepoint
rollback to s
rollback work to savepoint s
rollback to savepoint
prepare transaction 'x'
commit prepared 'x'
rollback prepared 'x'
"""

SETTINGS = """
set a = 1
set a.b.c to -1.5, 'x', on, off, true, false, y, 99999999999, +3
set a to default
set a = default
set a from current
set local a = 1
set session a = 1
set local = 1
set session.x = 1
set time = 3
set time zone 'x'
set time zone pst8pdt
set time zone "X"
set time zone -3.5
set time zone default
set local time zone local
set time zone interval '1' hour to minute
set time zone interval '1'
set time zone interval(3) '1'
set schema 'x'
set names 'x'
set names
set names default
set role a
set role 'a'
set role none
set session authorization a
set session authorization 'a'
set session authorization default
set session session authorization default
set local session authorization x
set xml option document
set xml option content
set transaction read only
set transaction isolation level serializable read write, deferrable
set local transaction read only
set transaction snapshot 'x'
set session characteristics as transaction read only
set transaction = 3
set schema = x
set constraints all deferred
set constraints a, s.b immediate
set constraints = 3
reset a
reset a.b
reset all
reset time zone
reset time
reset transaction isolation level
reset session authorization
reset session
show a
show a.b
show all
show transaction
show time zone
show transaction isolation level
show session authorization
alter system set a.b = 1, 2
alter system set a to default
alter system reset a
alter system reset all
"""

SESSIONS = """
declare c cursor for select 1
declare c binary insensitive asensitive no scroll scroll cursor with hold for values (1)
declare c cursor without hold for with x as (select 1) table x
fetch c
fetch from c
fetch in c
fetch next c
fetch next from c
fetch next
fetch prior from c
fetch first c
fetch last in c
fetch absolute -3 from c
fetch relative 3 c
fetch 3 c
fetch -3 in c
fetch +3 c
fetch all c
fetch forward c
fetch forward 3 from c
fetch forward all in c
fetch backward from c
fetch backward -1 c
fetch backward all c
fetch absolute
fetch forward
move c
move backward all from c
close c
close all
listen x
unlisten x
unlisten *
notify x
notify x, 'y'
prepare p as select 1
prepare p (int, text) as insert into t values ($1, $2)
prepare transaction as select 1
execute p
execute p (1, a + b)
deallocate p
deallocate prepare p
deallocate all
deallocate prepare all
deallocate prepare
explain select 1
explain analyze verbose select 1
explain analyse select 1
explain verbose update t set a = 1
explain (analyze, verbose off, format json, x 1.5, "Y" 'z', analyse true) select 1
explain (select 1)
explain ((select 1) union select 2)
explain (values (1))
explain (values, x) values (1)
explain (verbose) (select 1)
explain insert into t values (1)
explain delete from t
explain merge into t using u on true when matched then delete
explain declare c cursor for select 1
explain create table t as select 1
explain create temp table if not exists t as execute p (1)
explain create unlogged materialized view v as select 1 with no data
explain refresh materialized view v
explain execute p
explain with x as (select 1) select 1
"""

MAINTENANCE = """
vacuum
vacuum full freeze verbose analyze t (a, b), s.u
vacuum analyse
vacuum (full, analyze false, parallel 3, index_cleanup auto, buffer_usage_limit '1MB') t
vacuum only t, u *
analyze
analyze verbose t (a)
analyse t
analyze (verbose, skip_locked off)
analyze only t (a)
cluster
cluster verbose
cluster t
cluster verbose s.t using i
cluster (verbose) t using i
cluster (verbose off)
cluster i on s.t
cluster verbose i on t
reindex index i
reindex table concurrently s.t
reindex schema s
reindex (verbose, tablespace x, concurrently on) schema concurrently s
reindex system
reindex database d
reindex (verbose) database concurrently
truncate t
truncate table only s.t, u * restart identity cascade
truncate t continue identity restrict
lock t
lock table only s.t, u in access share mode nowait
lock t in row share mode
lock t in row exclusive mode
lock t in share update exclusive mode
lock t in share mode
lock t in share row exclusive mode
lock t in exclusive mode
lock t in access exclusive mode
lock table t nowait
checkpoint
discard all
discard temp
discard temporary
discard plans
discard sequences
load 'x'
copy t from stdin
copy s.t (a, b) to stdout
copy t from 'x' with (format csv, header, delimiter ',', null '', force_quote (a, b), force_null *, default 'x', x -1.5)
copy t from 'x' (format 'text', header match, freeze off, "X" on, log_verbosity default)
copy binary t from stdin using delimiters '|' with null as 'x'
copy t from stdin delimiters ',' csv header quote as '"' escape '\\' force not null a, b force null c encoding 'x' freeze
copy t to stdout with binary csv force quote * delimiter as ','
copy t to stdout force quote a, b
copy t from stdin force not null * force null *
copy t from program 'x' where a > 3 and b is null
copy t from stdin with (format csv) where a in (select 1)
copy t from stdout
copy (select 1) to stdout
copy (values (1)) to program 'x' with (format csv)
copy (delete from t returning *) to 'x' csv
"""

REPLICATION = """
create publication p
create publication p with (publish = 'insert', publish_via_partition_root)
create publication p for all tables with (publish = '')
create publication p for table t
create publication p for table only s.t (a, b) where (a > 1), u, only v, w *, d.s.t (a), x where (b)
create publication p for tables in schema s, current_schema, t, tables in schema current_schema, table t, u
create publication p for table t, tables in schema s with (publish = 'x')
create publication p for table only (t), tables
alter publication p set (publish = 'x')
alter publication p add table t, u (a)
alter publication p set table t where (a), tables in schema s
alter publication p drop tables in schema s, t
alter publication p rename to q
alter publication p owner to q
create subscription s connection 'x' publication a, b
create subscription s connection 'x' publication a with (enabled = false, slot_name = none)
alter subscription s set (a = 1)
alter subscription s connection 'x'
alter subscription s refresh publication
alter subscription s refresh publication with (copy_data = false)
alter subscription s add publication a, b
alter subscription s drop publication a with (refresh)
alter subscription s set publication a
alter subscription s enable
alter subscription s disable
alter subscription s skip (lsn = '0/1')
alter subscription s rename to t
alter subscription s owner to t
create statistics on a, b from t
create statistics s.x (ndistinct, "dependencies") on a, (b + 1), lower(c), (a) from only t, u join v on true
create statistics if not exists x on a from t
create statistics (mcv) on s.f(a), coalesce(b, c) from t as u (a, b)
alter statistics s.x set statistics 100
alter statistics x set statistics -1
alter statistics if exists x set statistics default
alter statistics x rename to y
alter statistics x owner to y
alter statistics x set schema y
"""

FOREIGN = """
create foreign data wrapper w
create foreign data wrapper w handler s.f no validator options (a 'x', "B" 'y', user 'z')
create foreign data wrapper w no handler validator f
alter foreign data wrapper w options (a 'x', set b 'y', add c 'z', drop d, set 'x', add 'y', drop 'z')
alter foreign data wrapper w handler f validator g
alter foreign data wrapper w no handler options (drop a)
alter foreign data wrapper w rename to v
alter foreign data wrapper w owner to v
create server s foreign data wrapper w
create server if not exists s type 'x' version 'y' foreign data wrapper w options (a 'b')
create server s version null foreign data wrapper w
alter server s version 'x'
alter server s version null options (set a 'b')
alter server s options (drop a)
alter server s rename to t
alter server s owner to t
create user mapping for a server s
create user mapping if not exists for user server s options (a 'b')
create user mapping for public server s
alter user mapping for current_user server s options (set a 'b')
import foreign schema a from server s into b
import foreign schema a limit to (x, only s.y) from server s into b options (c 'd')
import foreign schema a except (x) from server s into b
"""

REFUSED = """
begin isolation read committed
begin isolation level read
begin isolation level repeatable
begin isolation level foo
begin read
begin not
begin read only,
begin and chain
start
start transaction and
commit and
commit and no
commit to s
end prepared 'x'
abort to s
savepoint
savepoint 'x'
release
rollback to
rollback to 's'
prepare transaction
prepare transaction x
commit prepared x
set
set a
set a =
set a = select
set a = 1 2
set a = 1, default
set a from
set a from b
set a to null
set local
set session
set local local a = 1
set time zone
set time zone interval '1' day
set time zone interval '1' hour to second
set time zone select
set time zone time
set catalog 'x'
set schema x
set names x
set role
set role default
set session authorization
set xml option foo
set transaction
set transaction foo
set transaction snapshot x
set session characteristics as transaction
set session characteristics transaction read only
set constraints
set constraints all
set constraints a foo
reset
reset 'x'
reset transaction isolation
show
show 'x'
alter system
alter system set time zone 'x'
alter system set a from current
alter system foo
declare c for select 1
declare c cursor
declare c cursor with foo for select 1
declare c no cursor for select 1
declare c cursor for insert into t values (1)
fetch
fetch from
fetch 1.5 c
fetch next 3 c
fetch absolute c
fetch forward next c
fetch - c
close
listen
listen 'x'
unlisten 'x'
notify x,
notify x, y
prepare p
prepare p select 1
prepare p () as select 1
prepare p as create table t ()
execute
execute p ()
deallocate
explain
explain foo
explain analyze
explain analyze analyze select 1
explain verbose analyze select 1
explain (analyze) verbose select 1
explain () select 1
explain (analyze,) select 1
explain create table t (a int)
explain create view v as select 1
explain drop table t
explain select 1 into
vacuum freeze full
vacuum t,
vacuum (full t
vacuum () t
vacuum (full) verbose t
vacuum t (a
analyze full
analyze (x -y)
cluster i on
cluster (verbose) i on t
cluster t using
reindex
reindex t
reindex index
reindex (verbose) index concurrently
reindex schema
reindex view v
reindex system a.b
truncate
truncate table
truncate t restart
truncate t identity
lock
lock t in
lock t in foo mode
lock t in access mode
lock t in row mode
lock t in share row mode
lock t in share update mode
lock t in share
lock t nowait in share mode
checkpoint 1
discard
discard foo
load x
copy
copy t
copy t from
copy t from x
copy t from program stdin
copy t to stdout where a
copy t from stdin using 'x'
copy t from stdin (format csv
copy t from stdin ()
copy t from stdin with (format csv) null 'x'
copy t from stdin (a (b,))
copy t from stdin force a
copy t from stdin force not a
copy t from stdin delimiter x
copy t () from stdin
copy (select 1) from stdin
copy (select 1) to program stdout
copy (create table t ()) to stdout
copy (select 1) to stdout where a
create publication
create publication p for
create publication p for t
create publication p for all
create publication p for current_schema
create publication p for table current_schema
create publication p for table t, current_schema
create publication p for tables in schema s, t (a)
create publication p for tables in schema s, t where (a)
create publication p for tables in schema s, t.u
create publication p for tables in s
create publication p for table t where a
create publication p for table t ()
create publication p for all tables, table t
alter publication p
alter publication p foo
alter publication p add
alter publication p add all tables
alter publication p add (publish = 'x')
alter publication p rename q
create subscription s
create subscription s connection x
create subscription s connection 'x'
create subscription s connection 'x' publication
create subscription s connection 'x' publication a.b
alter subscription s
alter subscription s foo
alter subscription s set
alter subscription s refresh
alter subscription s enable with (a)
alter subscription s skip
create statistics
create statistics s
create statistics s on a
create statistics if not exists on a from t
create statistics s on a + 1 from t
create statistics s on sum(a) over () from t
create statistics s () on a from t
alter statistics s set statistics
alter statistics s set statistics x
alter statistics if exists s rename to t
create foreign data wrapper w handler
create foreign data wrapper w no
create foreign data wrapper w options ()
create foreign data wrapper w options (a)
create foreign data wrapper w options (set a 'b')
alter foreign data wrapper w
alter foreign data wrapper w rename
alter foreign data wrapper w options (drop a 'b')
create server s
create server s type x foreign data wrapper w
create server s foreign wrapper w
alter server s
alter server s version
alter server s foo
create user mapping for a
create user mapping server s
create user mapping if not exists a server s
alter user mapping for a server s
import foreign schema a
import foreign schema a limit (x) from server s into b
import foreign schema a except () from server s into b
"""


def lines(text: str) -> list[str]:
    """One statement a line."""
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize(
    "sql", lines(TRANSACTIONS + SETTINGS + SESSIONS + MAINTENANCE + REPLICATION + FOREIGN), ids=lambda sql: sql[:60]
)
def test_tree_is_the_servers(sql: str) -> None:
    agrees(sql)


@pytest.mark.parametrize("sql", lines(REFUSED))
def test_refused_in_the_servers_words(sql: str) -> None:
    refusal(sql)


def test_spans_of_a_setting() -> None:
    sql = "  set local s.x to 'a', b ; "
    found = statement(sql, VariableSetStmt)
    assert sql[found.start : found.end] == "set local s.x to 'a', b"
    assert [sql[a.start : a.end] for a in found.args] == ["'a'", "b"]


def test_spans_of_transaction_modes() -> None:
    sql = "begin isolation level serializable, read only"
    found = statement(sql, TransactionStmt)
    assert [sql[o.start : o.end] for o in found.options] == ["isolation level serializable", "read only"]


def test_spans_of_a_copy() -> None:
    sql = "copy s.t (a) from stdin with (format csv, null '') where a > 1"
    found = statement(sql, CopyStmt)
    assert found.relation is not None
    assert found.whereClause is not None
    assert sql[found.relation.start : found.relation.end] == "s.t"
    assert [sql[o.start : o.end] for o in found.options] == ["format csv", "null ''"]
    assert sql[found.whereClause.start : found.whereClause.end] == "a > 1"


def test_spans_of_a_publication() -> None:
    sql = "create publication p for table only s.t (a) where (b > 1), u , tables in schema x"
    found = statement(sql, CreatePublicationStmt)
    spans = [sql[o.start : o.end] for o in found.pubobjects]
    assert spans == ["table only s.t (a) where (b > 1)", "u", "x"]


def test_spans_of_explain() -> None:
    sql = "explain (analyze, costs off) select 1 "
    found = statement(sql, ExplainStmt)
    assert [sql[o.start : o.end] for o in found.options] == ["analyze", "costs off"]
    assert sql[found.query.start : found.query.end] == "select 1"
