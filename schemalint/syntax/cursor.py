"""A position in the tokens of one statement, and the names that every family of statements reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from schemalint.syntax import keywords
from schemalint.syntax.errors import ParseError
from schemalint.syntax.tokens import END, FLOAT, INTEGER, QUOTED, STRING, WORD, Tokens

T = TypeVar("T")

_ONE_TOKEN = {
    "not": ("between", "in", "like", "ilike", "similar"),
    "nulls": ("first", "last"),
    "with": ("time", "ordinality"),
    "without": ("time",),
    "format": ("json",),
}
"""Words that the server reads as one token with the next (NOT_LA and its like): where both are wrong, the first is at fault."""

_ONE_TOKEN_SINCE = {"without": 16, "format": 16}


class Cursor:
    """Reads tokens forward; `at` indexes the next token.

    `match` is PostgreSQL's look-ahead made cheap: the folded word or the symbol at a position, None for anything else. All
    `expect_*` methods raise ParseError at the offending token, in the server's words.
    """

    __slots__ = (
        "at",
        "depth",
        "keywords",
        "match",
        "not_col_id",
        "not_type_function_name",
        "reserved",
        "tokens",
        "version",
    )

    def __init__(self, tokens: Tokens, version: int = 18) -> None:
        self.tokens = tokens
        self.match = tokens.match
        self.at = 0
        self.version = version
        self.depth = 0
        self.reserved, self.not_col_id, self.not_type_function_name, self.keywords = keywords.words(version)

    # --- looking

    def peek(self, ahead: int = 0) -> str | None:
        """The folded word or symbol `ahead` tokens further on."""
        at = self.at + ahead
        return self.match[at] if at < len(self.match) else None

    def kind(self, ahead: int = 0) -> str:
        """The kind of the token `ahead` tokens further on (see tokens.py)."""
        at = self.at + ahead
        return self.tokens.kind[at] if at < len(self.match) else END

    def is_words(self, *words: str) -> bool:
        """Whether the next tokens are these words or symbols."""
        at = self.at
        return self.match[at : at + len(words)] == list(words)

    @property
    def start(self) -> int:
        """Offset where the next token starts."""
        return self.tokens.start[self.at]

    @property
    def end(self) -> int:
        """Offset where the last token read ended."""
        return self.tokens.end[self.at - 1] if self.at else self.tokens.start[0]

    # --- taking

    def take(self, *words: str) -> bool:
        """Step over these words when they are next."""
        at = self.at
        if len(words) == 1:
            if self.match[at] != words[0]:
                return False
        elif self.match[at : at + len(words)] != list(words):
            return False
        self.at = at + len(words)
        return True

    def take_any(self, *words: str) -> str | None:
        """Step over one of these words, and say which."""
        word = self.match[self.at]
        if word is not None and word in words:
            self.at += 1
            return word
        return None

    def expect(self, *words: str) -> None:
        """Step over these words, or fail at the first that differs."""
        for word in words:
            if self.match[self.at] != word:
                raise self.error()
            self.at += 1

    def error(self, ahead: int = 0) -> ParseError:
        """A syntax error at the token `ahead` tokens further on, in the server's words."""
        at = min(self.at + ahead, len(self.match) - 2)  # the first END
        before = self.match[at - 1] or "" if at else ""
        if self.match[at] in _ONE_TOKEN.get(before, ()) and self.version >= _ONE_TOKEN_SINCE.get(before, 0):
            at -= 1
        tokens = self.tokens
        if tokens.kind[at] == END:
            return ParseError("syntax error at end of input", tokens.end[max(at - 1, 0)], tokens.start[at])
        start, end = tokens.start[at], tokens.end[at]
        return ParseError(f'syntax error at or near "{tokens.text[start:end]}"', start, end)

    # --- names

    def is_col_id(self, ahead: int = 0) -> bool:
        """ColId: a quoted name, a word that is no keyword, or an unreserved or column-name keyword."""
        at = self.at + ahead
        kind = self.tokens.kind[at] if at < len(self.match) else END
        return kind == QUOTED or (kind == WORD and self.match[at] not in self.not_col_id)

    def col_id(self) -> str:
        """A name of a column, table or the like (ColId)."""
        if not self.is_col_id():
            raise self.error()
        return self.next_value()

    def is_type_function_name(self, ahead: int = 0) -> bool:
        """type_function_name: a quoted name, a word that is no keyword, or an unreserved or type / function keyword."""
        at = self.at + ahead
        kind = self.tokens.kind[at] if at < len(self.match) else END
        return kind == QUOTED or (kind == WORD and self.match[at] not in self.not_type_function_name)

    def is_col_label(self, ahead: int = 0) -> bool:
        """ColLabel: any name or keyword."""
        return self.kind(ahead) in (WORD, QUOTED)

    def col_label(self) -> str:
        """A name after AS or a dot: any keyword may stand there (ColLabel)."""
        if self.kind() not in (WORD, QUOTED):
            raise self.error()
        return self.next_value()

    def non_reserved_word(self) -> str:
        """NonReservedWord: a name that is no reserved keyword."""
        if self.kind() == QUOTED or (self.kind() == WORD and self.peek() not in self.reserved):
            return self.next_value()
        raise self.error()

    def next_value(self) -> str:
        """The value of the next token, whatever it is; steps over it."""
        value = self.tokens.value[self.at]
        self.at += 1
        return value

    def any_name(self) -> tuple[str, ...]:
        """A possibly qualified name (any_name)."""
        names = [self.col_id()]
        while self.take("."):
            names.append(self.col_label())
        return tuple(names)

    # --- literals

    def is_string(self) -> bool:
        """Whether a string constant is next."""
        return self.tokens.kind[self.at] == STRING

    def string(self) -> str:
        """A string constant (Sconst)."""
        if self.tokens.kind[self.at] != STRING:
            raise self.error()
        return self.next_value()

    def integer(self) -> int:
        """An unsigned integer constant (Iconst)."""
        if self.tokens.kind[self.at] != INTEGER:
            raise self.error()
        return int(self.next_value())

    def signed_integer(self) -> int:
        """SignedIconst."""
        sign = -1 if self.take("-") else 1
        self.take("+") if sign == 1 else None
        return sign * self.integer()

    def is_number(self) -> bool:
        """Whether an integer or other number is next."""
        return self.tokens.kind[self.at] in (INTEGER, FLOAT)

    # --- lists

    def list_of(self, item: Callable[[Cursor], T]) -> tuple[T, ...]:
        """One or more items between commas."""
        items = [item(self)]
        match = self.match
        while match[self.at] == ",":
            self.at += 1
            items.append(item(self))
        return tuple(items)

    def paren_list(self, item: Callable[[Cursor], T]) -> tuple[T, ...]:
        """`( item, ... )`."""
        self.expect("(")
        items = self.list_of(item)
        self.expect(")")
        return items

    def names(self) -> tuple[str, ...]:
        """ColId between commas (name_list, columnList)."""
        return self.list_of(Cursor.col_id)

    def column_list(self) -> tuple[str, ...]:
        """`( name, ... )`."""
        return self.paren_list(Cursor.col_id)

    def if_exists(self) -> bool:
        """Step over IF EXISTS."""
        if self.peek() == "if" and self.peek(1) == "exists":
            self.at += 2
            return True
        return False

    def if_not_exists(self) -> bool:
        """Step over IF NOT EXISTS. NOT after IF can mean nothing else, so what follows it is at fault when it is not EXISTS."""
        if self.peek() == "if" and self.peek(1) == "not":
            self.at += 2
            self.expect("exists")
            return True
        return False

    def behavior(self) -> str:
        """CASCADE or RESTRICT, or nothing (opt_drop_behavior)."""
        if self.take("cascade"):
            return "DROP_CASCADE"
        self.take("restrict")
        return "DROP_RESTRICT"
