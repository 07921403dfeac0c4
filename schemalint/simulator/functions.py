"""CREATE and ALTER of functions and procedures, CALL (functioncmds.c)."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec.structs import replace

from schemalint.catalog import builtins
from schemalint.catalog.model import Expression, Language, Oid, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import get_base_type, get_typtype
from schemalint.semantics.query import UNKNOWN_TYPE, FuncExpr, UnknownExpr
from schemalint.semantics.routines import lookup_func_with_args
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.acl import acl_check, is_superuser, owner_check
from schemalint.simulator.function_attributes import (
    check_cost_and_rows,
    common_attributes,
    function_settings,
    gather_options,
    interpret_func_parallel,
    interpret_func_support,
    update_proconfig_value,
)
from schemalint.simulator.function_parameters import (
    C_LANGUAGE,
    INTERNAL_LANGUAGE,
    SQL_LANGUAGE,
    check_required_result,
    compute_return_type,
    interpret_function_parameter_list,
)
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_proc import procedure_create
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.simulator.undecided import may_make
from schemalint.syntax.nodes import AlterFunctionStmt, CallStmt, CreateFunctionStmt, DefElem, Node, TypeName


def create_function(session: Session, stmt: CreateFunctionStmt) -> None:
    """CREATE [OR REPLACE] FUNCTION / PROCEDURE (CreateFunction)."""
    with may_make(session, stmt.funcname[-1]):
        _create_function(session, stmt)


def _create_function(session: Session, stmt: CreateFunctionStmt) -> None:
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.funcname, at)
    options = gather_options(stmt.options, stmt.is_procedure)
    fields = common_attributes(session, options)
    fields["config"] = update_proconfig_value(session, (), options.get("set", []))
    check_cost_and_rows(options)
    if "support" in options:
        interpret_func_support(session, options["support"])
    if "parallel" in options:
        fields["parallel"] = interpret_func_parallel(options["parallel"])
    language = _language(session, stmt, options, at)
    if fields.get("leakproof") and not is_superuser(session):
        raise Refusal("42501", "only superuser can define a leakproof function", at=at)
    if "transform" in options:
        _check_transforms(session, options["transform"], language)
    objtype = "OBJECT_PROCEDURE" if stmt.is_procedure else "OBJECT_FUNCTION"
    parameters = interpret_function_parameter_list(session, stmt.parameters, language.oid, objtype)
    rettype, retset = _result(session, stmt, parameters.required, language.oid)
    made = Proc(
        oid=0,
        name=name,
        namespace=namespace,
        owner=session.role,
        lang=language.oid,
        kind="p" if stmt.is_procedure else "w" if "window" in options else "f",
        retset=retset,
        rettype=rettype,
        argtypes=parameters.intypes,
        allargtypes=parameters.alltypes,
        argmodes=parameters.modes,
        argnames=parameters.names,
        variadic=parameters.variadic,
        defaults=parameters.defaults,
        **fields,
    )
    made = _with_body(session, stmt, options.get("as"), language, made, at)
    if "rows" in options and not retset:
        message = "ROWS is not applicable when function does not return a set"
        raise Refusal("22023", message, at=(options["rows"].start, options["rows"].end))
    made = procedure_create(session, made, stmt.replace, at)
    validate_function(session, made, _body_span(options.get("as"), at))


def _language(session: Session, stmt: CreateFunctionStmt, options: dict[str, Any], at: tuple[int, int]) -> Language:
    option = options.get("language")
    if option is not None:
        name = str(option.arg)
    elif stmt.sql_body is not None:
        name = "sql"
    else:
        raise Refusal("42P13", "no language specified", at=at)
    found = session.catalog.find(Language, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        hint = "Use CREATE EXTENSION to load the language into the database." if _is_extension(name) else None
        where = (option.start, option.end) if option is not None else at
        raise Refusal("42704", f'language "{name}" does not exist', at=where, word=name, hint=hint)
    if found.trusted:
        acl_check(session, found, "U", at)
    elif not is_superuser(session):
        raise Refusal("42501", f"permission denied for language {name}", at=at, word=name)
    return found


def _is_extension(name: str) -> bool:
    from schemalint.catalog.builtins import extensions

    return name in extensions.names()


def _check_transforms(session: Session, option: DefElem, language: Language) -> None:
    """Each type of TRANSFORM must have one for the language (get_transform_oid)."""
    from schemalint.catalog.model import Transform

    types: Any = option.arg
    for type_name in types:
        assert isinstance(type_name, TypeName)
        oid = get_base_type(session, typename_type_id(session, type_name))
        if session.catalog.find(Transform, 0, f"{oid} {language.oid}") is None:
            at = (type_name.start, type_name.end)
            session.names.unknown_or("", at)
            shown = format_type(session, oid)
            message = f'transform for type {shown} language "{language.name}" does not exist'
            raise Refusal("42704", message, at=at)


def _result(session: Session, stmt: CreateFunctionStmt, required: Oid, language: Oid) -> tuple[Oid, bool]:
    if stmt.is_procedure:
        return required or typeoids.VOID, False
    if stmt.returnType is not None:
        rettype, retset = compute_return_type(session, stmt.returnType, language)
        check_required_result(session, rettype, required, (stmt.returnType.start, stmt.returnType.end))
        return rettype, retset
    if required:
        return required, False
    raise Refusal("42P13", "function result type must be specified", at=(stmt.start, stmt.end))


# --- bodies


def _body_span(option: DefElem | None, at: tuple[int, int]) -> tuple[int, int]:
    return at if option is None else (option.start, option.end)


def _with_body(
    session: Session,
    stmt: CreateFunctionStmt,
    option: DefElem | None,
    language: Language,
    made: Proc,
    at: tuple[int, int],
) -> Proc:
    """interpret_AS_clause."""
    if stmt.sql_body is None and option is None:
        raise Refusal("42P13", "no function body specified", at=at)
    if stmt.sql_body is not None and option is not None:
        raise Refusal("42P13", "duplicate function body specified", at=at)
    if stmt.sql_body is not None:
        if language.oid != SQL_LANGUAGE:
            raise Refusal("42P13", "inline SQL function body only valid for language SQL", at=at)
        if any(oid in typeoids.POLYMORPHIC for oid in made.argtypes):
            message = "SQL function with unquoted function body cannot have polymorphic arguments"
            raise Refusal("42P13", message, at=at)
        return replace(made, src="", sqlbody=_sql_body(session, stmt.sql_body, made))
    assert option is not None
    parts: Any = option.arg
    if language.oid == C_LANGUAGE:
        return replace(made, src=parts[1] if len(parts) > 1 else made.name)
    if len(parts) != 1:
        message = f'only one AS item needed for language "{language.name}"'
        raise Refusal("42P13", message, at=(option.start, option.end))
    source = parts[0]
    if language.oid == INTERNAL_LANGUAGE and source in ("", "-"):
        source = made.name
    return replace(made, src=source)


def _sql_body(session: Session, body: Node | tuple[Node, ...], made: Proc) -> Expression:
    from schemalint.simulator.sql_functions import analyze_sql_body

    statements = body if isinstance(body, tuple) else (body,)
    text = session.text[statements[0].start : statements[-1].end] if statements else ""
    try:
        tree: Any = analyze_sql_body(session, made, statements)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        tree = (UnknownExpr(type=UNKNOWN_TYPE),)
    return Expression(text, tree)


def validate_function(session: Session, proc: Proc, at: tuple[int, int]) -> None:
    """What the language's validator says of a routine."""
    language = session.catalog.get(Language, proc.lang)
    if language is None:
        return
    if not language.validator:
        return
    if session.setting("check_function_bodies") in ("off", "false", "0", "no"):
        _validate(session, proc, language, at)
        return
    with function_settings(session, proc, at):
        _validate(session, proc, language, at)


