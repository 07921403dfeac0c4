"""Tables, columns, constraints and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import CollateClause, DefElem, IndexElem, IntoClause, RangeVar, RoleSpec, TypeName


class ColumnDef(Node, frozen=True, gc=False):
    """A column of CREATE TABLE, ADD COLUMN, a composite type or a function's result; `constraints` as written."""

    colname: str | None
    typeName: TypeName | None = None
    constraints: tuple[Constraint, ...] = ()
    collClause: CollateClause | None = None
    fdwoptions: tuple[DefElem, ...] = ()
    compression: str | None = None
    storage_name: str | None = None
    raw_default: Node | None = None
    is_from_type: bool = False


class Constraint(Node, frozen=True, gc=False):
    """`contype` is CONSTR_NULL, CONSTR_NOTNULL, CONSTR_DEFAULT, CONSTR_IDENTITY, CONSTR_GENERATED, CONSTR_CHECK, CONSTR_PRIMARY, CONSTR_UNIQUE, CONSTR_EXCLUSION, CONSTR_FOREIGN or CONSTR_ATTR_DEFERRABLE, ..._NOT_DEFERRABLE, ..._DEFERRED, ..._IMMEDIATE, ..._ENFORCED, ..._NOT_ENFORCED."""

    contype: str
    conname: str | None = None
    deferrable: bool = False
    initdeferred: bool = False
    is_enforced: bool = False
    skip_validation: bool = False
    initially_valid: bool = False
    is_no_inherit: bool = False
    raw_expr: Node | None = None
    generated_when: str = ""
    generated_kind: str = ""
    nulls_not_distinct: bool = False
    keys: tuple[str, ...] = ()
    without_overlaps: bool = False
    including: tuple[str, ...] = ()
    exclusions: tuple[tuple[IndexElem, tuple[str, ...]], ...] = ()
    options: tuple[DefElem, ...] = ()
    indexname: str | None = None
    indexspace: str | None = None
    access_method: str | None = None
    where_clause: Node | None = None
    pktable: RangeVar | None = None
    fk_attrs: tuple[str, ...] = ()
    pk_attrs: tuple[str, ...] = ()
    fk_with_period: bool = False
    pk_with_period: bool = False
    fk_matchtype: str = ""
    fk_upd_action: str = ""
    fk_del_action: str = ""
    fk_del_set_cols: tuple[str, ...] = ()


class TableLikeClause(Node, frozen=True, gc=False):
    """`LIKE`; `options` is the CREATE_TABLE_LIKE_ bit set (all is 0x7fffffff)."""

    relation: RangeVar
    options: int = 0


class PartitionElem(Node, frozen=True, gc=False):
    """One column or expression of a partition key."""

    name: str | None = None
    expr: Node | None = None
    collation: tuple[str, ...] = ()
    opclass: tuple[str, ...] = ()


class PartitionSpec(Node, frozen=True, gc=False):
    """`PARTITION BY`; `strategy` is PARTITION_STRATEGY_LIST, ..._RANGE or ..._HASH."""

    strategy: str
    partParams: tuple[PartitionElem, ...]


class PartitionBoundSpec(Node, frozen=True, gc=False):
    """`FOR VALUES ...` or `DEFAULT`; `strategy` is l, r or h (empty for DEFAULT)."""

    strategy: str = ""
    is_default: bool = False
    modulus: int = 0
    remainder: int = 0
    listdatums: tuple[Node, ...] = ()
    lowerdatums: tuple[Node, ...] = ()
    upperdatums: tuple[Node, ...] = ()


class PartitionCmd(Node, frozen=True, gc=False):
    """ATTACH or DETACH PARTITION."""

    name: RangeVar
    bound: PartitionBoundSpec | None = None
    concurrent: bool = False


class CreateStmt(Node, frozen=True, gc=False):
    """CREATE TABLE; `tableElts` has ColumnDef, Constraint and TableLikeClause in order."""

    relation: RangeVar
    tableElts: tuple[Node, ...] = ()
    inhRelations: tuple[RangeVar, ...] = ()
    partbound: PartitionBoundSpec | None = None
    partspec: PartitionSpec | None = None
    ofTypename: TypeName | None = None
    options: tuple[DefElem, ...] = ()
    oncommit: str = "ONCOMMIT_NOOP"
    tablespacename: str | None = None
    accessMethod: str | None = None
    if_not_exists: bool = False


class CreateForeignTableStmt(Node, frozen=True, gc=False):
    """CREATE FOREIGN TABLE."""

    base: CreateStmt
    servername: str
    options: tuple[DefElem, ...] = ()


class CreateTableAsStmt(Node, frozen=True, gc=False):
    """CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW (`objtype` OBJECT_MATVIEW)."""

    query: Node
    into: IntoClause
    objtype: str = "OBJECT_TABLE"
    is_select_into: bool = False
    if_not_exists: bool = False


class AlterTableStmt(Node, frozen=True, gc=False):
    """ALTER of a relation; `objtype` is OBJECT_TABLE, OBJECT_INDEX, OBJECT_SEQUENCE, OBJECT_VIEW, OBJECT_MATVIEW, OBJECT_FOREIGN_TABLE or OBJECT_TYPE."""

    relation: RangeVar
    cmds: tuple[AlterTableCmd, ...]
    objtype: str = "OBJECT_TABLE"
    missing_ok: bool = False


class AlterTableCmd(Node, frozen=True, gc=False):
    """One action; `subtype` is AT_... as in the server; `def_` is its argument (ColumnDef, Constraint, expression, RangeVar, PartitionCmd, options...)."""

    subtype: str
    name: str | None = None
    num: int = 0
    newowner: RoleSpec | None = None
    def_: Any = None
    behavior: str = "DROP_RESTRICT"
    missing_ok: bool = False


class ATAlterConstraint(Node, frozen=True, gc=False):
    """ALTER CONSTRAINT."""

    conname: str
    alterEnforceability: bool = False
    is_enforced: bool = False
    alterDeferrability: bool = False
    deferrable: bool = False
    initdeferred: bool = False
    alterInheritability: bool = False
    noinherit: bool = False


class ReplicaIdentityStmt(Node, frozen=True, gc=False):
    """REPLICA IDENTITY; n, d, f or i."""

    identity_type: str
    name: str | None = None


class AlterTableMoveAllStmt(Node, frozen=True, gc=False):
    """ALTER TABLE ALL IN TABLESPACE."""

    orig_tablespacename: str
    objtype: str
    roles: tuple[RoleSpec, ...] = ()
    new_tablespacename: str = ""
    nowait: bool = False


class IndexStmt(Node, frozen=True, gc=False):
    """CREATE INDEX."""

    idxname: str | None = None
    relation: RangeVar | None = None
    accessMethod: str = "btree"
    tableSpace: str | None = None
    indexParams: tuple[IndexElem, ...] = ()
    indexIncludingParams: tuple[IndexElem, ...] = ()
    options: tuple[DefElem, ...] = ()
    whereClause: Node | None = None
    unique: bool = False
    nulls_not_distinct: bool = False
    concurrent: bool = False
    if_not_exists: bool = False
