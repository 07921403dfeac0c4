"""Analyzed expressions and queries: PostgreSQL's primnodes.h and Query, as far as a verdict or a dependency needs them.

Every expression has its type. `start` and `end` are character offsets into the statement (-1 when nothing was written) and do not
take part in `equal`. `UNKNOWN_TYPE` marks what an open catalog cannot say; every rule accepts it and passes it on.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog.model import Oid
from schemalint.semantics.trees import children, equal

__all__ = ["UNKNOWN_TYPE", "children", "equal"]

UNKNOWN_TYPE: Oid = 4294967295
"""The type of an expression over an object that is not known. Not PostgreSQL's pseudo-type `unknown` (705)."""


class Expr(Struct, frozen=True, gc=False, kw_only=True):
    """An analyzed expression. `typmod` is -1 where there is none."""

    type: Oid
    typmod: int = -1
    start: int = -1
    end: int = -1


class Var(Expr, frozen=True, gc=False):
    """A column: of range table entry `varno` (from 1) of the query `levelsup` levels up. attno 0 is the whole row, below 0 a
    system column. In a catalog's stored expressions varno is 1 (2 for NEW in a trigger's or rule's)."""

    varno: int
    attno: int
    levelsup: int = 0
    collation: Oid = 0


class Const(Expr, frozen=True, gc=False):
    """A constant. `value` is its text for a literal of type unknown or a type whose value is not computed, else a Python value."""

    value: Any
    isnull: bool = False
    collation: Oid = 0


class Param(Expr, frozen=True, gc=False):
    """`$n` of a prepared statement or function (kind extern), or another kind of run-time value."""

    number: int
    kind: str = "extern"


class FuncExpr(Expr, frozen=True, gc=False):
    """A function call; `format` is call, explicit_cast, implicit_cast or sql_syntax."""

    func: Oid
    args: tuple[Expr, ...]
    retset: bool = False
    variadic: bool = False
    format: str = "call"
    collation: Oid = 0


class NamedArgExpr(Expr, frozen=True, gc=False):
    """`name => arg`, until the function is known."""

    arg: Expr
    name: str


class OpExpr(Expr, frozen=True, gc=False):
    """An operator; `kind` is op, distinct (IS DISTINCT FROM) or nullif."""

    op: Oid
    func: Oid
    args: tuple[Expr, ...]
    retset: bool = False
    kind: str = "op"
    collation: Oid = 0


class ScalarArrayOpExpr(Expr, frozen=True, gc=False):
    """`scalar op ANY / ALL (array)`; `use_or` for ANY."""

    op: Oid
    use_or: bool
    args: tuple[Expr, ...]


class BoolExpr(Expr, frozen=True, gc=False):
    """AND, OR or NOT (`op` and, or, not)."""

    op: str
    args: tuple[Expr, ...]


class SubLink(Expr, frozen=True, gc=False):
    """A subquery in an expression; `kind` is exists, all, any, rowcompare, expr, multiexpr or array."""

    kind: str
    query: Query
    testexpr: Expr | None = None
    ops: tuple[Oid, ...] = ()


class Aggref(Expr, frozen=True, gc=False):
    """An aggregate call of the query `levelsup` levels up."""

    func: Oid
    args: tuple[Expr, ...]
    direct_args: tuple[Expr, ...] = ()
    order: tuple[Expr, ...] = ()
    filter: Expr | None = None
    distinct: bool = False
    star: bool = False
    levelsup: int = 0


class WindowFunc(Expr, frozen=True, gc=False):
    """A window function call over the window `winref` (from 1) of its query."""

    func: Oid
    args: tuple[Expr, ...]
    filter: Expr | None = None
    winref: int = 0


class GroupingFunc(Expr, frozen=True, gc=False):
    """GROUPING(...)."""

    args: tuple[Expr, ...]
    levelsup: int = 0


class SubscriptingRef(Expr, frozen=True, gc=False):
    """`expr[lower:upper]`, or its assignment."""

    arg: Expr
    container: Oid
    upper: tuple[Expr | None, ...]
    lower: tuple[Expr | None, ...] = ()
    assign: Expr | None = None


class FieldSelect(Expr, frozen=True, gc=False):
    """`arg.field`."""

    arg: Expr
    attno: int


class FieldStore(Expr, frozen=True, gc=False):
    """Assignment to `arg.field`."""

    arg: Expr
    values: tuple[Expr, ...]
    attnos: tuple[int, ...]


class RelabelType(Expr, frozen=True, gc=False):
    """A cast that changes nothing but the type; `format` as in FuncExpr."""

    arg: Expr
    format: str = "implicit_cast"


class CoerceViaIO(Expr, frozen=True, gc=False):
    """A cast through text."""

    arg: Expr
    format: str = "explicit_cast"


