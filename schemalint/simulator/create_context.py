"""What transformCreateStmt and its subroutines share: the parts of a table as they are gathered (CreateStmtContext)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from schemalint.catalog.model import Expression, Oid, Relation
from schemalint.semantics.query import Expr
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import Constraint, DefElem, IndexElem, IntoClause, Node, RangeVar, TableLikeClause

At = tuple[int, int] | None

LIKE_COMMENTS, LIKE_COMPRESSION, LIKE_CONSTRAINTS, LIKE_DEFAULTS, LIKE_GENERATED = 1, 2, 4, 8, 16
LIKE_IDENTITY, LIKE_INDEXES, LIKE_STATISTICS, LIKE_STORAGE = 32, 64, 128, 256
"""CREATE_TABLE_LIKE_ bits."""


class Column(Struct):
    """A column on its way into the catalog (ColumnDef, once its type is known).

    `type` 0 means that only options were given (of a typed table or a partition). `raw_default` is what was written, `default`
    an expression that is analyzed already.
    """

    name: str
    type: Oid = 0
    typmod: int = -1
    collation: Oid = 0
    ndims: int = 0
    inhcount: int = 0
    is_local: bool = True
    is_not_null: bool = False
    is_from_type: bool = False
    raw_default: Node | None = None
    default: Expression | None = None
    identity: str = ""
    identity_sequence: Oid = 0
    generated: str = ""
    storage: str = ""
    storage_name: str | None = None
    compression: str = ""
    options: tuple[str, ...] = ()
    fdwoptions: tuple[DefElem, ...] = ()
    bogus_default: bool = False
    at: At = None


class IndexParam(Struct):
    """A column or expression of an index to be made (IndexElem); of a copied index the identifiers are known."""

    name: str | None = None
    indexcolname: str | None = None
    expr: Node | None = None
    cooked: Expression | None = None
    collation: tuple[str, ...] = ()
    opclass: tuple[str, ...] = ()
    collation_oid: Oid = 0
    opclass_oid: Oid = 0
    opclassopts: tuple[DefElem, ...] = ()
    ordering: str = "SORTBY_DEFAULT"
    nulls_ordering: str = "SORTBY_NULLS_DEFAULT"
    at: At = None

    def same(self, other: IndexParam) -> bool:
        """Whether two parameters say the same (equal())."""
        return (self.name, self.expr, self.collation, self.opclass, self.ordering, self.nulls_ordering) == (
            other.name,
            other.expr,
            other.collation,
            other.opclass,
            other.ordering,
            other.nulls_ordering,
        )


def index_param(elem: IndexElem) -> IndexParam:
    return IndexParam(
        name=elem.name,
        expr=elem.expr,
        collation=elem.collation,
        opclass=elem.opclass,
        opclassopts=elem.opclassopts,
        ordering=elem.ordering,
        nulls_ordering=elem.nulls_ordering,
        at=(elem.start, elem.end),
    )


class IndexDefinition(Struct):
    """An index to be made (IndexStmt, with what only constraints and copies say)."""

    idxname: str | None = None
    access_method: str = "btree"
    tablespace: str | None = None
    params: tuple[IndexParam, ...] = ()
    including: tuple[IndexParam, ...] = ()
    options: tuple[DefElem, ...] = ()
    where_clause: Node | None = None
    predicate: Expression | None = None
    exclude_op_names: tuple[tuple[str, ...], ...] = ()
    exclude_ops: tuple[Oid, ...] = ()
    unique: bool = False
    nulls_not_distinct: bool = False
    primary: bool = False
    isconstraint: bool = False
    iswithoutoverlaps: bool = False
    deferrable: bool = False
    initdeferred: bool = False
    concurrent: bool = False
    if_not_exists: bool = False
    index_oid: Oid = 0
    comment: str | None = None
    reloptions: tuple[str, ...] = ()
    at: At = None


class CreateStmtContext(Struct):
    """The state of one CREATE TABLE, CREATE FOREIGN TABLE or ALTER TABLE command list.

    `before` is what is done before the table itself is made (the server's blist).
    """

    session: Session
    stmt_type: str
    relation: RangeVar
    namespace: Oid
    persistence: str = "p"
    rel: Relation | None = None
    inh_relations: tuple[RangeVar, ...] = ()
    isforeign: bool = False
    isalter: bool = False
    ispartitioned: bool = False
    partbound: Any = None
    of_type: bool = False
    columns: list[Column] = []
    ckconstraints: list[Constraint] = []
    nnconstraints: list[Constraint] = []
    fkconstraints: list[Constraint] = []
    ixconstraints: list[Constraint] = []
    likeclauses: list[tuple[TableLikeClause, Relation]] = []
    indexes: list[IndexDefinition] = []
    before: list[Callable[[], None]] = []
    owned_sequences: list[tuple[Oid, str]] = []
    sequence_names: dict[Oid, tuple[Oid, str]] = {}
    set_not_null: list[str] = []
    pkey: IndexDefinition | None = None

    @property
    def relname(self) -> str:
        return self.relation.relname


class CookedConstraint(Struct):
    """A constraint that comes from parents (CookedConstraint); `contype` is c or n."""

    contype: str
    name: str
    attnum: int = 0
    expr: Expression | None = None
    enforced: bool = True
    skip_validation: bool = False
    is_local: bool = False
    inhcount: int = 1
    is_no_inherit: bool = False
    conoid: Oid = 0


__all__ = [
    "Column",
    "CookedConstraint",
    "CreateStmtContext",
    "Expr",
    "IndexDefinition",
    "IndexParam",
    "IntoClause",
    "index_param",
]
