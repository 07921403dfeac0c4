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

_EQUALITY = (403, 405, 783, 4000)
"""Access methods that find equal values: btree, hash, and gist and spgist where they have operators for it."""


@rule(
    on=Batch,
    kinds=(nodes.CreateStmt, nodes.AlterTableStmt),
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
        assert named is not None
        relation = ctx.subject_of(statement)
        for constraint, column in constraints_of(statement.node):
            if constraint.contype != "CONSTR_FOREIGN":
                continue
            names = constraint.fk_attrs or ((column.colname,) if column is not None and column.colname else ())
            if relation is None:
                missing = column is not None and not _indexed_in_batch(named, names, batch)
            else:
                missing = _missing(names, relation, statement, ctx)
            if missing and names:
                table = named.relname if relation is None else ctx.shown(relation)
                yield _finding(constraint, column, names, table, relation, statement, ctx)


def _missing(names: tuple[str, ...], relation: model.Relation, statement: Statement, ctx: Context) -> bool:
    """Whether the batch leaves the foreign key, enforced, without an index."""
    columns = [ctx.column(relation, name) for name in names]
    wanted = {c.num for c in columns if c is not None}
    if not columns or None in columns or relation.persistence == "t":
        return False
    keys = [c for c in ctx.constraints(relation.oid) if c.type == "f" and set(c.key) == wanted]
    if not statement.refusals and not any(key.enforced for key in keys):
        return False  # dropped again, or never looked at
    return not _indexed(wanted, relation, ctx)


def _indexed_in_batch(table: nodes.RangeVar, names: tuple[str, ...], batch: Batch) -> bool:
    """Whether the batch makes an index that begins with a column which it adds to a table that is not known."""
    return any(
        isinstance(s.node, nodes.IndexStmt)
        and s.node.relation is not None
        and s.node.relation.relname == table.relname
        and s.node.indexParams[0].name in names
        for s in batch.statements
    )


def _finding(
    key: nodes.Constraint,
    column: nodes.ColumnDef | None,
    names: tuple[str, ...],
    table: str,
    relation: model.Relation | None,
    statement: Statement,
    ctx: Context,
) -> Finding:
    assert key.pktable is not None
    action = _ACTIONS.get(key.fk_del_action)
    effect = f"deleting from {key.pktable.relname} reads all of {table}" + (f" to {action}" if action else "")
    listed_columns = ", ".join(map(quote_identifier, names))
    named = relation_of(statement.node) if statement.node is not None else None
    assert named is not None
    spelled = statement.source.text[named.start : named.end] if relation is None else ctx.spelled(relation)
    new = relation is not None and ctx.is_new(relation.oid)
    return Finding(
        f"{listed(names)} of {table} has no index: {effect}"
        if len(names) == 1
        else f"no index of {table} begins with {listed(names)}: {effect}",
        at=column if column is not None else key,
        word=names[0],
        help="index the columns of the foreign key",
        fix=Fix(
            "create an index",
            "show",
            sql=f"CREATE INDEX{'' if new else ' CONCURRENTLY'} ON {spelled} ({listed_columns});",
        ),
        severity="info" if new and action is None else None,  # only who deletes from the target waits
        relation=None if new or relation is None else relation.oid,
        statement=statement,
    )


def _indexed(wanted: set[int], relation: model.Relation, ctx: Context) -> bool:
    """Whether an index finds the rows of a key: its first columns, in any order, are the key's; or it is unique on some of them."""
    for found in ctx.indexes(relation.oid):
        index = found.index
        if index is None or found.am not in _EQUALITY:
            continue
        keys = index.key[: index.nkeyatts]
        if index.predicate is not None:
            if _only_not_null(index, relation, wanted):
                return True
        elif set(keys[: len(wanted)]) == wanted or (index.unique and set(keys) < wanted):
            return True
    return False


def _only_not_null(index: model.IndexInfo, relation: model.Relation, wanted: set[int]) -> bool:
    """A partial index on `column IS NOT NULL` serves a foreign key: NULLs refer to nothing."""
    if len(wanted) != 1 or index.predicate is None or index.key[:1] != tuple(wanted):
        return False
    name = relation.columns[next(iter(wanted)) - 1].name
    text = index.predicate.text.strip("() \n").lower().replace('"', "")
    return text == f"{name.lower()} is not null"
