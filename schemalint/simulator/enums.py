"""Enum types (the enum part of typecmds.c, pg_enum.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Oid, Type
from schemalint.errors import Refusal
from schemalint.semantics.types import format_type, typename_type
from schemalint.simulator.acl import owner_check
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_type import ENUM_IN, ENUM_OUT, NAMEDATALEN, free_type_name, type_create
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterEnumStmt, CreateEnumStmt, TypeName


def define_enum(session: Session, stmt: CreateEnumStmt) -> None:
    """CREATE TYPE ... AS ENUM (DefineEnum)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.typeName, at)
    shell = free_type_name(session, name, namespace, at)
    labels: list[str] = []
    for label in stmt.vals:
        _check_length(label, at)
        if label in labels:
            raise _duplicate(label, at)
        labels.append(label)
    made = Type(
        oid=shell or session.catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        len=4,
        byval=True,
        typtype="e",
        category="E",
        input=ENUM_IN,
        output=ENUM_OUT,
        labels=tuple(labels),
    )
    type_create(session, made)
    if session.in_transaction_block and not session.var("savepoints"):
        session.set_var("new_enums", (*session.var("new_enums", ()), made.oid))


def _check_length(label: str, at: tuple[int, int]) -> None:
    if len(label.encode()) > NAMEDATALEN - 1:
        raise Refusal(
            "42602",
            f'invalid enum label "{label}"',
            at=at,
            word=label,
            detail=f"Labels must be {NAMEDATALEN - 1} bytes or less.",
        )


def _duplicate(label: str, at: tuple[int, int]) -> Refusal:
    message = 'duplicate key value violates unique constraint "pg_enum_typid_label_index"'
    return Refusal("23505", message, at=at, word=label)


def alter_enum(session: Session, stmt: AlterEnumStmt) -> None:
    """ALTER TYPE ... ADD VALUE / RENAME VALUE (AlterEnum)."""
    at = (stmt.start, stmt.end)
    found, _ = typename_type(session, TypeName(names=stmt.typeName, start=stmt.start, end=stmt.end))
    _check_enum_owner(session, found, at)
    if stmt.oldVal is not None:
        _rename_enum_label(session, found, stmt, at)
    else:
        _add_enum_label(session, found, stmt, at)


def _check_enum_owner(session: Session, found: Type, at: tuple[int, int]) -> None:
    """checkEnumOwner."""
    if found.typtype != "e":
        raise Refusal("42809", f"{format_type(session, found.oid)} is not an enum", at=at)
    owner_check(session, found, at)


def _add_enum_label(session: Session, found: Type, stmt: AlterEnumStmt, at: tuple[int, int]) -> None:
    """AddEnumLabel."""
    new, neighbor = stmt.newVal, stmt.newValNeighbor
    _check_length(new, at)
    if new in found.labels:
        if stmt.skipIfNewValExists:
            session.effect(Noted("NOTICE", f'enum label "{new}" already exists, skipping'))
            session.effect(Skipped(new, True, found.address))
            return
        raise Refusal("42710", f'enum label "{new}" already exists', at=at, word=new)
    labels = list(found.labels)
    if neighbor is None:
        labels.append(new)
    else:
        if neighbor not in labels:
            raise Refusal("22023", f'"{neighbor}" is not an existing enum label', at=at, word=neighbor)
        labels.insert(labels.index(neighbor) + stmt.newValIsAfter, new)
    session.change(replace(found, labels=tuple(labels)))
    if session.in_transaction_block:
        # from 17 on a type and its labels may come in one transaction, when no savepoint is between
        own = session.version >= 17 and found.oid in session.var("new_enums", ()) and not session.var("savepoints")
        if not own:
            _note_uncommitted(session, found.oid, (*_uncommitted(session, found.oid), new))


def _uncommitted(session: Session, oid: Oid) -> tuple[str, ...]:
    return session.catalog.uncommitted_labels.get(oid, ())


def _note_uncommitted(session: Session, oid: Oid, labels: tuple[str, ...]) -> None:
    session.catalog.note(session.catalog.uncommitted_labels, oid, labels or None)


def _rename_enum_label(session: Session, found: Type, stmt: AlterEnumStmt, at: tuple[int, int]) -> None:
    """RenameEnumLabel."""
    old, new = stmt.oldVal, stmt.newVal
    assert old is not None
    _check_length(new, at)
    if old not in found.labels:
        raise Refusal("22023", f'"{old}" is not an existing enum label', at=at, word=old)
    if new in found.labels:
        raise Refusal("42710", f'enum label "{new}" already exists', at=at, word=new)
    session.change(replace(found, labels=tuple(new if label == old else label for label in found.labels)))
    held = _uncommitted(session, found.oid)
    if old in held:
        _note_uncommitted(session, found.oid, tuple(new if label == old else label for label in held))
