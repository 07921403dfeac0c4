"""CREATE and ALTER POLICY: commands, roles, expressions and what depends on them."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "policies": r"""
create table t (a int, b text, owner text default current_user);
create table u (id int, t_a int);
create role joe;
create policy p1 on t using (a = 1);
create policy p1 on t using (a = 1);
create policy p2 on t for select with check (true);
create policy p3 on t for insert using (true);
create policy p4 on t for delete to joe, public using (owner = current_user);
create policy p5 on t to nosuch using (true);
create policy p6 on nosuch using (true);
create view v as select * from t;
create policy p7 on v using (true);
create policy p8 on t using (c = 1);
create policy p9 on t using (exists (select 1 from u where u.t_a = t.a));
create policy p10 on t using (a in (select t_a from u where id = b));
create policy p11 on t using (count(*) > 1);
create policy p12 on t using (a);
create policy p13 on t using (owner = 5);
create policy p14 on t for update using (true) with check (t.a > 0);
create policy p15 on t for foo using (true);
create policy p16 on pg_class using (true);
alter policy p1 on t to joe;
alter policy p1 on t using (b = 'x') with check (b <> 'y');
alter policy p14 on t with check (sum(a) > 1);
alter policy nosuch on t using (true);
create policy s on t for select using (true);
alter policy s on t with check (true);
create policy i on t for insert with check (true);
alter policy i on t using (true);
drop role joe;
drop table u;
drop table u cascade;
alter table t drop column b;
alter table t drop column b cascade;
drop policy p1 on t;
drop policy if exists p1 on t;
drop policy if exists p1 on nosuch;
create policy a on t using (true) with check (x = 1);
set role joe;
create policy a on t using (true);
reset role;
create policy a on t as permissive using (row_number() over () > 1);
create policy a on t as restrictive using (generate_series(1,2) > 1);
drop view v;
drop table t;
drop role joe;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
