"""SELECT, INSERT, UPDATE, DELETE, MERGE and their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import A_Indices, A_Star, Alias, DefElem, RangeVar, TypeName


class ResTarget(Node, frozen=True, gc=False):
    """An item of a SELECT list, or a column to assign (with `indirection`)."""

    name: str | None = None
    indirection: tuple[str | A_Star | A_Indices, ...] = ()
    val: Node | None = None


class MultiAssignRef(Node, frozen=True, gc=False):
    """One column of `(a, b) = row`."""

    source: Node
    colno: int
    ncolumns: int


class SortBy(Node, frozen=True, gc=False):
    """One item of ORDER BY."""

    node: Node
    sortby_dir: str = "SORTBY_DEFAULT"
    sortby_nulls: str = "SORTBY_NULLS_DEFAULT"
    useOp: tuple[str, ...] = ()


class WindowDef(Node, frozen=True, gc=False):
    """A window; `frameOptions` is PostgreSQL's FRAMEOPTION_ bit set."""

    name: str | None = None
    refname: str | None = None
    partitionClause: tuple[Node, ...] = ()
    orderClause: tuple[SortBy, ...] = ()
    frameOptions: int = 0x422
    startOffset: Node | None = None
    endOffset: Node | None = None


class GroupingSet(Node, frozen=True, gc=False):
    """GROUPING_SET_EMPTY, GROUPING_SET_ROLLUP, GROUPING_SET_CUBE or GROUPING_SET_SETS."""

    kind: str
    content: tuple[Node, ...] = ()


class RangeSubselect(Node, frozen=True, gc=False):
    """A subquery in FROM."""

    subquery: Node
    alias: Alias | None = None
    lateral: bool = False


class RangeFunction(Node, frozen=True, gc=False):
    """Functions in FROM, each with its own column definitions."""

    functions: tuple[tuple[Node, tuple[Node, ...]], ...]
    alias: Alias | None = None
    coldeflist: tuple[Node, ...] = ()
    lateral: bool = False
    ordinality: bool = False
    is_rowsfrom: bool = False


class RangeTableFunc(Node, frozen=True, gc=False):
    """`XMLTABLE(...)`."""

    docexpr: Node
    rowexpr: Node
    namespaces: tuple[ResTarget, ...] = ()
    columns: tuple[RangeTableFuncCol, ...] = ()
    alias: Alias | None = None
    lateral: bool = False


class RangeTableFuncCol(Node, frozen=True, gc=False):
    """A column of XMLTABLE."""

    colname: str
    typeName: TypeName | None = None
    for_ordinality: bool = False
    is_not_null: bool = False
    colexpr: Node | None = None
    coldefexpr: Node | None = None


class RangeTableSample(Node, frozen=True, gc=False):
    """`TABLESAMPLE`."""

    relation: Node
    method: tuple[str, ...]
    args: tuple[Node, ...]
    repeatable: Node | None = None


class JoinExpr(Node, frozen=True, gc=False):
    """A join; `jointype` is JOIN_INNER, JOIN_LEFT, JOIN_FULL or JOIN_RIGHT."""

    jointype: str
    larg: Node
    rarg: Node
    isNatural: bool = False
    usingClause: tuple[str, ...] = ()
    join_using_alias: Alias | None = None
    quals: Node | None = None
    alias: Alias | None = None


class LockingClause(Node, frozen=True, gc=False):
    """`FOR UPDATE` and its like; `strength` is LCS_..., `waitPolicy` LockWait."""

    strength: str
    lockedRels: tuple[RangeVar, ...] = ()
    waitPolicy: str = "LockWaitBlock"


class CTESearchClause(Node, frozen=True, gc=False):
    """`SEARCH ...`."""

    search_col_list: tuple[str, ...]
    search_breadth_first: bool
    search_seq_column: str


class CTECycleClause(Node, frozen=True, gc=False):
    """`CYCLE ...`."""

    cycle_col_list: tuple[str, ...]
    cycle_mark_column: str
    cycle_mark_value: Node
    cycle_mark_default: Node
    cycle_path_column: str


class CommonTableExpr(Node, frozen=True, gc=False):
    """One query of WITH; `ctematerialized` is CTEMaterializeDefault, ...Always or ...Never."""

    ctename: str
    ctequery: Node
    aliascolnames: tuple[str, ...] = ()
    ctematerialized: str = "CTEMaterializeDefault"
    search_clause: CTESearchClause | None = None
    cycle_clause: CTECycleClause | None = None


class WithClause(Node, frozen=True, gc=False):
    """`WITH`."""

    ctes: tuple[CommonTableExpr, ...]
    recursive: bool = False


