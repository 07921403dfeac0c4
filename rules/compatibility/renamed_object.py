"""A schema, type, enum label, function or sequence is renamed while code that runs uses the old name."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Changed, Context, Finding, Fix, rule
from schemalint.lint.trees import written_name
from schemalint.lint.wording import quoted
from schemalint.syntax import nodes

_SAID = {
    "OBJECT_SCHEMA": ("schema", "whatever names it in a query, a function's body or a search_path fails"),
    "OBJECT_TYPE": ("type", "code that casts to it fails"),
    "OBJECT_DOMAIN": ("domain", "code that casts to it fails"),
    "OBJECT_FUNCTION": ("function", "code that calls it fails"),
    "OBJECT_PROCEDURE": ("procedure", "code that calls it fails"),
    "OBJECT_ROUTINE": ("routine", "code that calls it fails"),
    "OBJECT_AGGREGATE": ("aggregate", "code that calls it fails"),
    "OBJECT_SEQUENCE": ("sequence", "code that names it in nextval() or currval() fails"),
}


@rule(
    on=(nodes.RenameStmt, nodes.AlterEnumStmt),
    severity="warning",
    category="compatibility",
    covers=(
        "strong_migrations:rename_schema",
        "pgfence:rename-schema",
        "strong_migrations:rename_enum_value",
        "migrationpilot:MP060",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
    ),
)
def check(stmt: nodes.RenameStmt | nodes.AlterEnumStmt, ctx: Context) -> Iterator[Finding]:
    if not _was_there(stmt, ctx):
        return
    if isinstance(stmt, nodes.AlterEnumStmt):
        if stmt.oldVal is not None:
            yield _label(stmt, stmt.oldVal)
    elif stmt.renameType in _SAID:
        word, what = _SAID[stmt.renameType]
        yield Finding(
            f"there is no {word} {_old_name(stmt)} from now on, and {what}",
            help="keep the name, or make a second one beside it and drop the old one when no code uses it any more",
        )


def _was_there(stmt: nodes.RenameStmt | nodes.AlterEnumStmt, ctx: Context) -> bool:
    """Whether it is about something that was there before the batch, or that an open catalog does not hold."""
    outcome = ctx.statement.outcome
    if not outcome.accepted:
        return False
    if isinstance(stmt, nodes.RenameStmt) and stmt.relation is not None:
        return ctx.existing(stmt.relation) is not None
    changed = [effect.before for effect in outcome.effects if isinstance(effect, Changed)]
    if changed:
        return any(obj.address not in ctx.made_in_batch for obj in changed)
    name = _old_name(stmt).rpartition(".")[2]
    return bool(outcome.undecided) and not ctx.catalog.closed and not ctx.catalog.is_doubted(name)


def _old_name(stmt: nodes.RenameStmt | nodes.AlterEnumStmt) -> str:
    if isinstance(stmt, nodes.AlterEnumStmt):
        return ".".join(stmt.typeName)
    if stmt.relation is not None:
        return written_name(stmt.relation)
    if stmt.subname is not None:
        return stmt.subname
    names = stmt.object.objname if isinstance(stmt.object, nodes.ObjectWithArgs) else stmt.object
    return ".".join(getattr(names, "names", names))


def _label(stmt: nodes.AlterEnumStmt, old: str) -> Finding:
    name = ".".join(stmt.typeName)
    sql = f"ALTER TYPE {name} ADD VALUE {quoted(stmt.newVal)} AFTER {quoted(old)};"
    return Finding(
        f"there is no label {quoted(old)} of {name} from now on, and code that writes it or compares with it fails",
        at=stmt,
        word=old,
        help="add the new label beside it, and write it into the rows that have the old one when all code knows both",
        fix=Fix("add a label", "show", sql=sql),
    )
