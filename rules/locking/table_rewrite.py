"""Every row of a table is written anew while nobody can read it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Rewritten, rule
from schemalint.lint.trees import find_all
from schemalint.syntax import nodes


@rule(on=Rewritten, severity="warning", category="locking", covers=("squawk:changing-column-type", "eugene:E5"))
def check(rewritten: Rewritten, ctx: Context) -> Iterator[Finding]:
    table = ctx.relation(rewritten.relation)
    if table is None or ctx.is_new(table.oid) or table.persistence == "t" or isinstance(ctx.node, nodes.TruncateStmt):
        return
    name = ctx.shown(table)
    command = _command(ctx)
    yield Finding(
        f"every row of {name} is written anew, and until then nobody can even read it",
        at=command if command is not None else ctx.statement.keyword,
        help=_help(command, name),
        notes=(f"because of {rewritten.why}",) if rewritten.why else (),
        relation=table.oid,
        work="rewrite",
    )


def _command(ctx: Context) -> nodes.AlterTableCmd | None:
    """The action that asks for it."""
    causes = (
        "AT_AlterColumnType",
        "AT_AddColumn",
        "AT_SetLogged",
        "AT_SetUnLogged",
        "AT_SetAccessMethod",
        "AT_SetExpression",
    )
    return next((c for c in find_all(ctx.node, nodes.AlterTableCmd) if c.subtype in causes), None)


def _help(command: nodes.AlterTableCmd | None, table: str) -> str | None:
    if command is None:
        return None
    if command.subtype == "AT_AlterColumnType":
        return f"add a second column of the new type, keep both equal with a trigger, fill it in batches, then exchange them; or do it while {table} may stand still"
    if command.subtype == "AT_AddColumn":
        return "add the column without the default, set the default afterwards, and fill the rows in batches"
    return f"do it while {table} may stand still"
