"""A search_path in one pair of quotes names one schema, commas and all."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Namespace
from schemalint.lint.rule import Context, Finding, replace_at, rule
from schemalint.lint.trees import find_all
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=(
        nodes.VariableSetStmt,
        nodes.CreateFunctionStmt,
        nodes.AlterFunctionStmt,
        nodes.AlterRoleSetStmt,
        nodes.AlterDatabaseSetStmt,
        nodes.AlterSystemStmt,
    ),
    severity="warning",
    category="security",
    fixable=True,
    covers=("pgspot:PS018",),
)
def check(stmt: nodes.Node, ctx: Context) -> Iterator[Finding]:
    for setting in find_all(stmt, nodes.VariableSetStmt):
        for arg in setting.args if setting.name == "search_path" else ():
            value = arg.val if isinstance(arg, nodes.A_Const) else None
            if not isinstance(value, str) or "," not in value or ctx.catalog.find(Namespace, 0, value) is not None:
                continue
            schemas = [part.strip().strip('"') for part in value.split(",") if part.strip()]
            written = ", ".join(map(quote_identifier, schemas))
            yield Finding(
                f"the search_path is one schema that is called {quote_identifier(value)}",
                at=arg,
                help=f"without the quotes it is a list: {written}",
                fix=replace_at(arg, written, "make it a list"),
            )
