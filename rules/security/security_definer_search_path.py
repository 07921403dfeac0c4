"""A SECURITY DEFINER function uses its caller's search_path."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.names import PG_CATALOG
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Edit, Finding, Fix, Label, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import AlterFunctionStmt, CreateFunctionStmt, VariableSetStmt


@rule(on=Batch, severity="warning", category="security", fixable=True)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    altered = {
        s.node.func.objname
        for s in batch.statements
        if isinstance(s.node, AlterFunctionStmt) and any(_sets_path(a.arg) for a in s.node.actions)
    }
    for statement in batch.statements:
        if isinstance(statement.node, CreateFunctionStmt) and statement.node.funcname not in altered:
            yield from _function(statement.node, statement, ctx)


def _function(stmt: CreateFunctionStmt, statement: Statement, ctx: Context) -> Iterator[Finding]:
    definer = next((o for o in stmt.options if o.defname == "security" and _true(o.arg)), None)
    if definer is None or stmt.sql_body is not None or any(_sets_path(o.arg) for o in stmt.options):
        return
    name = ".".join(stmt.funcname)
    yield Finding(
        f"{name} runs with its owner's rights and the caller's search_path",
        at=stmt,
        word=stmt.funcname[-1],
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
