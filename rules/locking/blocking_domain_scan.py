"""A new constraint of a domain reads all tables with columns of it while nobody can write to them."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Fix, Scanned, Step, rule
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterDomainStmt,
    severity="warning",
    category="locking",
    covers=(
        "squawk:ban-alter-domain-with-add-constraint",
        "migrationpilot:MP043",
        "pgfence:ban-alter-domain-add-constraint",
    ),
)
def check(stmt: nodes.AlterDomainStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.subtype == "V":
        return  # VALIDATE CONSTRAINT
    tables = [
        table
        for effect in ctx.statement.effects
        if isinstance(effect, Scanned) and (table := shared_table(ctx, effect.relation)) is not None
    ]
    if not tables:
        return
    largest = max(tables, key=lambda table: table.rows or 0)
    constraint = stmt.def_
    adds = stmt.subtype == "C" and isinstance(constraint, nodes.Constraint) and constraint.contype == "CONSTR_CHECK"
    yield Finding(
        f"nobody can write to {listed([ctx.shown(table) for table in tables])} while all rows are checked",
        at=ctx.statement.keyword,
        help="add the constraint NOT VALID, and validate it in a transaction of its own: it holds for new rows at once"
        if adds
        else "add CHECK (VALUE IS NOT NULL) NOT VALID instead, and validate it in a transaction of its own",
        fix=_steps(ctx, stmt, constraint) if adds and isinstance(constraint, nodes.Constraint) else None,
        relation=largest.oid,
        work="scan",
    )


def _steps(ctx: Context, stmt: nodes.AlterDomainStmt, constraint: nodes.Constraint) -> Fix | None:
    if constraint.conname is None or constraint.raw_expr is None:
        return None
    domain = ".".join(map(quote_identifier, stmt.typeName))
    name = quote_identifier(constraint.conname)
    return Fix(
        "check the rows later",
        "show",
        steps=(
            Step(
                1,
                f"ALTER DOMAIN {domain} ADD CONSTRAINT {name} CHECK ({ctx.written(constraint.raw_expr)}) NOT VALID;",
                "a moment: nothing is read",
            ),
            Step(1, f"ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name};", "in a transaction of its own"),
        ),
    )
