"""CREATE RULE (rewriteDefine.c, transformRuleStmt of parse_utilcmd.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from msgspec import UNSET, Struct
from msgspec.structs import replace

from schemalint.catalog.model import FIRST_NORMAL_OID, Expression, ObjectAddress, Relation, RewriteRule
from schemalint.catalog.names import PG_CATALOG, PG_TOAST
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.semantics.analyze import transform_stmt
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.parsestate import NamespaceItem, ParseState
from schemalint.semantics.range_table import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.semantics.types import format_type
from schemalint.simulator.acl import owner_check
from schemalint.simulator.dependency import AUTO, record_dependency_on_expr
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, ACCESS_SHARE, ROW_EXCLUSIVE
from schemalint.simulator.objectaddress import check_has_storage_or_rows, rule_of
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.simulator.views import queries_of, store_view_query
from schemalint.syntax.nodes import Node, RuleStmt
from schemalint.syntax.parser import parse_statement

At = tuple[int, int] | None

OLD_VARNO, NEW_VARNO = 1, 2

_EVENTS = {"CMD_SELECT": "1", "CMD_UPDATE": "2", "CMD_INSERT": "3", "CMD_DELETE": "4"}

VIEW_RULE = "_RETURN"
"""Name of the rule that makes a relation a view (ViewSelectRuleName)."""


def define_rule(session: Session, stmt: RuleStmt) -> None:
    """CREATE RULE (DefineRule)."""
    at = (stmt.relation.start, stmt.relation.end)
    relation = relation_openrv(session, stmt.relation, ACCESS_EXCLUSIVE)
    check_has_storage_or_rows(session, relation, at)
    if relation.kind == "m":
        raise Refusal("0A000", "rules on materialized views are not supported", at=at, word=relation.name)
    qual, actions = _transform_rule_stmt(session, stmt, relation)
    for query in (inner for action in actions for inner in queries_of(action)):
        for i, rte in enumerate(query.rtable, 1):
            if rte.kind == "relation" and rte.relid:
                session.lock(rte.relid, ROW_EXCLUSIVE if i == query.result_relation else ACCESS_SHARE)
    _define_query_rewrite(session, stmt, relation, qual, actions)


# --- Analysis


def analyzed_rule(session: Session, rule: RewriteRule) -> RewriteRule:
    """The rule with its condition and its actions, read from its statement where the catalog came from elsewhere. Raises what that
    no longer allows."""
    stored = rule.actions if rule.qual is None else (rule.qual, *rule.actions)
    if stored and all(expression.tree is not UNSET for expression in stored):
        return rule
    stmt = parse_statement(rule.text.rstrip().rstrip(";"), version=session.version)
    assert isinstance(stmt, RuleStmt)
    qual, actions = _transform_rule_stmt(session, stmt, session.catalog[Relation, rule.relid])
    return _with_trees(rule, rule.text, stmt, qual, actions)


def _with_trees(rule: RewriteRule, text: str, stmt: RuleStmt, qual: Any, actions: Sequence[q.Query]) -> RewriteRule:
    """`text` is what the statement's nodes stand in."""

    def stored(node: Node, tree: Any) -> Expression:
        return Expression(text[node.start : node.end], tree)

    return replace(
        rule,
        qual=None if stmt.whereClause is None else stored(stmt.whereClause, qual),
        actions=tuple(stored(node, action) for node, action in zip(stmt.actions, actions, strict=True)),
    )


def _transform_rule_stmt(session: Session, stmt: RuleStmt, relation: Relation) -> tuple[Any, list[q.Query]]:
    """(condition, actions) (transformRuleStmt)."""
    qual = _condition(session, stmt, relation)
    return qual, [_action(session, stmt, relation, action, qual) for action in stmt.actions]


def _old_and_new(pstate: ParseState, relation: Relation) -> tuple[NamespaceItem, NamespaceItem]:
    old, new = (add_range_table_entry_for_relation(pstate, relation, alias, False, False) for alias in ("old", "new"))
    return old, new


