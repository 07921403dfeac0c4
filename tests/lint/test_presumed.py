"""What is said about tables that an open catalog does not hold."""

from __future__ import annotations

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.lint.context import Statement
from schemalint.lint.engine import Engine
from schemalint.lint.files import File
from schemalint.simulator import Simulator
from schemalint.simulator.effects import IndexBuilt, Locked, Rewritten, Scanned
from schemalint.source import Source


def judged(sql: str, *, closed: bool = False) -> list[Statement]:
    engine = Engine(Simulator(catalog=Catalog(load(18), closed=closed)), ())
    return list(engine.judged(File(Source("a.sql", sql))))


def words(statement: Statement) -> set[str]:
    names = {Scanned: "scan", Rewritten: "rewrite", IndexBuilt: "build"}
    return {names[type(e)] for e in statement.presumed if type(e) in names}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE INDEX ON t (a)", {"build"}),
        ("ALTER TABLE t ADD CHECK (a > 0)", {"scan"}),
        ("ALTER TABLE t ADD CHECK (a > 0) NOT VALID", set()),
        ("ALTER TABLE t ADD UNIQUE (a)", {"build"}),
        ("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i", set()),
        ("ALTER TABLE t ALTER a SET NOT NULL", {"scan"}),
        ("ALTER TABLE t ADD COLUMN b int DEFAULT 1", set()),
        ("ALTER TABLE t ADD COLUMN b timestamptz DEFAULT now()", set()),
        ("ALTER TABLE t ADD COLUMN b float DEFAULT random()", {"rewrite"}),
        ("ALTER TABLE t ADD COLUMN b serial", {"rewrite"}),
        ("ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a) STORED", {"rewrite"}),
        ("ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a) VIRTUAL", set()),
        ("ALTER TABLE t ALTER a TYPE bigint", {"rewrite"}),
        ("ALTER TABLE t ALTER a TYPE text", set()),
        ("VACUUM FULL t", {"rewrite"}),
        ("COMMENT ON TABLE t IS 'x'", set()),
    ],
)
def test_what_a_statement_does_to_a_table_that_is_presumed(sql: str, expected: set[str]) -> None:
    assert words(judged(sql)[0]) == expected


def test_a_checked_condition_proves_that_a_column_is_not_null() -> None:
    added = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL AND b > 0) NOT VALID;"
    assert words(judged(f"{added} ALTER TABLE t ALTER a SET NOT NULL;")[-1]) == {"scan"}
    checked = f"{added} ALTER TABLE t VALIDATE CONSTRAINT c;"
    assert words(judged(f"{checked} ALTER TABLE t ALTER a SET NOT NULL;")[-1]) == set()
    assert words(judged(f"{checked} ALTER TABLE t ALTER b SET NOT NULL;")[-1]) == {"scan"}


def test_both_tables_of_a_foreign_key_are_locked() -> None:
    held = [e for e in judged("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u")[0].presumed if isinstance(e, Locked)]
    assert len({e.relation for e in held}) == 2 and {e.mode for e in held} == {6}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a int); CREATE INDEX ON t (a);",
        "CREATE TABLE t AS SELECT * FROM u; CREATE INDEX ON t (a);",
        "CREATE TABLE t (a unknown_type); CREATE INDEX ON t (a);",
        "DROP TABLE t; CREATE TABLE t (a unknown_type); CREATE INDEX ON t (a);",
    ],
)
def test_what_the_batch_makes_is_not_presumed(sql: str) -> None:
    assert judged(sql)[-1].presumed == ()


def test_nothing_is_presumed_where_the_catalog_is_all_that_exists() -> None:
    assert judged("CREATE INDEX ON t (a)", closed=True)[0].presumed == ()
