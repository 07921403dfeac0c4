"""Columns of tables: their definitions and the constraints written with them (columnDef, columnOptions, ColQualList)."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax.common import generic_options, opt_definition
from schemalint.syntax.constraints import constraint_tablespace, parenthesized
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import b_expr
from schemalint.syntax.indexes import nulls_not_distinct
from schemalint.syntax.nodes import CollateClause, ColumnDef, Constraint, DefElem
from schemalint.syntax.references import column_reference
from schemalint.syntax.sequences import sequence_options
from schemalint.syntax.typenames import type_name


def column_def(c: Cursor) -> ColumnDef:
    """columnDef."""
    start = c.start
    name = c.col_id()
    type_ = type_name(c)
    match = c.match
    storage = column_storage(c) if match[c.at] == "storage" and c.version >= 16 else None
    compression = column_compression(c) if match[c.at] == "compression" else None
    options = generic_options(c) if match[c.at] == "options" else ()
    constraints, collation = column_qualifiers(c)
    return ColumnDef(
        colname=name,
        typeName=type_,
        storage_name=storage,
        compression=compression,
        fdwoptions=options,
        constraints=constraints,
        collClause=collation,
        start=start,
        end=c.end,
    )


def column_options(c: Cursor) -> ColumnDef:
    """columnOptions: a column of a typed table or partition."""
    start = c.start
    name = c.col_id()
    if c.take("with"):
        c.expect("options")
    constraints, collation = column_qualifiers(c)
    return ColumnDef(colname=name, constraints=constraints, collClause=collation, start=start, end=c.end)


def table_func_element(c: Cursor) -> ColumnDef:
    """TableFuncElement."""
    start = c.start
    name = c.col_id()
    type_ = type_name(c)
    return ColumnDef(colname=name, typeName=type_, collClause=opt_collate_clause(c), start=start, end=c.end)


def opt_collate_clause(c: Cursor) -> CollateClause | None:
    """opt_collate_clause."""
    start = c.start
    if not c.take("collate"):
        return None
    return CollateClause(arg=None, collname=c.any_name(), start=start, end=c.end)


def column_storage(c: Cursor) -> str:
    """column_storage; DEFAULT since 16."""
    c.expect("storage")
    return "default" if c.version >= 16 and c.take("default") else c.col_id()


def column_compression(c: Cursor) -> str:
    """column_compression."""
    c.expect("compression")
    return "default" if c.take("default") else c.col_id()


def column_qualifiers(c: Cursor) -> tuple[tuple[Constraint, ...], CollateClause | None]:
    """ColQualList: the constraints, and the collation, which may stand anywhere among them."""
    constraints: list[Constraint] = []
    collation = second = None
    while True:
        word = c.match[c.at]
        if word is None:
            break
        start = c.start
        element = _ELEMENTS.get(word)
        if element is not None:
            constraints.append(element(c, start, None))
        elif word == "constraint":
            c.at += 1
            name = c.col_id()
            element = _ELEMENTS.get(c.match[c.at] or "")
            if element is None:
                raise c.error()
            constraints.append(element(c, start, name))
        elif word == "collate":
            second = second or collation
            clause = opt_collate_clause(c)
            collation, second = (collation, clause) if second else (clause, None)
        elif (attribute := _constraint_attribute(c)) is not None:
            constraints.append(attribute)
        else:
            break
    if second is not None:
        raise ParseError("multiple COLLATE clauses not allowed", second.start, second.end)
    return tuple(constraints), collation


def _constraint_attribute(c: Cursor) -> Constraint | None:
    """ConstraintAttr: an attribute as if it were a constraint, None when there is none."""
    start = c.start
    word = c.match[c.at]
    if word == "deferrable":
        c.at += 1
        kind = "CONSTR_ATTR_DEFERRABLE"
    elif word == "initially":
        c.at += 1
        which = c.take_any("deferred", "immediate")
        if which is None:
            raise c.error()
        kind = "CONSTR_ATTR_DEFERRED" if which == "deferred" else "CONSTR_ATTR_IMMEDIATE"
    elif word == "enforced" and c.version >= 18:
        c.at += 1
        kind = "CONSTR_ATTR_ENFORCED"
    else:
        return None
    return Constraint(contype=kind, start=start, end=c.end)


def _not(c: Cursor, start: int, name: str | None) -> Constraint:
    """NOT NULL, or a negated attribute, which has no name."""
    following = c.match[c.at + 1]
    if following == "null":
        c.at += 2
        no_inherit = c.version >= 18 and c.take("no")
        if no_inherit:
            c.expect("inherit")
        return Constraint(
            contype="CONSTR_NOTNULL",
            conname=name,
            is_no_inherit=no_inherit,
            is_enforced=True,
            initially_valid=True,
            start=start,
            end=c.end,
        )
    if name is None and following == "deferrable":
        kind = "CONSTR_ATTR_NOT_DEFERRABLE"
    elif name is None and following == "enforced" and c.version >= 18:
        kind = "CONSTR_ATTR_NOT_ENFORCED"
    else:
        raise c.error(1)
    c.at += 2
    return Constraint(contype=kind, start=start, end=c.end)


def _null(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("null")
    return Constraint(contype="CONSTR_NULL", conname=name, start=start, end=c.end)


def _unique(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("unique")
    not_distinct = nulls_not_distinct(c)
    options = opt_definition(c)
    space = constraint_tablespace(c)
    return Constraint(
        contype="CONSTR_UNIQUE",
        conname=name,
        nulls_not_distinct=not_distinct,
        options=options,
        indexspace=space,
        start=start,
        end=c.end,
    )


def _primary_key(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("primary", "key")
    options = opt_definition(c)
    space = constraint_tablespace(c)
    return Constraint(contype="CONSTR_PRIMARY", conname=name, options=options, indexspace=space, start=start, end=c.end)


def _check(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("check")
    expr = parenthesized(c)
    no_inherit = c.take("no")
    if no_inherit:
        c.expect("inherit")
    return Constraint(
        contype="CONSTR_CHECK",
        conname=name,
        raw_expr=expr,
        is_no_inherit=no_inherit,
        is_enforced=True,
        initially_valid=True,
        start=start,
        end=c.end,
    )


def _default(c: Cursor, start: int, name: str | None) -> Constraint:
    c.expect("default")
    return Constraint(contype="CONSTR_DEFAULT", conname=name, raw_expr=b_expr(c), start=start, end=c.end)


def generated_when(c: Cursor) -> str:
    """generated_when: a is ALWAYS, d is BY DEFAULT."""
    if c.take("always"):
        return "a"
    c.expect("by", "default")
    return "d"


def _generated(c: Cursor, start: int, name: str | None) -> Constraint:
    """An identity column (GENERATED ... AS IDENTITY) or a generated one."""
    c.expect("generated")
    at = c.start
    when = generated_when(c)
    when_end = c.end
    c.expect("as")
    if c.match[c.at] == "identity":
        return identity(c, start, name, when)
    expr = parenthesized(c)
    if c.version >= 18:
        kind = "s" if c.take_any("stored", "virtual") == "stored" else "v"
    else:
        c.expect("stored")
        kind = ""
    if when != "a":
        raise ParseError("for a generated column, GENERATED ALWAYS must be specified", at, when_end)
    return Constraint(
        contype="CONSTR_GENERATED",
        conname=name,
        generated_when=when,
        generated_kind=kind,
        raw_expr=expr,
        start=start,
        end=c.end,
    )


def identity(c: Cursor, start: int, name: str | None, when: str) -> Constraint:
    """`IDENTITY [ ( sequence options ) ]`."""
    c.expect("identity")
    options: tuple[DefElem, ...] = ()
    if c.take("("):
        options = sequence_options(c)
        c.expect(")")
    return Constraint(
        contype="CONSTR_IDENTITY", conname=name, generated_when=when, options=options, start=start, end=c.end
    )


_ELEMENTS: dict[str, Callable[[Cursor, int, str | None], Constraint]] = {
    "not": _not,
    "null": _null,
    "unique": _unique,
    "primary": _primary_key,
    "check": _check,
    "default": _default,
    "generated": _generated,
    "references": column_reference,
}
