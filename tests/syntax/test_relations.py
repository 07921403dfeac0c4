"""Indexes, views, sequences, and what hangs on tables (triggers, policies, rules): our trees against PostgreSQL's own parser."""

from __future__ import annotations

import pytest
from agreement import agrees, refusal, statement

from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import CreateTrigStmt, IndexStmt, Node, ViewStmt

INDEXES = """
create index on t (a)
create unique index i on only s.t (a, b desc, c asc nulls last, d nulls first)
create index concurrently if not exists i on t using gin (a jsonb_path_ops, b s.ops (x = 1, y) desc)
create index concurrently on t (a)
create index if on t (lower(a), s.f(b, c) collate "C" text_ops, (a || b), coalesce(a, b), current_date)
create index i on t (nulls, a nulls, b nulls nulls last, "Weird" collate s.german)
create unique index i on t (a) include (b, lower(c)) nulls not distinct with (fillfactor = 70) tablespace x where a > 0
create index i on t * (a) nulls distinct
"""

VIEWS = """
create view v as select 1
create or replace temp view s.v (a, b) with (security_barrier, check_option = local) as select 1, 2 with check option
create view v as values (1) with cascaded check option
create local temporary view v as table t with local check option
create unlogged view v as select 1
create or replace unlogged recursive view v (a) as select 1
create recursive view s.v (a, b) as select 1, 2 union all select a + 1, b from v where a < 10
create or replace temp recursive view v (a) with (security_invoker) as select 1
create materialized view v as select 1
create unlogged materialized view if not exists s.v (a) using heap with (x = 1) tablespace y as select 1 with no data
create materialized view v as table t with data
refresh materialized view v
refresh materialized view concurrently s.v with no data
refresh materialized view v with data
"""

SEQUENCES = """
create sequence s
create temp sequence if not exists x.s as bigint increment by 2 minvalue -5 maxvalue 10 start with 3 cache 4 cycle
create unlogged sequence s increment -1 no minvalue no maxvalue no cycle start 99999999999 owned by none
create sequence s owned by a.b.c restart restart 5 restart with -6 sequence name x.y minvalue 1.5 logged unlogged
alter sequence s restart
alter sequence if exists x.s as smallint no cycle owned by t.c
alter sequence s owned by none start +5
alter sequence s no maxvalue
"""

TRIGGERS = """
create trigger x before insert on t execute function f()
create or replace trigger x after insert or update of a, b or delete on s.t for each row execute procedure s.f(1, 'b', 2.5, c, null)
create trigger x instead of update on v for row when (old.a is distinct from new.a) execute function f()
create trigger x after truncate on t for each statement execute function f()
create trigger x after update on t referencing old table as o new table n for statement execute function f()
create trigger x after update on t referencing new row as n old row o execute function f()
create constraint trigger x after insert or update on t from s.u deferrable initially deferred for each row when (new.a > 0) execute function f()
create constraint trigger x after delete on t not deferrable for each row execute function f('x')
"""

POLICIES = """
create policy p on t
create policy "P" on s.t as restrictive for select to joe, public, current_user using (a = b) with check (a > 0)
create policy p on t as permissive for all using (true)
create policy p on t as "permissive" for insert with check (a in (select 1))
create policy p on t for update to session_user
create policy p on t for delete
alter policy p on t
alter policy p on s.t to joe using (a) with check (b)
alter policy p on t with check (true)
"""

RULES = """
create rule r as on insert to t do nothing
create or replace rule "_RETURN" as on select to s.t do instead select * from u
create rule r as on update to t where old.a > new.a do also (insert into l values (1); delete from u; update u set a = 1)
create rule r as on delete to t do instead (;; notify x, 'y';)
create rule r as on delete to t do notify x
create rule r as on delete to t do ()
create rule r as on select to t do instead (select 1) union select 2
create rule r as on select to t do instead (select 1)
create rule r as on select to t do instead (select 1) order by 1
create rule r as on select to t do instead ((select 1) union select 2)
create rule r as on insert to t do instead with x as (select 1) insert into u select * from x
create rule r as on insert to t do instead insert into u values (new.*) returning u.*
"""


@pytest.mark.parametrize(
    "sql", (INDEXES + VIEWS + SEQUENCES + TRIGGERS + POLICIES + RULES).replace("\n\n", "\n").strip().splitlines()
)
def test_tree(sql: str) -> None:
    agrees(sql)


REFUSED = """
create index i
create index i on t
create index i on t ()
create index if not exists on t (a)
create index i on t (a.b)
create index i on t (a + b)
create index i on t (a nulls first nulls last)
create index i on t ((a) (x = 1))
create index i on t (a desc asc)
create unique table t (a int)
create temp materialized view v as select 1
create or replace temp table t ()
create global unlogged table t ()
create view v
create view v (a int) as select 1
create view if not exists v as select 1
create recursive view v as select 1
create recursive view v (a) as select 1 with check option
create view v as select 1 with global check option
create materialized view v as select 1 with check option
refresh materialized view
create sequence s start
create sequence s increment by x
create sequence s no start
create sequence s owner to joe
alter sequence s
alter sequence s cycle, owned by none
create trigger x insert on t execute function f()
create trigger x before insert or insert on t execute function f()
create trigger x before update or update of a on t execute function f()
create trigger x before update of a or update or delete on t execute function f()
create trigger x before insert on t execute f()
create trigger x before insert on t for each execute function f()
create trigger x after insert on t referencing new as n execute function f()
create trigger x before insert on t execute function f(1 + 1)
create trigger x before insert on t execute function f
create constraint trigger x before insert on t for each row execute function f()
create constraint trigger x after insert on t execute function f()
create constraint trigger x after insert on t not valid for each row execute function f()
create constraint trigger x after insert on t not enforced for each row execute function f()
create or replace constraint trigger x after insert on t for each row execute function f()
create policy p on t as optional
create policy p on t as select
create policy p on t for merge
create policy p on t using a
create policy p on t with check (a) using (b)
create policy p
alter policy p on t for select
create rule r as on truncate to t do nothing
create rule r as on select to t do
create rule r as on select to t do create table t ()
create rule r as on select to t do (merge into u using v on true when matched then do nothing)
create rule r as on select to t do with x as (select 1) merge into u using v on true when matched then do nothing
create rule r as on select to t do (select 1; select 2) union select 3
"""


@pytest.mark.parametrize("sql", REFUSED.strip().splitlines())
def test_refused(sql: str) -> None:
    refusal(sql)


def test_spans() -> None:
    sql = "create index i on s.t (a desc , lower(b)) where a > 0"
    index = statement(sql, IndexStmt)
    assert index.relation is not None
    assert index.whereClause is not None
    nodes: list[Node] = [index, index.relation, *index.indexParams, index.whereClause]
    assert [sql[n.start : n.end] for n in nodes] == [sql, "s.t", "a desc", "lower(b)", "a > 0"]


def test_recursive_view_has_unwritten_query() -> None:
    sql = "create recursive view v (a) as select 1"
    view = statement(sql, ViewStmt)
    assert view.query.start == -1
    assert (view.start, view.end) == (0, len(sql))


def test_older_sequences_have_no_persistence() -> None:
    with pytest.raises(ParseError, match='syntax error at or near "logged"'):
        statement("create sequence s logged", Node, 14)


def test_duplicate_event_is_reported_where_the_server_has_read_to() -> None:
    sql = "create trigger x before insert or insert on t execute function f()"
    with pytest.raises(ParseError) as error:
        statement(sql, CreateTrigStmt)
    assert sql[error.value.start : error.value.end] == "insert"
    assert error.value.start > sql.index("or")
