"""ALTER TABLE asks for what is so already."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes

_ROW_SECURITY = {
    "AT_EnableRowSecurity": ("rowsecurity", True, "row level security is on already"),
    "AT_DisableRowSecurity": ("rowsecurity", False, "row level security is off already"),
    "AT_ForceRowSecurity": ("forcerowsecurity", True, "row level security is forced already"),
    "AT_NoForceRowSecurity": ("forcerowsecurity", False, "row level security is not forced already"),
}


@rule(
    on=nodes.AlterTableStmt,
    severity="info",
    category="correctness",
    covers=("pgroll:ColumnIsNotNullable/IsNullable", "pgroll:AlterColumnNoChanges"),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.existing(stmt.relation)
    after = None if table is None else ctx.relation(table.oid)
    if table is None or after is None or table.oid < 0 or not ctx.statement.outcome.accepted:
        return
    for cmd in stmt.cmds:
        said = _nothing(cmd, table, after, ctx)
        if said is not None:
            yield Finding(
                f"this changes nothing, since {said}",
                at=cmd,
                help="leave it out: it waits for ACCESS EXCLUSIVE all the same",
            )


def _nothing(cmd: nodes.AlterTableCmd, table: model.Relation, after: model.Relation, ctx: Context) -> str | None:
    """Why an action changes nothing."""
    if cmd.subtype in _ROW_SECURITY:
        field, wanted, said = _ROW_SECURITY[cmd.subtype]
        return f"{said} for {ctx.shown(table)}" if getattr(table, field) is wanted else None
    old = None if cmd.name is None else ctx.column(table, cmd.name)
    new = None if cmd.name is None else ctx.column(after, cmd.name)
    if old is None or new is None:
        return None
    if cmd.subtype == "AT_SetNotNull" and old.notnull:
        return f"{old.name} is NOT NULL already"
    if cmd.subtype == "AT_DropNotNull" and not old.notnull:
        return f"{old.name} may be NULL already"
    if cmd.subtype == "AT_AlterColumnType" and isinstance(cmd.def_, nodes.ColumnDef) and cmd.def_.raw_default is None:
        same = (old.type, old.typmod, old.collation) == (new.type, new.typmod, new.collation)
        return f"{old.name} is {ctx.type_name(old.type, old.typmod)} already" if same else None
    return None