def _validate(session: Session, proc: Proc, language: Language, at: tuple[int, int]) -> None:
    if language.oid == SQL_LANGUAGE:
        from schemalint.simulator.sql_functions import fmgr_sql_validator

        fmgr_sql_validator(session, proc, at)
    elif language.oid == INTERNAL_LANGUAGE:
        source = proc.src or ""
        if source not in internal_functions(session.version) and not source.startswith("window_"):
            message = f'there is no built-in function named "{source}"'
            raise Refusal("42883", message, at=at, word=source)
    elif language.name == "plpgsql":
        plpgsql_validator(session, proc, at)


@cache
def internal_functions(version: int) -> frozenset[str]:
    """What LANGUAGE internal can name (fmgr_internal_function)."""
    rows = builtins.load(version).table(Proc).rows
    return frozenset(proc.src or proc.name for proc in rows if proc.lang == INTERNAL_LANGUAGE)


def plpgsql_validator(session: Session, proc: Proc, at: tuple[int, int]) -> None:
    """Types that PL/pgSQL cannot take or return, and what its compiler refuses (plpgsql_validator)."""
    rettype = proc.rettype
    trigger = rettype in (typeoids.TRIGGER, typeoids.EVENT_TRIGGER)
    if (
        get_typtype(session, rettype) == "p"
        and not trigger
        and rettype not in (typeoids.RECORD, typeoids.VOID)
        and rettype not in typeoids.POLYMORPHIC
    ):
        raise Refusal("0A000", f"PL/pgSQL functions cannot return type {format_type(session, rettype)}", at=at)
    for oid in proc.allargtypes or proc.argtypes:
        if get_typtype(session, oid) == "p" and oid != typeoids.RECORD and oid not in typeoids.POLYMORPHIC:
            raise Refusal("0A000", f"PL/pgSQL functions cannot accept type {format_type(session, oid)}", at=at)
    if session.setting("check_function_bodies") in ("off", "false", "0", "no"):
        return
    if trigger and proc.argtypes:
        if rettype == typeoids.EVENT_TRIGGER:
            raise Refusal("42P13", "event trigger functions cannot have declared arguments", at=at)
        hint = "The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead."
        raise Refusal("42P13", "trigger functions cannot have declared arguments", hint=hint, at=at)
    from schemalint.simulator.plpgsql_compile import compile_function

    compile_function(session, proc, at)


