"""No unique index is on the columns that ON CONFLICT names."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.arbiters import Target, key_columns, target_of, unique_indexes
from schemalint.lint.rule import Context, Edit, Finding, Fix, Label, Refused, rule
from schemalint.lint.trees import find_all
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(on=Refused, severity="error", category="correctness", fixable=True)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "42P10" or "ON CONFLICT" not in refused.message:
        return
    for insert in find_all(ctx.node, nodes.InsertStmt):
        target = target_of(insert)
        relation = ctx.find(insert.relation)
        if target is not None and relation is not None:
            yield _finding(target, relation, ctx)
            return


def _finding(target: Target, relation: model.Relation, ctx: Context) -> Finding:
    table, infer = ctx.shown(relation), target.infer
    columns = [e.name for e in infer.indexElems if e.name is not None]
    indexes = unique_indexes(relation, ctx)
    partial = next(
        (i for i in indexes if _same_columns(relation, i, target, ctx) and i.index and i.index.predicate), None
    )
    if partial is not None and partial.index is not None and partial.index.predicate is not None:
        where = partial.index.predicate.text.strip()
        condition = where[1:-1] if where.startswith("(") and where.endswith(")") else where
        at = _after_columns(infer, ctx)
        return Finding(
            f"the unique index {partial.name} is partial, and is found only with its WHERE beside the target",
            at=infer,
            labels=(Label(f"is on ({', '.join(columns)}) WHERE {condition}", fact=f"index {partial.name}"),),
            help=f"say ON CONFLICT ({', '.join(columns)}) WHERE {condition}",
            fix=Fix("name the condition", "review", (Edit(at, at, f" WHERE {condition}"),)),
        )
    keys = [names for i in indexes if i.index and not i.index.predicate and (names := key_columns(relation, i, ctx))]
    sql = f"CREATE UNIQUE INDEX ON {table} ({', '.join(quote_identifier(c) for c in columns)});" if columns else None
    return Finding(
        f"no unique index or constraint of {table} is on exactly {listed(columns) if columns else 'this expression'}",
        at=infer,
        labels=tuple(Label("is unique", fact=f"{table} ({', '.join(names)})") for names in keys),
        help="name the columns of a unique index, or ON CONFLICT DO NOTHING without any"
        if keys
        else "make the columns unique first",
        fix=None if sql is None else Fix("or make these columns unique, if they are", "show", sql=sql),
    )


def _same_columns(relation: model.Relation, index: model.Relation, target: Target, ctx: Context) -> bool:
    names = key_columns(relation, index, ctx)
    return names is not None and target.columns == frozenset(names)


def _after_columns(infer: nodes.InferClause, ctx: Context) -> int:
    """Behind the parenthesis that closes the columns."""
    text = ctx.statement.source.text
    return text.index(")", infer.indexElems[-1].end) + 1
