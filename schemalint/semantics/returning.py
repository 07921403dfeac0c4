"""RETURNING (transformReturningClause of analyze.c)."""

from __future__ import annotations

from schemalint.errors import Refusal
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import TargetEntry
from schemalint.semantics.relations import refname_namespace_item
from schemalint.semantics.target import resolve_target_list_unknowns, transform_target_list
from schemalint.syntax.nodes import ReturningClause


def _add_ns_item_for_returning(pstate: ParseState, name: str, which: str) -> None:
    """The row before or after the change, under a name (addNSItemForReturning)."""
    target = pstate.target_item
    assert target is not None
    item = NamespaceItem(target.rte, target.rtindex, name)
    item.cols_visible = False
    item.returning = which
    pstate.namespace = [*pstate.namespace, item]


def transform_returning_clause(pstate: ParseState, clause: ReturningClause, kind: str) -> tuple[TargetEntry, ...]:
    """The output columns; from 18 on OLD and NEW may be named in them (transformReturningClause)."""
    saved_namespace = pstate.namespace
    given: set[str] = set()
    for option in clause.options:
        which = option.option.removeprefix("RETURNING_OPTION_").lower()
        if which in given:
            raise Refusal("42601", f"{which.upper()} cannot be specified multiple times", at=span(option))
        given.add(which)
        if refname_namespace_item(pstate, None, option.value, None) is not None:
            message = f'table name "{option.value}" specified more than once'
            raise Refusal("42712", message, at=span(option), word=option.value)
        _add_ns_item_for_returning(pstate, option.value, which)
    if pstate.version >= 18:
        for which in ("old", "new"):
            if which not in given and refname_namespace_item(pstate, None, which, None) is None:
                _add_ns_item_for_returning(pstate, which, which)
    saved = pstate.next_resno
    pstate.next_resno = 1
    targets = transform_target_list(pstate, clause.exprs, kind)
    if not targets:
        message = "RETURNING must have at least one column"
        raise Refusal("42601", message, at=span(clause.exprs[0]))
    if pstate.resolve_unknowns:
        resolve_target_list_unknowns(pstate, targets)
    pstate.next_resno = saved
    pstate.namespace = saved_namespace
    return tuple(targets)
