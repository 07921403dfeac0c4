"""OPTIONS (...) of foreign-data objects (transformGenericOptions of foreigncmds.c, foreign.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import DefElem

At = tuple[int, int] | None


def transform_generic_options(
    session: Session, classid: str, old: Sequence[str], options: Sequence[DefElem], validator: Oid
) -> tuple[str, ...]:
    """The `name=value` texts after ADD, SET and DROP (transformGenericOptions). `classid` names the catalog of the object."""
    found = dict(text.split("=", 1) for text in old)
    for option in options:
        name, at = option.defname, (option.start, option.end)
        value = "" if option.arg is None else str(option.arg)
        if option.defaction in ("DEFELEM_DROP", "DEFELEM_SET"):
            if name not in found:
                raise Refusal("42704", f'option "{name}" not found', at=at, word=name)
            if option.defaction == "DEFELEM_DROP":
                del found[name]
            else:
                found[name] = value
        elif name in found:
            raise Refusal("42710", f'option "{name}" provided more than once', at=at, word=name)
        else:
            found[name] = value
    _check_names(session, options)
    if validator and options:
        _validate(session, classid, found, options, validator)
    return tuple(f"{name}={value}" for name, value in found.items())


def _check_names(session: Session, options: Sequence[DefElem]) -> None:
    """optionListToArray."""
    for option in options:
        if "=" in option.defname and session.version >= 18:
            message = f'invalid option name "{option.defname}": must not contain "="'
            raise Refusal("22023", message, at=(option.start, option.end), word=option.defname)


_SERVER = (
    "authtype service connect_timeout dbname host hostaddr port tty options requiressl sslmode gsslib gssdelegation"
)
_CONNINFO = {"pg_foreign_server": frozenset(_SERVER.split()), "pg_user_mapping": frozenset(("user", "password"))}
"""What postgresql_fdw_validator takes."""


def _validate(
    session: Session, classid: str, found: dict[str, str], options: Sequence[DefElem], validator: Oid
) -> None:
    """What is known of validators: the built-in one. Those of extensions are in C."""
    proc = session.catalog.get(Proc, validator)
    if proc is None or proc.name != "postgresql_fdw_validator" or proc.namespace != 11:
        return
    known = _CONNINFO.get(classid, frozenset())
    for name in found:
        if name not in known:
            at = next(((o.start, o.end) for o in options if o.defname == name), None)
            raise Refusal("42601", f'invalid option "{name}"', hint=_hint(session, name, classid), at=at, word=name)


def _hint(session: Session, name: str, classid: str) -> str:
    ordered = {"pg_foreign_server": _SERVER.split(), "pg_user_mapping": ["user", "password"]}.get(classid, [])
    if not ordered:
        return "There are no valid options in this context."
    if session.version < 16:
        return f"Valid options in this context are: {', '.join(word for word in ordered if word != 'gssdelegation')}"
    from schemalint.semantics.missing import levenshtein

    best = min(ordered, key=lambda word: levenshtein(name, word, 255))
    if levenshtein(name, best, 255) <= min(4, len(name) // 2):
        return f'Perhaps you meant the option "{best}".'
    return ""
