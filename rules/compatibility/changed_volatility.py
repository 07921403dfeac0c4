"""A function that was IMMUTABLE or STABLE promises less from now on, or more."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Changed, Context, Finding, Label, rule
from schemalint.syntax import nodes

_WORDS = {"i": "IMMUTABLE", "s": "STABLE", "v": "VOLATILE"}


@rule(
    on=Changed,
    kinds=(nodes.CreateFunctionStmt, nodes.AlterFunctionStmt),
    severity="info",
    category="compatibility",
    covers=("safe-migrate:function-volatility-change",),
)
def check(changed: Changed, ctx: Context) -> Iterator[Finding]:
    before, after = changed.before, changed.after
    if not isinstance(before, model.Proc) or not isinstance(after, model.Proc) or before.address in ctx.made_in_batch:
        return
    if before.volatile == after.volatile:
        return
    name, now = ctx.describe(after.address), _WORDS[after.volatile]
    users = tuple(_stored_uses(after, ctx)) if before.volatile == "i" else ()
    if users:
        yield Finding(
            f"{name} is {now} from now on, but what it gave before is stored",
            labels=tuple(Label("rests on it", fact=user) for user in users),
            help="keep it IMMUTABLE, or drop what rests on it first",
            notes=(
                "the server looks at the word only when they are made: most functions that are not IMMUTABLE it refuses then, 42P17",
            ),
            severity="warning",
        )
        return
    yield Finding(
        f"{name} was {_WORDS[before.volatile]} and is {now} from now on",
        help="see that queries which call it still use their indexes"
        if after.volatile == "v"
        else "see that it reads nothing that changes within a query",
    )


def _stored_uses(proc: model.Proc, ctx: Context) -> Iterator[str]:
    """Indexes and generated columns whose stored values the function gave."""
    for on, _, _ in ctx.catalog.dependents(proc.address):
        if on.classid == "pg_class":
            relation = ctx.get(model.Relation, on.objid)
            if relation is not None and relation.kind in "iI":
                yield f"index {relation.name}"
        elif on.classid == "pg_attrdef":
            relation = ctx.get(model.Relation, on.objid)
            column = None if relation is None else relation.columns[on.objsubid - 1]
            if relation is not None and column is not None and column.generated == "s":
                yield f"generated column {ctx.shown(relation)}.{column.name}"
