"""A view would have two columns of one name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, Label, Refused, rule
from schemalint.lint.similar import words
from schemalint.lint.trees import column_name, find_all
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_TWICE = re.compile(r'^column (?:name )?"(.+)" specified more than once$')


@rule(on=Refused, severity="error", category="correctness", fixable=True)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _TWICE.match(refused.message)
    if refused.sqlstate != "42701" or found is None:
        return
    query = ctx.node.query if isinstance(ctx.node, (nodes.ViewStmt, nodes.CreateTableAsStmt)) else None
    while isinstance(query, nodes.SelectStmt) and query.larg is not None:
        query = query.larg
    if not isinstance(query, nodes.SelectStmt):
        return
    name = found[1]
    same = [t for t in query.targetList if (t.name or column_name(t.val)) == name]
    if len(same) < 2:
        yield Finding(f"{name} is a column of this view already", help="list the columns, and give each its own name")
        return
    first, again = same[0], same[1]
    new = _new_name(again, name, query, [t.name or column_name(t.val) for t in query.targetList])
    at = again.val if again.name is None and again.val is not None else again
    yield Finding(
        f"{name} is a column of this view already",
        at=at,
        labels=(Label("the first one", ctx.statement.source, first.start, first.end),),
        help=f"give it a name of its own, such as {new}",
        fix=Fix(f"call it {new}", "review", (_rename(again, new, ctx),)),
    )


def _new_name(target: nodes.ResTarget, name: str, query: nodes.SelectStmt, taken: list[str | None]) -> str:
    """The column's name after that of its table."""
    fields = target.val.fields if isinstance(target.val, nodes.ColumnRef) else ()
    alias = fields[-2] if len(fields) > 1 else None
    for table in find_all(query.fromClause, nodes.RangeVar):
        if alias in (table.relname, table.alias.aliasname if table.alias is not None else None):
            new = f"{'_'.join(words(table.relname)) or alias}_{name}"
            if new not in taken:
                return new
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _rename(target: nodes.ResTarget, new: str, ctx: Context) -> Edit:
    assert target.val is not None
    return Edit(target.val.end, target.end, f" AS {quote_identifier(new)}")
