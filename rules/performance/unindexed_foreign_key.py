"""The columns of a foreign key have no index, so deleting what they refer to reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.lint.trees import constraints_of, relation_of
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_ACTIONS = {"c": "delete them, too", "n": "set them to NULL", "d": "set them to their default"}


@rule(
    on=Batch,
    severity="warning",
    category="performance",
    covers=(
        "eugene:E15",
        "migrationpilot:MP016",
        "pgfence:fk-missing-index",
        "splinter:0001_unindexed_foreign_keys",
        "pglinter:B003",
        "pg-index-health:FOREIGN_KEYS_WITHOUT_INDEX",
        "schemalint:index-referencing-column",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        if not isinstance(statement.node, (nodes.CreateStmt, nodes.AlterTableStmt)):
            continue
        named = relation_of(statement.node)
        relation = None if named is None else ctx.find(named)
        if relation is None:
            continue
        for constraint, column in constraints_of(statement.node):
            if constraint.contype != "CONSTR_FOREIGN":
                continue
            names = constraint.fk_attrs or ((column.colname,) if column is not None and column.colname else ())
            finding = _finding(constraint, column, names, relation, statement, ctx)
            if finding is not None:
                yield finding


def _finding(
    key: nodes.Constraint,
    column: nodes.ColumnDef | None,
    names: tuple[str, ...],
    relation: model.Relation,
    statement: Statement,
    ctx: Context,
) -> Finding | None:
    columns = [ctx.column(relation, name) for name in names]
    if not columns or None in columns or _indexed({c.num for c in columns if c is not None}, relation, ctx):
        return None
    assert key.pktable is not None
    table, target = ctx.shown(relation), key.pktable.relname
    action = _ACTIONS.get(key.fk_del_action)
    effect = (
        f"deleting from {target} reads all of {table} to {action}"
        if action
        else f"deleting from {target} reads all of {table}"
    )
    listed_columns = ", ".join(map(quote_identifier, names))
    how = "" if ctx.is_new(relation.oid) else " CONCURRENTLY"
    return Finding(
        f"{listed(names)} of {table} has no index: {effect}"
        if len(names) == 1
        else f"no index of {table} begins with {listed(names)}: {effect}",
        at=column if column is not None else key,
        word=names[0],
        help="index the columns of the foreign key",
        fix=Fix("create an index", "show", sql=f"CREATE INDEX{how} ON {table} ({listed_columns});"),
        severity=None if action else "info",  # without an action, only who deletes from the target waits
        statement=statement,
    )


def _indexed(wanted: set[int], relation: model.Relation, ctx: Context) -> bool:
    """Whether the first columns of some index, in any order, are those of the key."""
    for found in ctx.indexes(relation.oid):
        index = found.index
        if index is not None and index.predicate is None and set(index.key[: len(wanted)]) == wanted:
            return True
        if index is not None and index.predicate is not None and _only_not_null(index, relation, wanted, ctx):
            return True
    return False


def _only_not_null(index: model.IndexInfo, relation: model.Relation, wanted: set[int], ctx: Context) -> bool:
    """A partial index on `column IS NOT NULL` serves a foreign key: NULLs refer to nothing."""
    if len(wanted) != 1 or index.predicate is None or index.key[:1] != tuple(wanted):
        return False
    name = relation.columns[next(iter(wanted)) - 1].name
    text = index.predicate.text.strip("() \n").lower().replace('"', "")
    return text == f"{name.lower()} is not null"
