"""Constraints as elements of a table (TableConstraint)."""

from __future__ import annotations

from schemalint.syntax.common import opt_definition
from schemalint.syntax.constraint_attributes import (
    DEFERRABLE,
    DEFERRED,
    ENFORCED,
    NO_INHERIT,
    NOT_ENFORCED,
    NOT_VALID,
    check_attributes,
    constraint_attributes,
)
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.expressions import any_operator, expression
from schemalint.syntax.indexes import index_elem, nulls_not_distinct
from schemalint.syntax.nodes import Constraint, DefElem, IndexElem, Node
from schemalint.syntax.queries import range_var
from schemalint.syntax.references import key_actions, key_match


def is_table_constraint(c: Cursor) -> bool:
    """Whether a TableConstraint is next. EXCLUDE may be a column's name, and tables have NOT NULL constraints since 18."""
    word = c.match[c.at]
    if word == "exclude":
        return c.match[c.at + 1] in ("(", "using")
    return word == "constraint" or (word in _ELEMENTS and (word != "not" or c.version >= 18))


def table_constraint(c: Cursor) -> Constraint:
    """TableConstraint."""
    start = c.start
    name = None
    if c.take("constraint"):
        name = c.col_id()
    element = _ELEMENTS.get(c.match[c.at] or "")
    if element is None or (element is _not_null and c.version < 18):
        raise c.error()
    return element(c, start, name)


