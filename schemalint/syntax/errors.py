"""What PostgreSQL's lexer and grammar refuse."""

from __future__ import annotations


class ParseError(Exception):
    """A statement that PostgreSQL's parser refuses: its words, where (character offsets), its SQLSTATE (42601 syntax_error)."""

    def __init__(self, message: str, start: int, end: int, sqlstate: str = "42601") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.sqlstate = sqlstate


class NotUnderstood(Exception):
    """A statement whose form this parser does not know, though PostgreSQL may."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
