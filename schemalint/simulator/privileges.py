"""GRANT and REVOKE on objects (ExecuteGrantStmt and what it calls in aclchk.c). Roles are granted in role_members.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import is_true_array
from schemalint.semantics.types import format_type, typename_type
from schemalint.simulator.acl import (
    acl_default,
    acl_kind,
    all_privileges,
    get_rolespec,
    has_privs_of_role,
    object_word,
    roles_is_member_of,
)
from schemalint.simulator.aclitems import (
    PRIVILEGES,
    WORDS,
    AclItem,
    acl_update,
    format_acl,
    options_of,
    parse_acl,
    union,
)
from schemalint.simulator.default_privileges import exec_alter_default_privileges
from schemalint.simulator.effects import Granted, Noted
from schemalint.simulator.objectaddress import column_named, get_attnum, get_unqualified
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import GrantStmt, ObjectWithArgs, RangeVar, RoleSpec, TypeName

__all__ = ["exec_alter_default_privileges", "execute_grant", "grantees_of", "merge_acl_with_grant", "privilege_letters"]

At = tuple[int, int] | None

_KINDS = {
    "OBJECT_TABLE": ("table", "relation"),
    "OBJECT_SEQUENCE": ("sequence", "sequence"),
    "OBJECT_DATABASE": ("database", "database"),
    "OBJECT_DOMAIN": ("type", "domain"),
    "OBJECT_FUNCTION": ("function", "function"),
    "OBJECT_LANGUAGE": ("language", "language"),
    "OBJECT_LARGEOBJECT": ("large object", "large object"),
    "OBJECT_SCHEMA": ("schema", "schema"),
    "OBJECT_PROCEDURE": ("function", "procedure"),
    "OBJECT_ROUTINE": ("function", "routine"),
    "OBJECT_TABLESPACE": ("tablespace", "tablespace"),
    "OBJECT_TYPE": ("type", "type"),
    "OBJECT_FDW": ("fdw", "foreign-data wrapper"),
    "OBJECT_FOREIGN_SERVER": ("server", "foreign server"),
    "OBJECT_PARAMETER_ACL": ("parameter", "parameter"),
}
"""Kind of object -> the kind of its ACL, and the server's word for it."""


def execute_grant(session: Session, stmt: GrantStmt) -> None:
    """GRANT and REVOKE (ExecuteGrantStmt)."""
    if stmt.grantor is not None and get_rolespec(session, stmt.grantor) != session.role:
        raise Refusal("0A000", "grantor must be current user", at=(stmt.grantor.start, stmt.grantor.end))
    if stmt.targtype == "ACL_TARGET_ALL_IN_SCHEMA":
        objects = objects_in_schemas(session, stmt)
    else:
        objects = objects_named(session, stmt)
    grantees = grantees_of(session, stmt.grantees)
    letters = privilege_letters(session, stmt)
    columns = [(privilege.priv_name, privilege.cols) for privilege in stmt.privileges if privilege.cols]
    for obj, at in objects:
        if isinstance(obj, model.Relation):
            _grant_relation(session, stmt, obj, grantees, letters, columns, at)
        else:
            _grant_common(session, stmt, obj, grantees, letters, at)


# --- What is granted, to whom, on what


def grantees_of(session: Session, roles: Sequence[RoleSpec]) -> list[str]:
    """Names of roles, empty for PUBLIC."""
    return [
        "" if role.roletype == "ROLESPEC_PUBLIC" else session.role_name(get_rolespec(session, role)) for role in roles
    ]


def privilege_letters(session: Session, stmt: GrantStmt, *, for_defaults: bool = False) -> str | None:
    """The privileges on whole objects, None for ALL. Raises 42601 for no privilege, 0LP01 for one that the kind lacks."""
    if not stmt.privileges:
        return None
    kind, word = _KINDS[stmt.objtype]
    allowed = all_privileges(kind, session.version)
    if stmt.objtype == "OBJECT_TABLE" and not for_defaults:
        allowed = union(allowed, all_privileges("sequence", session.version))
    letters = ""
    for privilege in stmt.privileges:
        at = (privilege.start, privilege.end)
        if privilege.cols:
            if for_defaults:
                raise Refusal("0LP01", "default privileges cannot be set for columns", at=at)
            if stmt.objtype != "OBJECT_TABLE":
                raise Refusal("0LP01", "column privileges are only valid for relations", at=at)
            continue
        letter = _letter(session, privilege.priv_name or "", at)
        if letter not in allowed:
            raise Refusal(
                "0LP01", f"invalid privilege type {WORDS[letter]} for {word}", at=at, word=privilege.priv_name
            )
        letters = union(letters, letter)
    return letters


