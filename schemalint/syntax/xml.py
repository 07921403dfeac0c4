"""XML functions and XMLTABLE."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax import expressions, typenames
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    A_Const,
    Node,
    RangeTableFunc,
    RangeTableFuncCol,
    ResTarget,
    XmlExpr,
    XmlSerialize,
)
from schemalint.syntax.tokens import QUOTED, WORD


def _xmlconcat(c: Cursor, start: int) -> Node:
    args = expressions.expression_list(c)
    c.expect(")")
    return XmlExpr(op="IS_XMLCONCAT", args=args, start=start, end=c.end)


def _xmlelement(c: Cursor, start: int) -> Node:
    c.expect("name")
    name = c.col_label()
    attributes: tuple[ResTarget, ...] = ()
    content: tuple[Node, ...] = ()
    if c.take(","):
        if c.take("xmlattributes", "("):
            attributes = c.list_of(_attribute)
            c.expect(")")
            content = expressions.expression_list(c) if c.take(",") else ()
        else:
            content = expressions.expression_list(c)
    c.expect(")")
    return XmlExpr(op="IS_XMLELEMENT", name=name, named_args=attributes, args=content, start=start, end=c.end)


def _attribute(c: Cursor) -> ResTarget:
    """xml_attribute_el."""
    start = c.start
    value = expressions.expression(c)
    name = c.col_label() if c.take("as") else None
    return ResTarget(name=name, val=value, start=start, end=c.end)


def _xmlexists(c: Cursor, start: int) -> Node:
    path = expressions.c_expr(c)
    document = _passing(c)
    c.expect(")")
    return expressions.system_function(c, "xmlexists", (path, document), start, "COERCE_SQL_SYNTAX")


def _passing(c: Cursor) -> Node:
    """xmlexists_argument: `PASSING [BY REF] document [BY REF]`."""
    c.expect("passing")
    _mechanism(c)
    document = expressions.c_expr(c)
    _mechanism(c)
    return document


def _mechanism(c: Cursor) -> None:
    if c.match[c.at] == "by" and c.match[c.at + 1] in ("ref", "value"):
        c.at += 2


def _xmlforest(c: Cursor, start: int) -> Node:
    named = c.list_of(_attribute)
    c.expect(")")
    return XmlExpr(op="IS_XMLFOREST", named_args=named, start=start, end=c.end)


def _option(c: Cursor) -> str:
    """document_or_content."""
    word = c.match[c.at]
    if word not in ("document", "content"):
        raise c.error()
    c.at += 1
    return f"XMLOPTION_{word.upper()}"


def _xmlparse(c: Cursor, start: int) -> Node:
    option = _option(c)
    document = expressions.expression(c)
    preserve = c.take("preserve", "whitespace")
    if not preserve:
        c.take("strip", "whitespace")
    c.expect(")")
    keep = A_Const(val=preserve, kind="Boolean")
    return XmlExpr(op="IS_XMLPARSE", args=(document, keep), xmloption=option, start=start, end=c.end)


def _xmlpi(c: Cursor, start: int) -> Node:
    c.expect("name")
    name = c.col_label()
    args = (expressions.expression(c),) if c.take(",") else ()
    c.expect(")")
    return XmlExpr(op="IS_XMLPI", name=name, args=args, start=start, end=c.end)


def _xmlroot(c: Cursor, start: int) -> Node:
    document = expressions.expression(c)
    c.expect(",", "version")
    version: Node
    if c.match[c.at] == "no" and c.match[c.at + 1] == "value":
        c.at += 2
        version = A_Const(val=None, kind="Null")
    else:
        version = expressions.expression(c)
    standalone = 3  # XML_STANDALONE_OMITTED
    if c.take(","):
        c.expect("standalone")
        if c.take("yes"):
            standalone = 0
        else:
            c.expect("no")
            standalone = 2 if c.take("value") else 1
    c.expect(")")
    choice = A_Const(val=standalone, kind="Integer")
    return XmlExpr(op="IS_XMLROOT", args=(document, version, choice), start=start, end=c.end)


def _xmlserialize(c: Cursor, start: int) -> Node:
    option = _option(c)
    value = expressions.expression(c)
    c.expect("as")
    typename = typenames.simple_type_name(c)
    indent = False
    if c.version >= 16:
        indent = c.take("indent")
        if not indent and c.take("no"):
            c.expect("indent")
    c.expect(")")
    return XmlSerialize(xmloption=option, expr=value, typeName=typename, indent=indent, start=start, end=c.end)


FUNCTIONS: dict[str, Callable[[Cursor, int], Node]] = {
    "xmlconcat": _xmlconcat,
    "xmlelement": _xmlelement,
    "xmlexists": _xmlexists,
    "xmlforest": _xmlforest,
    "xmlparse": _xmlparse,
    "xmlpi": _xmlpi,
    "xmlroot": _xmlroot,
    "xmlserialize": _xmlserialize,
}
"""What each function reads after its parenthesis, given where its name starts."""


# --- XMLTABLE


def xmltable(c: Cursor) -> RangeTableFunc:
    """xmltable."""
    start = c.start
    c.expect("xmltable", "(")
    namespaces: tuple[ResTarget, ...] = ()
    if c.take("xmlnamespaces", "("):
        namespaces = c.list_of(_namespace)
        c.expect(")", ",")
    row = expressions.c_expr(c)
    document = _passing(c)
    c.expect("columns")
    columns = c.list_of(_column)
    c.expect(")")
    return RangeTableFunc(docexpr=document, rowexpr=row, namespaces=namespaces, columns=columns, start=start, end=c.end)


def _namespace(c: Cursor) -> ResTarget:
    start = c.start
    if c.take("default"):
        value = expressions.b_expr(c)
        return ResTarget(val=value, start=start, end=c.end)
    value = expressions.b_expr(c)
    c.expect("as")
    name = c.col_label()
    return ResTarget(name=name, val=value, start=start, end=c.end)


def _column(c: Cursor) -> RangeTableFuncCol:
    """xmltable_column_el."""
    start = c.start
    name = c.col_id()
    if c.take("for"):
        c.expect("ordinality")
        return RangeTableFuncCol(colname=name, for_ordinality=True, start=start, end=c.end)
    typename = typenames.type_name(c)
    path: Node | None = None
    default: Node | None = None
    nullability: bool | None = None
    while (at := c.start) >= 0:
        option = c.match[c.at]
        if option == "default":
            c.at += 1
            if default is not None:
                _after(c, "only one DEFAULT value is allowed", at)
            default = expressions.b_expr(c)
        elif option == "null" or option == "not":
            c.expect(*(("null",) if option == "null" else ("not", "null")))
            if nullability is not None:
                message = f'conflicting or redundant NULL / NOT NULL declarations for column "{name}"'
                raise ParseError(message, at, c.end)
            nullability = option == "not"
        elif _is_identifier(c):
            word = c.next_value()
            if word == "__pg__is_not_null" and c.version >= 15:
                _after(c, f'option name "{word}" cannot be used in XMLTABLE', at)
            if word != "path":
                _after(c, f'unrecognized column option "{word}"', at)
            if path is not None:
                _after(c, "only one PATH value per column is allowed", at)
            path = expressions.b_expr(c)
        else:
            break
    return RangeTableFuncCol(
        colname=name,
        typeName=typename,
        is_not_null=bool(nullability),
        colexpr=path,
        coldefexpr=default,
        start=start,
        end=c.end,
    )


def _is_identifier(c: Cursor) -> bool:
    """A name that is no keyword (IDENT), or PATH."""
    kind = c.kind()
    return kind == QUOTED or (kind == WORD and (c.match[c.at] == "path" or c.match[c.at] not in c.keywords))


def _after(c: Cursor, message: str, start: int) -> None:
    """Refuse an option, whose value must itself be read before the grammar notices."""
    expressions.b_expr(c)
    raise ParseError(message, start, c.end)
