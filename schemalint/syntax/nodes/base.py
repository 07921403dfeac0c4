"""What every node of the raw parse tree has."""

from __future__ import annotations

from msgspec import Struct


class Node(Struct, frozen=True, gc=False, kw_only=True):
    """A node and where it stands: half-open character offsets into the source text, -1 when it was not written.

    Names and fields are those of PostgreSQL's raw parse tree (parsenodes.h, primnodes.h), so that the server's source can be
    read beside this code and its own parser can judge ours; enumerators are kept as their names. Lists are tuples, a String
    is a str, an Integer outside expressions an int.
    """

    start: int = -1
    end: int = -1
