"""Owner, clustering, triggers, rules, row security and replica identity of a table (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import Oid, Relation, Type
from schemalint.errors import Refusal
from schemalint.simulator.acl import check_can_set_role, get_rolespec, has_privilege, is_superuser, owner_check
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command
from schemalint.simulator.objectaddress import rule_of, trigger_of
from schemalint.simulator.owner import change_owner_dependency, new_owner_acl
from schemalint.simulator.pg_inherits import find_inheritance_children
from schemalint.simulator.session import Session
from schemalint.simulator.set_schema import owning_column
from schemalint.syntax.nodes import ReplicaIdentityStmt


def nothing(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """SET WITHOUT OIDS: no table has them."""


# --- Owner


def at_exec_change_owner(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """OWNER TO (ATExecChangeOwner)."""
    assert command.node is not None and command.node.newowner is not None
    owner = get_rolespec(work.session, command.node.newowner)
    change_relation_owner(work.session, tab.relid, owner, False, command.at)


def change_relation_owner(session: Session, relid: Oid, owner: Oid, recursing: bool, at: At = None) -> None:
    """ATExecChangeOwner: row type, indexes and owned sequences follow."""
    relation = session.catalog[Relation, relid]
    if not _may_change_owner(session, relation, owner, recursing, at):
        return
    if relation.owner == owner:
        return
    if not recursing and not is_superuser(session):
        owner_check(session, relation, at)
        check_can_set_role(session, session.role, owner, at)
        namespace = session.catalog.get(model.Namespace, relation.namespace)
        if namespace is not None and not has_privilege(session, namespace, "C", owner):
            raise Refusal("42501", f"permission denied for schema {namespace.name}", at=at, word=namespace.name)
    _set_owner(session, relation, owner, note=not recursing)
    if relation.kind in "rpmf":
        for index in session.catalog.indexes(relid):
            change_relation_owner(session, index.oid, owner, True, at)
        for dependent, _, deptype in session.catalog.dependents(relation.address):
            found = session.catalog.get(Relation, dependent.objid) if dependent.classid == "pg_class" else None
            if found is not None and found.kind == "S" and deptype in "ai":
                change_relation_owner(session, found.oid, owner, True, at)


def _may_change_owner(session: Session, relation: Relation, owner: Oid, recursing: bool, at: At) -> bool:
    """Whether the relation has an owner of its own; an index has its table's."""
    name = relation.name
    if recursing or relation.kind in "rpvmf":
        return True
    if relation.kind in "iI":
        if relation.owner == owner:
            return False
        message = f'cannot change owner of index "{name}"'
        if relation.kind == "I":
            message = f'cannot change owner of index "{name}"'
        raise Refusal("42809", message, at=at, word=name, hint="Change the ownership of the index's table instead.")
    if relation.kind == "S":
        column = owning_column(session, relation)
        if column is not None and relation.owner != owner:
            table = session.catalog[Relation, column.objid]
            detail = f'Sequence "{name}" is linked to table "{table.name}".'
            raise Refusal("0A000", f'cannot change owner of sequence "{name}"', at=at, word=name, detail=detail)
        return True
    if relation.kind == "c":
        raise Refusal("42809", f'"{name}" is a composite type', at=at, word=name, hint="Use ALTER TYPE instead.")
    raise Refusal("42809", f'cannot change owner of relation "{name}"', at=at, word=name)


def _set_owner(session: Session, relation: Relation, owner: Oid, note: bool) -> None:
    acl = None if relation.acl is None else new_owner_acl(session, relation.acl, relation.owner, owner)
    columns = tuple(
        column if column.acl is None else replace(column, acl=new_owner_acl(session, column.acl, relation.owner, owner))
        for column in relation.columns
    )
    after = replace(relation, owner=owner, acl=acl, columns=columns)
    if note:
        session.change(after)
    else:
        session.catalog.put(after)
    if relation.kind not in "iI":
        change_owner_dependency(session, relation.address, relation.owner, owner)
    rowtype = session.catalog.get(Type, relation.type) if relation.type and relation.index is None else None
    if rowtype is not None:
        session.catalog.put(replace(rowtype, owner=owner))
        array = session.catalog.get(Type, rowtype.array) if rowtype.array else None
        if array is not None:
            session.catalog.put(replace(array, owner=owner))


# --- CLUSTER ON


def find_index(session: Session, relation: Relation, name: str, at: At) -> Relation:
    """An index by its name, in the schema of its table."""
    found = session.catalog.find(Relation, relation.namespace, name)
    if found is None:
        message = f'index "{name}" for table "{relation.name}" does not exist'
        raise session.names.missing("42704", message, None, name, at)
    return found


def check_index_is_clusterable(session: Session, relation: Relation, index: Relation, at: At) -> None:
    """check_index_is_clusterable."""
    info = index.index
    if info is None:
        raise Refusal("42809", f'"{index.name}" is not an index', at=at, word=index.name)
    if info.relid != relation.oid:
        message = f'"{index.name}" is not an index for table "{relation.name}"'
        raise Refusal("42809", message, at=at, word=index.name)
    am = session.catalog.get(model.AccessMethod, index.am)
    if am is not None and am.oid < model.FIRST_NORMAL_OID and am.name not in ("btree", "gist"):
        message = f'cannot cluster on index "{index.name}" because access method does not support clustering'
        raise Refusal("0A000", message, at=at, word=index.name)
    if info.predicate is not None:
        raise Refusal("0A000", f'cannot cluster on partial index "{index.name}"', at=at, word=index.name)
    if not info.valid:
        raise Refusal("0A000", f'cannot cluster on invalid index "{index.name}"', at=at, word=index.name)


