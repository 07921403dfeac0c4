"""Statements: from the raw tree to the Query (analyze.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from schemalint.catalog.model import Oid
from schemalint.catalog.names import Names
from schemalint.errors import Refusal
from schemalint.semantics.ctes import CteWork
from schemalint.semantics.parsestate import ParseState, make_parsestate, span
from schemalint.semantics.query import Param, Query, children
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

__all__ = ["make_parsestate", "parse_analyze", "parse_sub_analyze", "transform_stmt", "transform_top_level_stmt"]

Settings = Callable[[str], str | None]


def parse_analyze(
    names: Names,
    node: Node,
    *,
    param_types: list[Oid] | None = None,
    variable_params: bool = False,
    settings: Settings | None = None,
    undecided: list[str] | None = None,
    setup: Callable[[ParseState], None] | None = None,
) -> Query:
    """A statement's Query (parse_analyze_fixedparams, parse_analyze_varparams, parse_analyze_withcb).

    `param_types` are those of $1...; with `variable_params` the list grows and takes the types that the statement gives them.
    `undecided` collects why parts of the verdict are not known; `setup` may set the ParseState's hooks.
    """
    pstate = make_parsestate(names, None, settings)
    if variable_params:
        pstate.param_types = param_types if param_types is not None else []
        pstate.variable_params = True
    elif param_types:
        pstate.param_types = list(param_types)
    if undecided is not None:
        pstate.undecided = undecided
    if setup is not None:
        setup(pstate)
    query = transform_top_level_stmt(pstate, node)
    if variable_params and pstate.param_types:
        check_variable_parameters(pstate, query)
    return query


def parse_sub_analyze(
    node: Node,
    parent: ParseState,
    parent_cte: CteWork | None = None,
    locked_from_parent: bool = False,
    resolve_unknowns: bool = True,
) -> Query:
    """A subquery (parse_sub_analyze)."""
    pstate = make_parsestate(parent.names, parent)
    pstate.parent_cte = parent_cte
    pstate.locked_from_parent = locked_from_parent
    pstate.resolve_unknowns = resolve_unknowns
    return transform_stmt(pstate, node)


def transform_top_level_stmt(pstate: ParseState, node: Node) -> Query:
    """transformTopLevelStmt; SELECT INTO becomes CREATE TABLE AS (transformOptionalSelectInto)."""
    if isinstance(node, nodes.SelectStmt):
        into = take_select_into(node)
        if into is not None:
            node = into
    return transform_stmt(pstate, node)


def take_select_into(stmt: nodes.SelectStmt) -> nodes.CreateTableAsStmt | None:
    """SELECT INTO as the CREATE TABLE AS that it is, None when there is no INTO."""
    leftmost = stmt
    while leftmost.op != "SETOP_NONE":
        assert leftmost.larg is not None
        leftmost = leftmost.larg
    if leftmost.intoClause is None:
        return None
    return nodes.CreateTableAsStmt(
        query=_without_into(stmt),
        into=leftmost.intoClause,
        objtype="OBJECT_TABLE",
        is_select_into=True,
        start=stmt.start,
        end=stmt.end,
    )


def _without_into(stmt: nodes.SelectStmt) -> nodes.SelectStmt:
    if stmt.op == "SETOP_NONE":
        return structs.replace(stmt, intoClause=None)
    assert stmt.larg is not None
    return structs.replace(stmt, larg=_without_into(stmt.larg))


def transform_stmt(pstate: ParseState, node: Node) -> Query:
    """transformStmt. A statement that is not analyzed becomes a Query of kind utility."""
    if isinstance(node, nodes.SelectStmt):
        from schemalint.semantics import select

        if node.valuesLists:
            return select.transform_values_clause(pstate, node)
        if node.op == "SETOP_NONE":
            return select.transform_select_stmt(pstate, node)
        from schemalint.semantics.setops import transform_set_operation_stmt

        return transform_set_operation_stmt(pstate, node)
    transform = _TRANSFORMS.get(type(node))
    if transform is None:
        return Query(command="utility", utility=node)
    return transform(pstate, node)


def _insert(pstate: ParseState, node: nodes.InsertStmt) -> Query:
    from schemalint.semantics.insert import transform_insert_stmt

    return transform_insert_stmt(pstate, node)


def _update(pstate: ParseState, node: nodes.UpdateStmt) -> Query:
    from schemalint.semantics.update import transform_update_stmt

    return transform_update_stmt(pstate, node)


def _delete(pstate: ParseState, node: nodes.DeleteStmt) -> Query:
    from schemalint.semantics.update import transform_delete_stmt

    return transform_delete_stmt(pstate, node)


def _merge(pstate: ParseState, node: nodes.MergeStmt) -> Query:
    from schemalint.semantics.merge import transform_merge_stmt

    return transform_merge_stmt(pstate, node)


def _return(pstate: ParseState, node: nodes.ReturnStmt) -> Query:
    from schemalint.semantics.select import transform_return_stmt

    return transform_return_stmt(pstate, node)


def _declare_cursor(pstate: ParseState, node: nodes.DeclareCursorStmt) -> Query:
    from schemalint.semantics.utility import transform_declare_cursor_stmt

    return transform_declare_cursor_stmt(pstate, node)


def _explain(pstate: ParseState, node: nodes.ExplainStmt) -> Query:
    from schemalint.semantics.utility import transform_explain_stmt

    return transform_explain_stmt(pstate, node)


def _create_table_as(pstate: ParseState, node: nodes.CreateTableAsStmt) -> Query:
    from schemalint.semantics.utility import transform_create_table_as_stmt

    return transform_create_table_as_stmt(pstate, node)


def _call(pstate: ParseState, node: nodes.CallStmt) -> Query:
    from schemalint.semantics.utility import transform_call_stmt

    return transform_call_stmt(pstate, node)


_TRANSFORMS: Final[dict[type, Callable[[ParseState, Any], Query]]] = {
    nodes.InsertStmt: _insert,
    nodes.UpdateStmt: _update,
    nodes.DeleteStmt: _delete,
    nodes.MergeStmt: _merge,
    nodes.ReturnStmt: _return,
    nodes.DeclareCursorStmt: _declare_cursor,
    nodes.ExplainStmt: _explain,
    nodes.CreateTableAsStmt: _create_table_as,
    nodes.CallStmt: _call,
}


# --- Parameters


def _extern_params(node: Struct) -> list[Param]:
    if isinstance(node, Param):
        return [node] if node.kind == "extern" else []
    return [param for child in children(node) for param in _extern_params(child)]


def check_variable_parameters(pstate: ParseState, query: Query) -> None:
    """Refuse a parameter whose type nothing decides, or decides in two ways (check_variable_parameters)."""
    types: Sequence[Oid] = pstate.param_types or ()
    for param in _extern_params(query):
        if param.type != types[param.number - 1]:
            message = f"could not determine data type of parameter ${param.number}"
            raise Refusal("42P08", message, at=span(param))


def query_contains_extern_params(query: Query) -> bool:
    """query_contains_extern_params."""
    return bool(_extern_params(query))
