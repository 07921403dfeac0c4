"""A foreign key over several columns is not checked when one of them is NULL."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt


@rule(
    on=Created,
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=("pg-index-health:FOREIGN_KEYS_WITH_NULL_VALUES",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    key = created.object
    if not isinstance(key, model.Constraint) or key.type != "f" or key.fmatchtype != "s" or key.parentid:
        return
    table = ctx.relation(key.relid)
    if table is None or len(key.key) < 2:
        return
    nullable = [number for number in key.key if not table.columns[number - 1].notnull]
    tied = any(c.type == "c" and len(set(c.key) & set(nullable)) > 1 for c in ctx.constraints(table.oid))
    if len(nullable) < 2 or tied:
        return
    names = listed(ctx.column_names(table, tuple(nullable)))
    yield Finding(
        f"a row where only some of {names} are NULL refers to nothing, and passes",
        at=ctx.locate(ctx.node, table.columns[nullable[0] - 1].name) or ctx.node,
        help="add MATCH FULL, so that all of them are NULL or none, or make all but one NOT NULL",
        notes=("with MATCH SIMPLE, the default, one NULL switches the check off for the row",),
    )
