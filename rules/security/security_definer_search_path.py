"""A SECURITY DEFINER function uses its caller's search_path."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Proc
from schemalint.catalog.names import PG_CATALOG
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Changed, Context, Edit, Finding, Fix, Label, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import AlterFunctionStmt, CreateFunctionStmt, DefElem, VariableSetStmt


@rule(
    on=Batch,
    kinds=(CreateFunctionStmt, AlterFunctionStmt),
    severity="warning",
    category="security",
    fixable=True,
    covers=("migrationpilot:MP099", "pgspot:PS003"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    altered = {
        s.node.func.objname
        for s in batch.statements
        if isinstance(s.node, AlterFunctionStmt) and any(_sets_path(a.arg) for a in s.node.actions)
    }
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, CreateFunctionStmt) and node.funcname not in altered:
            yield from _function(node.funcname, node.options, statement, ctx)
        elif isinstance(node, AlterFunctionStmt) and node.func.objname not in altered and not _has_path(statement):
            yield from _function(node.func.objname, node.actions, statement, ctx)


def _has_path(statement: Statement) -> bool:
    """Whether the function that a statement alters has a search_path of its own, or names that are bound."""
    changed = [e.after for e in statement.outcome.effects if isinstance(e, Changed) and isinstance(e.after, Proc)]
    return any(f.sqlbody is not None or any(c.startswith("search_path=") for c in f.config) for f in changed)


def _function(
    names: tuple[str, ...], options: tuple[DefElem, ...], statement: Statement, ctx: Context
) -> Iterator[Finding]:
    definer = next((o for o in options if o.defname == "security" and _true(o.arg)), None)
    bound = isinstance(statement.node, CreateFunctionStmt) and statement.node.sql_body is not None
    if definer is None or bound or any(_sets_path(o.arg) for o in options):
        return
    name = ".".join(names)
    yield Finding(
        f"{name} runs with its owner's rights and the caller's search_path",
        at=statement.node,
        word=names[-1],
        labels=(Label("as its owner", statement.source, definer.start, definer.end),),
        help="fix the search_path: '' and every name with its schema, or schemas where only trusted roles may create",
        notes=("whoever calls it can put tables and functions of their own before those that are meant",),
        fix=Fix("fix the search_path", "review", (Edit(definer.end, definer.end, f" SET search_path = {_path(ctx)}"),)),
        statement=statement,
    )


def _path(ctx: Context) -> str:
    """The schemas that the body is looked up in now, and pg_temp behind them."""
    schemas = [ctx.names.namespace_name(oid) for oid in ctx.names.path if oid not in (PG_CATALOG, ctx.names.temp)]
    return ", ".join([*map(quote_identifier, schemas), "pg_temp"])


def _true(arg: object) -> bool:
    return getattr(arg, "val", arg) in (True, 1)


def _sets_path(arg: object) -> bool:
    return isinstance(arg, VariableSetStmt) and arg.name == "search_path"
