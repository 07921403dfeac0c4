"""CREATE and ALTER EXTENSION, from data about extensions (extension.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import extensions, name_key
from schemalint.catalog.builtins.extension_names import Names, load_names
from schemalint.catalog.model import CatalogObject, Dependency, Extension, Namespace, ObjectAddress, Oid
from schemalint.errors import Refusal, Undecidable
from schemalint.simulator.acl import has_privilege, is_superuser, owner_check
from schemalint.simulator.databases import database_named
from schemalint.simulator.defelem import error_conflicting_def_elem
from schemalint.simulator.describe import describe
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.namespaces import default_creation_namespace, lookup_creation_namespace
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.syntax.nodes import (
    AlterExtensionContentsStmt,
    AlterExtensionStmt,
    AlterObjectSchemaStmt,
    CreateExtensionStmt,
    DefElem,
)

At = tuple[int, int] | None

_PLATFORM_ROLES = (
    "alloydbsuperuser azure_pg_admin cloudsqlsuperuser doadmin neon_superuser rds_superuser supabase_admin tsdbadmin"
).split()
"""Roles of hosted servers, which let more than superusers create extensions."""
_GONE_SINCE = {"adminpack": 17, "old_snapshot": 17}
"""Modules that PostgreSQL itself no longer has."""
_NOT_SHIPPED = frozenset(
    "address_standardizer address_standardizer_data_us hll hypopg ip4r pg_cron pg_partman pg_repack pgaudit pgtap "
    "plpgsql_check postgis postgis_raster postgis_sfcgal postgis_topology rum semver vector".split()
)
"""Extensions that have releases of their own, so that a server may offer other versions than the data has."""
_SINCE = {"pg_walinspect": 15, "pg_logicalinspect": 18, "old_snapshot": 14, "pg_surgery": 14}


def find_extension(session: Session, name: str, at: At = None) -> Extension:
    """The extension of this name, which must exist (get_extension_oid)."""
    found = session.catalog.find(Extension, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'extension "{name}" does not exist', at=at, word=name)
    return found


# --- CREATE


def create_extension(session: Session, stmt: CreateExtensionStmt) -> None:
    """CREATE EXTENSION (CreateExtension)."""
    at = (stmt.start, stmt.end)
    name = stmt.extname
    _check_valid_name(name, at)
    held = session.catalog.find(Extension, 0, name)
    if held is not None:
        if not stmt.if_not_exists:
            raise Refusal("42710", f'extension "{name}" already exists', at=at, word=name, objects=(held.address,))
        session.effect(Noted("NOTICE", f'extension "{name}" already exists, skipping'))
        session.effect(Skipped(name, True, held.address))
        return
    options = _options(stmt.options)
    _create(session, name, options.get("schema"), options.get("new_version"), bool(options.get("cascade")), (), at)


def _options(options: tuple[DefElem, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in options:
        if option.defname in found:
            raise error_conflicting_def_elem(option)
        found[option.defname] = option.arg
    return found


def _check_valid_name(name: str, at: At) -> None:
    """check_valid_extension_name."""
    reason = None
    if not name:
        reason = "Extension names must not be empty."
    elif "--" in name:
        reason = 'Extension names must not contain "--".'
    elif name.startswith("-") or name.endswith("-"):
        reason = 'Extension names must not begin or end with "-".'
    elif "/" in name or "\\" in name:
        reason = "Extension names must not contain directory separator characters."
    if reason is not None:
        raise Refusal("22023", f'invalid extension name: "{name}"', detail=reason, at=at, word=name)


def _create(
    session: Session,
    name: str,
    schema: str | None,
    version: str | None,
    cascade: bool,
    parents: tuple[str, ...],
    at: At,
) -> Extension:
    """CreateExtensionInternal."""
    if session.version >= _GONE_SINCE.get(name, 99) or session.version < _SINCE.get(name, 0):
        raise Refusal("0A000", f'extension "{name}" is not available', at=at, word=name)
    variant = extensions.load(name, session.version)
    names = load_names(name) if variant is None else None
    if version is not None and not _may_offer(session, name, variant, version):
        message = f'extension "{name}" has no installation script nor update path for version "{version}"'
        raise Refusal("22023", message, at=at, word=version)
    own_schema = None if variant is None else variant.schema
    namespace = _target_schema(session, name, own_schema, schema, cascade, at)
    requires = variant.requires if variant is not None else names.requires if names is not None else ()
    for required in requires:
        _require(session, name, required, schema, cascade, (*parents, name), at)
    _check_privilege(session, name, variant, at)
    if variant is None:
        made = _create_by_names(session, name, names, namespace, version)
    else:
        made = _create_by_data(session, name, variant, namespace, version, at)
    for required in requires:
        needed = session.catalog.find(Extension, 0, required)
        if needed is not None:
            session.catalog.depend(made.address, needed.address)
    return made


def _may_offer(session: Session, name: str, variant: extensions.Variant | None, version: str) -> bool:
    """Whether a server of this major may have the version."""
    if variant is None or name in _NOT_SHIPPED or session.version not in variant.majors:
        return True
    return version in variant.versions


def _target_schema(session: Session, name: str, own: str | None, given: str | None, cascade: bool, at: At) -> Oid:
    oid = session.names.namespace(given, at) if given is not None else None
    if own is not None:
        if given not in (None, own) and not cascade:
            message = f'extension "{name}" must be installed in schema "{own}"'
            raise Refusal("0A000", message, at=at, word=given)
        return _schema_of_name(session, own)
    return default_creation_namespace(session, at) if oid is None else oid


def _schema_of_name(session: Session, name: str) -> Oid:
    """The schema, made when it is missing."""
    oid = session.names.find_namespace(name)
    if oid is None:
        oid = session.catalog.new_oid()
        session.create(Namespace(oid=oid, name=name, owner=session.role))
        session.prepare()
    return oid


def _require(
    session: Session, name: str, required: str, schema: str | None, cascade: bool, parents: tuple[str, ...], at: At
) -> None:
    """get_required_extension."""
    if session.catalog.find(Extension, 0, required) is not None:
        return
    if cascade:
        if required in parents:
            message = f'cyclic dependency detected between extensions "{required}" and "{name}"'
            raise Refusal("42P19", message, at=at)
        session.effect(Noted("NOTICE", f'installing required extension "{required}"'))
        _create(session, required, schema, None, cascade, parents, at)
        return
    session.names.unknown_or(required, at)
    hint = "Use CREATE EXTENSION ... CASCADE to install required extensions too."
    raise Refusal("42704", f'required extension "{required}" is not installed', hint=hint, at=at, word=required)


def _check_privilege(session: Session, name: str, variant: extensions.Variant | None, at: At) -> None:
    """Whether the role may run the script (execute_extension_script)."""
    if variant is None or not variant.superuser or is_superuser(session):
        return
    if any(session.catalog.find_oid("pg_authid", 0, role) is not None for role in _PLATFORM_ROLES):
        return
    hint = "Must be superuser to create this extension."
    if variant.trusted:
        if has_privilege(session, database_named(session, session.names.database), "C"):
            return
        hint = "Must have CREATE privilege on current database to create this extension."
    raise Refusal("42501", f'permission denied to create extension "{name}"', hint=hint, at=at, word=name)


# --- an extension whose objects are known


def _create_by_data(
    session: Session, name: str, variant: extensions.Variant, namespace: Oid, version: str | None, at: At
) -> Extension:
    catalog = session.catalog
    externals = {e: _external(session, e) for e in variant.externals if e.extension}
    count = len(variant.rows())
    first = catalog.new_oid()
    catalog.reserve_oids(first + count)
    # the script of a trusted extension runs as the superuser of initdb
    owner = BOOTSTRAP_SUPERUSER if variant.trusted and not is_superuser(session) else session.role
    made = extensions.create(
        variant, catalog.builtins, first_oid=first, namespace=namespace, owner=owner, requires=externals
    )
    extension = made.objects[0]
    assert isinstance(extension, Extension)
    renamed: dict[Oid, Oid] = {}
    for obj in made.objects[1:]:
        if isinstance(obj, Namespace) and (held := session.names.find_namespace(obj.name)) is not None:
            renamed[obj.oid] = held
            continue
        if renamed and getattr(obj, "namespace", 0) in renamed:
            obj = replace(obj, namespace=renamed[obj.namespace])  # type: ignore[attr-defined]
        _check_free(session, obj, at)
        catalog.put(_adapted(session, obj, owner, namespace))
    extension = replace(extension, owner=session.role, version=version or extension.version)
    session.create(extension)
    _record(session, made.depends, renamed)
    session.prepare()
    return extension


def _external(session: Session, external: extensions.External) -> Oid:
    """An object of a required extension, in this database."""
    extension = session.catalog.find(Extension, 0, external.extension)
    if extension is None:
        raise Undecidable(f"extension {external.extension} is not in the catalog")
    struct = extensions.MEMBER_STRUCTS[external.classid]
    members = (
        obj
        for address, _, deptype in session.catalog.dependents(extension.address)
        if deptype == "e" and address.classid == external.classid
        if (obj := session.catalog.get(struct, address.objid)) is not None
    )
    found = [obj for obj in members if name_key(obj) == external.name]
    if external.arguments:
        found = [obj for obj in found if _argument_names(session, obj) == external.arguments]
    if not found and external.classid == "pg_type":
        # arrays and row types belong to what they are made for
        oid = session.catalog.find_oid("pg_type", extension.namespace, external.name)
        if oid is not None:
            return oid
    if not found:
        raise Undecidable(f"{external.name} of extension {external.extension} is not in the catalog")
    return found[0].oid


def _argument_names(session: Session, obj: CatalogObject) -> tuple[str, ...]:
    oids: tuple[Oid, ...] = ()
    if isinstance(obj, model.Proc):
        oids = obj.argtypes
    elif isinstance(obj, model.Operator):
        oids = (obj.left, obj.right)
    types = [session.catalog.get(model.Type, oid) for oid in oids]
    return tuple("" if found is None else found.name for found in types)


def _check_free(session: Session, obj: CatalogObject, at: At) -> None:
    """The script fails where another object has a member's name."""
    catalog = session.catalog
    namespace = getattr(obj, "namespace", 0)
    if isinstance(obj, model.Proc):
        for other in catalog.overloads(model.Proc, namespace, obj.name):
            if other.argtypes == obj.argtypes:
                message = f'function "{obj.name}" already exists with same argument types'
                raise Refusal("42723", message, at=at, word=obj.name, objects=(other.address,))
    elif isinstance(obj, model.Relation):
        if catalog.find_oid("pg_class", namespace, obj.name) is not None:
            raise Refusal("42P07", f'relation "{obj.name}" already exists', at=at, word=obj.name)
    elif isinstance(obj, model.Type) and catalog.find_oid("pg_type", namespace, obj.name) is not None:
        raise Refusal("42710", f'type "{obj.name}" already exists', at=at, word=obj.name)


