"""What analysis knows while it reads one query level (ParseState of parse_node.h)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.catalog.model import Oid, Relation
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.semantics.query import CommonTableExpr, Expr, OuterJoin, RangeTblEntry, TargetEntry, Var
from schemalint.syntax.nodes import ColumnRef, LockingClause, Node, ParamRef, WindowDef
from schemalint.syntax.nodes import CommonTableExpr as RawCommonTableExpr

At = tuple[int, int] | None


class NamespaceItem:
    """A range table entry as names see it (ParseNamespaceItem).

    names       its columns; "" for a dropped one
    vars        of a join, what each column stands for; of others empty, since the entry itself says it
    hidden      how many of its last columns `*` leaves out (the columns of SEARCH and CYCLE)
    returning   old or new, of RETURNING's items for the row before and after
    """

    __slots__ = (
        "cols_visible",
        "hidden",
        "lateral_ok",
        "lateral_only",
        "names",
        "refname",
        "rel_visible",
        "returning",
        "rte",
        "rtindex",
        "vars",
    )

    def __init__(
        self,
        rte: RangeTblEntry,
        rtindex: int,
        refname: str | None = None,
        names: tuple[str, ...] | None = None,
        vars: tuple[Expr | None, ...] = (),
    ) -> None:
        self.rte = rte
        self.rtindex = rtindex
        self.refname = rte.refname if refname is None else refname
        self.names = rte.names if names is None else names
        self.vars = vars
        self.rel_visible = True
        self.cols_visible = True
        self.lateral_only = False
        self.lateral_ok = True
        self.hidden = 0
        self.returning = ""

    def var(self, attno: int, levelsup: int, at: At) -> Expr | None:
        """The expression that the column means, `levelsup` levels further down; None for a dropped one."""
        start, end = at if at is not None else (-1, -1)
        if self.vars:
            found = self.vars[attno - 1]
            if found is None:
                return None
            assert isinstance(found, Var)
            return Var(
                type=found.type,
                typmod=found.typmod,
                start=start,
                end=end,
                varno=found.varno,
                attno=found.attno,
                levelsup=levelsup,
                collation=found.collation,
            )
        rte, i = self.rte, attno - 1
        oid = rte.types[i]
        if not oid:
            return None
        return Var(
            type=oid,
            typmod=rte.typmods[i],
            start=start,
            end=end,
            varno=self.rtindex,
            attno=attno,
            levelsup=levelsup,
            collation=rte.collations[i],
        )


class ParseState:
    """One query level.

    names           lookups of the session; `settings(name)` gives a configuration parameter's text or None for its default
    expr_kind       what is being analyzed, as the server's EXPR_KIND_ names without that prefix ("where", "check_constraint", ...)
    param_types     types of `$1`... (a list that variable parameters grow), None where there are none
    column_hook     called first with a ColumnRef (VALUE of a domain); returns None to go on
    post_column_hook called last with what the name means so far, or None (function arguments in a SQL body)
    multiassign     sources of `(a, b) = row` that are under way
    undecided       why parts of the verdict are not known
    """

    def __init__(self, names: Names, parent: ParseState | None = None) -> None:
        self.names = names
        self.parent = parent
        self.rtable: list[RangeTblEntry] = []
        self.namespace: list[NamespaceItem] = []
        self.joinlist: list[int] = []
        self.quals: list[Expr] = []
        self.outer_joins: list[OuterJoin] = []
        self.ctenamespace: list[CommonTableExpr] = []
        self.future_ctes: list[RawCommonTableExpr] = []
        self.parent_cte: Any = None
        self.target_relation: Relation | None = None
        self.target_item: NamespaceItem | None = None
        self.is_insert = False
        self.windowdefs: list[WindowDef] = []
        self.locking_clause: tuple[LockingClause, ...] = ()
        self.multiassign: list[TargetEntry] = []
        self.expr_kind = "none"
        self.next_resno = 1
        self.lateral_active = False
        self.has_aggs = False
        self.has_window_funcs = False
        self.has_target_srfs = False
        self.has_sublinks = False
        self.has_modifying_cte = False
        self.resolve_unknowns = True
        self.locked_from_parent = False
        self.last_srf: Expr | None = None
        if parent is None:
            self.settings: Callable[[str], str | None] = _no_settings
            self.param_types: list[Oid] | None = None
            self.variable_params = False
            self.param_hook: Callable[[ParseState, ParamRef], Expr] | None = None
            self.column_hook: Callable[[ParseState, ColumnRef], Expr | None] | None = None
            self.post_column_hook: Callable[[ParseState, ColumnRef, Expr | None], Expr | None] | None = None
            self.undecided: list[str] = []
        else:
            self.settings = parent.settings
            self.param_types = parent.param_types
            self.variable_params = parent.variable_params
            self.param_hook = parent.param_hook
            self.column_hook = parent.column_hook
            self.post_column_hook = parent.post_column_hook
            self.undecided = parent.undecided

    @property
    def catalog(self) -> Catalog:
        return self.names.catalog

    @property
    def version(self) -> int:
        """Server major."""
        return self.names.catalog.version


def _no_settings(name: str) -> str | None:
    return None


def make_parsestate(
    names: Names, parent: ParseState | None = None, settings: Callable[[str], str | None] | None = None
) -> ParseState:
    """make_parsestate."""
    pstate = ParseState(names, parent)
    if settings is not None:
        pstate.settings = settings
    return pstate


def span(node: Node | Expr | None) -> tuple[int, int] | None:
    """Where a node stands, for a refusal's caret."""
    return None if node is None or node.start < 0 else (node.start, node.end)
