"""Rows can be read over the API, and no row level security guards them."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import Oid
from schemalint.lint.context import Statement
from schemalint.lint.exposure import API_ROLES, reached_by
from schemalint.lint.rule import Batch, Context, Created, Finding, Fix, Granted, rule
from schemalint.lint.similar import words
from schemalint.lint.trees import relation_of
from schemalint.lint.wording import listed
from schemalint.syntax import nodes

_SECRET = frozenset("password passwd secret token ssn iban cvv salary".split())

_NO_POLICIES = {"m": "a materialized view", "f": "a foreign table"}


@rule(
    on=Batch,
    kinds=(nodes.CreateStmt, nodes.CreateTableAsStmt, nodes.CreateForeignTableStmt, nodes.GrantStmt),
    severity="warning",
    category="security",
    covers=(
        "splinter:0013_rls_disabled_in_public",
        "splinter:0016_materialized_view_in_api",
        "splinter:0017_foreign_table_in_api",
        "splinter:0019_insecure_queue_exposed_in_api",
        "splinter:0023_sensitive_columns_exposed",
        "schemalint:row-level-security",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    if not any(ctx.catalog.find(model.Role, 0, name) is not None for name in API_ROLES):
        return
    said: set[Oid] = set()
    for statement in batch.statements:
        for effect in statement.outcome.effects:
            if isinstance(effect, Created) and isinstance(effect.object, model.Relation):
                oid = effect.object.oid
            elif isinstance(effect, Granted) and effect.object.classid == "pg_class" and not effect.revoked:
                oid = effect.object.objid
            else:
                continue
            relation = ctx.get(model.Relation, oid)  # as the batch leaves it
            if relation is not None and oid not in said and _unguarded(relation):
                roles = reached_by(ctx, relation, "r")
                if roles:
                    said.add(oid)
                    yield _finding(relation, roles, statement, ctx)


def _unguarded(relation: model.Relation) -> bool:
    return relation.kind in "rpmf" and relation.persistence != "t" and not relation.rowsecurity


def _finding(relation: model.Relation, roles: list[str], statement: Statement, ctx: Context) -> Finding:
    name, spelled = ctx.shown(relation), ctx.spelled(relation)
    secret = [c.name for c in relation.columns if not c.dropped and _SECRET & set(words(c.name))]
    kind = _NO_POLICIES.get(relation.kind)
    return Finding(
        f"{name} can be read over the API by {listed(roles)}: row level security is off"
        if kind is None
        else f"{name} can be read over the API by {listed(roles)}: {kind} has no row level security",
        at=_place(statement),
        word=relation.name,
        help="switch row level security on, and say in policies who sees what"
        if kind is None
        else "put it into a schema that the API does not show, or revoke SELECT on it from these roles",
        notes=(f"by its name, {listed(secret)} is not for everybody",) if secret else (),
        fix=Fix("switch it on", "show", sql=f"ALTER TABLE {spelled} ENABLE ROW LEVEL SECURITY;")
        if kind is None
        else Fix("revoke", "show", sql=f"REVOKE ALL ON TABLE {spelled} FROM {', '.join(roles)};"),
        statement=statement,
    )


def _place(statement: Statement) -> object:
    node = statement.node
    if isinstance(node, nodes.CreateTableAsStmt):
        return node.into.rel
    return node if node is None else relation_of(node) or node
