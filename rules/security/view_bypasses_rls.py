"""A view reads tables with row level security as its owner, whom no policy stops."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from schemalint.catalog import model
from schemalint.catalog.model import ObjectAddress, Oid
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Edit, Finding, Fix, Label, rule
from schemalint.lint.trees import find_all
from schemalint.lint.wording import counted, listed
from schemalint.semantics import query as q
from schemalint.syntax import nodes

_ON = ("true", "on", "yes", "1")


@rule(
    on=Batch,
    kinds=(nodes.ViewStmt, nodes.CreateTableAsStmt),
    severity="warning",
    category="security",
    fixable=True,
    covers=("splinter:0010_security_definer_view",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """Views that the batch makes, and views over tables that it switches row level security on for."""
    last: dict[Oid, tuple[Statement, model.Relation]] = {}
    for statement in batch.statements:
        if not isinstance(statement.node, (nodes.ViewStmt, nodes.CreateTableAsStmt)):
            continue
        name = statement.node.view if isinstance(statement.node, nodes.ViewStmt) else statement.node.into.rel
        view = ctx.find(name)
        if view is not None and view.kind in "vm" and statement.outcome.accepted:
            last[view.oid] = (statement, view)
    for statement, found in last.values():
        view = ctx.last(found.oid) or found
        if view.kind == "v" and _invoker(view):
            continue
        guarded = [t for t in _tables(statement, ctx) if t.rowsecurity]
        if guarded:
            yield _finding(view, guarded, statement, ctx)


def _invoker(view: model.Relation) -> bool:
    return any(
        name == "security_invoker" and (value or "true").lower() in _ON
        for name, _, value in (option.partition("=") for option in view.options)
    )


def _tables(statement: Statement, ctx: Context) -> list[model.Relation]:
    """Tables that the query reads, through views that do not ask as their caller."""
    query = statement.node.query if isinstance(statement.node, (nodes.ViewStmt, nodes.CreateTableAsStmt)) else None
    found: dict[Oid, model.Relation] = {}
    for name in find_all(query, nodes.RangeVar):
        relation = ctx.find(name)
        if relation is not None:
            _gather(relation, found, ctx)
    return [r for r in found.values() if r.kind in "rpf"]


def _gather(relation: model.Relation, found: dict[Oid, model.Relation], ctx: Context) -> None:
    if relation.oid in found:
        return
    found[relation.oid] = ctx.last(relation.oid) or relation
    if relation.kind in "vm":
        for oid in _read_by(relation, ctx):
            inner = ctx.last(oid)
            if inner is not None:
                _gather(inner, found, ctx)


def _read_by(view: model.Relation, ctx: Context) -> list[Oid]:
    """Relations that a view's query names."""
    tree = view.view.tree if view.view is not None else UNSET
    if isinstance(tree, q.Query):
        return list(_relations(tree))
    needs = ctx.catalog.depends_on(ObjectAddress("pg_class", view.oid))
    return [d.refobj.objid for d in needs if d.refobj.classid == "pg_class" and d.refobj.objid != view.oid]


def _relations(query: q.Query) -> Iterator[Oid]:
    for entry in query.rtable:
        if entry.kind == "relation" and entry.relid:
            yield entry.relid
        if entry.subquery is not None:
            yield from _relations(entry.subquery)
    for cte in query.ctes:
        if cte.query is not None:
            yield from _relations(cte.query)


def _finding(view: model.Relation, guarded: list[model.Relation], statement: Statement, ctx: Context) -> Finding:
    name, tables = ctx.shown(view), [ctx.shown(t) for t in guarded]
    assert isinstance(statement.node, (nodes.ViewStmt, nodes.CreateTableAsStmt))
    at = statement.node.view if isinstance(statement.node, nodes.ViewStmt) else statement.node.into.rel
    labels: tuple[Label, ...] = ()
    if view.kind == "m":
        return Finding(
            f"{name} keeps rows of {listed(tables)} that its owner sees, and has no row level security of its own",
            at=at,
            labels=labels,
            help="revoke SELECT on it from those who must not see everything, and serve it through a function or a view that filters",
            statement=statement,
        )
    fix = None
    if ctx.version >= 15 and isinstance(statement.node, nodes.ViewStmt) and not statement.node.options:
        fix = Fix(
            "let the view ask as its caller", "review", (Edit(at.end, at.end, " WITH (security_invoker = true)"),)
        )
    return Finding(
        f"{name} reads {listed(tables)} as its owner, whom no policy stops",
        at=at,
        labels=labels,
        help="let the view ask as its caller: security_invoker = true"
        if ctx.version >= 15
        else "filter in the view itself: before PostgreSQL 15 a view always asks as its owner",
        notes=(f"row level security is on for {counted(len(guarded), 'table')} that it reads",),
        fix=fix,
        statement=statement,
    )
