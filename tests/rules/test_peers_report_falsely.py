"""What tools that look at the words of a statement alone report falsely, or miss: here the catalog decides."""

from __future__ import annotations

import pytest

from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.examples import simulator_for
from schemalint.lint.loader import load_rules
from schemalint.source import Source

RULES = [rule for rule in load_rules().values() if rule.default]


def check(catalog: str, sql: str, version: int = 18) -> list[Diagnostic]:
    simulator = simulator_for(None, version)
    assert replay(simulator, File(Source("catalog.sql", catalog))) == []
    result = check_files(simulator, RULES, [File(Source("new.sql", sql))])
    assert result.crashes == (), result.crashes
    return result.diagnostics


ORDERS = """
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(40), fixed char(8), net cidr, paid numeric(10, 2), n smallint,
    placed timestamp, flag boolean, region text, customer bigint, unit int, number int, doc json);
"""
LANE = "CREATE TYPE lane AS ENUM ('slow');"
CITIES = "CREATE TABLE cities (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);"

FALSE = {
    "a wider varchar is free": (ORDERS, "ALTER TABLE orders ALTER code TYPE varchar(80);"),
    "varchar to text is free": (ORDERS, "ALTER TABLE orders ALTER code TYPE text;"),
    "cidr to inet is free": (ORDERS, "ALTER TABLE orders ALTER net TYPE inet;"),
    "more digits of the same scale are free": (ORDERS, "ALTER TABLE orders ALTER paid TYPE numeric(14, 2);"),
    "a validated CHECK spares the scan, in a conjunction too": (
        ORDERS + "ALTER TABLE orders ADD CONSTRAINT c CHECK (region IS NOT NULL AND n > 0);",
        "ALTER TABLE orders ALTER region SET NOT NULL;",
    ),
    "now() is not volatile": (ORDERS, "ALTER TABLE orders ADD COLUMN made timestamptz NOT NULL DEFAULT now();"),
    "a constant default is free": (ORDERS, "ALTER TABLE orders ADD COLUMN tries int NOT NULL DEFAULT 0;"),
    "a stable function with arguments is free": (
        ORDERS,
        "ALTER TABLE orders ADD COLUMN who text DEFAULT current_setting('app.user', true);",
    ),
    "a domain without constraint is free": (
        ORDERS + "CREATE DOMAIN plain AS text;",
        "ALTER TABLE orders ADD COLUMN x plain DEFAULT 'a';",
    ),
    "the index of a foreign key was made in an earlier file": (
        "CREATE TABLE crews (id bigint PRIMARY KEY);" + ORDERS + "CREATE INDEX ON orders (customer);",
        "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES crews NOT VALID;",
    ),
    "the index of a foreign key comes later": (
        "CREATE TABLE crews (id bigint PRIMARY KEY);",
        "CREATE TABLE o (id bigint PRIMARY KEY, c bigint REFERENCES crews); CREATE INDEX ON o (c);",
    ),
    "a table of this batch": (
        "",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL); CREATE INDEX ON t (a);"
        "ALTER TABLE t ADD CHECK (a > 0); ALTER TABLE t ALTER a TYPE bigint;",
    ),
    "an index that the parent's partitions get one by one": (
        CITIES + "CREATE TABLE cities_1 PARTITION OF cities FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');",
        "CREATE INDEX cities_at ON ONLY cities (at); CREATE INDEX CONCURRENTLY cities_1_at ON cities_1 (at);"
        "ALTER INDEX cities_at ATTACH PARTITION cities_1_at;",
    ),
    "statements that lock no table": (
        ORDERS,
        "CREATE VIEW v WITH (security_invoker) AS SELECT id FROM orders; CREATE TYPE pair AS (a int, b int);"
        "COMMENT ON COLUMN orders.code IS 'what is printed';",
    ),
    "a label that nothing uses yet": (LANE, "ALTER TYPE lane ADD VALUE 'fast';"),
    "a label of a type that the transaction made": (
        "",
        "BEGIN; CREATE TYPE t AS ENUM ('a'); ALTER TYPE t ADD VALUE 'b'; SELECT 'b'::t; COMMIT;",
    ),
    "a column that nothing depends on is renamed within the batch": (
        "",
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); ALTER TABLE t RENAME a TO b;",
    ),
    "two indexes of which one name holds the other": (
        "CREATE TABLE t (id bigint PRIMARY KEY, id_user bigint);",
        "CREATE INDEX CONCURRENTLY t_id_user ON t (id_user);",
    ),
    "indexes that sort otherwise, or have another operator class": (
        "CREATE TABLE t (id bigint PRIMARY KEY, a text, b text); CREATE INDEX ON t (a, b);",
        "CREATE INDEX CONCURRENTLY t_pattern ON t (a text_pattern_ops); CREATE INDEX CONCURRENTLY t_mixed ON t (a, b DESC);",
    ),
    "a transaction around what is to be in one": ("", "BEGIN; CREATE TABLE t (id bigint PRIMARY KEY); COMMIT;"),
    "a foreign key whose table is named by another schema's path": (
        "CREATE SCHEMA s; CREATE TABLE s.crews (id bigint PRIMARY KEY);",
        "SET search_path = s; CREATE TABLE duty (id bigint PRIMARY KEY, c bigint NOT NULL REFERENCES crews); CREATE INDEX ON duty (c);",
    ),
}

