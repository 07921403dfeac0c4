"""SET, RESET, SHOW, DISCARD and ALTER SYSTEM (guc_funcs.c, variable.c, discard.c)."""

from __future__ import annotations

import re

from schemalint.catalog import model
from schemalint.catalog.builtins import Setting
from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.simulator.acl import has_privs_of_role, is_superuser
from schemalint.simulator.describe import quote_identifier
from schemalint.simulator.guc import OLD_NAMES, check_context, check_value, find_option
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import (
    A_Const,
    AlterSystemStmt,
    CheckPointStmt,
    DefElem,
    DiscardStmt,
    LoadStmt,
    Node,
    TypeCast,
    VariableSetStmt,
    VariableShowStmt,
)

At = tuple[int, int] | None

LIST_SETTINGS = frozenset(
    (
        "search_path",
        "datestyle",
        "temp_tablespaces",
        "session_preload_libraries",
        "local_preload_libraries",
        "shared_preload_libraries",
        "createrole_self_grant",
        "restrict_nonsystem_relation_kind",
        "log_destination",
        "listen_addresses",
        "unix_socket_directories",
        "wal_consistency_checking",
        "debug_io_direct",
        "synchronous_standby_names",
        "synchronized_standby_slots",
    )
)
"""Parameters that take several values (GUC_LIST_INPUT)."""

QUOTED_LIST_SETTINGS = frozenset(
    (
        "search_path",
        "temp_tablespaces",
        "session_preload_libraries",
        "local_preload_libraries",
        "shared_preload_libraries",
        "unix_socket_directories",
    )
)
"""Those of them whose values are names (GUC_LIST_QUOTE)."""

_SPACES = " \t\n\r\f\v"
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_BARE = re.compile(r"[^,\s]+")


def nothing(session: Session, stmt: Node) -> None:
    """LISTEN, NOTIFY, LOAD, CHECKPOINT and their like change nothing that is modelled."""


def exec_set_variable(session: Session, stmt: VariableSetStmt) -> None:
    """SET and RESET (ExecSetVariableStmt)."""
    at = (stmt.start, stmt.end)
    match stmt.kind:
        case "VAR_RESET_ALL":
            _reset_all(session)
        case "VAR_SET_MULTI":
            _set_multi(session, stmt)
        case "VAR_RESET" | "VAR_SET_DEFAULT":
            set_config(session, stmt.name or "", None, local=stmt.is_local, at=at)
        case "VAR_SET_VALUE":
            name = stmt.name or ""
            values = setting_values(session, stmt)
            find_option(session, name, at)
            if name.lower() == "search_path":
                set_search_path(session, tuple(values), local=stmt.is_local)
            else:
                set_config(session, name, ", ".join(values), local=stmt.is_local, at=at)


def setting_values(session: Session, stmt: VariableSetStmt) -> list[str]:
    """The values of a SET as texts (flatten_set_variable_args)."""
    name = (stmt.name or "").lower()
    if len(stmt.args) > 1 and name not in LIST_SETTINGS:
        raise Refusal("22023", f"SET {stmt.name} takes only one argument", at=(stmt.start, stmt.end))
    return [_text_of(arg) for arg in stmt.args]


def setting_text(session: Session, stmt: VariableSetStmt, at: At = None) -> str:
    """The value of a SET as one text, names of a list quoted where they must be (ExtractSetVariableArgs)."""
    name = (stmt.name or "").lower()
    if stmt.kind == "VAR_SET_CURRENT":
        return current_value(session, name, at)
    values = setting_values(session, stmt)
    if name in QUOTED_LIST_SETTINGS:
        values = [quote_identifier(value) for value in values]
    return ", ".join(values)


def current_value(session: Session, name: str, at: At = None) -> str:
    """A parameter's value as text (GetConfigOptionByName)."""
    if name == "search_path":
        return ", ".join(map(quote_identifier, session.var("search_path", ("$user", "public"))))
    held = session.setting(name)
    if held is not None:
        return held
    setting = find_option(session, name, at)
    if setting is None:
        raise Refusal("42704", f'unrecognized configuration parameter "{name}"', at=at, word=name)
    return setting.boot_val or ""


