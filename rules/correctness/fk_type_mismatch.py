"""The columns of a foreign key have types that cannot be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Edit, Finding, Fix, Label, Refused, rule
from schemalint.lint.trees import columns_of, constraints_of, relation_of
from schemalint.lint.wording import cased
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_DETAIL = re.compile(
    r'"(?P<own>[^"]+)"(?: of the referencing table)? and "(?P<other>[^"]+)"(?: of the referenced table)? '
    r"are of incompatible types: (?P<own_type>.+) and (?P<other_type>.+)\.$"
)


@rule(
    on=Refused,
    severity="error",
    category="correctness",
    fixable=True,
    covers=(
        "bytebase:WALK_THROUGH: TableHasFK",
        "bytebase:SDL: ForeignKeyTable/ColumnNotFound",
        "pgroll:ColumnReference",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _DETAIL.search(refused.detail or "") if refused.sqlstate == "42804" else None
    if found is None or "foreign key constraint" not in refused.message:
        return
    own, other, own_type, other_type = found.group("own", "other", "own_type", "other_type")
    key = _key(refused, ctx, own)
    if key is None or key[0].pktable is None:
        return
    constraint, column = key
    assert constraint.pktable is not None
    target = ctx.find(constraint.pktable)
    target_name = constraint.pktable.relname if target is None else ctx.shown(target)
    definition = column or next((c for c in columns_of(ctx.node) if c.colname == own), None)
    labels: tuple[Label, ...] = () if target is None else (ctx.label_column(target, other, f"is {other_type}"),)
    message = f"{own} is {own_type}, but {target_name}.{other} is {other_type}"
    if definition is not None and definition.typeName is not None:
        at = definition.typeName
        text = cased(other_type, ctx.statement.source.text[at.start : at.end])
        yield Finding(
            message,
            at=at,
            labels=labels,
            help=f"make {own} {other_type}, as the column that it refers to",
            fix=Fix(f"make {own} {text}", "review", (Edit(at.start, at.end, text),)),
        )
        return
    table = relation_of(ctx.node)
    relation = None if table is None else ctx.find(table)
    yield Finding(
        message,
        at=ctx.locate(constraint, own) or constraint,
        labels=labels if relation is None else (*labels, ctx.label_column(relation, own, f"is {own_type}")),
        help=f"make {own} {other_type} first, as the column that it refers to",
        fix=None if relation is None else _change_type(relation, own, other_type, ctx),
    )


def _key(refused: Refused, ctx: Context, own: str) -> tuple[nodes.Constraint, nodes.ColumnDef | None] | None:
    """The foreign key on this column, and the column where it is written at one."""
    keys = [
        (constraint, column)
        for constraint, column in constraints_of(ctx.node)
        if constraint.contype == "CONSTR_FOREIGN"
        and (own in constraint.fk_attrs or (column is not None and column.colname == own))
    ]
    inside = [k for k in keys if k[0].start <= refused.start and refused.end <= k[0].end]
    return next(iter(inside or keys), None)


def _change_type(relation: model.Relation, column: str, type_name: str, ctx: Context) -> Fix:
    name = quote_identifier(column)
    sql = f"ALTER TABLE {ctx.shown(relation)} ALTER COLUMN {name} TYPE {type_name} USING {name}::{type_name};"
    return Fix(f"change the type of {column} before the foreign key is added", "show", sql=sql)
