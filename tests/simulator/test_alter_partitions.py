"""ALTER of partitioned tables, their partitions and indexes, and of foreign tables."""

from __future__ import annotations

import psycopg
import pytest
from oracle_live import compared
from same_verdicts import assert_same_verdicts, statements_of, verdicts_on
from servers import Server

from schemalint.catalog import live
from schemalint.catalog.model import Relation
from schemalint.simulator import Simulator
from schemalint.simulator.effects import Scanned

SCRIPTS = {
    "partitions": """
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;
CREATE VIEW u AS SELECT a FROM t;
ALTER VIEW v SET (check_option = local);
ALTER VIEW u SET (check_option = local);
ALTER VIEW u SET (check_option = foo);
ALTER VIEW u RESET (check_option);
ALTER VIEW u RESET (foo);
ALTER VIEW u SET (security_invoker = true);
ALTER TABLE t SET (toast.autovacuum_enabled = off, autovacuum_enabled = off);
ALTER TABLE t SET (toast.nosuch = off);
ALTER TABLE t SET (nosuch.fillfactor = 50);
ALTER TABLE t SET (fillfactor = 5);
ALTER TABLE t SET (fillfactor = foo);
ALTER TABLE t RESET (fillfactor = 5);
ALTER TABLE t SET (oids = true);
CREATE INDEX i ON t (a);
ALTER INDEX i SET (fillfactor = 50);
ALTER INDEX i SET (fastupdate = off);
ALTER INDEX i RESET (fillfactor);
CREATE TABLE p (k int, j text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE p2 (k int, j text);
CREATE TABLE p3 (j text, k int);
ALTER TABLE p SET (fillfactor = 50);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (5) TO (20);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (5);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM ('x') TO (20);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (1);
ALTER TABLE p ATTACH PARTITION nosuch FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION v FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION i FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION p FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
ALTER TABLE p ATTACH PARTITION p3 DEFAULT;
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY;
ALTER TABLE p DETACH PARTITION p3;
ALTER TABLE p DETACH PARTITION p3;
ALTER TABLE p DETACH PARTITION nosuch;
ALTER TABLE p DETACH PARTITION p3 FINALIZE;
ALTER TABLE p DETACH PARTITION p2 FINALIZE;
BEGIN;
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY;
ROLLBACK;
ALTER TABLE p ADD PRIMARY KEY (j);
ALTER TABLE p ADD PRIMARY KEY (k);
ALTER TABLE p1 DROP CONSTRAINT p1_pkey;
DROP INDEX p1_pkey;
DROP INDEX p_pkey;
ALTER TABLE p ADD CONSTRAINT uu UNIQUE (k, j);
CREATE INDEX pi ON ONLY p (j);
CREATE INDEX p1i ON p1 (j);
CREATE INDEX p1k ON p1 (k);
CREATE INDEX p2i ON p2 (j);
CREATE INDEX p3i ON p3 (j);
ALTER INDEX pi ATTACH PARTITION p1k;
ALTER INDEX pi ATTACH PARTITION p3i;
ALTER INDEX pi ATTACH PARTITION nosuch;
ALTER INDEX pi ATTACH PARTITION p1;
ALTER INDEX pi ATTACH PARTITION p1i;
ALTER INDEX pi ATTACH PARTITION p1i;
ALTER INDEX pi ATTACH PARTITION p2i;
ALTER INDEX i ATTACH PARTITION p2i;
DROP INDEX p1i;
DROP INDEX pi;
ALTER TABLE p ALTER k TYPE bigint;
ALTER TABLE p DROP COLUMN k;
ALTER TABLE ONLY p DROP COLUMN j;
ALTER TABLE ONLY p ADD COLUMN z int;
ALTER TABLE p1 ADD COLUMN z int;
ALTER TABLE p ADD COLUMN z int;
ALTER TABLE p1 DROP COLUMN z;
ALTER TABLE p1 ALTER k DROP NOT NULL;
ALTER TABLE p ALTER z SET NOT NULL;
ALTER TABLE p1 ALTER z DROP NOT NULL;
ALTER TABLE ONLY p ALTER z DROP NOT NULL;
ALTER TABLE ONLY p ADD CHECK (z > 0);
ALTER TABLE p ADD CHECK (z > 0);
ALTER TABLE p ADD CHECK (z > 1) NO INHERIT;
ALTER TABLE ONLY p DROP CONSTRAINT p_z_check;
ALTER TABLE p1 DROP CONSTRAINT p_z_check;
ALTER TABLE ONLY p RENAME COLUMN z TO zz;
CREATE TABLE ref (a int PRIMARY KEY);
ALTER TABLE ONLY p ADD FOREIGN KEY (z) REFERENCES ref;
ALTER TABLE p ADD FOREIGN KEY (z) REFERENCES ref NOT VALID;
ALTER TABLE p ADD CONSTRAINT fk FOREIGN KEY (z) REFERENCES ref;
ALTER TABLE p1 DROP CONSTRAINT fk;
ALTER TABLE p1 ALTER CONSTRAINT fk DEFERRABLE;
ALTER TABLE p ALTER CONSTRAINT fk DEFERRABLE;
ALTER TABLE p1 RENAME CONSTRAINT fk TO fk2;
ALTER TABLE p1 INHERIT t;
ALTER TABLE p INHERIT t;
ALTER TABLE t INHERIT p;
ALTER TABLE t INHERIT p1;
ALTER TABLE p1 NO INHERIT p;
CREATE TABLE fkp (x int REFERENCES p (k));
CREATE TABLE fkp (x int REFERENCES p);
ALTER TABLE p DETACH PARTITION p1;
DROP TABLE p1;
DROP TABLE p;
DROP TABLE fkp;
DROP TABLE p;
ALTER TABLE t SET ACCESS METHOD nosuch;
ALTER TABLE t SET ACCESS METHOD heap;
ALTER TABLE t SET ACCESS METHOD btree;
ALTER TABLE t SET ACCESS METHOD heap, SET ACCESS METHOD heap
""",
    "indexes of partitions, and foreign tables": """
CREATE TABLE p (k int, j text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE INDEX pi ON ONLY p (j);
CREATE INDEX pi2 ON ONLY p (j);
CREATE INDEX p1i ON p1 (j);
CREATE INDEX p1i2 ON p1 (j);
ALTER INDEX pi ATTACH PARTITION p1i;
ALTER INDEX pi ATTACH PARTITION p1i2;
ALTER INDEX pi2 ATTACH PARTITION p1i;
ALTER TABLE ONLY p ADD UNIQUE (k);
CREATE UNIQUE INDEX p1u ON p1 (k);
ALTER INDEX p_k_key ATTACH PARTITION p1u;
ALTER TABLE ONLY p ADD PRIMARY KEY (k);
ALTER TABLE ONLY p1 ADD PRIMARY KEY (k);
ALTER INDEX p_pkey ATTACH PARTITION p1_pkey;
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE ft (a int, b text) SERVER srv;
ALTER TABLE ft ADD COLUMN c int DEFAULT 5 NOT NULL;
ALTER FOREIGN TABLE ft ADD COLUMN d int CHECK (d > 0);
ALTER FOREIGN TABLE ft ADD PRIMARY KEY (a);
ALTER FOREIGN TABLE ft ADD COLUMN e int PRIMARY KEY;
ALTER FOREIGN TABLE ft ADD FOREIGN KEY (a) REFERENCES p;
ALTER FOREIGN TABLE ft ALTER a TYPE bigint USING a;
ALTER FOREIGN TABLE ft ALTER a TYPE bigint;
ALTER FOREIGN TABLE ft OPTIONS (ADD x '1', DROP y);
ALTER FOREIGN TABLE ft OPTIONS (ADD x '1', ADD x '2');
ALTER FOREIGN TABLE ft OPTIONS (x '1');
ALTER FOREIGN TABLE ft OPTIONS (ADD x '2');
ALTER FOREIGN TABLE ft OPTIONS (SET x '2', DROP x);
ALTER FOREIGN TABLE ft ALTER a OPTIONS (SET x '2');
ALTER FOREIGN TABLE ft ALTER a OPTIONS (x '2');
ALTER FOREIGN TABLE ft ALTER a OPTIONS (x '2');
ALTER FOREIGN TABLE ft SET (fillfactor = 50);
ALTER FOREIGN TABLE ft ENABLE ROW LEVEL SECURITY;
ALTER FOREIGN TABLE ft SET LOGGED;
ALTER FOREIGN TABLE ft ALTER a SET STORAGE PLAIN;
ALTER FOREIGN TABLE ft ALTER a SET COMPRESSION pglz;
ALTER FOREIGN TABLE p1 ADD COLUMN z int;
ALTER TABLE ft RENAME a TO aa;
ALTER FOREIGN TABLE ft RENAME TO ft2;
ALTER FOREIGN TABLE ft2 RENAME TO p;
ALTER TABLE p ATTACH PARTITION ft2 FOR VALUES FROM (100) TO (200);
DROP TABLE ft2;
DROP FOREIGN TABLE p1;
DROP SERVER srv;
DROP FOREIGN DATA WRAPPER fdw;
DROP FOREIGN TABLE ft2;
DROP FOREIGN TABLE ft2;
ALTER SERVER srv RENAME TO srv2;
ALTER SERVER srv2 OWNER TO nosuch;
ALTER FOREIGN DATA WRAPPER fdw RENAME TO fdw2;
DROP SERVER srv, srv2;
DROP FOREIGN DATA WRAPPER fdw2 CASCADE
""",
    "triggers of partitions": """
CREATE TABLE tp (a int, b text) PARTITION BY LIST (a);
CREATE TABLE tp1 PARTITION OF tp FOR VALUES IN (1);
CREATE TABLE tp2 (a int, b text);
CREATE FUNCTION tfn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t1 AFTER INSERT ON tp FOR EACH ROW EXECUTE FUNCTION tfn();
CREATE TRIGGER t2 AFTER INSERT ON tp1 FOR EACH ROW EXECUTE FUNCTION tfn();
CREATE TRIGGER t1 AFTER INSERT ON tp2 FOR EACH ROW EXECUTE FUNCTION tfn();
ALTER TABLE tp ATTACH PARTITION tp2 FOR VALUES IN (2);
ALTER TRIGGER t1 ON tp2 RENAME TO tx;
ALTER TABLE tp ATTACH PARTITION tp2 FOR VALUES IN (2);
ALTER TRIGGER t1 ON tp1 RENAME TO tz;
ALTER TRIGGER t1 ON tp RENAME TO t2;
ALTER TRIGGER t1 ON tp RENAME TO t3;
ALTER TRIGGER nosuch ON tp RENAME TO t3;
ALTER TRIGGER t3 ON ONLY tp RENAME TO t4;
DROP TRIGGER t3 ON tp1;
ALTER TABLE tp1 DISABLE TRIGGER t3;
ALTER TABLE tp ENABLE ALWAYS TRIGGER t3;
ALTER TABLE ONLY tp DISABLE TRIGGER t3;
ALTER TABLE tp DETACH PARTITION tp2;
DROP TRIGGER t3 ON tp2;
DROP FUNCTION tfn();
DROP TRIGGER t3 ON tp;
DROP FUNCTION tfn() CASCADE;
DROP TABLE tp1;
DROP TABLE tp, tp2
""",
}
"""What is said -> statements."""


