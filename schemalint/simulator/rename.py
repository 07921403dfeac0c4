"""RENAME of any object (ExecRenameStmt of alter.c)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import acl_check, is_owner, is_superuser, owner_check
from schemalint.simulator.conflicts import check_no_conflict
from schemalint.simulator.drop import check_system_relation
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Skipped
from schemalint.simulator.namespaces import check_create_on_namespace
from schemalint.simulator.objectaddress import (
    check_routine_ownership,
    get_object_address,
    get_unqualified,
    policy_of,
    rule_of,
    trigger_of,
)
from schemalint.simulator.pg_inherits import find_inheritance_children
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.rename_relation import rename_att, rename_constraint, rename_relation, rename_type
from schemalint.simulator.session import Session
from schemalint.simulator.stored_trees import keep_meaning, keep_meaning_in
from schemalint.syntax.nodes import RenameStmt

At = tuple[int, int] | None


def exec_rename(session: Session, stmt: RenameStmt) -> None:
    """ALTER ... RENAME (ExecRenameStmt)."""
    _RENAME.get(stmt.renameType, _rename_object)(session, stmt)


def _rename_object(session: Session, stmt: RenameStmt) -> None:
    """Objects that nothing but their name and schema decides about (AlterObjectRename_internal)."""
    at = (stmt.start, stmt.end)
    named = stmt.object if stmt.object is not None else stmt.subname
    address = get_object_address(session, stmt.renameType, named, stmt.missing_ok, at)
    if address is None:
        return
    obj = session.catalog.at(address)
    assert obj is not None
    namespace: int = getattr(obj, "namespace", 0)
    if isinstance(obj, model.Extension):
        namespace = 0
    if not is_superuser(session):
        check_routine_ownership(session, address, at)
        if namespace:
            check_create_on_namespace(session, namespace, at)
    check_no_conflict(session, obj, stmt.newname, namespace, at)
    keep_meaning(session, address)
    session.change(replace(obj, name=stmt.newname))


# --- What has no schema


def _rename_schema(session: Session, stmt: RenameStmt) -> None:
    """RenameSchema."""
    at = (stmt.start, stmt.end)
    assert stmt.subname is not None
    found = get_unqualified(session, "OBJECT_SCHEMA", stmt.subname, False, at)
    assert isinstance(found, model.Namespace)
    if session.catalog.find_oid("pg_namespace", 0, stmt.newname) is not None:
        raise Refusal("42P06", f'schema "{stmt.newname}" already exists', at=at, word=stmt.newname)
    if not is_superuser(session):
        owner_check(session, found, at)
        database = session.catalog.find(model.Database, 0, session.names.database)
        if database is not None:
            acl_check(session, database, "C", at)
    if stmt.newname.startswith("pg_") and session.setting("allow_system_table_mods") != "on":
        raise Refusal(
            "42939",
            f'unacceptable schema name "{stmt.newname}"',
            at=at,
            word=stmt.newname,
            detail='The prefix "pg_" is reserved for system schemas.',
        )
    keep_meaning_in(session, found.oid)
    session.change(replace(found, name=stmt.newname))
    session.prepare()


def _rename_role(session: Session, stmt: RenameStmt) -> None:
    """RenameRole."""
    at = (stmt.start, stmt.end)
    old, new = stmt.subname, stmt.newname
    assert old is not None
    found = get_unqualified(session, "OBJECT_ROLE", old, False, at)
    assert isinstance(found, model.Role)
    if found.oid == session.var("session_role", 10):
        raise Refusal("0A000", "session user cannot be renamed", at=at, word=old)
    if found.oid == session.role:
        raise Refusal("0A000", "current user cannot be renamed", at=at, word=old)
    for name in (old, new):
        if name.startswith("pg_"):
            detail = 'Role names starting with "pg_" are reserved.'
            raise Refusal("42939", f'role name "{name}" is reserved', at=at, word=name, detail=detail)
    if session.catalog.find_oid("pg_authid", 0, new) is not None:
        raise Refusal("42710", f'role "{new}" already exists', at=at, word=new)
    _check_may_rename_role(session, found, at)
    session.change(replace(found, name=new))


def _check_may_rename_role(session: Session, found: model.Role, at: At) -> None:
    if is_superuser(session):
        return
    own = session.catalog.get(model.Role, session.role)
    if found.super:
        if session.version < 16:
            raise Refusal("42501", "must be superuser to rename superusers", at=at)
        detail = "Only roles with the SUPERUSER attribute may rename roles with the SUPERUSER attribute."
        raise Refusal("42501", "permission denied to rename role", at=at, detail=detail)
    if own is None or own.createrole:
        admin = session.version < 16 or own is None or own.member_of.get(found.oid, (False, False, False))[0]
        if admin:
            return
    message = "permission denied to rename role"
    raise Refusal("42501", message, at=at)


def _rename_database(session: Session, stmt: RenameStmt) -> None:
    """RenameDatabase."""
    at = (stmt.start, stmt.end)
    assert stmt.subname is not None
    old, new = stmt.subname, stmt.newname
    found = get_unqualified(session, "OBJECT_DATABASE", old, old == session.names.database, at)
    if not is_superuser(session) and found is not None:
        owner_check(session, found, at)
    if session.catalog.find_oid("pg_database", 0, new) is not None:
        raise Refusal("42P04", f'database "{new}" already exists', at=at, word=new)
    if old == session.names.database:
        raise Refusal("0A000", "current database cannot be renamed", at=at, word=old)
    assert found is not None
    session.change(replace(found, name=new))


def _rename_tablespace(session: Session, stmt: RenameStmt) -> None:
    """RenameTableSpace."""
    at = (stmt.start, stmt.end)
    assert stmt.subname is not None
    found = get_unqualified(session, "OBJECT_TABLESPACE", stmt.subname, False, at)
    assert isinstance(found, model.Tablespace)
    if not is_owner(session, found):
        raise Refusal("42501", f"permission denied for tablespace {found.name}", at=at, word=found.name)
    new = stmt.newname
    if new.startswith("pg_"):
        detail = 'The prefix "pg_" is reserved for system tablespaces.'
        raise Refusal("42939", f'unacceptable tablespace name "{new}"', at=at, word=new, detail=detail)
    if session.catalog.find_oid("pg_tablespace", 0, new) is not None:
        raise Refusal("42710", f'tablespace "{new}" already exists', at=at, word=new)
    session.change(replace(found, name=new))


# --- What belongs to a relation


def _relation_of(session: Session, stmt: RenameStmt, kinds: str, words: tuple[str, str]) -> Relation | None:
    """The relation of a rule, trigger or policy; `words` say what other kinds are not, since 15 and before."""
    assert stmt.relation is not None
    at = (stmt.relation.start, stmt.relation.end)
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return None
    if relation.kind not in kinds:
        message = words[0 if session.version >= 15 else 1].format(relation.name)
        raise Refusal("42809", message, at=at, word=relation.name)
    if not is_superuser(session):
        owner_check(session, relation, at)
    check_system_relation(session, relation, at)
    session.lock(relation.oid, ACCESS_EXCLUSIVE)
    return relation


def _rename_rule(session: Session, stmt: RenameStmt) -> None:
    """RenameRewriteRule."""
    at = (stmt.start, stmt.end)
    words = ('relation "{}" cannot have rules', '"{}" is not a table or view')
    relation = _relation_of(session, stmt, "rvp", words)
    if relation is None:
        return
    old, new = stmt.subname, stmt.newname
    assert old is not None
    rule = rule_of(session, relation, old)
    is_view_rule = old == "_RETURN" and relation.kind == "v"
    if rule is None and not is_view_rule:
        message = f'rule "{old}" for relation "{relation.name}" does not exist'
        raise Refusal("42704", message, at=at, word=old)
    if rule_of(session, relation, new) is not None or (new == "_RETURN" and relation.kind == "v"):
        message = f'rule "{new}" for relation "{relation.name}" already exists'
        raise Refusal("42710", message, at=at, word=new)
    if rule is None or rule.event == "1":
        raise Refusal("42P17", "renaming an ON SELECT rule is not allowed", at=at, word=old)
    session.change(replace(rule, name=new))


def _rename_trigger(session: Session, stmt: RenameStmt) -> None:
    """renametrig."""
    at = (stmt.start, stmt.end)
    words = ('relation "{}" cannot have triggers', '"{}" is not a table, view, or foreign table')
    relation = _relation_of(session, stmt, "rvfp", words)
    if relation is None:
        return
    old, new = stmt.subname, stmt.newname
    assert old is not None
    trigger = trigger_of(session, relation, old)
    if session.version < 15 and trigger_of(session, relation, new) is not None:
        raise _trigger_exists(relation, new, at)
    if trigger is None:
        message = f'trigger "{old}" for table "{relation.name}" does not exist'
        raise session.names.missing("42704", message, None, old, at)
    if session.version >= 15 and trigger.parentid:
        parent = session.catalog.get(model.Trigger, trigger.parentid)
        root = session.catalog.get(Relation, parent.relid) if parent is not None else None
        hint = f'Rename the trigger on the partitioned table "{root.name}" instead.' if root is not None else None
        message = f'cannot rename trigger "{old}" on table "{relation.name}"'
        sqlstate = "0A000" if session.version >= 18 else "XX000"
        raise Refusal(sqlstate, message, at=at, word=old, hint=hint)
    _rename_trigger_internal(session, relation, trigger, new, at)


def _trigger_exists(relation: Relation, name: str, at: At) -> Refusal:
    message = f'trigger "{name}" for relation "{relation.name}" already exists'
    return Refusal("42710", message, at=at, word=name)


def _rename_trigger_internal(session: Session, relation: Relation, trigger: model.Trigger, name: str, at: At) -> None:
    """renametrig_internal, renametrig_partition."""
    if trigger.name == name:
        return
    if session.version >= 15 and trigger_of(session, relation, name) is not None:
        raise _trigger_exists(relation, name, at)
    session.change(replace(trigger, name=name))
    if session.version < 15 or relation.kind != "p":
        return
    for child in find_inheritance_children(session, relation.oid, ACCESS_EXCLUSIVE):
        for clone in session.catalog.triggers(child.oid):
            if clone.parentid == trigger.oid:
                _rename_trigger_internal(session, child, clone, name, at)


def _rename_policy(session: Session, stmt: RenameStmt) -> None:
    """rename_policy."""
    at = (stmt.start, stmt.end)
    relation = _relation_of(session, stmt, "rp", ('"{}" is not a table', '"{}" is not a table'))
    if relation is None:
        return
    old, new = stmt.subname, stmt.newname
    assert old is not None
    if policy_of(session, relation, new) is not None:
        message = f'policy "{new}" for table "{relation.name}" already exists'
        raise Refusal("42710", message, at=at, word=new)
    policy = policy_of(session, relation, old)
    if policy is None:
        message = f'policy "{old}" for table "{relation.name}" does not exist'
        raise session.names.missing("42704", message, None, old, at)
    session.change(replace(policy, name=new))


_RENAME: dict[str, Callable[[Session, RenameStmt], None]] = {
    "OBJECT_TABCONSTRAINT": rename_constraint,
    "OBJECT_DOMCONSTRAINT": rename_constraint,
    "OBJECT_DATABASE": _rename_database,
    "OBJECT_ROLE": _rename_role,
    "OBJECT_SCHEMA": _rename_schema,
    "OBJECT_TABLESPACE": _rename_tablespace,
    "OBJECT_TABLE": rename_relation,
    "OBJECT_VIEW": rename_relation,
    "OBJECT_MATVIEW": rename_relation,
    "OBJECT_SEQUENCE": rename_relation,
    "OBJECT_INDEX": rename_relation,
    "OBJECT_FOREIGN_TABLE": rename_relation,
    "OBJECT_COLUMN": rename_att,
    "OBJECT_ATTRIBUTE": rename_att,
    "OBJECT_RULE": _rename_rule,
    "OBJECT_TRIGGER": _rename_trigger,
    "OBJECT_POLICY": _rename_policy,
    "OBJECT_DOMAIN": rename_type,
    "OBJECT_TYPE": rename_type,
}
