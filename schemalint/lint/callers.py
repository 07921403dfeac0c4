"""Functions of the database whose bodies are looked at only when they run, and what they name."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from schemalint.catalog import model
from schemalint.lint.bodies import Body, Piece, pieces
from schemalint.lint.context import Context
from schemalint.semantics.typeoids import TRIGGER


class Routine(Struct, frozen=True):
    """A function with a body in a language that the server does not look into."""

    proc: model.Proc
    text: str


def routines(ctx: Context) -> Iterator[Routine]:
    """PL/pgSQL functions of the catalog, and SQL functions whose body is a string."""
    languages = {lang.oid: lang.name for lang in ctx.catalog.builtins.table(model.Language).rows}
    languages |= {lang.oid: lang.name for lang in ctx.catalog.all(model.Language)}
    for proc in ctx.catalog.in_any_namespace(model.Proc):
        if proc.src and proc.sqlbody is None and languages.get(proc.lang) in ("plpgsql", "sql"):
            yield Routine(proc, proc.src)


def tables_of(routine: Routine, ctx: Context) -> list[int]:
    """The tables whose triggers run it."""
    if routine.proc.rettype != TRIGGER:
        return []
    needing = (on for on, _, _ in ctx.catalog.dependents(routine.proc.address) if on.classid == "pg_trigger")
    triggers = (ctx.catalog.get(model.Trigger, on.objid) for on in needing)
    return sorted({t.relid for t in triggers if t is not None and not t.isinternal})


def pieces_of(routine: Routine, ctx: Context) -> Iterator[Piece]:
    """The statements and expressions of its body."""
    language = ctx.get(model.Language, routine.proc.lang)
    name = language.name if language is not None else "plpgsql"
    yield from pieces(routine.text, Body(name, 0, len(routine.text)), ctx.version)