@pytest.mark.server
@pytest.mark.parametrize("script", SCRIPTS)
def test_servers_agree(server: Server, script: str) -> None:
    assert_same_verdicts(server, SCRIPTS[script])


PARTITIONS = [
    "r1 (k int)",
    "r2 (k int NOT NULL)",
    "r3 (k int NOT NULL, CHECK (k >= 10 AND k < 20))",
    "r4 (k int, CHECK (k IS NOT NULL AND k > 10 AND k <= 15))",
    "r5 (k int NOT NULL, CHECK (k >= 5 AND k < 20))",
    "r6 (k int NOT NULL, CHECK (k = 12))",
    "r7 (k int NOT NULL, CHECK (k BETWEEN 10 AND 19))",
    "r8 (k int NOT NULL, CHECK (10 <= k AND 20 > k))",
    "r9 (k int NOT NULL, CHECK (k >= 10 OR k < 20))",
    "l1 (k text)",
    "l2 (k text NOT NULL, CHECK (k = 'a'))",
    "l3 (k text NOT NULL, CHECK (k IN ('a', 'b')))",
    "l4 (k text NOT NULL, CHECK (k IN ('a', 'c')))",
    "l5 (k text, CHECK (k = 'a'))",
]


@pytest.mark.server
def test_a_check_saves_reading_a_partition(server18: Server) -> None:
    simulator = Simulator(18)
    setup = [
        "CREATE TABLE r (k int) PARTITION BY RANGE (k)",
        "CREATE TABLE l (k text) PARTITION BY LIST (k)",
        *(f"CREATE TABLE {partition}" for partition in PARTITIONS),
    ]
    said: list[str] = []
    with server18.database() as connection:
        connection.add_notice_handler(lambda diagnostic: said.append(diagnostic.message_primary or ""))
        connection.execute("SET client_min_messages = debug1")
        for statement in setup:
            connection.execute(statement.encode())
            assert simulator.execute(statement).accepted
        for name in (partition.partition(" ")[0] for partition in PARTITIONS):
            bound = "FROM (10) TO (20)" if name[0] == "r" else "IN ('a', 'b')"
            statement = f"ALTER TABLE {name[0]} ATTACH PARTITION {name} FOR VALUES {bound}"
            said.clear()
            connection.execute("BEGIN")
            connection.execute(statement.encode())
            connection.execute("ROLLBACK")
            read = any(isinstance(effect, Scanned) for effect in simulator.execute(statement).effects)
            simulator.undo()
            assert read == any("verifying table" in message for message in said), statement


PENDING = """
ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY;
ALTER TABLE p1 ADD COLUMN x int;
ALTER TABLE p DETACH PARTITION p2 FINALIZE;
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (3) TO (5);
ALTER TABLE p DETACH PARTITION p1 FINALIZE;
ALTER TABLE p DETACH PARTITION p1 FINALIZE;
ALTER TABLE p1 ADD COLUMN x int
"""


def test_interrupted_detachments(server: Server) -> None:
    with server.database() as connection:
        connection.execute("CREATE TABLE p (a int) PARTITION BY RANGE (a)")
        connection.execute("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (5)")
        connection.execute("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (5) TO (9)")
        with server.connect(connection.info.dbname, autocommit=False) as reader:
            reader.execute("SELECT * FROM p")
            connection.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY")
        connection.execute("RESET lock_timeout")
        simulator = Simulator(catalog=live.read_catalog(connection))
        assert simulator.catalog.find(Relation, 2200, "p1").detachpending
        for verdict in verdicts_on(connection, statements_of(PENDING)):
            outcome = simulator.execute(verdict.statement)
            assert (verdict.statement, outcome.sqlstate, outcome.message) == verdict
        assert compared(live.read_catalog(connection), simulator.catalog) == []
