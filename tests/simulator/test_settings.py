"""SET, RESET, SHOW, DISCARD and ALTER SYSTEM."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "settings": r"""
set vacuum_cost_delay to '10s';
set vacuum_cost_delay = 1000;
set work_mem = '1kB';
set work_mem = 1;
set work_mem = '3000TB';
set work_mem = '1.5MB';
set work_mem = '0x10000';
set work_mem = 'foo';
set work_mem = '10 XB';
set work_mem = '10mb';
set work_mem = '';
set work_mem = 1e3;
set seq_page_cost = 'NaN';
set seq_page_cost = -1;
set seq_page_cost = '1,5';
set statement_timeout = '1d';
set statement_timeout = '1 week';
set statement_timeout = '30d';
set statement_timeout = -1;
set statement_timeout to 0;
set lock_timeout = '5s';
set enable_seqscan = foo;
set enable_seqscan = o;
set enable_seqscan = of;
set enable_seqscan = 1;
set enable_seqscan = 2;
set enable_seqscan = y;
set client_min_messages = warning;
set client_min_messages = foo;
set client_min_messages = fatal;
set client_min_messages = debug;
set xmloption = content;
set xmloption = foo;
set bytea_output = hexx;
set datestyle = 'iso, foo';
set datestyle = iso, dmy;
set datestyle = iso, sql;
set datestyle = postgres;
set datestyle = german, us;
set intervalstyle = foo;
set intervalstyle = iso_8601;
set timezone = 'foo/bar';
set timezone = 'UTC';
set timezone = 'europe/berlin';
set time zone local;
set time zone -3;
set time zone interval '-3:00' hour to minute;
set time zone default;
set time zone 'PST8PDT';
set timezone = '5.5';
set timezone = 500;
set timezone = 'UTC+5';
set client_encoding = 'utf8';
set client_encoding = 'foo';
set client_encoding to 'LATIN1';
set client_encoding = 'SQL_ASCII';
set names 'utf-8';
reset client_encoding;
set default_text_search_config = 'english';
set default_text_search_config = 'foo';
set default_text_search_config = 'pg_catalog.simple';
set default_tablespace = 'foo';
set default_tablespace = '';
set temp_tablespaces = 'foo';
set temp_tablespaces = '';
set default_table_access_method = 'foo';
set default_table_access_method = 'heap';
set default_table_access_method = '';
set default_table_access_method = 'btree';
set role = none;
set role 'nosuch';
set session authorization 'nosuch';
set search_path = a,b,c;
set search_path = 'a b', "C";
set search_path to '';
set search_path to default;
set max_connections = 10;
set shared_buffers = '1GB';
set server_version = '1';
set log_connections = on;
set ssl = on;
set data_directory = 'x';
set allow_system_table_mods = on;
set session_replication_role = replica;
set session_replication_role = foo;
set default_with_oids = false;
set default_with_oids = true;
set default_transaction_isolation = 'serializable';
set default_transaction_isolation = 'foo';
set transaction_isolation = 'serializable';
reset transaction_isolation;
reset all;
reset foo;
reset foo.bar;
show foo;
show foo.bar;
show all;
show time zone;
show transaction isolation level;
show session authorization;
set foo.bar = 1;
show foo.bar;
reset foo.bar;
show foo.bar;
set foo.bar to a, b;
set foo."b-c" = 1;
set a.b.c = 'x';
set ".x" = 1;
set work_mem = '1MB', '2MB';
set standard_conforming_strings = off;
set escape_string_warning = off;
set extra_float_digits = 5;
set extra_float_digits = 3;
set row_security = off;
set check_function_bodies = false;
set idle_in_transaction_session_timeout = 0;
set xmlbinary = hex;
set constraint_exclusion = partition;
set constraint_exclusion = yes;
set constraint_exclusion = foo;
set force_parallel_mode = on;
set debug_parallel_query = on;
set jit = on;
set plan_cache_mode = auto;
set sort_mem = 100;
set vacuum_mem = 2000;
set geqo_seed = 2;
set random_page_cost = '1.1';
set effective_cache_size = '4GB';
set maintenance_work_mem to '1GB';
set max_parallel_workers_per_gather = 0;
set log_statement = 'all';
set log_min_duration_statement = -1;
set application_name = 'foo';
set local work_mem = '5MB';
set lc_messages = 'C';
set tcp_keepalives_idle = 5;
set createrole_self_grant = 'set, inherit';
set createrole_self_grant = 'foo';
set synchronous_commit = off;
set synchronous_commit = remote;
set seed = 0.5;
set is_superuser = on;
set in_hot_standby = on;
set block_size = 1;
set wal_level = logical;
set archive_mode = on;
set autovacuum = off;
set fsync = off;
set gin_fuzzy_search_limit = -1;
set password_encryption = 'md5';
set password_encryption = on;
set backslash_quote = safe_encoding;
set huge_pages = try;
set transaction_timeout = 5;
set compute_query_id = regress;
set xact = 1;
alter system set work_mem = '1MB';
alter system set foo = 1;
alter system set foo.bar = 1;
alter system set max_connections = 10;
alter system set data_directory = 'x';
alter system set server_version = 'x';
alter system reset all;
alter system reset foo;
alter system set role = 'x';
begin;
alter system set work_mem = '1MB';
rollback;
discard all;
discard plans;
discard temp;
discard sequences;
begin;
discard all;
rollback;
alter role current_user set work_mem = 'foo';
alter role current_user set default_tablespace = 'foo';
alter role current_user set max_connections = 5;
alter role current_user set log_connections = on;
alter role current_user reset foo;
alter role current_user set search_path = x, y;
alter role current_user reset foo;
alter role current_user reset all;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