def _text_of(arg: Node) -> str:
    if isinstance(arg, TypeCast):
        return _text_of(arg.arg)
    assert isinstance(arg, A_Const)
    return str(arg.val)


def split_identifiers(value: str) -> tuple[str, ...] | None:
    """The names of a list setting given as one text: `"$user", public`; None when it is malformed (SplitIdentifierString)."""
    names: list[str] = []
    rest = value.strip(_SPACES)
    while rest:
        if rest.startswith('"'):
            found = _QUOTED.match(rest)
            if found is None:
                return None
            names.append(found[1].replace('""', '"'))
        else:
            found = _BARE.match(rest)
            if found is None:
                return None
            names.append(found[0].lower())
        rest = rest[found.end() :].lstrip(_SPACES)
        if rest:
            if not rest.startswith(","):
                return None
            rest = rest[1:].lstrip(_SPACES)
            if not rest:
                return None
    return tuple(names)


def set_search_path(session: Session, schemas: tuple[str, ...] | None, *, local: bool = False) -> None:
    """Set search_path to these names; None is the default."""
    _set(session, "search_path", schemas, local)
    session.prepare()


def _set(session: Session, key: str, value: object, local: bool) -> None:
    held: dict[str, object] = session.var("local", {})
    if local:
        if not session.in_transaction_block:
            return
        if key not in held:
            session.set_var("local", {**held, key: session.var(key)})
    elif key in held:
        session.set_var("local", {name: old for name, old in held.items() if name != key})
    session.set_var(key, value)


def set_config(session: Session, name: str, value: str | None, *, local: bool = False, at: At = None) -> None:
    """Set a parameter from its text, None for its default (set_config_option)."""
    setting = find_option(session, name, at)
    key = name.lower()
    if setting is not None:
        key = setting.name.lower()
        check_context(session, setting, at)
    else:
        session.placeholders.add(key)
    match key:
        case "search_path":
            names = None if value is None else split_identifiers(value)
            if value is not None and names is None:
                message = f'invalid value for parameter "search_path": "{value}"'
                raise Refusal("22023", message, detail="List syntax is invalid.", at=at)
            set_search_path(session, names, local=local)
            return
        case "role":
            set_role(session, value, local=local, at=at)
            return
        case "session_authorization":
            _set_session_authorization(session, value, local=local, at=at)
            return
        case "transaction_read_only" | "transaction_isolation" | "transaction_deferrable":
            _set_transaction(session, setting, value, at)
            return
    if setting is not None and value is not None:
        check_value(session, setting, value, at, name)
    _set(session, f"setting {key}", value, local)


def _set_transaction(session: Session, setting: Setting | None, value: str | None, at: At) -> None:
    """SET transaction_read_only and its like, which hold for the transaction only."""
    from schemalint.simulator.transactions import set_transaction_mode

    assert setting is not None
    if value is None:
        if "NO_RESET" in setting.flags:
            raise Refusal("0A000", f'parameter "{setting.name}" cannot be reset', at=at, word=setting.name)
        return
    check_value(session, setting, value, at)
    set_transaction_mode(session, setting.name, value, at)


def set_role(session: Session, value: str | None, *, local: bool = False, at: At = None) -> None:
    """SET ROLE (check_role)."""
    if value is None or value == "none":
        _set(session, "role", None, local)
        session.prepare()
        return
    oid = session.catalog.find_oid("pg_authid", 0, value)
    if oid is None:
        session.names.unknown_or(value, at)
        raise Refusal("22023", f'role "{value}" does not exist', at=at, word=value)
    login = session.var("session_role", 10)
    if not _may_set_role(session, login, oid):
        raise Refusal("42501", f'permission denied to set role "{value}"', at=at, word=value)
    _set(session, "role", oid, local)
    session.prepare()


def _may_set_role(session: Session, role: Oid, wanted: Oid) -> bool:
    """member_can_set_role."""
    held = session.catalog.get(model.Role, role)
    if role == wanted or held is None or held.super:
        return True
    seen, queue = {role}, [role]
    while queue:
        current = session.catalog.get(model.Role, queue.pop())
        for oid, (_, _, may_set) in current.member_of.items() if current is not None else ():
            if may_set and oid not in seen:
                if oid == wanted:
                    return True
                seen.add(oid)
                queue.append(oid)
    return False