def _letter(session: Session, name: str, at: At) -> str:
    """string_to_privilege."""
    letter = PRIVILEGES.get(name)
    if letter is None or (letter == "m" and session.version < 17) or (letter in "sA" and session.version < 15):
        raise Refusal("42601", f'unrecognized privilege type "{name}"', at=at, word=name)
    return letter


Found = list[tuple[CatalogObject, At]]


def objects_named(session: Session, stmt: GrantStmt) -> Found:
    """The objects of a list of names (objectNamesToOids)."""
    found: Found = []
    at = (stmt.start, stmt.end)
    for name in stmt.objects:
        if isinstance(name, RangeVar):
            relation = range_var_get_relid(session, name)
            assert relation is not None
            found.append((relation, (name.start, name.end)))
        elif isinstance(name, ObjectWithArgs):
            from schemalint.semantics.routines import lookup_func_with_args

            oid = lookup_func_with_args(session, stmt.objtype, name)
            found.append((session.catalog[model.Proc, oid], (name.start, name.end)))
        elif stmt.objtype in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
            names = name if isinstance(name, TypeName) else TypeName(names=name, start=stmt.start, end=stmt.end)
            found.append((typename_type(session, names)[0], at))
        else:
            obj = _unqualified(session, stmt, name, at)
            if obj is not None:
                found.append((obj, at))
    return found


def _unqualified(session: Session, stmt: GrantStmt, name: Any, at: At) -> CatalogObject | None:
    if stmt.objtype == "OBJECT_LARGEOBJECT":
        return None
    if stmt.objtype == "OBJECT_PARAMETER_ACL":
        _check_parameter(session, stmt, name, at)
        return None
    if stmt.objtype == "OBJECT_DATABASE":
        from schemalint.simulator.databases import database_named

        return database_named(session, name, at)
    return get_unqualified(session, stmt.objtype, name, False, at)


def _check_parameter(session: Session, stmt: GrantStmt, name: str, at: At) -> None:
    """check_GUC_name_for_parameter_acl."""
    from schemalint.simulator.guc import find_option

    if not stmt.is_grant:
        return
    try:
        find_option(session, name, at)
    except Refusal:
        if session.version >= 17:
            raise
        raise Refusal("42602", f'invalid parameter name "{name}"', at=at, word=name) from None
    session.set_var(f"parameter_acl {name.lower()}", True)


_IN_SCHEMA = {"OBJECT_TABLE": "rpvmf", "OBJECT_SEQUENCE": "S", "OBJECT_FUNCTION": "faw", "OBJECT_PROCEDURE": "p"}


def objects_in_schemas(session: Session, stmt: GrantStmt) -> Found:
    """The objects of ALL ... IN SCHEMA (objectsInSchemaToOids)."""
    at = (stmt.start, stmt.end)
    kinds = _IN_SCHEMA.get(stmt.objtype, "fawp")
    cls: type[Any] = model.Relation if stmt.objtype in ("OBJECT_TABLE", "OBJECT_SEQUENCE") else model.Proc
    found: Found = []
    for name in stmt.objects:
        namespace = session.names.namespace(name, at)
        found += [(obj, at) for obj in session.catalog.in_namespace(cls, namespace) if obj.kind in kinds]
    return found


# --- Who grants


def _best_grantor(session: Session, items: list[AclItem], owner: Oid, privileges: str) -> tuple[str, str]:
    """(who grants, what it may grant) (select_best_grantor)."""
    name = session.role_name(owner)
    if has_privs_of_role(session, session.role, owner):
        return name, privileges
    best, most = session.role_name(session.role), ""
    for oid in roles_is_member_of(session, session.role, "privs"):
        role = session.role_name(oid)
        options = "".join(letter for letter in options_of(items, role, name) if letter in privileges)
        if options == privileges:
            return role, options
        if len(options) > len(most):
            best, most = role, options
    return best, most


