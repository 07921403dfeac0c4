"""Schemas, relations and what belongs to them."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from schemalint.catalog.model.base import CatalogObject, Expression, Oid


class Namespace(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_namespace."""

    CLASS: ClassVar[str] = "pg_namespace"
    owner: Oid = 10
    acl: tuple[str, ...] | None = None


class Attribute(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_attribute with its pg_attrdef. `num` counts from 1 and keeps dropped columns; `default` is also a generated column's
    expression; `missing` says that rows from before ADD COLUMN take the default without a rewrite."""

    num: int
    name: str
    type: Oid
    typmod: int = -1
    collation: Oid = 0
    ndims: int = 0
    notnull: bool = False
    default: Expression | None = None
    identity: str = ""
    generated: str = ""
    dropped: bool = False
    islocal: bool = True
    inhcount: int = 0
    storage: str = ""
    compression: str = ""
    statistics: int = -1
    options: tuple[str, ...] = ()
    fdwoptions: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None
    missing: bool = False


class PartitionKey(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_partitioned_table. `attrs` has 0 where an expression of `exprs` stands; `strategy` is l, r or h."""

    strategy: str
    attrs: tuple[int, ...]
    exprs: tuple[Expression, ...] = ()
    opclasses: tuple[Oid, ...] = ()
    collations: tuple[Oid, ...] = ()


class PartitionBound(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_class.relpartbound. Datums are values comparable in Python where known (see semantics/input), else their text; `text`
    is FOR VALUES ... as printed. MINVALUE and MAXVALUE are the strings of these names in `lower` / `upper` kinds."""

    strategy: str
    is_default: bool = False
    modulus: int = 0
    remainder: int = 0
    text: str = ""
    datums: tuple[Any, ...] = ()
    lower: tuple[Any, ...] = ()
    upper: tuple[Any, ...] = ()


class IndexInfo(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_index. `key` has attnums of the table, 0 where an expression of `exprs` stands, then the INCLUDE columns; `option` has
    per key column bit 1 for DESC and bit 2 for NULLS FIRST."""

    relid: Oid
    key: tuple[int, ...]
    nkeyatts: int
    unique: bool = False
    nulls_not_distinct: bool = False
    primary: bool = False
    exclusion: bool = False
    immediate: bool = True
    clustered: bool = False
    valid: bool = True
    ready: bool = True
    replident: bool = False
    collations: tuple[Oid, ...] = ()
    opclasses: tuple[Oid, ...] = ()
    option: tuple[int, ...] = ()
    exprs: tuple[Expression, ...] = ()
    predicate: Expression | None = None


class SequenceInfo(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_sequence."""

    type: Oid = 20
    start: int = 1
    increment: int = 1
    min: int = 1
    max: int = 9223372036854775807
    cache: int = 1
    cycle: bool = False


class Relation(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_class with its columns and what only some kinds have.

    kind        r table, p partitioned table, v view, m materialized view, i index, I partitioned index, S sequence,
                c composite type, f foreign table, t TOAST table
    persistence p permanent, u unlogged, t temporary
    inherits    parents in order (pg_inherits); of a partition, the partitioned table
    detachpending   DETACH PARTITION CONCURRENTLY was interrupted (inhdetachpending)
    view        the query of a view or materialized view, as pg_get_viewdef prints it
    rows, bytes reltuples (-1 when never analyzed) and pg_total_relation_size; None when not known
    """

    CLASS: ClassVar[str] = "pg_class"
    namespace: Oid = 2200
    kind: str = "r"
    owner: Oid = 10
    type: Oid = 0
    persistence: str = "p"
    columns: tuple[Attribute, ...] = ()
    of_type: Oid = 0
    inherits: tuple[Oid, ...] = ()
    ispartition: bool = False
    detachpending: bool = False
    partition_key: PartitionKey | None = None
    partition_bound: PartitionBound | None = None
    am: Oid = 0
    tablespace: Oid = 0
    options: tuple[str, ...] = ()
    rowsecurity: bool = False
    forcerowsecurity: bool = False
    replident: str = "d"
    populated: bool = True
    view: Expression | None = None
    index: IndexInfo | None = None
    sequence: SequenceInfo | None = None
    server: Oid = 0
    fdwoptions: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None
    oncommit: str = ""
    rows: float | None = None
    bytes: int | None = None


class Constraint(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_constraint. `type` is c check, f foreign key, n not null, p primary key, u unique, x exclusion, t constraint trigger."""

    CLASS: ClassVar[str] = "pg_constraint"
    namespace: Oid = 2200
    type: str = "c"
    deferrable: bool = False
    deferred: bool = False
    enforced: bool = True
    validated: bool = True
    relid: Oid = 0
    typid: Oid = 0
    indid: Oid = 0
    parentid: Oid = 0
    frelid: Oid = 0
    fupdtype: str = "a"
    fdeltype: str = "a"
    fmatchtype: str = "s"
    islocal: bool = True
    inhcount: int = 0
    noinherit: bool = False
    period: bool = False
    key: tuple[int, ...] = ()
    fkey: tuple[int, ...] = ()
    fdelsetcols: tuple[int, ...] = ()
    eqops: tuple[Oid, ...] = ()
    exclops: tuple[Oid, ...] = ()
    expr: Expression | None = None


class Trigger(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_trigger; `type` is the TRIGGER_TYPE_ bit set (row 1, before 2, insert 4, delete 8, update 16, truncate 32, instead 64)."""

    CLASS: ClassVar[str] = "pg_trigger"
    relid: Oid = 0
    parentid: Oid = 0
    func: Oid = 0
    type: int = 0
    enabled: str = "O"
    isinternal: bool = False
    constrrelid: Oid = 0
    constrindid: Oid = 0
    constraint: Oid = 0
    deferrable: bool = False
    initdeferred: bool = False
    args: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    when: Expression | None = None
    oldtable: str | None = None
    newtable: str | None = None


class Policy(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_policy. `cmd` is r select, a insert, w update, d delete or *; role 0 is PUBLIC."""

    CLASS: ClassVar[str] = "pg_policy"
    relid: Oid = 0
    cmd: str = "*"
    permissive: bool = True
    roles: tuple[Oid, ...] = (0,)
    qual: Expression | None = None
    withcheck: Expression | None = None


class RewriteRule(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_rewrite of a written rule (a view's own `_RETURN` is Relation.view). `event` is 1 select, 2 update, 3 insert, 4 delete.
    `text` is the whole statement, as pg_get_ruledef prints it; `qual` and `actions` its condition and analyzed actions, where
    this process analyzed them."""

    CLASS: ClassVar[str] = "pg_rewrite"
    relid: Oid = 0
    event: str = "1"
    enabled: str = "O"
    isinstead: bool = False
    text: str = ""
    qual: Expression | None = None
    actions: tuple[Expression, ...] = ()


class StatisticsObject(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_statistic_ext."""

    CLASS: ClassVar[str] = "pg_statistic_ext"
    namespace: Oid = 2200
    owner: Oid = 10
    relid: Oid = 0
    keys: tuple[int, ...] = ()
    kinds: str = ""
    exprs: tuple[Expression, ...] = ()
    target: int | None = None