def _condition(session: Session, stmt: RuleStmt, relation: Relation) -> Any:
    """The rule's WHERE."""
    pstate = session_parsestate(session)
    old, new = _old_and_new(pstate, relation)
    for item, events in ((old, ("CMD_SELECT", "CMD_UPDATE", "CMD_DELETE")), (new, ("CMD_UPDATE", "CMD_INSERT"))):
        if stmt.event in events:
            add_ns_item_to_query(pstate, item, False, True, True)
    qual = transform_where_clause(pstate, stmt.whereClause, "where", "WHERE")
    assign_expr_collations(pstate, qual)
    return qual


def _action(session: Session, stmt: RuleStmt, relation: Relation, action: Node, qual: Any) -> q.Query:
    """One action, which may name OLD and NEW."""
    at = (action.start, action.end)
    pstate = session_parsestate(session)
    for item in _old_and_new(pstate, relation):
        add_ns_item_to_query(pstate, item, False, True, False)
    query = transform_stmt(pstate, action)
    if query.command == "utility" and qual is not None:
        message = "rules with WHERE conditions can only have SELECT, INSERT, UPDATE, or DELETE actions"
        raise Refusal("42P17", message, at=at)
    inner, _ = insert_select_query(query)
    if inner.set_operation and qual is not None:
        message = "conditional UNION/INTERSECT/EXCEPT statements are not implemented"
        raise Refusal("0A000", message, at=at)
    has_old, has_new = (_uses(inner, varno, 0) or _uses(qual, varno, 0) for varno in (OLD_VARNO, NEW_VARNO))
    event = stmt.event.removeprefix("CMD_")
    if has_old and event in ("SELECT", "INSERT"):
        raise Refusal("42P17", f"ON {event} rule cannot use OLD", at=at)
    if has_new and event in ("SELECT", "DELETE"):
        raise Refusal("42P17", f"ON {event} rule cannot use NEW", at=at)
    for varno, word in ((OLD_VARNO, "OLD"), (NEW_VARNO, "NEW")):
        if _uses(query.ctes, varno, 0) or (inner is not query and _uses(inner.ctes, varno, 0)):
            raise Refusal("0A000", f"cannot refer to {word} within WITH query", at=at)
    return query


def insert_select_query(query: q.Query) -> tuple[q.Query, bool]:
    """(the SELECT of an INSERT ... SELECT to which OLD and NEW belong, else the query itself; whether it is one)
    (getInsertSelectQuery)."""
    if query.command != "insert" or not query.from_:
        return query, False
    rte = query.rtable[query.from_[0] - 1]
    if rte.kind != "subquery" or rte.subquery is None or len(rte.subquery.rtable) < 2:
        return query, False
    first = rte.subquery.rtable[:2]
    if [entry.refname for entry in first] == ["old", "new"]:
        return rte.subquery, True
    return query, False


def _uses(node: object, varno: int, level: int) -> bool:
    """Whether a query, an expression or a list of them uses a range table entry of its own level (rangeTableEntry_used)."""
    if isinstance(node, q.Query):
        return any(_walk(child, varno, level) for child in q.children(node))
    return _walk(node, varno, level)


def _walk(node: object, varno: int, level: int) -> bool:
    if isinstance(node, q.Var):
        return node.varno == varno and node.levelsup == level
    if isinstance(node, q.Query):
        level += 1
    if isinstance(node, Struct):
        return any(_walk(child, varno, level) for child in q.children(node))
    return isinstance(node, tuple) and any(_walk(item, varno, level) for item in node)


# --- The rule itself


def _define_query_rewrite(
    session: Session, stmt: RuleStmt, relation: Relation, qual: Any, actions: Sequence[q.Query]
) -> None:
    """DefineQueryRewrite."""
    at = (stmt.relation.start, stmt.relation.end)
    _check_relation(session, relation, at)
    for action, node in zip(actions, stmt.actions, strict=True):
        _check_target(action, (node.start, node.end))
    if stmt.event == "CMD_SELECT":
        _define_select_rule(session, stmt, relation, qual, actions)
        return
    _check_returning(session, stmt, relation, qual, actions)
    if stmt.rulename == VIEW_RULE:
        message = f'non-view rule for "{relation.name}" must not be named "{VIEW_RULE}"'
        raise Refusal("42P17", message, at=at, word=VIEW_RULE)
    _insert_rule(session, stmt, relation, qual, actions)  # DO ALSO NOTHING is an action, too