def _check_grant(
    session: Session, items: list[AclItem], grantor: str, options: str, whole: str, what: str, at: At
) -> None:
    """Raise 42501 for a role without any privilege on the object (restrict_and_check_grant)."""
    if options:
        return
    held = "".join(item.privileges for item in items if item.grantee in (grantor, ""))
    if not any(letter in held for letter in whole):
        raise Refusal("42501", f"permission denied for {what}", at=at)
    session.effect(Noted("WARNING", f"no privileges were granted for {what}"))


def merge_acl_with_grant(
    session: Session,
    items: list[AclItem],
    stmt: GrantStmt,
    grantees: Sequence[str],
    privileges: str,
    grantor: str,
    owner: str,
) -> list[AclItem]:
    """The ACL after a GRANT or REVOKE of these privileges (merge_acl_with_grant)."""
    at = (stmt.start, stmt.end)
    for grantee, role in zip(grantees, stmt.grantees, strict=True):
        if stmt.is_grant and stmt.grant_option and not grantee:
            raise Refusal("0LP01", "grant options can only be granted to roles", at=(role.start, role.end))
        only_option = not stmt.is_grant and stmt.grant_option
        mod = AclItem(
            grantee,
            "" if only_option else privileges,
            privileges if stmt.grant_option or not stmt.is_grant else "",
            grantor,
        )
        items = acl_update(items, mod, stmt.is_grant, owner, stmt.behavior == "DROP_CASCADE", at)
    return items


def _note_granted(
    session: Session, stmt: GrantStmt, address: ObjectAddress, grantees: Sequence[str], privileges: str
) -> None:
    for grantee in grantees:
        oid = session.catalog.find_oid("pg_authid", 0, grantee) if grantee else 0
        session.effect(Granted(address, oid or 0, privileges, revoked=not stmt.is_grant))


# --- Relations


def _grant_relation(
    session: Session,
    stmt: GrantStmt,
    relation: model.Relation,
    grantees: list[str],
    letters: str | None,
    columns: list[tuple[str | None, tuple[str, ...]]],
    at: At,
) -> None:
    """ExecGrant_Relation."""
    if relation.kind in "iI":
        raise Refusal("42809", f'"{relation.name}" is an index', at=at, word=relation.name)
    if relation.kind == "c":
        raise Refusal("42809", f'"{relation.name}" is a composite type', at=at, word=relation.name)
    if stmt.objtype == "OBJECT_SEQUENCE" and relation.kind != "S":
        raise Refusal("42809", f'"{relation.name}" is not a sequence', at=at, word=relation.name)
    privileges = _table_privileges(session, stmt, relation, letters, at)
    by_column = _column_privileges(session, stmt, relation, columns)
    items = parse_acl(relation.acl) if relation.acl is not None else _default(session, relation)
    owner = session.role_name(relation.owner)
    if privileges:
        whole = all_privileges(acl_kind(relation), session.version)
        grantor, options = _best_grantor(session, items, relation.owner, privileges)
        _check_grant(session, items, grantor, options, whole, f"{object_word(relation)} {relation.name}", at)
        made = merge_acl_with_grant(session, items, stmt, grantees, options, grantor, owner)
        relation = _store_acl(session, relation, items, made)
        _note_granted(session, stmt, relation.address, grantees, options)
        if not stmt.is_grant:
            shared = "".join(p for p in privileges if p in all_privileges("column", session.version))
            for column in relation.columns:
                if column.acl and shared:
                    by_column[column.num] = union(by_column.get(column.num, ""), shared)
    for num, wanted in by_column.items():
        relation = _grant_column(session, stmt, relation, items, num, wanted, grantees, at)


def _default(session: Session, obj: CatalogObject) -> list[AclItem]:
    return acl_default(session, acl_kind(obj), session.role_name(getattr(obj, "owner", 10)))


def _table_privileges(session: Session, stmt: GrantStmt, relation: model.Relation, letters: str | None, at: At) -> str:
    kind = acl_kind(relation)
    if letters is None:
        return all_privileges(kind, session.version)
    if stmt.objtype != "OBJECT_TABLE":
        return letters
    extra = [letter for letter in letters if letter not in all_privileges(kind, session.version)]
    if not extra:
        return letters
    if kind == "sequence":
        words = f'sequence "{relation.name}" only supports USAGE, SELECT, and UPDATE privileges'
        session.effect(Noted("WARNING", words))
        return "".join(letter for letter in letters if letter not in extra)
    raise Refusal("0LP01", "invalid privilege type USAGE for table", at=at, word="usage")


