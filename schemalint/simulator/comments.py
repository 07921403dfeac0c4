"""COMMENT ON and SECURITY LABEL (comment.c, seclabel.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.effects import SHARE_UPDATE_EXCLUSIVE, Noted, Skipped
from schemalint.simulator.objectaddress import check_object_ownership, get_object_address, get_unqualified
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import CommentStmt, SecLabelStmt

_COMMENTED_KINDS = "rvmcfp"


def comment_object(session: Session, stmt: CommentStmt) -> None:
    """COMMENT ON (CommentObject)."""
    at = (stmt.start, stmt.end)
    if stmt.objtype == "OBJECT_DATABASE" and get_unqualified(session, stmt.objtype, stmt.object, True, at) is None:
        if stmt.object != session.names.database:
            session.effect(Noted("WARNING", f'database "{stmt.object}" does not exist'))
            session.effect(Skipped(stmt.object, exists=False))
        return
    address = get_object_address(session, stmt.objtype, stmt.object, False, at)
    if address is None:
        return
    check_object_ownership(session, address, at)
    if address.classid == "pg_class":
        session.lock(address.objid, SHARE_UPDATE_EXCLUSIVE)
    if stmt.objtype == "OBJECT_COLUMN":
        relation = session.catalog[Relation, address.objid]
        if relation.kind not in _COMMENTED_KINDS:
            name = relation.name
            if session.version >= 15:
                message = f'cannot set comment on relation "{name}"'
            else:
                message = f'"{name}" is not a table, view, materialized view, composite type, or foreign table'
            raise Refusal("42809", message, at=at, word=name)
    session.catalog.set_comment(address, stmt.comment or None)


def exec_sec_label(session: Session, stmt: SecLabelStmt) -> None:
    """SECURITY LABEL: always refused, since providers come with modules that no catalog shows (ExecSecLabelStmt)."""
    at = (stmt.start, stmt.end)
    if stmt.provider is None:
        raise Refusal("22023", "no security label providers have been loaded", at=at)
    raise Refusal("22023", f'security label provider "{stmt.provider}" is not loaded', at=at, word=stmt.provider)
