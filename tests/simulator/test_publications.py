"""Publications and subscriptions."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "publications": r"""
create table t (a int primary key, b text, g int generated always as (a*2) stored);
create table u (a int);
create table pt (a int, b int) partition by list (a);
create view v as select * from t;
create temp table tt (a int);
create unlogged table ul (a int);
create schema s;
create publication p;
create publication p;
create publication p1 for table t;
create publication p2 for table t, t;
create publication p2 for table t (a), t (b);
create publication p3 for table t where (a > 1), t where (a > 2);
create publication p3 for table v;
create publication p3 for table tt;
create publication p3 for table ul;
create publication p3 for table pg_class;
create publication p3 for table nosuch;
create publication p3 for table t (nosuch);
create publication p3 for table t (a, a);
create publication p3 for table t (ctid);
create publication p3 for table t (g);
create publication p3 for table t where (nosuch > 1);
create publication p3 for table t where (a);
create publication p3 for table t where (random() > 1);
create publication p3 for table t where (a > (select 1));
create publication p3 for table t where (ctid = '(0,1)');
create publication p3 for table t where (count(*) > 1);
create publication p3 for table t where (a = any(array[1,2]) and b like 'x%' and lower(b) = 'x');
create publication p4 for table pt where (a > 1);
create publication p4 for table pt (a);
create publication p4 for table pt where (a > 1) with (publish_via_partition_root);
create publication p5 with (publish = 'insert, foo');
create publication p5 with (publish = 'insert,,update');
create publication p5 with (foo);
create publication p5 with (publish='insert', publish='update');
create publication p5 with (publish_via_partition_root = 5);
create publication p6 for all tables;
create publication p7 for tables in schema s;
create publication p8 for tables in schema nosuch;
create publication p8 for tables in schema pg_catalog;
create publication p8 for tables in schema current_schema;
create publication p9 for tables in schema s, table t (a);
create publication p10 with (publish_generated_columns = foo);
create publication p10 with (publish_generated_columns = stored);
alter publication nosuch add table t;
alter publication p add table t;
alter publication p add table t;
alter publication p drop table u;
alter publication p drop table t (a);
alter publication p drop table t where (a > 1);
alter publication p drop table t;
alter publication p6 add table t;
alter publication p6 add tables in schema s;
alter publication p7 add tables in schema s;
alter publication p7 drop tables in schema public;
alter publication p7 drop tables in schema s;
alter publication p7 add table t (a);
alter publication p7 add tables in schema s;
alter publication p set table t, u;
alter publication p set table u;
alter publication p set (publish = 'insert');
alter publication p4 set (publish_via_partition_root = false);
alter publication p rename to p1;
alter publication p owner to nosuch;
drop publication nosuch;
drop publication if exists nosuch;
alter table t drop column b;
drop publication p, p1;
create subscription s1 connection 'foo' publication x;
create subscription s1 connection 'foo=1' publication x;
create subscription s1 connection 'dbname=x' publication x, x with (connect=false);
create subscription s1 connection 'dbname=x' publication x with (connect=false, enabled=true);
create subscription s1 connection 'dbname=x' publication x with (connect=false, foo=true);
create subscription s1 connection 'dbname=x' publication x with (connect=false, create_slot=true);
create subscription s1 connection 'dbname=x' publication x with (connect=false, copy_data=true);
create subscription s1 connection 'dbname=x' publication x with (slot_name=none);
create subscription s1 connection 'dbname=x' publication x with (slot_name=none, enabled=true);
create subscription s1 connection 'dbname=x' publication x with (slot_name=none, enabled=false);
create subscription s1 connection 'dbname=x' publication x with (slot_name='A b', connect=false);
create subscription s1 connection 'dbname=x' publication x with (slot_name='', connect=false);
create subscription s1 connection 'dbname=x' publication x with (connect=false, streaming=foo);
create subscription s1 connection 'dbname=x' publication x with (connect=false, synchronous_commit=foo);
create subscription s1 connection 'dbname=x' publication x with (connect=false, origin=foo);
create subscription s1 connection 'dbname=x' publication x with (connect=false);
create subscription s1 connection 'dbname=x' publication x with (connect=false);
create subscription s2 connection 'dbname=x' publication x with (connect=false, slot_name=none);
alter subscription nosuch enable;
alter subscription s2 enable;
alter subscription s1 enable;
alter subscription s1 set (slot_name = none);
alter subscription s1 disable;
alter subscription s1 set (slot_name = none);
alter subscription s1 set (foo = none);
alter subscription s1 set (create_slot = true);
alter subscription s1 set publication y;
alter subscription s1 set publication y with (refresh=false);
alter subscription s1 add publication y with (refresh=false);
alter subscription s1 add publication z with (refresh=false);
alter subscription s1 add publication q;
alter subscription s1 drop publication w with (refresh=false);
alter subscription s1 drop publication y, z with (refresh=false);
alter subscription s1 refresh publication;
alter subscription s1 connection 'foo';
alter subscription s1 skip (lsn = '0/0');
alter subscription s1 skip (lsn = 'x');
alter subscription s1 skip (lsn = none);
alter subscription s1 rename to s2;
begin;
create subscription s3 connection 'dbname=x' publication x;
rollback;
begin;
create subscription s3 connection 'dbname=x' publication x with (connect=false);
drop subscription s3;
rollback;
drop subscription nosuch;
drop subscription if exists nosuch;
drop subscription s1;
create role joe;
set role joe;
create publication jp;
create publication jp for all tables;
create subscription s3 connection 'dbname=x' publication x with (connect=false);
alter publication p7 add table t;
alter subscription s2 disable;
drop subscription s2;
reset role;
drop subscription s2;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
