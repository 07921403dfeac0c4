"""PostgreSQL's own parser as the judge: its raw parse tree in our nodes, and the first place where two trees differ."""

from __future__ import annotations

import enum
from typing import Any

import pglast
from pglast import ast

from schemalint.syntax import nodes

Difference = tuple[str, object, object]


def server_statements(sql: str) -> list[tuple[int, int, Any]]:
    """(start, end, tree) of each statement, offsets in characters. Raises pglast.parser.ParseError."""
    found = pglast.parse_sql(sql)
    out = []
    for statement in found:
        start = statement.stmt_location or 0
        out.append((start, start + statement.stmt_len if statement.stmt_len else len(sql), statement.stmt))
    return out


def difference(ours: object, theirs: object, path: str = "") -> Difference | None:
    """The first difference between one of our nodes and a pglast node; spans are not compared."""
    theirs = _plain(theirs)
    if isinstance(theirs, ast.Node):
        name = type(theirs).__name__
        if type(ours).__name__ != name:
            return path, ours, f"a {name}: {theirs}"
        special = _SPECIAL.get(name)
        if special is not None:
            return special(ours, theirs, path)
        for field in ours.__struct_fields__:  # type: ignore[attr-defined]
            if field in ("start", "end", "location"):
                continue
            mine = getattr(ours, field)
            other = getattr(theirs, field, _MISSING)
            if other is _MISSING:
                other = getattr(theirs, field + "_", _MISSING)
            if other is _MISSING:
                continue
            if field == "sql_body" and isinstance(other, tuple):
                other = other[0]  # the server keeps the list of statements in a list of its own
            if (found := difference(mine, other, f"{path}.{name}.{field}")) is not None:
                return found
        return None
    if isinstance(theirs, tuple) or isinstance(ours, tuple):
        mine = ours if isinstance(ours, tuple) else () if ours is None else (ours,)
        other = theirs if isinstance(theirs, tuple) else () if theirs is None else (theirs,)
        if len(mine) != len(other):
            return path, ours, theirs
        for i, (a, b) in enumerate(zip(mine, other, strict=True)):
            if (found := difference(a, b, f"{path}[{i}]")) is not None:
                return found
        return None
    if ours == theirs or (ours in (None, "", False) and theirs in (None, "", False, "\x00")):
        return None
    return path, ours, theirs


_MISSING = object()


def _plain(value: object) -> object:
    if isinstance(value, ast.String):
        return value.sval
    if isinstance(value, ast.Integer):
        return value.ival or 0
    if isinstance(value, ast.Boolean):
        return bool(value.boolval)
    if isinstance(value, enum.Enum):
        return value.name
    return value


def _a_const(ours: nodes.A_Const, theirs: Any, path: str) -> Difference | None:
    if theirs.isnull:
        return None if ours.kind == "Null" else (path, ours, theirs)
    kind = type(theirs.val).__name__
    value = next(
        (getattr(theirs.val, f) for f in ("ival", "fval", "sval", "bsval", "boolval") if hasattr(theirs.val, f)), None
    )
    value = {"Integer": value or 0, "Boolean": bool(value)}.get(kind, value)
    return None if (ours.kind, ours.val) == (kind, value) else (path, ours, theirs)


def _range_function(ours: nodes.RangeFunction, theirs: Any, path: str) -> Difference | None:
    mine = tuple((f, c) for f, c in ours.functions)
    other = tuple((f[0], f[1] or ()) for f in theirs.functions)
    for field in ("lateral", "ordinality", "is_rowsfrom", "alias", "coldeflist"):
        if (found := difference(getattr(ours, field), getattr(theirs, field), f"{path}.{field}")) is not None:
            return found
    return difference(mine, other, f"{path}.functions")


_SPECIAL = {"A_Const": _a_const, "RangeFunction": _range_function}
