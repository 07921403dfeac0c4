"""A CHECK names NEW, OLD or another table, and can see the row's own columns only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, Refused, rule
from schemalint.lint.trees import constraints_of, find_all
from schemalint.syntax import nodes

_MISSING = re.compile(
    r'^(?:missing FROM-clause entry for table|invalid reference to FROM-clause entry for table) "(.+)"$'
)


@rule(on=Refused, severity="error", category="correctness", fixable=True)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _MISSING.match(refused.message)
    if refused.sqlstate != "42P01" or found is None:
        return
    for constraint, _ in constraints_of(ctx.node):
        if constraint.contype == "CONSTR_CHECK" and constraint.start <= refused.start < constraint.end:
            yield _finding(refused, constraint, found[1], ctx)
            return


def _finding(refused: Refused, constraint: nodes.Constraint, table: str, ctx: Context) -> Finding:
    if table not in ("new", "old"):
        return Finding(
            f"a CHECK sees its own row only, so it cannot read {table}",
            at=refused,
            help="compare in a trigger on both tables, or keep a copy of the value here, tied by a foreign key",
        )
    prefixed = [ref for ref in find_all(constraint.raw_expr, nodes.ColumnRef) if ref.fields[0] in ("new", "old")]
    old = any(ref.fields[0] == "old" for ref in prefixed)
    if old:
        return Finding(
            "NEW and OLD are a trigger's, a CHECK knows the new row only and never the old one",
            at=refused,
            help="what depends on the old row needs a BEFORE UPDATE trigger",
        )
    text = ctx.statement.source.text
    edits = tuple(Edit(r.start, r.start + text[r.start : r.end].index(".") + 1, "") for r in prefixed)
    return Finding(
        "NEW is a trigger's, a CHECK names the columns of its row without a prefix",
        at=refused,
        help="leave NEW. out",
        fix=Fix("leave NEW. out", "review", edits),
    )
