"""CREATE and ALTER COLLATION (collationcmds.c, pg_collation.c)."""

from __future__ import annotations

import re

from schemalint.catalog.model import Collation, ObjectAddress
from schemalint.errors import Refusal
from schemalint.semantics.types import lookup_collation
from schemalint.simulator.acl import owner_check
from schemalint.simulator.defelem import (
    def_get_boolean,
    def_get_qualified_name,
    def_get_string,
    error_conflicting_def_elem,
    span_of,
)
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterCollationStmt, DefElem, DefineStmt

At = tuple[int, int] | None

UTF8 = 6
_IMPOSSIBLE = re.compile("[a-z]{4,}")
"""No locale of a C library has such a name, but for the aliases."""
_LOCALE_ALIASES = frozenset(
    "bokmal catalan croatian czech danish dansk deutsch dutch eesti estonian finnish french galego galician german greek "
    "hebrew hrvatski hungarian icelandic italian japanese korean lithuanian norwegian nynorsk polish portuguese romanian "
    "russian slovak slovene slovenian spanish swedish thai turkish posix".split()
)
DEFAULT_COLLATION = 100
_ATTRIBUTES = frozenset("from locale lc_collate lc_ctype provider deterministic version".split())


def define_collation(session: Session, stmt: DefineStmt) -> None:
    """CREATE COLLATION (DefineCollation)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    found = _gather(session, stmt.definition)
    if "locale" in found and ("lc_collate" in found or "lc_ctype" in found):
        detail = "LOCALE cannot be specified together with LC_COLLATE or LC_CTYPE."
        raise Refusal("42601", "conflicting or redundant options", detail=detail, at=at)
    if "from" in found and len(stmt.definition) != 1:
        detail = "FROM cannot be specified together with any other options."
        raise Refusal("42601", "conflicting or redundant options", detail=detail, at=at)
    if "from" in found:
        names = def_get_qualified_name(found["from"])
        source = session.catalog[Collation, lookup_collation(session, names, span_of(found["from"]))]
        if source.provider == "d":
            raise Refusal("42P17", 'collation "default" cannot be copied', at=at)
        fields = (source.provider, source.deterministic, source.encoding, source.locale)
    else:
        fields = _definition(session, found, at)
    provider, deterministic, encoding, locale = fields
    catalog = session.catalog
    held = catalog.find(Collation, namespace, name)
    if held is not None:
        shown = f'collation "{name}"' if encoding == -1 else f'collation "{name}" for encoding "UTF8"'
        if not stmt.if_not_exists:
            raise Refusal("42710", f"{shown} already exists", at=at, word=name, objects=(held.address,))
        session.effect(Noted("NOTICE", f"{shown} already exists, skipping"))
        session.effect(Skipped(name, True, held.address))
        return
    made = Collation(
        oid=catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        provider=provider,
        deterministic=deterministic,
        encoding=encoding,
        locale=locale,
    )
    session.create(made)
    catalog.depend(made.address, ObjectAddress("pg_namespace", namespace))


def _gather(session: Session, definition: tuple[DefElem, ...]) -> dict[str, DefElem]:
    found: dict[str, DefElem] = {}
    for option in definition:
        name = option.defname
        if name not in _ATTRIBUTES and not (name == "rules" and session.version >= 16):
            message = f'collation attribute "{name}" not recognized'
            raise Refusal("42601", message, at=span_of(option), word=name)
        if name in found and session.version >= 15:
            raise error_conflicting_def_elem(option)
        found[name] = option
    return found


def _definition(session: Session, found: dict[str, DefElem], at: At) -> tuple[str, bool, int, str | None]:
    """(provider, deterministic, encoding, locale) of a definition without FROM."""
    deterministic = def_get_boolean(found["deterministic"]) if "deterministic" in found else True
    provider = _provider(session, found["provider"]) if "provider" in found else "c"
    locale = def_get_string(found["locale"]) if "locale" in found else None
    collate = def_get_string(found["lc_collate"]) if "lc_collate" in found else None
    ctype = def_get_string(found["lc_ctype"]) if "lc_ctype" in found else None
    if provider == "c":
        if (collate or locale) is None:
            raise _missing("lc_collate", at)
        if (ctype or locale) is None:
            raise _missing("lc_ctype", at)
    elif locale is None and not (session.version < 15 and collate is not None and ctype is not None):
        raise _missing("lc_collate" if session.version < 15 and collate is None else "locale", at)
    elif provider == "b" and locale not in ("C", "C.UTF8", "C.UTF-8", "PG_UNICODE_FAST"):
        raise Refusal("42809", f'invalid locale name "{locale}" for builtin provider', at=at)
    if not deterministic and provider != "i":
        raise Refusal("0A000", "nondeterministic collations not supported with this provider", at=at)
    if "rules" in found and provider != "i":
        raise Refusal("42P17", "ICU rules cannot be specified unless locale provider is ICU", at=at)
    if provider == "c":
        for name in (locale or collate, locale or ctype):
            if name is not None and _IMPOSSIBLE.fullmatch(name) and name not in _LOCALE_ALIASES:
                message = f'could not create locale "{name}": No such file or directory'
                raise Refusal("22023", message, at=at, word=name)
    return provider, deterministic, -1 if provider == "i" else UTF8, locale or collate


def _missing(name: str, at: At) -> Refusal:
    return Refusal("42P17", f'parameter "{name}" must be specified', at=at)


def _provider(session: Session, option: DefElem) -> str:
    text = def_get_string(option)
    known = {"icu": "i", "libc": "c"}
    if session.version >= 17:
        known["builtin"] = "b"
    found = known.get(text.lower())
    if found is None:
        raise Refusal("42P17", f"unrecognized collation provider: {text}", at=span_of(option), word=text)
    return found


def alter_collation(session: Session, stmt: AlterCollationStmt) -> None:
    """ALTER COLLATION ... REFRESH VERSION (AlterCollation)."""
    at = (stmt.start, stmt.end)
    found = session.catalog[Collation, lookup_collation(session, stmt.collname, at)]
    if found.oid == DEFAULT_COLLATION and session.version >= 15:
        hint = "Use ALTER DATABASE ... REFRESH COLLATION VERSION instead."
        raise Refusal("0A000", "cannot refresh version of default collation", hint=hint, at=at)
    owner_check(session, found, at)
