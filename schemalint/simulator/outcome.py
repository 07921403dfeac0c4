"""What the simulator says about one statement."""

from __future__ import annotations

from msgspec import Struct

from schemalint.simulator.effects import Effect
from schemalint.syntax.nodes import Node


class Outcome(Struct, frozen=True):
    """The verdict on one statement.

    sqlstate    None when the server would accept it, else its SQLSTATE; message, detail and hint are the server's words
    start, end  character offsets, in the text handed in, of what a refusal points at; else of the statement
    word        the name within that range that the refusal is about
    understood  False when the statement could not be read or is not modelled: it counts neither as accepted nor as refused
    undecided   why parts of the verdict are not known (objects outside an open catalog)
    """

    sqlstate: str | None = None
    message: str | None = None
    detail: str | None = None
    hint: str | None = None
    start: int = 0
    end: int = 0
    word: str | None = None
    understood: bool = True
    undecided: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    node: Node | None = None
    objects: tuple[object, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the server would take the statement, as far as is known."""
        return self.sqlstate is None and self.understood
