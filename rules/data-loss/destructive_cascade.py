"""CASCADE takes objects along that the statement does not name."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress
from schemalint.lint.drops import named_drops
from schemalint.lint.rule import Changed, Context, Dropped, Finding, Label, rule
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(
    on=(nodes.DropStmt, nodes.AlterTableStmt),
    severity="warning",
    category="data-loss",
    covers=(
        "migrationpilot:MP022",
        "pgfence:drop-schema-cascade",
        "safe-migrate:drop-schema-cascade",
        "safe-migrate:destructive-general-cascade",
        "safe-migrate:destructive-cascade",
        "bytebase:STATEMENT_DISALLOW_RM_TBL_CASCADE",
    ),
)
def check(stmt: Node, ctx: Context) -> Iterator[Finding]:
    if not ctx.statement.outcome.accepted or not _cascades(stmt):
        return
    victims = _victims(ctx)
    if not victims and not (ctx.statement.outcome.undecided and _named_is_presumed(stmt, ctx)):
        return
    yield Finding(
        "CASCADE drops all that needs this, and what that is cannot be told without a catalog"
        if not victims
        else f"CASCADE drops {victims[0]}, too"
        if len(victims) == 1
        else f"CASCADE drops {len(victims)} objects that this does not name",
        at=_keyword(ctx),
        labels=tuple(Label("needs what is dropped" if len(victims) == 1 else "dropped, too", fact=v) for v in victims),
        help="drop what is to go by name; without CASCADE the server refuses as long as something is left",
    )


def _cascades(stmt: Node) -> bool:
    if isinstance(stmt, nodes.DropStmt):
        return stmt.behavior == "DROP_CASCADE"
    return isinstance(stmt, nodes.AlterTableStmt) and any(
        cmd.behavior == "DROP_CASCADE" and cmd.subtype in ("AT_DropColumn", "AT_DropConstraint") for cmd in stmt.cmds
    )


def _named_is_presumed(stmt: Node, ctx: Context) -> bool:
    """Whether it names something that an open catalog does not hold, so that the victims are not known."""
    if isinstance(stmt, nodes.AlterTableStmt):
        table = ctx.existing(stmt.relation)
        return table is not None and table.oid < 0
    if isinstance(stmt, nodes.DropStmt) and stmt.removeType == "OBJECT_VIEW":  # which no rule about lost rows looks at
        return not ctx.catalog.closed and not any(ctx.catalog.is_doubted(written[-1]) for written in stmt.objects)
    return any(drop.object is None for drop in named_drops(ctx.statement, ctx))


def _keyword(ctx: Context) -> object:
    return ctx.locate(ctx.node, "cascade")


def _victims(ctx: Context) -> list[str]:
    """What goes by CASCADE, in the server's words; parts of what goes anyway are left out."""
    gone = {e.object.oid for e in ctx.statement.outcome.effects if isinstance(e, Dropped) and e.column is None}
    victims = []
    for effect in ctx.statement.outcome.effects:
        if isinstance(effect, Dropped) and effect.cascade:
            if effect.column is not None:
                victims.append(f"column {effect.column} of table {effect.object.name}")
            else:
                victims.append(_described(effect.object, ctx))
        elif (
            isinstance(effect, Changed) and isinstance(effect.before, model.Relation) and effect.before.oid not in gone
        ):
            victims.extend(_lost_defaults(effect, ctx))
    return victims


def _lost_defaults(changed: Changed, ctx: Context) -> Iterator[str]:
    before, after = changed.before, changed.after
    assert isinstance(before, model.Relation) and isinstance(after, model.Relation)
    for old, new in zip(before.columns, after.columns, strict=False):
        if old.default is not None and new.default is None and not new.dropped:
            yield f"default value for column {old.name} of table {ctx.shown(after)}"


def _described(obj: CatalogObject, ctx: Context) -> str:
    if isinstance(obj, model.Relation):
        return ctx.describe_relation(obj)
    relation = ctx.relation(getattr(obj, "relid", 0))
    if isinstance(obj, (model.Constraint, model.Trigger, model.Policy)) and relation is not None:
        word = {"pg_constraint": "constraint", "pg_trigger": "trigger", "pg_policy": "policy"}[obj.CLASS]
        return f"{word} {obj.name} on table {ctx.shown(relation)}"
    if isinstance(obj, model.Proc):
        return f"function {obj.name}()"
    return f"{ObjectAddress(obj.CLASS, obj.oid).classid.removeprefix('pg_')} {obj.name}"
