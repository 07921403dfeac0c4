"""Bodies in LANGUAGE sql: parameters by name, and whether what they return fits (functions.c, fmgr_sql_validator of pg_proc.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from msgspec import UNSET

from schemalint.catalog.model import Attribute, Oid, Proc
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import ASSIGNMENT, coerce_to_target_type
from schemalint.semantics.lsyscache import get_typtype, lookup_rowtype
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.projection import build_function_result_tupdesc
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, FuncExpr, Param, Query, TargetEntry, UnknownExpr
from schemalint.semantics.types import format_type
from schemalint.simulator.pg_proc import input_names
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import A_Star, CallStmt, ColumnRef, CreateFunctionStmt, Node

At = tuple[int, int] | None
TupleDesc = tuple[Attribute, ...]


class ParseInfo:
    """The parameters of the function whose body is analyzed (SQLFunctionParseInfo)."""

    def __init__(self, name: str, argtypes: Sequence[Oid], argnames: Sequence[str]) -> None:
        self.name = name
        self.argtypes = argtypes
        self.argnames = argnames


def sql_fn_parser_setup(session: Session, info: ParseInfo) -> ParseState:
    """A ParseState that knows the parameters (sql_fn_parser_setup)."""
    pstate = session_parsestate(session)
    pstate.param_types = list(info.argtypes)
    pstate.post_column_hook = lambda state, cref, found: sql_fn_post_column_ref(state, cref, found, info)
    return pstate


def sql_fn_post_column_ref(pstate: ParseState, cref: ColumnRef, found: Expr | None, info: ParseInfo) -> Expr | None:
    """A column's name that no table has may be a parameter's (sql_fn_post_column_ref)."""
    if found is not None:
        return None
    fields = cref.fields
    if len(fields) > 3:
        return None
    if isinstance(fields[-1], A_Star):
        fields = fields[:-1]
    names = [field for field in fields if isinstance(field, str)]
    subfield: str | None = None
    at = span(cref)
    if not names:
        return None
    if len(names) == 3:
        if names[0] != info.name:
            return None
        param, subfield = _resolve(pstate, info, names[1], at), names[2]
    elif len(names) == 2 and names[0] == info.name:
        param = _resolve(pstate, info, names[1], at)
        if param is None:
            param, subfield = _resolve(pstate, info, names[0], at), names[1]
    else:
        param = _resolve(pstate, info, names[0], at)
        subfield = names[1] if len(names) == 2 else None
    if param is None or subfield is None:
        return param
    if param.type == UNKNOWN_TYPE:
        return UnknownExpr(type=UNKNOWN_TYPE, start=param.start, end=param.end)
    from schemalint.semantics.functions import parse_func_or_column

    return parse_func_or_column(pstate, (subfield,), [param], pstate.last_srf, None, False, at)


def _resolve(pstate: ParseState, info: ParseInfo, name: str, at: At) -> Expr | None:
    """sql_fn_resolve_param_name."""
    for i, argname in enumerate(info.argnames):
        if argname and argname == name:
            start, end = at if at is not None else (-1, -1)
            return Param(type=info.argtypes[i], number=i + 1, start=start, end=end)
    return None


# --- bodies


def analyze_sql_body(session: Session, proc: Proc, body: Sequence[Node]) -> tuple[Query, ...]:
    """The statements of BEGIN ATOMIC or RETURN, analyzed (the SQL body's part of interpret_AS_clause)."""
    from schemalint.semantics.analyze import transform_stmt
    from schemalint.simulator.tags import command_tag

    info = ParseInfo(proc.name, proc.argtypes, input_names(proc))
    found: list[Query] = []
    for stmt in body:
        query = transform_stmt(sql_fn_parser_setup(session, info), stmt)
        if query.command == "utility":
            message = f"{command_tag(stmt)} is not yet supported in unquoted SQL function body"
            raise Refusal("0A000", message, at=(stmt.start, stmt.end))
        found.append(query)
    return tuple(found)


def sql_body_of(session: Session, proc: Proc) -> tuple[Query, ...]:
    """The analyzed statements of BEGIN ATOMIC or RETURN, read from their text where the catalog came from elsewhere. Raises what that
    no longer allows."""
    from schemalint.syntax.parser import parse_statement

    stored = proc.sqlbody
    assert stored is not None
    if stored.tree is not UNSET:
        return cast("tuple[Query, ...]", stored.tree)
    stmt = parse_statement(f"CREATE FUNCTION f() RETURNS void {stored.text}", version=session.version)
    assert isinstance(stmt, CreateFunctionStmt) and stmt.sql_body is not None
    body = stmt.sql_body if isinstance(stmt.sql_body, tuple) else (stmt.sql_body,)
    return analyze_sql_body(session, proc, body)


def fmgr_sql_validator(session: Session, proc: Proc, at: At = None) -> None:
    """What CREATE FUNCTION checks of a function in SQL (fmgr_sql_validator). `at` is where the body stands."""
    rettype = proc.rettype
    if (
        get_typtype(session, rettype) == "p"
        and rettype not in (typeoids.RECORD, typeoids.VOID)
        and rettype not in typeoids.POLYMORPHIC
    ):
        raise Refusal("42P13", f"SQL functions cannot return type {format_type(session, rettype)}", at=at)
    polymorphic = False
    for oid in proc.argtypes:
        if get_typtype(session, oid) == "p":
            if oid not in typeoids.POLYMORPHIC:
                message = f"SQL functions cannot have arguments of type {format_type(session, oid)}"
                raise Refusal("42P13", message, at=at)
            polymorphic = True
    if session.setting("check_function_bodies") in ("off", "false", "0", "no"):
        return
    if proc.sqlbody is not None:
        queries = sql_body_of(session, proc)
        if not all(isinstance(query, Query) for query in queries):
            return  # what is not known stands for them
    else:
        statements = parse_body(session, proc.src or "", at)
        if statements is None or polymorphic:
            return
        analyzed = analyze_statements(session, proc, statements, at)
        if analyzed is None:
            return
        queries = analyzed
    if polymorphic:
        return
    check_sql_fn_statements(session, queries, at)
    check_sql_fn_retval(session, queries, rettype, result_columns(session, proc), proc.kind, at)


def result_columns(session: Session, proc: Proc) -> TupleDesc | None:
    """The columns of a function's result where they are known (get_func_result_type)."""
    columns = build_function_result_tupdesc(session, proc)
    if columns is not None:
        return columns
    relation = lookup_rowtype(session, proc.rettype)
    if relation is not None and get_typtype(session, proc.rettype) == "c":
        return relation.columns
    return None


def parse_body(session: Session, body: str, at: At) -> list[Node] | None:
    """The statements of a body's text; None when one cannot be read. Raises what the grammar refuses."""
    from schemalint.syntax.parser import parse_statement
    from schemalint.syntax.split import split_statements

    found: list[Node] = []
    for raw in split_statements(body):
        try:
            node = parse_statement(body, raw.start, raw.end, session.version)
        except ParseError as error:
            raise Refusal(
                error.sqlstate, error.message, at=_inside(session, body, at, (error.start, error.end))
            ) from None
        except NotUnderstood as error:
            session.undecided.append(error.message)
            return None
        if node is not None:
            found.append(node)
    return found


def _inside(session: Session, body: str, at: At, within: At) -> At:
    """Offsets in a body as offsets in the statement, where the body stands in it as it is."""
    if at is None or within is None or within[0] < 0:
        return at
    place = session.text.find(body, at[0], at[1])
    return at if place < 0 else (place + within[0], place + within[1])


def analyze_statements(session: Session, proc: Proc, statements: list[Node], at: At) -> tuple[Query, ...] | None:
    """Parse analysis of a body; None when something in it is not known."""
    from schemalint.semantics.analyze import transform_top_level_stmt

    info = ParseInfo(proc.name, proc.argtypes, input_names(proc))
    found: list[Query] = []
    for stmt in statements:
        try:
            found.append(transform_top_level_stmt(sql_fn_parser_setup(session, info), stmt))
        except Refusal as refusal:
            refusal.at = _inside(session, proc.src or "", at, refusal.at)
            raise
        except (Undecidable, NotModelled) as reason:
            session.undecided.append(str(reason))
            return None
    return tuple(found)


def check_sql_fn_statements(session: Session, queries: Sequence[Query], at: At) -> None:
    """CALL with output arguments has no place in a function (check_sql_fn_statements)."""
    for query in queries:
        call = query.inner.target_list[0].expr if isinstance(query.utility, CallStmt) and query.inner else None
        proc = session.catalog.get(Proc, call.func) if isinstance(call, FuncExpr) else None
        if proc is not None and any(mode in "obt" for mode in proc.argmodes):
            message = "calling procedures with output arguments is not supported in SQL functions"
            raise Refusal("0A000", message, at=at)


def check_sql_fn_retval(
    session: Session,
    queries: Sequence[Query],
    rettype: Oid,
    columns: TupleDesc | None,
    kind: str,
    at: At = None,
) -> None:
    """Whether the last statement returns what the function declares (check_sql_fn_retval)."""
    if rettype in (typeoids.VOID, UNKNOWN_TYPE):
        return

    def mismatch(detail: str) -> Refusal:
        message = f"return type mismatch in function declared to return {format_type(session, rettype)}"
        return Refusal("42P13", message, detail=detail, at=at)

    last = queries[-1] if queries else None
    if last is not None and last.command == "select":
        targets: Sequence[TargetEntry] = last.target_list
    elif last is not None and last.command in ("insert", "update", "delete", "merge") and last.returning:
        targets = last.returning
    else:
        merge = "/MERGE" if session.version >= 17 else ""
        raise mismatch(f"Function's final statement must be SELECT or INSERT/UPDATE/DELETE{merge} RETURNING.")
    entries = [entry for entry in targets if not entry.junk]
    if any(entry.expr.type == UNKNOWN_TYPE and entry.name == "*" for entry in entries):
        return
    kindof = get_typtype(session, rettype)
    if kindof in "bderm" and kindof:
        if len(entries) != 1:
            raise mismatch("Final statement must return exactly one column.")
        if not _coercible(session, entries[0].expr, rettype, -1):
            raise mismatch(f"Actual return type is {format_type(session, entries[0].expr.type)}.")
    elif kindof == "c" or rettype == typeoids.RECORD:
        if len(entries) == 1 and kind != "p" and _coercible(session, entries[0].expr, rettype, -1):
            return
        if columns is not None:
            _check_columns(session, entries, columns, mismatch)
    elif kindof:
        raise Refusal("42P13", f"return type {format_type(session, rettype)} is not supported for SQL functions", at=at)


def _check_columns(
    session: Session, entries: list[TargetEntry], columns: TupleDesc, mismatch: Callable[[str], Refusal]
) -> None:
    wanted = [column for column in columns if not column.dropped]
    for number, entry in enumerate(entries):
        if number >= len(wanted):
            raise mismatch("Final statement returns too many columns.")
        column = wanted[number]
        if not _coercible(session, entry.expr, column.type, column.typmod):
            given, asked = format_type(session, entry.expr.type), format_type(session, column.type)
            raise mismatch(f"Final statement returns {given} instead of {asked} at column {number + 1}.")
    if len(entries) < len(wanted):
        raise mismatch("Final statement returns too few columns.")


def _coercible(session: Session, expr: Expr, target: Oid, typmod: int) -> bool:
    """coerce_fn_result_column."""
    pstate = session_parsestate(session)
    coerced = coerce_to_target_type(pstate, expr, expr.type, target, typmod, ASSIGNMENT, "implicit_cast")
    return coerced is not None
