"""LOCK, VACUUM, ANALYZE, CLUSTER and DROP INDEX CONCURRENTLY."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = {
    "maintenance": """
CREATE TABLE l (a int, b text);
CREATE VIEW lv AS SELECT * FROM l;
CREATE INDEX li ON l (b);
CREATE SEQUENCE ls;
LOCK TABLE l;
BEGIN;
LOCK TABLE l, lv IN SHARE MODE;
LOCK TABLE nosuch;
ROLLBACK;
BEGIN;
LOCK TABLE li;
ROLLBACK;
BEGIN;
LOCK ls;
ROLLBACK;
VACUUM l;
VACUUM nosuch;
VACUUM (FULL, ANALYZE) l (a, a);
VACUUM (ANALYZE) l (a, z);
VACUUM l (a);
VACUUM (NOSUCH) l;
ANALYZE (NOSUCH) l;
ANALYZE l (z);
ANALYZE lv;
VACUUM li;
VACUUM (PARALLEL -1) l;
VACUUM (PARALLEL) l;
VACUUM (PARALLEL 3, FULL) l;
VACUUM (INDEX_CLEANUP auto, TRUNCATE off) l;
VACUUM (INDEX_CLEANUP foo) l;
VACUUM (FULL, DISABLE_PAGE_SKIPPING) l;
BEGIN;
VACUUM l;
ROLLBACK;
CLUSTER l;
CLUSTER l USING li;
CLUSTER l;
CLUSTER l USING nosuch;
CLUSTER l USING ls;
CLUSTER lv USING li;
CLUSTER nosuch;
CLUSTER (FOO) l;
CREATE INDEX lh ON l USING hash (a);
CLUSTER l USING lh;
CREATE INDEX lp ON l (a) WHERE a > 0;
CLUSTER l USING lp;
ALTER TABLE l CLUSTER ON lh;
ALTER TABLE l CLUSTER ON lp;
BEGIN;
CLUSTER;
ROLLBACK;
DROP INDEX CONCURRENTLY li, lp;
DROP INDEX CONCURRENTLY li CASCADE;
DROP INDEX CONCURRENTLY li;
BEGIN;
DROP INDEX CONCURRENTLY lp;
ROLLBACK
""",
}
"""What is said -> statements."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    assert_same_verdicts(server, SCRIPTS[script])