class ArrayCoerceExpr(Expr, frozen=True, gc=False):
    """A cast of each element."""

    arg: Expr
    elem: Expr
    format: str = "explicit_cast"


class ConvertRowtypeExpr(Expr, frozen=True, gc=False):
    """A cast between row types."""

    arg: Expr
    format: str = "explicit_cast"


class CoerceToDomain(Expr, frozen=True, gc=False):
    """A cast to a domain, which checks its constraints."""

    arg: Expr
    format: str = "implicit_cast"


class CoerceToDomainValue(Expr, frozen=True, gc=False):
    """VALUE in a domain's CHECK."""


class CollateExpr(Expr, frozen=True, gc=False):
    """`arg COLLATE collation`."""

    arg: Expr
    collation: Oid


class CaseWhen(Struct, frozen=True, gc=False):
    """WHEN condition THEN result."""

    condition: Expr
    result: Expr


class CaseExpr(Expr, frozen=True, gc=False):
    """CASE."""

    arg: Expr | None
    whens: tuple[CaseWhen, ...]
    default: Expr | None


class CaseTestExpr(Expr, frozen=True, gc=False):
    """The value that CASE tests, or the element of an array cast."""


class ArrayExpr(Expr, frozen=True, gc=False):
    """ARRAY[...]."""

    elem: Oid
    elements: tuple[Expr, ...]
    multidims: bool = False


class RowExpr(Expr, frozen=True, gc=False):
    """ROW(...), with its field names."""

    args: tuple[Expr, ...]
    names: tuple[str, ...] = ()


class RowCompareExpr(Expr, frozen=True, gc=False):
    """(a, b) < (c, d)."""

    ops: tuple[Oid, ...]
    left: tuple[Expr, ...]
    right: tuple[Expr, ...]


class CoalesceExpr(Expr, frozen=True, gc=False):
    """COALESCE."""

    args: tuple[Expr, ...]


class MinMaxExpr(Expr, frozen=True, gc=False):
    """GREATEST or LEAST."""

    op: str
    args: tuple[Expr, ...]


class SQLValueFunction(Expr, frozen=True, gc=False):
    """CURRENT_TIMESTAMP and its like; `op` as in the raw tree."""

    op: str


class XmlExpr(Expr, frozen=True, gc=False):
    """An XML constructor or predicate."""

    op: str
    args: tuple[Expr, ...]


class JsonExpr(Expr, frozen=True, gc=False):
    """An SQL/JSON constructor, function or predicate; `op` is the raw node's name."""

    op: str
    args: tuple[Expr, ...]


class NullTest(Expr, frozen=True, gc=False):
    """IS [NOT] NULL."""

    arg: Expr
    isnull: bool


class BooleanTest(Expr, frozen=True, gc=False):
    """IS TRUE and its like; `test` as in the raw tree."""

    arg: Expr
    test: str


class SetToDefault(Expr, frozen=True, gc=False):
    """DEFAULT in VALUES or SET."""


class CurrentOfExpr(Expr, frozen=True, gc=False):
    """WHERE CURRENT OF cursor."""

    cursor: str


class NextValueExpr(Expr, frozen=True, gc=False):
    """The next value of an identity column's sequence."""

    seqid: Oid


class UnknownExpr(Expr, frozen=True, gc=False):
    """An expression over something that is not known; `args` are what is known of it."""

    args: tuple[Expr, ...] = ()


class TargetEntry(Struct, frozen=True, gc=False):
    """An output column. resno counts from 1; `sortgroup` is not 0 where ORDER BY, GROUP BY or DISTINCT refer to it."""

    expr: Expr
    resno: int
    name: str | None = None
    junk: bool = False
    sortgroup: int = 0


class RangeTblEntry(Struct, frozen=True, gc=False):
    """An entry of a query's range table.

    kind    relation, subquery, join, function, tablefunc, values, cte, ephemeral (a transition table), result or unknown
    alias   as written; refname is the name by which it is known
    names, types, typmods, collations   its columns, dropped ones kept with the empty name and type 0
    join_vars   of a join: for each column the expression that it stands for
    counts      of functions: how many columns each gives; `has_coldefs` when a column definition list says which
    in_from     written in FROM
    tablesample the method and its arguments
    """

    kind: str
    alias: str | None
    refname: str = ""
    names: tuple[str, ...] = ()
    types: tuple[Oid, ...] = ()
    typmods: tuple[int, ...] = ()
    collations: tuple[Oid, ...] = ()
    relid: Oid = 0
    relkind: str = ""
    inh: bool = True
    subquery: Query | None = None
    functions: tuple[Expr, ...] = ()
    counts: tuple[int, ...] = ()
    has_coldefs: bool = False
    cte: str | None = None
    cte_levelsup: int = 0
    self_reference: bool = False
    jointype: str = ""
    join_vars: tuple[Expr | None, ...] = ()
    join_using_alias: str | None = None
    lateral: bool = False
    in_from: bool = False
    tablesample: tuple[Expr, ...] = ()
    ordinality: bool = False
    values: tuple[tuple[Expr, ...], ...] = ()
    start: int = -1
    end: int = -1


