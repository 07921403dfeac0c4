"""Replication, statistics, foreign data and text search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import DefElem, RangeVar, RoleSpec


class PublicationTable(Node, frozen=True, gc=False):
    """A table of a publication."""

    relation: RangeVar
    whereClause: Node | None = None
    columns: tuple[str, ...] = ()


class PublicationObjSpec(Node, frozen=True, gc=False):
    """`pubobjtype` is PUBLICATIONOBJ_TABLE, ..._TABLES_IN_SCHEMA, ..._TABLES_IN_CUR_SCHEMA or ..._CONTINUATION."""

    pubobjtype: str
    name: str | None = None
    pubtable: PublicationTable | None = None


class CreatePublicationStmt(Node, frozen=True, gc=False):
    """CREATE PUBLICATION."""

    pubname: str
    options: tuple[DefElem, ...] = ()
    pubobjects: tuple[PublicationObjSpec, ...] = ()
    for_all_tables: bool = False


class AlterPublicationStmt(Node, frozen=True, gc=False):
    """`action` is AP_AddObjects, AP_DropObjects or AP_SetObjects."""

    pubname: str
    options: tuple[DefElem, ...] = ()
    pubobjects: tuple[PublicationObjSpec, ...] = ()
    for_all_tables: bool = False
    action: str = "AP_AddObjects"


class CreateSubscriptionStmt(Node, frozen=True, gc=False):
    """CREATE SUBSCRIPTION."""

    subname: str
    conninfo: str
    publication: tuple[str, ...]
    options: tuple[DefElem, ...] = ()


class AlterSubscriptionStmt(Node, frozen=True, gc=False):
    """`kind` is ALTER_SUBSCRIPTION_."""

    kind: str
    subname: str
    conninfo: str | None = None
    publication: tuple[str, ...] = ()
    options: tuple[DefElem, ...] = ()


class DropSubscriptionStmt(Node, frozen=True, gc=False):
    """DROP SUBSCRIPTION."""

    subname: str
    missing_ok: bool = False
    behavior: str = "DROP_RESTRICT"


class StatsElem(Node, frozen=True, gc=False):
    """One column or expression."""

    name: str | None = None
    expr: Node | None = None


class CreateStatsStmt(Node, frozen=True, gc=False):
    """CREATE STATISTICS."""

    defnames: tuple[str, ...]
    stat_types: tuple[str, ...] = ()
    exprs: tuple[StatsElem, ...] = ()
    relations: tuple[Node, ...] = ()
    if_not_exists: bool = False


class AlterStatsStmt(Node, frozen=True, gc=False):
    """ALTER STATISTICS SET STATISTICS; None is DEFAULT."""

    defnames: tuple[str, ...]
    stxstattarget: int | None = None
    missing_ok: bool = False


class CreateFdwStmt(Node, frozen=True, gc=False):
    """CREATE FOREIGN DATA WRAPPER."""

    fdwname: str
    func_options: tuple[DefElem, ...] = ()
    options: tuple[DefElem, ...] = ()


class AlterFdwStmt(Node, frozen=True, gc=False):
    """ALTER FOREIGN DATA WRAPPER."""

    fdwname: str
    func_options: tuple[DefElem, ...] = ()
    options: tuple[DefElem, ...] = ()


class CreateForeignServerStmt(Node, frozen=True, gc=False):
    """CREATE SERVER."""

    servername: str
    servertype: str | None = None
    version: str | None = None
    fdwname: str = ""
    if_not_exists: bool = False
    options: tuple[DefElem, ...] = ()


class AlterForeignServerStmt(Node, frozen=True, gc=False):
    """ALTER SERVER."""

    servername: str
    version: str | None = None
    options: tuple[DefElem, ...] = ()
    has_version: bool = False


class CreateUserMappingStmt(Node, frozen=True, gc=False):
    """CREATE USER MAPPING."""

    user: RoleSpec
    servername: str
    if_not_exists: bool = False
    options: tuple[DefElem, ...] = ()


class AlterUserMappingStmt(Node, frozen=True, gc=False):
    """ALTER USER MAPPING."""

    user: RoleSpec
    servername: str
    options: tuple[DefElem, ...] = ()


class DropUserMappingStmt(Node, frozen=True, gc=False):
    """DROP USER MAPPING."""

    user: RoleSpec
    servername: str
    missing_ok: bool = False


class ImportForeignSchemaStmt(Node, frozen=True, gc=False):
    """IMPORT FOREIGN SCHEMA; FDW_IMPORT_SCHEMA_ALL, ..._LIMIT_TO or ..._EXCEPT."""

    server_name: str
    remote_schema: str
    local_schema: str
    list_type: str = "FDW_IMPORT_SCHEMA_ALL"
    table_list: tuple[RangeVar, ...] = ()
    options: tuple[DefElem, ...] = ()


class AlterTSDictionaryStmt(Node, frozen=True, gc=False):
    """ALTER TEXT SEARCH DICTIONARY."""

    dictname: tuple[str, ...]
    options: tuple[DefElem, ...] = ()


class AlterTSConfigurationStmt(Node, frozen=True, gc=False):
    """`kind` is ALTER_TSCONFIG_ADD_MAPPING, ..._ALTER_MAPPING_FOR_TOKEN, ..._REPLACE_DICT, ..._REPLACE_DICT_FOR_TOKEN or ..._DROP_MAPPING."""

    kind: str
    cfgname: tuple[str, ...]
    tokentype: tuple[str, ...] = ()
    dicts: tuple[tuple[str, ...], ...] = ()
    override: bool = False
    replace: bool = False
    missing_ok: bool = False
