"""PREPARE, EXECUTE and DEALLOCATE (prepare.c)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import ASSIGNMENT, coerce_to_target_type
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import Query
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.queries import run_query
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.syntax.nodes import DeallocateStmt, ExecuteStmt, Node, PrepareStmt


class PreparedStatement(Struct, frozen=True):
    """A prepared statement: its text's tree, the types of its parameters and what it returns."""

    node: Node
    text: str
    types: tuple[Oid, ...]
    returned: tuple[tuple[str | None, Oid, int], ...]


def _prepared(session: Session) -> dict[str, PreparedStatement]:
    return session.catalog.lasting


def prepare_query(session: Session, stmt: PrepareStmt) -> None:
    """PREPARE (PrepareQuery)."""
    from schemalint.semantics.analyze import parse_analyze

    at = (stmt.start, stmt.end)
    if not stmt.name:
        raise Refusal("26000", "invalid statement name: must not be empty", at=at)
    assert stmt.query is not None
    pstate = session_parsestate(session)
    types: list[Oid] = [typename_type_id(pstate, name) for name in stmt.argtypes]
    query = parse_analyze(
        session.names,
        stmt.query,
        param_types=types,
        variable_params=True,
        settings=session.setting,
        undecided=session.undecided,
    )
    for i, oid in enumerate(types, 1):
        if oid in (0, typeoids.UNKNOWN) and not session.undecided:
            raise Refusal("42P18", f"could not determine data type of parameter ${i}", at=at)
    if stmt.name in _prepared(session):
        raise Refusal("42P05", f'prepared statement "{stmt.name}" already exists', at=at, word=stmt.name)
    made = PreparedStatement(stmt.query, session.text, tuple(types), _returned(query))
    session.catalog.note(_prepared(session), stmt.name, made)


def _returned(query: Query) -> tuple[tuple[str | None, Oid, int], ...]:
    """Names, types and modifiers of the columns that a statement returns (PlanCacheComputeResultDesc)."""
    columns = query.target_list if query.command == "select" else query.returning
    return tuple([(tle.name, tle.expr.type, tle.expr.typmod) for tle in columns if not tle.junk])


def fetch_prepared(session: Session, name: str, at: tuple[int, int]) -> PreparedStatement:
    """The statement of this name (FetchPreparedStatement)."""
    found = _prepared(session).get(name)
    if found is None:
        raise Refusal("26000", f'prepared statement "{name}" does not exist', at=at, word=name)
    return found


def execute_query(session: Session, stmt: ExecuteStmt) -> None:
    """EXECUTE (ExecuteQuery)."""
    prepared = fetch_prepared(session, stmt.name, (stmt.start, stmt.end))
    check_parameters(session, prepared, stmt.params, stmt.name, (stmt.start, stmt.end))
    query = analyze_prepared(session, prepared)
    held, session.text = session.text, prepared.text
    try:
        run_query(session, query)
    finally:
        session.text = held


def analyze_prepared(session: Session, prepared: PreparedStatement) -> Query:
    """The statement's Query as the catalog is now."""
    from schemalint.semantics.analyze import parse_analyze

    query = parse_analyze(
        session.names,
        prepared.node,
        param_types=list(prepared.types),
        settings=session.setting,
        undecided=session.undecided,
    )
    if _returned(query) != prepared.returned:
        raise Refusal("0A000", "cached plan must not change result type")
    return query


def check_parameters(
    session: Session, prepared: PreparedStatement, params: tuple[Node, ...], name: str, at: tuple[int, int]
) -> None:
    """The parameters fit the types (EvaluateParams)."""
    if len(params) != len(prepared.types):
        raise Refusal(
            "42601",
            f'wrong number of parameters for prepared statement "{name}"',
            detail=f"Expected {len(prepared.types)} parameters but got {len(params)}.",
            at=at,
        )
    pstate = session_parsestate(session)
    for i, (param, wanted) in enumerate(zip(params, prepared.types, strict=True), 1):
        expr = transform_expr(pstate, param, "execute_parameter")
        if coerce_to_target_type(pstate, expr, expr.type, wanted, -1, ASSIGNMENT, "implicit_cast") is None:
            raise Refusal(
                "42804",
                f"parameter ${i} of type {format_type(pstate, expr.type)} cannot be coerced to the expected type "
                f"{format_type(pstate, wanted)}",
                hint="You will need to rewrite or cast the expression.",
                at=span(param),
            )


def deallocate_query(session: Session, stmt: DeallocateStmt) -> None:
    """DEALLOCATE (DeallocateQuery)."""
    held: dict[str, Any] = _prepared(session)
    if stmt.isall or stmt.name is None:
        for name in list(held):
            session.catalog.note(held, name, None)
        return
    fetch_prepared(session, stmt.name, (stmt.start, stmt.end))
    session.catalog.note(held, stmt.name, None)