def _check(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("check")
    expr = parenthesized(c)
    attributes = c.start
    bits = constraint_attributes(c)
    if bits:
        check_attributes(c, bits, NOT_VALID | NO_INHERIT | NOT_ENFORCED | ENFORCED, "CHECK", attributes)
    unchecked = bits & (NOT_VALID | NOT_ENFORCED) != 0
    return Constraint(
        contype="CONSTR_CHECK",
        conname=name,
        raw_expr=expr,
        is_enforced=not bits & NOT_ENFORCED,
        skip_validation=unchecked,
        initially_valid=not unchecked,
        is_no_inherit=bits & NO_INHERIT != 0,
        start=start,
        end=c.end,
    )


def _not_null(c: Cursor, start: int, name: str | None) -> Constraint:
    if c.match[c.at + 1] != "null":
        raise c.error(1)
    c.at += 2
    column = c.col_id()
    attributes = c.start
    bits = constraint_attributes(c)
    if bits:
        check_attributes(c, bits, NOT_VALID | NO_INHERIT, "NOT NULL", attributes)
    return Constraint(
        contype="CONSTR_NOTNULL",
        conname=name,
        keys=(column,),
        skip_validation=bits & NOT_VALID != 0,
        initially_valid=not bits & NOT_VALID,
        is_no_inherit=bits & NO_INHERIT != 0,
        start=start,
        end=c.end,
    )


def _unique(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("unique")
    return _key(c, start, name, "CONSTR_UNIQUE", "UNIQUE")


def _primary_key(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("primary", "key")
    return _key(c, start, name, "CONSTR_PRIMARY", "PRIMARY KEY")


def _key(c: Cursor, start: int, name: str | None, contype: str, what: str) -> Constraint:
    """UNIQUE and PRIMARY KEY, over columns or an existing index."""
    index = space = None
    keys: tuple[str, ...] = ()
    including: tuple[str, ...] = ()
    options: tuple[DefElem, ...] = ()
    not_distinct = overlaps = False
    if c.take("using"):
        c.expect("index")
        index = c.col_id()
    else:
        not_distinct = contype == "CONSTR_UNIQUE" and nulls_not_distinct(c)
        c.expect("(")
        keys = c.names()
        overlaps = c.version >= 18 and c.take("without")
        if overlaps:
            c.expect("overlaps")
        c.expect(")")
        including = _including(c)
        options = opt_definition(c)
        space = constraint_tablespace(c)
    attributes = c.start
    bits = constraint_attributes(c)
    if bits:
        check_attributes(c, bits, DEFERRABLE | DEFERRED, what, attributes)
    return Constraint(
        contype=contype,
        conname=name,
        keys=keys,
        without_overlaps=overlaps,
        nulls_not_distinct=not_distinct,
        including=including,
        options=options,
        indexname=index,
        indexspace=space,
        deferrable=bits & (DEFERRABLE | DEFERRED) != 0,
        initdeferred=bits & DEFERRED != 0,
        start=start,
        end=c.end,
    )


def _exclusion(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("exclude")
    method = c.col_id() if c.take("using") else "btree"
    exclusions = c.paren_list(_exclusion_element)
    including = _including(c)
    options = opt_definition(c)
    space = constraint_tablespace(c)
    where = parenthesized(c) if c.take("where") else None
    attributes = c.start
    bits = constraint_attributes(c)
    if bits:
        check_attributes(c, bits, DEFERRABLE | DEFERRED, "EXCLUDE", attributes)
    return Constraint(
        contype="CONSTR_EXCLUSION",
        conname=name,
        access_method=method,
        exclusions=exclusions,
        including=including,
        options=options,
        indexspace=space,
        where_clause=where,
        deferrable=bits & (DEFERRABLE | DEFERRED) != 0,
        initdeferred=bits & DEFERRED != 0,
        start=start,
        end=c.end,
    )


def _exclusion_element(c: Cursor) -> tuple[IndexElem, tuple[str, ...]]:
    """ExclusionConstraintElem."""
    element = index_elem(c)
    c.expect("with")
    if not c.take("operator"):
        return element, any_operator(c)
    c.expect("(")
    operator = any_operator(c)
    c.expect(")")
    return element, operator


def _foreign_key(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("foreign", "key")
    columns, period = _columns_and_period(c)
    c.expect("references")
    table = range_var(c)
    referenced, referenced_period = _columns_and_period(c) if c.match[c.at] == "(" else ((), False)
    match = key_match(c)
    on_update, on_delete, set_columns = key_actions(c)
    attributes = c.start
    bits = constraint_attributes(c)
    if bits:
        allowed = DEFERRABLE | DEFERRED | NOT_VALID | NOT_ENFORCED | ENFORCED
        check_attributes(c, bits, allowed, "FOREIGN KEY", attributes)
    unchecked = bits & (NOT_VALID | NOT_ENFORCED) != 0
    return Constraint(
        contype="CONSTR_FOREIGN",
        conname=name,
        pktable=table,
        fk_attrs=columns,
        pk_attrs=referenced,
        fk_with_period=period,
        pk_with_period=referenced_period,
        fk_matchtype=match,
        fk_upd_action=on_update,
        fk_del_action=on_delete,
        fk_del_set_cols=set_columns,
        deferrable=bits & (DEFERRABLE | DEFERRED) != 0,
        initdeferred=bits & DEFERRED != 0,
        is_enforced=not bits & NOT_ENFORCED,
        skip_validation=unchecked,
        initially_valid=not unchecked,
        start=start,
        end=c.end,
    )


def _columns_and_period(c: Cursor) -> tuple[tuple[str, ...], bool]:
    """`(column, ... [, PERIOD column])`: PERIOD is a column's name unless another name follows it."""
    c.expect("(")
    columns = [c.col_id()]
    period = False
    while not period and c.take(","):
        if c.match[c.at] == "period" and c.version >= 18 and c.is_col_id(1):
            c.at += 1
            period = True
        columns.append(c.col_id())
    c.expect(")")
    return tuple(columns), period


def _including(c: Cursor) -> tuple[str, ...]:
    """opt_c_include."""
    return c.column_list() if c.take("include") else ()


def constraint_tablespace(c: Cursor) -> str | None:
    """OptConsTableSpace."""
    if not c.take("using"):
        return None
    c.expect("index", "tablespace")
    return c.col_id()


_ELEMENTS = {
    "check": _check,
    "not": _not_null,
    "unique": _unique,
    "primary": _primary_key,
    "exclude": _exclusion,
    "foreign": _foreign_key,
}


def parenthesized(c: Cursor) -> Node:
    """`( a_expr )`."""
    c.expect("(")
    expr = expression(c)
    c.expect(")")
    return expr
