"""Types, any object by name, privileges, sequences, schemas, extensions, roles and databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import (
        CollateClause,
        ColumnDef,
        Constraint,
        DefElem,
        RangeVar,
        RoleSpec,
        TypeName,
        VariableSetStmt,
    )


# --- Types


class CompositeTypeStmt(Node, frozen=True, gc=False):
    """CREATE TYPE AS (...)."""

    typevar: RangeVar
    coldeflist: tuple[ColumnDef, ...] = ()


class CreateEnumStmt(Node, frozen=True, gc=False):
    """CREATE TYPE AS ENUM."""

    typeName: tuple[str, ...]
    vals: tuple[str, ...] = ()


class CreateRangeStmt(Node, frozen=True, gc=False):
    """CREATE TYPE AS RANGE."""

    typeName: tuple[str, ...]
    params: tuple[DefElem, ...] = ()


class AlterEnumStmt(Node, frozen=True, gc=False):
    """ADD VALUE (oldVal None) or RENAME VALUE."""

    typeName: tuple[str, ...]
    newVal: str
    oldVal: str | None = None
    newValNeighbor: str | None = None
    newValIsAfter: bool = True
    skipIfNewValExists: bool = False


class AlterTypeStmt(Node, frozen=True, gc=False):
    """ALTER TYPE SET (...)."""

    typeName: tuple[str, ...]
    options: tuple[DefElem, ...]


class CreateDomainStmt(Node, frozen=True, gc=False):
    """CREATE DOMAIN."""

    domainname: tuple[str, ...]
    typeName: TypeName
    collClause: CollateClause | None = None
    constraints: tuple[Constraint, ...] = ()


class AlterDomainStmt(Node, frozen=True, gc=False):
    """`subtype` is T default, N drop not null, O set not null, C add constraint, X drop constraint, V validate constraint."""

    subtype: str
    typeName: tuple[str, ...]
    name: str | None = None
    def_: Node | None = None
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False


# --- Any object: `object` is a tuple of names, or TypeName, ObjectWithArgs, str, or (TypeName, ...) as the server has it


class DropStmt(Node, frozen=True, gc=False):
    """DROP; `objects` as COMMENT's `object`; `removeType` is OBJECT_."""

    removeType: str
    objects: tuple[Any, ...]
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False
    concurrent: bool = False


class RenameStmt(Node, frozen=True, gc=False):
    """RENAME TO."""

    renameType: str
    newname: str
    relationType: str = "OBJECT_ACCESS_METHOD"
    relation: RangeVar | None = None
    object: Any = None
    subname: str | None = None
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False


class AlterOwnerStmt(Node, frozen=True, gc=False):
    """OWNER TO."""

    objectType: str
    newowner: RoleSpec
    relation: RangeVar | None = None
    object: Any = None


class AlterObjectSchemaStmt(Node, frozen=True, gc=False):
    """SET SCHEMA."""

    objectType: str
    newschema: str
    relation: RangeVar | None = None
    object: Any = None
    missing_ok: bool = False


class AlterObjectDependsStmt(Node, frozen=True, gc=False):
    """DEPENDS ON EXTENSION."""

    objectType: str
    extname: str
    relation: RangeVar | None = None
    object: Any = None
    remove: bool = False


class CommentStmt(Node, frozen=True, gc=False):
    """COMMENT ON."""

    objtype: str
    object: Any
    comment: str | None


class SecLabelStmt(Node, frozen=True, gc=False):
    """SECURITY LABEL."""

    objtype: str
    object: Any
    label: str | None
    provider: str | None = None


class AccessPriv(Node, frozen=True, gc=False):
    """A privilege; `priv_name` None is ALL."""

    priv_name: str | None
    cols: tuple[str, ...] = ()


class GrantStmt(Node, frozen=True, gc=False):
    """GRANT / REVOKE on objects; `targtype` is ACL_TARGET_OBJECT, ACL_TARGET_ALL_IN_SCHEMA or ACL_TARGET_DEFAULTS; empty `privileges` is ALL."""

    is_grant: bool
    objtype: str
    objects: tuple[Any, ...]
    privileges: tuple[AccessPriv, ...]
    grantees: tuple[RoleSpec, ...]
    targtype: str = "ACL_TARGET_OBJECT"
    grant_option: bool = False
    grantor: RoleSpec | None = None
    behavior: str = "DROP_RESTRICT"


class GrantRoleStmt(Node, frozen=True, gc=False):
    """GRANT / REVOKE of roles."""

    granted_roles: tuple[AccessPriv, ...]
    grantee_roles: tuple[RoleSpec, ...]
    is_grant: bool
    opt: tuple[DefElem, ...] = ()
    grantor: RoleSpec | None = None
    behavior: str = "DROP_RESTRICT"


