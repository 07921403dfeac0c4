"""One statement's text to its raw parse tree: the first words choose the family that reads the rest."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import Node
from schemalint.syntax.tokens import tokenize


def parse_statement(text: str, start: int = 0, end: int | None = None, version: int = 18) -> Node | None:
    """The raw parse tree of the one statement in text[start:end], None when there is none. A trailing semicolon is allowed.

    Raises ParseError for what PostgreSQL's grammar refuses and NotUnderstood for what this parser does not know.
    """
    cursor = Cursor(tokenize(text, start, end), version)
    raise NotImplementedError(cursor)
