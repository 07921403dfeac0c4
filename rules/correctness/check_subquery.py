"""A CHECK cannot contain a subquery."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Refused, rule
from schemalint.lint.trees import covering
from schemalint.syntax import nodes


@rule(on=Refused, severity="error", category="correctness")
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "0A000" or refused.message != "cannot use subquery in check constraint":
        return
    yield Finding(
        "a CHECK cannot look at other rows, so it cannot contain a subquery",
        at=covering(ctx.node, refused.start, refused.end, nodes.SubLink),
        help="use a foreign key or an exclusion constraint where one can say it, else a trigger that takes a lock",
    )