# --- ALTER


def alter_function(session: Session, stmt: AlterFunctionStmt) -> None:
    """ALTER FUNCTION / PROCEDURE / ROUTINE ... options (AlterFunction)."""
    at = (stmt.func.start, stmt.func.end)
    proc = session.catalog[Proc, lookup_func_with_args(session, stmt.objtype, stmt.func)]
    owner_check(session, proc, at)
    if proc.kind == "a":
        raise Refusal("42809", f'"{qualified(stmt.func.objname)}" is an aggregate function', at=at)
    options = gather_options(stmt.actions, proc.kind == "p")
    fields = common_attributes(session, options)
    if fields.get("leakproof") and not is_superuser(session):
        raise Refusal("42501", "only superuser can define a leakproof function", at=at)
    check_cost_and_rows(options)
    if "rows" in options and not proc.retset:
        raise Refusal("22023", "ROWS is not applicable when function does not return a set", at=at)
    if "support" in options:
        interpret_func_support(session, options["support"])
    if "parallel" in options:
        fields["parallel"] = interpret_func_parallel(options["parallel"])
    if "set" in options:
        fields["config"] = update_proconfig_value(session, proc.config, options["set"])
    session.change(replace(proc, **fields))


# --- CALL


def execute_call(session: Session, stmt: CallStmt) -> None:
    """CALL: the procedure must exist and take the arguments (transformCallStmt, ExecuteCallStmt)."""
    from schemalint.semantics.utility import transform_call_stmt
    from schemalint.simulator.sql_calls import execute_function

    query = transform_call_stmt(session_parsestate(session), stmt)
    call = query.inner.target_list[0].expr if query.inner is not None else None
    if isinstance(call, FuncExpr):
        execute_function(session, call)
