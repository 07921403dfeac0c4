"""Files as they are sent to a server: which parts of them, and what is in a transaction."""

from __future__ import annotations

from msgspec import Struct

from schemalint.source import Source


class Part(Struct, frozen=True):
    """A range of a file. `transaction` says that its runner sends it inside one transaction."""

    start: int
    end: int
    transaction: bool


class File(Struct, frozen=True):
    """A file to check: its `parts`, or without them all of it up to the offset `end`, in one transaction or not."""

    source: Source
    transaction: bool = False
    end: int | None = None
    parts: tuple[Part, ...] | None = None
    way_out: str = ""
    """How to take the file out of its runner's transaction, one clause."""
    back: File | None = None
    """What undoes it, where that is to be checked, too."""
    sent: str = ""
    """The text as its runner sends it, as long as the source's, where that is different."""
    continues: bool = False
    goes_on: bool = False
    """Whether it is in the transaction of the file before, and the next file in its."""

    def ranges(self) -> tuple[Part, ...]:
        """The parts that are sent, in order."""
        if self.parts is not None:
            return self.parts
        return (Part(0, len(self.source.text) if self.end is None else self.end, self.transaction),)

    def wraps(self, offset: int) -> bool:
        """Whether the runner puts what stands there into a transaction."""
        return any(part.transaction for part in self.ranges() if part.start <= offset < part.end)