class IntoClause(Node, frozen=True, gc=False):
    """Where SELECT INTO and CREATE TABLE AS put rows; `onCommit` is ONCOMMIT_."""

    rel: RangeVar
    colNames: tuple[str, ...] = ()
    accessMethod: str | None = None
    options: tuple[DefElem, ...] = ()
    onCommit: str = "ONCOMMIT_NOOP"
    tableSpaceName: str | None = None
    skipData: bool = False


class SelectStmt(Node, frozen=True, gc=False):
    """SELECT, VALUES and set operations (`op` is SETOP_NONE, SETOP_UNION, SETOP_INTERSECT or SETOP_EXCEPT); DISTINCT without ON is `(None,)`."""

    distinctClause: tuple[Node | None, ...] = ()
    intoClause: IntoClause | None = None
    targetList: tuple[ResTarget, ...] = ()
    fromClause: tuple[Node, ...] = ()
    whereClause: Node | None = None
    groupClause: tuple[Node, ...] = ()
    groupDistinct: bool = False
    havingClause: Node | None = None
    windowClause: tuple[WindowDef, ...] = ()
    valuesLists: tuple[tuple[Node, ...], ...] = ()
    sortClause: tuple[SortBy, ...] = ()
    limitOffset: Node | None = None
    limitCount: Node | None = None
    limitOption: str = "LIMIT_OPTION_DEFAULT"
    lockingClause: tuple[LockingClause, ...] = ()
    withClause: WithClause | None = None
    op: str = "SETOP_NONE"
    all: bool = False
    larg: SelectStmt | None = None
    rarg: SelectStmt | None = None


class ReturningOption(Node, frozen=True, gc=False):
    """`OLD AS name`, `NEW AS name`."""

    option: str
    value: str


class ReturningClause(Node, frozen=True, gc=False):
    """`RETURNING`."""

    exprs: tuple[ResTarget, ...]
    options: tuple[ReturningOption, ...] = ()


class IndexElem(Node, frozen=True, gc=False):
    """One column or expression of an index or of ON CONFLICT."""

    name: str | None = None
    expr: Node | None = None
    collation: tuple[str, ...] = ()
    opclass: tuple[str, ...] = ()
    opclassopts: tuple[DefElem, ...] = ()
    ordering: str = "SORTBY_DEFAULT"
    nulls_ordering: str = "SORTBY_NULLS_DEFAULT"


class InferClause(Node, frozen=True, gc=False):
    """What ON CONFLICT names."""

    indexElems: tuple[IndexElem, ...] = ()
    whereClause: Node | None = None
    conname: str | None = None


class OnConflictClause(Node, frozen=True, gc=False):
    """ONCONFLICT_NOTHING or ONCONFLICT_UPDATE."""

    action: str
    infer: InferClause | None = None
    targetList: tuple[ResTarget, ...] = ()
    whereClause: Node | None = None


class InsertStmt(Node, frozen=True, gc=False):
    """INSERT."""

    relation: RangeVar
    cols: tuple[ResTarget, ...] = ()
    selectStmt: Node | None = None
    onConflictClause: OnConflictClause | None = None
    returningClause: ReturningClause | None = None
    withClause: WithClause | None = None
    override: str = "OVERRIDING_NOT_SET"


class DeleteStmt(Node, frozen=True, gc=False):
    """DELETE."""

    relation: RangeVar
    usingClause: tuple[Node, ...] = ()
    whereClause: Node | None = None
    returningClause: ReturningClause | None = None
    withClause: WithClause | None = None


class UpdateStmt(Node, frozen=True, gc=False):
    """UPDATE."""

    relation: RangeVar
    targetList: tuple[ResTarget, ...] = ()
    whereClause: Node | None = None
    fromClause: tuple[Node, ...] = ()
    returningClause: ReturningClause | None = None
    withClause: WithClause | None = None


class MergeWhenClause(Node, frozen=True, gc=False):
    """`matchKind` is MERGE_WHEN_MATCHED, MERGE_WHEN_NOT_MATCHED_BY_SOURCE or MERGE_WHEN_NOT_MATCHED_BY_TARGET; `commandType` CMD_INSERT, CMD_UPDATE, CMD_DELETE or CMD_NOTHING."""

    matchKind: str
    commandType: str
    override: str = "OVERRIDING_NOT_SET"
    condition: Node | None = None
    targetList: tuple[ResTarget, ...] = ()
    values: tuple[Node, ...] = ()


class MergeStmt(Node, frozen=True, gc=False):
    """MERGE."""

    relation: RangeVar
    sourceRelation: Node
    joinCondition: Node
    mergeWhenClauses: tuple[MergeWhenClause, ...] = ()
    returningClause: ReturningClause | None = None
    withClause: WithClause | None = None
