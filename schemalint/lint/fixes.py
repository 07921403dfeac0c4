"""Edits applied to text."""

from __future__ import annotations

from collections.abc import Iterable

from schemalint.diagnostics import Diagnostic, Edit, Fix


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with every edit made. Raises ValueError when two of them overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at {edit.start}")
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    parts.append(text[at:])
    return "".join(parts)


def compatible_fixes(diagnostics: Iterable[Diagnostic], allowed: frozenset[str]) -> list[tuple[Diagnostic, Fix]]:
    """Fixes of these applicabilities that can be made together: of two that touch the same text, the first."""
    taken: dict[str, list[Edit]] = {}
    chosen = []
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not fix.edits or fix.applicability not in allowed:
            continue
        held = taken.setdefault(diagnostic.source.name, [])
        if any(edit in held for edit in fix.edits) and all(edit in held for edit in fix.edits):
            continue
        if any(_touch(edit, other) for edit in fix.edits for other in held):
            continue
        held.extend(fix.edits)
        chosen.append((diagnostic, fix))
    return chosen


def _touch(a: Edit, b: Edit) -> bool:
    return a.start <= b.end and b.start <= a.end
