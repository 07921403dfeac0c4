"""Without a catalog a table that is named is one that is there: its hazards are told of, and what is safe is left alone."""

from __future__ import annotations

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import File, check_files
from schemalint.lint.loader import load_rules
from schemalint.simulator import Simulator
from schemalint.source import Source

RULES = [rule for rule in load_rules().values() if rule.default]

SAFE = (
    "ALTER TABLE users ADD COLUMN a text;",
    "ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0;",
    "CREATE INDEX CONCURRENTLY i ON users (email);",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);",
    "DROP INDEX CONCURRENTLY IF EXISTS i;",
    "SET lock_timeout='5s'; ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;",
    "ALTER TABLE users VALIDATE CONSTRAINT c;",
    "ALTER TABLE o ADD CONSTRAINT f FOREIGN KEY (u) REFERENCES users (id) NOT VALID;",
    "ALTER TABLE users ADD CONSTRAINT nn CHECK (email IS NOT NULL) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT nn;\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT nn;",
    "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX i;",
    "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';",
    "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());",
    "CREATE TABLE t (id serial PRIMARY KEY, name varchar(255), created timestamp DEFAULT now(), data jsonb); CREATE INDEX i ON t (name);",
    "UPDATE users SET a = 1 WHERE id BETWEEN 1 AND 1000;",
    "ALTER TABLE m DETACH PARTITION p CONCURRENTLY;",
    "REINDEX INDEX CONCURRENTLY i;",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY mv;",
    "CREATE VIEW v AS SELECT id FROM users;",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'select 1';",
    "COMMENT ON TABLE users IS 'x';",
    "ALTER TABLE users ALTER COLUMN a SET DEFAULT 1;",
    "ALTER TABLE users ALTER COLUMN a DROP DEFAULT;",
    "INSERT INTO roles (id, name) VALUES (1,'a');",
    "GRANT SELECT ON users TO app;",
    "BEGIN; SET LOCAL lock_timeout='2s'; ALTER TABLE users ADD COLUMN a int; COMMIT;",
    "ALTER TABLE users ALTER COLUMN name TYPE text;",
    "CREATE TABLE p PARTITION OF m FOR VALUES FROM (1) TO (2);",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;",
)

HAZARDS = (
    "CREATE INDEX i ON users (email);",
    "DROP INDEX i;",
    "ALTER TABLE users ADD COLUMN a int NOT NULL;",
    "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
    "ALTER TABLE users ALTER COLUMN id TYPE bigint;",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0);",
    "ALTER TABLE o ADD FOREIGN KEY (u) REFERENCES users (id);",
    "ALTER TABLE users ADD UNIQUE (email);",
    "ALTER TABLE users ADD PRIMARY KEY (id);",
    "ALTER TABLE users ADD COLUMN u uuid DEFAULT gen_random_uuid();",
    "ALTER TABLE users ADD COLUMN s serial;",
    "ALTER TABLE users ADD COLUMN g int GENERATED ALWAYS AS (a+1) STORED;",
    "ALTER TABLE users DROP COLUMN a;",
    "DROP TABLE users;",
    "ALTER TABLE users RENAME TO people;",
    "ALTER TABLE users RENAME COLUMN a TO b;",
    "TRUNCATE users;",
    "TRUNCATE users CASCADE;",
    "DROP SCHEMA s CASCADE;",
    "DELETE FROM users;",
    "UPDATE users SET a = 1;",
    "VACUUM FULL users;",
    "CLUSTER users USING i;",
    "REINDEX TABLE users;",
    "REFRESH MATERIALIZED VIEW mv;",
    "ALTER TABLE users SET LOGGED;",
    "BEGIN; CREATE INDEX CONCURRENTLY i ON users (a); COMMIT;",
    "LOCK TABLE users;",
    "ALTER TABLE m ATTACH PARTITION p FOR VALUES FROM (1) TO (2);",
    "ALTER TABLE m DETACH PARTITION p;",
    "ALTER TABLE users DISABLE TRIGGER ALL;",
    "ALTER TABLE users ADD EXCLUDE USING gist (r WITH &&);",
    "ALTER TABLE users ADD COLUMN a int REFERENCES o (id);",
    "ALTER TYPE mood RENAME VALUE 'a' TO 'b';",
    "ALTER TABLE users ADD COLUMN data json;",
    "ALTER TABLE users DISABLE ROW LEVEL SECURITY;",
    "GRANT ALL ON users TO PUBLIC;",
    "ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1 WHERE a IS NULL;",
    "BEGIN; ALTER TABLE users ADD COLUMN a int;",
    "DROP DATABASE x;",
    "ALTER TABLE users DROP CONSTRAINT users_pkey;",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ begin return 1; end $$;",
    "DROP VIEW v CASCADE;",
    "ALTER TABLE users ALTER a DROP NOT NULL;",
    "DO $$ BEGIN EXECUTE 'x'; END $$;",
    "ALTER TABLE users SET SCHEMA x;",
    "BEGIN; ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c; COMMIT;",
)


def said(sql: str) -> list[Diagnostic]:
    simulator = Simulator(catalog=Catalog(load(17), closed=False, source="nothing"))
    result = check_files(simulator, RULES, [File(Source("new.sql", sql))])
    assert result.crashes == ()
    return [d for d in result.diagnostics if d.severity != "info"]


@pytest.mark.parametrize("sql", SAFE)
def test_what_is_safe_is_left_alone(sql: str) -> None:
    assert [(d.rule, d.message) for d in said(sql)] == []


@pytest.mark.parametrize("sql", HAZARDS)
def test_hazards_are_told_of(sql: str) -> None:
    assert said(sql)