def _set_session_authorization(session: Session, value: str | None, *, local: bool = False, at: At = None) -> None:
    """SET SESSION AUTHORIZATION (check_session_authorization)."""
    login = session.var("login_role")
    oid: Oid | None = login
    if value is not None:
        oid = session.catalog.find_oid("pg_authid", 0, value)
        if oid is None:
            session.names.unknown_or(value, at)
            raise Refusal("22023", f'role "{value}" does not exist', at=at, word=value)
        connected = session.catalog.get(model.Role, login if login is not None else 10)
        if connected is not None and not connected.super and oid != connected.oid:
            raise Refusal("42501", f'permission denied to set session authorization "{value}"', at=at, word=value)
    _set(session, "session_role", oid, local)
    _set(session, "role", None, local)
    session.prepare()


def _set_multi(session: Session, stmt: VariableSetStmt) -> None:
    """SET TRANSACTION and SET SESSION CHARACTERISTICS."""
    from schemalint.simulator.transactions import set_transaction_mode

    at = (stmt.start, stmt.end)
    if stmt.name == "TRANSACTION SNAPSHOT":
        _import_snapshot(session, _text_of(stmt.args[0]), at)
        return
    for option in stmt.args:
        assert isinstance(option, DefElem) and isinstance(option.arg, A_Const)
        if stmt.name == "TRANSACTION":
            set_transaction_mode(session, option.defname, str(option.arg.val), at)
        else:
            set_config(session, f"default_{option.defname}", str(option.arg.val), at=at)


def _import_snapshot(session: Session, name: str, at: At) -> None:
    """SET TRANSACTION SNAPSHOT (ImportSnapshot): no snapshot was exported that is known here."""
    if session.var("used_snapshot"):
        raise Refusal("25001", "SET TRANSACTION SNAPSHOT must be called before any query", at=at)
    level = session.var("isolation", session.setting("default_transaction_isolation") or "read committed")
    if level not in ("serializable", "repeatable read"):
        message = "a snapshot-importing transaction must have isolation level SERIALIZABLE or REPEATABLE READ"
        raise Refusal("0A000", message, at=at)
    if set(name) <= set("0123456789ABCDEF-") and session.version >= 17:
        raise Refusal("42704", f'snapshot "{name}" does not exist', at=at, word=name)
    raise Refusal("22023", f'invalid snapshot identifier: "{name}"', at=at)


def _reset_all(session: Session) -> None:
    keep = frozenset(("setting role", "setting session_authorization", "setting seed"))
    for key in [k for k in session.vars if k.startswith("setting ") and k not in keep]:
        session.set_var(key, None)
    session.set_var("search_path", None)
    apply_stored_settings(session)
    session.prepare()


def show_variable(session: Session, stmt: VariableShowStmt) -> None:
    """SHOW (GetPGVariable)."""
    if stmt.name.lower() != "all":
        check_shown(session, stmt.name, (stmt.start, stmt.end))


def check_shown(session: Session, name: str, at: At) -> None:
    """Raise 42704 for a parameter that has no value (SHOW, current_setting)."""
    key = name.lower()
    if f"setting {key}" in session.vars or key in session.placeholders:
        return
    settings = session.catalog.builtins.settings
    if key not in settings and OLD_NAMES.get(key) not in settings:
        raise Refusal("42704", f'unrecognized configuration parameter "{name}"', at=at, word=name)


def load_library(session: Session, stmt: LoadStmt) -> None:
    """LOAD: a library's parameters are known from then on. Whether the file exists is not known here."""
    if not is_superuser(session) and not stmt.filename.startswith("$libdir/plugins/"):
        message = f'access to library "{stmt.filename}" is not allowed'
        raise Refusal("42501", message, at=(stmt.start, stmt.end), word=stmt.filename)
    name = stmt.filename.rpartition("/")[2].removesuffix(".so").lower()
    session.loaded.add(name)
    known = session.catalog.builtins.settings
    for held in [held for held in session.placeholders if held.startswith(f"{name}.") and held not in known]:
        session.placeholders.discard(held)
        session.set_var(f"setting {held}", None)


