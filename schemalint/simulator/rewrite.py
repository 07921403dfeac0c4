"""What rewriter, planner and executor refuse of an analyzed query (rewriteHandler.c, plancat.c, execMain.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog import model
from schemalint.catalog.model import Attribute, Oid, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import (
    CoerceToDomain,
    Expr,
    FieldStore,
    Query,
    RangeTblEntry,
    SetToDefault,
    SubscriptingRef,
    TargetEntry,
    Var,
)
from schemalint.simulator.arbiters import infer_arbiter_indexes
from schemalint.simulator.session import Session
from schemalint.simulator.updatable import (
    error_view_not_updatable,
    has_instead_trigger,
    view_cols_are_auto_updatable,
    view_query,
    view_query_is_auto_updatable,
)

__all__ = ["check_query", "view_query"]

_EVENTS = {"select": "1", "update": "2", "insert": "3", "delete": "4"}

At = tuple[int, int] | None


def check_query(session: Session, query: Query, explain_only: bool = False) -> None:
    """Refuse what a query cannot do to the relations it names."""
    _check(session, query, explain_only, ())


def _check(session: Session, query: Query, explain_only: bool, views: tuple[Oid, ...]) -> None:
    for cte in query.ctes:
        if cte.query is not None:
            _check(session, cte.query, explain_only, views)
    if query.command in ("insert", "update", "delete", "merge"):
        _check_data_change(session, query)
    _check_reads(session, query, explain_only, views)
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind == "subquery" and rte.subquery is not None:
            _check(session, rte.subquery, explain_only, views)
        elif rte.kind == "relation" and rte.relkind == "v" and i != query.result_relation:
            _check_view(session, rte, explain_only, views)
    if query.has_sublinks:
        from schemalint.simulator.queries import sublink_queries

        for inner in sublink_queries(query):
            _check(session, inner, explain_only, views)


def _check_view(session: Session, rte: RangeTblEntry, explain_only: bool, views: tuple[Oid, ...]) -> None:
    if rte.relid in views:
        message = f'infinite recursion detected in rules for relation "{rte.refname}"'
        raise Refusal("42P17", message, at=(rte.start, rte.end))
    inner = view_query(session, rte.relid)
    if inner is not None and len(views) < 50:
        _check(session, inner, explain_only, (*views, rte.relid))


def _check_reads(session: Session, query: Query, explain_only: bool, views: tuple[Oid, ...]) -> None:
    marked = {mark.rti for mark in query.locking}
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind != "relation" or rte.relkind in "rvp" or i == query.result_relation:
            continue
        relation = session.catalog.get(Relation, rte.relid)
        if relation is None:
            continue
        at = (rte.start, rte.end) if rte.start >= 0 and not views else None
        if rte.relkind == "f":
            _check_foreign(session, relation, at)
        if i in marked and rte.relkind in "Sm":
            kind = "sequence" if rte.relkind == "S" else "materialized view"
            raise Refusal("42809", f'cannot lock rows in {kind} "{relation.name}"', at=at, word=relation.name)
        if rte.relkind == "m" and not relation.populated and not explain_only:
            message = f'materialized view "{relation.name}" has not been populated'
            hint = "Use the REFRESH MATERIALIZED VIEW command."
            raise Refusal("55000", message, at=at, word=relation.name, hint=hint)


def _check_foreign(session: Session, relation: Relation, at: At) -> None:
    """A foreign table needs a wrapper that can read (GetFdwRoutineByServerId)."""
    server = session.catalog.get(model.ForeignServer, relation.server)
    fdw = session.catalog.get(model.ForeignDataWrapper, server.fdw) if server is not None else None
    if fdw is not None and not fdw.handler:
        raise Refusal("55000", f'foreign-data wrapper "{fdw.name}" has no handler', at=at, word=relation.name)


# --- Data changes


def _target(session: Session, query: Query) -> tuple[RangeTblEntry, Relation] | None:
    rte = query.rtable[query.result_relation - 1]
    relation = session.catalog.get(Relation, rte.relid)
    return None if relation is None else (rte, relation)


def _check_data_change(session: Session, query: Query) -> None:
    """RewriteQuery of one data change, then what the executor says of its target."""
    found = _target(session, query)
    if found is None:
        return
    rte, relation = found
    at = (rte.start, rte.end) if rte.start >= 0 else None
    if query.command == "merge":
        for action in query.merge_actions:
            if action.command in ("insert", "update"):
                _check_targets(query, relation, action.command, action.targets, action.override)
    elif query.command in ("insert", "update"):
        _check_targets(query, relation, query.command, query.target_list, query.override)
    if query.on_conflict is not None and query.on_conflict.targets:
        _check_targets(query, relation, "update", query.on_conflict.targets, "")
    _check_rules_and_kind(session, query, relation, at)


def _check_rules_and_kind(session: Session, query: Query, relation: Relation, at: At) -> None:
    rules = session.catalog.rules(relation.oid)
    event = _EVENTS.get(query.command, "")
    mine = [rule for rule in rules if rule.event == event and rule.enabled in "OA"]
    instead = False
    if mine:
        instead = _apply_rules(session, query, relation, mine, at)
    if query.on_conflict is not None and any(rule.event in "23" for rule in rules):
        message = "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules"
        raise Refusal("0A000", message, at=at)
    if instead:
        return
    if relation.kind == "v":
        _rewrite_target_view(session, query, relation, bool(mine), at)
        return
    _check_valid_result_rel(session, query, relation, at)
    if query.on_conflict is not None:
        infer_arbiter_indexes(session, query, relation, query.on_conflict)


def _apply_rules(
    session: Session, query: Query, relation: Relation, rules: Sequence[model.RewriteRule], at: At
) -> bool:
    """Whether a rule replaces the change; what the rules do is not followed."""
    instead = [rule for rule in rules if rule.isinstead]
    if any(" where " in f" {rule.text.lower()} " for rule in rules):
        session.undecided.append(f'what the rules of "{relation.name}" do is not followed')
        return True
    if instead and query.returning and "returning" not in "".join(rule.text.lower() for rule in instead):
        command = query.command.upper()
        message = f'cannot perform {command} RETURNING on relation "{relation.name}"'
        hint = f"You need an unconditional ON {command} DO INSTEAD rule with a RETURNING clause."
        raise Refusal("0A000", message, at=at, word=relation.name, hint=hint)
    return bool(instead)


def _check_targets(
    query: Query, relation: Relation, command: str, targets: Sequence[TargetEntry], override: str
) -> None:
    """Identity and generated columns take DEFAULT only (rewriteTargetListIU)."""
    columns = relation.columns
    seen: set[int] = set()
    for tle in targets:
        if tle.junk or not 0 < tle.resno <= len(columns):
            continue
        column = columns[tle.resno - 1]
        part = _is_assignment_of_part(tle.expr)
        if tle.resno in seen and not part:
            message = f'multiple assignments to same column "{column.name}"'
            raise Refusal("42601", message, at=span(tle.expr), word=column.name)
        if not part:
            seen.add(tle.resno)
        if not (column.identity == "a" or column.generated):
            continue
        if isinstance(tle.expr, SetToDefault) or _all_default(query, tle):
            continue
        what = "is a generated column." if column.generated else "is an identity column defined as GENERATED ALWAYS."
        detail = f'Column "{column.name}" {what}'
        at = span(tle.expr)
        if command == "update":
            message = f'column "{column.name}" can only be updated to DEFAULT'
            raise Refusal("428C9", message, at=at, word=column.name, detail=detail)
        if column.identity == "a" and override in ("OVERRIDING_USER_VALUE", "OVERRIDING_SYSTEM_VALUE"):
            continue
        message = f'cannot insert a non-DEFAULT value into column "{column.name}"'
        hint = "Use OVERRIDING SYSTEM VALUE to override." if column.identity == "a" else None
        raise Refusal("428C9", message, at=at, word=column.name, detail=detail, hint=hint)


def _is_assignment_of_part(expr: Expr) -> bool:
    """Whether a field or an element is assigned, of which a column may have several (process_matched_tle)."""
    while isinstance(expr, CoerceToDomain):
        expr = expr.arg
    return isinstance(expr, FieldStore) or (isinstance(expr, SubscriptingRef) and expr.assign is not None)


def _all_default(query: Query, tle: TargetEntry) -> bool:
    """Whether the column of VALUES that is inserted holds nothing but DEFAULT (searchForDefault)."""
    expr = tle.expr
    if not isinstance(expr, Var):
        return False
    rte = query.rtable[expr.varno - 1]
    return rte.kind == "values" and all(isinstance(row[expr.attno - 1], SetToDefault) for row in rte.values)


def _rewrite_target_view(session: Session, query: Query, view: Relation, conditional: bool, at: At) -> None:
    """A change of a view becomes one of its table, if the view is simple enough (rewriteTargetView)."""
    commands = (
        [action.command for action in query.merge_actions if action.command != "nothing"]
        if query.command == "merge"
        else [query.command]
    )
    missing = [command for command in commands if not has_instead_trigger(session, view, command)]
    if not missing:
        return
    command = missing[0]
    if conditional:
        detail = "Views with conditional DO INSTEAD rules are not automatically updatable."
        raise error_view_not_updatable(view, command, detail, query.command == "merge", at)
    inner = view_query(session, view.oid)
    if inner is None:
        raise Undecidable(f'the query of view "{view.name}" is not known')
    reason = view_query_is_auto_updatable(inner, command != "delete")
    if reason is not None:
        raise error_view_not_updatable(view, command, reason, query.command == "merge", at)
    _check_view_columns(query, view, inner, at)
    base_rte = inner.rtable[inner.from_[0] - 1]
    base = session.catalog.get(Relation, base_rte.relid)
    if base is not None:
        _check_rules_and_kind(session, _on_base(query, inner, base), base, at)


def _changed_columns(query: Query) -> list[tuple[str, Sequence[TargetEntry]]]:
    if query.command == "merge":
        return [(action.command, action.targets) for action in query.merge_actions]
    changed = [(query.command, query.target_list)] if query.command in ("insert", "update") else []
    if query.on_conflict is not None:
        changed.append(("update", query.on_conflict.targets))
    return [*changed]


def _check_view_columns(query: Query, view: Relation, inner: Query, at: At) -> None:
    """Only columns of the view that are columns of its table can be assigned."""
    words = {"insert": "cannot insert into column", "update": "cannot update column"}
    for command, targets in _changed_columns(query):
        modified = {tle.resno for tle in targets if not tle.junk}
        found = view_cols_are_auto_updatable(inner, modified)
        if found is not None:
            name, detail = found
            said = "cannot merge into column" if query.command == "merge" else words[command]
            message = f'{said} "{name}" of view "{view.name}"'
            raise Refusal("0A000", message, at=at, word=name, detail=detail)


def _on_base(query: Query, inner: Query, base: Relation) -> Query:
    """The change as that of the view's table: its columns renumbered."""
    from msgspec import structs

    numbers = {tle.resno: tle.expr.attno for tle in inner.target_list if isinstance(tle.expr, Var) and not tle.junk}

    def renumbered(targets: Sequence[TargetEntry]) -> tuple[TargetEntry, ...]:
        return tuple([structs.replace(tle, resno=numbers.get(tle.resno, 0)) for tle in targets if tle.resno in numbers])

    rtable = list(query.rtable)
    rte = rtable[query.result_relation - 1]
    rtable[query.result_relation - 1] = structs.replace(rte, relid=base.oid, relkind=base.kind)
    actions = tuple([structs.replace(a, targets=renumbered(a.targets)) for a in query.merge_actions])
    changed = structs.replace(
        query,
        rtable=tuple(rtable),
        target_list=renumbered(query.target_list) if query.command != "delete" else (),
        merge_actions=actions,
        on_conflict=None,
    )
    if changed.command == "merge":
        for action in actions:
            if action.command in ("insert", "update"):
                _check_targets(changed, base, action.command, action.targets, action.override)
    elif changed.command in ("insert", "update"):
        _check_targets(changed, base, changed.command, changed.target_list, changed.override)
    return changed


