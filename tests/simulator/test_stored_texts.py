"""What stored expressions say after renames: written to a snapshot and read again, they mean what the server's mean."""

from __future__ import annotations

import pytest
from oracle_live import compared
from same_verdicts import statements_of
from servers import Server

from schemalint.catalog import live
from schemalint.catalog.snapshot import snapshot_text
from schemalint.catalog.snapshot_loader import load_snapshot
from schemalint.simulator import Simulator

MADE = """
CREATE TABLE t (a int CHECK (a > 0), "B" text DEFAULT 'x', c int GENERATED ALWAYS AS (t.a + 1) STORED, CHECK (t."B" <> 'a' OR a > c));
CREATE INDEX i ON t (lower("B"), (a + c)) WHERE t.a > 1;
CREATE STATISTICS st ON (a * 2), "B" FROM t;
CREATE TABLE u (a int, t int);
CREATE POLICY p ON t USING (a > 3 AND EXISTS (SELECT a FROM u WHERE u.a = t.a AND u.t = c));
CREATE VIEW v AS SELECT a, t."B", u.t AS second FROM t JOIN u USING (a) WHERE t.a > 0;
CREATE VIEW v1 AS SELECT x.a, y.a AS other, (SELECT max(t.a) FROM t WHERE t.c = y.t) AS most FROM public.t x, u y ORDER BY a;
CREATE VIEW v2 AS SELECT a FROM (SELECT a, t FROM u) AS s WHERE a > 1 GROUP BY a;
CREATE VIEW v3 AS WITH t AS (SELECT a FROM t) SELECT t.a FROM t UNION SELECT u.a FROM u;
CREATE VIEW v4 AS SELECT a, most FROM v1;
"""


@pytest.mark.server
@pytest.mark.parametrize(
    "renames",
    [
        "ALTER TABLE t RENAME TO tt",
        'ALTER TABLE t RENAME TO "T T"',
        'ALTER TABLE t RENAME "B" TO b; ALTER TABLE t RENAME c TO "C d"',
        "ALTER TABLE u RENAME t TO second; ALTER TABLE u RENAME TO w",
        "ALTER VIEW v1 RENAME TO t1; ALTER VIEW t1 RENAME COLUMN most TO least",
        'ALTER TABLE t RENAME c TO d; ALTER TABLE t RENAME TO x; ALTER TABLE x RENAME d TO "select"; ALTER TABLE u RENAME TO t',
    ],
)
def test_texts_follow(server: Server, renames: str) -> None:
    with server.database() as connection:
        simulator = Simulator(catalog=live.read_catalog(connection))
        for statement in [*statements_of(MADE), *statements_of(renames)]:
            outcome = simulator.execute(statement)
            assert outcome.sqlstate is None, outcome.message
            connection.execute(statement.encode())
        read_again = load_snapshot(snapshot_text(simulator.catalog).encode(), "catalog.json")
        different = compared(live.read_catalog(connection), read_again)
        assert not different, "\n".join(map(str, different))
