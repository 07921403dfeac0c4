"""Row-level security policies (policy.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import FIRST_NORMAL_OID, Expression, ObjectAddress, Oid, Policy, Relation
from schemalint.catalog.names import PG_CATALOG, PG_TOAST
from schemalint.errors import Refusal
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.range_table import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.simulator.acl import get_rolespec, owner_check
from schemalint.simulator.dependency import AUTO, record_dependency_on_expr
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Noted
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate, tree_of
from schemalint.syntax.nodes import AlterPolicyStmt, CreatePolicyStmt, Node, RangeVar, RoleSpec

At = tuple[int, int] | None

COMMANDS = {"all": "*", "select": "r", "insert": "a", "update": "w", "delete": "d"}


def create_policy(session: Session, stmt: CreatePolicyStmt) -> None:
    """CREATE POLICY (CreatePolicy)."""
    cmd = COMMANDS.get(stmt.cmd_name)
    if cmd is None:
        raise Refusal("42601", f'unrecognized row security option "{stmt.cmd_name}"', at=(stmt.start, stmt.end))
    if cmd in "rd" and stmt.with_check is not None:
        raise Refusal("42601", "WITH CHECK cannot be applied to SELECT or DELETE", at=_span(stmt.with_check))
    if cmd == "a" and stmt.qual is not None:
        raise Refusal("42601", "only WITH CHECK expression allowed for INSERT", at=_span(stmt.qual))
    roles = policy_role_list(session, stmt.roles)
    relation = _policy_table(session, stmt.table)
    qual = _policy_expression(session, relation, stmt.qual)
    withcheck = _policy_expression(session, relation, stmt.with_check)
    if any(held.name == stmt.policy_name for held in session.catalog.policies(relation.oid)):
        message = f'policy "{stmt.policy_name}" for table "{relation.name}" already exists'
        raise Refusal("42710", message, at=(stmt.start, stmt.end), word=stmt.policy_name)
    policy = Policy(
        oid=session.catalog.new_oid(),
        name=stmt.policy_name,
        relid=relation.oid,
        cmd=cmd,
        permissive=stmt.permissive,
        roles=roles,
        qual=qual,
        withcheck=withcheck,
    )
    session.create(policy)
    _record_dependencies(session, policy)


def _span(node: Node) -> At:
    return (node.start, node.end)


def policy_role_list(session: Session, roles: tuple[RoleSpec, ...]) -> tuple[Oid, ...]:
    """The roles that a policy applies to, 0 for PUBLIC (policy_role_list_to_array)."""
    if not roles:
        return (0,)
    found: list[Oid] = []
    for role in roles:
        if role.roletype == "ROLESPEC_PUBLIC":
            if len(roles) != 1:
                session.effect(Noted("WARNING", "ignoring specified roles other than PUBLIC"))
            return (0,)
        found.append(get_rolespec(session, role))
    return tuple(found)


def _policy_table(session: Session, name: RangeVar) -> Relation:
    """The table of a policy (RangeVarCallbackForPolicy)."""
    at = (name.start, name.end)
    relation = relation_openrv(session, name, ACCESS_EXCLUSIVE)
    owner_check(session, relation, at)
    if relation.oid < FIRST_NORMAL_OID and relation.namespace in (PG_CATALOG, PG_TOAST):
        raise Refusal("42501", f'permission denied: "{name.relname}" is a system catalog', at=at, word=name.relname)
    if relation.kind not in "rp":
        raise Refusal("42809", f'"{name.relname}" is not a table', at=at, word=name.relname)
    return relation


def policy_parsestate(session: Session, relation: Relation) -> ParseState:
    """Where a policy's expressions are read: its table is known by name and by its columns."""
    pstate = session_parsestate(session)
    item = add_range_table_entry_for_relation(pstate, relation, None, False, False)
    add_ns_item_to_query(pstate, item, False, True, True)
    return pstate


def _policy_expression(session: Session, relation: Relation, clause: Node | None) -> Expression | None:
    if clause is None:
        return None
    pstate = policy_parsestate(session, relation)
    tree: Any = transform_where_clause(pstate, clause, "policy", "POLICY")
    assign_expr_collations(pstate, tree)
    return Expression(session.source_of(clause), tree)


def _record_dependencies(session: Session, policy: Policy) -> None:
    """A policy goes with its table, and needs what its expressions and its role list name."""
    catalog = session.catalog
    catalog.depend(policy.address, ObjectAddress("pg_class", policy.relid), AUTO)
    relation = catalog[Relation, policy.relid]
    for expression in (policy.qual, policy.withcheck):
        if expression is not None:
            tree = tree_of(session, expression, relation, "policy")
            record_dependency_on_expr(session, policy.address, tree, policy.relid)
    _record_roles(session, policy)


def _record_roles(session: Session, policy: Policy) -> None:
    """SHARED_DEPENDENCY_POLICY."""
    for role in policy.roles:
        if role:
            session.catalog.depend(policy.address, ObjectAddress("pg_authid", role), "r")


def alter_policy(session: Session, stmt: AlterPolicyStmt) -> None:
    """ALTER POLICY (AlterPolicy)."""
    roles = None if stmt.roles is None else policy_role_list(session, stmt.roles)
    relation = _policy_table(session, stmt.table)
    qual = _policy_expression(session, relation, stmt.qual)
    withcheck = _policy_expression(session, relation, stmt.with_check)
    policy = next((held for held in session.catalog.policies(relation.oid) if held.name == stmt.policy_name), None)
    if policy is None:
        session.names.unknown_or(stmt.policy_name, (stmt.start, stmt.end))
        message = f'policy "{stmt.policy_name}" for table "{relation.name}" does not exist'
        raise Refusal("42704", message, at=(stmt.start, stmt.end), word=stmt.policy_name)
    if policy.cmd in "rd" and stmt.with_check is not None:
        raise Refusal("42601", "only USING expression allowed for SELECT, DELETE", at=_span(stmt.with_check))
    if policy.cmd == "a" and stmt.qual is not None:
        raise Refusal("42601", "only WITH CHECK expression allowed for INSERT", at=_span(stmt.qual))
    changed = replace(
        policy,
        roles=policy.roles if roles is None else roles,
        qual=policy.qual if qual is None else qual,
        withcheck=policy.withcheck if withcheck is None else withcheck,
    )
    session.change(changed)
    if qual is None and withcheck is None:
        session.catalog.clear_dependencies(policy.address, on_class="pg_authid")
        _record_roles(session, changed)
        return
    session.catalog.clear_dependencies(policy.address)
    _record_dependencies(session, changed)