class AlterDefaultPrivilegesStmt(Node, frozen=True, gc=False):
    """ALTER DEFAULT PRIVILEGES."""

    options: tuple[DefElem, ...]
    action: GrantStmt


# --- Sequences, schemas, extensions, roles, databases


class CreateSeqStmt(Node, frozen=True, gc=False):
    """CREATE SEQUENCE."""

    sequence: RangeVar
    options: tuple[DefElem, ...] = ()
    if_not_exists: bool = False


class AlterSeqStmt(Node, frozen=True, gc=False):
    """ALTER SEQUENCE."""

    sequence: RangeVar
    options: tuple[DefElem, ...] = ()
    missing_ok: bool = False


class CreateSchemaStmt(Node, frozen=True, gc=False):
    """CREATE SCHEMA."""

    schemaname: str | None
    authrole: RoleSpec | None = None
    schemaElts: tuple[Node, ...] = ()
    if_not_exists: bool = False


class CreateExtensionStmt(Node, frozen=True, gc=False):
    """CREATE EXTENSION."""

    extname: str
    if_not_exists: bool = False
    options: tuple[DefElem, ...] = ()


class AlterExtensionStmt(Node, frozen=True, gc=False):
    """ALTER EXTENSION UPDATE."""

    extname: str
    options: tuple[DefElem, ...] = ()


class AlterExtensionContentsStmt(Node, frozen=True, gc=False):
    """ALTER EXTENSION ADD / DROP."""

    extname: str
    action: int
    objtype: str
    object: Any


class CreateRoleStmt(Node, frozen=True, gc=False):
    """`stmt_type` is ROLESTMT_ROLE, ROLESTMT_USER or ROLESTMT_GROUP."""

    stmt_type: str
    role: str
    options: tuple[DefElem, ...] = ()


class AlterRoleStmt(Node, frozen=True, gc=False):
    """ALTER ROLE; `action` 1 adds, -1 drops members."""

    role: RoleSpec
    options: tuple[DefElem, ...]
    action: int = 1


class AlterRoleSetStmt(Node, frozen=True, gc=False):
    """ALTER ROLE ... SET."""

    role: RoleSpec | None
    database: str | None
    setstmt: VariableSetStmt


class DropRoleStmt(Node, frozen=True, gc=False):
    """DROP ROLE."""

    roles: tuple[RoleSpec, ...]
    missing_ok: bool = False


class DropOwnedStmt(Node, frozen=True, gc=False):
    """DROP OWNED."""

    roles: tuple[RoleSpec, ...]
    behavior: str = "DROP_RESTRICT"


class ReassignOwnedStmt(Node, frozen=True, gc=False):
    """REASSIGN OWNED."""

    roles: tuple[RoleSpec, ...]
    newrole: RoleSpec


class CreatedbStmt(Node, frozen=True, gc=False):
    """CREATE DATABASE."""

    dbname: str
    options: tuple[DefElem, ...] = ()


class AlterDatabaseStmt(Node, frozen=True, gc=False):
    """ALTER DATABASE."""

    dbname: str
    options: tuple[DefElem, ...] = ()


class AlterDatabaseSetStmt(Node, frozen=True, gc=False):
    """ALTER DATABASE ... SET."""

    dbname: str
    setstmt: VariableSetStmt


class AlterDatabaseRefreshCollStmt(Node, frozen=True, gc=False):
    """ALTER DATABASE ... REFRESH COLLATION VERSION."""

    dbname: str


class DropdbStmt(Node, frozen=True, gc=False):
    """DROP DATABASE."""

    dbname: str
    missing_ok: bool = False
    options: tuple[DefElem, ...] = ()


class CreateTableSpaceStmt(Node, frozen=True, gc=False):
    """CREATE TABLESPACE."""

    tablespacename: str
    location: str
    owner: RoleSpec | None = None
    options: tuple[DefElem, ...] = ()


class DropTableSpaceStmt(Node, frozen=True, gc=False):
    """DROP TABLESPACE."""

    tablespacename: str
    missing_ok: bool = False


class AlterTableSpaceOptionsStmt(Node, frozen=True, gc=False):
    """ALTER TABLESPACE SET / RESET."""

    tablespacename: str
    options: tuple[DefElem, ...]
    isReset: bool = False


class AlterSystemStmt(Node, frozen=True, gc=False):
    """ALTER SYSTEM."""

    setstmt: VariableSetStmt


class AlterCollationStmt(Node, frozen=True, gc=False):
    """ALTER COLLATION ... REFRESH VERSION."""

    collname: tuple[str, ...]
