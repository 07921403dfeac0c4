"""DROP of every kind of object, and ALTER ... DEPENDS ON EXTENSION (dropcmds.c, RemoveRelations of tablecmds.c)."""

from __future__ import annotations

from typing import Any

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID
from schemalint.catalog.model import ObjectAddress, Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics.types import type_name_to_string
from schemalint.simulator.acl import is_owner, is_superuser, owner_check
from schemalint.simulator.deletion import CONCURRENTLY, perform_multiple_deletions
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, Skipped
from schemalint.simulator.objectaddress import check_object_ownership, get_object_address, get_unqualified
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterObjectDependsStmt, DropStmt, ObjectWithArgs, RangeVar, TypeName

At = tuple[int, int] | None

# --- Relations

_RELKINDS = {
    "OBJECT_TABLE": "r",
    "OBJECT_INDEX": "i",
    "OBJECT_SEQUENCE": "S",
    "OBJECT_VIEW": "v",
    "OBJECT_MATVIEW": "m",
    "OBJECT_FOREIGN_TABLE": "f",
}

_KINDS = {
    "r": ("table", "a table", "DROP TABLE", "42P01"),
    "S": ("sequence", "a sequence", "DROP SEQUENCE", "42P01"),
    "v": ("view", "a view", "DROP VIEW", "42P01"),
    "m": ("materialized view", "a materialized view", "DROP MATERIALIZED VIEW", "42P01"),
    "i": ("index", "an index", "DROP INDEX", "42704"),
    "c": ("type", "a type", "DROP TYPE", "42704"),
    "f": ("foreign table", "a foreign table", "DROP FOREIGN TABLE", "42704"),
}
"""dropmsgstringarray: what it is, `is not ...`, how to drop it, the SQLSTATE of its absence."""

_SAME = {"p": "r", "I": "i"}


def remove_objects(session: Session, stmt: DropStmt) -> None:
    """DROP (ExecDropStmt: RemoveRelations or RemoveObjects)."""
    if stmt.removeType in _RELKINDS:
        if stmt.concurrent:
            session.prevent_in_transaction_block("DROP INDEX CONCURRENTLY", stmt)
        _remove_relations(session, stmt)
    else:
        _remove_objects(session, stmt)


def _remove_relations(session: Session, stmt: DropStmt) -> None:
    """RemoveRelations."""
    at = (stmt.start, stmt.end)
    if stmt.concurrent:
        if len(stmt.objects) != 1:
            raise Refusal("0A000", "DROP INDEX CONCURRENTLY does not support dropping multiple objects", at=at)
        if stmt.behavior == "DROP_CASCADE":
            raise Refusal("0A000", "DROP INDEX CONCURRENTLY does not support CASCADE", at=at)
    kind = _RELKINDS[stmt.removeType]
    addresses: list[ObjectAddress] = []
    for names in stmt.objects:
        relation = _drop_candidate(session, stmt, names, kind)
        if relation is None:
            continue
        if relation.kind == "I" and stmt.concurrent:
            message = f'cannot drop partitioned index "{relation.name}" concurrently'
            raise Refusal("0A000", message, at=at, word=relation.name)
        addresses.append(relation.address)
    if addresses:
        flags = CONCURRENTLY if stmt.concurrent else 0
        perform_multiple_deletions(session, addresses, stmt.behavior, at, flags)


def range_var_of(names: tuple[str, ...], at: At) -> RangeVar:
    """makeRangeVarFromNameList."""
    start, end = at if at is not None else (-1, -1)
    if len(names) > 3:
        message = f"improper relation name (too many dotted names): {qualified(names)}"
        raise Refusal("42601", message, at=at)
    return RangeVar(
        schemaname=names[-2] if len(names) > 1 else None,
        relname=names[-1],
        catalogname=names[0] if len(names) == 3 else None,
        start=start,
        end=end,
    )


def _drop_candidate(session: Session, stmt: DropStmt, names: tuple[str, ...], kind: str) -> Relation | None:
    """A relation to drop (RangeVarCallbackForDropRelation); None when it is missing and that is allowed."""
    at = (stmt.start, stmt.end)
    relation = range_var_get_relid(session, range_var_of(names, at), missing_ok=True)
    if relation is None:
        _drop_error_msg_nonexistent(session, stmt, names, kind, at)
        return None
    if _SAME.get(relation.kind, relation.kind) != kind:
        actual = _KINDS.get(_SAME.get(relation.kind, relation.kind))
        hint = f"Use {actual[2]} to remove {actual[1]}." if actual is not None else None
        raise Refusal(
            "42809",
            f'"{names[-1]}" is not {_KINDS[kind][1]}',
            at=at,
            word=names[-1],
            hint=hint,
            objects=(relation.address,),
        )
    if not is_superuser(session) and not is_owner(session, relation):
        owner_check_or_namespace(session, relation, at)
    check_system_relation(session, relation, at)
    mode = SHARE_UPDATE_EXCLUSIVE if stmt.concurrent else ACCESS_EXCLUSIVE
    if relation.index is not None:
        session.lock(relation.index.relid, mode)
    if relation.ispartition and relation.inherits and relation.kind not in "iI":
        session.lock(relation.inherits[0], mode)
    session.lock(relation.oid, mode)
    return relation


