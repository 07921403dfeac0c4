"""CREATE RULE."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.dml import preparable_statement
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import Node, RuleStmt, SelectStmt
from schemalint.syntax.queries import is_select_start, range_var, select_statement
from schemalint.syntax.tokens import END
from schemalint.syntax.with_queries import with_clause

_EVENTS = {"select": "CMD_SELECT", "update": "CMD_UPDATE", "delete": "CMD_DELETE", "insert": "CMD_INSERT"}


def create_rule(c: Cursor) -> RuleStmt:
    """RuleStmt."""
    start = c.start
    c.expect("create")
    replace = c.take("or")
    if replace:
        c.expect("replace")
    c.expect("rule")
    name = c.col_id()
    c.expect("as", "on")
    event = _EVENTS.get(c.match[c.at] or "")
    if event is None:
        raise c.error()
    c.at += 1
    c.expect("to")
    relation = range_var(c)
    where = expression(c) if c.take("where") else None
    c.expect("do")
    instead = c.take_any("instead", "also") == "instead"
    actions = _actions(c)
    return RuleStmt(
        relation=relation,
        rulename=name,
        event=event,
        whereClause=where,
        instead=instead,
        actions=actions,
        replace=replace,
        start=start,
        end=c.end,
    )


def _actions(c: Cursor) -> tuple[Node, ...]:
    """RuleActionList."""
    if c.take("nothing"):
        return ()
    if c.match[c.at] != "(":
        return (_action(c),)
    at = c.at
    c.at += 1
    actions: list[Node] = []
    several = False
    while True:
        if c.match[c.at] not in (";", ")"):
            actions.append(_action(c))
        if not c.take(";"):
            break
        several = True
    c.expect(")")
    alone = not several and len(actions) == 1 and isinstance(actions[0], SelectStmt)
    if alone and c.match[c.at] != ";" and c.kind() != END:  # the parentheses are the query's own, and it goes on
        c.at = at
        return (select_statement(c),)
    return tuple(actions)


def _action(c: Cursor) -> Node:
    """RuleActionStmt."""
    word = c.match[c.at]
    if word == "notify":
        from schemalint.syntax.notifications import notify

        return notify(c)
    if word not in ("insert", "update", "delete", "with") and not is_select_start(c):
        raise c.error()
    if word == "with":
        at = c.at
        with_clause(c)
        if c.match[c.at] == "merge":  # which no rule can do
            raise c.error()
        c.at = at
    return preparable_statement(c)
