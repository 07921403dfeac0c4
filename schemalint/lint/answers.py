"""What a database answers to the questions of preflight.py, as findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from schemalint.diagnostics import Diagnostic, SeverityName, StatementRef, Unchecked
from schemalint.lint.metadata import VIOLATING_ROWS
from schemalint.lint.preflight import MOST, Question

Ask = Callable[[str, str], int | str]
"""From a query and a search_path to a number, or to why there is none."""

_MANY = {"have": "have", "violate": "violate", "refer": "refer"}
_ONE = {"have": "has", "violate": "violates", "refer": "refers"}


def answered(
    asked: Iterable[Question], ask: Ask | None, severity: SeverityName | None = None
) -> tuple[list[Diagnostic], list[Unchecked]]:
    """(findings, what remains open). Without `ask` all does."""
    found: list[Diagnostic] = []
    left: list[Unchecked] = []
    for question in asked:
        why: int | str = "no database is there to ask"
        if question.early:
            why = "an earlier statement may change them"
        elif ask is not None:
            why = ask(question.sql, question.path)
        if isinstance(why, str):
            statement = question.statement
            reason = f"whether rows of {question.table} stand in the way ({why}): {question.sql}"
            left.append(Unchecked(reason, statement.source, statement.start, statement.end))
        elif why > 0:
            found.append(_finding(question, why, severity))
    return found, left


def _finding(question: Question, count: int, severity: SeverityName | None) -> Diagnostic:
    statement = question.statement
    shown = f"more than {MOST:,}" if count > MOST else f"{count:,}"
    said = question.said.format_map(_ONE if count == 1 else _MANY)
    plural = "" if count == 1 else "s"
    message = f"{shown} row{plural} of {question.table} {said}"
    if question.sqlstate == "23505":
        message = (
            f"{shown} value{plural} of {said} {'stands' if count == 1 else 'stand'} in several rows of {question.table}"
        )
    start, end = statement.keyword
    return Diagnostic(
        rule=VIOLATING_ROWS,
        category="correctness",
        severity=severity or "error",
        message=message,
        source=statement.source,
        start=start,
        end=end,
        sqlstate=question.sqlstate,
        help="mend these rows before, in a migration of its own",
        notes=(f"asked of the database: {question.sql}",),
        statement=StatementRef(statement.index, statement.source.line_column(statement.start)[0], statement.kind),
    )