def _check_relation(session: Session, relation: Relation, at: At) -> None:
    if relation.kind not in "rmvp":
        if session.version < 15:
            raise Refusal("42809", f'"{relation.name}" is not a table or view', at=at, word=relation.name)
        shown = {"S": "sequences", "f": "foreign tables", "t": "TOAST tables"}.get(relation.kind, "indexes")
        detail = f"This operation is not supported for {shown}."
        message = f'relation "{relation.name}" cannot have rules'
        raise Refusal("42809", message, detail=detail, at=at, word=relation.name)
    if relation.oid < FIRST_NORMAL_OID and relation.namespace in (PG_CATALOG, PG_TOAST):
        message = f'permission denied: "{relation.name}" is a system catalog'
        raise Refusal("42501", message, at=at, word=relation.name)
    owner_check(session, relation, at)


def _check_target(action: q.Query, at: At) -> None:
    if not action.result_relation or insert_select_query(action)[1]:
        return
    if action.result_relation == OLD_VARNO:
        hint = "Use views or triggers instead."
        raise Refusal("0A000", "rule actions on OLD are not implemented", hint=hint, at=at)
    if action.result_relation == NEW_VARNO:
        raise Refusal("0A000", "rule actions on NEW are not implemented", hint="Use triggers instead.", at=at)


def _define_select_rule(
    session: Session, stmt: RuleStmt, relation: Relation, qual: Any, actions: Sequence[q.Query]
) -> None:
    """ON SELECT: the relation is a view, or before 16 may become one."""
    at = (stmt.start, stmt.end)

    def refuse(message: str) -> NoReturn:
        raise Refusal("0A000", message, at=at)

    if session.version >= 16 and relation.kind != "v":
        shown = "partitioned tables" if relation.kind == "p" else "tables"
        message = f'relation "{relation.name}" cannot have ON SELECT rules'
        detail = f"This operation is not supported for {shown}."
        raise Refusal("42809", message, detail=detail, at=at, word=relation.name)
    if len(actions) > 1:
        refuse("multiple actions for rules on SELECT are not implemented")
    if not actions or not stmt.instead or actions[0].command != "select":
        refuse("rules on SELECT must have action INSTEAD SELECT")
    if actions[0].has_modifying_cte:
        refuse("rules on SELECT must not contain data-modifying statements in WITH")
    if qual is not None:
        refuse("event qualifications are not implemented for rules on SELECT")
    check_rule_result_list(session, actions[0].target_list, relation, True, at)
    if relation.kind == "v" and not stmt.replace:
        raise Refusal("55000", f'"{relation.name}" is already a view', at=at, word=relation.name)
    if stmt.rulename not in (VIEW_RULE, "_RET" + relation.name):
        message = f'view rule for "{relation.name}" must be named "{VIEW_RULE}"'
        raise Refusal("42P17", message, at=at, word=stmt.rulename)
    expression = Expression(session.source_of(stmt.actions[0]), actions[0])
    if relation.kind == "v":
        store_view_query(session, relation, expression)
    else:
        _convert_to_view(session, relation, expression, at)


def _convert_to_view(session: Session, relation: Relation, expression: Expression, at: At) -> None:
    """Before 16, a bare table became a view by such a rule."""
    catalog = session.catalog
    name = relation.name
    if relation.kind == "p" or relation.ispartition:
        what = "partitioned table" if relation.kind == "p" else "partition"
        raise Refusal("42809", f'cannot convert {what} "{name}" to a view', at=at, word=name)
    hint = None
    if any(not trigger.isinternal for trigger in catalog.triggers(relation.oid)):
        reason, hint = (
            "it has triggers",
            "In particular, the table cannot be involved in any foreign key relationships.",
        )
    elif catalog.indexes(relation.oid):
        reason = "it has indexes"
    elif catalog.children(relation.oid):
        reason = "it has child tables"
    elif relation.inherits:
        reason = "it has parent tables"
    elif relation.rowsecurity:
        reason = "it has row security enabled"
    elif catalog.policies(relation.oid):
        reason = "it has row security policies"
    else:
        changed = replace(relation, kind="v", am=0, options=())
        session.change(changed)
        store_view_query(session, changed, expression)
        return
    raise Refusal("55000", f'could not convert table "{name}" to a view because {reason}', hint=hint, at=at, word=name)