def discard(session: Session, stmt: DiscardStmt) -> None:
    """DISCARD (DiscardCommand)."""
    if stmt.target in ("DISCARD_ALL", "DISCARD_TEMP"):
        if stmt.target == "DISCARD_ALL":
            session.prevent_in_transaction_block("DISCARD ALL", stmt)
        from schemalint.simulator.temporary import drop_temporary_schema

        drop_temporary_schema(session)
    if stmt.target == "DISCARD_ALL":
        for key in [k for k in session.vars if k.startswith("cursor ")]:
            session.set_var(key, None)
        for key in list(session.catalog.lasting):
            session.catalog.note(session.catalog.lasting, key, None)
        session.set_var("role", None)
        session.set_var("session_role", session.var("login_role"))
        _reset_all(session)


def _check_may_alter_system(session: Session, inner: VariableSetStmt, at: At) -> None:
    if is_superuser(session):
        return
    if session.version < 15:
        raise Refusal("42501", "must be superuser to execute ALTER SYSTEM command", at=at)
    if inner.kind == "VAR_RESET_ALL":
        raise Refusal("42501", "permission denied to perform ALTER SYSTEM RESET ALL", at=at)
    if not session.var(f"parameter_acl {(inner.name or '').lower()}"):
        raise Refusal("42501", f'permission denied to set parameter "{inner.name}"', at=at, word=inner.name)


def checkpoint(session: Session, stmt: CheckPointStmt) -> None:
    """CHECKPOINT."""
    at = (stmt.start, stmt.end)
    if is_superuser(session) or (session.version >= 15 and has_privs_of_role(session, session.role, PG_CHECKPOINT)):
        return
    if session.version >= 16:
        detail = 'Only roles with privileges of the "pg_checkpoint" role may execute this command.'
        raise Refusal("42501", "permission denied to execute CHECKPOINT command", detail=detail, at=at)
    also = " or have privileges of pg_checkpoint" if session.version == 15 else ""
    raise Refusal("42501", f"must be superuser{also} to do CHECKPOINT", at=at)


PG_CHECKPOINT: Oid = 4544

_NOT_IN_FILE = frozenset(
    """data_directory config_file hba_file ident_file external_pid_file role session_authorization is_superuser seed
    transaction_isolation transaction_read_only transaction_deferrable server_encoding server_version server_version_num""".split()
)
"""Parameters that ALTER SYSTEM does not set (GUC_DISALLOW_IN_FILE, GUC_DISALLOW_IN_AUTO_FILE)."""


def alter_system(session: Session, stmt: AlterSystemStmt) -> None:
    """ALTER SYSTEM (AlterSystemSetConfigFile)."""
    session.prevent_in_transaction_block("ALTER SYSTEM", stmt)
    inner = stmt.setstmt
    at = (stmt.start, stmt.end)
    _check_may_alter_system(session, inner, at)
    if inner.kind == "VAR_RESET_ALL":
        return
    name = inner.name or ""
    setting = session.catalog.builtins.settings.get(name.lower())
    if setting is None:
        if "." in name:
            find_option(session, name, at)
            return
        raise Refusal("42704", f'unrecognized configuration parameter "{name}"', at=at, word=name)
    if setting.context == "internal" or setting.name in _NOT_IN_FILE:
        raise Refusal("55P02", f'parameter "{setting.name}" cannot be changed', at=at, word=name)
    if inner.kind == "VAR_SET_VALUE":
        check_value(session, setting, ", ".join(setting_values(session, inner)), at)


def apply_stored_settings(session: Session) -> None:
    """What ALTER DATABASE / ROLE ... SET left for new sessions (process_settings)."""
    catalog = session.catalog
    database = catalog.find(model.Database, 0, session.names.database)
    role = catalog.get(model.Role, session.var("session_role", 10))
    for holder in (database, role):
        for entry in holder.config if holder is not None else ():
            name, _, value = entry.partition("=")
            if name.lower() == "search_path":
                session.set_var("search_path", split_identifiers(value))
            elif name.lower() not in ("role", "session_authorization"):
                session.set_var(f"setting {name.lower()}", value)
