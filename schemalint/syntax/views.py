"""Views and materialized views."""

from __future__ import annotations

from schemalint.syntax.common import opt_reloptions
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    ColumnRef,
    CommonTableExpr,
    CreateTableAsStmt,
    IntoClause,
    RangeVar,
    RefreshMatViewStmt,
    ResTarget,
    SelectStmt,
    ViewStmt,
    WithClause,
)
from schemalint.syntax.persistence import (
    access_method,
    new_relation,
    opt_column_list,
    opt_tablespace,
    opt_temp,
    opt_with_data,
)
from schemalint.syntax.queries import range_var, select_statement


def create_view(c: Cursor) -> ViewStmt:
    """ViewStmt."""
    start = c.start
    c.expect("create")
    replace = c.take("or")
    if replace:
        c.expect("replace")
    persistence = opt_temp(c)
    recursive = c.take("recursive")
    c.expect("view")
    view = new_relation(c, persistence)
    aliases = c.column_list() if recursive else opt_column_list(c)
    options = opt_reloptions(c)
    c.expect("as")
    query = select_statement(c)
    at = c.start
    check = _check_option(c)
    if recursive:
        if check != "NO_CHECK_OPTION":
            raise ParseError("WITH CHECK OPTION not supported on recursive views", at, c.end, "0A000")
        query = _recursive_query(view.relname, aliases, query)
    return ViewStmt(
        view=view,
        query=query,
        aliases=aliases,
        replace=replace,
        options=options,
        withCheckOption=check,
        start=start,
        end=c.end,
    )


def _check_option(c: Cursor) -> str:
    """opt_check_option."""
    if not c.take("with"):
        return "NO_CHECK_OPTION"
    local = c.take("local")
    if not local:
        c.take("cascaded")
    c.expect("check", "option")
    return "LOCAL_CHECK_OPTION" if local else "CASCADED_CHECK_OPTION"


def _recursive_query(name: str, columns: tuple[str, ...], query: SelectStmt) -> SelectStmt:
    """`WITH RECURSIVE name (columns) AS (query) SELECT columns FROM name` (makeRecursiveViewSelect). What the text does not
    have stands nowhere."""
    common = CommonTableExpr(ctename=name, aliascolnames=columns, ctequery=query)
    return SelectStmt(
        withClause=WithClause(ctes=(common,), recursive=True),
        targetList=tuple(ResTarget(val=ColumnRef(fields=(column,))) for column in columns),
        fromClause=(RangeVar(schemaname=None, relname=name),),
    )


def create_materialized_view(c: Cursor) -> CreateTableAsStmt:
    """CreateMatViewStmt."""
    start = c.start
    c.expect("create")
    persistence = "u" if c.take("unlogged") else "p"
    c.expect("materialized", "view")
    if_not_exists = c.if_not_exists()
    relation = new_relation(c, persistence)
    columns = opt_column_list(c)
    method = access_method(c)
    options = opt_reloptions(c)
    tablespace = opt_tablespace(c)
    into_end = c.end
    c.expect("as")
    query = select_statement(c)
    filled = opt_with_data(c)
    into = IntoClause(
        rel=relation,
        colNames=columns,
        accessMethod=method,
        options=options,
        tableSpaceName=tablespace,
        skipData=not filled,
        start=relation.start,
        end=into_end,
    )
    return CreateTableAsStmt(
        query=query, into=into, objtype="OBJECT_MATVIEW", if_not_exists=if_not_exists, start=start, end=c.end
    )


def refresh_materialized_view(c: Cursor) -> RefreshMatViewStmt:
    """RefreshMatViewStmt."""
    start = c.start
    c.expect("refresh", "materialized", "view")
    concurrent = c.take("concurrently")
    relation = range_var(c)
    filled = opt_with_data(c)
    return RefreshMatViewStmt(relation=relation, concurrent=concurrent, skipData=not filled, start=start, end=c.end)
