"""What each major's grammar takes and refuses, asked of real servers.

The server reads the whole string before it runs any of it, so a word that starts no statement, put behind the one in question,
shows whether the server read past it; nothing is executed.
"""

from __future__ import annotations

import pytest
import test_alter_table
import test_expressions
import test_queries
import test_relations
import test_sqljson
import test_tables
from servers import Server

from schemalint.syntax.errors import ParseError
from schemalint.syntax.parser import parse_statement

STATEMENTS = "\n".join(
    (
        test_tables.TABLES,
        test_tables.CONSTRAINTS,
        test_tables.TABLE_AS,
        test_tables.REFUSED,
        test_alter_table.ALTER,
        test_alter_table.REFUSED,
        test_relations.INDEXES,
        test_relations.VIEWS,
        test_relations.SEQUENCES,
        test_relations.TRIGGERS,
        test_relations.POLICIES,
        test_relations.RULES,
        test_relations.REFUSED,
        test_expressions.OPERATORS,
        test_expressions.OPERANDS,
        test_expressions.CALLS,
        test_expressions.TYPES,
        test_expressions.REFUSED,
        test_queries.SELECTS,
        test_queries.FROM,
        test_queries.DML,
        test_queries.REFUSED,
        test_sqljson.FUNCTIONS,
        test_sqljson.TABLES,
        test_sqljson.REFUSED,
    )
)
LATER = frozenset({"create table t (a int) partition by round (a)"})
"""Refused by the grammar since 16, by what comes after it before."""

END = 'syntax error at or near "no_statement"'


@pytest.mark.server
def test_grammar(server: Server) -> None:
    differences = []
    with server.connect() as connection:
        for sql in filter(None, STATEMENTS.splitlines()):
            if sql in LATER and server.major < 16:
                continue
            result = connection.pgconn.exec_(f"{sql}\n; no_statement".encode())
            theirs = (result.error_field(ord("M")) or b"").decode()
            theirs = theirs.replace('at or near ";"', "at end of input")
            try:
                parse_statement(sql, version=server.major)
                ours = END
            except ParseError as refused:
                ours = refused.message
            if ours != theirs:
                differences.append((sql, theirs, ours))
    assert not differences
