"""Columns become attributes: storage, compression, row descriptors (BuildDescForRelation and its like, of tablecmds.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Type
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import get_base_type
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.types import format_type
from schemalint.simulator.create_context import Column
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_STORAGE = {"plain": "p", "external": "e", "extended": "x", "main": "m"}
_COMPRESSION = {"pglz": "p", "lz4": "l"}


def build_desc_for_relation(session: Session, columns: Sequence[Column]) -> tuple[Attribute, ...]:
    """The attributes of a new relation (BuildDescForRelation)."""
    found = []
    for num, column in enumerate(columns, 1):
        storage = column.storage
        if column.storage_name is not None:
            storage = get_attribute_storage(session, column.type, column.storage_name, column.at)
        compression = column.compression
        if compression and compression not in "pl":
            compression = get_attribute_compression(session, column.type, compression, column.at)
        if session.role != 10 and column.type != UNKNOWN_TYPE:
            from schemalint.simulator.acl import check_type_usage

            check_type_usage(session, column.type, column.at)
        found.append(
            Attribute(
                num=num,
                name=column.name,
                type=column.type,
                typmod=column.typmod,
                collation=column.collation,
                ndims=column.ndims,
                notnull=column.is_not_null,
                identity=column.identity,
                generated=column.generated,
                islocal=column.is_local,
                inhcount=column.inhcount,
                storage=storage,
                compression=compression,
                options=column.options,
                fdwoptions=_fdw_options(column),
            )
        )
    return tuple(found)


def _fdw_options(column: Column) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for option in column.fdwoptions:
        name = option.defname
        if name in seen:
            raise Refusal("42710", f'option "{name}" provided more than once', at=(option.start, option.end), word=name)
        seen[name] = f"{name}={option.arg}"
    return tuple(seen.values())


def get_attribute_storage(session: Session, type_oid: int, name: str, at: At = None) -> str:
    """The storage of SET STORAGE or STORAGE (GetAttributeStorage); "" is the type's own."""
    word = name.lower()
    if word == "default" and session.version >= 16:
        return ""
    letter = _STORAGE.get(word)
    if letter is None:
        raise Refusal("22023", f'invalid storage type "{name}"', at=at, word=name)
    found = session.catalog.get(Type, get_base_type(session, type_oid)) if type_oid != UNKNOWN_TYPE else None
    if letter != "p" and found is not None and (found.len != -1 or found.storage == "p"):
        shown = format_type(session, type_oid)
        raise Refusal("0A000", f"column data type {shown} can only have storage PLAIN", at=at)
    return "" if found is not None and letter == found.storage else letter


def get_attribute_compression(session: Session, type_oid: int, name: str, at: At = None) -> str:
    """The compression of SET COMPRESSION or COMPRESSION (GetAttributeCompression); "" is the default."""
    if name == "default":
        return ""
    found = session.catalog.get(Type, get_base_type(session, type_oid)) if type_oid != UNKNOWN_TYPE else None
    if found is not None and found.storage == "p":
        shown = format_type(session, type_oid)
        raise Refusal("0A000", f"column data type {shown} does not support compression", at=at)
    letter = _COMPRESSION.get(name)
    if letter is None:
        raise Refusal("22023", f'invalid compression method "{name}"', at=at, word=name)
    return letter
