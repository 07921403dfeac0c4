"""A CHECK's regular expression does not check what it seems to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.regexes import RegexUse, in_checks
from schemalint.lint.rule import Context, Edit, Finding, Fix, rule
from schemalint.lint.wording import quoted
from schemalint.semantics.regex import RegexFacts, analyze_regex
from schemalint.syntax.nodes import (
    AlterDomainStmt,
    AlterTableStmt,
    CreateDomainStmt,
    CreateForeignTableStmt,
    CreateStmt,
    Node,
)

_CLASS_ESCAPE = re.compile(r"\\\\(?=[dswDSWmMyY])")
"""Two backslashes before a letter that one backslash would give a meaning."""

_DOUBLED = re.compile(r"\\\\(?=[dswDSWmMyY.+*?(){}\[\]|^$/-])")
_SHAPED = re.compile(r"[\[+*{]|\\[dws]")
"""What a pattern of a whole value has, and a searched-for word has not."""


@rule(
    on=(CreateStmt, AlterTableStmt, CreateForeignTableStmt, CreateDomainStmt, AlterDomainStmt),
    severity="warning",
    category="correctness",
    fixable=True,
)
def check(stmt: Node, ctx: Context) -> Iterator[Finding]:
    for use in in_checks(stmt):
        facts = analyze_regex(use.text, use.flags)
        if facts is None:
            continue
        finding = (
            _doubled_backslash(use, ctx)
            or _never(use, facts)
            or _everything(use, facts)
            or _found_anywhere(use, facts, ctx)
        )
        if finding is not None:
            yield finding


def _written(use: RegexUse, ctx: Context) -> str:
    return ctx.statement.source.text[use.node.start : use.node.end]


def _doubled_backslash(use: RegexUse, ctx: Context) -> Finding | None:
    r"""'\\d' in a plain string: no escape is undone, so the pattern wants a backslash."""
    written = _written(use, ctx)
    if not written.startswith("'") or _CLASS_ESCAPE.search(use.text) is None:
        return None
    sample = _CLASS_ESCAPE.search(use.text)
    assert sample is not None
    letter = use.text[sample.end()]
    fixed = _DOUBLED.sub(lambda m: "\\", written)
    return Finding(
        rf"a plain string keeps both backslashes: \\{letter} is a backslash and then the letter {letter}",
        at=use.node,
        help=rf"write one backslash, \{letter}; only E'...' strings take \\ for one",
        fix=Fix("write single backslashes", "review", (Edit(use.node.start, use.node.end, fixed),)),
    )


def _never(use: RegexUse, facts: RegexFacts) -> Finding | None:
    if not facts.never_matches:
        return None
    effect = "every value passes" if use.negated else "no value but NULL can pass"
    return Finding(
        f"the pattern {quoted(use.text)} can never match: {effect}",
        at=use.node,
        help=_why_never(use.text),
    )


def _why_never(text: str) -> str | None:
    if re.search(r"(?<!\\)\$(?!\)|\||$)", text) is not None:
        return r"an unescaped $ is the end of the text; for the sign itself write \$"
    if re.search(r"(?<![\\\[(|])\^", text[1:]) is not None:
        return r"an unescaped ^ is the beginning of the text; for the sign itself write \^"
    return None


def _everything(use: RegexUse, facts: RegexFacts) -> Finding | None:
    if not facts.matches_everything:
        return None
    effect = "no value can pass" if use.negated else "every value passes"
    return Finding(
        f"the pattern {quoted(use.text)} matches every text: {effect}",
        at=use.node,
        help="anchor it with ^ and $, and ask for at least one character with + instead of *",
    )


def _found_anywhere(use: RegexUse, facts: RegexFacts, ctx: Context) -> Finding | None:
    """Neither ^ nor $: a pattern that describes a whole value is searched for within it."""
    if facts.anchored_start or facts.anchored_end or use.negated or facts.strings is not None:
        return None
    if _SHAPED.search(use.text) is None or re.match(r"\.\*|\\[mMyY]|\[\[:[<>]:\]\]", use.text) is not None:
        return None
    edits: tuple[Edit, ...] = ()
    written = _written(use, ctx)
    if written.startswith("'") and "|" not in use.text:
        edits = (Edit(use.node.start + 1, use.node.start + 1, "^"), Edit(use.node.end - 1, use.node.end - 1, "$"))
    return Finding(
        f"without ^ and $ the pattern {quoted(use.text)} is found anywhere in the text",
        at=use.node,
        help="anchor it, if it is to describe the whole value: ^...$",
        fix=Fix("anchor the pattern", "review", edits) if edits else None,
    )
