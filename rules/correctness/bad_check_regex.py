"""A CHECK's regular expression does not compile, so every row that it sees is refused."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.regexes import in_checks
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import quoted
from schemalint.semantics.regex import check_regex
from schemalint.syntax.nodes import (
    AlterDomainStmt,
    AlterTableStmt,
    CreateDomainStmt,
    CreateForeignTableStmt,
    CreateStmt,
    Node,
)


@rule(
    on=(CreateStmt, AlterTableStmt, CreateForeignTableStmt, CreateDomainStmt, AlterDomainStmt),
    severity="error",
    category="correctness",
)
def check(stmt: Node, ctx: Context) -> Iterator[Finding]:
    for use in in_checks(stmt):
        error = check_regex(use.text, use.flags)
        if error is None:
            continue
        why = error.message.removeprefix("invalid regular expression: ")
        yield Finding(
            f"the pattern {quoted(use.text)} does not compile: {why}",
            at=use.node,
            help=_help(why),
            notes=(
                f"the constraint is accepted, then every INSERT that it sees fails: {error.sqlstate}, {error.message}",
            ),
        )


def _help(why: str) -> str | None:
    if "brackets" in why:
        return "close the bracket expression: [0-9a-f], not [0-9a-f"
    if "parentheses" in why:
        return r"close the group, or escape the parenthesis: \("
    if "character range" in why:
        return "a range runs from the lesser to the greater character: [a-z0-9]"
    if "quantifier" in why:
        return r"a quantifier needs something before it; escape it where it means itself: \+"
    if "escape" in why:
        return r"PostgreSQL knows \d \w \s \m \M \y and a few more; a backslash before another letter is an error"
    return None
