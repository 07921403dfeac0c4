"""What went wrong between us and a server, in words that show no credentials."""

from __future__ import annotations

from typing import Any

from schemalint.errors import UserError

HOW_TO_WRITE = "write postgresql://user@host:port/database or key=value pairs, with special characters percent-encoded"


def unreadable_dsn() -> UserError:
    """libpq's own message would show the connection string, and with it a password."""
    return UserError(f"the connection string cannot be read: {HOW_TO_WRITE}")


def check_parameters(parameters: dict[str, Any]) -> None:
    """Raise UserError for what libpq would take for a host's name, and show, though it is a part of a password."""
    if "@" in str(parameters.get("host", "")):
        raise UserError(f"the connection string has an @ in its host: {HOW_TO_WRITE}")


def place_of(parameters: dict[str, Any]) -> str:
    """The database that a connection is to, for people."""
    host, port, database = (parameters.get(name) for name in ("host", "port", "dbname"))
    where = f"{host}:{port}" if host and port else host or "the default host"
    return f'database "{database}" on {where}' if database else f"{where}"


_REASONS = (
    ("could not translate host name", "the host name does not resolve"),
    ("Name or service not known", "the host name does not resolve"),
    ("failed to resolve host", "the host name does not resolve"),
    ("Connection refused", "connection refused; is the server running, and is the port right?"),
    ("No such file or directory", "no server listens on this socket"),
    ("no password supplied", "a password is needed; set PGPASSWORD or write it into ~/.pgpass"),
    ("password authentication failed", "the password is wrong"),
    ("timeout expired", "no answer in time"),
    ("connection timeout", "no answer in time"),
    ("Network is unreachable", "the network is unreachable"),
    ("No route to host", "no route to the host"),
    ("SSL off", "the server wants TLS; add sslmode=require"),
    ("no encryption", "the server wants TLS; add sslmode=require"),
    ("server does not support SSL", "the server does not support TLS, which sslmode demands"),
    ("certificate verify failed", "the server's TLS certificate cannot be verified"),
    ("root certificate file", "the root certificate that sslmode demands is missing"),
    ("too many clients", "the server has too many connections"),
    ("remaining connection slots", "the server has too many connections"),
    ("server closed the connection", "the server closed the connection"),
)


def not_connected(said: str, parameters: dict[str, Any]) -> UserError:
    """Why there is no connection; `said` is libpq's message."""
    for words, reason in _REASONS:
        if words.lower() in said.lower():
            return UserError(f"cannot connect to {place_of(parameters)}: {reason}")
    last = said.strip().splitlines()[-1].rpartition("FATAL:")[2].strip() if said.strip() else "unknown reason"
    return UserError(f"cannot connect to {place_of(parameters)}: {without_secrets(last, parameters)}")


def without_secrets(text: str, parameters: dict[str, Any]) -> str:
    """The text without the values of what must stay secret."""
    for name in ("password", "sslpassword", "passfile", "sslkey"):
        secret = str(parameters.get(name) or "")
        if secret:
            text = text.replace(secret, "***")
    return text


def reading_failed(sqlstate: str | None, said: str, source: str) -> UserError:
    """Why the catalog could not be read to its end; `said` is the server's message, empty when there is none."""
    if sqlstate == "57014" and "statement timeout" in said:
        reason = "a query took too long (statement_timeout)"
    elif sqlstate == "57014":
        reason = "a query was cancelled"
    elif sqlstate == "55P03":
        reason = "another session holds a lock on a relation (lock_timeout); try again later"
    elif sqlstate in ("57P01", "57P02", "57P03") or not (sqlstate or said):
        reason = "the connection was lost"
    elif sqlstate == "XX000" and ("could not open relation" in said or "cache lookup failed" in said):
        reason = "the database was changed meanwhile; try again"
    elif sqlstate == "42501":
        reason = f"{said}; the role needs to read pg_catalog"
    else:
        reason = said
    return UserError(f"cannot read the catalog of {source}: {reason}")
