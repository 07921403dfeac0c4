"""CREATE RULE."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "rules": r"""
create table t (a int, b text);
create table log (a int, b text, w timestamp default now());
create view v as select * from t;
create rule r1 as on insert to v do instead insert into t values (new.a, new.b);
create rule r1 as on insert to v do instead insert into t values (new.a, new.b);
create or replace rule r1 as on insert to v do instead insert into t values (new.a, new.b);
create rule r2 as on update to v do instead update t set a = new.a, b = new.b where a = old.a;
create rule r3 as on delete to v do instead delete from t where a = old.a;
create rule r4 as on insert to t do also insert into log values (old.a, old.b);
create rule r5 as on delete to t do also insert into log values (new.a);
create rule r6 as on insert to t where new.a > 1 do also insert into log select new.*;
create rule r7 as on update to t where new.a <> old.a do also insert into log (a,b) select new.a, new.b;
create rule r8 as on update to t where nosuch do nothing;
create rule r9 as on update to t do instead nothing;
create rule r10 as on update to nosuch do instead nothing;
create rule r11 as on select to t do instead select * from log;
create rule "_RETURN" as on select to t do instead select 1 as a, 'x'::text as b;
create rule "_RETURN" as on select to v do instead select 1 as a, 'x'::text as b;
create or replace rule "_RETURN" as on select to v do instead select 1 as a, 'x'::text as b;
create or replace rule "_RETURN" as on select to v do instead select 1 as a;
create or replace rule "_RETURN" as on select to v do instead select 1 as a, 2 as b;
create or replace rule "_RETURN" as on select to v do instead select 1 as x, 'x'::text as b;
create or replace rule "_RETURN" as on select to v do instead nothing;
create or replace rule "_RETURN" as on select to v do select 1 as a, 'x'::text as b;
create rule "_RETURN" as on insert to v do instead nothing;
create rule r12 as on insert to v do instead insert into t values (new.a, new.b) returning *;
create rule r13 as on insert to v do instead insert into t values (new.a, new.b) returning a;
create rule r14 as on insert to v do also insert into t values (new.a, new.b) returning *;
create rule r15 as on insert to v where new.a > 1 do instead insert into t values (new.a, new.b) returning *;
create rule r16 as on insert to v do instead (insert into t values (new.a, new.b) returning *; insert into t values (new.a, new.b) returning *);
create rule r17 as on insert to t do also notify foo;
create rule r18 as on insert to t where new.a > 1 do also notify foo;
create rule r19 as on update to t do instead update old set a = 1;
create rule r20 as on insert to v do instead (insert into t values (new.a); delete from log where a = new.a);
create rule r21 as on insert to t do instead with x as (select new.a) select * from x;
create rule r22 as on update to t do also select old.a, new.b union select 1, 'x';
create rule r23 as on update to t where new.a > 1 do also select 1 union select 2;
create index ti on t (a);
create rule r24 as on insert to ti do instead nothing;
create sequence s;
create rule r25 as on insert to s do instead nothing;
create rule r26 as on insert to pg_class do instead nothing;
create rule r27 as on insert to t do instead insert into nosuch values (1);
create rule r28 as on insert to t do instead insert into log values (new.nosuch);
create rule r29 as on insert to t do instead insert into log values (a);
create rule r30 as on update to t where a = 1 do instead nothing;
create rule r31 as on delete to t where a = 1 do instead nothing;
drop rule r1 on v;
drop rule nosuch on v;
drop rule if exists nosuch on v;
drop table log;
alter table log drop column b;
alter table t drop column b;
alter rule r2 on v rename to r3;
alter rule r2 on v rename to r33;
alter rule nosuch on v rename to r33;
alter table t disable rule nosuch;
alter table t disable rule r6;
drop rule "_RETURN" on v;
create materialized view mv as select 1 as a;
create rule r24 as on insert to mv do instead nothing;
create role joe;
set role joe;
create rule jr as on insert to t do instead nothing;
reset role;
drop table t cascade;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
