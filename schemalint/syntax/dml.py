"""INSERT, UPDATE, DELETE, MERGE, and whatever WITH may begin."""

from __future__ import annotations

from schemalint.syntax import expressions, from_clause, operands, queries, with_queries
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    Alias,
    CurrentOfExpr,
    DeleteStmt,
    IndexElem,
    InferClause,
    InsertStmt,
    MergeStmt,
    MergeWhenClause,
    MultiAssignRef,
    Node,
    OnConflictClause,
    RangeVar,
    ResTarget,
    ReturningClause,
    ReturningOption,
    SelectStmt,
    UpdateStmt,
    WithClause,
)
from schemalint.syntax.relations import range_var, relation_expr_opt_alias


def preparable_statement(c: Cursor) -> Node:
    """PreparableStmt: SELECT, INSERT, UPDATE, DELETE or MERGE, perhaps after WITH."""
    with_ = with_queries.with_clause(c) if c.match[c.at] == "with" else None
    word = c.match[c.at]
    if word == "insert":
        return insert_statement(c, with_)
    if word == "update":
        return update_statement(c, with_)
    if word == "delete":
        return delete_statement(c, with_)
    if word == "merge":
        return merge_statement(c, with_)
    return queries.select_no_parens(c, with_)


def index_element(c: Cursor) -> IndexElem:
    """index_elem."""
    from schemalint.syntax.indexes import index_elem

    return index_elem(c)


# --- INSERT


def insert_statement(c: Cursor, with_: WithClause | None = None) -> InsertStmt:
    """InsertStmt."""
    start = with_.start if with_ is not None else c.start
    c.expect("insert", "into")
    relation = _insert_target(c)
    columns: tuple[ResTarget, ...] = ()
    override = "OVERRIDING_NOT_SET"
    query: SelectStmt | None = None
    if c.take("default"):
        c.expect("values")
    else:
        if c.match[c.at] == "(" and c.match[c.at + 1] != "(" and not queries.is_select_start(c):
            columns = c.paren_list(_set_target)
        override = _override(c)
        query = queries.select_no_parens(c)
    conflict = _on_conflict(c) if c.match[c.at] == "on" else None
    return InsertStmt(
        relation=relation,
        cols=columns,
        selectStmt=query,
        onConflictClause=conflict,
        returningClause=returning_clause(c),
        withClause=with_,
        override=override,
        start=start,
        end=c.end,
    )


def _insert_target(c: Cursor) -> RangeVar:
    """insert_target: a relation, an alias only after AS."""
    from msgspec.structs import replace

    relation = range_var(c)
    at = c.start
    if not c.take("as"):
        return relation
    name = c.col_id()
    return replace(relation, alias=Alias(aliasname=name, start=at, end=c.end), end=c.end)


def _override(c: Cursor) -> str:
    """`OVERRIDING USER VALUE`, `OVERRIDING SYSTEM VALUE`."""
    if not c.take("overriding"):
        return "OVERRIDING_NOT_SET"
    kind = c.take_any("user", "system")
    if kind is None:
        raise c.error()
    c.expect("value")
    return f"OVERRIDING_{kind.upper()}_VALUE"


def _set_target(c: Cursor) -> ResTarget:
    """insert_column_item, set_target."""
    start = c.start
    name = c.col_id()
    indirection: operands.Indirection = ()
    if c.match[c.at] in (".", "["):
        indirection = operands.check_indirection(c, operands.indirection(c))
    return ResTarget(name=name, indirection=indirection, start=start, end=c.end)


def _on_conflict(c: Cursor) -> OnConflictClause:
    """opt_on_conflict."""
    start = c.start
    c.expect("on", "conflict")
    infer = None
    at = c.start
    if c.match[c.at] == "(":
        elements = c.paren_list(index_element)
        where = expressions.expression(c) if c.take("where") else None
        infer = InferClause(indexElems=elements, whereClause=where, start=at, end=c.end)
    elif c.take("on"):
        c.expect("constraint")
        name = c.col_id()
        infer = InferClause(conname=name, start=at, end=c.end)
    c.expect("do")
    if c.take("nothing"):
        return OnConflictClause(action="ONCONFLICT_NOTHING", infer=infer, start=start, end=c.end)
    c.expect("update", "set")
    targets = set_clause_list(c)
    condition = expressions.expression(c) if c.take("where") else None
    return OnConflictClause(
        action="ONCONFLICT_UPDATE", infer=infer, targetList=targets, whereClause=condition, start=start, end=c.end
    )


def returning_clause(c: Cursor) -> ReturningClause | None:
    """returning_clause; names for OLD and NEW since 18."""
    if c.match[c.at] != "returning":
        return None
    start = c.start
    c.at += 1
    options: tuple[ReturningOption, ...] = ()
    if c.version >= 18 and c.take("with"):
        options = c.paren_list(_returning_option)
    targets = queries.target_list(c)
    return ReturningClause(exprs=targets, options=options, start=start, end=c.end)


def _returning_option(c: Cursor) -> ReturningOption:
    start = c.start
    kind = c.take_any("old", "new")
    if kind is None:
        raise c.error()
    c.expect("as")
    name = c.col_id()
    return ReturningOption(option=f"RETURNING_OPTION_{kind.upper()}", value=name, start=start, end=c.end)


# --- UPDATE, DELETE


