"""CREATE TRIGGER on every kind of relation."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "triggers": r"""
create table t (a int, b text, g int generated always as (a*2) stored);
create function tf() returns trigger language plpgsql as 'begin return new; end';
create function nf() returns int language sql as 'select 1';
create function af(int) returns trigger language plpgsql as 'begin return new; end';
create view v as select a, b from t;
create trigger t1 before insert on t for each row execute function tf();
create trigger t1 before insert on t for each row execute function tf();
create or replace trigger t1 after insert on t for each row execute function tf();
create trigger t2 before insert on nosuch for each row execute function tf();
create trigger t2 before insert on t for each row execute function nosuch();
create trigger t2 before insert on t for each row execute function nf();
create trigger t2 before insert on t for each row execute function tf(1, 'x', foo);
create trigger t3 instead of insert on t for each row execute function tf();
create trigger t4 instead of insert on v execute function tf();
create trigger t5 instead of insert on v for each row execute function tf();
create trigger t6 before insert on v for each row execute function tf();
create trigger t7 before insert on v execute function tf();
create trigger t8 before truncate on v execute function tf();
create trigger t9 before truncate on t for each row execute function tf();
create trigger t9 before truncate on t execute function tf();
create trigger t10 instead of update of a on v for each row execute function tf();
create trigger t11 instead of update on v for each row when (true) execute function tf();
create trigger t12 before insert on t for each row when (new.a > 1) execute function tf();
create trigger t13 before insert on t for each row when (old.a > 1) execute function tf();
create trigger t14 before delete on t for each row when (new.a > 1) execute function tf();
create trigger t15 before update on t when (new.a > 1) execute function tf();
create trigger t16 before update on t for each row when (new.a > old.a) execute function tf();
create trigger t17 before update on t for each row when (a > 1) execute function tf();
create trigger t18 before update on t for each row when (new.nosuch > 1) execute function tf();
create trigger t19 before update on t for each row when (new.b > 1) execute function tf();
create trigger t20 before update on t for each row when (new.a) execute function tf();
create trigger t21 before update on t for each row when (new.g > 1) execute function tf();
create trigger t22 before update on t for each row when (new.* is distinct from old.*) execute function tf();
create trigger t23 before update on t for each row when (new.ctid = '(0,1)') execute function tf();
create trigger t24 after update on t for each row when (new.* is distinct from old.*) execute function tf();
create trigger t25 after update on t for each row when ((select count(*) from t) > 1) execute function tf();
create trigger t26 after update of a, b on t for each row execute function tf();
create trigger t27 after update of a, a on t for each row execute function tf();
create trigger t28 after update of nosuch on t for each row execute function tf();
create trigger t29 after insert on t referencing new table as n for each row execute function tf();
create trigger t30 after insert or update on t referencing new table as n for each statement execute function tf();
create trigger t31 before insert on t referencing new table as n execute function tf();
create trigger t32 after insert on t referencing old table as n execute function tf();
create trigger t33 after delete on t referencing new table as n execute function tf();
create trigger t34 after update on t referencing new table as n new table as m execute function tf();
create trigger t35 after update on t referencing new table as n old table as n execute function tf();
create trigger t36 after update of a on t referencing new table as n execute function tf();
create trigger t37 after update on t referencing new row as n execute function tf();
create trigger t38 after truncate on t referencing new table as n execute function tf();
create trigger t39 after update on v referencing new table as n execute function tf();
create constraint trigger c1 after insert on t deferrable initially deferred for each row execute function tf();
create or replace trigger c1 after insert on t for each row execute function tf();
create constraint trigger c2 after insert on v for each row execute function tf();
create constraint trigger c3 after insert on t from nosuch for each row execute function tf();
create table p (a int, b text) partition by list (a);
create table p1 partition of p for values in (1);
create trigger pt after insert on p for each row execute function tf();
create table p2 partition of p for values in (2);
create trigger pt after insert on p1 for each row execute function tf();
drop trigger pt on p1;
create trigger pt2 before insert on p1 for each row execute function tf();
create trigger pt2 before insert on p for each row execute function tf();
create trigger pt3 after insert on p referencing new table as n for each row execute function tf();
create trigger pt3 after insert on p1 referencing new table as n for each row execute function tf();
create trigger pt3 after insert on p referencing new table as n execute function tf();
drop function tf();
drop trigger t1 on t;
drop trigger nosuch on t;
drop trigger if exists nosuch on t;
alter table t drop column b;
alter table t alter column a type bigint;
create sequence s;
create trigger s1 before insert on s for each row execute function tf();
create index ti on t (a);
create trigger s1 before insert on ti for each row execute function tf();
create trigger s1 before insert on pg_class for each row execute function tf();
create materialized view mv as select 1;
create trigger s1 before insert on mv for each row execute function tf();
create role joe;
set role joe;
create trigger j before insert on t for each row execute function tf();
reset role;
alter trigger t12 on t rename to t13;
alter trigger t12 on t rename to t16;
alter trigger nosuch on t rename to t16;
alter table t disable trigger nosuch;
alter table t disable trigger t16;
comment on trigger t16 on t is 'x';
drop table p;
drop function tf() cascade;
drop table t cascade;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
