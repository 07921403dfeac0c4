"""A foreign key's action writes NULL into a column that must not be NULL."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Finding, rule
from schemalint.lint.trees import constraints_of
from schemalint.lint.wording import listed
from schemalint.syntax import nodes


@rule(
    on=Created,
    kinds=(nodes.CreateStmt, nodes.AlterTableStmt),
    severity="warning",
    category="correctness",
    covers=("pgroll:InvalidOnDeleteSetting/SetColumn",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    key = created.object
    if not isinstance(key, model.Constraint) or key.type != "f" or key.parentid:
        return
    table = ctx.get(model.Relation, key.relid)
    if table is None:
        return
    for event, action, numbers in (
        ("deleted from", key.fdeltype, key.fdelsetcols or key.key),
        ("updated in", key.fupdtype, key.key),
    ):
        columns = [table.columns[n - 1] for n in numbers]
        bad = [c.name for c in columns if c.notnull and (action == "n" or (action == "d" and c.default is None))]
        if action not in "nd" or not bad:
            continue
        yield Finding(
            f"a row {event} {ctx.table(key.frelid)} sets {listed(bad)} to NULL, which it must not be: it always fails",
            at=_place(key, table, ctx),
            help=f"{'give it a default' if action == 'd' else 'let it be NULL'}, or use CASCADE, RESTRICT or NO ACTION",
            notes=(f"as long as a row of {ctx.shown(table)} refers to it: 23502, null value in column",),
        )


def _place(key: model.Constraint, table: model.Relation, ctx: Context) -> object:
    """The clause that makes the foreign key."""
    names = set(ctx.column_names(table, key.key))
    for constraint, column in constraints_of(ctx.node):
        if constraint.contype == "CONSTR_FOREIGN":
            written = {column.colname} if column is not None else set(constraint.fk_attrs)
            if written == names:
                return constraint
    return None
