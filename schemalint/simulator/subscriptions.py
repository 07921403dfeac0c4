"""Subscriptions (subscriptioncmds.c). What a publisher would say is not known here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import Oid, Subscription
from schemalint.errors import Refusal, Undecidable
from schemalint.simulator.acl import acl_check, has_privs_of_role, is_superuser, owner_check
from schemalint.simulator.databases import database_named
from schemalint.simulator.defelem import def_get_boolean, def_get_string, error_conflicting_def_elem
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterSubscriptionStmt, CreateSubscriptionStmt, DefElem, DropSubscriptionStmt, Node

At = tuple[int, int] | None

PG_CREATE_SUBSCRIPTION: Oid = 6304

_SINCE = {
    "two_phase": 15,
    "disable_on_error": 15,
    "origin": 16,
    "password_required": 16,
    "run_as_owner": 16,
    "failover": 17,
}
"""Options that not all majors have -> the first that does."""

_CREATE = frozenset(
    "connect enabled create_slot slot_name copy_data synchronous_commit binary streaming two_phase disable_on_error "
    "password_required run_as_owner failover origin".split()
)
_SET = frozenset(
    "slot_name synchronous_commit binary streaming disable_on_error password_required run_as_owner failover origin".split()
)
_REFRESHING = frozenset(("copy_data", "refresh"))


class _Options(Struct, gc=False):
    """SubOpts; None was not written."""

    connect: bool | None = None
    enabled: bool | None = None
    create_slot: bool | None = None
    slot_given: bool = False
    slot_name: str | None = None
    copy_data: bool | None = None
    refresh: bool | None = None
    two_phase: bool | None = None
    failover: bool | None = None
    password_required: bool | None = None


def _parse_options(session: Session, options: Sequence[DefElem], supported: frozenset[str]) -> _Options:
    """parse_subscription_options."""
    found = _Options()
    seen: set[str] = set()
    for option in options:
        name, at = option.defname, (option.start, option.end)
        if name not in supported or _SINCE.get(name, 0) > session.version:
            raise Refusal("42601", f'unrecognized subscription parameter: "{name}"', at=at, word=name)
        if name in seen:
            raise error_conflicting_def_elem(option)
        seen.add(name)
        _parse_option(session, found, option, at)
    _check_combinations(found, supported)
    return found


def _parse_option(session: Session, found: _Options, option: DefElem, at: At) -> None:
    match option.defname:
        case "connect":
            found.connect = def_get_boolean(option)
        case "enabled":
            found.enabled = def_get_boolean(option)
        case "create_slot":
            found.create_slot = def_get_boolean(option)
        case "copy_data":
            found.copy_data = def_get_boolean(option)
        case "refresh":
            found.refresh = def_get_boolean(option)
        case "two_phase":
            found.two_phase = def_get_boolean(option)
        case "failover":
            found.failover = def_get_boolean(option)
        case "password_required":
            found.password_required = def_get_boolean(option)
        case "slot_name":
            found.slot_given = True
            name = def_get_string(option)
            if name != "none":
                _check_slot_name(session, name, at)
                found.slot_name = name
        case "synchronous_commit":
            from schemalint.simulator.guc import check_value, find_option

            setting = find_option(session, "synchronous_commit")
            if setting is not None:
                check_value(session, setting, def_get_string(option), at)
        case "streaming":
            _check_streaming(session, option, at)
        case "origin":
            origin = def_get_string(option)
            if origin.lower() not in ("any", "none"):
                raise Refusal("22023", f'unrecognized origin value: "{origin}"', at=at, word=origin)
        case "lsn":
            _check_lsn(option, at)
        case _:
            def_get_boolean(option)


def _check_streaming(session: Session, option: DefElem, at: At) -> None:
    """defGetStreamingMode."""
    if session.version < 16:
        def_get_boolean(option)
        return
    if option.arg is not None and not isinstance(option.arg, bool):
        value = def_get_string(option).lower()
        if value not in ("true", "false", "on", "off", "parallel", "0", "1"):
            raise Refusal("42601", 'streaming requires a Boolean value or "parallel"', at=at)


def _check_lsn(option: DefElem, at: At) -> None:
    from schemalint.semantics.input import check_input

    text = def_get_string(option)
    if text == "none":
        return
    refused = check_input("pg_lsn", text)
    if refused is not None:
        raise Refusal(refused.sqlstate, refused.message, at=at)
    if re.fullmatch("0+/0+", text):
        raise Refusal("22023", f"invalid WAL location (LSN): {text}", at=at)


def _check_slot_name(session: Session, name: str, at: At) -> None:
    """ReplicationSlotValidateName."""
    if not name:
        raise Refusal("42602", f'replication slot name "{name}" is too short', at=at)
    if len(name.encode()) >= 64:
        raise Refusal("42622", f'replication slot name "{name}" is too long', at=at)
    if re.fullmatch("[a-z0-9_]+", name) is None:
        hint = "Replication slot names may only contain lower case letters, numbers, and the underscore character."
        raise Refusal("42602", f'replication slot name "{name}" contains invalid character', hint=hint, at=at)


def _exclusive(first: str, second: str) -> Refusal:
    return Refusal("42601", f"{first} and {second} are mutually exclusive options")


def _check_combinations(found: _Options, supported: frozenset[str]) -> None:
    if found.connect is False and "connect" in supported:
        for name in ("enabled", "create_slot", "copy_data"):
            if getattr(found, name):
                raise _exclusive("connect = false", f"{name} = true")
        found.enabled = found.create_slot = found.copy_data = False
        # what follows of slot_name looks at these values, not at what was written
        given: tuple[str, ...] = ()
    else:
        given = tuple(name for name in ("enabled", "create_slot") if getattr(found, name) is not None)
    if found.slot_given and found.slot_name is None:
        for name in ("enabled", "create_slot"):
            if name not in supported or getattr(found, name) is False:
                continue
            if name in given:
                raise _exclusive("slot_name = NONE", f"{name} = true")
            raise Refusal("42601", f"subscription with slot_name = NONE must also set {name} = false")


# --- CREATE SUBSCRIPTION


def create_subscription(session: Session, stmt: CreateSubscriptionStmt) -> None:
    """CREATE SUBSCRIPTION (CreateSubscription)."""
    at = (stmt.start, stmt.end)
    options = _parse_options(session, stmt.options, _CREATE)
    creates_slot = options.create_slot is not False
    if creates_slot:
        session.prevent_in_transaction_block("CREATE SUBSCRIPTION ... WITH (create_slot = true)", stmt)
    _check_may_create(session, options, at)
    if session.catalog.find_oid("pg_subscription", 0, stmt.subname) is not None:
        raise Refusal("42710", f'subscription "{stmt.subname}" already exists', at=at, word=stmt.subname)
    _check_conninfo(session, stmt.conninfo, at)
    _check_duplicates(stmt.publication, at)
    slot = options.slot_name if options.slot_given else stmt.subname
    subscription = Subscription(
        oid=session.catalog.new_oid(),
        name=stmt.subname,
        owner=session.role,
        enabled=options.enabled is not False,
        publications=stmt.publication,
        slotname=slot,
    )
    session.create(subscription)
    if options.connect is not False:
        session.undecided.append("whether the publisher can be reached is not known")
    elif session.version >= 16:
        session.effect(Noted("WARNING", "subscription was created, but is not connected"))


def _check_may_create(session: Session, options: _Options, at: At) -> None:
    if is_superuser(session):
        return
    if session.version < 16:
        raise Refusal("42501", "must be superuser to create subscriptions", at=at)
    if not has_privs_of_role(session, session.role, PG_CREATE_SUBSCRIPTION):
        detail = 'Only roles with privileges of the "pg_create_subscription" role may create subscriptions.'
        raise Refusal("42501", "permission denied to create subscription", detail=detail, at=at)
    database = database_named(session, session.names.database)
    acl_check(session, database, "C", at)
    if options.password_required is False:
        raise _superuser_only(at)


def _superuser_only(at: At) -> Refusal:
    return Refusal(
        "42501",
        "password_required=false is superuser-only",
        hint="Subscriptions with the password_required option set to false may only be created or modified by the superuser.",
        at=at,
    )


_KEYWORD = re.compile(r"\s*([^=\s]*)\s*(=?)")
_VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)*))")
_KEYWORDS = frozenset(
    """service user password passfile channel_binding connect_timeout dbname host hostaddr port client_encoding options
    application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
    tcp_user_timeout sslmode sslcompression sslcert sslkey sslpassword sslrootcert sslcrl sslcrldir sslsni requirepeer
    require_auth ssl_min_protocol_version ssl_max_protocol_version gssencmode krbsrvname gsslib gssdelegation replication
    target_session_attrs load_balance_hosts sslcertmode sslnegotiation servicefile scram_client_key scram_server_key
    min_protocol_version max_protocol_version sslkeylogfile oauth_issuer oauth_client_id oauth_client_secret oauth_scope
    tty authtype""".split()
)


def _check_conninfo(session: Session, conninfo: str, at: At) -> None:
    """libpqrcv_check_conninfo."""
    if conninfo.startswith(("postgresql://", "postgres://")):
        return
    rest = conninfo
    while rest.strip():
        key = _KEYWORD.match(rest)
        assert key is not None
        if not key[2]:
            raise _bad_conninfo(session, f'missing "=" after "{key[1]}" in connection info string', at)
        value = _VALUE.match(rest, key.end())
        if key[1] not in _KEYWORDS:
            raise _bad_conninfo(session, f'invalid connection option "{key[1]}"', at)
        rest = "" if value is None else rest[value.end() :]


def _bad_conninfo(session: Session, why: str, at: At) -> Refusal:
    return Refusal("42601", f"invalid connection string syntax: {why}\n", at=at)


def _check_duplicates(publications: Sequence[str], at: At) -> None:
    seen: set[str] = set()
    for name in publications:
        if name in seen:
            raise Refusal("42710", f'publication name "{name}" used more than once', at=at, word=name)
        seen.add(name)


# --- ALTER and DROP SUBSCRIPTION


def alter_subscription(session: Session, stmt: AlterSubscriptionStmt) -> None:
    """ALTER SUBSCRIPTION (AlterSubscription)."""
    at = (stmt.start, stmt.end)
    found = session.catalog.find(Subscription, 0, stmt.subname)
    if found is None:
        session.names.unknown_or(stmt.subname, at)
        raise Refusal("42704", f'subscription "{stmt.subname}" does not exist', at=at, word=stmt.subname)
    owner_check(session, found, at)
    match stmt.kind.removeprefix("ALTER_SUBSCRIPTION_"):
        case "OPTIONS":
            _alter_options(session, found, stmt, at)
        case "ENABLED":
            options = _parse_options(session, stmt.options, frozenset(("enabled",)))
            if found.slotname is None and options.enabled:
                raise Refusal("55000", "cannot enable subscription that does not have a slot name", at=at)
            session.change(replace(found, enabled=bool(options.enabled)))
        case "CONNECTION":
            _check_conninfo(session, stmt.conninfo or "", at)
        case "SET_PUBLICATION":
            options = _parse_options(session, stmt.options, _REFRESHING)
            _check_duplicates(stmt.publication, at)
            _change_publications(session, found, stmt, stmt.publication, options)
        case "ADD_PUBLICATION" | "DROP_PUBLICATION":
            _merge_publications(session, found, stmt, at)
        case "REFRESH":
            if not found.enabled:
                message = "ALTER SUBSCRIPTION ... REFRESH is not allowed for disabled subscriptions"
                raise Refusal("55000", message, at=at)
            _parse_options(session, stmt.options, frozenset(("copy_data",)))
            session.prevent_in_transaction_block("ALTER SUBSCRIPTION ... REFRESH", stmt)
            raise Undecidable("what the publisher says is not known")
        case "SKIP":
            if not is_superuser(session) and session.version < 16:
                raise Refusal("42501", "must be superuser to skip transaction", at=at)
            _parse_options(session, stmt.options, frozenset(("lsn",)))


def _alter_options(session: Session, found: Subscription, stmt: AlterSubscriptionStmt, at: At) -> None:
    supported = _SET | {"two_phase"} if session.version >= 18 else _SET
    options = _parse_options(session, stmt.options, supported)
    if options.slot_given and found.enabled and options.slot_name is None:
        raise Refusal("55000", "cannot set slot_name = NONE for enabled subscription", at=at)
    if options.password_required is False and not is_superuser(session):
        raise _superuser_only(at)
    for name in ("two_phase", "failover"):
        if getattr(options, name) is not None:
            if found.enabled:
                raise Refusal("55000", f'cannot set option "{name}" for enabled subscription', at=at)
            _prevent_with_slot(session, found, stmt, name)
    if options.slot_given:
        session.change(replace(found, slotname=options.slot_name))


def _prevent_with_slot(session: Session, found: Subscription, stmt: Node, name: str) -> None:
    """The slot of the publisher would be altered, too."""
    if found.slotname is None:
        message = f'cannot set option "{name}" for a subscription that does not have a slot name'
        raise Refusal("0A000", message, at=(stmt.start, stmt.end))
    session.prevent_in_transaction_block(f"ALTER SUBSCRIPTION ... SET ({name})", stmt)


def _change_publications(
    session: Session,
    found: Subscription,
    stmt: AlterSubscriptionStmt,
    publications: tuple[str, ...],
    options: _Options,
) -> None:
    if options.refresh is not False:
        if not found.enabled:
            verb = stmt.kind.removeprefix("ALTER_SUBSCRIPTION_").removesuffix("_PUBLICATION")
            what = "SET PUBLICATION" if verb == "SET" else f"{verb} PUBLICATION"
            raise Refusal(
                "55000",
                "ALTER SUBSCRIPTION with refresh is not allowed for disabled subscriptions",
                hint=f"Use ALTER SUBSCRIPTION ... {what} ... WITH (refresh = false){'' if verb == 'SET' else ' instead'}.",
                at=(stmt.start, stmt.end),
            )
        session.prevent_in_transaction_block("ALTER SUBSCRIPTION with refresh", stmt)
        session.undecided.append("what the publisher says is not known")
    session.change(replace(found, publications=publications))


def _merge_publications(session: Session, found: Subscription, stmt: AlterSubscriptionStmt, at: At) -> None:
    """merge_publications."""
    options = _parse_options(session, stmt.options, _REFRESHING)
    _check_duplicates(stmt.publication, at)
    merged: list[str] = list(found.publications)
    adding = stmt.kind.endswith("ADD_PUBLICATION")
    for name in stmt.publication:
        held = name in merged
        if adding and held:
            message = f'publication "{name}" is already in subscription "{found.name}"'
            raise Refusal("42710", message, at=at, word=name)
        if not adding and not held:
            raise Refusal("42P17", f'publication "{name}" is not in subscription "{found.name}"', at=at, word=name)
        if adding:
            merged.append(name)
        else:
            merged.remove(name)
    if not merged:
        raise Refusal("42P17", "cannot drop all the publications from a subscription", at=at)
    _change_publications(session, found, stmt, tuple(merged), options)


def drop_subscription(session: Session, stmt: DropSubscriptionStmt) -> None:
    """DROP SUBSCRIPTION (DropSubscription)."""
    at = (stmt.start, stmt.end)
    found = session.catalog.find(Subscription, 0, stmt.subname)
    if found is None:
        session.names.unknown_or(stmt.subname, at)
        if not stmt.missing_ok:
            raise Refusal("42704", f'subscription "{stmt.subname}" does not exist', at=at, word=stmt.subname)
        session.effect(Noted("NOTICE", f'subscription "{stmt.subname}" does not exist, skipping'))
        session.effect(Skipped(stmt.subname, False))
        return
    owner_check(session, found, at)
    if found.slotname is not None:
        session.prevent_in_transaction_block("DROP SUBSCRIPTION", stmt)
        session.undecided.append("whether the publisher can be reached is not known")
    address: Any = found.address
    session.drop(address)
