"""What may follow a constraint: when it is checked, whether it is enforced, valid, inherited (ConstraintAttributeSpec)."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError

NOT_DEFERRABLE, DEFERRABLE, IMMEDIATE, DEFERRED, NOT_VALID, NO_INHERIT, NOT_ENFORCED, ENFORCED = (
    1 << n for n in range(8)
)
"""The server's CAS_ bits: which attributes were written after a constraint."""

_NOT_SUPPORTED = "0A000"
_NEGATED = {"deferrable": NOT_DEFERRABLE, "valid": NOT_VALID}
_CONFLICTS = (NOT_DEFERRABLE | DEFERRABLE, IMMEDIATE | DEFERRED, NOT_ENFORCED | ENFORCED)


def constraint_attributes(c: Cursor) -> int:
    """ConstraintAttributeSpec: the attributes as bits."""
    bits = 0
    while True:
        start = c.start
        bit = _constraint_attribute(c)
        if not bit:
            return bits
        bits |= bit
        if bits & NOT_DEFERRABLE and bits & DEFERRED:
            message = "constraint declared INITIALLY DEFERRED must be DEFERRABLE"
            raise ParseError(message, start, c.end)
        if any(bits & both == both for both in _CONFLICTS):
            raise ParseError("conflicting constraint properties", start, c.end)


def _constraint_attribute(c: Cursor) -> int:
    """ConstraintAttributeElem as its bit, 0 when there is none."""
    word = c.match[c.at]
    if word == "not":
        following = c.match[c.at + 1]
        bit = NOT_ENFORCED if following == "enforced" and c.version >= 18 else _NEGATED.get(following or "", 0)
        if not bit:
            raise c.error(1)
        c.at += 2
        return bit
    if word == "deferrable":
        c.at += 1
        return DEFERRABLE
    if word == "initially":
        c.at += 1
        if c.take("deferred"):
            return DEFERRED
        c.expect("immediate")
        return IMMEDIATE
    if word == "no":
        c.expect("no", "inherit")
        return NO_INHERIT
    if word == "enforced" and c.version >= 18:
        c.at += 1
        return ENFORCED
    return 0


def check_attributes(c: Cursor, bits: int, allowed: int, what: str, start: int, end: int | None = None) -> None:
    """Refuse an attribute that a kind of constraint cannot have (processCASbits). The attributes stand from `start` to `end`."""
    bits &= ~allowed
    if not bits:
        return
    for bit, words in (
        (DEFERRABLE | DEFERRED, "DEFERRABLE"),
        (NOT_VALID, "NOT VALID"),
        (NO_INHERIT, "NO INHERIT"),
        (NOT_ENFORCED, "NOT ENFORCED"),
        (ENFORCED, "ENFORCED"),
    ):
        if bits & bit:
            raise ParseError(f"{what} constraints cannot be marked {words}", start, end or c.end, _NOT_SUPPORTED)
