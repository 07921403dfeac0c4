"""INSERT, UPDATE, DELETE and MERGE on what has rules or is a view (RewriteQuery of rewriteHandler.c)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs

from schemalint.catalog.model import Attribute, Expression, Oid, Relation, RewriteRule
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import (
    CoerceToDomain,
    Const,
    Expr,
    FieldStore,
    OnConflict,
    Query,
    RangeTblEntry,
    SetToDefault,
    SubscriptingRef,
    TargetEntry,
    Var,
)
from schemalint.simulator.arbiters import infer_arbiter_indexes
from schemalint.simulator.result_relations import check_valid_result_rel
from schemalint.simulator.session import Session
from schemalint.simulator.updatable import (
    error_view_not_updatable,
    has_instead_trigger,
    view_cols_are_auto_updatable,
    view_query,
    view_query_is_auto_updatable,
)
from schemalint.syntax.errors import NotUnderstood, ParseError

At = tuple[int, int] | None

_EVENTS = {"update": "2", "insert": "3", "delete": "4"}

Events = tuple[tuple[Oid, str], ...]
"""Relations and commands whose rules are being applied (rewrite_events)."""


def check_data_change(session: Session, query: Query) -> None:
    """Refuse what a data change cannot do to its target."""
    _rewrite_query(session, query, ())


def check_modifying_cte(session: Session, query: Query) -> None:
    """A data change in WITH must stay one statement when rules are applied."""
    sources = _rewrite_query(session, query, ())
    words = "rules are not supported for data-modifying statements in WITH"
    if not sources:
        raise Refusal("0A000", f"DO INSTEAD NOTHING {words}")
    if len(sources) == 1:
        if sources[0] == "utility":
            raise Refusal("0A000", f"DO INSTEAD NOTIFY {words}")
        return
    for source, what in (("conditional", "conditional DO INSTEAD"), ("also", "DO ALSO")):
        if source in sources:
            raise Refusal("0A000", f"{what} {words}")
    raise Refusal("0A000", f"multi-statement DO INSTEAD {words}")


def _rewrite_query(session: Session, query: Query, events: Events) -> list[str]:
    """Where each of the statements comes from that a data change becomes: original, instead, conditional, also or utility."""
    rte = query.rtable[query.result_relation - 1]
    relation = session.catalog.get(Relation, rte.relid)
    if relation is None:
        return ["original"]
    at = (rte.start, rte.end) if rte.start >= 0 else None
    for command, targets, override in _changes(query):
        check_targets(query, relation, command, targets, override)
    return _apply(session, query, relation, events, at)


def _changes(query: Query) -> list[tuple[str, Sequence[TargetEntry], str]]:
    """(insert or update, assigned columns, OVERRIDING) of each part of a data change."""
    if query.command == "merge":
        return [
            (action.command, action.targets, action.override)
            for action in query.merge_actions
            if action.command in ("insert", "update")
        ]
    changes = [(query.command, query.target_list, query.override)] if query.command in ("insert", "update") else []
    if query.on_conflict is not None:
        changes.append(("update", query.on_conflict.targets, ""))
    return [*changes]


# --- Assigned columns


def check_targets(
    query: Query, relation: Relation, command: str, targets: Sequence[TargetEntry], override: str
) -> None:
    """Identity and generated columns take DEFAULT only (rewriteTargetListIU)."""
    columns = relation.columns
    assigned: dict[int, TargetEntry] = {}
    for tle in targets:
        if tle.junk or not 0 < tle.resno <= len(columns):
            continue
        if tle.resno in assigned and not _is_assignment_of_part(tle.expr):
            name = columns[tle.resno - 1].name
            raise Refusal("42601", f'multiple assignments to same column "{name}"', at=span(tle.expr), word=name)
        assigned[tle.resno] = tle
    for resno, tle in sorted(assigned.items()):
        column = columns[resno - 1]
        if (column.identity == "a" or column.generated) and not isinstance(tle.expr, SetToDefault):
            _check_generated(query, column, tle, command, override)


def _check_generated(query: Query, column: Attribute, tle: TargetEntry, command: str, override: str) -> None:
    if _all_default(query, tle):
        return
    what = "is a generated column." if column.generated else "is an identity column defined as GENERATED ALWAYS."
    detail = f'Column "{column.name}" {what}'
    at = span(tle.expr)
    if command == "update":
        message = f'column "{column.name}" can only be updated to DEFAULT'
        raise Refusal("428C9", message, at=at, word=column.name, detail=detail)
    if column.identity == "a" and override in ("OVERRIDING_USER_VALUE", "OVERRIDING_SYSTEM_VALUE"):
        return
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


# --- Rules


class _Fired(NamedTuple):
    """What rules make of a data change (fireRules)."""

    actions: list[tuple[str, Query | None]]
    instead: bool
    conditional: bool
    returning: bool


def _enabled(session: Session, relation: Relation) -> list[RewriteRule]:
    return [rule for rule in session.catalog.rules(relation.oid) if rule.enabled in "OA"]


def _fire_rules(session: Session, query: Query, rules: Sequence[RewriteRule]) -> _Fired:
    actions: list[tuple[str, Query | None]] = []
    instead = conditional = returning = False
    for rule in rules:
        source = "also"
        if rule.isinstead:
            source = "instead" if rule.qual is None else "conditional"
            instead |= rule.qual is None
            conditional |= rule.qual is not None
        for action in _actions(session, rule):
            tree: Any = action.tree
            made = tree if isinstance(tree, Query) else None
            if made is None:
                session.undecided.append(f'what rule "{rule.name}" does is not followed')
            if made is not None and made.returning:
                returning = True
            actions.append((source, made))
    return _Fired(actions, instead, conditional, returning)


def _actions(session: Session, rule: RewriteRule) -> tuple[Expression, ...]:
    """What the rule does; one action that is not known where its text cannot be read."""
    from schemalint.simulator.rules import analyzed_rule

    try:
        return analyzed_rule(session, rule).actions
    except (Refusal, Undecidable, NotModelled, ParseError, NotUnderstood):
        return (Expression(rule.text),)


def _apply(session: Session, query: Query, relation: Relation, events: Events, at: At) -> list[str]:
    """RewriteQuery, of a target that is known."""
    rules = _enabled(session, relation)
    event = _EVENTS.get(query.command, "")
    mine = [rule for rule in rules if rule.event == event]
    fired = _fire_rules(session, query, mine) if mine else _Fired([], False, False, False)
    instead, returning, updated = fired.instead, fired.returning, False
    sources: list[str] = []
    if not instead and relation.kind == "v" and _missing_triggers(session, query, relation):
        _rewrite_target_view(session, query, relation, fired.conditional, events, at)
        updated = returning = True
        sources.append("original")
    elif not instead:
        sources.append("original")
    if fired.actions:
        sources += _rewrite_actions(session, query, fired, _inside(events, relation, query.command, at))
    if (instead or fired.conditional) and query.returning and not returning:
        raise _cannot_return(query.command.upper(), relation, at)
    has_update = query.command == "insert" and any(rule.event == "2" for rule in rules)
    if query.on_conflict is not None and (fired.actions or fired.instead or has_update) and not updated:
        message = "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules"
        raise Refusal("0A000", message, at=at)
    if query.ctes and sum(source != "utility" for source in sources) > 1:
        message = "WITH cannot be used in a query that is rewritten by rules into multiple queries"
        raise Refusal("0A000", message, at=at)
    if not instead and not updated and relation.kind != "v":
        _check_target(session, query, relation, at)
    return sources


def _inside(events: Events, relation: Relation, command: str, at: At) -> Events:
    """The events while one more is rewritten."""
    if (relation.oid, command) in events:
        message = f'infinite recursion detected in rules for relation "{relation.name}"'
        raise Refusal("42P17", message, at=at, word=relation.name)
    return (*events, (relation.oid, command))


def _cannot_return(command: str, relation: Relation, at: At) -> Refusal:
    message = f'cannot perform {command} RETURNING on relation "{relation.name}"'
    hint = f"You need an unconditional ON {command} DO INSTEAD rule with a RETURNING clause."
    return Refusal("0A000", message, at=at, word=relation.name, hint=hint)


def _rewrite_actions(session: Session, query: Query, fired: _Fired, events: Events) -> list[str]:
    """The actions of rules are rewritten in their turn."""
    modifying = query.has_modifying_cte
    sources: list[str] = []
    for source, action in fired.actions:
        if action is None:
            sources.append(source)
            continue
        if action.command == "utility":
            sources.append("utility")
            continue
        if modifying and action.command == "insert" and _is_insert_select(action):
            message = (
                "INSERT ... SELECT rule actions are not supported for queries having data-modifying statements in WITH"
            )
            raise Refusal("0A000", message)
        if action.command == "select":
            sources.append(source)
            continue
        made = _rewrite_query(session, action, events)
        sources += [source if kind == "original" else kind for kind in made]
    return sources


def _is_insert_select(action: Query) -> bool:
    return any(action.rtable[varno - 1].kind == "subquery" for varno in action.from_)


def _check_target(session: Session, query: Query, relation: Relation, at: At) -> None:
    """What planner and executor say of a target without rules."""
    commands = (
        {action.command for action in query.merge_actions if action.command != "nothing"}
        if query.command == "merge"
        else {query.command}
    )
    if query.on_conflict is not None:
        if query.on_conflict.action == "update":
            commands.add("update")
        infer_arbiter_indexes(session, query, relation, query.on_conflict)
    for command in sorted(commands):
        check_valid_result_rel(session, command, relation, at, pruned=bool(query.quals))


# --- Views


def _missing_triggers(session: Session, query: Query, view: Relation) -> list[str]:
    """The commands that no INSTEAD OF trigger of the view takes."""
    commands = (
        [action.command for action in query.merge_actions if action.command != "nothing"]
        if query.command == "merge"
        else [query.command]
    )
    return [command for command in commands if not has_instead_trigger(session, view, command)]


def _rewrite_target_view(
    session: Session, query: Query, view: Relation, conditional: bool, events: Events, at: At
) -> None:
    """A change of a view becomes one of its table, if the view is simple enough (rewriteTargetView)."""
    command = _missing_triggers(session, query, view)[0]
    merge = query.command == "merge"
    if conditional:
        detail = "Views with conditional DO INSTEAD rules are not automatically updatable."
        raise error_view_not_updatable(view, command, detail, merge, at)
    inner = view_query(session, view.oid)
    if inner is None:
        raise Undecidable(f'the query of view "{view.name}" is not known')
    reason = view_query_is_auto_updatable(inner, command != "delete")
    if reason is not None:
        raise error_view_not_updatable(view, command, reason, merge, at)
    changed_columns = {tle.resno for _, targets, _ in _changes(query) for tle in targets if not tle.junk}
    found = view_cols_are_auto_updatable(inner, changed_columns)
    if found is not None:
        name, detail = found
        said = {"insert": "insert into", "update": "update", "merge": "merge into"}[query.command]
        message = f'cannot {said} column "{name}" of view "{view.name}"'
        raise Refusal("0A000", message, at=at, word=name, detail=detail)
    inside = _inside(events, view, query.command, at)
    base = session.catalog.get(Relation, inner.rtable[inner.from_[0] - 1].relid)
    if base is not None:
        changed = _on_base(_with_view_defaults(session, query, view), inner, base)
        for part, targets, override in _changes(changed):
            check_targets(changed, base, part, targets, override)
        _apply(session, changed, base, inside, at)


def _with_view_defaults(session: Session, query: Query, view: Relation) -> Query:
    """DEFAULT is that of the view's column: a value for its table, unless the view has none (rewriteTargetListIU)."""
    given = {column.num: _some_value(column.type) for column in view.columns if column.default}

    def replaced(command: str, targets: Sequence[TargetEntry]) -> tuple[TargetEntry, ...]:
        made = list(targets)
        for i, tle in enumerate(made):
            if not isinstance(tle.expr, SetToDefault):
                continue
            if command == "update":
                made[i] = structs.replace(tle, expr=_some_value(tle.expr.type))
            elif tle.resno in given:
                made[i] = structs.replace(tle, expr=given[tle.resno])
        if command == "insert":
            present = {tle.resno for tle in targets}
            made += [TargetEntry(expr, num) for num, expr in given.items() if num not in present]
        return tuple(made)

    rtable = query.rtable
    if given and query.command == "insert":
        rtable = tuple([_with_default_values(rte, query.target_list, i, given) for i, rte in enumerate(rtable, 1)])
    return structs.replace(
        query,
        rtable=rtable,
        target_list=replaced(query.command, query.target_list) if query.command in ("insert", "update") else (),
        merge_actions=tuple([structs.replace(a, targets=replaced(a.command, a.targets)) for a in query.merge_actions]),
    )


