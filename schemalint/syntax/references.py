"""What foreign keys refer to, and what happens to them then."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import Constraint
from schemalint.syntax.queries import range_var

_NOT_SUPPORTED = "0A000"


def column_reference(c: Cursor, start: int, name: str | None) -> Constraint:
    """REFERENCES of a column."""
    c.expect("references")
    table = range_var(c)
    referenced = c.column_list() if c.match[c.at] == "(" else ()
    match = key_match(c)
    on_update, on_delete, set_columns = key_actions(c)
    return Constraint(
        contype="CONSTR_FOREIGN",
        conname=name,
        pktable=table,
        pk_attrs=referenced,
        fk_matchtype=match,
        fk_upd_action=on_update,
        fk_del_action=on_delete,
        fk_del_set_cols=set_columns,
        is_enforced=True,
        initially_valid=True,
        start=start,
        end=c.end,
    )


def key_match(c: Cursor) -> str:
    """key_match."""
    if not c.take("match"):
        return "s"
    if c.take("full"):
        return "f"
    if c.take("partial"):
        start = c.tokens.start[c.at - 2]
        raise ParseError("MATCH PARTIAL not yet implemented", start, c.end, _NOT_SUPPORTED)
    c.expect("simple")
    return "s"


def key_actions(c: Cursor) -> tuple[str, str, tuple[str, ...]]:
    """key_actions: what ON UPDATE does, what ON DELETE does, and the columns that the latter sets."""
    found: dict[str, str] = {}
    columns: tuple[str, ...] = ()
    while len(found) < 2 and c.match[c.at] == "on":
        start = c.start
        c.at += 1
        event = c.match[c.at]
        if event not in ("update", "delete") or event in found:
            raise c.error()
        c.at += 1
        found[event], named = _key_action(c)
        if event == "delete":
            columns = named
        elif named:
            words = "SET NULL" if found[event] == "n" else "SET DEFAULT"
            message = f"a column list with {words} is only supported for ON DELETE actions"
            raise ParseError(message, start, c.end, _NOT_SUPPORTED)
    return found.get("update", "a"), found.get("delete", "a"), columns


def _key_action(c: Cursor) -> tuple[str, tuple[str, ...]]:
    """key_action and the columns it sets."""
    if c.take("cascade"):
        return "c", ()
    if c.take("restrict"):
        return "r", ()
    if c.take("no"):
        c.expect("action")
        return "a", ()
    c.expect("set")
    action = c.take_any("null", "default")
    if action is None:
        raise c.error()
    columns = c.column_list() if c.match[c.at] == "(" and c.version >= 15 else ()
    return ("n" if action == "null" else "d"), columns
