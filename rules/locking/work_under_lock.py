"""Rows are read or changed while the transaction keeps others from a table that it altered before."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.locks import earlier_in_transaction, held_locks, shared_table
from schemalint.lint.rule import Context, Finding, Label, Scanned, rule
from schemalint.lint.trees import string_of
from schemalint.lint.wording import listed
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, LOCK_MODES, SHARE_ROW_EXCLUSIVE
from schemalint.syntax import nodes

Change = nodes.UpdateStmt | nodes.DeleteStmt | nodes.InsertStmt


@rule(
    on=(Scanned, nodes.UpdateStmt, nodes.DeleteStmt, nodes.InsertStmt),
    severity="warning",
    category="locking",
    covers=(
        "squawk:constraint-missing-not-valid",
        "eugene:E4",
        "strong_migrations:validate_check_constraint",
        "strong_migrations:validate_foreign_key",
        "migrationpilot:MP008",
        "migrationpilot:MP080",
        "bytebase:BUILTIN_PRIOR_BACKUP_CHECK",
        "pgfence:not-valid-validate-same-tx",
        "pgfence:statement-after-access-exclusive",
        "pgls:requireSeparateConstraintValidation",
        "pgls:runningStatementWhileHoldingAccessExclusive",
        "django-migration-linter:CREATE_INDEX_EXCLUSIVE",
    ),
)
def check(work: Scanned | Change, ctx: Context) -> Iterator[Finding]:
    held = held_locks(ctx, SHARE_ROW_EXCLUSIVE)
    if not held or not _works(ctx.statement, ctx):
        return
    since = min((statement for _, statement in held.values()), key=lambda s: s.start)
    if any(_works(s, ctx) for s in earlier_in_transaction(ctx) if s.start > since.start):
        return  # once in a transaction
    strongest = max(mode for mode, _ in held.values())
    others = "read or write" if strongest == ACCESS_EXCLUSIVE else "write to"
    tables = listed([ctx.table(oid) for oid in held], last="or", most=3)
    validates = isinstance(work, Scanned)
    yield Finding(
        f"nobody can {others} {tables} until this has gone through its rows and the transaction ends",
        at=ctx.statement.keyword,
        labels=(
            Label(
                f"locked in {LOCK_MODES[strongest]} since here", since.source, since.keyword.start, since.keyword.end
            ),
        ),
        help="validate the constraint in a transaction of its own, after the one that adds it"
        if validates
        else "commit before, and change the rows in a transaction of its own, in batches",
        relation=work.relation if isinstance(work, Scanned) else None,
        work="scan" if validates else None,
    )


def _works(statement: Statement, ctx: Context) -> bool:
    """Whether a statement goes through rows of a table that others use, under a lock of its own that would let them work."""
    node = statement.node
    if isinstance(node, nodes.AlterTableStmt):
        return any(cmd.subtype == "AT_ValidateConstraint" for cmd in node.cmds) and any(
            isinstance(e, Scanned) and shared_table(ctx, e.relation) is not None for e in statement.effects
        )
    if not isinstance(node, Change) or not statement.outcome.accepted:
        return False
    if isinstance(node, nodes.InsertStmt):
        select = node.selectStmt
        sources = select.fromClause if isinstance(select, nodes.SelectStmt) else ()
        return any(_many_rows(source, ctx) for source in sources)
    return _many_rows(node.relation, ctx) and not _one_row(node.whereClause)


def _many_rows(source: object, ctx: Context) -> bool:
    oid = ctx.presume(source) if isinstance(source, nodes.RangeVar) else None
    if oid is None or shared_table(ctx, oid) is None:
        return False
    rows = ctx.rows(oid)
    return rows is None or rows >= ctx.thresholds.small


def _one_row(condition: object) -> bool:
    """Whether a condition is about one value: `id = 7`."""
    if isinstance(condition, nodes.BoolExpr) and condition.boolop == "AND_EXPR":
        return any(_one_row(arg) for arg in condition.args)
    return (
        isinstance(condition, nodes.A_Expr)
        and condition.kind == "AEXPR_OP"
        and condition.name[-1] == "="
        and isinstance(condition.lexpr, nodes.ColumnRef)
        and (isinstance(condition.rexpr, nodes.A_Const) or string_of(condition.rexpr) is not None)
    )