MISSED = {
    "int to bigint writes the table": (ORDERS, "ALTER TABLE orders ALTER number TYPE bigint;", "table-rewrite"),
    "char to text writes the table": (ORDERS, "ALTER TABLE orders ALTER fixed TYPE text;", "table-rewrite"),
    "int to text writes the table": (ORDERS, "ALTER TABLE orders ALTER unit TYPE text;", "table-rewrite"),
    "the scale of a numeric": (ORDERS, "ALTER TABLE orders ALTER paid TYPE numeric(12, 4);", "table-rewrite"),
    "timestamp to timestamptz where the zone is not UTC": (
        ORDERS,
        "SET TimeZone = 'Europe/Vienna'; ALTER TABLE orders ALTER placed TYPE timestamptz;",
        "table-rewrite",
    ),
    "a USING that is more than a cast": (
        ORDERS,
        "ALTER TABLE orders ALTER code TYPE text USING lower(code);",
        "table-rewrite",
    ),
    "a CHECK that is not validated spares nothing": (
        ORDERS + "ALTER TABLE orders ADD CONSTRAINT c CHECK (region IS NOT NULL) NOT VALID;",
        "ALTER TABLE orders ALTER region SET NOT NULL;",
        "blocking-not-null-scan",
    ),
    "a CHECK of another kind spares nothing": (
        ORDERS + "ALTER TABLE orders ADD CONSTRAINT c CHECK (region <> '');",
        "ALTER TABLE orders ALTER region SET NOT NULL;",
        "blocking-not-null-scan",
    ),
    "a volatile function of one's own": (
        ORDERS + "CREATE FUNCTION pick() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';",
        "ALTER TABLE orders ADD COLUMN p int DEFAULT pick();",
        "table-rewrite",
    ),
    "a domain with a constraint": (
        ORDERS + "CREATE DOMAIN positive AS int CHECK (VALUE > 0);",
        "ALTER TABLE orders ADD COLUMN p positive DEFAULT 1;",
        "table-rewrite",
    ),
    "an index that begins with another column": (
        "CREATE TABLE crews (id bigint PRIMARY KEY);" + ORDERS + "CREATE INDEX ON orders (region, customer);",
        "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES crews NOT VALID;",
        "unindexed-foreign-key",
    ),
    "an index on a part of the rows": (
        "CREATE TABLE crews (id bigint PRIMARY KEY);" + ORDERS + "CREATE INDEX ON orders (customer) WHERE flag;",
        "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES crews NOT VALID;",
        "unindexed-foreign-key",
    ),
    "CONCURRENTLY on a partitioned table": (CITIES, "CREATE INDEX CONCURRENTLY i ON cities (at);", "refused"),
    "DETACH CONCURRENTLY beside a default partition": (
        CITIES + "CREATE TABLE c1 PARTITION OF cities FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');"
        "CREATE TABLE c0 PARTITION OF cities DEFAULT;",
        "ALTER TABLE cities DETACH PARTITION c1 CONCURRENTLY;",
        "refused",
    ),
    "REFRESH CONCURRENTLY without a unique index": (
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m;",
        "refresh-concurrently-without-unique-index",
    ),
    "DROP INDEX CONCURRENTLY of several": (
        ORDERS + "CREATE INDEX a ON orders (n); CREATE INDEX b ON orders (unit);",
        "DROP INDEX CONCURRENTLY a, b;",
        "refused",
    ),
    "a table that only the history has made": (ORDERS, "CREATE INDEX ON orders (region);", "blocking-index-build"),
    "a new label in a default, in the same transaction": (
        LANE + "CREATE TABLE t (id bigint PRIMARY KEY, l lane);",
        "BEGIN; ALTER TYPE lane ADD VALUE 'fast'; ALTER TABLE t ALTER l SET DEFAULT 'fast'; COMMIT;",
        "enum-value-used-before-commit",
    ),
    "a new label in a query, in the same transaction": (
        LANE,
        "BEGIN; ALTER TYPE lane ADD VALUE 'fast'; SELECT 'fast'::lane; COMMIT;",
        "enum-value-used-before-commit",
    ),
    "a column under a view": (
        ORDERS + "CREATE VIEW v AS SELECT code FROM orders;",
        "ALTER TABLE orders DROP COLUMN code;",
        "drop-blocked-by-dependents",
    ),
    "a type that cannot be cast": (ORDERS, "ALTER TABLE orders ALTER region TYPE date;", "refused"),
    "all that is missing, not only the first": (
        ORDERS,
        "ALTER TABLE nowhere ADD COLUMN a int; ALTER TABLE orders ALTER nothing TYPE text;",
        "unknown-column",
    ),
    "a label of a type of the same transaction, before 17": (
        LANE,
        "BEGIN; ALTER TYPE lane ADD VALUE 'fast'; INSERT INTO pg_temp.x VALUES ('fast'); SELECT 'fast'::lane; COMMIT;",
        "enum-value-used-before-commit",
    ),
    "a unique index beside one that is not": (
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE UNIQUE INDEX t_a_key ON t (a);",
        "CREATE INDEX CONCURRENTLY t_a ON t (a);",
        "redundant-index",
    ),
    "a table that row level security leaves closed": (
        ORDERS,
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;",
        "rls-without-policy",
    ),
    "an identity that is always generated": (
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
        "INSERT INTO t (id) VALUES (1);",
        "refused",
    ),
    "a view that loses a column": (
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a, b FROM t;",
        "CREATE OR REPLACE VIEW v AS SELECT a FROM t;",
        "refused",
    ),
    "a function that returns something else": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 'a'$$;",
        "refused",
    ),
    "a constraint over an index on a part of the rows": (
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE UNIQUE INDEX i ON t (a) WHERE a > 0;",
        "ALTER TABLE t ADD UNIQUE USING INDEX i;",
        "refused",
    ),
}

