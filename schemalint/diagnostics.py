"""What a run has to say, as data: no printing, no files."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemalint.source import Source

SeverityName = Literal["error", "warning", "info"]

SEVERITIES: tuple[SeverityName, ...] = ("info", "warning", "error")
"""From the least to the most."""

Applicability = Literal["safe", "review", "show"]
"""safe: the statement means the same and hurts less; review: an edit that a person should read; show: text to start from, no edit."""


class Edit(Struct, frozen=True):
    """Replace text[start:end] of a source by `text`."""

    start: int
    end: int
    text: str


class Step(Struct, frozen=True):
    """One step of a change that takes several: ready SQL, and in which deployment it goes (from 1); `why` is one clause for people."""

    deployment: int
    sql: str
    why: str = ""


class Fix(Struct, frozen=True):
    """What to write instead.

    edits  on the finding's source; they do not overlap
    sql    text to show where an edit cannot say it
    steps  the whole change where it takes several steps, in order
    """

    title: str
    applicability: Applicability = "review"
    edits: tuple[Edit, ...] = ()
    sql: str | None = None
    steps: tuple[Step, ...] = ()


class Label(Struct, frozen=True):
    """A remark beside the finding: at a place of a source, or about a fact of the catalog (`source` None, `fact` what it is about)."""

    message: str
    source: Source | None = None
    start: int = -1
    end: int = -1
    fact: str | None = None


class StatementRef(Struct, frozen=True):
    """Which statement of its file a finding is about: index from 1, its first line, its command tag."""

    index: int
    line: int
    kind: str


class Diagnostic(Struct, frozen=True):
    """One finding.

    message    one clause, lower case, no final stop; `help` what to do instead; `notes` further facts, one line each
    sqlstate   set when the server would refuse the statement
    start, end character offsets in `source`, half-open
    """

    rule: str
    category: str
    severity: SeverityName
    message: str
    source: Source
    start: int
    end: int
    sqlstate: str | None = None
    help: str | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    fix: Fix | None = None
    statement: StatementRef | None = None
    targets: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.source.name, self.start, self.end, self.rule, self.message)


class Unchecked(Struct, frozen=True):
    """Something that was not checked, and why: it never counts as clean."""

    reason: str
    source: Source | None = None
    start: int = -1
    end: int = -1


class Target(Struct, frozen=True):
    """A database that a run was checked against.

    source          what it was made from, for people
    server_version  as the server says it ("15.4"), or the major that was assumed
    closed          whether what is not in it does not exist
    assumed         the version was not given and not read from a server
    """

    source: str
    server_version: str
    closed: bool
    assumed: bool = False


class Report(Struct, frozen=True):
    """All that a run has to say; diagnostics and what was not checked are in order of file and place.

    allowed  how many findings comments or the baseline took away
    """

    targets: tuple[Target, ...]
    files: int
    statements: int
    diagnostics: tuple[Diagnostic, ...]
    not_checked: tuple[Unchecked, ...] = ()
    runner: str = "plain"
    base: str | None = None
    allowed: int = 0

    def count(self, severity: SeverityName) -> int:
        return sum(d.severity == severity for d in self.diagnostics)
