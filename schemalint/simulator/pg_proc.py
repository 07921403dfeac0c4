"""Rows of pg_proc (pg_proc.c: ProcedureCreate and the validation of bodies)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress as Address
from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.polymorphic import check_valid_internal_signature, check_valid_polymorphic_signature
from schemalint.semantics.query import UNKNOWN_TYPE, Expr
from schemalint.simulator.acl import owner_check
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.describe import signature
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_KINDS = {
    "a": "is an aggregate function.",
    "f": "is a function.",
    "p": "is a procedure.",
    "w": "is a window function.",
}


def procedure_create(session: Session, made: Proc, replace_ok: bool, at: At = None) -> Proc:
    """Add a routine, or replace the one of its name and input types (ProcedureCreate). `made.oid` is not looked at."""
    check_signature(session, made, at)
    old = existing_routine(session, made.namespace, made.name, made.argtypes)
    if old is None:
        made = replace(made, oid=session.catalog.new_oid())
        session.create(made)
    else:
        if not replace_ok:
            message = f'function "{made.name}" already exists with same argument types'
            raise Refusal("42723", message, at=at, word=made.name, objects=(old.address,))
        owner_check(session, old, at)
        _check_replacement(session, old, made, at)
        made = replace(made, oid=old.oid, owner=old.owner, acl=old.acl)
        _forget_dependencies(session, old)
        session.change(made)
    record_dependencies(session, made)
    return made


def check_signature(session: Session, made: Proc, at: At) -> None:
    """Polymorphic and internal results need inputs of their kind."""
    results = [made.rettype]
    if made.argmodes:
        results += [oid for oid, mode in zip(made.allargtypes, made.argmodes, strict=True) if mode in "obt"]
    for oid in results:
        detail = check_valid_polymorphic_signature(session, oid, made.argtypes)
        if detail is not None and UNKNOWN_TYPE not in made.argtypes:
            raise Refusal("42P13", "cannot determine result data type", detail=detail, at=at)
        detail = check_valid_internal_signature(oid, made.argtypes)
        if detail is not None:
            raise Refusal("42P13", 'unsafe use of pseudo-type "internal"', detail=detail, at=at)


def existing_routine(session: Session, namespace: Oid, name: str, argtypes: tuple[Oid, ...]) -> Proc | None:
    """The routine of exactly these input types in a schema."""
    for proc in session.catalog.overloads(Proc, namespace, name):
        if proc.argtypes == argtypes:
            return proc
    return None


def _check_replacement(session: Session, old: Proc, made: Proc, at: At) -> None:
    """CREATE OR REPLACE must not break what uses the routine."""
    if old.kind != made.kind:
        detail = f'"{made.name}" {_KINDS[old.kind]}'
        raise Refusal("42809", "cannot change routine kind", detail=detail, at=at, objects=(old.address,))
    command = {"p": "DROP PROCEDURE", "a": "DROP AGGREGATE"}.get(made.kind, "DROP FUNCTION")
    hint = f"Use {command} {signature(session, old)} first."

    def refuse(message: str, detail: str | None = None) -> Refusal:
        return Refusal("42P13", message, detail=detail, hint=hint, at=at, objects=(old.address,))

    if UNKNOWN_TYPE not in (old.rettype, made.rettype) and (old.rettype, old.retset) != (made.rettype, made.retset):
        if made.kind == "p":
            raise refuse("cannot change whether a procedure has output parameters")
        raise refuse("cannot change return type of existing function")
    if made.rettype == typeoids.RECORD and not _same_columns(old, made):
        raise refuse(
            "cannot change return type of existing function", "Row type defined by OUT parameters is different."
        )
    new_names = input_names(made)
    for i, name in enumerate(input_names(old)):
        if name and (i >= len(new_names) or new_names[i] != name):
            raise refuse(f'cannot change name of input parameter "{name}"')
    if len(made.defaults) < len(old.defaults):
        raise refuse("cannot remove parameter defaults from existing function")
    new_defaults = made.defaults[len(made.defaults) - len(old.defaults) :] if old.defaults else ()
    for before, after in zip(old.defaults, new_defaults, strict=True):
        types = [d.tree.type for d in (before, after) if isinstance(d.tree, Expr)]
        if len(types) == 2 and types[0] != types[1] and UNKNOWN_TYPE not in types:
            raise refuse("cannot change data type of existing parameter default value")


def input_names(proc: Proc) -> list[str]:
    """The names of the input arguments, "" where there is none (get_func_input_arg_names)."""
    if not proc.argmodes:
        return list(proc.argnames)
    return [name for name, mode in zip(proc.argnames, proc.argmodes, strict=False) if mode in "ibv"]


def _same_columns(old: Proc, made: Proc) -> bool:
    before, after = out_columns(old), out_columns(made)
    if len(before) != len(after):
        return False
    return all(
        a[0] == b[0] and (a[1] == b[1] or UNKNOWN_TYPE in (a[1], b[1])) for a, b in zip(before, after, strict=True)
    )


def out_columns(proc: Proc) -> list[tuple[str, Oid]]:
    """(name, type) of the columns that OUT parameters make; empty where there are no two (build_function_result_tupdesc_d)."""
    found: list[tuple[str, Oid]] = []
    for i, mode in enumerate(proc.argmodes):
        if mode in "obt":
            name = proc.argnames[i] if i < len(proc.argnames) else ""
            found.append((name or f"column{len(found) + 1}", proc.allargtypes[i]))
    return found if len(found) > 1 or proc.kind == "p" else []


# --- dependencies


def _forget_dependencies(session: Session, old: Proc) -> None:
    catalog = session.catalog
    extensions = [d for d in catalog.depends_on(old.address) if d.deptype in "ex"]
    catalog.clear_dependencies(old.address)
    for dependency in extensions:
        catalog.depend(old.address, dependency.refobj, dependency.deptype)


def record_dependencies(session: Session, proc: Proc) -> None:
    """What a routine needs: schema, language, types, defaults and the body where that is analyzed for good."""
    catalog = session.catalog
    address = proc.address
    catalog.depend(address, Address("pg_namespace", proc.namespace))
    catalog.depend(address, Address("pg_language", proc.lang))
    for oid in dict.fromkeys((proc.rettype, *(proc.allargtypes or proc.argtypes))):
        catalog.depend(address, Address("pg_type", oid))
    for default in proc.defaults:
        record_dependency_on_expr(session, address, default.tree)
    if proc.sqlbody is not None:
        record_dependency_on_expr(session, address, proc.sqlbody.tree)
