"""The grammar's operator precedence as numbers."""

from __future__ import annotations

OR, AND, NOT, IS, COMPARE, LIKE, OPERATOR, ADD, MULTIPLY, POWER, AT, COLLATE, SIGN, CAST, OVERLAPS = range(1, 16)

OPERATOR_CHARACTERS = frozenset("-+*/<>=~!@#%^&|`?")


class Levels(dict[str | None, int]):
    """How close each infix word or symbol binds; 0 when it is none. Operators of any other spelling bind alike."""

    def __missing__(self, symbol: str | None) -> int:
        if symbol is None or symbol[0] not in OPERATOR_CHARACTERS or symbol == "=>":
            return 0
        self[symbol] = OPERATOR
        return OPERATOR


_SYMBOLS: dict[str | None, int] = {
    None: 0,
    ",": 0,
    ")": 0,
    ";": 0,
    "]": 0,
    "from": 0,
    "as": 0,
    "where": 0,
    **dict.fromkeys(("<", ">", "=", "<=", ">=", "<>"), COMPARE),
    **dict.fromkeys(("+", "-"), ADD),
    **dict.fromkeys(("*", "/", "%"), MULTIPLY),
    "^": POWER,
    "::": CAST,
    "operator": OPERATOR,
    "is": IS,
}
_WORDS: dict[str | None, int] = {
    "or": OR,
    "and": AND,
    "isnull": IS,
    "notnull": IS,
    **dict.fromkeys(("between", "in", "like", "ilike", "similar", "not"), LIKE),
    "at": AT,
    "collate": COLLATE,
    "overlaps": OVERLAPS,
}
A_EXPR = Levels({**_SYMBOLS, **_WORDS})
"""Any expression (a_expr)."""
B_EXPR = Levels(_SYMBOLS)
"""One without the operators spelled as words (b_expr)."""
TARGET = Levels(A_EXPR)
"""An item of a target list, which a word that could be an operator may name."""
SUBSTRING = Levels(A_EXPR)
"""The first argument of SUBSTRING, which SIMILAR may follow."""