def _adapted(session: Session, obj: CatalogObject, owner: Oid, namespace: Oid) -> CatalogObject:
    """With the owner's name in privileges, and the schema's in settings."""
    acl = getattr(obj, "acl", None)
    if acl and owner != BOOTSTRAP_SUPERUSER:
        name = session.role_name(owner)
        obj = replace(obj, acl=tuple(_of_owner(item, name) for item in acl))
    if isinstance(obj, model.Proc) and any("@extschema@" in entry for entry in obj.config):
        schema = session.names.namespace_name(namespace)
        obj = replace(obj, config=tuple(entry.replace("@extschema@", schema) for entry in obj.config))
    return obj


def _of_owner(item: str, name: str) -> str:
    grantee, _, rest = item.partition("=")
    privileges, _, grantor = rest.partition("/")
    grantee, grantor = (name if role == "postgres" else role for role in (grantee, grantor))
    return f"{grantee}={privileges}/{grantor}"


def _record(session: Session, depends: tuple[tuple[ObjectAddress, Dependency], ...], renamed: dict[Oid, Oid]) -> None:
    for address, dependency in depends:
        if address.classid == "pg_namespace" and address.objid in renamed:
            continue
        referred = dependency.refobj
        if referred.classid == "pg_namespace" and referred.objid in renamed:
            referred = referred._replace(objid=renamed[referred.objid])
        session.catalog.depend(address, referred, dependency.deptype)


