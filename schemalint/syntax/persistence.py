"""How long a new relation lives, and where it is put: what CREATE says of tables, views and sequences alike."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.syntax.common import reloptions
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import DefElem, RangeVar
from schemalint.syntax.queries import range_var


def opt_temp(c: Cursor) -> str:
    """OptTemp, as relpersistence: t is temporary, u unlogged, p permanent."""
    word = c.match[c.at]
    if word in ("temporary", "temp"):
        c.at += 1
        return "t"
    if word in ("local", "global"):
        c.at += 1
        if c.take_any("temporary", "temp") is None:
            raise c.error()
        return "t"
    return "u" if c.take("unlogged") else "p"


def new_relation(c: Cursor, persistence: str) -> RangeVar:
    """qualified_name of a relation to create."""
    relation = range_var(c)
    return relation if persistence == "p" else replace(relation, relpersistence=persistence)


def access_method(c: Cursor) -> str | None:
    """table_access_method_clause."""
    return c.col_id() if c.take("using") else None


def opt_with(c: Cursor) -> tuple[DefElem, ...]:
    """OptWith; WITHOUT OIDS says nothing any more."""
    if c.take("without"):
        c.expect("oids")
        return ()
    return reloptions(c) if c.take("with") else ()


_ON_COMMIT = {"delete": "ONCOMMIT_DELETE_ROWS", "preserve": "ONCOMMIT_PRESERVE_ROWS"}


def on_commit(c: Cursor) -> str:
    """OnCommitOption."""
    if not c.take("on"):
        return "ONCOMMIT_NOOP"
    c.expect("commit")
    if c.take("drop"):
        return "ONCOMMIT_DROP"
    action = _ON_COMMIT.get(c.match[c.at] or "")
    if action is None:
        raise c.error()
    c.at += 1
    c.expect("rows")
    return action


def opt_tablespace(c: Cursor) -> str | None:
    """OptTableSpace."""
    return c.col_id() if c.take("tablespace") else None


def opt_with_data(c: Cursor) -> bool:
    """opt_with_data: whether to fill the relation."""
    if not c.take("with"):
        return True
    filled = not c.take("no")
    c.expect("data")
    return filled


def opt_column_list(c: Cursor) -> tuple[str, ...]:
    """opt_column_list."""
    return c.column_list() if c.match[c.at] == "(" else ()
