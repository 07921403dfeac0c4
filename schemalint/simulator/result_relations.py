"""Which relations can be changed, and how (CheckValidResultRel of execMain.c, CheckCmdReplicaIdentity of execReplication.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog import model
from schemalint.catalog.model import FIRST_NORMAL_OID, Publication, PublicationRelation, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import Var
from schemalint.simulator.session import Session
from schemalint.simulator.stored import tree_of, vars_of

At = tuple[int, int] | None

_UNCHANGEABLE = {"S": "sequence", "t": "TOAST relation", "m": "materialized view"}


def check_valid_result_rel(session: Session, command: str, relation: Relation, at: At, pruned: bool = False) -> None:
    """Refuse a change of what is not a table; `command` is insert, update or delete. With `pruned` a condition may leave
    partitions out."""
    kind = relation.kind
    if kind == "r":
        check_cmd_replica_identity(session, command, relation, at)
    elif kind == "p":
        if command != "insert" and not pruned and session.catalog.all(Publication):
            for child in session.catalog.children(relation.oid):
                check_valid_result_rel(session, command, child, at)
    elif kind == "f":
        check_foreign_table(session, relation, at)
    else:
        what = _UNCHANGEABLE.get(kind, "relation")
        raise Refusal("42809", f'cannot change {what} "{relation.name}"', at=at, word=relation.name)


def check_foreign_table(session: Session, relation: Relation, at: At) -> None:
    """A foreign table needs a wrapper with a handler (GetFdwRoutineByServerId)."""
    server = session.catalog.get(model.ForeignServer, relation.server)
    fdw = session.catalog.get(model.ForeignDataWrapper, server.fdw) if server is not None else None
    if fdw is not None and not fdw.handler:
        raise Refusal("55000", f'foreign-data wrapper "{fdw.name}" has no handler', at=at, word=relation.name)


# --- Replica identity


def check_cmd_replica_identity(session: Session, command: str, relation: Relation, at: At) -> None:
    """A published table's old rows must be recognizable (CheckCmdReplicaIdentity)."""
    if command == "insert" or relation.persistence != "p" or relation.oid < FIRST_NORMAL_OID:
        return
    letter = "u" if command == "update" else "d"
    ancestors = _ancestors(session, relation)
    published = [
        pub
        for pub in session.catalog.all(Publication)
        if letter in pub.actions and _publishes(session, pub, relation, ancestors)
    ]
    if not published:
        return
    doing = "update" if command == "update" else "delete from"
    message = f'cannot {doing} table "{relation.name}"'
    identity = _replica_identity(session, relation)
    for invalid, detail in (
        (_filter_is_invalid, "Column used in the publication WHERE expression is not part of the replica identity."),
        (_columns_are_invalid, "Column list used by the publication does not cover the replica identity."),
        (_generated_are_invalid, "Replica identity must not contain unpublished generated columns."),
    ):
        if session.version < 15 or (invalid is _generated_are_invalid and session.version < 18):
            continue
        if any(invalid(session, pub, relation, ancestors, identity) for pub in published):
            raise Refusal("42P10", message, at=at, word=relation.name, detail=detail)
    if relation.replident != "f" and identity is None:
        gerund = "updates" if command == "update" else "deletes"
        message += f" because it does not have a replica identity and publishes {gerund}"
        how = "updating" if command == "update" else "deleting from"
        hint = f"To enable {how} the table, set REPLICA IDENTITY using ALTER TABLE."
        raise Refusal("55000", message, at=at, word=relation.name, hint=hint)


def _ancestors(session: Session, relation: Relation) -> list[Relation]:
    """The partitioned tables above a partition, the nearest first (get_partition_ancestors)."""
    found: list[Relation] = []
    while relation.ispartition and relation.inherits:
        parent = session.catalog.get(Relation, relation.inherits[0])
        if parent is None:
            break
        found.append(parent)
        relation = parent
    return found


def _publishes(session: Session, pub: Publication, relation: Relation, ancestors: Sequence[Relation]) -> bool:
    if pub.alltables:
        return True
    listed = {entry.relid for entry in pub.relations}
    return any(rel.oid in listed or rel.namespace in pub.schemas for rel in (relation, *ancestors))


def _replica_identity(session: Session, relation: Relation) -> set[int] | None:
    """The columns of the replica identity index, None when there is none (RelationGetReplicaIndex)."""
    for candidate in session.catalog.indexes(relation.oid):
        index = candidate.index
        if index is None:
            continue
        if (relation.replident == "d" and index.primary and index.immediate) or (
            relation.replident == "i" and index.replident
        ):
            return set(index.key[: index.nkeyatts])
    return None


def _entry(
    pub: Publication, relation: Relation, ancestors: Sequence[Relation]
) -> tuple[PublicationRelation, Relation] | None:
    """How the publication lists the table, or with publish_via_partition_root its topmost published ancestor."""
    by_relid = {entry.relid: entry for entry in pub.relations}
    if pub.viaroot:
        for ancestor in reversed(ancestors):
            if ancestor.oid in by_relid:
                return by_relid[ancestor.oid], ancestor
    if relation.oid in by_relid:
        return by_relid[relation.oid], relation
    return None


def _numbers(published: Relation, relation: Relation, attnos: Sequence[int]) -> set[int]:
    """Columns of the published table, as numbers of the table itself: the names are the same."""
    if published.oid == relation.oid:
        return set(attnos)
    names = {published.columns[attno - 1].name for attno in attnos if attno > 0}
    return {column.num for column in relation.columns if column.name in names}


def _filter_is_invalid(
    session: Session, pub: Publication, relation: Relation, ancestors: Sequence[Relation], identity: set[int] | None
) -> bool:
    """pub_rf_contains_invalid_column."""
    found = _entry(pub, relation, ancestors)
    if pub.alltables or relation.replident == "f" or found is None or found[0].qual is None:
        return False
    tree = tree_of(session, found[0].qual, found[1])
    used = _numbers(found[1], relation, [var.attno for var in vars_of(tree) if isinstance(var, Var)])
    return not used <= (identity or set())


def _columns_are_invalid(
    session: Session, pub: Publication, relation: Relation, ancestors: Sequence[Relation], identity: set[int] | None
) -> bool:
    """pub_contains_invalid_column: of a column list."""
    found = _entry(pub, relation, ancestors)
    if pub.alltables or found is None or not found[0].columns:
        return False
    if relation.replident == "f":
        return True
    return not (identity or set()) <= _numbers(found[1], relation, found[0].columns)


def _generated_are_invalid(
    session: Session, pub: Publication, relation: Relation, ancestors: Sequence[Relation], identity: set[int] | None
) -> bool:
    """pub_contains_invalid_column: of generated columns that are not published."""
    generated = {column.num: column.generated for column in relation.columns if column.generated}
    if not generated:
        return False
    unpublished = {num for num, kind in generated.items() if kind == "v" or pub.gencols != "s"}
    if relation.replident == "f":
        return bool(unpublished)
    found = _entry(pub, relation, ancestors)
    listed = found is not None and bool(found[0].columns)
    return not listed and bool(unpublished & (identity or set()))
