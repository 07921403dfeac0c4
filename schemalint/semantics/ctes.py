"""WITH (parse_cte.c). What makes a recursive query well-formed is in recursion.py."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Collation, Oid, Operator
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import coerce_to_common_type, select_common_type
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import UNKNOWN_TYPE, CommonTableExpr, TargetEntry
from schemalint.semantics.recursion import recursion_order
from schemalint.semantics.typcache import lookup_type_cache
from schemalint.semantics.types import format_type
from schemalint.syntax import nodes

At = tuple[int, int] | None


class CteWork:
    """A query of WITH that is being analyzed; with an index the one there of `pstate.ctenamespace`, else not to be named yet."""

    __slots__ = ("_cte", "index", "pstate", "raw", "recursive")

    def __init__(
        self, pstate: ParseState, raw: nodes.CommonTableExpr, recursive: bool = False, index: int | None = None
    ) -> None:
        self.pstate = pstate
        self.raw = raw
        self.recursive = recursive
        self.index = index
        self._cte = CommonTableExpr(name=raw.ctename, query=None, recursive=recursive)

    @property
    def cte(self) -> CommonTableExpr:
        return self._cte

    @cte.setter
    def cte(self, cte: CommonTableExpr) -> None:
        self._cte = cte
        if self.index is not None:
            self.pstate.ctenamespace[self.index] = cte


def transform_with_clause(pstate: ParseState, with_clause: nodes.WithClause) -> None:
    """Analyze all queries of WITH, into pstate.ctenamespace (transformWithClause)."""
    ctes = with_clause.ctes
    seen: set[str] = set()
    for cte in ctes:
        if isinstance(cte.ctequery, nodes.MergeStmt) and pstate.version < 17:
            raise Refusal("0A000", "MERGE not supported in WITH query", at=span(cte))
        if cte.ctename in seen:
            message = f'WITH query name "{cte.ctename}" specified more than once'
            raise Refusal("42712", message, at=span(cte), word=cte.ctename)
        seen.add(cte.ctename)
        if not isinstance(cte.ctequery, nodes.SelectStmt):
            pstate.has_modifying_cte = True
    if with_clause.recursive:
        order = recursion_order(ctes)
        works = [CteWork(pstate, cte, recursive, index) for index, (cte, recursive) in enumerate(order)]
        pstate.ctenamespace = [work.cte for work in works]
        for work in works:
            _analyze_cte(work)
        return
    pstate.future_ctes = list(ctes)
    for cte in ctes:
        work = CteWork(pstate, cte)
        _analyze_cte(work)
        pstate.ctenamespace = [*pstate.ctenamespace, work.cte]
        pstate.future_ctes = pstate.future_ctes[1:]


def _analyze_cte(work: CteWork) -> None:
    """analyzeCTE."""
    from schemalint.semantics.analyze import parse_sub_analyze

    raw, pstate = work.raw, work.pstate
    mark_type = _cycle_mark_type(pstate, raw.cycle_clause) if raw.cycle_clause is not None else 0
    extra_names, extra_types = _extra_columns(raw, mark_type)
    work.cte = structs.replace(work.cte, extra_names=extra_names, extra_types=extra_types)
    query = parse_sub_analyze(raw.ctequery, pstate, parent_cte=work if work.recursive else None)
    if query.command != "select" and pstate.parent is not None:
        message = "WITH clause containing a data-modifying statement must be at the top level"
        raise Refusal("0A000", message, at=span(raw))
    work.cte = structs.replace(work.cte, query=query)
    targets = query.target_list if query.command == "select" else query.returning
    if work.recursive:
        _check_recursive_types(pstate, work.cte, targets)
    else:
        analyze_cte_target_list(pstate, work, targets)
    if raw.search_clause is not None or raw.cycle_clause is not None:
        _check_search_and_cycle(work, raw)


def _extra_columns(raw: nodes.CommonTableExpr, mark_type: Oid) -> tuple[tuple[str, ...], tuple[Oid, ...]]:
    """The columns that SEARCH and CYCLE add."""
    names: list[str] = []
    types: list[Oid] = []
    if raw.search_clause is not None:
        names.append(raw.search_clause.search_seq_column)
        types.append(typeoids.RECORD if raw.search_clause.search_breadth_first else typeoids.RECORDARRAY)
    if raw.cycle_clause is not None:
        names += [raw.cycle_clause.cycle_mark_column, raw.cycle_clause.cycle_path_column]
        types += [mark_type, typeoids.RECORDARRAY]
    return tuple(names), tuple(types)


def _cycle_mark_type(pstate: ParseState, clause: nodes.CTECycleClause) -> Oid:
    """The type of the values that mark a cycle."""
    value = transform_expr(pstate, clause.cycle_mark_value, "cycle_mark")
    default = transform_expr(pstate, clause.cycle_mark_default, "cycle_mark")
    oid = select_common_type(pstate, (value, default), "CYCLE")
    coerce_to_common_type(pstate, value, oid, "CYCLE/SET/TO")
    coerce_to_common_type(pstate, default, oid, "CYCLE/SET/DEFAULT")
    if oid == UNKNOWN_TYPE:
        return oid
    eq = lookup_type_cache(pstate, oid).eq
    if not eq:
        shown = format_type(pstate, oid)
        raise Refusal("42883", f"could not identify an equality operator for type {shown}")
    operator = pstate.catalog.get(Operator, eq)
    if operator is not None and not operator.negate:
        shown = format_type(pstate, oid)
        raise Refusal("42883", f"could not identify an inequality operator for type {shown}")
    return oid


def analyze_cte_target_list(pstate: ParseState, work: CteWork, targets: Sequence[TargetEntry]) -> None:
    """Take the output columns of a query of WITH (analyzeCTETargetList)."""
    aliases = work.raw.aliascolnames
    columns = [tle for tle in targets if not tle.junk]
    if len(columns) < len(aliases):
        message = (
            f'WITH query "{work.raw.ctename}" has {len(columns)} columns available but {len(aliases)} columns specified'
        )
        raise Refusal("42P10", message, at=span(work.raw))
    types: list[Oid] = []
    typmods: list[int] = []
    collations: list[Oid] = []
    for tle in columns:
        oid, typmod, collation = tle.expr.type, tle.expr.typmod, expr_collation(tle.expr, pstate)
        if work.recursive and oid == typeoids.UNKNOWN:
            oid, typmod, collation = typeoids.TEXT, -1, collation or typeoids.DEFAULT_COLLATION
        types.append(oid)
        typmods.append(typmod)
        collations.append(collation)
    names = (*aliases, *[tle.name or "" for tle in columns[len(aliases) :]])
    work.cte = structs.replace(
        work.cte, names=names, types=tuple(types), typmods=tuple(typmods), collations=tuple(collations)
    )


def _check_recursive_types(pstate: ParseState, cte: CommonTableExpr, targets: Sequence[TargetEntry]) -> None:
    """The recursive term may not change what the first term said of the columns."""
    columns = [tle for tle in targets if not tle.junk]
    for i, (tle, oid, typmod) in enumerate(zip(columns, cte.types, cte.typmods, strict=False), 1):
        expr = tle.expr
        if UNKNOWN_TYPE in (expr.type, oid):
            continue
        if (expr.type, expr.typmod) != (oid, typmod):
            first, overall = format_type(pstate, oid, typmod), format_type(pstate, expr.type, expr.typmod)
            raise Refusal(
                "42804",
                f'recursive query "{cte.name}" column {i} has type {first} in non-recursive term '
                f"but type {overall} overall",
                at=span(expr),
                hint="Cast the output of the non-recursive term to the correct type.",
            )
        collation = expr_collation(expr, pstate)
        if collation != cte.collations[i - 1]:
            first, overall = _collation_name(pstate, cte.collations[i - 1]), _collation_name(pstate, collation)
            raise Refusal(
                "42P21",
                f'recursive query "{cte.name}" column {i} has collation "{first}" in non-recursive term '
                f'but collation "{overall}" overall',
                at=span(expr),
                hint="Use the COLLATE clause to set the collation of the non-recursive term.",
            )


def _collation_name(pstate: ParseState, oid: Oid) -> str:
    found = pstate.catalog.get(Collation, oid)
    return found.name if found is not None else "(null)"


def _check_search_and_cycle(work: CteWork, raw: nodes.CommonTableExpr) -> None:
    """What SEARCH and CYCLE may name (the end of analyzeCTE)."""
    if not work.recursive:
        raise Refusal("42601", "WITH query is not recursive", at=span(raw))
    stmt = raw.ctequery
    assert isinstance(stmt, nodes.SelectStmt)
    words = "with a SEARCH or CYCLE clause, the {} side of the UNION must be a SELECT"
    for side, arg, sqlstate in (("left", stmt.larg, "0A000"), ("right", stmt.rarg, "42601")):
        if arg is not None and arg.op != "SETOP_NONE" and not _is_leaf(arg):
            raise Refusal(sqlstate, words.format(side))
    names = work.cte.names
    search, cycle = raw.search_clause, raw.cycle_clause
    if search is not None:
        at = span(search)
        _check_columns(names, search.search_col_list, "search", at)
        if search.search_seq_column in names:
            message = f'search sequence column name "{search.search_seq_column}" already used in WITH query column list'
            raise Refusal("42601", message, at=at)
    if cycle is not None:
        at = span(cycle)
        _check_columns(names, cycle.cycle_col_list, "cycle", at)
        for what, name in (("mark", cycle.cycle_mark_column), ("path", cycle.cycle_path_column)):
            if name in names:
                message = f'cycle {what} column name "{name}" already used in WITH query column list'
                raise Refusal("42601", message, at=at)
        if cycle.cycle_mark_column == cycle.cycle_path_column:
            message = "cycle mark column name and cycle path column name are the same"
            raise Refusal("42601", message, at=at)
    if search is not None and cycle is not None:
        for what, name in (("mark", cycle.cycle_mark_column), ("path", cycle.cycle_path_column)):
            if name == search.search_seq_column:
                message = f"search sequence column name and cycle {what} column name are the same"
                raise Refusal("42601", message, at=span(search))


def _is_leaf(stmt: nodes.SelectStmt) -> bool:
    """Whether a set operation stands for itself, since it has an ORDER BY or the like of its own."""
    return bool(
        stmt.sortClause
        or stmt.limitOffset is not None
        or stmt.limitCount is not None
        or stmt.lockingClause
        or stmt.withClause is not None
    )


def _check_columns(names: Sequence[str], listed: Sequence[str], what: str, at: At) -> None:
    seen: set[str] = set()
    for name in listed:
        if name not in names:
            raise Refusal("42601", f'{what} column "{name}" not in WITH query column list', at=at, word=name)
        if name in seen:
            raise Refusal("42701", f'{what} column "{name}" specified more than once', at=at, word=name)
        seen.add(name)