# --- an extension of which no more than names are known


def _create_by_names(
    session: Session, name: str, names: Names | None, namespace: Oid, version: str | None
) -> Extension:
    catalog = session.catalog
    extension = Extension(
        oid=catalog.new_oid(), name=name, owner=session.role, namespace=namespace, version=version or ""
    )
    session.create(extension)
    catalog.depend(extension.address, ObjectAddress("pg_namespace", namespace))
    why = f'what extension "{name}" adds is not known'
    if names is None:
        catalog.make_unknown("", why)
        session.undecided.append(why)
        return extension
    for schema in names.make:
        if session.names.find_namespace(schema) is None:
            made = Namespace(oid=catalog.new_oid(), name=schema, owner=session.role)
            catalog.put(made)
            catalog.depend(made.address, extension.address, "e")
    session.prepare()
    for unknown in (*names.names, *names.schemas):
        catalog.make_unknown(unknown, why)
    return extension


# --- ALTER


def alter_extension(session: Session, stmt: AlterExtensionStmt) -> None:
    """ALTER EXTENSION ... UPDATE (ExecAlterExtensionStmt)."""
    at = (stmt.start, stmt.end)
    found = session.catalog.find(Extension, 0, stmt.extname)
    if found is None:
        session.names.unknown_or(stmt.extname, at)
        raise Refusal("42704", f'extension "{stmt.extname}" does not exist', at=at, word=stmt.extname)
    owner_check(session, found, at)
    version = _options(stmt.options).get("new_version")
    if version is None or version == found.version:
        return
    if not _may_offer(session, found.name, extensions.load(found.name, session.version), str(version)):
        message = f'extension "{found.name}" has no update path from version "{found.version}" to version "{version}"'
        raise Refusal("22023", message, at=at, word=str(version))
    session.change(replace(found, version=str(version)))


