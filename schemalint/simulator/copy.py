"""COPY (copy.c, copyfrom.c, copyto.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import has_privs_of_role, is_superuser
from schemalint.simulator.copy_options import process_copy_options
from schemalint.simulator.effects import ACCESS_SHARE, ROW_EXCLUSIVE
from schemalint.simulator.permissions import check_columns_allowed
from schemalint.simulator.queries import analyze_statement, run_query
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.transactions import is_read_only
from schemalint.syntax import nodes
from schemalint.syntax.nodes import CopyStmt


def do_copy(session: Session, stmt: CopyStmt) -> None:
    """COPY (DoCopy)."""
    at = (stmt.start, stmt.end)
    if stmt.filename is not None or stmt.is_program:
        _check_may_use_files(session, stmt, at)
    if stmt.relation is not None:
        relation = relation_openrv(session, stmt.relation, ROW_EXCLUSIVE if stmt.is_from else ACCESS_SHARE)
        _where(session, stmt, relation)
        columns = copy_columns(session, stmt, relation)
        if not is_superuser(session):
            names = set(columns)
            numbers = {c.num for c in relation.columns if c.name in names and not c.dropped}
            check_columns_allowed(session, relation, numbers, "a" if stmt.is_from else "r", at)
        options = process_copy_options(session, stmt, relation, columns)
        if stmt.is_from:
            _check_target(session, stmt, relation)
            if options.freeze:
                _check_freeze(session, relation, at)
        else:
            _check_source(session, stmt, relation)
    else:
        process_copy_options(session, stmt, None, ())
        _query(session, stmt)


_FILE_ROLES = {"program": 4571, "from": 4569, "to": 4570}
_FILE_ROLE_NAMES = {4569: "pg_read_server_files", 4570: "pg_write_server_files", 4571: "pg_execute_server_program"}


def _check_may_use_files(session: Session, stmt: CopyStmt, at: tuple[int, int]) -> None:
    """Files and programs of the server are for superusers and those who have the privileges of a role made for that."""
    role = _FILE_ROLES["program" if stmt.is_program else "from" if stmt.is_from else "to"]
    if has_privs_of_role(session, session.role, role):
        return
    name = _FILE_ROLE_NAMES[role]
    what = "to or from an external program" if stmt.is_program else f"{'from' if stmt.is_from else 'to'} a file"
    hint = "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone."
    if session.version >= 16:
        detail = f'Only roles with privileges of the "{name}" role may COPY {what}.'
        raise Refusal("42501", f"permission denied to COPY {what}", detail=detail, hint=hint, at=at)
    needed = "have privileges of" if session.version == 15 else "a member of"
    raise Refusal("42501", f"must be superuser or {needed} the {name} role to COPY {what}", hint=hint, at=at)


def _where(session: Session, stmt: CopyStmt, relation: Relation) -> None:
    """The WHERE of COPY FROM."""
    if stmt.whereClause is None:
        return
    from schemalint.semantics.clauses import transform_where_clause
    from schemalint.simulator.stored import relation_parsestate, vars_of

    tree = transform_where_clause(relation_parsestate(session, relation), stmt.whereClause, "copy_where", "WHERE")
    generated = {column.num: column for column in relation.columns if column.generated and not column.dropped}
    for var in vars_of(tree):
        column = generated.get(var.attno)
        if column is not None:
            raise Refusal(
                "42P10",
                "generated columns are not supported in COPY FROM WHERE conditions",
                detail=f'Column "{column.name}" is a generated column.',
                at=(var.start, var.end),
                word=column.name,
            )


def _check_freeze(session: Session, relation: Relation, at: tuple[int, int]) -> None:
    """FREEZE is for tables that nobody else can see (CopyFrom)."""
    if relation.kind in "pf" and not (relation.kind == "f" and session.version < 18):
        what = "partitioned" if relation.kind == "p" else "foreign"
        raise Refusal("0A000", f"cannot perform COPY FREEZE on a {what} table", at=at, word=relation.name)
    if not session.in_transaction_block:
        message = (
            "cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction"
        )
        raise Refusal("55000", message, at=at)


def copy_columns(session: Session, stmt: CopyStmt, relation: Relation) -> tuple[str, ...]:
    """The columns that are copied (CopyGetAttnums)."""
    at = (stmt.start, stmt.end)
    if not stmt.attlist:
        return tuple(c.name for c in relation.columns if not c.dropped and not c.generated)
    for i, name in enumerate(stmt.attlist):
        column = next((c for c in relation.columns if c.name == name and not c.dropped), None)
        if column is not None and column.generated:
            raise Refusal(
                "42P10",
                f'column "{name}" is a generated column',
                detail="Generated columns cannot be used in COPY.",
                at=at,
                word=name,
            )
        if column is None:
            raise session.names.missing(
                "42703", f'column "{name}" of relation "{relation.name}" does not exist', None, name, at
            )
        if name in stmt.attlist[:i]:
            raise Refusal("42701", f'column "{name}" specified more than once', at=at, word=name)
    return stmt.attlist


def _check_target(session: Session, stmt: CopyStmt, relation: Relation) -> None:
    """What rows may be copied into (BeginCopyFrom, CopyFrom)."""
    at = (stmt.start, stmt.end)
    name = relation.name
    if is_read_only(session) and relation.persistence != "t":
        raise Refusal("25006", "cannot execute COPY FROM in a read-only transaction", at=at)
    if relation.rowsecurity and not is_superuser(session) and session.role != relation.owner:
        raise Refusal(
            "0A000", "COPY FROM not supported with row-level security", hint="Use INSERT statements instead.", at=at
        )
    if relation.kind in "rpf":
        return
    if relation.kind == "v":
        if any(t.type & 64 and t.type & 4 for t in session.catalog.triggers(relation.oid)):
            return
        raise Refusal(
            "42809",
            f'cannot copy to view "{name}"',
            hint="To enable copying to a view, provide an INSTEAD OF INSERT trigger.",
            at=at,
            word=name,
        )
    words = {"m": "materialized view", "S": "sequence"}
    raise Refusal(
        "42809", f'cannot copy to {words.get(relation.kind, "non-table relation")} "{name}"', at=at, word=name
    )


def _check_source(session: Session, stmt: CopyStmt, relation: Relation) -> None:
    """What rows may be copied from (BeginCopyTo)."""
    at = (stmt.start, stmt.end)
    name, hint = relation.name, None
    if relation.kind == "r" or (relation.kind == "m" and relation.populated and session.version >= 18):
        return
    match relation.kind:
        case "v":
            what, hint = "view", "Try the COPY (SELECT ...) TO variant."
        case "m" if session.version >= 18:
            raise Refusal(
                "0A000",
                f'cannot copy from unpopulated materialized view "{name}"',
                hint="Use the REFRESH MATERIALIZED VIEW command to populate the materialized view.",
                at=at,
                word=name,
            )
        case "m":
            what, hint = "materialized view", "Try the COPY (SELECT ...) TO variant."
        case "f":
            what, hint = "foreign table", "Try the COPY (SELECT ...) TO variant."
        case "S":
            what = "sequence"
        case "p":
            what, hint = "partitioned table", "Try the COPY (SELECT ...) TO variant."
        case _:
            what = "non-table relation"
    raise Refusal("42809", f'cannot copy from {what} "{name}"', hint=hint, at=at, word=name)


def _query(session: Session, stmt: CopyStmt) -> None:
    """COPY (query) TO."""
    assert stmt.query is not None
    at = (stmt.query.start, stmt.query.end)
    query = analyze_statement(session, stmt.query)
    if isinstance(stmt.query, nodes.SelectStmt) and query.command == "utility":
        raise Refusal("0A000", "COPY (SELECT INTO) is not supported", at=at)
    if query.command in ("insert", "update", "delete", "merge") and not query.returning:
        raise Refusal("0A000", "COPY query must have a RETURNING clause", at=at)
    run_query(session, query)
