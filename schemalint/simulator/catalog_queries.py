"""Queries over pg_catalog and information_schema, as the conditions of DO blocks ask them (see evaluate.py)."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.errors import Undecidable
from schemalint.simulator.catalog_views import PG_CATALOG, Row, Rows
from schemalint.simulator.evaluate import Scope, Value, apply_operator, evaluate
from schemalint.simulator.information_schema import INFORMATION_SCHEMA
from schemalint.simulator.session import Session
from schemalint.syntax import nodes as n
from schemalint.syntax.nodes import Node

_RELATIONS = {"pg_catalog": PG_CATALOG, "information_schema": INFORMATION_SCHEMA}

_AGGREGATES = frozenset(("count", "array_agg", "string_agg", "bool_or", "bool_and", "max", "min"))


def select(scope: Scope, query: n.SelectStmt, *, bare: bool = False) -> Iterator[tuple[Value, ...]]:
    """The rows of a query over the catalog; with `bare`, only whether there are any matters. Raises Undecidable."""
    if query.op != "SETOP_NONE" or query.groupClause or query.withClause is not None or query.havingClause is not None:
        raise Undecidable("this query is not evaluated")
    if query.valuesLists:
        for values in query.valuesLists:
            yield tuple(evaluate(scope, v) for v in values)
        return
    inner = Scope(scope.session, scope.variables, scope)
    found = _matching(inner, query)
    if not bare and any(_is_aggregate(t.val) for t in query.targetList):
        yield tuple(_aggregate(inner, t.val, list(_matching(inner, query))) for t in query.targetList)
        return
    limit = evaluate(scope, query.limitCount) if query.limitCount is not None else None
    count = 0
    for rows in found:
        if limit is not None and count >= limit:
            return
        count += 1
        if bare:
            yield ()
            continue
        inner.rows = rows
        yield _row(inner, query)
    if not count and query.fromClause:
        _empty_is_known(scope.session, query)


def named_rows(scope: Scope, query: n.SelectStmt) -> Iterator[Row]:
    """As select, each row as a dict by column name (for FOR record IN query)."""
    names = []
    for target in query.targetList:
        if target.name is not None:
            names.append(target.name)
        elif isinstance(target.val, n.ColumnRef) and isinstance(target.val.fields[-1], str):
            names.append(target.val.fields[-1])
        else:
            names.append(f"?{len(names)}")
    for row in select(scope, query):
        yield dict(zip(names, row, strict=False))


def _row(scope: Scope, query: n.SelectStmt) -> tuple[Value, ...]:
    values: list[Value] = []
    for target in query.targetList:
        assert target.val is not None
        if isinstance(target.val, n.ColumnRef) and isinstance(target.val.fields[-1], n.A_Star):
            for row in scope.rows.values():
                values.extend(row.values())
        else:
            values.append(evaluate(scope, target.val))
    return tuple(values)


def _matching(scope: Scope, query: n.SelectStmt) -> Iterator[dict[str, Row]]:
    wanted = dict(_wanted(scope, query.whereClause))
    for rows in _cross(scope, query.fromClause, wanted):
        if query.whereClause is not None:
            scope.rows = rows
            if evaluate(scope, query.whereClause) is not True:
                continue
        yield rows


Wanted = dict[tuple[str, ...], Value]
"""Column as written -> the constant that WHERE wants it to equal."""


def _wanted(scope: Scope, where: Node | None) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Conditions `column = constant` that every row must meet: rows that do not are left out before they are joined."""
    if isinstance(where, n.BoolExpr) and where.boolop == "AND_EXPR":
        for arg in where.args:
            yield from _wanted(scope, arg)
    elif (
        isinstance(where, n.A_Expr)
        and where.kind == "AEXPR_OP"
        and where.name == ("=",)
        and isinstance(where.lexpr, n.ColumnRef)
        and isinstance(where.rexpr, n.A_Const)
        and where.rexpr.kind == "String"
    ):
        names = tuple(f for f in where.lexpr.fields if isinstance(f, str))
        if len(names) == len(where.lexpr.fields) <= 2:
            yield names, where.rexpr.val


def _meets(alias: str, row: Row, wanted: Wanted) -> bool:
    for names, value in wanted.items():
        if (
            names[0] == alias
            and len(names) == 2
            and isinstance(held := row.get(names[1], value), str)
            and held != value
        ):
            return False
    return True


def _cross(scope: Scope, items: tuple[Node, ...], wanted: Wanted) -> Iterator[dict[str, Row]]:
    if not items:
        yield {}
        return
    for left in _from_item(scope, items[0], wanted):
        for right in _cross(scope, items[1:], wanted):
            yield {**left, **right}


def _from_item(scope: Scope, item: Node, wanted: Wanted) -> Iterator[dict[str, Row]]:
    if isinstance(item, n.RangeVar):
        alias = item.alias.aliasname if item.alias is not None else item.relname
        for row in _relation_rows(scope.session, item):
            if not wanted or _meets(alias, row, wanted):
                yield {alias: row}
    elif isinstance(item, n.JoinExpr):
        yield from _join(scope, item, wanted)
    elif isinstance(item, n.RangeSubselect) and isinstance(item.subquery, n.SelectStmt) and item.alias is not None:
        for row in named_rows(scope, item.subquery):
            yield {item.alias.aliasname: row}
    else:
        raise Undecidable("this FROM item is not evaluated")


