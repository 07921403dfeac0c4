"""Which relations an ALTER of a kind takes (RangeVarCallbackForAlterRelation of tablecmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.drop import check_system_relation
from schemalint.simulator.namespaces import check_create_on_namespace
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_KINDS = {
    "OBJECT_SEQUENCE": ("S", "a sequence"),
    "OBJECT_VIEW": ("v", "a view"),
    "OBJECT_MATVIEW": ("m", "a materialized view"),
    "OBJECT_FOREIGN_TABLE": ("f", "a foreign table"),
    "OBJECT_TYPE": ("c", "a composite type"),
}


def check_alter_relation(
    session: Session, relation: Relation, objtype: str, at: At, *, rename: bool = False, set_schema: bool = False
) -> None:
    """Owner and kind of a relation that ALTER, RENAME TO or SET SCHEMA names."""
    superuser = is_superuser(session)
    if not superuser:
        owner_check(session, relation, at)
    check_system_relation(session, relation, at)
    if not superuser and rename:
        check_create_on_namespace(session, relation.namespace, at)
    name = relation.name
    wanted = _KINDS.get(objtype)
    if wanted is not None and relation.kind != wanted[0]:
        raise Refusal("42809", f'"{name}" is not {wanted[1]}', at=at, word=name, objects=(relation.address,))
    if objtype == "OBJECT_INDEX" and relation.kind not in "iI" and not rename:
        raise Refusal("42809", f'"{name}" is not an index', at=at, word=name, objects=(relation.address,))
    if objtype != "OBJECT_TYPE" and relation.kind == "c":
        raise Refusal("42809", f'"{name}" is a composite type', at=at, word=name, hint="Use ALTER TYPE instead.")
    if set_schema:
        _check_movable(session, relation, at)


def _check_movable(session: Session, relation: Relation, at: At) -> None:
    if relation.kind in "rvmSfp":
        return
    name = relation.name
    if session.version < 15:
        message = f'"{name}" is not a table, view, materialized view, sequence, or foreign table'
        raise Refusal("42809", message, at=at, word=name)
    if relation.kind in "iI":
        hint = "Change the schema of the table instead."
        raise Refusal("42809", f'cannot change schema of index "{name}"', at=at, word=name, hint=hint)
    noun, hint = ("composite type", "Use ALTER TYPE instead.")
    if relation.kind == "t":
        noun, hint = ("TOAST table", "Change the schema of the table instead.")
    raise Refusal("42809", f'cannot change schema of {noun} "{name}"', at=at, word=name, hint=hint)
