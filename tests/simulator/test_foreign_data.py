"""Foreign-data wrappers, servers, user mappings and foreign tables."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts, drop_roles
from servers import Server

SCRIPTS = {
    "foreign data": r"""
create foreign data wrapper foo;
create foreign data wrapper foo;
create foreign data wrapper bar handler nosuch;
create foreign data wrapper bar handler now;
create foreign data wrapper bar handler pg_backend_pid;
create foreign data wrapper bar validator nosuch;
create foreign data wrapper bar validator postgresql_fdw_validator options (a '1');
create foreign data wrapper bar validator postgresql_fdw_validator;
create foreign data wrapper baz options (a '1', a '2');
create foreign data wrapper baz options (a '1', b '2');
create foreign data wrapper q handler h handler h;
alter foreign data wrapper nosuch options (a '1');
alter foreign data wrapper baz options (a '1');
alter foreign data wrapper baz options (add c '1', drop b, set a '3');
alter foreign data wrapper baz options (drop b);
alter foreign data wrapper baz options (set b '1');
alter foreign data wrapper foo validator postgresql_fdw_validator;
alter foreign data wrapper foo no validator;
create server s1 foreign data wrapper nosuch;
create server s1 foreign data wrapper foo;
create server s1 foreign data wrapper foo;
create server if not exists s1 foreign data wrapper foo;
create server s2 type 'x' version 'y' foreign data wrapper bar options (host 'a', dbname 'b');
create server s3 foreign data wrapper bar options (hots 'a');
create server s3 foreign data wrapper bar options (xxxxxxx 'a');
create server s3 foreign data wrapper bar options (host 'a', host 'b');
alter server nosuch version '1';
alter server s1 version '1' options (a 'b');
alter server s2 options (set host 'c', add foo 'x');
alter server s2 options (set hostaddr 'c');
create user mapping for nosuch server s1;
create user mapping for current_user server nosuch;
create user mapping for current_user server s1;
create user mapping for current_user server s1;
create user mapping if not exists for current_user server s1;
create user mapping for public server s1 options (a 'b');
create user mapping for user server s2 options (user 'x', password 'y');
create user mapping for public server s2 options (host 'x');
alter user mapping for public server s1 options (drop a);
alter user mapping for public server s1 options (drop a);
alter user mapping for public server s2 options (drop a);
alter user mapping for nosuch server s1 options (drop a);
drop user mapping for public server s2;
drop user mapping if exists for public server s2;
drop user mapping if exists for nosuch server s2;
drop user mapping if exists for public server nosuch;
drop user mapping for public server nosuch;
drop user mapping for public server s1;
import foreign schema x from server nosuch into public;
import foreign schema x from server s1 into nosuch;
import foreign schema x from server s1 into public;
create foreign table ft (a int options (x 'y'), b text) server s1 options (a 'b');
create foreign table ft2 (a int) server nosuch;
create foreign table ft3 (a int) server s2 options (foo 'x');
create foreign table ft4 (a int primary key) server s1;
alter foreign table ft options (drop nosuch);
alter foreign table ft options (set a 'c', add d 'e');
alter foreign table ft alter column a options (drop x);
alter foreign table ft alter column a options (drop x);
select * from ft;
drop server s1;
drop foreign data wrapper foo;
drop server nosuch;
drop server if exists nosuch;
drop foreign data wrapper nosuch;
alter server s1 rename to s2;
alter server s1 owner to nosuch;
alter foreign data wrapper foo rename to bar;
create role joe;
grant usage on foreign server s1 to joe;
set role joe;
create foreign data wrapper j;
alter foreign data wrapper foo options (a 'b');
create server j foreign data wrapper foo;
alter server s1 version '2';
create user mapping for joe server s1;
create user mapping for public server s1;
create user mapping for joe server s2;
import foreign schema x from server s2 into public;
drop server s1;
reset role;
drop role joe;
drop server s1 cascade;
drop foreign data wrapper foo cascade;
drop role joe;
""",
}
"""What is said -> statements, each on a line of its own that ends with a semicolon."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    drop_roles(server)
    assert_same_verdicts(server, SCRIPTS[script])
