"""Which views can be changed like a table (the automatically updatable views of rewriteHandler.c)."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import UNSET

from schemalint.catalog.model import Oid, Relation
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics.query import Query, TargetEntry, Var
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_TRIGGER_BITS = {"insert": 4, "delete": 8, "update": 16}
_INSTEAD = 64


def view_query(session: Session, relid: Oid) -> Query | None:
    """The analyzed query of a view, None when it is not known (get_view_query)."""
    relation = session.catalog.get(Relation, relid)
    if relation is None or relation.view is None:
        return None
    tree = relation.view.tree
    if tree is not UNSET:
        return tree if isinstance(tree, Query) else None
    return _analyze(session, relation.view.text)


def _analyze(session: Session, text: str) -> Query | None:
    from schemalint.semantics.analyze import parse_analyze
    from schemalint.syntax.errors import NotUnderstood, ParseError
    from schemalint.syntax.parser import parse_statement

    try:
        node = parse_statement(text.rstrip().rstrip(";"), version=session.version)
        return None if node is None else parse_analyze(session.names, node, settings=session.setting)
    except (Refusal, Undecidable, NotModelled, ParseError, NotUnderstood):
        return None


def has_instead_trigger(session: Session, view: Relation, command: str) -> bool:
    """view_has_instead_trigger."""
    bits = _TRIGGER_BITS[command] | _INSTEAD
    return any(trigger.type & bits == bits for trigger in session.catalog.triggers(view.oid))


_NOT_SINGLE = "Views that do not select from a single table or view are not automatically updatable."


def view_query_is_auto_updatable(query: Query, check_cols: bool) -> str | None:
    """Why a view cannot be changed like a table, None when it can (view_query_is_auto_updatable)."""
    for present, what in (
        (query.distinct, "Views containing DISTINCT"),
        (query.group or query.grouping_sets, "Views containing GROUP BY"),
        (query.having is not None, "Views containing HAVING"),
        (query.set_operation, "Views containing UNION, INTERSECT, or EXCEPT"),
        (query.ctes, "Views containing WITH"),
        (query.limit is not None or query.offset is not None, "Views containing LIMIT or OFFSET"),
        (query.has_aggs, "Views that return aggregate functions"),
        (query.has_window_funcs, "Views that return window functions"),
        (query.has_target_srfs, "Views that return set-returning functions"),
    ):
        if present:
            return f"{what} are not automatically updatable."
    if len(query.from_) != 1:
        return _NOT_SINGLE
    base = query.rtable[query.from_[0] - 1]
    if base.kind != "relation" or base.relkind not in "rfvp":
        return _NOT_SINGLE
    if base.tablesample:
        return "Views containing TABLESAMPLE are not automatically updatable."
    if check_cols and all(_col_reason(query, tle) is not None for tle in query.target_list):
        return "Views that have no updatable columns are not automatically updatable."
    return None


def _col_reason(query: Query, tle: TargetEntry) -> str | None:
    """Why a column of a view cannot be changed, None when it can (view_col_is_auto_updatable)."""
    if tle.junk:
        return "Junk view columns are not updatable."
    var = tle.expr
    if not isinstance(var, Var) or var.varno != query.from_[0] or var.levelsup:
        return "View columns that are not columns of their base relation are not updatable."
    if var.attno < 0:
        return "View columns that refer to system columns are not updatable."
    if var.attno == 0:
        return "View columns that return whole-row references are not updatable."
    return None


def view_cols_are_auto_updatable(query: Query, required: Collection[int]) -> tuple[str, str] | None:
    """(column, why it cannot be changed) of the first of these columns that cannot (view_cols_are_auto_updatable)."""
    for tle in query.target_list:
        if not tle.junk and tle.resno in required:
            reason = _col_reason(query, tle)
            if reason is not None:
                return tle.name or "", reason
    return None


_DOING = {"insert": "inserting into", "update": "updating", "delete": "deleting from"}
_DO = {"insert": "insert into", "update": "update", "delete": "delete from"}


def error_view_not_updatable(view: Relation, command: str, detail: str | None, merge: bool, at: At) -> Refusal:
    """What the server says of a change that a view cannot take (error_view_not_updatable)."""
    word = command.upper()
    hint = f"To enable {_DOING[command]} the view"
    if merge:
        hint += f" using MERGE, provide an INSTEAD OF {word} trigger."
    else:
        hint += f", provide an INSTEAD OF {word} trigger or an unconditional ON {word} DO INSTEAD rule."
    message = f'cannot {_DO[command]} view "{view.name}"'
    return Refusal("55000", message, at=at, word=view.name, detail=detail, hint=hint)
