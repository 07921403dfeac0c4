"""The server would refuse this statement."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Refused, rule


@rule(on=Refused, severity="error", category="correctness")
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    notes = tuple(f"detail: {line}" for line in (refused.detail or "").splitlines())
    yield Finding(refused.message, notes=notes, help=_hint(refused.hint))


def _hint(hint: str | None) -> str | None:
    return None if hint is None else hint.rstrip(".")
