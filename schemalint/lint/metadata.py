"""What is known of a rule before its file is read: enough to list, choose and find it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemalint.diagnostics import SeverityName

Category = Literal[
    "correctness",
    "locking",
    "data-loss",
    "compatibility",
    "security",
    "performance",
    "design",
    "transactions",
    "robustness",
    "naming",
]

CATEGORIES: tuple[str, ...] = (
    "correctness",
    "locking",
    "data-loss",
    "compatibility",
    "security",
    "performance",
    "design",
    "transactions",
    "robustness",
    "naming",
)


UNUSED = "unused-suppression"
NO_REASON = "suppression-without-reason"
BUILT_IN = (UNUSED, NO_REASON)
"""What is found about the comments that allow findings."""

NOT_UNDERSTOOD = "not-understood"
INCOMPLETE_DOWN = "incomplete-down"
VIOLATING_ROWS = "violating-rows"


class Rule(Struct, frozen=True):
    """A rule: what `@rule` says (see schemalint.lint.rule), and what its file does.

    on, kinds  names of the types; the rule's file is read when one of them first occurs
    name       the file's stem in kebab-case
    summary    the first line of the file's docstring
    file       where its code is; empty for what is found without a rule file
    page       where its Markdown is
    """

    on: tuple[str, ...]
    severity: SeverityName
    category: str
    name: str = ""
    summary: str = ""
    file: str = ""
    page: str = ""
    default: bool = True
    needs: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    fixable: bool = False
    sqlstates: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
