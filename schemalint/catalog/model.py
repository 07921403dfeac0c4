"""What exists in a database: one immutable struct for each row of pg_catalog that decides what a migration may do.

A struct is named after the catalog's object and its fields after the catalog's columns without their prefix (`pg_class.relkind`
is `Relation.kind`). Object identifiers are PostgreSQL's for built-in objects; those of a simulated database start at 16384.
Fields that have their default are left out of JSON, so snapshots and the data of built-in objects stay small.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from msgspec import UNSET, Struct

Oid = int

FIRST_NORMAL_OID = 16384
"""Objects below are the server's own (FirstNormalObjectId)."""


class ObjectAddress(NamedTuple):
    """Which object, or which column of a relation (`objsubid` is then the attnum)."""

    classid: str
    objid: Oid
    objsubid: int = 0


class CatalogObject(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What all objects have. `acl` is None for the built-in default privileges, else aclitem texts (`grantee=arwd/grantor`)."""

    CLASS: ClassVar[str]

    oid: Oid
    name: str = ""

    @property
    def address(self) -> ObjectAddress:
        return ObjectAddress(self.CLASS, self.oid)


class Expression(Struct, frozen=True, gc=False):
    """An expression or query that the catalog stores.

    `text` is SQL as it was written, or as pg_get_expr prints it. `tree` is its analyzed form (semantics/query.py), set when this
    process analyzed it; it is not written to snapshots and is made again from the text when needed.
    """

    text: str
    tree: Any = UNSET

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


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


class Type(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_type, with pg_enum's labels in order and pg_range.

    typtype     b base, c composite, d domain, e enum, p pseudo, r range, m multirange
    """

    CLASS: ClassVar[str] = "pg_type"
    namespace: Oid = 11
    owner: Oid = 10
    len: int = -1
    byval: bool = False
    typtype: str = "b"
    category: str = "U"
    preferred: bool = False
    isdefined: bool = True
    delim: str = ","
    relid: Oid = 0
    subscript: Oid = 0
    elem: Oid = 0
    array: Oid = 0
    input: Oid = 0
    output: Oid = 0
    typmodin: Oid = 0
    align: str = "i"
    storage: str = "p"
    notnull: bool = False
    basetype: Oid = 0
    typmod: int = -1
    ndims: int = 0
    collation: Oid = 0
    default: str | None = None
    labels: tuple[str, ...] = ()
    subtype: Oid = 0
    subtype_opclass: Oid = 0
    subtype_collation: Oid = 0
    multirange: Oid = 0
    range: Oid = 0
    acl: tuple[str, ...] | None = None


class AggregateInfo(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_aggregate. `kind` is n normal, o ordered-set, h hypothetical-set."""

    kind: str = "n"
    numdirectargs: int = 0
    transfn: Oid = 0
    finalfn: Oid = 0
    transtype: Oid = 0
    sortop: Oid = 0


class Proc(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_proc. `argtypes` are the input arguments; `allargtypes`, `argmodes` (i o b v t, one letter each) and `argnames` are empty
    when all are unnamed inputs. `defaults` belong to the last input arguments. `kind` is f, p, a or w."""

    CLASS: ClassVar[str] = "pg_proc"
    namespace: Oid = 11
    owner: Oid = 10
    lang: Oid = 12
    kind: str = "f"
    secdef: bool = False
    leakproof: bool = False
    strict: bool = False
    retset: bool = False
    volatile: str = "v"
    parallel: str = "u"
    rettype: Oid = 0
    argtypes: tuple[Oid, ...] = ()
    allargtypes: tuple[Oid, ...] = ()
    argmodes: str = ""
    argnames: tuple[str, ...] = ()
    variadic: Oid = 0
    defaults: tuple[Expression, ...] = ()
    src: str | None = None
    sqlbody: Expression | None = None
    config: tuple[str, ...] = ()
    agg: AggregateInfo | None = None
    acl: tuple[str, ...] | None = None


class Operator(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_operator. A prefix operator has left 0; a shell has code 0."""

    CLASS: ClassVar[str] = "pg_operator"
    namespace: Oid = 11
    owner: Oid = 10
    left: Oid = 0
    right: Oid = 0
    result: Oid = 0
    code: Oid = 0
    com: Oid = 0
    negate: Oid = 0
    canmerge: bool = False
    canhash: bool = False
    rest: Oid = 0
    join: Oid = 0


class AmOp(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_amop. `purpose` is s search or o ordering; `opclass` is the class that the entry goes with, where that is known."""

    left: Oid
    right: Oid
    strategy: int
    operator: Oid
    purpose: str = "s"
    sortfamily: Oid = 0
    opclass: Oid = 0


class AmProc(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_amproc; `opclass` as in AmOp."""

    left: Oid
    right: Oid
    num: int
    proc: Oid
    opclass: Oid = 0


class OpFamily(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_opfamily with its pg_amop and pg_amproc rows."""

    CLASS: ClassVar[str] = "pg_opfamily"
    namespace: Oid = 11
    owner: Oid = 10
    am: Oid = 0
    operators: tuple[AmOp, ...] = ()
    procs: tuple[AmProc, ...] = ()


class OpClass(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_opclass."""

    CLASS: ClassVar[str] = "pg_opclass"
    namespace: Oid = 11
    owner: Oid = 10
    am: Oid = 0
    family: Oid = 0
    intype: Oid = 0
    default: bool = False
    keytype: Oid = 0


class Cast(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_cast. `context` is i implicit, a assignment, e explicit; `method` is f function, i inout, b binary-coercible."""

    CLASS: ClassVar[str] = "pg_cast"
    source: Oid = 0
    target: Oid = 0
    func: Oid = 0
    context: str = "e"
    method: str = "f"


class AccessMethod(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_am. `type` is i index or t table; the can_ flags are those of pg_indexam_has_property."""

    CLASS: ClassVar[str] = "pg_am"
    type: str = "i"
    handler: Oid = 0
    can_order: bool = False
    can_unique: bool = False
    can_multi_col: bool = False
    can_exclude: bool = False
    can_include: bool = False


class Collation(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_collation. `encoding` -1 is any."""

    CLASS: ClassVar[str] = "pg_collation"
    namespace: Oid = 11
    owner: Oid = 10
    provider: str = "c"
    deterministic: bool = True
    encoding: int = -1
    locale: str | None = None


class Conversion(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_conversion."""

    CLASS: ClassVar[str] = "pg_conversion"
    namespace: Oid = 11
    owner: Oid = 10
    for_encoding: int = 0
    to_encoding: int = 0
    proc: Oid = 0
    default: bool = False


class Language(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_language."""

    CLASS: ClassVar[str] = "pg_language"
    owner: Oid = 10
    ispl: bool = False
    trusted: bool = False
    handler: Oid = 0
    inline: Oid = 0
    validator: Oid = 0
    acl: tuple[str, ...] | None = None


class TextSearch(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_ts_config, pg_ts_dict, pg_ts_parser and pg_ts_template, told apart by `kind` (config, dict, parser, template).

    `refers` is a configuration's parser or a dictionary's template; `mapping` is token type -> dictionaries of a configuration.
    """

    CLASS: ClassVar[str] = "pg_ts"
    kind: str = "config"
    namespace: Oid = 11
    owner: Oid = 10
    refers: Oid = 0
    mapping: dict[str, tuple[Oid, ...]] = {}
    options: tuple[str, ...] = ()


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


class Extension(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_extension."""

    CLASS: ClassVar[str] = "pg_extension"
    owner: Oid = 10
    namespace: Oid = 0
    relocatable: bool = False
    version: str = ""


class Membership(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_auth_members, seen from the member: the role that it is a member of, who granted that, and with which options. Before 16
    there was one grant per role, and every one let its member inherit and SET ROLE."""

    role: Oid
    grantor: Oid = 10
    admin: bool = False
    inherit: bool = True
    set: bool = True


class Role(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_authid without its password, with the grants of other roles to it. `config` has the settings of ALTER ROLE ... SET,
    `database_config` those that hold in this database only."""

    CLASS: ClassVar[str] = "pg_authid"
    super: bool = False
    inherit: bool = True
    createrole: bool = False
    createdb: bool = False
    canlogin: bool = False
    replication: bool = False
    bypassrls: bool = False
    memberships: tuple[Membership, ...] = ()
    config: tuple[str, ...] = ()
    database_config: tuple[str, ...] = ()

    @property
    def member_of(self) -> dict[Oid, tuple[bool, bool, bool]]:
        """The roles that it is a member of: oid -> (admin, inherit, set) of all grants together."""
        found: dict[Oid, tuple[bool, bool, bool]] = {}
        for grant in self.memberships:
            admin, inherit, may_set = found.get(grant.role, (False, False, False))
            found[grant.role] = (admin or grant.admin, inherit or grant.inherit, may_set or grant.set)
        return found


class Database(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_database, with the settings of ALTER DATABASE ... SET."""

    CLASS: ClassVar[str] = "pg_database"
    owner: Oid = 10
    encoding: str = "UTF8"
    collate: str = "C"
    config: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class Tablespace(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_tablespace."""

    CLASS: ClassVar[str] = "pg_tablespace"
    owner: Oid = 10
    acl: tuple[str, ...] | None = None


class PublicationRelation(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_publication_rel."""

    relid: Oid
    columns: tuple[int, ...] = ()
    qual: Expression | None = None


class Publication(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_publication with pg_publication_rel and pg_publication_namespace. `actions` has i, u, d, t; `gencols` is n none or s
    stored (publish_generated_columns)."""

    CLASS: ClassVar[str] = "pg_publication"
    owner: Oid = 10
    alltables: bool = False
    actions: str = "iudt"
    viaroot: bool = False
    gencols: str = "n"
    relations: tuple[PublicationRelation, ...] = ()
    schemas: tuple[Oid, ...] = ()


class Subscription(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_subscription, without its connection string."""

    CLASS: ClassVar[str] = "pg_subscription"
    owner: Oid = 10
    enabled: bool = True
    publications: tuple[str, ...] = ()
    slotname: str | None = None


class EventTrigger(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_event_trigger."""

    CLASS: ClassVar[str] = "pg_event_trigger"
    owner: Oid = 10
    event: str = ""
    func: Oid = 0
    enabled: str = "O"
    tags: tuple[str, ...] = ()


class ForeignDataWrapper(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_foreign_data_wrapper."""

    CLASS: ClassVar[str] = "pg_foreign_data_wrapper"
    owner: Oid = 10
    handler: Oid = 0
    validator: Oid = 0
    options: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class ForeignServer(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_foreign_server; option values are left out of snapshots where they may hold secrets."""

    CLASS: ClassVar[str] = "pg_foreign_server"
    owner: Oid = 10
    fdw: Oid = 0
    type: str | None = None
    version: str | None = None
    options: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class UserMapping(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_user_mapping; user 0 is PUBLIC."""

    CLASS: ClassVar[str] = "pg_user_mapping"
    user: Oid = 0
    server: Oid = 0
    options: tuple[str, ...] = ()


class Transform(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_transform."""

    CLASS: ClassVar[str] = "pg_transform"
    type: Oid = 0
    lang: Oid = 0


class DefaultAcl(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_default_acl. `objtype` is r, S, f, T, n or L; namespace 0 is every schema."""

    CLASS: ClassVar[str] = "pg_default_acl"
    role: Oid = 0
    namespace: Oid = 0
    objtype: str = "r"
    acl: tuple[str, ...] = ()


class Comment(Struct, frozen=True, gc=False):
    """pg_description and pg_shdescription."""

    address: ObjectAddress
    text: str


class Dependency(NamedTuple):
    """pg_depend, seen from the dependent object. `deptype` is n normal, a auto, i internal, e extension member, x auto extension,
    P and S partition dependencies, o owner or other shared dependency."""

    refobj: ObjectAddress
    deptype: str


CLASSES: dict[str, type[CatalogObject]] = {struct.CLASS: struct for struct in CatalogObject.__subclasses__()}
"""Catalog -> the struct of its rows."""
