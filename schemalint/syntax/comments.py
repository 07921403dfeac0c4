"""COMMENT ON and SECURITY LABEL."""

from __future__ import annotations

from schemalint.syntax.common import non_reserved_word_or_string
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import CommentStmt, SecLabelStmt
from schemalint.syntax.objects import object_kind, object_name

_COMMENTED = frozenset(
    {
        "any_name",
        "name",
        "shared_name",
        "on_any_name",
        "type",
        "column",
        "constraint",
        "aggregate",
        "function",
        "operator",
        "opclass",
        "cast",
        "transform",
        "large_object",
    }
)
_LABELLED = frozenset({"any_name", "name", "shared_name", "type", "column", "aggregate", "function", "large_object"})


def comment(c: Cursor) -> CommentStmt:
    """CommentStmt."""
    start = c.start
    c.expect("comment", "on")
    kind, object_ = object_name(c, *object_kind(c, _COMMENTED))
    c.expect("is")
    text = None if c.take("null") else c.string()
    return CommentStmt(objtype=kind, object=object_, comment=text, start=start, end=c.end)


def security_label(c: Cursor) -> SecLabelStmt:
    """SecLabelStmt."""
    start = c.start
    c.expect("security", "label")
    provider = non_reserved_word_or_string(c) if c.take("for") else None
    c.expect("on")
    kind, object_ = object_name(c, *object_kind(c, _LABELLED))
    c.expect("is")
    label = None if c.take("null") else c.string()
    return SecLabelStmt(objtype=kind, object=object_, label=label, provider=provider, start=start, end=c.end)
