"""Relations as they are named (qualified_name, relation_expr)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import Alias, RangeVar
from schemalint.syntax.tokens import QUOTED, WORD


def range_var(c: Cursor) -> RangeVar:
    """qualified_name."""
    tokens, match = c.tokens, c.match
    at = c.at
    kind = tokens.kind[at]
    if not (kind == QUOTED or (kind == WORD and match[at] not in c.not_col_id)):
        raise c.error()
    c.at = at + 1
    after = match[at + 1]
    if after != "." and after != "[":
        return RangeVar(schemaname=None, relname=tokens.value[at], start=tokens.start[at], end=tokens.end[at])
    return _qualified_name(c, tokens.value[at], tokens.start[at])


def _qualified_name(c: Cursor, first: str, start: int) -> RangeVar:
    names = [first]
    while c.match[c.at] == ".":
        c.at += 1
        if c.match[c.at] == "*":
            c.at += 1
            raise c.error()
        names.append(c.col_label())
    if c.match[c.at] == "[":
        raise _subscripted(c)
    if len(names) > 3:
        dotted = ".".join(names)
        raise ParseError(f"improper qualified name (too many dotted names): {dotted}", start, c.end)
    return RangeVar(
        catalogname=names[0] if len(names) == 3 else None,
        schemaname=names[-2],
        relname=names[-1],
        start=start,
        end=c.end,
    )


def relation_expr(c: Cursor) -> RangeVar:
    """relation_expr: a relation, perhaps with ONLY or `*`."""
    start = c.start
    if c.match[c.at] == "only":
        c.at += 1
        if c.take("("):
            relation = range_var(c)
            c.expect(")")
        else:
            relation = range_var(c)
        return replace(relation, inh=False, start=start, end=c.end)
    relation = range_var(c)
    if c.match[c.at] == "*":
        c.at += 1
        return replace(relation, end=c.end)
    return relation


def relation_expr_list(c: Cursor) -> tuple[RangeVar, ...]:
    """relation_expr_list."""
    return c.list_of(relation_expr)


def relation_expr_opt_alias(c: Cursor) -> RangeVar:
    """relation_expr_opt_alias: SET is no alias unless AS says so."""
    start = c.start
    relation = relation_expr(c)
    at = c.start
    if c.take("as"):
        at = c.start
        name = c.col_id()
    elif c.is_col_id() and c.match[c.at] != "set":
        name = c.next_value()
    else:
        return relation
    alias = Alias(aliasname=name, start=at, end=c.end)
    return replace(relation, alias=alias, start=start, end=c.end)


def _subscripted(c: Cursor) -> ParseError:
    """The grammar reads a subscript and refuses it at the token after."""
    from schemalint.syntax.operands import indirection

    indirection(c)
    return c.error()