def _some_value(type_oid: Oid) -> Expr:
    return Const(type=type_oid, value=None, isnull=True)


def _with_default_values(
    rte: RangeTblEntry, targets: Sequence[TargetEntry], varno: int, given: Mapping[int, Expr]
) -> RangeTblEntry:
    """DEFAULT in the rows of VALUES (rewriteValuesRTE)."""
    if rte.kind != "values":
        return rte
    columns = {
        tle.expr.attno - 1: given[tle.resno]
        for tle in targets
        if isinstance(tle.expr, Var) and tle.expr.varno == varno and tle.resno in given
    }
    values = [
        tuple(
            [columns[i] if i in columns and isinstance(value, SetToDefault) else value for i, value in enumerate(row)]
        )
        for row in rte.values
    ]
    return structs.replace(rte, values=tuple(values))


def _on_base(query: Query, inner: Query, base: Relation) -> Query:
    """The change as that of the view's table: its columns renumbered."""
    numbers = {tle.resno: tle.expr.attno for tle in inner.target_list if isinstance(tle.expr, Var) and not tle.junk}

    def renumbered(targets: Sequence[TargetEntry]) -> tuple[TargetEntry, ...]:
        return tuple([structs.replace(tle, resno=numbers[tle.resno]) for tle in targets if tle.resno in numbers])

    rtable = list(query.rtable)
    rte = rtable[query.result_relation - 1]
    rtable[query.result_relation - 1] = structs.replace(rte, relid=base.oid, relkind=base.kind)
    return structs.replace(
        query,
        rtable=tuple(rtable),
        target_list=renumbered(query.target_list) if query.command in ("insert", "update") else (),
        merge_actions=tuple([structs.replace(a, targets=renumbered(a.targets)) for a in query.merge_actions]),
        on_conflict=None if query.on_conflict is None else _conflict_on_base(query, query.on_conflict, numbers),
        returning=(),
    )


def _conflict_on_base(query: Query, clause: OnConflict, numbers: dict[int, int]) -> OnConflict | None:
    """ON CONFLICT of a view over the columns of its table, None where it is not over columns alone."""
    from schemalint.simulator.stored import map_variable_attnos

    arbiters = []
    for elem in clause.arbiters:
        mapped, whole = map_variable_attnos(elem.expr, numbers, query.result_relation)
        if whole:
            return None
        arbiters.append(structs.replace(elem, expr=mapped))
    where = clause.arbiter_where
    if where is not None:
        where, _ = map_variable_attnos(where, numbers, query.result_relation)
    return structs.replace(clause, arbiters=tuple(arbiters), arbiter_where=where, targets=())
