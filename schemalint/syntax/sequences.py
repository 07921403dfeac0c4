"""Sequences and their options (CreateSeqStmt, AlterSeqStmt, SeqOptList), which identity columns have too."""

from __future__ import annotations

from schemalint.syntax.common import numeric_only
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import AlterSeqStmt, CreateSeqStmt, DefArg, DefElem
from schemalint.syntax.persistence import new_relation, opt_temp
from schemalint.syntax.queries import range_var
from schemalint.syntax.typenames import simple_type_name

_FLAGS = frozenset({"logged", "unlogged"})
_NUMBERS = frozenset({"cache", "maxvalue", "minvalue"})
_STARTS = frozenset({"as", "cycle", "no", "increment", "owned", "sequence", "start", "restart"}) | _FLAGS | _NUMBERS


def create_sequence(c: Cursor) -> CreateSeqStmt:
    """CreateSeqStmt."""
    start = c.start
    c.expect("create")
    persistence = opt_temp(c)
    c.expect("sequence")
    if_not_exists = c.if_not_exists()
    sequence = new_relation(c, persistence)
    options = sequence_options(c) if is_sequence_option(c) else ()
    return CreateSeqStmt(sequence=sequence, options=options, if_not_exists=if_not_exists, start=start, end=c.end)


def alter_sequence(c: Cursor) -> AlterSeqStmt:
    """AlterSeqStmt."""
    start = c.start
    c.expect("alter", "sequence")
    missing_ok = c.if_exists()
    sequence = range_var(c)
    options = sequence_options(c)
    return AlterSeqStmt(sequence=sequence, options=options, missing_ok=missing_ok, start=start, end=c.end)


def is_sequence_option(c: Cursor) -> bool:
    """Whether SeqOptElem is next. LOGGED and UNLOGGED are options since 15."""
    word = c.match[c.at]
    return word in _STARTS and (word not in _FLAGS or c.version >= 15)


def sequence_options(c: Cursor) -> tuple[DefElem, ...]:
    """SeqOptList."""
    options = [sequence_option(c)]
    while is_sequence_option(c):
        options.append(sequence_option(c))
    return tuple(options)


def sequence_option(c: Cursor) -> DefElem:
    """SeqOptElem."""
    if not is_sequence_option(c):
        raise c.error()
    start = c.start
    name = c.next_value()
    arg: DefArg = None
    if name in _NUMBERS:
        arg = numeric_only(c)
    elif name == "as":
        arg = simple_type_name(c)
    elif name == "cycle":
        arg = True
    elif name == "no":
        name = c.take_any("cycle", "maxvalue", "minvalue") or ""
        if not name:
            raise c.error()
        arg = False if name == "cycle" else None
    elif name == "increment":
        c.take("by")
        arg = numeric_only(c)
    elif name == "owned":
        c.expect("by")
        name, arg = "owned_by", c.any_name()
    elif name == "sequence":
        c.expect("name")
        name, arg = "sequence_name", c.any_name()
    elif name == "start":
        c.take("with")
        arg = numeric_only(c)
    elif name == "restart":
        arg = restart_value(c)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


def restart_value(c: Cursor) -> DefArg:
    """What follows RESTART: a number, with or without WITH, or nothing."""
    if c.take("with") or c.is_number() or c.match[c.at] in ("+", "-"):
        return numeric_only(c)
    return None
