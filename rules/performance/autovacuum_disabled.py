"""Autovacuum is switched off for a table."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt, DefElem, RangeVar, TypeName

_NAME = "autovacuum_enabled"


@rule(
    on=Batch,
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="performance",
    covers=("migrationpilot:MP066",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    off: dict[tuple[str | None, str, str | None], tuple[Statement, RangeVar, DefElem]] = {}
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, CreateStmt) and node.relation.relpersistence != "t":
            options: tuple[DefElem, ...] = node.options
        elif isinstance(node, AlterTableStmt):
            options = tuple(
                option
                for cmd in node.cmds
                if cmd.subtype in ("AT_SetRelOptions", "AT_ResetRelOptions") and isinstance(cmd.def_, tuple)
                for option in cmd.def_
            )
        else:
            continue
        for option in options:
            if option.defname == _NAME:
                name = node.relation
                key = (name.schemaname, name.relname, option.defnamespace)
                off.pop(key, None)
                if _is_off(option.arg):
                    off[key] = (statement, name, option)
    for statement, name, option in off.values():
        relation = ctx.subject_of(statement)
        if relation is not None and (relation.persistence == "t" or relation.oid in ctx.dropped):
            continue
        what = "the TOAST table of " if option.defnamespace == "toast" else ""
        yield Finding(
            f"{what}{name.relname} is no longer vacuumed: it grows with every UPDATE and DELETE, and plans grow stale",
            at=option,
            help="leave it on, and let it run more often or more gently: autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay",
            notes=("when transaction IDs run out the server vacuums it all the same, at the worst time",),
            relation=None if relation is None or ctx.is_new(relation.oid) else relation.oid,
            statement=statement,
        )


def _is_off(arg: object) -> bool:
    """Whether an option's value is false, as the server reads booleans."""
    text = arg.names[-1] if isinstance(arg, TypeName) else str(arg).lower()
    return text in ("false", "off", "no", "0", "f", "n")
