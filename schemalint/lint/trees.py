"""Questions to raw parse trees that several rules ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

N = TypeVar("N", bound=Node)

REGEX_OPERATORS = {"~": "", "!~": "", "~*": "i", "!~*": "i"}
"""Operators that take a regular expression on their right, and the flags that they imply."""


MAX_KEPT = 64
_KEPT: dict[int, tuple[object, tuple[Node, ...]]] = {}
"""The nodes of the trees that were walked last, by the tree's id: rule after rule walks the same one."""

_FIELDS: dict[type, tuple[str, ...]] = {}
"""The fields of each kind of node that may hold others, from the last to the first."""

_PLACES = frozenset(("start", "end", "location"))


def walk(tree: object) -> Iterator[Node]:
    """A node, or each node of a tuple, and all that is below, in the order of the text as far as the tree keeps it."""
    kept = _KEPT.get(id(tree))
    if kept is None or kept[0] is not tree:
        if len(_KEPT) >= MAX_KEPT:
            _KEPT.clear()
        kept = _KEPT[id(tree)] = (tree, tuple(_walk(tree)))
    return iter(kept[1])


def _walk(tree: object) -> Iterator[Node]:
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, Node):
            yield item
            kind = type(item)
            if (fields := _FIELDS.get(kind)) is None:
                fields = tuple(f for f in reversed(item.__struct_fields__) if f not in _PLACES)
                _FIELDS[kind] = fields
            for field in fields:
                value = getattr(item, field)
                if value and isinstance(value, (tuple, Struct)):
                    stack.append(value)
        elif isinstance(item, tuple):
            stack.extend(reversed(item))


def find_all(tree: object, kind: type[N]) -> Iterator[N]:
    """All nodes of a kind in a tree."""
    for node in walk(tree):
        if isinstance(node, kind):
            yield node


def covering(tree: object, start: int, end: int, kind: type[N]) -> N | None:
    """The smallest node of a kind that holds text[start:end]."""
    best: N | None = None
    for node in find_all(tree, kind):
        if (
            0 <= node.start <= start
            and end <= node.end
            and (best is None or node.end - node.start <= best.end - best.start)
        ):
            best = node
    return best


def constraints_of(stmt: Node) -> Iterator[tuple[nodes.Constraint, nodes.ColumnDef | None]]:
    """(constraint, the column it is written at or None) of CREATE TABLE and ALTER TABLE."""
    if isinstance(stmt, nodes.CreateForeignTableStmt):
        stmt = stmt.base
    if isinstance(stmt, nodes.CreateStmt):
        parts: tuple[object, ...] = stmt.tableElts
    elif isinstance(stmt, nodes.AlterTableStmt):
        parts = tuple(cmd.def_ for cmd in stmt.cmds)
    else:
        return
    for part in parts:
        if isinstance(part, nodes.Constraint):
            yield part, None
        elif isinstance(part, nodes.ColumnDef):
            for constraint in part.constraints:
                yield constraint, part


def columns_of(stmt: Node) -> Iterator[nodes.ColumnDef]:
    """Columns that CREATE TABLE or ALTER TABLE ADD COLUMN defines."""
    if isinstance(stmt, nodes.CreateStmt):
        for element in stmt.tableElts:
            if isinstance(element, nodes.ColumnDef):
                yield element
    elif isinstance(stmt, nodes.AlterTableStmt):
        for cmd in stmt.cmds:
            if cmd.subtype == "AT_AddColumn" and isinstance(cmd.def_, nodes.ColumnDef):
                yield cmd.def_


def relation_of(stmt: Node) -> nodes.RangeVar | None:
    """The table that a statement makes or changes."""
    match stmt:
        case nodes.CreateStmt() | nodes.AlterTableStmt() | nodes.IndexStmt() | nodes.CreateTrigStmt():
            return stmt.relation
        case nodes.CreateForeignTableStmt():
            return stmt.base.relation
        case nodes.CreatePolicyStmt() | nodes.AlterPolicyStmt():
            return stmt.table
        case nodes.InsertStmt() | nodes.UpdateStmt() | nodes.DeleteStmt():
            return stmt.relation
    return None


def routine_of(stmt: Node | None) -> tuple[str, ...]:
    """The name, as written, of the function or procedure that a statement makes or changes; empty for other statements."""
    match stmt:
        case nodes.CreateFunctionStmt():
            return stmt.funcname
        case nodes.AlterFunctionStmt():
            return stmt.func.objname
    return ()


def written_name(name: nodes.RangeVar) -> str:
    """A relation's name as a statement has it."""
    return name.relname if name.schemaname is None else f"{name.schemaname}.{name.relname}"


def string_of(node: object) -> str | None:
    """The text of a string constant, casts to text types taken off; None for anything else."""
    while isinstance(node, nodes.TypeCast) and node.typeName.names[-1] in ("text", "varchar", "bpchar"):
        node = node.arg
    if isinstance(node, nodes.A_Const) and node.kind == "String" and isinstance(node.val, str):
        return node.val
    return None


def column_name(node: object) -> str | None:
    """The last name of a column reference, casts taken off; None for anything else."""
    while isinstance(node, nodes.TypeCast):
        node = node.arg
    if isinstance(node, nodes.ColumnRef) and isinstance(node.fields[-1], str):
        return node.fields[-1]
    return None


def function_name(call: nodes.FuncCall) -> str:
    """`schema.name` as written, without pg_catalog."""
    names = call.funcname[1:] if call.funcname[0] == "pg_catalog" else call.funcname
    return ".".join(names)


TIME_FUNCTIONS = frozenset(
    "now clock_timestamp statement_timestamp transaction_timestamp timeofday age localtimestamp".split()
)
"""Functions whose value is the time (age with one argument)."""


def time_dependent(tree: object) -> Iterator[Node]:
    """Parts of an expression whose value is the time: now(), CURRENT_DATE..."""
    for node in walk(tree):
        if isinstance(node, nodes.SQLValueFunction):
            if not node.op.startswith(
                (
                    "SVFOP_CURRENT_ROLE",
                    "SVFOP_CURRENT_USER",
                    "SVFOP_USER",
                    "SVFOP_SESSION",
                    "SVFOP_CURRENT_CATALOG",
                    "SVFOP_CURRENT_SCHEMA",
                )
            ):
                yield node
        elif isinstance(node, nodes.FuncCall):
            name = function_name(node)
            if name in TIME_FUNCTIONS and (name != "age" or len(node.args) == 1):
                yield node
        elif isinstance(node, nodes.TypeCast) and string_of(node.arg) in ("now", "today", "tomorrow", "yesterday"):
            continue  # a constant: computed once, when the statement is read


def same_shape(a: object, b: object) -> bool:
    """Whether two trees say the same, wherever they stand."""
    if isinstance(a, Node) and isinstance(b, Node):
        if type(a) is not type(b):
            return False
        skipped = ("start", "end", "location")
        return all(f in skipped or same_shape(getattr(a, f), getattr(b, f)) for f in a.__struct_fields__)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same_shape(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and a == b
