"""Which unique indexes an ON CONFLICT target means (infer_arbiter_indexes of plancat.c), as far as names tell."""

from __future__ import annotations

from msgspec import Struct

from schemalint.catalog import model
from schemalint.lint.context import Context
from schemalint.syntax import nodes


class Target(Struct, frozen=True):
    """`ON CONFLICT (columns) WHERE ...`; columns is None where an expression is among them."""

    infer: nodes.InferClause
    columns: frozenset[str] | None


def target_of(insert: nodes.InsertStmt) -> Target | None:
    """The columns that an INSERT's ON CONFLICT names; None without such."""
    clause = insert.onConflictClause
    if clause is None or clause.infer is None or clause.infer.conname is not None:
        return None
    names = [element.name for element in clause.infer.indexElems]
    columns = None if None in names else frozenset(n for n in names if n is not None)
    return Target(clause.infer, columns)


def unique_indexes(relation: model.Relation, ctx: Context) -> list[model.Relation]:
    """Unique indexes of a table, the primary key first."""
    found = [i for i in ctx.indexes(relation.oid) if i.index is not None and i.index.unique and i.index.immediate]
    return sorted(found, key=lambda i: not (i.index is not None and i.index.primary))


def key_columns(relation: model.Relation, index: model.Relation, ctx: Context) -> list[str] | None:
    """The key columns of an index in order; None where an expression is among them."""
    assert index.index is not None
    key = index.index.key[: index.index.nkeyatts]
    return None if 0 in key else ctx.column_names(relation, key)
