"""Assertions that our parser and PostgreSQL's agree on one statement."""

from __future__ import annotations

from typing import TypeVar

import pglast
import pytest
from postgres_parser import difference, server_statements

from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import Node
from schemalint.syntax.parser import parse_statement

N = TypeVar("N", bound=Node)


def statement(sql: str, kind: type[N], version: int = 18) -> N:
    """Our tree of `sql`, of the kind that the test knows it has."""
    found = parse_statement(sql, version=version)
    assert isinstance(found, kind)
    return found


def agrees(sql: str) -> None:
    """Our tree of `sql` is the server's."""
    ((_, _, theirs),) = server_statements(sql)
    ours = parse_statement(sql)
    assert difference(ours, theirs) is None


def refusal(sql: str) -> None:
    """Both parsers refuse `sql`, in the same words and at the same place."""
    with pytest.raises(pglast.parser.ParseError) as theirs:
        pglast.parse_sql(sql)
    with pytest.raises(ParseError) as ours:
        parse_statement(sql)
    message, place = theirs.value.args
    assert ours.value.message == message
    if place is not None:
        assert ours.value.start == place
