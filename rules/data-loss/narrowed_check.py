"""A CHECK is replaced by one that allows less, which rows that exist may not meet."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Label, rule
from schemalint.lint.trees import constraints_of
from schemalint.lint.values import allowed_values, parse_expression
from schemalint.lint.wording import listed, quoted
from schemalint.syntax.nodes import AlterTableStmt, Constraint


@rule(on=AlterTableStmt, severity="warning", category="data-loss")
def check(stmt: AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    relation = ctx.find(stmt.relation)
    if relation is None or not ctx.may_have_rows(relation.oid):
        return
    for constraint, _ in constraints_of(stmt):
        new = allowed_values(constraint.raw_expr) if constraint.contype == "CONSTR_CHECK" else None
        if new is None:
            continue
        for old in _dropped_checks(relation, ctx):
            before = _allowed(old, ctx)
            lost = before[1] - new[1] if before is not None and before[0] == new[0] else frozenset()
            if lost:
                yield _finding(constraint, old, new[0], sorted(lost), ctx)
                break


def _dropped_checks(relation: model.Relation, ctx: Context) -> list[model.Constraint]:
    """CHECKs of the relation that this batch has taken away, the last one first."""
    return [
        before
        for statement in reversed(ctx.statements)
        for address, before in statement.before.items()
        if isinstance(before, model.Constraint)
        and before.type == "c"
        and before.relid == relation.oid
        and ctx.catalog.at(address) is None
    ]


def _allowed(old: model.Constraint, ctx: Context) -> tuple[str, frozenset[str]] | None:
    return None if old.expr is None else allowed_values(parse_expression(old.expr.text, ctx.version))


def _finding(constraint: Constraint, old: model.Constraint, column: str, lost: list[str], ctx: Context) -> Finding:
    values = listed([quoted(value) for value in lost])
    table = ctx.table(old.relid)
    condition = ", ".join(quoted(value) for value in lost)
    return Finding(
        f"{values} was allowed in {table}.{column} until now: rows that have it make this fail",
        at=constraint.raw_expr or constraint,
        labels=(Label(f"allowed {values}", fact=f"constraint {old.name}"),),
        help=f"change these rows first: UPDATE {table} SET {column} = ... WHERE {column} IN ({condition})",
        notes=("a row that is left fails with 23514, here where the rows are checked or at its next update",),
    )
