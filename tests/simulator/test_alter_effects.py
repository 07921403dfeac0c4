"""Which tables ALTER, DROP, CREATE VIEW and their like lock, read and write anew: pg_locks, debug messages and file nodes of servers of every
major."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from servers import Server

from schemalint.catalog.model import Constraint, Relation
from schemalint.simulator import Simulator
from schemalint.simulator.effects import LOCK_MODES, Effect, IndexBuilt, Locked, Rewritten, Scanned

SETUP = """
SET timezone = 'UTC';
CREATE TABLE t (a int PRIMARY KEY, b text, c varchar(10), d numeric(5,2), e timestamp, f int, g timestamp(3));
CREATE INDEX tb ON t (b);
CREATE INDEX tc ON t (c);
CREATE INDEX tf ON t ((f + 1));
CREATE INDEX tp ON t (d) WHERE f > 3;
CREATE UNIQUE INDEX tu ON t (f);
ALTER TABLE t ADD CONSTRAINT ckf CHECK (f > 0);
ALTER TABLE t ADD CONSTRAINT cknn CHECK (f IS NOT NULL);
CREATE TABLE r (x int REFERENCES t, y int);
CREATE TABLE r2 (x int);
ALTER TABLE r2 ADD CONSTRAINT r2fk FOREIGN KEY (x) REFERENCES t NOT VALID;
ALTER TABLE r2 ADD CONSTRAINT r2ck CHECK (x > 0) NOT VALID;
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW vv AS SELECT a FROM v;
CREATE TABLE s (id serial PRIMARY KEY, w text);
CREATE MATERIALIZED VIEW mv AS SELECT w FROM s;
CREATE DOMAIN dm AS int CHECK (VALUE > 0);
CREATE DOMAIN dp AS int;
CREATE TABLE par (k int, q text);
CREATE TABLE chi () INHERITS (par);
CREATE TABLE other (k int, q text);
CREATE TABLE pt (k int NOT NULL, q text) PARTITION BY RANGE (k);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10);
CREATE TABLE ptd PARTITION OF pt DEFAULT;
CREATE TABLE pt2 (k int NOT NULL, q text);
CREATE TABLE pt3 (k int NOT NULL, q text, CONSTRAINT c CHECK (k >= 20 AND k < 30));
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE RULE ru AS ON INSERT TO s DO ALSO NOTHING;
CREATE POLICY po ON t USING (true);
CREATE SCHEMA sch;
CREATE UNLOGGED TABLE ul (a int)
"""

STATEMENTS = """
ALTER TABLE t ADD COLUMN z int;
ALTER TABLE t ADD COLUMN z int DEFAULT 5;
ALTER TABLE t ADD COLUMN z int DEFAULT 5 NOT NULL;
ALTER TABLE t ADD COLUMN z timestamptz DEFAULT now();
ALTER TABLE t ADD COLUMN z uuid DEFAULT gen_random_uuid();
ALTER TABLE t ADD COLUMN z serial;
ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (a * 2) STORED;
ALTER TABLE t ADD COLUMN z dm;
ALTER TABLE t ADD COLUMN z dm DEFAULT 5;
ALTER TABLE t ADD COLUMN z dp DEFAULT 5;
ALTER TABLE t ADD COLUMN z int REFERENCES s;
ALTER TABLE t ADD COLUMN z int UNIQUE;
ALTER TABLE t ADD COLUMN z int CHECK (z > 0);
ALTER TABLE t DROP COLUMN c;
ALTER TABLE t DROP COLUMN f;
ALTER TABLE t ALTER b SET DEFAULT 'x';
ALTER TABLE t ALTER b DROP DEFAULT;
ALTER TABLE t ALTER b SET NOT NULL;
ALTER TABLE t ALTER f SET NOT NULL;
ALTER TABLE t ALTER b DROP NOT NULL;
ALTER TABLE t ALTER b SET STATISTICS 100;
ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
ALTER TABLE t ALTER b SET (n_distinct = 5);
ALTER TABLE t ALTER b SET COMPRESSION pglz;
ALTER TABLE t ALTER c TYPE varchar(20);
ALTER TABLE t ALTER c TYPE varchar;
ALTER TABLE t ALTER c TYPE text;
ALTER TABLE t ALTER c TYPE varchar(5);
ALTER TABLE t ALTER b TYPE varchar;
ALTER TABLE t ALTER b TYPE varchar(5);
ALTER TABLE t ALTER b TYPE text COLLATE "C";
ALTER TABLE t ALTER d TYPE numeric(10,2);
ALTER TABLE t ALTER d TYPE numeric(10,4);
ALTER TABLE t ALTER d TYPE numeric;
ALTER TABLE t ALTER f TYPE bigint;
ALTER TABLE t ALTER f TYPE dm;
ALTER TABLE t ALTER f TYPE dp;
ALTER TABLE t ALTER e TYPE timestamptz;
ALTER TABLE t ALTER g TYPE timestamp;
ALTER TABLE t ALTER g TYPE timestamp(6);
ALTER TABLE t ALTER g TYPE timestamp(2);
ALTER TABLE r ALTER x TYPE bigint;
ALTER TABLE s ALTER id TYPE bigint;
ALTER TABLE t ADD CHECK (f < 100);
ALTER TABLE t ADD CHECK (f < 100) NOT VALID;
ALTER TABLE r2 VALIDATE CONSTRAINT r2fk;
ALTER TABLE r2 VALIDATE CONSTRAINT r2ck;
ALTER TABLE r2 ADD FOREIGN KEY (x) REFERENCES t;
ALTER TABLE r2 ADD FOREIGN KEY (x) REFERENCES t NOT VALID;
ALTER TABLE r2 ADD PRIMARY KEY (x);
ALTER TABLE t ADD UNIQUE (b);
ALTER TABLE t ADD UNIQUE USING INDEX tu;
ALTER TABLE t DROP CONSTRAINT ckf;
ALTER TABLE r DROP CONSTRAINT r_x_fkey;
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;
ALTER TABLE r ALTER CONSTRAINT r_x_fkey DEFERRABLE;
ALTER TABLE t RENAME TO tt;
ALTER TABLE t RENAME b TO bb;
ALTER TABLE t RENAME CONSTRAINT ckf TO ck2;
ALTER INDEX tb RENAME TO tbb;
ALTER TABLE t SET SCHEMA sch;
ALTER TABLE t OWNER TO CURRENT_USER;
ALTER TABLE t OWNER TO pg_read_all_data;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
ALTER TABLE t DISABLE TRIGGER tr;
ALTER TABLE t DISABLE TRIGGER ALL;
ALTER TABLE s DISABLE RULE ru;
ALTER TABLE t REPLICA IDENTITY FULL;
ALTER TABLE t CLUSTER ON t_pkey;
ALTER TABLE t SET WITHOUT CLUSTER;
ALTER TABLE t SET (fillfactor = 50);
ALTER TABLE t SET (autovacuum_enabled = off);
ALTER TABLE t SET (user_catalog_table = true);
ALTER TABLE t RESET (fillfactor);
ALTER INDEX tb SET (fillfactor = 50);
ALTER VIEW v SET (security_barrier = true);
ALTER TABLE s SET UNLOGGED;
ALTER TABLE ul SET LOGGED;
ALTER TABLE ul SET UNLOGGED;
ALTER TABLE t SET TABLESPACE pg_default;
ALTER TABLE par ADD COLUMN z int;
ALTER TABLE par DROP COLUMN q;
ALTER TABLE par ALTER k TYPE bigint;
ALTER TABLE par ALTER k SET NOT NULL;
ALTER TABLE par ADD CHECK (k > 0);
ALTER TABLE other INHERIT par;
ALTER TABLE chi NO INHERIT par;
ALTER TABLE pt ATTACH PARTITION pt2 FOR VALUES FROM (20) TO (30);
ALTER TABLE pt ATTACH PARTITION pt3 FOR VALUES FROM (20) TO (30);
ALTER TABLE pt DETACH PARTITION pt1;
ALTER TABLE pt ADD COLUMN z int;
ALTER TABLE pt ADD PRIMARY KEY (k);
DROP TABLE r;
DROP TABLE t CASCADE;
DROP TABLE pt1;
DROP TABLE pt;
DROP VIEW vv;
DROP VIEW v CASCADE;
DROP INDEX tb;
DROP SEQUENCE s_id_seq CASCADE;
DROP TRIGGER tr ON t;
DROP POLICY po ON t;
DROP RULE ru ON s;
DROP SCHEMA sch;
DROP FUNCTION tf() CASCADE;
DROP MATERIALIZED VIEW mv;
DROP DOMAIN dm;
COMMENT ON TABLE t IS 'x';
COMMENT ON COLUMN t.a IS 'x';
COMMENT ON INDEX tb IS 'x';
COMMENT ON CONSTRAINT ckf ON t IS 'x';
CLUSTER t USING t_pkey;
CLUSTER t USING tb;
ALTER TRIGGER tr ON t RENAME TO tr2;
ALTER POLICY po ON t RENAME TO po2;
ALTER RULE ru ON s RENAME TO ru2;
ALTER VIEW v RENAME TO vvv;
ALTER VIEW v RENAME a TO b;
ALTER VIEW v ALTER a SET DEFAULT 3;
ALTER SEQUENCE s_id_seq RENAME TO foo;
ALTER TABLE s ALTER id DROP DEFAULT;
ALTER TABLE r2 ADD CONSTRAINT cc CHECK (x > 0), ADD COLUMN z int DEFAULT random();
LOCK TABLE t IN SHARE MODE;
LOCK TABLE v IN SHARE MODE;
LOCK TABLE par IN EXCLUSIVE MODE;
ALTER TABLE pt ADD UNIQUE (k);
ALTER TABLE pt ADD CHECK (k > 0);
ALTER TABLE pt ADD FOREIGN KEY (k) REFERENCES t;
ALTER TABLE pt RENAME k TO kk;
ALTER TABLE pt ALTER q TYPE varchar;
ALTER TABLE pt ALTER q SET NOT NULL;
ALTER TABLE pt DROP COLUMN q;
ALTER TABLE pt ALTER q SET DEFAULT 'x';
ALTER TABLE pt ALTER q SET STATISTICS 10;
ALTER TABLE pt DISABLE TRIGGER ALL;
ALTER TABLE pt OWNER TO CURRENT_USER;
CREATE VIEW nv AS SELECT * FROM t;
CREATE VIEW nv AS SELECT * FROM vv JOIN s ON true;
CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a > 1;
CREATE OR REPLACE VIEW v AS SELECT a, 1 AS x FROM t;
CREATE VIEW nv AS SELECT (SELECT count(*) FROM r) AS n;
CREATE POLICY p2 ON t USING (a IN (SELECT x FROM r));
ALTER POLICY po ON t USING (a > 1);
ALTER POLICY po ON t TO public;
DROP POLICY po ON t;
CREATE TRIGGER tr2 AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
CREATE CONSTRAINT TRIGGER tr3 AFTER UPDATE ON t FROM r FOR EACH ROW EXECUTE FUNCTION tf();
CREATE TRIGGER tr2 AFTER UPDATE ON pt FOR EACH ROW EXECUTE FUNCTION tf();
CREATE TRIGGER tr2 AFTER UPDATE ON pt FOR EACH STATEMENT EXECUTE FUNCTION tf();
DROP TRIGGER tr ON t;
CREATE RULE ru2 AS ON INSERT TO s DO ALSO INSERT INTO r VALUES (1);
CREATE RULE ru2 AS ON UPDATE TO v DO INSTEAD UPDATE t SET b = 'x' WHERE a = OLD.a;
DROP RULE ru ON s;
REFRESH MATERIALIZED VIEW mv;
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
GRANT SELECT ON t TO public;
GRANT SELECT (a) ON t TO public;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO public;
REVOKE ALL ON t FROM public;
CREATE PUBLICATION p FOR TABLE t, par;
CREATE PUBLICATION p FOR TABLE pt;
CREATE PUBLICATION p FOR ALL TABLES;
CREATE SCHEMA s2 CREATE TABLE x (a int REFERENCES t);
CREATE VIEW nv AS SELECT * FROM pt;
CREATE VIEW nv AS SELECT * FROM par;
DROP VIEW vv;
DROP VIEW v CASCADE;
ALTER VIEW v SET (security_barrier);
LOCK TABLE v;
SELECT * FROM vv;
SELECT * FROM t FOR UPDATE;
UPDATE s SET w = 'y';
DELETE FROM t;
DELETE FROM s;
CREATE TEMP TABLE tt AS SELECT * FROM t;
CREATE MATERIALIZED VIEW nm AS SELECT * FROM v
"""

_MODES = {mode.title().replace(" ", "") + "Lock": number for number, mode in enumerate(LOCK_MODES)}

_RELATIONS = """
SELECT c.oid, c.relname, c.relkind::text, pg_relation_filenode(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND n.nspname !~ '^pg_toast'
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"

_SCAN = re.compile(r'(?:verifying table|validating foreign key constraint) "(.*)"')

Facts = tuple[dict[str, str], set[str], set[str], set[str]]
"""Tables with the strongest lock above ACCESS SHARE, tables with new files, indexes with new files, tables that are read and foreign
keys that are checked."""


def split(text: str) -> list[str]:
    return [part.strip().rstrip(";") for part in text.strip().split(";\n")]


def server_facts(connection: psycopg.Connection[Any], statement: str) -> Facts:
    before = {oid: (name, kind, file) for oid, name, kind, file in connection.execute(_RELATIONS)}
    said: list[str] = []

    def listen(diagnostic: psycopg.errors.Diagnostic) -> None:
        said.append(diagnostic.message_primary or "")

    connection.add_notice_handler(listen)
    connection.execute("BEGIN")
    try:
        connection.execute(statement.encode(), prepare=False)
        locks: dict[str, int] = {}
        for oid, mode in connection.execute(_LOCKS):
            if oid in before and before[oid][1] not in "iIc":
                name = before[oid][0]
                locks[name] = max(locks.get(name, 0), _MODES[mode])
        after = {name: file for _, name, _, file in connection.execute(_RELATIONS)}  # an index made again has a new oid
    finally:
        connection.execute("ROLLBACK")
        connection.remove_notice_handler(listen)
    changed = [held for held in before.values() if held[0] in after and after[held[0]] != held[2]]
    return (
        {name: LOCK_MODES[mode] for name, mode in locks.items() if mode > 1},
        {name for name, kind, _ in changed if kind in "rm"},
        {name for name, kind, _ in changed if kind == "i"},
        {found[1] for message in said if (found := _SCAN.match(message))},
    )


def simulated_facts(simulator: Simulator, statement: str) -> Facts:
    before = {relation.oid: relation for relation in simulator.catalog.all(Relation)}
    simulator.execute("BEGIN")
    outcome = simulator.execute(statement)
    assert outcome.accepted, (statement, outcome)
    after = {relation.oid for relation in simulator.catalog.all(Relation)}
    foreign_keys = {held.name for held in simulator.catalog.all(Constraint) if held.type == "f"}
    simulator.execute("ROLLBACK")

    def names(kind: type[Effect], field: str) -> set[str]:
        oids = {getattr(effect, field) for effect in outcome.effects if isinstance(effect, kind)}
        return {before[oid].name for oid in oids if oid in before and oid in after}

    locks = {
        before[effect.relation].name: LOCK_MODES[effect.mode]
        for effect in outcome.effects
        if isinstance(effect, Locked) and effect.mode > 1 and effect.relation in before
    }
    indexes = {relation.name for relation in before.values() if relation.kind in "iI"}
    tables = {name: mode for name, mode in locks.items() if name not in indexes}
    scans = {
        effect.why if effect.why in foreign_keys else before[effect.relation].name
        for effect in outcome.effects
        if isinstance(effect, Scanned) and effect.relation in before
    }
    return tables, names(Rewritten, "relation"), names(IndexBuilt, "index"), scans


@pytest.mark.server
def test_servers_lock_and_rewrite_the_same(server: Server) -> None:
    simulator = Simulator(server.major)
    different = []
    with server.database() as connection:
        connection.execute("SET client_min_messages = debug1")
        for statement in split(SETUP):
            connection.execute(statement.encode(), prepare=False)
            assert simulator.execute(statement).accepted, statement
        for statement in split(STATEMENTS):
            theirs, ours = server_facts(connection, statement), simulated_facts(simulator, statement)
            if theirs != ours:
                different.append(f"{statement}\n  server    {theirs}\n  simulator {ours}")
    assert not different, "\n".join(different)
