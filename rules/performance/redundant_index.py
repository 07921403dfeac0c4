"""Another index answers all that this one does."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import IndexInfo
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Created, Edit, Finding, Fix, Label, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=Batch,
    kinds=(IndexStmt,),
    severity="warning",
    category="performance",
    fixable=True,
    covers=(
        "splinter:0009_duplicate_index",
        "pg-index-health:DUPLICATED_INDEXES",
        "pg-index-health:INTERSECTED_INDEXES",
        "migrationpilot:MP100",
        "pglinter:B002",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        if not isinstance(statement.node, IndexStmt):
            continue
        for effect in statement.outcome.effects:
            if isinstance(effect, Created) and isinstance(effect.object, model.Relation) and effect.object.index:
                yield from _index(effect.object, statement, ctx)


def _index(made: model.Relation, statement: Statement, ctx: Context) -> Iterator[Finding]:
    assert made.index is not None
    table = ctx.last(made.index.relid)
    siblings = [] if table is None else ctx.indexes(table.oid)
    own = next((i for i in siblings if i.oid == made.oid), None)
    if table is None or own is None or own.index is None:
        return  # dropped again, and not with its table
    for other in siblings:
        if other.oid != own.oid and other.index is not None and _covers(other, own):
            if _covers(own, other) and other.oid > own.oid:
                continue  # the same: said of the later one
            yield _finding(own, other, table, statement, ctx)
            return


def _covers(other: model.Relation, own: model.Relation) -> bool:
    """Whether every query that can use `own` can use `other`, and `own` ensures nothing that `other` does not."""
    a, b = other.index, own.index
    assert a is not None and b is not None
    if other.am != own.am or a.predicate != b.predicate or b.exclusion or a.exclusion:
        return False
    if 0 in b.key or 0 in a.key[: b.nkeyatts] or b.nkeyatts != len(b.key):
        return a.key == b.key and a.exprs == b.exprs and _same_keys(a, b, b.nkeyatts) and (a.unique or not b.unique)
    if b.unique and not (a.unique and a.key[: a.nkeyatts] == b.key):
        return False
    if own.am != _BTREE:
        return a.key == b.key and _same_keys(a, b, b.nkeyatts)
    return a.key[: b.nkeyatts] == b.key and a.nkeyatts >= b.nkeyatts and _same_keys(a, b, b.nkeyatts)


_BTREE = 403


def _same_keys(a: IndexInfo, b: IndexInfo, count: int) -> bool:
    """The same operator classes and collations, and the same order or all of it reversed."""
    if a.opclasses[:count] != b.opclasses[:count] or a.collations[:count] != b.collations[:count]:
        return False
    left, right = a.option[:count], b.option[:count]
    return left == right or left == tuple(option ^ 3 for option in right)


def _finding(
    own: model.Relation, other: model.Relation, table: model.Relation, statement: Statement, ctx: Context
) -> Finding:
    assert own.index is not None and other.index is not None
    columns = ", ".join(ctx.column_names(table, other.index.key))
    constraint = next((c for c in ctx.constraints(table.oid) if c.indid == other.oid and c.type in "pu"), None)
    same = own.index.key == other.index.key
    what = (
        {"p": "the primary key", "u": "the UNIQUE constraint"}.get(constraint.type, "")
        if constraint is not None
        else ""
    )
    if not what:
        what = f"the index {other.name}"
    how = f"is an index on ({columns}) already" if same else f"begins with the same columns: ({columns})"
    end = statement.end + (statement.source.text[statement.end : statement.end + 1] == ";")
    end += statement.source.text[end : end + 1] == "\n"
    return Finding(
        f"{own.name} is redundant: {what} {how}",
        at=statement.node,
        word=own.name,
        labels=(_label(other, constraint, ctx),),
        help="leave it out: it costs time at each write, and space",
        fix=Fix("leave it out", "review", (Edit(statement.start, end, ""),)),
        statement=statement,
    )


def _label(other: model.Relation, constraint: model.Constraint | None, ctx: Context) -> Label:
    made = ctx.made_in_batch.get(other.address)
    if made is None:
        return Label("exists already", fact=f"index {other.name}")
    if isinstance(made.node, IndexStmt):
        found = made.source.text.find(other.name, made.start, made.end)
        if found >= 0:
            return Label("this one does all that", made.source, found, found + len(other.name))
    if constraint is not None:
        from schemalint.lint.trees import constraints_of

        for written, column in constraints_of(made.node) if made.node is not None else ():
            keys = written.keys or ((column.colname,) if column is not None else ())
            table = ctx.last(constraint.relid)
            is_key = written.contype in ("CONSTR_UNIQUE", "CONSTR_PRIMARY")
            if is_key and table is not None and ctx.column_names(table, constraint.key) == list(keys):
                return Label("makes an index", made.source, written.start, written.end)
    return Label("makes an index", made.source, *made.keyword)