def owner_check_or_namespace(session: Session, obj: Any, at: At) -> None:
    """The owner of a schema may drop what is in it."""
    namespace = session.catalog.get(model.Namespace, obj.namespace)
    if namespace is None or not is_owner(session, namespace):
        owner_check(session, obj, at)


def check_system_relation(session: Session, relation: Relation, at: At) -> None:
    """Raise 42501 for a relation of the server's own (IsSystemClass, allowSystemTableMods)."""
    if relation.oid >= FIRST_UNPINNED_OID:
        return
    if session.setting("allow_system_table_mods") in ("on", "true", "1", "yes"):
        return
    raise Refusal("42501", f'permission denied: "{relation.name}" is a system catalog', at=at, word=relation.name)


def _drop_error_msg_nonexistent(session: Session, stmt: DropStmt, names: tuple[str, ...], kind: str, at: At) -> None:
    """DropErrorMsgNonExistent."""
    schema, name = (names[-2] if len(names) > 1 else None), names[-1]
    if stmt.missing_ok:
        session.effect(Skipped(qualified(names), exists=False))
        return
    if schema is not None and session.names.find_namespace(schema) is None:
        session.names.unknown_or(schema, at)
        raise Refusal("3F000", f'schema "{schema}" does not exist', at=at, word=schema)
    noun, _, _, sqlstate = _KINDS[kind]
    raise session.names.missing(sqlstate, f'{noun} "{name}" does not exist', schema, name, at)


# --- Everything else


def _remove_objects(session: Session, stmt: DropStmt) -> None:
    """RemoveObjects."""
    at = (stmt.start, stmt.end)
    addresses: list[ObjectAddress] = []
    for obj in stmt.objects:
        address = get_object_address(session, stmt.removeType, obj, stmt.missing_ok, at)
        if address is None:
            session.effect(Skipped(shown_object(obj), exists=False))
            continue
        found = session.catalog.at(address)
        if stmt.removeType == "OBJECT_FUNCTION" and isinstance(found, model.Proc) and found.kind == "a":
            raise Refusal(
                "42809",
                f'"{qualified(obj.objname)}" is an aggregate function',
                at=at,
                word=found.name,
                hint="Use DROP AGGREGATE to drop aggregate functions.",
            )
        if address.classid == "pg_rewrite" and not isinstance(found, model.RewriteRule):
            raise _requires_view(session, address, at)
        _check_may_drop(session, address, found, at)
        addresses.append(address)
    if addresses:
        perform_multiple_deletions(session, addresses, stmt.behavior, at)


def _check_may_drop(session: Session, address: ObjectAddress, found: Any, at: At) -> None:
    if is_superuser(session):
        return
    namespace = session.catalog.get(model.Namespace, getattr(found, "namespace", 0))
    if namespace is None or not is_owner(session, namespace):
        check_object_ownership(session, address, at)


def _requires_view(session: Session, rule: ObjectAddress, at: At) -> Refusal:
    """A view's own rule cannot be dropped without the view."""
    from schemalint.simulator.describe import describe

    view = describe(session, ObjectAddress("pg_class", rule.objid))
    message = f"cannot drop {describe(session, rule)} because {view} requires it"
    return Refusal("2BP01", message, at=at, hint=f"You can drop {view} instead.")


def shown_object(obj: Any) -> str:
    """An object of a statement as text."""
    if isinstance(obj, str):
        return obj
    if isinstance(obj, TypeName):
        return type_name_to_string(obj)
    if isinstance(obj, ObjectWithArgs):
        return qualified(obj.objname)
    return ".".join(shown_object(part) for part in obj) if isinstance(obj, tuple) else str(obj)


# --- DEPENDS ON EXTENSION


def exec_alter_object_depends(session: Session, stmt: AlterObjectDependsStmt) -> None:
    """ALTER ... [NO] DEPENDS ON EXTENSION (ExecAlterObjectDependsStmt)."""
    at = (stmt.start, stmt.end)
    if stmt.relation is not None:
        names = tuple(w for w in (stmt.relation.catalogname, stmt.relation.schemaname, stmt.relation.relname) if w)
        given = (*names, *stmt.object) if stmt.object else names
    else:
        given = stmt.object
    address = get_object_address(session, stmt.objectType, given, False, at)
    if address is None:
        return
    check_object_ownership(session, address, at)
    extension = get_unqualified(session, "OBJECT_EXTENSION", stmt.extname, False, at)
    assert extension is not None
    if stmt.remove:
        session.catalog.clear_dependencies(address, on_class="pg_extension", deptype="x")
    else:
        session.catalog.depend(address, extension.address, "x")
