"""Foreign-data wrappers, servers, user mappings and IMPORT FOREIGN SCHEMA (foreigncmds.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from schemalint.catalog.model import (
    FIRST_NORMAL_OID,
    ForeignDataWrapper,
    ForeignServer,
    ObjectAddress,
    Oid,
    Proc,
    UserMapping,
)
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.routines import lookup_func_name
from schemalint.simulator.acl import acl_check, get_rolespec_oid, has_privilege, is_owner, is_superuser, owner_check
from schemalint.simulator.defelem import def_get_qualified_name, error_conflicting_def_elem
from schemalint.simulator.dependency import perform_deletion
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.generic_options import transform_generic_options
from schemalint.simulator.namespaces import lookup_creation_namespace
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import (
    AlterFdwStmt,
    AlterForeignServerStmt,
    AlterUserMappingStmt,
    CreateFdwStmt,
    CreateForeignServerStmt,
    CreateUserMappingStmt,
    DefElem,
    DropUserMappingStmt,
    ImportForeignSchemaStmt,
    RoleSpec,
)

At = tuple[int, int] | None

FDW_HANDLER: Oid = 3115


def _own(session: Session, address: ObjectAddress, owner: Oid) -> None:
    """recordDependencyOnOwner."""
    if owner >= FIRST_NORMAL_OID:
        session.catalog.depend(address, ObjectAddress("pg_authid", owner), "o")


# --- Foreign-data wrappers


def fdw_named(session: Session, name: str, at: At = None) -> ForeignDataWrapper:
    """GetForeignDataWrapperByName."""
    found = session.catalog.find(ForeignDataWrapper, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'foreign-data wrapper "{name}" does not exist', at=at, word=name)
    return found


def _functions(session: Session, options: Sequence[DefElem]) -> dict[str, Oid]:
    """handler and validator, 0 where there shall be none (parse_func_options)."""
    found: dict[str, Oid] = {}
    for option in options:
        if option.defname in found:
            raise error_conflicting_def_elem(option)
        at = (option.start, option.end)
        if option.arg is None:
            found[option.defname] = 0
            continue
        names = def_get_qualified_name(option)
        if option.defname == "handler":
            oid = lookup_func_name(session, names, (), False, at)
            if session.catalog[Proc, oid].rettype != FDW_HANDLER:
                message = f"function {qualified(names)} must return type fdw_handler"
                raise Refusal("42809", message, at=at, word=names[-1])
        else:
            oid = lookup_func_name(session, names, (typeoids.TEXTARRAY, typeoids.OID), False, at)
        found[option.defname] = oid
    return found


def _only_superusers(session: Session, name: str, verb: str, at: At) -> None:
    if not is_superuser(session):
        message = f'permission denied to {verb} foreign-data wrapper "{name}"'
        hint = f"Must be superuser to {verb} a foreign-data wrapper."
        raise Refusal("42501", message, hint=hint, at=at, word=name)


def create_fdw(session: Session, stmt: CreateFdwStmt) -> None:
    """CREATE FOREIGN DATA WRAPPER (CreateForeignDataWrapper)."""
    at = (stmt.start, stmt.end)
    _only_superusers(session, stmt.fdwname, "create", at)
    if session.catalog.find_oid("pg_foreign_data_wrapper", 0, stmt.fdwname) is not None:
        message = f'foreign-data wrapper "{stmt.fdwname}" already exists'
        raise Refusal("42710", message, at=at, word=stmt.fdwname)
    functions = _functions(session, stmt.func_options)
    validator = functions.get("validator", 0)
    fdw = ForeignDataWrapper(
        oid=session.catalog.new_oid(),
        name=stmt.fdwname,
        owner=session.role,
        handler=functions.get("handler", 0),
        validator=validator,
        options=transform_generic_options(session, ForeignDataWrapper.CLASS, (), stmt.options, validator),
    )
    session.create(fdw)
    _depend_on_functions(session, fdw)
    _own(session, fdw.address, fdw.owner)


def _depend_on_functions(session: Session, fdw: ForeignDataWrapper) -> None:
    for oid in (fdw.handler, fdw.validator):
        if oid:
            session.catalog.depend(fdw.address, ObjectAddress("pg_proc", oid))


def alter_fdw(session: Session, stmt: AlterFdwStmt) -> None:
    """ALTER FOREIGN DATA WRAPPER (AlterForeignDataWrapper)."""
    at = (stmt.start, stmt.end)
    _only_superusers(session, stmt.fdwname, "alter", at)
    fdw = fdw_named(session, stmt.fdwname, at)
    functions = _functions(session, stmt.func_options)
    validator = functions.get("validator", fdw.validator)
    options = transform_generic_options(session, ForeignDataWrapper.CLASS, fdw.options, stmt.options, validator)
    changed = replace(fdw, handler=functions.get("handler", fdw.handler), validator=validator, options=options)
    session.change(changed)
    if functions:
        session.catalog.clear_dependencies(fdw.address, on_class="pg_proc")
        _depend_on_functions(session, changed)


# --- Servers


def server_named(session: Session, name: str, at: At = None) -> ForeignServer:
    """GetForeignServerByName."""
    found = session.catalog.find(ForeignServer, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'server "{name}" does not exist', at=at, word=name)
    return found


def validator_of(session: Session, server: ForeignServer) -> Oid:
    """The function that checks options of a server, and of what belongs to it."""
    fdw = session.catalog.get(ForeignDataWrapper, server.fdw)
    return 0 if fdw is None else fdw.validator


def create_server(session: Session, stmt: CreateForeignServerStmt) -> None:
    """CREATE SERVER (CreateForeignServer)."""
    at = (stmt.start, stmt.end)
    existing = session.catalog.find(ForeignServer, 0, stmt.servername)
    if existing is not None:
        if not stmt.if_not_exists:
            raise Refusal("42710", f'server "{stmt.servername}" already exists', at=at, word=stmt.servername)
        session.effect(Noted("NOTICE", f'server "{stmt.servername}" already exists, skipping'))
        session.effect(Skipped(stmt.servername, True, existing.address))
        return
    fdw = fdw_named(session, stmt.fdwname, at)
    acl_check(session, fdw, "U", at)
    server = ForeignServer(
        oid=session.catalog.new_oid(),
        name=stmt.servername,
        owner=session.role,
        fdw=fdw.oid,
        type=stmt.servertype,
        version=stmt.version,
        options=transform_generic_options(session, ForeignServer.CLASS, (), stmt.options, fdw.validator),
    )
    session.create(server)
    session.catalog.depend(server.address, fdw.address)
    _own(session, server.address, server.owner)


def alter_server(session: Session, stmt: AlterForeignServerStmt) -> None:
    """ALTER SERVER (AlterForeignServer)."""
    at = (stmt.start, stmt.end)
    server = server_named(session, stmt.servername, at)
    owner_check(session, server, at)
    options = transform_generic_options(
        session, ForeignServer.CLASS, server.options, stmt.options, validator_of(session, server)
    )
    version = stmt.version if stmt.has_version else server.version
    session.change(replace(server, version=version, options=options))


# --- User mappings


def _user(session: Session, spec: RoleSpec, missing_ok: bool = False) -> Oid | None:
    """The role of a mapping, 0 for PUBLIC."""
    return 0 if spec.roletype == "ROLESPEC_PUBLIC" else get_rolespec_oid(session, spec, missing_ok)


def _user_name(session: Session, user: Oid) -> str:
    """MappingUserName."""
    return session.role_name(user) if user else "public"


def _mapping(session: Session, user: Oid, server: ForeignServer) -> UserMapping | None:
    held = session.catalog._owned_objects(UserMapping, "pg_user_mapping.server", server.oid)
    return next((mapping for mapping in held if mapping.user == user), None)


def _check_mapping_acl(session: Session, user: Oid, server: ForeignServer, at: At) -> None:
    """user_mapping_ddl_aclcheck."""
    if is_owner(session, server):
        return
    if user == session.role:
        if not has_privilege(session, server, "U"):
            message = f"permission denied for foreign server {server.name}"
            raise Refusal("42501", message, at=at, word=server.name)
        return
    raise Refusal("42501", f"must be owner of foreign server {server.name}", at=at, word=server.name)


def create_user_mapping(session: Session, stmt: CreateUserMappingStmt) -> None:
    """CREATE USER MAPPING (CreateUserMapping)."""
    at = (stmt.start, stmt.end)
    user = _user(session, stmt.user)
    assert user is not None
    server = server_named(session, stmt.servername, at)
    _check_mapping_acl(session, user, server, at)
    name = _user_name(session, user)
    existing = _mapping(session, user, server)
    if existing is not None:
        message = f'user mapping for "{name}" already exists for server "{server.name}"'
        if not stmt.if_not_exists:
            raise Refusal("42710", message, at=at, word=name)
        session.effect(Noted("NOTICE", f"{message}, skipping"))
        session.effect(Skipped(name, True, existing.address))
        return
    options = transform_generic_options(session, UserMapping.CLASS, (), stmt.options, validator_of(session, server))
    mapping = UserMapping(oid=session.catalog.new_oid(), user=user, server=server.oid, options=options)
    session.create(mapping)
    session.catalog.depend(mapping.address, server.address)
    _own(session, mapping.address, user)


def alter_user_mapping(session: Session, stmt: AlterUserMappingStmt) -> None:
    """ALTER USER MAPPING (AlterUserMapping)."""
    at = (stmt.start, stmt.end)
    user = _user(session, stmt.user)
    assert user is not None
    server = server_named(session, stmt.servername, at)
    mapping = _mapping(session, user, server)
    if mapping is None:
        name = _user_name(session, user)
        message = f'user mapping for "{name}" does not exist for server "{server.name}"'
        raise Refusal("42704", message, at=at, word=name)
    _check_mapping_acl(session, user, server, at)
    options = transform_generic_options(
        session, UserMapping.CLASS, mapping.options, stmt.options, validator_of(session, server)
    )
    session.change(replace(mapping, options=options))


def drop_user_mapping(session: Session, stmt: DropUserMappingStmt) -> None:
    """DROP USER MAPPING (RemoveUserMapping)."""
    at = (stmt.start, stmt.end)
    user = _user(session, stmt.user, stmt.missing_ok)
    if user is None:
        _skip(session, f'role "{stmt.user.rolename}" does not exist, skipping', stmt.user.rolename or "")
        return
    server = session.catalog.find(ForeignServer, 0, stmt.servername)
    if server is None:
        session.names.unknown_or(stmt.servername, at)
        if not stmt.missing_ok:
            raise Refusal("42704", f'server "{stmt.servername}" does not exist', at=at, word=stmt.servername)
        _skip(session, f'server "{stmt.servername}" does not exist, skipping', stmt.servername)
        return
    name = _user_name(session, user)
    mapping = _mapping(session, user, server)
    if mapping is None:
        message = f'user mapping for "{name}" does not exist for server "{server.name}"'
        if not stmt.missing_ok:
            raise Refusal("42704", message, at=at, word=name)
        _skip(session, f"{message}, skipping", name)
        return
    _check_mapping_acl(session, user, server, at)
    perform_deletion(session, mapping.address, "DROP_CASCADE", at)


def _skip(session: Session, message: str, name: str) -> None:
    session.effect(Noted("NOTICE", message))
    session.effect(Skipped(name, False))


# --- IMPORT FOREIGN SCHEMA


def import_foreign_schema(session: Session, stmt: ImportForeignSchemaStmt) -> None:
    """IMPORT FOREIGN SCHEMA (ImportForeignSchema): which tables come is known to the remote server only."""
    at = (stmt.start, stmt.end)
    server = server_named(session, stmt.server_name, at)
    acl_check(session, server, "U", at)
    lookup_creation_namespace(session, stmt.local_schema, at)
    fdw = session.catalog[ForeignDataWrapper, server.fdw]
    if not fdw.handler:
        message = f'foreign-data wrapper "{fdw.name}" has no handler'
        raise Refusal("55000", message, at=at, word=fdw.name)
    why = f'IMPORT FOREIGN SCHEMA made what server "{server.name}" has'
    if stmt.list_type == "FDW_IMPORT_SCHEMA_LIMIT_TO":
        for table in stmt.table_list:
            session.catalog.make_unknown(table.relname, why)
    else:
        session.catalog.make_unknown("", why)
