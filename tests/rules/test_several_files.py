"""Rules that look at what a migration leaves behind: what a later file mends is not reported, what none mends is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.loader import load_rules
from schemalint.simulator import Simulator
from schemalint.source import Source

CATALOG = """
    CREATE SCHEMA billing;
    CREATE TABLE crews (id bigint PRIMARY KEY, unit bigint NOT NULL, UNIQUE (id, unit));
    CREATE TABLE duties (id bigint PRIMARY KEY, crew bigint NOT NULL CONSTRAINT old REFERENCES crews, holder text);
    CREATE INDEX duties_crew_idx ON duties (crew);
    ALTER TABLE duties ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON duties USING (holder = current_user);
"""

NOT_VALID = "ALTER TABLE duties ADD CONSTRAINT positive CHECK (crew > 0) NOT VALID;"
SHIFTS = "CREATE TABLE shifts (id bigint PRIMARY KEY, crew bigint NOT NULL REFERENCES crews ON DELETE CASCADE);"


def found(rule: str, *files: str, rows: float | None = None, version: int = 18) -> list[tuple[str, str]]:
    """(file, severity) of what a rule says about files, numbered from 1, of one run."""
    simulator = Simulator(catalog=Catalog(load(version)))
    assert replay(simulator, File(Source("catalog", CATALOG))) == []
    table = simulator.catalog.find(model.Relation, 2200, "duties")
    assert table is not None
    if rows is not None:
        simulator.catalog.put(replace(table, rows=rows))
    sources = [File(Source(str(number), text)) for number, text in enumerate(files, 1)]
    result = check_files(simulator, [load_rules()[rule]], sources)
    assert result.crashes == ()
    return [(d.source.name, d.severity) for d in result.diagnostics]


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("unvalidated-constraint", NOT_VALID, "ALTER TABLE duties VALIDATE CONSTRAINT positive;"),
        ("unvalidated-constraint", NOT_VALID, "ALTER TABLE duties DROP CONSTRAINT positive;"),
        ("unindexed-foreign-key", SHIFTS, "CREATE INDEX ON shifts (crew);"),
        ("unindexed-foreign-key", SHIFTS, "ALTER TABLE shifts DROP CONSTRAINT shifts_crew_fkey;"),
        (
            "duplicate-foreign-key",
            "ALTER TABLE duties ADD CONSTRAINT new FOREIGN KEY (crew) REFERENCES crews;",
            "ALTER TABLE duties DROP CONSTRAINT old;",
        ),
        (
            "disabled-rls",
            "ALTER TABLE duties DISABLE ROW LEVEL SECURITY;",
            "ALTER TABLE duties ENABLE ROW LEVEL SECURITY;",
        ),
        ("dropped-policy", "DROP POLICY own ON duties;", "CREATE POLICY mine ON duties USING (holder = session_user);"),
        (
            "autovacuum-disabled",
            "ALTER TABLE duties SET (autovacuum_enabled = off);",
            "ALTER TABLE duties RESET (autovacuum_enabled);",
        ),
        (
            "policy-without-rls",
            "CREATE POLICY all_crews ON crews USING (true);",
            "ALTER TABLE crews ENABLE ROW LEVEL SECURITY;",
        ),
        (
            "write-policy-without-read",
            "ALTER TABLE crews ENABLE ROW LEVEL SECURITY; CREATE POLICY change ON crews FOR UPDATE USING (true);",
            "CREATE POLICY see ON crews FOR SELECT USING (true);",
        ),
        (
            "dropped-foreign-key-index",
            "DROP INDEX duties_crew_idx;",
            "CREATE INDEX duties_crew_id_idx ON duties (crew, id);",
        ),
        (
            "stale-statistics",
            "ALTER TABLE crews ALTER COLUMN unit TYPE numeric;",
            "ANALYZE crews;",
        ),
        (
            "api-exposed-rows",
            "CREATE ROLE anon; GRANT USAGE ON SCHEMA public TO anon; GRANT SELECT ON crews TO anon;",
            "ALTER TABLE crews ENABLE ROW LEVEL SECURITY;",
        ),
    ],
)
def test_what_a_later_file_mends_is_silent(rule: str, first: str, second: str) -> None:
    assert [name for name, _ in found(rule, first, "SELECT 1;")] == ["1"]
    assert found(rule, first, second) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("unindexed-foreign-key", "CREATE TEMPORARY TABLE lots (id bigint PRIMARY KEY); CREATE TEMPORARY TABLE bids (lot bigint REFERENCES lots ON DELETE CASCADE);"),
        ("unindexed-foreign-key", "CREATE TABLE bids (crew bigint REFERENCES crews ON DELETE CASCADE NOT ENFORCED);"),
        ("unindexed-foreign-key", "CREATE TABLE bids (crew bigint UNIQUE, unit bigint, FOREIGN KEY (crew, unit) REFERENCES crews (id, unit) ON DELETE CASCADE);"),
        ("unindexed-foreign-key", "CREATE TABLE bids (crew bigint, unit bigint, FOREIGN KEY (crew, unit) REFERENCES crews (id, unit) ON DELETE CASCADE); CREATE INDEX ON bids (unit, crew);"),
        ("unindexed-foreign-key", "CREATE TABLE bids (crew bigint REFERENCES crews ON DELETE CASCADE); CREATE INDEX ON bids USING hash (crew);"),
        ("api-exposed-rows", "CREATE TABLE bids (id bigint PRIMARY KEY);"),
        ("exposed-definer-function", "CREATE FUNCTION f() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS '';"),
        ("extension-in-exposed-schema", "CREATE EXTENSION pg_trgm;"),
        ("restrictive-policy", "CREATE POLICY some_crews ON crews AS RESTRICTIVE USING (id > 0);"),
        ("always-true-policy", "CREATE ROLE boss; CREATE POLICY everything ON duties TO boss USING (true);"),
        ("always-true-policy", "CREATE POLICY everybody ON duties AS RESTRICTIVE USING (true);"),
        ("misquoted-search-path", "CREATE SCHEMA \"a, b\"; SET search_path = 'a, b';"),
        ("misquoted-search-path", "SELECT set_config('search_path', 'billing, public', false);"),
        ("narrow-sequence", "CREATE TABLE bids (id integer GENERATED ALWAYS AS IDENTITY); ALTER TABLE bids ALTER COLUMN id TYPE bigint;"),
        ("narrow-sequence", "CREATE SEQUENCE tens AS integer MAXVALUE 10 OWNED BY duties.id;"),
        ("dropped-foreign-key-index", "CREATE INDEX twice ON duties (crew, id); DROP INDEX duties_crew_idx;"),
        ("insert-without-columns", "CREATE TABLE bids (id bigint); INSERT INTO bids VALUES (1);"),
        ("overbroad-grant", "REVOKE ALL ON duties FROM PUBLIC; GRANT USAGE ON SCHEMA billing TO PUBLIC;"),
        ("revoked-privilege", "CREATE ROLE boss; REVOKE SELECT ON duties FROM boss;"),
        ("btree-on-array", "CREATE TABLE bids (id bigint[] PRIMARY KEY);"),
        ("repeated-index-column", "CREATE INDEX ON duties (holder, holder text_pattern_ops);"),
    ],
)  # fmt: skip
def test_what_does_no_harm_is_silent(rule: str, text: str) -> None:
    assert found(rule, text) == []


def test_another_search_path_by_the_end_hides_no_table_and_shows_no_other() -> None:
    first = "SET search_path = billing; CREATE TABLE crews (id int); ALTER TABLE crews ENABLE ROW LEVEL SECURITY;"
    assert found("policy-without-rls", first + "CREATE POLICY own ON crews USING (true);", "SELECT 1;") == []
    bare = "SET search_path = billing; CREATE TABLE notes (id int); CREATE POLICY own ON notes USING (true);"
    assert found("policy-without-rls", bare, "SELECT 1;") == [("1", "warning")]


@pytest.mark.parametrize(("rows", "severity"), [(None, "warning"), (100.0, "info"), (50_000.0, "warning")])
def test_size_weighs_a_foreign_key(rows: float | None, severity: str) -> None:
    key = "ALTER TABLE duties ADD COLUMN deputy bigint REFERENCES crews ON DELETE CASCADE;"
    assert found("unindexed-foreign-key", key, rows=rows) == [("1", severity)]


def test_public_may_create_in_public_before_15() -> None:
    text = "CREATE FUNCTION f() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS '';"
    assert found("definer-path-of-others", text, version=14) == [("1", "warning")]
    assert found("definer-path-of-others", text, version=15) == []