OLDER = {
    "a foreign key of a partitioned table that is not validated": (
        "CREATE TABLE crews (id bigint PRIMARY KEY);" + CITIES,
        "ALTER TABLE cities ADD FOREIGN KEY (id) REFERENCES crews NOT VALID;",
        15,
    ),
    "a label of a type that the transaction made": (
        "",
        "BEGIN; CREATE TYPE t AS ENUM ('a'); ALTER TYPE t ADD VALUE 'b'; SELECT 'b'::t; COMMIT;",
        15,
    ),
    "syntax of a later major": (ORDERS, "ALTER TABLE orders ADD CHECK (n > 0) NOT ENFORCED;", 17),
    "MERGE before 15": (ORDERS, "MERGE INTO orders o USING orders p ON o.id = p.id WHEN MATCHED THEN DELETE;", 14),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_harmless_is_left_alone(name: str) -> None:
    catalog, sql = FALSE[name]
    found = [(d.rule, d.message) for d in check(catalog, sql) if d.severity != "info"]
    assert found == []


@pytest.mark.parametrize("name", MISSED)
def test_what_words_do_not_show_is_found(name: str) -> None:
    catalog, sql, wanted = MISSED[name]
    found = check(catalog, sql)
    assert wanted in {d.rule for d in found}, [(d.rule, d.message) for d in found]


@pytest.mark.parametrize("name", OLDER)
def test_what_an_older_major_refuses_is_found(name: str) -> None:
    catalog, sql, version = OLDER[name]
    assert any(d.severity == "error" and d.sqlstate for d in check(catalog, sql, version))
    assert not any(d.severity == "error" for d in check(catalog, sql, 18))
