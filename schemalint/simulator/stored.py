"""Expressions that the catalog keeps: read for the first time, and read again from their text."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, structs

from schemalint.catalog.model import Expression, Oid, Relation
from schemalint.semantics import query as q
from schemalint.semantics.parsestate import ParseState, make_parsestate
from schemalint.semantics.range_table import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import Node


def session_parsestate(session: Session) -> ParseState:
    """A ParseState without relations; what stays undecided in it is noted in the session."""
    pstate = make_parsestate(session.names, None, session.setting)
    pstate.undecided = session.undecided
    return pstate


def relation_parsestate(session: Session, relation: Relation) -> ParseState:
    """A ParseState whose expressions may use the columns of one relation, as varno 1."""
    pstate = session_parsestate(session)
    item = add_range_table_entry_for_relation(pstate, relation, None, False, True)
    add_ns_item_to_query(pstate, item, True, True, True)
    return pstate


def tree_of(session: Session, expression: Expression, relation: Relation | None = None, kind: str = "other") -> Any:
    """The analyzed form of a stored expression over the columns of a relation. Raises what its text no longer allows."""
    if expression.tree is not UNSET:
        return expression.tree
    from schemalint.semantics.expressions import transform_expr

    pstate = session_parsestate(session) if relation is None else relation_parsestate(session, relation)
    return transform_expr(pstate, node_of(session, expression), kind)


def node_of(session: Session, expression: Expression) -> Node:
    """The raw tree of a stored expression's text."""
    from schemalint.syntax.nodes import ResTarget, SelectStmt
    from schemalint.syntax.parser import parse_statement

    select = parse_statement(f"SELECT {expression.text}", version=session.version)
    assert isinstance(select, SelectStmt)
    target = select.targetList[0]
    assert isinstance(target, ResTarget) and target.val is not None
    return target.val


def map_variable_attnos(tree: Any, attmap: dict[int, int], varno: int = 1, to_rowtype: Oid = 0) -> tuple[Any, bool]:
    """(the tree with the columns of `varno` renumbered, whether it has a reference to the whole row) (map_variable_attnos)."""
    whole = False

    def mapped(node: Any, level: int) -> Any:
        nonlocal whole
        if isinstance(node, q.Var):
            if node.varno != varno or node.levelsup != level:
                return node
            if node.attno == 0:
                whole = True
                return node
            new = attmap.get(node.attno, node.attno) if node.attno > 0 else node.attno
            return node if new == node.attno else structs.replace(node, attno=new)
        if isinstance(node, tuple):
            changed = tuple(mapped(item, level) for item in node)
            return node if all(a is b for a, b in zip(changed, node, strict=True)) else changed
        if isinstance(node, Struct):
            inner = level + 1 if isinstance(node, q.Query) else level
            new_fields = {}
            for field in node.__struct_fields__:
                value = getattr(node, field)
                if isinstance(value, (Struct, tuple)):
                    new_value = mapped(value, inner)
                    if new_value is not value:
                        new_fields[field] = new_value
            return structs.replace(node, **new_fields) if new_fields else node
        return node

    return mapped(tree, 0), whole


def vars_of(tree: Any, level: int = 0) -> list[q.Var]:
    """The columns that an expression uses, whole rows and system columns too, in order (pull_var_clause)."""
    found: list[q.Var] = []
    _gather_vars(tree, level, found)
    return found


def _gather_vars(node: Any, level: int, found: list[q.Var]) -> None:
    if isinstance(node, q.Var):
        if node.levelsup == level:
            found.append(node)
    elif isinstance(node, q.Const):
        return
    elif isinstance(node, tuple):
        for item in node:
            _gather_vars(item, level, found)
    elif isinstance(node, Struct):
        if isinstance(node, q.Query):
            level += 1
        for field in node.__struct_fields__:
            value = getattr(node, field)
            if isinstance(value, (Struct, tuple)):
                _gather_vars(value, level, found)