def _check_valid_result_rel(session: Session, query: Query, relation: Relation, at: At) -> None:
    """CheckValidResultRel, and CheckCmdReplicaIdentity."""
    kind, name = relation.kind, relation.name
    if kind in "rp":
        if query.command in ("update", "delete"):
            _check_replica_identity(session, query.command, relation, at)
        return
    if kind == "f":
        _check_foreign(session, relation, at)
        return
    what = {"S": "sequence", "t": "TOAST relation", "m": "materialized view"}.get(kind, "relation")
    raise Refusal("42809", f'cannot change {what} "{name}"', at=at, word=name)


def _check_replica_identity(session: Session, command: str, relation: Relation, at: At) -> None:
    """A published table's old rows must be recognizable (CheckCmdReplicaIdentity)."""
    publications = session.catalog.all(model.Publication)
    if not publications or relation.replident == "f":
        return
    letter = "u" if command == "update" else "d"
    published = any(
        letter in pub.actions
        and (pub.alltables or relation.namespace in pub.schemas or any(r.relid == relation.oid for r in pub.relations))
        for pub in publications
    )
    if not published or relation.persistence != "p":
        return
    indexes = [index.index for index in session.catalog.indexes(relation.oid) if index.index is not None]
    if relation.replident == "d" and any(index.primary for index in indexes):
        return
    if relation.replident == "i" and any(index.replident for index in indexes):
        return
    gerund = "updates" if command == "update" else "deletes"
    doing = "update" if command == "update" else "delete from"
    message = (
        f'cannot {doing} table "{relation.name}" because it does not have a replica identity and publishes {gerund}'
    )
    hint = f"To enable {'updating' if command == 'update' else 'deleting from'} the table, set REPLICA IDENTITY using ALTER TABLE."
    raise Refusal("55000", message, at=at, word=relation.name, hint=hint)


def column_of(relation: Relation, attno: int) -> Attribute:
    """The column with this number."""
    return relation.columns[attno - 1]
