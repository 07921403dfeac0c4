"""DEFERRABLE, INITIALLY and ENFORCED written after a column's constraint (transformConstraintAttrs)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from schemalint.errors import Refusal
from schemalint.syntax.nodes import Constraint

_KEYS = frozenset(("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION", "CONSTR_FOREIGN"))
_ENFORCEABLE = frozenset(("CONSTR_CHECK", "CONSTR_FOREIGN"))
_MUST_BE_DEFERRABLE = "constraint declared INITIALLY DEFERRED must be DEFERRABLE"


def transform_constraint_attrs(constraints: Iterable[Constraint]) -> list[Constraint]:
    """The constraints with the attributes that follow them. Raises 42601 for attributes that do not fit."""
    result: list[Constraint] = []
    last: Constraint | None = None
    seen: set[str] = set()
    for con in constraints:
        kind = con.contype.removeprefix("CONSTR_ATTR_")
        if kind == con.contype:
            last = con
            seen = set()
            result.append(con)
            continue
        words = kind.replace("_", " ")
        clause, group = _GROUPS[kind]
        at = (con.start, con.end)
        fits = last is not None and last.contype in (_ENFORCEABLE if group == "enforced" else _KEYS)
        if not fits or last is None:
            raise Refusal("42601", f"misplaced {_MISPLACED.get(kind, words)} clause", at=at)
        if group in seen:
            raise Refusal("42601", f"multiple {clause} clauses not allowed", at=at)
        seen.add(group)
        last = _with_attribute(last, kind, seen, at)
        result[-1] = last
    return result


_GROUPS = {
    "DEFERRABLE": ("DEFERRABLE/NOT DEFERRABLE", "deferrability"),
    "NOT_DEFERRABLE": ("DEFERRABLE/NOT DEFERRABLE", "deferrability"),
    "DEFERRED": ("INITIALLY IMMEDIATE/DEFERRED", "initially"),
    "IMMEDIATE": ("INITIALLY IMMEDIATE/DEFERRED", "initially"),
    "ENFORCED": ("ENFORCED/NOT ENFORCED", "enforced"),
    "NOT_ENFORCED": ("ENFORCED/NOT ENFORCED", "enforced"),
}
_MISPLACED = {"DEFERRED": "INITIALLY DEFERRED", "IMMEDIATE": "INITIALLY IMMEDIATE"}


def _with_attribute(con: Constraint, kind: str, seen: set[str], at: tuple[int, int]) -> Constraint:
    match kind:
        case "DEFERRABLE":
            return replace(con, deferrable=True)
        case "NOT_DEFERRABLE":
            if "initially" in seen and con.initdeferred:
                raise Refusal("42601", _MUST_BE_DEFERRABLE, at=at)
            return replace(con, deferrable=False)
        case "DEFERRED":
            if "deferrability" not in seen:
                return replace(con, initdeferred=True, deferrable=True)
            if not con.deferrable:
                raise Refusal("42601", _MUST_BE_DEFERRABLE, at=at)
            return replace(con, initdeferred=True)
        case "IMMEDIATE":
            return replace(con, initdeferred=False)
        case "ENFORCED":
            return replace(con, is_enforced=True)
    return replace(con, is_enforced=False, skip_validation=True, initially_valid=False)
