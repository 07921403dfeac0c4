"""IF NOT EXISTS passes over an object that is there already, and is another."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Label, Skipped, rule
from schemalint.lint.trees import columns_of
from schemalint.lint.wording import listed
from schemalint.syntax import nodes


@rule(on=Skipped, severity="warning", category="robustness")
def check(skipped: Skipped, ctx: Context) -> Iterator[Finding]:
    if not skipped.exists:
        return
    if isinstance(ctx.node, nodes.CreateStmt):
        relation = ctx.find(ctx.node.relation)
        if relation is not None:
            yield from _table(ctx.node, relation, ctx)
    elif isinstance(ctx.node, nodes.AlterTableStmt):
        yield from _column(skipped, ctx.node, ctx)


def _table(stmt: nodes.CreateStmt, relation: model.Relation, ctx: Context) -> Iterator[Finding]:
    name = ctx.shown(relation)
    if relation.kind not in "rp":
        yield Finding(f"{name} is no table, so nothing is created", at=stmt.relation, help="choose another name")
        return
    has = {c.name: c for c in relation.columns if not c.dropped}
    written = {c.colname: c for c in columns_of(stmt) if c.colname is not None}
    missing = [column for column in written if column not in has]
    other = [
        f"{column} is {ctx.type_name(has[column].type, has[column].typmod)}"
        for column, definition in written.items()
        if column in has and definition.typeName is not None and _differs(definition.typeName, has[column], ctx)
    ]
    if not missing and not other:
        return
    differences = [f"has no column {listed(missing)}"] if missing else []
    if other:
        differences.append(f"{listed(other)} there")
    yield Finding(
        f"{name} exists already, so nothing is created: it {', and '.join(differences)}"
        if missing
        else f"{name} exists already, so nothing is created: {differences[0]}",
        at=stmt.relation,
        labels=(Label(f"has {', '.join(has)}", fact=f"table {name}"),),
        help="choose another name, or change the existing table with ALTER TABLE",
    )


def _differs(written: nodes.TypeName, column: model.Attribute, ctx: Context) -> bool:
    if written.names[-1] in ("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"):
        return False
    found = ctx.type_named(written)
    return found is not None and found != column.type


def _column(skipped: Skipped, stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    relation = ctx.find(stmt.relation)
    for definition in columns_of(stmt):
        column = None if relation is None else ctx.column(relation, definition.colname or "")
        if column is None or relation is None or column.name != skipped.name or definition.typeName is None:
            continue
        if _differs(definition.typeName, column, ctx):
            type_name = ctx.type_name(column.type, column.typmod)
            yield Finding(
                f"{ctx.shown(relation)}.{column.name} exists already as {type_name}, so nothing is added",
                at=definition.typeName,
                help="change its type with ALTER COLUMN ... TYPE, or choose another name",
            )