def _join(scope: Scope, join: n.JoinExpr, wanted: Wanted) -> Iterator[dict[str, Row]]:
    if join.isNatural or join.jointype not in ("JOIN_INNER", "JOIN_LEFT"):
        raise Undecidable("this join is not evaluated")
    right = list(_from_item(scope, join.rarg, wanted))
    keys = _join_keys(join.quals, right[0]) if right else None
    by_key: dict[Value, list[dict[str, Row]]] = {}
    if keys is not None:
        for other in right:
            by_key.setdefault(_hashable(_field(other, keys[1])), []).append(other)
    held = scope.rows
    for left in _from_item(scope, join.larg, wanted):
        matched = False
        for other in right if keys is None else by_key.get(_hashable(_field(left, keys[0])), ()):
            rows = {**left, **other}
            if join.usingClause:
                ok = all(_using(left, c) == _using(other, c) for c in join.usingClause)
            elif join.quals is not None:
                scope.rows = rows
                ok = evaluate(scope, join.quals) is True
                scope.rows = held
            else:
                ok = True
            if ok:
                matched = True
                yield rows
        if not matched and join.jointype == "JOIN_LEFT":
            yield {**left, **{alias: dict.fromkeys(row) for other in right[:1] for alias, row in other.items()}}


def _join_keys(quals: Node | None, right: dict[str, Row]) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """(column of the left side, of the right side) of one `a.x = b.y` among the join's conditions."""
    if isinstance(quals, n.BoolExpr) and quals.boolop == "AND_EXPR":
        return next((keys for arg in quals.args if (keys := _join_keys(arg, right)) is not None), None)
    if not (isinstance(quals, n.A_Expr) and quals.kind == "AEXPR_OP" and quals.name == ("=",)):
        return None
    sides = []
    for side in (quals.lexpr, quals.rexpr):
        if (
            not isinstance(side, n.ColumnRef)
            or len(side.fields) != 2
            or not all(isinstance(f, str) for f in side.fields)
        ):
            return None
        sides.append((str(side.fields[0]), str(side.fields[1])))
    if sides[0][0] in right:
        sides.reverse()
    return (sides[0], sides[1]) if sides[1][0] in right and sides[0][0] not in right else None


def _field(rows: dict[str, Row], column: tuple[str, str]) -> Value:
    row = rows.get(column[0])
    if row is None or column[1] not in row:
        raise Undecidable(f'column "{".".join(column)}" is not evaluated')
    return row[column[1]]


def _hashable(value: Value) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _using(rows: dict[str, Row], column: str) -> Value:
    for row in rows.values():
        if column in row:
            return row[column]
    raise Undecidable(f'column "{column}" is not evaluated')


def _relation_rows(session: Session, item: n.RangeVar) -> Iterator[Row]:
    schemas = (item.schemaname,) if item.schemaname is not None else ("pg_catalog",)
    for schema in schemas:
        rows = _RELATIONS.get(schema, {}).get(item.relname)
        if rows is not None:
            return _kept_rows(session, item.relname, rows)
    raise Undecidable(f'rows of "{item.relname}" are not known')


def _kept_rows(session: Session, name: str, rows: Rows) -> Iterator[Row]:
    """Rows of a catalog relation, kept while nothing changes: loops ask again and again."""
    mark = session.catalog.mark()
    held = session.catalog_rows.get(name)
    if held is None or held[0] != mark:
        held = session.catalog_rows[name] = (mark, list(rows(session)))
    return iter(held[1])


def _empty_is_known(session: Session, query: n.SelectStmt) -> None:
    """That nothing was found means something only where the catalog is complete as to the names that the query asks for."""
    names = session.names
    names.unknown_or("")
    for constant in _strings(query):
        names.unknown_or(constant)


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, n.A_Const):
        if node.kind == "String":
            yield str(node.val)
    elif isinstance(node, Node):
        for field in node.__struct_fields__:
            yield from _strings(getattr(node, field))
    elif isinstance(node, tuple):
        for item in node:
            yield from _strings(item)


def _is_aggregate(node: Node | None) -> bool:
    if isinstance(node, n.FuncCall):
        return node.funcname[-1] in _AGGREGATES
    if isinstance(node, n.A_Expr):
        return _is_aggregate(node.lexpr) or (isinstance(node.rexpr, Node) and _is_aggregate(node.rexpr))
    return False


def _aggregate(scope: Scope, node: Node | None, matched: list[dict[str, Row]]) -> Value:
    if (
        isinstance(node, n.A_Expr)
        and node.kind == "AEXPR_OP"
        and node.lexpr is not None
        and isinstance(node.rexpr, Node)
    ):
        return apply_operator(
            node.name[-1], _aggregate(scope, node.lexpr, matched), _aggregate(scope, node.rexpr, matched)
        )
    if isinstance(node, n.FuncCall) and _is_aggregate(node):
        if node.funcname[-1] != "count" or node.agg_distinct or node.agg_filter is not None:
            raise Undecidable(f"{node.funcname[-1]}() is not evaluated")
        if node.agg_star:
            return len(matched)
        values = []
        for rows in matched:
            scope.rows = rows
            values.append(evaluate(scope, node.args[0]))
        return sum(v is not None for v in values)
    assert node is not None
    return evaluate(scope, node)