def _column_privileges(
    session: Session, stmt: GrantStmt, relation: model.Relation, columns: list[tuple[str | None, tuple[str, ...]]]
) -> dict[int, str]:
    """Column number -> privileges (expand_col_privileges)."""
    found: dict[int, str] = {}
    allowed = all_privileges("column", session.version)
    for name, cols in columns:
        at = (stmt.start, stmt.end)
        letter = allowed if name is None else _letter(session, name, at)
        if name is not None and letter not in allowed:
            raise Refusal("0LP01", f"invalid privilege type {WORDS[letter]} for column", at=at, word=name)
        if relation.kind == "S" and letter != "r":
            words = f'sequence "{relation.name}" only supports SELECT column privileges'
            session.effect(Noted("WARNING", words))
            letter = "r" if "r" in letter else ""
        for col in cols:
            num = get_attnum(relation, col)
            if num == 0:
                message = f'column "{col}" of relation "{relation.name}" does not exist'
                raise Refusal("42703", message, at=at, word=col)
            if letter and column_named(relation, col) is not None:
                found[num] = union(found.get(num, ""), letter)
    return found


def _grant_column(
    session: Session,
    stmt: GrantStmt,
    relation: model.Relation,
    table: list[AclItem],
    num: int,
    privileges: str,
    grantees: list[str],
    at: At,
) -> model.Relation:
    """ExecGrant_Attribute."""
    column = relation.columns[num - 1]
    items = parse_acl(column.acl or ())
    grantor, options = _best_grantor(session, [*table, *items], relation.owner, privileges)
    whole = all_privileges("column", session.version)
    what = f'column "{column.name}" of relation "{relation.name}"'
    _check_grant(session, [*table, *items], grantor, options, whole, what, at)
    owner = session.role_name(relation.owner)
    made = merge_acl_with_grant(session, items, stmt, grantees, options, grantor, owner)
    _note_granted(session, stmt, ObjectAddress("pg_class", relation.oid, num), grantees, options)
    acl = format_acl(made) or None
    if acl == column.acl:
        return relation
    columns = list(relation.columns)
    columns[num - 1] = replace(column, acl=acl)
    changed = replace(relation, columns=tuple(columns))
    session.change(changed)
    return changed


def _store_acl(session: Session, obj: Any, before: list[AclItem], after: list[AclItem]) -> Any:
    if before == after and obj.acl is not None:
        return obj
    changed = replace(obj, acl=format_acl(after))
    if session.catalog.at(obj.address) is None:
        session.catalog.put(changed)  # the session's database, of which the catalog may say nothing
    else:
        session.change(changed)
    return changed


# --- Everything else


def _grant_common(
    session: Session, stmt: GrantStmt, obj: Any, grantees: list[str], letters: str | None, at: At
) -> None:
    """ExecGrant_common, with what each kind of object checks."""
    if isinstance(obj, model.Type):
        _check_type(session, stmt, obj, at)
    elif isinstance(obj, model.Language) and not obj.trusted:
        raise Refusal(
            "42809",
            f'language "{obj.name}" is not trusted',
            detail="GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use untrusted languages.",
            at=at,
            word=obj.name,
        )
    kind = acl_kind(obj)
    privileges = all_privileges(kind, session.version) if letters is None else letters
    items = parse_acl(obj.acl) if obj.acl is not None else _default(session, obj)
    grantor, options = _best_grantor(session, items, obj.owner, privileges)
    whole = all_privileges(kind, session.version)
    _check_grant(session, items, grantor, options, whole, f"{object_word(obj)} {obj.name}", at)
    made = merge_acl_with_grant(session, items, stmt, grantees, options, grantor, session.role_name(obj.owner))
    _store_acl(session, obj, items, made)
    _note_granted(session, stmt, obj.address, grantees, options)


def _check_type(session: Session, stmt: GrantStmt, found: model.Type, at: At) -> None:
    """ExecGrant_Type_check."""
    if is_true_array(found):
        hint = "Set the privileges of the element type instead."
        raise Refusal("0LP01", "cannot set privileges of array types", hint=hint, at=at)
    if found.typtype == "m" and session.version >= 17:
        hint = "Set the privileges of the range type instead."
        raise Refusal("0LP01", "cannot set privileges of multirange types", hint=hint, at=at)
    if stmt.objtype == "OBJECT_DOMAIN" and found.typtype != "d":
        raise Refusal("42809", f'"{format_type(session, found.oid)}" is not a domain', at=at, word=found.name)