class SortGroupClause(Struct, frozen=True, gc=False):
    """ORDER BY, GROUP BY or DISTINCT item: which target, by which operators."""

    sortgroup: int
    eqop: Oid = 0
    sortop: Oid = 0
    nulls_first: bool = False
    hashable: bool = False


class CommonTableExpr(Struct, frozen=True, gc=False):
    """A query of WITH, with its output columns; None for `query` while it is being analyzed. The extra columns are those of
    SEARCH and CYCLE."""

    name: str
    query: Query | None
    names: tuple[str, ...] = ()
    types: tuple[Oid, ...] = ()
    typmods: tuple[int, ...] = ()
    collations: tuple[Oid, ...] = ()
    recursive: bool = False
    extra_names: tuple[str, ...] = ()
    extra_types: tuple[Oid, ...] = ()


class OuterJoin(Struct, frozen=True, gc=False):
    """LEFT, RIGHT or FULL JOIN: the range table indexes of both sides, and its condition (NATURAL may have none)."""

    kind: str
    left: frozenset[int]
    right: frozenset[int]
    quals: tuple[Expr, ...]


class RowMark(Struct, frozen=True, gc=False):
    """FOR UPDATE and its like on one range table entry (RowMarkClause); `strength` is LCS_..."""

    rti: int
    strength: str
    pushed_down: bool = False


class InferenceElem(Struct, frozen=True, gc=False):
    """A column or expression that ON CONFLICT names, with its collation and operator class (0 where none is written)."""

    expr: Expr
    collation: Oid = 0
    opclass: Oid = 0


class OnConflict(Struct, frozen=True, gc=False):
    """ON CONFLICT: `action` is nothing or update; what names the arbiter, and what is assigned (OnConflictExpr)."""

    action: str
    arbiters: tuple[InferenceElem, ...] = ()
    arbiter_where: Expr | None = None
    constraint: Oid = 0
    targets: tuple[TargetEntry, ...] = ()
    where: Expr | None = None
    excluded: int = 0


class MergeAction(Struct, frozen=True, gc=False):
    """One WHEN of MERGE; `command` is insert, update, delete or nothing."""

    match_kind: str
    command: str
    qual: Expr | None = None
    targets: tuple[TargetEntry, ...] = ()
    override: str = ""


class Query(Struct, frozen=True, gc=False):
    """An analyzed query.

    command      select, insert, update, delete, merge or utility
    target_list  of an INSERT or UPDATE the assigned columns (resno is the attnum)
    from_        varnos of the top-level FROM items; `quals` all conditions of WHERE and of joins
    set_groups   what each set operation that removes duplicates groups by
    locking      what FOR UPDATE and its like apply to
    constraint_deps   primary keys that GROUP BY relies on
    utility      the raw statement, for EXPLAIN and its like; `inner` the query in it
    """

    command: str = "select"
    rtable: tuple[RangeTblEntry, ...] = ()
    target_list: tuple[TargetEntry, ...] = ()
    returning: tuple[TargetEntry, ...] = ()
    result_relation: int = 0
    from_: tuple[int, ...] = ()
    quals: tuple[Expr, ...] = ()
    group: tuple[SortGroupClause, ...] = ()
    grouping_sets: bool = False
    having: Expr | None = None
    distinct: tuple[SortGroupClause, ...] = ()
    distinct_on: bool = False
    sort: tuple[SortGroupClause, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None
    windows: int = 0
    window_exprs: tuple[Expr, ...] = ()
    set_operation: str = ""
    set_operands: tuple[int, ...] = ()
    set_groups: tuple[tuple[SortGroupClause, ...], ...] = ()
    outer_joins: tuple[OuterJoin, ...] = ()
    ctes: tuple[CommonTableExpr, ...] = ()
    locking: tuple[RowMark, ...] = ()
    constraint_deps: tuple[Oid, ...] = ()
    on_conflict: OnConflict | None = None
    override: str = ""
    merge_actions: tuple[MergeAction, ...] = ()
    has_aggs: bool = False
    has_window_funcs: bool = False
    has_target_srfs: bool = False
    has_modifying_cte: bool = False
    has_sublinks: bool = False
    has_for_update: bool = False
    utility: Any = None
    inner: Query | None = None