def _check_returning(
    session: Session, stmt: RuleStmt, relation: Relation, qual: Any, actions: Sequence[q.Query]
) -> None:
    at = (stmt.start, stmt.end)
    seen = False
    for action in actions:
        if not action.returning:
            continue
        if seen:
            raise Refusal("0A000", "cannot have multiple RETURNING lists in a rule", at=at)
        seen = True
        if qual is not None:
            raise Refusal("0A000", "RETURNING lists are not supported in conditional rules", at=at)
        if not stmt.instead:
            raise Refusal("0A000", "RETURNING lists are not supported in non-INSTEAD rules", at=at)
        check_rule_result_list(session, action.returning, relation, False, at)


def check_rule_result_list(
    session: Session, targets: Sequence[q.TargetEntry], relation: Relation, is_select: bool, at: At
) -> None:
    """Raise 42P17 unless a rule gives rows like those of its relation (checkRuleResultList)."""
    rule = "SELECT rule's target list" if is_select else "RETURNING list"
    entry = "SELECT rule's target entry" if is_select else "RETURNING list's entry"
    shown = "SELECT target entry" if is_select else "RETURNING list entry"
    visible = [target for target in targets if not target.junk]
    for i, target in enumerate(visible, 1):
        if i > len(relation.columns):
            raise Refusal("42P17", f"{rule} has too many entries", at=at)
        column = relation.columns[i - 1]
        if column.dropped:
            raise Refusal("0A000", _DROPPED[is_select], at=at)
        if is_select and target.name != column.name:
            raise Refusal(
                "42P17",
                f'{entry} {i} has different column name from column "{column.name}"',
                detail=f'SELECT target entry is named "{target.name}".',
                at=at,
            )
        expr = target.expr
        if q.UNKNOWN_TYPE in (expr.type, column.type):
            continue
        if expr.type != column.type or expr.typmod not in (column.typmod, -1):
            what = "type" if expr.type != column.type else "size"
            with_size = what == "size"
            has = format_type(session.names, expr.type, expr.typmod if with_size else -1)
            wants = format_type(session.names, column.type, column.typmod if with_size else -1)
            raise Refusal(
                "42P17",
                f'{entry} {i} has different {what} from column "{column.name}"',
                detail=f"{shown} has type {has}, but column has type {wants}.",
                at=at,
            )
    if len(visible) != len(relation.columns):
        raise Refusal("42P17", f"{rule} has too few entries", at=at)


_DROPPED = {
    True: "cannot convert relation containing dropped columns to view",
    False: "cannot create a RETURNING list for a relation containing dropped columns",
}


def _insert_rule(session: Session, stmt: RuleStmt, relation: Relation, qual: Any, actions: Sequence[q.Query]) -> None:
    """InsertRule."""
    existing = rule_of(session, relation, stmt.rulename)
    if existing is not None and not stmt.replace:
        message = f'rule "{stmt.rulename}" for relation "{relation.name}" already exists'
        raise Refusal("42710", message, at=(stmt.start, stmt.end), word=stmt.rulename)
    rule = RewriteRule(
        oid=existing.oid if existing is not None else session.catalog.new_oid(),
        name=stmt.rulename,
        relid=relation.oid,
        event=_EVENTS[stmt.event],
        isinstead=stmt.instead,
        text=session.source_of(stmt),
    )
    rule = _with_trees(rule, session.text, stmt, qual, actions)
    if existing is None:
        session.create(rule)
    else:
        session.change(rule)
        session.catalog.clear_dependencies(rule.address)
    record_rule_dependencies(session, rule)


def record_rule_dependencies(session: Session, rule: RewriteRule) -> None:
    """A rule goes with its relation, and needs what its condition and its actions name."""
    catalog = session.catalog
    relation = ObjectAddress("pg_class", rule.relid)
    catalog.depend(rule.address, relation, AUTO)
    for action in rule.actions:
        record_dependency_on_expr(session, rule.address, action.tree)
        for query in queries_of(action.tree):
            for oid in query.constraint_deps:
                catalog.depend(rule.address, ObjectAddress("pg_constraint", oid))
    if not any(d.refobj.objsubid and d.refobj.objid == rule.relid for d in catalog.depends_on(rule.address)):
        catalog.depend(rule.address, relation)  # OLD and NEW are in the range tables of all actions, of NOTHING too
    if rule.qual is not None:
        record_dependency_on_expr(session, rule.address, rule.qual.tree, rule.relid)
