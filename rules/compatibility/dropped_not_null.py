"""A column may be NULL from now on, which code that reads it does not expect."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Dropped, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=Batch,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="compatibility",
    covers=("squawk:ban-drop-not-null", "migrationpilot:MP029", "pgfence:drop-not-null", "pgls:banDropNotNull"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        stmt = statement.node
        if not isinstance(stmt, nodes.AlterTableStmt) or not statement.outcome.accepted:
            continue
        table = ctx.existing(stmt.relation, statement)
        if table is None or table.kind not in "rp":
            continue
        for cmd, name in _columns(stmt, statement, table):
            column = ctx.column(table, name)
            last = ctx.last(table.oid) if table.oid > 0 else None
            now = None if last is None else ctx.column(last, name)
            if (column is None or not column.notnull) and table.oid > 0:
                continue
            if ctx.is_new_column(table, name) or (last is not None and (now is None or now.notnull)):
                continue  # it goes, or gets its NOT NULL back
            yield Finding(
                f"{ctx.shown(table)}.{name} may be NULL from now on, which code that reads it does not expect",
                at=cmd,
                word=name if cmd.name == name else None,
                help="release code that can read NULL first; SET NOT NULL later needs every row to have a value again",
                statement=statement,
            )


def _columns(
    stmt: nodes.AlterTableStmt, statement: Statement, table: model.Relation
) -> Iterator[tuple[nodes.AlterTableCmd, str]]:
    """(action, column) where NOT NULL is taken away, by the column's or the constraint's name."""
    constraints = {
        e.object.name: e.object
        for e in statement.outcome.effects
        if isinstance(e, Dropped) and isinstance(e.object, model.Constraint) and e.object.type == "n"
    }
    for cmd in stmt.cmds:
        if cmd.name is None:
            continue
        if cmd.subtype == "AT_DropNotNull":
            yield cmd, cmd.name
        elif cmd.subtype == "AT_DropConstraint" and cmd.name in constraints:
            yield cmd, table.columns[constraints[cmd.name].key[0] - 1].name
