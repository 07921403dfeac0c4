"""CREATE of what a definition list describes (the DefineStmt part of ProcessUtilitySlow)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from schemalint.errors import NotModelled
from schemalint.simulator.session import Session
from schemalint.simulator.undecided import may_make
from schemalint.syntax.nodes import DefineStmt

_KINDS = {
    "OBJECT_AGGREGATE": "aggregates:define_aggregate",
    "OBJECT_OPERATOR": "operators:define_operator",
    "OBJECT_TYPE": "base_types:define_type",
    "OBJECT_COLLATION": "collations:define_collation",
    "OBJECT_TSPARSER": "text_search:define_ts_parser",
    "OBJECT_TSDICTIONARY": "text_search:define_ts_dictionary",
    "OBJECT_TSTEMPLATE": "text_search:define_ts_template",
    "OBJECT_TSCONFIGURATION": "text_search:define_ts_configuration",
}


def define_object(session: Session, stmt: DefineStmt) -> None:
    """CREATE AGGREGATE, OPERATOR, TYPE, COLLATION and TEXT SEARCH."""
    where = _KINDS.get(stmt.kind)
    if where is None:
        raise NotModelled(stmt.kind)
    module, _, function = where.partition(":")
    execute: Any = getattr(import_module(f"schemalint.simulator.{module}"), function)
    with may_make(session, stmt.defnames[-1]):
        execute(session, stmt)