def mark_index_clustered(session: Session, relation: Relation, index: Relation | None, at: At) -> None:
    """mark_index_clustered; None for none."""
    if relation.kind == "p":
        raise Refusal("0A000", "cannot mark index clustered in partitioned table", at=at)
    for held in session.catalog.indexes(relation.oid):
        assert held.index is not None
        clustered = index is not None and held.oid == index.oid
        if held.index.clustered != clustered:
            session.change(replace(held, index=replace(held.index, clustered=clustered)))


def at_exec_cluster_on(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecClusterOn."""
    assert command.name is not None
    relation = work.rel(tab.relid)
    index = find_index(work.session, relation, command.name, command.at)
    check_index_is_clusterable(work.session, relation, index, command.at)
    mark_index_clustered(work.session, relation, index, command.at)


def at_exec_drop_cluster(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropCluster."""
    mark_index_clustered(work.session, work.rel(tab.relid), None, command.at)


# --- Triggers and rules

_ENABLED = {
    "AT_EnableTrig": "O",
    "AT_EnableAlwaysTrig": "A",
    "AT_EnableReplicaTrig": "R",
    "AT_EnableTrigAll": "O",
    "AT_EnableTrigUser": "O",
    "AT_DisableTrig": "D",
    "AT_DisableTrigAll": "D",
    "AT_DisableTrigUser": "D",
    "AT_EnableRule": "O",
    "AT_EnableAlwaysRule": "A",
    "AT_EnableReplicaRule": "R",
    "AT_DisableRule": "D",
}


def at_exec_enable_disable_trigger(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecEnableDisableTrigger (EnableDisableTrigger)."""
    relation = work.rel(tab.relid)
    name = command.name
    if name is not None and trigger_of(work.session, relation, name) is None:
        message = f'trigger "{name}" for table "{relation.name}" does not exist'
        raise work.session.names.missing("42704", message, None, name, command.at)
    _enable_triggers(work, relation, name, _ENABLED[command.subtype], command.recurse)


def _enable_triggers(work: AlterTable, relation: Relation, name: str | None, enabled: str, recurse: bool) -> None:
    for trigger in work.session.catalog.triggers(relation.oid):
        if name is not None and trigger.name != name:
            continue
        if trigger.enabled != enabled and not trigger.isinternal:
            work.session.change(replace(trigger, enabled=enabled))
        if recurse and relation.kind == "p" and trigger.type & 1:
            for child in find_inheritance_children(work.session, relation.oid, work.lockmode):
                for clone in work.session.catalog.triggers(child.oid):
                    if clone.parentid == trigger.oid:
                        _enable_triggers(work, child, clone.name, enabled, recurse)


def at_exec_enable_disable_rule(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecEnableDisableRule (EnableDisableRule)."""
    relation = work.rel(tab.relid)
    assert command.name is not None
    rule = rule_of(work.session, relation, command.name)
    if rule is None:
        message = f'rule "{command.name}" for relation "{relation.name}" does not exist'
        raise work.session.names.missing("42704", message, None, command.name, command.at)
    enabled = _ENABLED[command.subtype]
    if rule.enabled != enabled:
        work.session.change(replace(rule, enabled=enabled))


def at_exec_row_security(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetRowSecurity, ATExecForceNoForceRowSecurity."""
    relation = work.rel(tab.relid)
    on = not command.subtype.startswith(("AT_Disable", "AT_NoForce"))
    if command.subtype.endswith("ForceRowSecurity"):
        work.session.change(replace(relation, forcerowsecurity=on))
    else:
        work.session.change(replace(relation, rowsecurity=on))


# --- Replica identity


def at_exec_replica_identity(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecReplicaIdentity."""
    session, at = work.session, command.at
    stmt: ReplicaIdentityStmt = command.def_
    relation = work.rel(tab.relid)
    index = None
    if stmt.identity_type == "i":
        assert stmt.name is not None
        index = find_index(session, relation, stmt.name, at)
        _check_replica_identity(session, relation, index, at)
    for held in session.catalog.indexes(relation.oid):
        assert held.index is not None
        chosen = index is not None and held.oid == index.oid
        if held.index.replident != chosen:
            session.change(replace(held, index=replace(held.index, replident=chosen)))
    if relation.replident != stmt.identity_type:
        session.change(replace(relation, replident=stmt.identity_type))


def _check_replica_identity(session: Session, relation: Relation, index: Relation, at: At) -> None:
    info, name = index.index, index.name
    if info is None:
        raise Refusal("42809", f'"{name}" is not an index', at=at, word=name)
    if info.relid != relation.oid:
        raise Refusal("42809", f'"{name}" is not an index for table "{relation.name}"', at=at, word=name)
    if not info.unique:
        raise Refusal("42809", f'cannot use non-unique index "{name}" as replica identity', at=at, word=name)
    if not info.immediate:
        raise Refusal("0A000", f'cannot use non-immediate index "{name}" as replica identity', at=at, word=name)
    if info.exprs:
        raise Refusal("0A000", f'cannot use expression index "{name}" as replica identity', at=at, word=name)
    if info.predicate is not None:
        raise Refusal("0A000", f'cannot use partial index "{name}" as replica identity', at=at, word=name)
    for num in info.key[: info.nkeyatts]:
        if num <= 0:
            message = f'index "{name}" cannot be used as replica identity because column {num} is a system column'
            raise Refusal("42P10", message, at=at, word=name)
        column = relation.columns[num - 1]
        if not column.notnull:
            message = f'index "{name}" cannot be used as replica identity because column "{column.name}" is nullable'
            raise Refusal("42809", message, at=at, word=name)
