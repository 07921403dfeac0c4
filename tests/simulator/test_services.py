"""Row security, grants, triggers and publications as hosted applications have them; event triggers, prepared statements."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "an application": r"""
create table acc (id uuid primary key default gen_random_uuid(), owner_id uuid not null, name text, data jsonb);
alter table acc enable row level security;
alter table acc force row level security;
create policy "own rows" on acc for all to public using (owner_id = current_setting('app.uid')::uuid) with check (owner_id = current_setting('app.uid', true)::uuid);
create policy sel on acc for select using (auth.uid() = owner_id);
create schema auth;
create function auth.uid() returns uuid language sql stable as 'select null::uuid';
create policy sel on acc for select using (auth.uid() = owner_id);
create policy selt on acc for select using (auth.uid() = name);
create policy selc on acc for select using (auth.uid()::text = name);
create policy upd on acc for update using (auth.uid() = owner_id) with check (auth.uid() = old.owner_id);
create policy ins on acc for insert with check (auth.uid() = new.owner_id);
create policy ins on acc for insert with check (exists (select 1 from acc a where a.id = acc.owner_id));
create policy ins2 on acc for insert to authenticated with check (true);
create role authenticated nologin;
create role anon;
create role service_role bypassrls;
create policy ins2 on acc for insert to authenticated, anon with check (true);
alter policy ins2 on acc to service_role;
alter policy ins2 on acc rename to ins3;
alter policy ins2 on acc rename to sel;
alter policy ins3 on acc rename to sel;
drop function auth.uid();
drop schema auth;
drop schema auth cascade;
drop policy sel on acc;
grant usage on schema public to anon, authenticated;
grant select, insert on all tables in schema public to anon;
alter default privileges in schema public grant all on tables to authenticated;
alter default privileges for role postgres in schema public grant all on functions to anon;
create table nt (a int);
create function nf() returns int language sql security definer set search_path = '' as 'select 1';
revoke execute on function nf() from public;
revoke execute on function nf() from anon, authenticated;
set role anon;
select * from nt;
select nf();
reset role;
create or replace view vv with (security_invoker = on) as select id, name from acc;
alter view vv set (security_invoker = off);
comment on policy ins3 on acc is 'x';
comment on policy nosuch on acc is 'x';
alter table acc drop column owner_id;
alter table acc drop column owner_id cascade;
alter table acc alter column name type varchar(50);
drop view vv;
alter table acc alter column name type varchar(50);
create function touch() returns trigger language plpgsql as $$ begin new.updated_at = now(); return new; end $$;
create trigger touch before update on acc for each row execute procedure touch();
create trigger touch before update on acc for each row execute procedure touch();
drop trigger if exists touch on acc;
create trigger touch before update on acc for each row when (old.* is distinct from new.*) execute function touch();
alter table acc disable trigger touch;
alter table acc enable always trigger touch;
alter table acc disable trigger all;
alter table acc disable trigger user;
create event trigger et on ddl_command_end execute function touch();
create function etf() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger et on ddl_command_end execute function etf();
create event trigger et on ddl_command_end execute function etf();
create event trigger et2 on nosuch execute function etf();
create event trigger et2 on ddl_command_start when tag in ('CREATE TABLE', 'foo') execute function etf();
create event trigger et2 on ddl_command_start when tag in ('CREATE TABLE') execute function etf();
create event trigger et3 on sql_drop when foo in ('x') execute function etf();
alter event trigger et disable;
alter event trigger nosuch disable;
alter event trigger et rename to et2;
drop event trigger et;
drop event trigger nosuch;
drop function etf();
drop event trigger et2;
create publication supabase_realtime;
alter publication supabase_realtime add table acc;
alter publication supabase_realtime add table acc;
alter publication supabase_realtime add table nosuch;
alter table acc replica identity full;
alter table acc replica identity using index nosuch;
alter table acc replica identity using index acc_pkey;
notify foo, 'bar';
listen foo;
unlisten *;
checkpoint;
explain (costs off) select * from acc;
explain (foo) select 1;
prepare q as select * from acc where id = $1;
execute q(1);
execute nosuch;
deallocate q;
deallocate q;
do $$ begin raise notice 'x'; end $$;
do language nosuch 'x';
call nosuch();
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
