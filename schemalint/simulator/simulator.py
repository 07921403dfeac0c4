"""Statement by statement: what a server would say, without one."""

from __future__ import annotations

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.dispatch import execute_node
from schemalint.simulator.outcome import Outcome
from schemalint.simulator.session import Session
from schemalint.simulator.transactions import (
    allowed_when_aborted,
    finish_statement,
    refuse_statement,
    start_statement,
    undo_commit,
)
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import Node
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import split_statements


class Simulator:
    """A database and one session on it.

    `catalog` is what exists before the first statement; without it, an empty database of `server_version`. `statement_mark` is the
    catalog's journal mark from before the last statement.
    """

    def __init__(self, server_version: int = 18, catalog: Catalog | None = None) -> None:
        self.catalog = catalog if catalog is not None else Catalog(load(server_version))
        self.session = Session(self.catalog)
        self.statement_mark = self.catalog.mark()

    def execute(self, sql: str) -> Outcome:
        """The verdict on exactly one statement, whose effects are then part of the catalog."""
        return self.execute_range(sql, 0, len(sql))

    def execute_range(self, text: str, start: int, end: int) -> Outcome:
        """As execute, of text[start:end]; offsets of the outcome are offsets into `text`."""
        version = self.catalog.version
        try:
            node = parse_statement(text, start, end, version)
        except ParseError as error:
            self._begin()
            start_statement(self.session, None)
            refuse_statement(self.session, None)
            return Outcome(error.sqlstate, error.message, start=error.start, end=error.end)
        except NotUnderstood as error:
            self._begin()
            return Outcome(start=error.start, end=error.end, understood=False, undecided=(error.message,))
        return self.execute_node(text, node, start, end)

    def execute_node(self, text: str, node: Node | None, start: int, end: int) -> Outcome:
        """As execute, of a statement that is parsed already."""
        self._begin()
        session = self.session
        if node is None:
            return Outcome(start=start, end=end)
        session.text, session.effects, session.undecided = text, [], []
        mark = self.catalog.mark()
        try:
            if session.var("aborted") and not allowed_when_aborted(node):
                raise Refusal(
                    "25P02",
                    "current transaction is aborted, commands ignored until end of transaction block",
                    at=(node.start, node.end),
                )
            session.prepare()
            start_statement(session, node)
            execute_node(session, node)
            finish_statement(session, node)
        except Refusal as refusal:
            self.catalog.rollback(mark)
            if (doubt := session.names.doubt(refusal)) is not None:
                return Outcome(start=node.start, end=node.end, undecided=(*session.undecided, doubt), node=node)
            refuse_statement(session, node)
            at = refusal.at if refusal.at is not None and refusal.at[0] >= 0 else (node.start, node.end)
            return Outcome(
                refusal.sqlstate,
                refusal.message,
                refusal.detail,
                refusal.hint,
                start=at[0],
                end=at[1],
                word=refusal.word,
                node=node,
                objects=refusal.objects,
            )
        except Undecidable as reason:
            session.undecided.append(reason.reason)
        except NotModelled as what:
            return Outcome(start=node.start, end=node.end, understood=False, undecided=(what.what,), node=node)
        return Outcome(
            start=node.start,
            end=node.end,
            effects=tuple(session.effects),
            undecided=tuple(session.undecided),
            node=node,
        )

    def execute_script(self, text: str) -> list[Outcome]:
        """The verdicts on each statement of a script, in order; psql's own commands and inline COPY rows are skipped."""
        return [self.execute_range(text, raw.start, raw.end) for raw in split_statements(text) if raw.kind == "sql"]

    def undo(self) -> None:
        """As if the last statement had not been sent: its effects, or its refusal's mark on the transaction."""
        was_in_block = self.session.in_transaction_block
        self.catalog.rollback(self.statement_mark)
        if self.session.in_transaction_block and not was_in_block:
            undo_commit(self.session)
        self.session.prepare()

    def reconnect(self) -> None:
        """A new session: an open transaction is rolled back, settings, temporary objects and prepared statements are gone,
        ALTER DATABASE / ROLE ... SET apply."""
        from schemalint.simulator.transactions import start_session

        self.session = start_session(self.session)
        self.statement_mark = self.catalog.mark()

    def _begin(self) -> None:
        if not self.session.in_transaction_block:
            self.catalog.forget()
        self.statement_mark = self.catalog.mark()
