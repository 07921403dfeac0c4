"""Changes that are shown in steps: each step is accepted where the page's example was, and none raises what it is to avoid."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from servers import Server

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.lint.engine import replay
from schemalint.lint.examples import Page, read_page, run_example
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules, page_of
from schemalint.lint.rule import Rule
from schemalint.simulator import Simulator
from schemalint.source import Source

RULES = load_rules()


def stepped() -> list[Any]:
    found = []
    for name, rule in RULES.items():
        page = read_page(page_of(rule))
        found += [
            pytest.param(rule, page, example.sql, id=f"{name}-{example.line}")
            for example in page.examples
            if rule.category == "locking" and example.kind == "bad" and page.preset is None
        ]
    return found


@pytest.mark.parametrize("version", [15, 18])
@pytest.mark.parametrize(("rule", "page", "sql"), stepped())
def test_steps_are_accepted_and_raise_nothing(rule: Rule, page: Page, sql: str, version: int) -> None:
    bad = run_example(page, sql, [rule], Simulator(catalog=Catalog(load(version))))
    for finding in bad.diagnostics:
        steps = finding.fix.steps if finding.fix is not None else ()
        written = "\n".join(step.sql for step in steps)
        simulator = Simulator(catalog=Catalog(load(version)))
        assert [p.reason for p in replay(simulator, File(Source("catalog", page.catalog)))] == []
        for outcome in simulator.execute_script(written):
            assert outcome.accepted and not outcome.undecided, outcome
        again = run_example(page, written, RULES.values(), Simulator(catalog=Catalog(load(version))))
        everything = run_example(page, sql, RULES.values(), Simulator(catalog=Catalog(load(version))))
        expected = {d.rule for d in everything.diagnostics} - {rule.name}
        assert [(d.rule, d.message) for d in again.diagnostics if d.rule not in expected] == [], written


def test_some_rules_show_steps() -> None:
    shown = set()
    for rule in RULES.values():
        page = read_page(page_of(rule))
        for example in page.examples:
            if example.kind == "bad" and page.preset is None and rule.category == "locking":
                found = run_example(page, example.sql, [rule], Simulator(catalog=Catalog(load(18)))).diagnostics
                shown |= {d.rule for d in found if d.fix is not None and d.fix.steps}
    assert {"blocking-check-scan", "blocking-not-null-scan", "blocking-constraint-index", "table-rewrite"} <= shown


def test_servers_take_the_steps(server: Server) -> None:
    """Those that are shown for a server's version, on a database with the page's objects."""
    taken = 0
    for rule, page, sql in (parameters.values for parameters in stepped()):
        bad = run_example(page, sql, [rule], Simulator(catalog=Catalog(load(server.major))))
        for finding in bad.diagnostics:
            steps = finding.fix.steps if finding.fix is not None else ()
            if not steps:
                continue
            name = server.create_database()
            try:
                with server.connect(name) as connection:
                    connection.execute(page.catalog.encode())
                    for step in steps:
                        connection.execute(step.sql.encode())
            finally:
                server.drop_database(name)
            taken += 1
    assert taken >= 8


def test_servers_do_not_take_what_is_not_advised(server: Server) -> None:
    """CONCURRENTLY is not advised where the server refuses it."""
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            connection.execute(
                b"CREATE TABLE l (a date NOT NULL) PARTITION BY RANGE (a);"
                b"CREATE TABLE l1 PARTITION OF l FOR VALUES FROM ('2029-01-01') TO ('2030-01-01');"
                b"CREATE TABLE rest PARTITION OF l DEFAULT; CREATE INDEX i ON l (a);"
                b"CREATE TABLE s (r text); CREATE INDEX j ON s (r); CREATE INDEX k ON s (r);"
                b"CREATE MATERIALIZED VIEW m AS SELECT r FROM s"
            )
            for statement, sqlstate in (
                (b"ALTER TABLE l DETACH PARTITION l1 CONCURRENTLY", "55000"),
                (b"CREATE INDEX CONCURRENTLY ON l (a)", "0A000"),
                (b"DROP INDEX CONCURRENTLY i", "0A000"),
                (b"DROP INDEX CONCURRENTLY j, k", "0A000"),
                (b"REFRESH MATERIALIZED VIEW CONCURRENTLY m", "55000"),
            ):
                with pytest.raises(psycopg.Error) as refused:
                    connection.execute(statement)
                assert (statement, refused.value.sqlstate) == (statement, sqlstate)
    finally:
        server.drop_database(name)