def update_statement(c: Cursor, with_: WithClause | None = None) -> UpdateStmt:
    """UpdateStmt."""
    start = with_.start if with_ is not None else c.start
    c.expect("update")
    relation = relation_expr_opt_alias(c)
    c.expect("set")
    targets = set_clause_list(c)
    sources = from_clause.from_list(c) if c.take("from") else ()
    where = _where_or_current(c)
    return UpdateStmt(
        relation=relation,
        targetList=targets,
        whereClause=where,
        fromClause=sources,
        returningClause=returning_clause(c),
        withClause=with_,
        start=start,
        end=c.end,
    )


def set_clause_list(c: Cursor) -> tuple[ResTarget, ...]:
    """set_clause_list."""
    targets = _set_clause(c)
    while c.match[c.at] == ",":
        c.at += 1
        targets += _set_clause(c)
    return targets


def _set_clause(c: Cursor) -> tuple[ResTarget, ...]:
    """set_clause: a column and its value, or several columns and a row."""
    if c.match[c.at] != "(":
        target = _set_target(c)
        c.expect("=")
        value = expressions.expression(c)
        return (ResTarget(name=target.name, indirection=target.indirection, val=value, start=target.start, end=c.end),)
    targets = c.paren_list(_set_target)
    c.expect("=")
    at = c.start
    source = expressions.expression(c)
    return tuple(
        ResTarget(
            name=target.name,
            indirection=target.indirection,
            val=MultiAssignRef(source=source, colno=number, ncolumns=len(targets), start=at, end=c.end),
            start=target.start,
            end=c.end,
        )
        for number, target in enumerate(targets, 1)
    )


def _where_or_current(c: Cursor) -> Node | None:
    """where_or_current_clause."""
    if not c.take("where"):
        return None
    if c.match[c.at] == "current" and c.match[c.at + 1] == "of":
        start = c.start
        c.at += 2
        name = c.col_id()
        return CurrentOfExpr(cursor_name=name, start=start, end=c.end)
    return expressions.expression(c)


def delete_statement(c: Cursor, with_: WithClause | None = None) -> DeleteStmt:
    """DeleteStmt."""
    start = with_.start if with_ is not None else c.start
    c.expect("delete", "from")
    relation = relation_expr_opt_alias(c)
    sources = from_clause.from_list(c) if c.take("using") else ()
    where = _where_or_current(c)
    return DeleteStmt(
        relation=relation,
        usingClause=sources,
        whereClause=where,
        returningClause=returning_clause(c),
        withClause=with_,
        start=start,
        end=c.end,
    )


# --- MERGE


def merge_statement(c: Cursor, with_: WithClause | None = None) -> MergeStmt:
    """MergeStmt (15), with RETURNING since 17."""
    if c.version < 15:
        raise c.error()
    start = with_.start if with_ is not None else c.start
    c.expect("merge", "into")
    relation = relation_expr_opt_alias(c)
    c.expect("using")
    source = from_clause.table_ref(c)
    c.expect("on")
    condition = expressions.expression(c)
    clauses = [_merge_when(c)]
    while c.match[c.at] == "when":
        clauses.append(_merge_when(c))
    return MergeStmt(
        relation=relation,
        sourceRelation=source,
        joinCondition=condition,
        mergeWhenClauses=tuple(clauses),
        returningClause=returning_clause(c) if c.version >= 17 else None,
        withClause=with_,
        start=start,
        end=c.end,
    )


def _merge_when(c: Cursor) -> MergeWhenClause:
    """merge_when_clause."""
    start = c.start
    c.expect("when")
    kind = _match_kind(c)
    condition = expressions.expression(c) if c.take("and") else None
    c.expect("then")
    command, override = "CMD_NOTHING", "OVERRIDING_NOT_SET"
    targets: tuple[ResTarget, ...] = ()
    values: tuple[Node, ...] = ()
    inserts = kind == "MERGE_WHEN_NOT_MATCHED_BY_TARGET"
    if c.take("do"):
        c.expect("nothing")
    elif inserts:
        c.expect("insert")
        command = "CMD_INSERT"
        targets, override, values = _merge_insert(c)
    elif c.take("update"):
        c.expect("set")
        command = "CMD_UPDATE"
        targets = set_clause_list(c)
    else:
        c.expect("delete")
        command = "CMD_DELETE"
    return MergeWhenClause(
        matchKind=kind,
        commandType=command,
        override=override,
        condition=condition,
        targetList=targets,
        values=values,
        start=start,
        end=c.end,
    )


def _match_kind(c: Cursor) -> str:
    if c.take("matched"):
        return "MERGE_WHEN_MATCHED"
    c.expect("not", "matched")
    if c.version >= 17 and c.take("by"):
        side = c.take_any("source", "target")
        if side is None:
            raise c.error()
        return f"MERGE_WHEN_NOT_MATCHED_BY_{side.upper()}"
    return "MERGE_WHEN_NOT_MATCHED_BY_TARGET"


def _merge_insert(c: Cursor) -> tuple[tuple[ResTarget, ...], str, tuple[Node, ...]]:
    """merge_insert: its columns, OVERRIDING and values."""
    if c.match[c.at] == "default":
        c.expect("default", "values")
        return (), "OVERRIDING_NOT_SET", ()
    targets = c.paren_list(_set_target) if c.match[c.at] == "(" else ()
    override = _override(c)
    c.expect("values")
    values = c.paren_list(expressions.expression)
    return targets, override, values
