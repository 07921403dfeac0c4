"""Options of functions and procedures (compute_function_attributes, compute_common_attribute of functioncmds.c)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schemalint.catalog.model import Oid, Proc, TextSearch
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.types import format_type
from schemalint.simulator.acl import is_superuser
from schemalint.simulator.defelem import def_get_numeric, error_conflicting_def_elem, span_of
from schemalint.simulator.session import Session
from schemalint.simulator.settings import setting_text, split_identifiers
from schemalint.syntax.nodes import DefElem, VariableSetStmt

At = tuple[int, int] | None

_COMMON = ("volatility", "strict", "security", "leakproof", "set", "cost", "rows", "support", "parallel")
_NOT_FOR_PROCEDURES = ("volatility", "strict", "leakproof", "cost", "rows", "support", "parallel", "window")


def gather_options(options: tuple[DefElem, ...], is_procedure: bool) -> dict[str, Any]:
    """Option name -> DefElem (`set`: a list of them). Raises 42601 for doubles, 42P13 for what procedures lack."""
    found: dict[str, Any] = {}
    for option in options:
        name = option.defname
        if name == "set":
            found.setdefault("set", []).append(option)
            continue
        # what procedures lack is said first by options that all routines share, last by WINDOW
        if is_procedure and name in _NOT_FOR_PROCEDURES and name != "window":
            raise Refusal("42P13", "invalid attribute in procedure definition", at=span_of(option))
        if name in found:
            raise error_conflicting_def_elem(option)
        if is_procedure and name == "window":
            raise Refusal("42P13", "invalid attribute in procedure definition", at=span_of(option))
        found[name] = option
    return found


def common_attributes(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    """Fields of Proc that the options set, in the order in which the server looks at them (but for ROWS without a set)."""
    made: dict[str, Any] = {}
    if "volatility" in found:
        made["volatile"] = found["volatility"].arg[0]
    if "strict" in found:
        made["strict"] = bool(found["strict"].arg)
    if "security" in found:
        made["secdef"] = bool(found["security"].arg)
    if "leakproof" in found:
        made["leakproof"] = bool(found["leakproof"].arg)
    return made


def check_cost_and_rows(found: dict[str, Any]) -> None:
    """COST and ROWS must be positive."""
    for name in ("cost", "rows"):
        if name in found and def_get_numeric(found[name]) <= 0:
            raise Refusal("22023", f"{name.upper()} must be positive", at=span_of(found[name]))


def interpret_func_support(session: Session, option: DefElem) -> Oid:
    """interpret_func_support."""
    names: Any = option.arg
    at = span_of(option)
    oid = lookup_func_name(session, names, [typeoids.INTERNAL], missing_ok=True, at=at)
    shown = ".".join(names)
    if not oid:
        raise Refusal("42883", f"function {shown}(internal) does not exist", at=at, word=names[-1])
    proc = session.catalog[Proc, oid]
    if proc.rettype != typeoids.INTERNAL:
        internal = format_type(session, typeoids.INTERNAL)
        raise Refusal("42P17", f"support function {shown} must return type {internal}", at=at)
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to specify a support function", at=at)
    return oid


def interpret_func_parallel(option: DefElem) -> str:
    """interpret_func_parallel."""
    words = {"safe": "s", "unsafe": "u", "restricted": "r"}
    found = words.get(str(option.arg))
    if found is None:
        raise Refusal("42601", 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE', at=span_of(option))
    return found


def update_proconfig_value(session: Session, config: tuple[str, ...], items: list[DefElem]) -> tuple[str, ...]:
    """pg_proc.proconfig after SET and RESET clauses (update_proconfig_value)."""
    for item in items:
        stmt: Any = item.arg
        assert isinstance(stmt, VariableSetStmt)
        if stmt.kind == "VAR_RESET_ALL":
            config = ()
            continue
        name = stmt.name or ""
        value = _setting_value(session, stmt)
        kept = tuple(entry for entry in config if entry.partition("=")[0].lower() != name.lower())
        config = kept if value is None else (*kept, f"{name}={value}")
    return config


def _setting_value(session: Session, stmt: VariableSetStmt) -> str | None:
    """The value that SET gives, None for DEFAULT and RESET. Raises what the parameter refuses (ExtractSetVariableArgs,
    validate_option_array_item)."""
    from schemalint.simulator import guc

    name, at = stmt.name or "", (stmt.start, stmt.end)
    setting = guc.find_option(session, name, at)
    if stmt.kind not in ("VAR_SET_VALUE", "VAR_SET_CURRENT"):
        return None
    value = setting_text(session, stmt, at)
    if setting is not None:
        guc.check_stored_value(session, setting, value, at)
        if session.setting("check_function_bodies") not in ("off", "false", "no", "0"):
            guc.check_value(session, setting, value, at)  # the validator runs with it
    return value


# --- SET clauses while the body is checked

_NOT_LOCALLY = ("transaction_isolation", "transaction_read_only", "transaction_deferrable")


@contextmanager
def function_settings(session: Session, proc: Proc, at: At) -> Iterator[None]:
    """A function's own settings, as far as they decide how its body is read (ApplyProcConfig in ProcedureCreate)."""
    names = session.names
    saved = names.path, names.creation, names.temp
    try:
        for entry in proc.config:
            name, _, value = entry.partition("=")
            _apply(session, name.lower(), value, at)
        yield
    finally:
        names.path, names.creation, names.temp = saved


def _apply(session: Session, name: str, value: str, at: At) -> None:
    catalog = session.catalog
    if name == "search_path":
        schemas = split_identifiers(value)
        if schemas is not None:
            session.names.set_path(schemas, session.role_name(session.role), session.var("temp"))
    elif name == "transaction_isolation":
        raise Refusal("25001", "SET TRANSACTION ISOLATION LEVEL must be called before any query", at=at)
    elif name in _NOT_LOCALLY and session.version >= 16:
        raise Refusal("0A000", f'parameter "{name}" cannot be set locally in functions', at=at, word=name)
    elif name == "role" and value != "none" and catalog.find_oid("pg_authid", 0, value) is None:
        session.names.unknown_or(value, at)
        raise Refusal("22023", f'role "{value}" does not exist', at=at, word=value)
    elif name == "default_text_search_config":
        parts = tuple(value.split("."))
        if session.names.find(TextSearch, parts[0] if len(parts) > 1 else None, f"config {parts[-1]}") is None:
            session.names.unknown_or(parts[-1], at)
            raise Refusal("22023", f'invalid value for parameter "{name}": "{value}"', at=at, word=value)
