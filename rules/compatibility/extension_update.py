"""ALTER EXTENSION UPDATE runs the scripts of the extension's authors."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Label, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterExtensionStmt,
    severity="info",
    category="compatibility",
    covers=("pg-schema-diff:UPGRADING_EXTENSION_VERSION",),
)
def check(stmt: nodes.AlterExtensionStmt, ctx: Context) -> Iterator[Finding]:
    if not ctx.statement.outcome.accepted:
        return
    found = next((e for e in ctx.catalog.all(model.Extension) if e.name == stmt.extname), None)
    if found is not None and found.address in ctx.made_in_batch:
        return
    wanted = next((option.arg for option in stmt.options if option.defname == "new_version"), None)
    if found is not None and found.version and found.version == wanted:
        return
    yield Finding(
        f"extension {stmt.extname} is updated by its own scripts, which may replace functions, lock tables, or take long",
        at=stmt,
        word=stmt.extname,
        labels=(Label(f"version {found.version}", fact=f"extension {stmt.extname}"),)
        if found and found.version
        else (),
        help="read its release notes, try it on a copy, and name the version that you tried"
        + ("" if wanted is not None else ": UPDATE TO '...'"),
    )
