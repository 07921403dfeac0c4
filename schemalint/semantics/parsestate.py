"""What analysis knows while it reads one query level (ParseState of parse_node.h)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.catalog.model import Oid, Relation
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.semantics.query import CommonTableExpr, Expr, RangeTblEntry
from schemalint.syntax.nodes import ColumnRef, Node, ParamRef, WindowDef


class NamespaceItem:
    """A range table entry as names see it (ParseNamespaceItem). `names` are its column aliases; `p_vars` of a join's merged columns
    the expressions they stand for."""

    __slots__ = (
        "cols_visible",
        "lateral_ok",
        "lateral_only",
        "names",
        "refname",
        "rel_visible",
        "rte",
        "rtindex",
        "vars",
    )

    def __init__(
        self,
        rte: RangeTblEntry,
        rtindex: int,
        refname: str | None,
        names: tuple[str, ...],
        vars: tuple[Expr, ...],
        *,
        rel_visible: bool = True,
        cols_visible: bool = True,
        lateral_only: bool = False,
        lateral_ok: bool = True,
    ) -> None:
        self.rte = rte
        self.rtindex = rtindex
        self.refname = refname
        self.names = names
        self.vars = vars
        self.rel_visible = rel_visible
        self.cols_visible = cols_visible
        self.lateral_only = lateral_only
        self.lateral_ok = lateral_ok


class ParseState:
    """One query level.

    names         lookups of the session; `settings(name)` gives a configuration parameter's text or None for its default
    expr_kind     what is being analyzed, as the server's EXPR_KIND_ names without that prefix ("where", "check_constraint", ...)
    param_types   types of `$1`... (a list that variable parameters grow), None where there are none
    column_hook   called first with a ColumnRef (function arguments in a SQL body, VALUE of a domain); returns None to go on
    """

    def __init__(self, names: Names, parent: ParseState | None = None) -> None:
        self.names = names
        self.parent = parent
        self.rtable: list[RangeTblEntry] = []
        self.namespace: list[NamespaceItem] = []
        self.ctenamespace: list[CommonTableExpr] = []
        self.future_ctes: list[Any] = []
        self.parent_cte: Any = None
        self.target_relation: Relation | None = None
        self.target_item: NamespaceItem | None = None
        self.is_insert = False
        self.windowdefs: list[WindowDef] = []
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
        self.settings: Callable[[str], str | None] = parent.settings if parent is not None else _no_settings
        self.param_types: list[Oid] | None = parent.param_types if parent is not None else None
        self.param_hook: Callable[[ParseState, ParamRef], Expr] | None = (
            parent.param_hook if parent is not None else None
        )
        self.column_hook: Callable[[ParseState, ColumnRef], Expr | None] | None = (
            parent.column_hook if parent is not None else None
        )
        self.undecided: list[str] = parent.undecided if parent is not None else []

    @property
    def catalog(self) -> Catalog:
        return self.names.catalog

    @property
    def version(self) -> int:
        """Server major."""
        return self.names.catalog.version


def _no_settings(name: str) -> str | None:
    return None


def span(node: Node | Expr | None) -> tuple[int, int] | None:
    """Where a node stands, for a refusal's caret."""
    return None if node is None or node.start < 0 else (node.start, node.end)
