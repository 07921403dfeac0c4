"""A literal of unknown type becomes a constant of a type: what the type's input function says of it."""

from __future__ import annotations

from typing import Any

from schemalint.catalog.model import Oid
from schemalint.semantics.lsyscache import State


def input_constant(state: State, oid: Oid, text: str, typmod: int = -1, at: tuple[int, int] | None = None) -> Any:
    """The value of a literal (OidInputFunctionCall); its text for types whose values are not computed here."""
    return text
