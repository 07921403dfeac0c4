"""The locks that CREATE TABLE, CREATE INDEX and their like take, as pg_locks of real servers has them."""

from __future__ import annotations

from servers import Server

from schemalint.catalog.model import Relation
from schemalint.simulator import Simulator
from schemalint.simulator.effects import LOCK_MODES, Locked

SETUP = """
CREATE TABLE p (a int PRIMARY KEY, b text UNIQUE);
CREATE TABLE c (a int REFERENCES p, x int);
CREATE TABLE parted (a int, b int) PARTITION BY LIST (a);
CREATE TABLE part1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE rest PARTITION OF parted DEFAULT;
CREATE TABLE base (x int);
CREATE TABLE kid () INHERITS (base);
CREATE SEQUENCE s;
CREATE MATERIALIZED VIEW m AS SELECT * FROM p;
CREATE INDEX ci ON c (x);
CREATE TABLE ranged (a int PRIMARY KEY) PARTITION BY RANGE (a);
CREATE TABLE ranged1 PARTITION OF ranged FOR VALUES FROM (0) TO (5);
"""

STATEMENTS = """
CREATE TABLE t (a int REFERENCES p);
CREATE TABLE t (LIKE p INCLUDING ALL);
CREATE TABLE t () INHERITS (base);
CREATE TABLE t PARTITION OF parted FOR VALUES IN (2);
CREATE TABLE t PARTITION OF ranged FOR VALUES FROM (5) TO (6);
CREATE TABLE t AS SELECT * FROM p;
CREATE TABLE t (a int DEFAULT nextval('s'));
CREATE TABLE t (a int, b int REFERENCES ranged);
CREATE INDEX ON c (a);
CREATE INDEX ON parted (b);
CREATE INDEX ON ONLY parted (b);
CREATE STATISTICS st ON a, b FROM p;
CREATE SEQUENCE q OWNED BY p.a;
ALTER SEQUENCE s INCREMENT 2;
TRUNCATE c;
TRUNCATE p CASCADE;
TRUNCATE parted;
TRUNCATE base;
TRUNCATE ONLY base;
REINDEX TABLE c;
REINDEX INDEX ci;
CREATE MATERIALIZED VIEW m2 AS SELECT * FROM p;
SELECT a INTO t FROM p;
"""

QUERY = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384 AND c.relkind NOT IN ('i', 'I', 't')
"""

MODES = {mode.title().replace(" ", "") + "Lock": number for number, mode in enumerate(LOCK_MODES) if mode}


def test_tables_are_locked_as_by_the_server(server: Server) -> None:
    simulator = Simulator(server_version=server.major)
    assert all(outcome.accepted for outcome in simulator.execute_script(SETUP))
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            connection.execute(SETUP.encode())
            existing = {row[0] for row in connection.execute("SELECT relname FROM pg_class")}
            for statement in STATEMENTS.strip().splitlines():
                connection.execute("BEGIN")
                connection.execute(statement.encode())
                real: dict[str, int] = {}
                for relation, mode in connection.execute(QUERY.encode()):
                    real[relation] = max(real.get(relation, 0), MODES[mode])
                connection.execute("ROLLBACK")
                expected = {relation: mode for relation, mode in real.items() if relation in existing}
                assert (statement, locks_of(simulator, statement)) == (statement, expected)
    finally:
        server.drop_database(name)


def locks_of(simulator: Simulator, statement: str) -> dict[str, int]:
    """The strongest mode per table that existed before; the statement is undone."""
    outcome = simulator.execute(statement)
    assert outcome.accepted, outcome
    held = {effect.relation: effect.mode for effect in outcome.effects if isinstance(effect, Locked)}
    simulator.undo()
    found: dict[str, int] = {}
    for oid, mode in held.items():
        relation = simulator.catalog.get(Relation, oid)
        if relation is not None and relation.kind not in "iI":
            found[relation.name] = mode
    return found
