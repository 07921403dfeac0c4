"""There is no such function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.bodies import body_of, pieces
from schemalint.lint.brings import bringing
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, Refused, rule
from schemalint.lint.similar import nearest
from schemalint.lint.trees import covering, find_all, function_name
from schemalint.simulator.describe import signature
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

_MISSING = re.compile(r"^(?:function|procedure|aggregate) (?P<name>[^(]+)\(.*\) does not exist$")
_SCHEMA = re.compile(r'^schema "(?P<schema>.+)" does not exist$')
_SUPABASE = {"auth": ("uid", "role", "jwt", "email"), "storage": ("foldername", "filename", "extension", "search")}
"""Functions that every Supabase database has."""


@rule(on=(Refused, Batch), severity="error", category="correctness")
def check(subject: Refused | Batch, ctx: Context) -> Iterator[Finding]:
    if isinstance(subject, Refused):
        yield from _refused(subject, ctx)
    else:
        yield from _in_bodies(subject, ctx)


def _refused(refused: Refused, ctx: Context) -> Iterator[Finding]:
    call = covering(ctx.node, refused.start, refused.end, nodes.FuncCall)
    if call is None:
        return
    schema = _SCHEMA.match(refused.message) if refused.sqlstate == "3F000" else None
    if schema is not None and len(call.funcname) == 2 and call.funcname[0] == schema["schema"]:
        advice, fix = _advice(call.funcname, ctx)
        missing = f"there is no schema {schema['schema']}"
        yield Finding(f"{missing}, so there is no {function_name(call)}()", at=call, help=advice, fix=fix)
    elif refused.sqlstate == "42883" and _MISSING.match(refused.message) is not None:
        others = _overloads(call.funcname, ctx)
        advice, fix = _advice(call.funcname, ctx)
        said = refused.message.partition(" ")[2].removesuffix(" does not exist")
        if others:
            advice, fix = "cast the arguments, or call one of those that exist", None
        yield Finding(
            f"there is no function {said}",
            at=call,
            help=advice,
            notes=tuple(f"there is {signature(ctx.session, proc)}" for proc in others[:5]),
            fix=fix,
        )


def _in_bodies(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """PL/pgSQL is looked at when it runs: what the last definition of each function calls must exist at the end."""
    last: dict[object, Statement] = {}
    for statement in batch.statements:
        if statement.outcome.accepted and isinstance(statement.node, nodes.CreateFunctionStmt):
            last[statement.node.funcname, len(statement.node.parameters)] = statement
    for statement in last.values():
        yield from _in_body(statement, ctx)


def _in_body(statement: Statement, ctx: Context) -> Iterator[Finding]:
    assert statement.node is not None
    body = body_of(statement.node, statement.source.text)
    if body is None or body.language != "plpgsql":
        return
    said: set[tuple[str, ...]] = set()
    for piece in pieces(statement.source.text, body, ctx.version):
        for call in find_all(piece.node, nodes.FuncCall):
            if call.funcname in said or not _certainly_missing(call, piece.node, ctx):
                continue
            said.add(call.funcname)
            advice, fix = _advice(call.funcname, ctx)
            schema = call.funcname[0] if len(call.funcname) == 2 else None
            why = f"there is no schema {schema}" if schema and ctx.names.find_namespace(schema) is None else None
            missing = why or f"there is no function {function_name(call)}"
            yield Finding(
                f"{missing}, so this fails when the function is called",
                at=piece.span(call),
                help=advice,
                fix=fix,
                severity="warning",
                statement=statement,
            )


def _certainly_missing(call: nodes.FuncCall, tree: Node, ctx: Context) -> bool:
    if len(call.funcname) > 2 or any(ctx.catalog.why_unknown(name) is not None for name in call.funcname):
        return False
    if len(call.funcname) == 1 and call.funcname[0] in _types_as_functions(ctx, call.funcname[0]):
        return False
    # a function that takes a row may be written as a column, and a type as a function
    return not _overloads(call.funcname, ctx)


def _types_as_functions(ctx: Context, name: str) -> tuple[str, ...]:
    return (name,) if ctx.names.find(model.Type, None, name) is not None else ()


def _overloads(funcname: tuple[str, ...], ctx: Context) -> list[model.Proc]:
    schema = funcname[-2] if len(funcname) > 1 else None
    return [proc for _, proc in ctx.names.overloads(model.Proc, schema, funcname[-1])]


def _advice(funcname: tuple[str, ...], ctx: Context) -> tuple[str | None, Fix | None]:
    """What to do about a missing function: the extension that brings it, where else it is, or a name that is near."""
    name, schema = funcname[-1], funcname[-2] if len(funcname) > 1 else None
    if schema in _SUPABASE and name in _SUPABASE[schema]:
        return (
            "Supabase has it, this database has not: on Supabase check with --preset supabase; elsewhere keep the user in a "
            "setting, and compare with current_setting('app.user_id', true)",
            None,
        )
    extension = bringing(name, "pg_proc", ctx.version, schema)
    if extension is not None:
        quoted = f'"{extension}"' if "-" in extension else extension
        sql = f"CREATE EXTENSION IF NOT EXISTS {quoted};"
        return f"it comes with the extension {extension}", Fix("create the extension first", "show", sql=sql)
    elsewhere = sorted(
        ctx.names.namespace_name(proc.namespace)
        for proc in ctx.catalog.in_any_namespace(model.Proc)
        if proc.name == name
    )
    if elsewhere:
        return f"there is one in the schema {elsewhere[0]}, which is not in the search_path", None
    known = {proc.name for proc in ctx.catalog.in_any_namespace(model.Proc)}
    near = nearest(name, known, least=0.7)
    return (f"did you mean {near}()?" if near is not None else None), None