def alter_extension_namespace(session: Session, stmt: AlterObjectSchemaStmt) -> None:
    """ALTER EXTENSION ... SET SCHEMA (AlterExtensionNamespace)."""
    from schemalint.simulator.set_schema import alter_object_namespace_oid

    at = (stmt.start, stmt.end)
    extension = find_extension(session, stmt.object, at)
    namespace = lookup_creation_namespace(session, stmt.newschema, at)
    owner_check(session, extension, at)
    catalog = session.catalog
    members = [a for a, _, deptype in catalog.dependents(extension.address) if deptype == "e" and not a.objsubid]
    if ObjectAddress("pg_namespace", namespace) in members:
        message = (
            f'cannot move extension "{extension.name}" into schema "{stmt.newschema}" '
            "because the extension contains the schema"
        )
        raise Refusal("55000", message, at=at)
    if namespace == extension.namespace:
        return
    if not extension.relocatable:
        if not extension.version:
            raise Undecidable(f'whether extension "{extension.name}" can be moved is not known', at)
        raise Refusal("0A000", f'extension "{extension.name}" does not support SET SCHEMA', at=at)
    for address in members:
        obj = catalog.at(address)
        held = getattr(obj, "namespace", extension.namespace)
        if held != extension.namespace:
            raise Refusal("0A000", f'extension "{extension.name}" does not support SET SCHEMA', at=at)
        if obj is not None and hasattr(obj, "namespace"):
            alter_object_namespace_oid(session, address, namespace, at)
    session.change(replace(extension, namespace=namespace))
    catalog.clear_dependencies(extension.address, "pg_namespace", "n")
    catalog.depend(extension.address, ObjectAddress("pg_namespace", namespace))


_NO_MEMBERS = frozenset(
    f"OBJECT_{word}"
    for word in "DATABASE EXTENSION INDEX PUBLICATION ROLE STATISTIC_EXT SUBSCRIPTION TABLESPACE".split()
)


def alter_extension_contents(session: Session, stmt: AlterExtensionContentsStmt) -> None:
    """ALTER EXTENSION ... ADD / DROP (ExecAlterExtensionContentsStmt)."""
    from schemalint.simulator.objectaddress import check_object_ownership, get_object_address

    at = (stmt.start, stmt.end)
    if stmt.objtype in _NO_MEMBERS:
        raise Refusal("42P17", "cannot add an object of this type to an extension", at=at)
    extension = find_extension(session, stmt.extname, at)
    owner_check(session, extension, at)
    address = get_object_address(session, stmt.objtype, stmt.object, False, at)
    if address is None:
        return
    check_object_ownership(session, address, at)
    catalog = session.catalog
    held = next((d.refobj for d in catalog.depends_on(address) if d.deptype == "e"), None)
    shown = describe(session, address)
    if stmt.action > 0:
        if held is not None:
            other = catalog.get(Extension, held.objid)
            message = f'{shown} is already a member of extension "{other.name if other is not None else ""}"'
            raise Refusal("55000", message, at=at)
        if address == ObjectAddress("pg_namespace", extension.namespace):
            schema = session.names.namespace_name(extension.namespace)
            message = (
                f'cannot add schema "{schema}" to extension "{extension.name}" '
                "because the schema contains the extension"
            )
            raise Refusal("55000", message, at=at)
        catalog.depend(address, extension.address, "e")
        return
    if held != extension.address:
        raise Refusal("55000", f'{shown} is not a member of extension "{extension.name}"', at=at)
    catalog.clear_dependencies(address, "pg_extension", "e")
