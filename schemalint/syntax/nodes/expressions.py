"""Names, constants and expressions of the raw parse tree (parsenodes.h, primnodes.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import DefArg, ResTarget, SortBy, WindowDef


# --- Names and constants


class A_Const(Node, frozen=True, gc=False):
    """A literal; `kind` is Integer, Float, Boolean, String, BitString or Null (`val` is the text for Float and BitString)."""

    val: int | str | bool | None
    kind: str


class Float(Node, frozen=True, gc=False):
    """A number outside a constant expression that does not fit an integer (DefElem.arg)."""

    fval: str


class ColumnRef(Node, frozen=True, gc=False):
    """A possibly qualified column; a last A_Star stands for `*`."""

    fields: tuple[str | A_Star, ...]


class ParamRef(Node, frozen=True, gc=False):
    """`$n`."""

    number: int = 0


class A_Star(Node, frozen=True, gc=False):
    """`*`."""


class TypeName(Node, frozen=True, gc=False):
    """A type as written; `names` keeps what the grammar makes of it (`int` is pg_catalog.int4)."""

    names: tuple[str, ...]
    setof: bool = False
    pct_type: bool = False
    typmods: tuple[Node, ...] = ()
    arrayBounds: tuple[int, ...] = ()


class CollateClause(Node, frozen=True, gc=False):
    """`arg COLLATE name`."""

    arg: Node | None
    collname: tuple[str, ...]


class RangeVar(Node, frozen=True, gc=False):
    """A relation as written."""

    schemaname: str | None
    relname: str
    inh: bool = True
    relpersistence: str = "p"
    alias: Alias | None = None
    catalogname: str | None = None


class Alias(Node, frozen=True, gc=False):
    """`AS name (columns)`."""

    aliasname: str
    colnames: tuple[str, ...] = ()


class RoleSpec(Node, frozen=True, gc=False):
    """A role; `roletype` is ROLESPEC_CSTRING, ROLESPEC_CURRENT_ROLE, ROLESPEC_CURRENT_USER, ROLESPEC_SESSION_USER or ROLESPEC_PUBLIC."""

    roletype: str
    rolename: str | None = None


class DefElem(Node, frozen=True, gc=False):
    """One `name = value` option."""

    defname: str
    arg: DefArg = None
    defnamespace: str | None = None
    defaction: str = "DEFELEM_UNSPEC"


# --- Expressions


class A_Expr(Node, frozen=True, gc=False):
    """An operator and its like; `kind` is AEXPR_OP, AEXPR_OP_ANY, AEXPR_OP_ALL, AEXPR_DISTINCT, AEXPR_NOT_DISTINCT, AEXPR_NULLIF, AEXPR_IN, AEXPR_LIKE, AEXPR_ILIKE, AEXPR_SIMILAR or AEXPR_BETWEEN...; `location` is that of the operator."""

    kind: str
    name: tuple[str, ...]
    lexpr: Node | None
    rexpr: Node | tuple[Node, ...] | None
    location: int = -1


class BoolExpr(Node, frozen=True, gc=False):
    """AND_EXPR, OR_EXPR or NOT_EXPR over `args`."""

    boolop: str
    args: tuple[Node, ...]


class TypeCast(Node, frozen=True, gc=False):
    """`CAST(arg AS type)`, `arg::type` and `type 'literal'`."""

    arg: Node
    typeName: TypeName


class FuncCall(Node, frozen=True, gc=False):
    """A function call as written."""

    funcname: tuple[str, ...]
    args: tuple[Node, ...] = ()
    agg_order: tuple[SortBy, ...] = ()
    agg_filter: Node | None = None
    over: WindowDef | None = None
    agg_within_group: bool = False
    agg_star: bool = False
    agg_distinct: bool = False
    func_variadic: bool = False
    funcformat: str = "COERCE_EXPLICIT_CALL"


class NamedArgExpr(Node, frozen=True, gc=False):
    """`name => arg`."""

    name: str
    arg: Node


class A_Indices(Node, frozen=True, gc=False):
    """One subscript, `[lidx:uidx]` or `[uidx]`."""

    is_slice: bool
    lidx: Node | None
    uidx: Node | None


class A_Indirection(Node, frozen=True, gc=False):
    """Field selections and subscripts on an expression; a str is a field."""

    arg: Node
    indirection: tuple[str | A_Star | A_Indices, ...]


class A_ArrayExpr(Node, frozen=True, gc=False):
    """`ARRAY[...]`."""

    elements: tuple[Node, ...]


class SubLink(Node, frozen=True, gc=False):
    """A subquery in an expression; `subLinkType` is EXISTS_SUBLINK, ALL_SUBLINK, ANY_SUBLINK, EXPR_SUBLINK or ARRAY_SUBLINK."""

    subLinkType: str
    subselect: Node
    testexpr: Node | None = None
    operName: tuple[str, ...] = ()


class CaseExpr(Node, frozen=True, gc=False):
    """`CASE`."""

    arg: Node | None
    args: tuple[CaseWhen, ...]
    defresult: Node | None


class CaseWhen(Node, frozen=True, gc=False):
    """`WHEN expr THEN result`."""

    expr: Node
    result: Node


class CoalesceExpr(Node, frozen=True, gc=False):
    """`COALESCE(...)`."""

    args: tuple[Node, ...]


class MinMaxExpr(Node, frozen=True, gc=False):
    """`GREATEST` (IS_GREATEST) or `LEAST` (IS_LEAST)."""

    op: str
    args: tuple[Node, ...]


class NullTest(Node, frozen=True, gc=False):
    """IS_NULL or IS_NOT_NULL."""

    arg: Node
    nulltesttype: str


class BooleanTest(Node, frozen=True, gc=False):
    """IS_TRUE, IS_NOT_TRUE, IS_FALSE, IS_NOT_FALSE, IS_UNKNOWN or IS_NOT_UNKNOWN."""

    arg: Node
    booltesttype: str


class RowExpr(Node, frozen=True, gc=False):
    """`ROW(...)` (COERCE_EXPLICIT_CALL) or `(a, b)` (COERCE_IMPLICIT_CAST)."""

    args: tuple[Node, ...]
    row_format: str


class GroupingFunc(Node, frozen=True, gc=False):
    """`GROUPING(...)`."""

    args: tuple[Node, ...]


class SQLValueFunction(Node, frozen=True, gc=False):
    """CURRENT_DATE and its like; `op` is SVFOP_."""

    op: str
    typmod: int = -1


class SetToDefault(Node, frozen=True, gc=False):
    """`DEFAULT` in VALUES or SET."""


class CurrentOfExpr(Node, frozen=True, gc=False):
    """`CURRENT OF cursor`."""

    cursor_name: str | None


class MergeSupportFunc(Node, frozen=True, gc=False):
    """`MERGE_ACTION()`."""


class XmlExpr(Node, frozen=True, gc=False):
    """IS_XMLCONCAT, IS_XMLELEMENT, IS_XMLFOREST, IS_XMLPARSE, IS_XMLPI, IS_XMLROOT or IS_DOCUMENT."""

    op: str
    name: str | None = None
    named_args: tuple[ResTarget, ...] = ()
    args: tuple[Node, ...] = ()
    xmloption: str = "XMLOPTION_DOCUMENT"
    indent: bool = False


class XmlSerialize(Node, frozen=True, gc=False):
    """`XMLSERIALIZE(...)`."""

    xmloption: str
    expr: Node
    typeName: TypeName
    indent: bool = False
