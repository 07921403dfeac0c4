"""Text search parsers, templates, dictionaries and configurations (tsearchcmds.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress, Oid, Proc, TextSearch
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.functions import func_signature_string
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.types import format_type
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.defelem import def_get_qualified_name, def_get_string, span_of
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterTSConfigurationStmt, AlterTSDictionaryStmt, DefElem, DefineStmt

At = tuple[int, int] | None

_I, _V = typeoids.INTERNAL, typeoids.VOID
_PARSER: dict[str, tuple[list[Oid], Oid]] = {
    "start": ([_I, typeoids.INT4], _I),
    "gettoken": ([_I, _I, _I], _I),
    "end": ([_I], _V),
    "headline": ([_I, _I, typeoids.TSQUERY], _I),
    "lextypes": ([_I], _I),
}
_TEMPLATE: dict[str, tuple[list[Oid], Oid]] = {"init": ([_I], _I), "lexize": ([_I, _I, _I, _I], _I)}

DEFAULT_PARSER_TOKENS = tuple(
    "asciiword word numword email url host sfloat version hword_numpart hword_part hword_asciipart blank tag protocol "
    "numhword asciihword hword url_path file float int uint entity".split()
)
"""Token types of the server's own parser."""

_NOUNS = {"parser": "parser", "dict": "dictionary", "template": "template", "config": "configuration"}
_INDEXES = {
    "parser": "pg_ts_parser_prsname_index",
    "dict": "pg_ts_dict_dictname_index",
    "template": "pg_ts_template_tmplname_index",
    "config": "pg_ts_config_cfgname_index",
}


def get_ts_object(session: Session, kind: str, names: tuple[str, ...], at: At = None) -> TextSearch:
    """The object of a kind, which must exist (get_ts_parser_oid and its like)."""
    schema, name = session.names.split(names, at)
    if schema is not None:
        session.names.namespace(schema, at)
    found = session.names.find(TextSearch, schema, f"{kind} {name}")
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'text search {_NOUNS[kind]} "{qualified(names)}" does not exist', at=at, word=name)
    return found


def _function(session: Session, option: DefElem, signature: tuple[list[Oid], Oid]) -> Oid:
    """get_ts_parser_func, get_ts_template_func."""
    names, at = def_get_qualified_name(option), span_of(option)
    argtypes, rettype = signature
    oid = lookup_func_name(session, names, argtypes, at=at)
    if session.catalog[Proc, oid].rettype != rettype:
        shown = func_signature_string(session, names, (), argtypes)
        message = f"function {shown} should return type {format_type(session, rettype)}"
        raise Refusal("42P17", message, at=at)
    return oid


def _create(session: Session, made: TextSearch, functions: list[Oid], at: At) -> TextSearch:
    catalog = session.catalog
    if catalog.find_oid("pg_ts", made.namespace, f"{made.kind} {made.name}") is not None:
        message = f'duplicate key value violates unique constraint "{_INDEXES[made.kind]}"'
        raise Refusal("23505", message, at=at, word=made.name)
    made = replace(made, oid=catalog.new_oid())
    session.create(made)
    catalog.depend(made.address, ObjectAddress("pg_namespace", made.namespace))
    if made.refers:
        catalog.depend(made.address, ObjectAddress("pg_ts", made.refers))
    for oid in functions:
        catalog.depend(made.address, ObjectAddress("pg_proc", oid))
    _record_mapping(session, made)
    return made


def _record_mapping(session: Session, made: TextSearch) -> None:
    for dicts in made.mapping.values():
        for oid in dicts:
            session.catalog.depend(made.address, ObjectAddress("pg_ts", oid))


# --- parsers and templates


def define_ts_parser(session: Session, stmt: DefineStmt) -> None:
    """CREATE TEXT SEARCH PARSER (DefineTSParser)."""
    _define_by_functions(session, stmt, "parser", _PARSER)


def define_ts_template(session: Session, stmt: DefineStmt) -> None:
    """CREATE TEXT SEARCH TEMPLATE (DefineTSTemplate)."""
    _define_by_functions(session, stmt, "template", _TEMPLATE)


def _define_by_functions(
    session: Session, stmt: DefineStmt, kind: str, known: dict[str, tuple[list[Oid], Oid]]
) -> None:
    at = (stmt.start, stmt.end)
    if not is_superuser(session):
        raise Refusal("42501", f"must be superuser to create text search {kind}s", at=at)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    functions: dict[str, Oid] = {}
    for option in stmt.definition:
        signature = known.get(option.defname)
        if signature is None:
            message = f'text search {kind} parameter "{option.defname}" not recognized'
            raise Refusal("42601", message, at=span_of(option), word=option.defname)
        functions[option.defname] = _function(session, option, signature)
    for key in ("start", "gettoken", "end", "lextypes") if kind == "parser" else ("lexize",):
        if key not in functions:
            raise Refusal("42P17", f"text search {kind} {key} method is required", at=at)
    made = TextSearch(oid=0, name=name, namespace=namespace, owner=session.role, kind=kind)
    _create(session, made, list(functions.values()), at)


# --- dictionaries

_TEMPLATES = {
    "simple": ("simple dictionary", ("stopwords", "accept"), ()),
    "ispell": ("Ispell", ("dictfile", "afffile", "stopwords"), (("afffile", "AffFile"), ("dictfile", "DictFile"))),
    "snowball": ("Snowball", ("language", "stopwords"), (("language", "Language"),)),
    "synonym": ("synonym", ("synonyms", "casesensitive"), (("synonyms", "Synonyms"),)),
    "thesaurus": ("Thesaurus", ("dictfile", "dictionary"), (("dictfile", "DictFile"), ("dictionary", "Dictionary"))),
}
"""Template of pg_catalog -> its name in messages, its parameters, and those that it needs."""

_STEMMERS = frozenset(
    "arabic armenian basque catalan danish dutch english finnish french german greek hindi hungarian indonesian irish "
    "italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish tamil turkish yiddish porter "
    "dutch_porter estonian".split()
)


def define_ts_dictionary(session: Session, stmt: DefineStmt) -> None:
    """CREATE TEXT SEARCH DICTIONARY (DefineTSDictionary)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    template: TextSearch | None = None
    options: list[tuple[str, str]] = []
    for option in stmt.definition:
        if option.defname == "template":
            template = get_ts_object(session, "template", def_get_qualified_name(option), span_of(option))
        else:
            options.append((option.defname, def_get_string(option)))
    if template is None:
        raise Refusal("42P17", "text search template is required", at=at)
    verify_dictoptions(template, options, at)
    made = TextSearch(
        oid=0,
        name=name,
        namespace=namespace,
        owner=session.role,
        kind="dict",
        refers=template.oid,
        options=tuple(f"{key}={value}" for key, value in options),
    )
    _create(session, made, [], at)


def verify_dictoptions(template: TextSearch, options: list[tuple[str, str]], at: At) -> None:
    """What the template's init function says of the options (verify_dictoptions). Whether files exist is not looked at."""
    known = _TEMPLATES.get(template.name) if template.namespace == 11 else None
    if known is None:
        return
    word, parameters, required = known
    seen: set[str] = set()
    for key, value in options:
        if key not in parameters:
            raise Refusal("22023", f'unrecognized {word} parameter: "{key}"', at=at, word=key)
        if key in seen:
            shown = {"stopwords": "StopWords", "accept": "Accept", "dictfile": "DictFile", "afffile": "AffFile"}
            raise Refusal("22023", f"multiple {shown.get(key, key.capitalize())} parameters", at=at, word=key)
        seen.add(key)
        if key in ("casesensitive", "accept") and value.lower() not in ("true", "false", "on", "off", "1", "0"):
            raise Refusal("42601", f"{key} requires a Boolean value", at=at, word=key)
        if key == "language" and value.lower() not in _STEMMERS:
            message = f'no Snowball stemmer available for language "{value}" and encoding "UTF8"'
            raise Refusal("42704", message, at=at, word=value)
    for key, title in required:
        if key not in seen:
            raise Refusal("22023", f"missing {title} parameter", at=at)


def alter_dictionary(session: Session, stmt: AlterTSDictionaryStmt) -> None:
    """ALTER TEXT SEARCH DICTIONARY (AlterTSDictionary)."""
    at = (stmt.start, stmt.end)
    found = get_ts_object(session, "dict", stmt.dictname, at)
    owner_check(session, found, at)
    options = [tuple(entry.partition("=")[::2]) for entry in found.options]
    for option in stmt.options:
        options = [held for held in options if held[0] != option.defname]
        if option.arg is not None:
            options.append((option.defname, def_get_string(option)))
    template = session.catalog.get(TextSearch, found.refers)
    pairs = [(key, value) for key, value in options]
    if template is not None:
        verify_dictoptions(template, pairs, at)
    session.change(replace(found, options=tuple(f"{key}={value}" for key, value in pairs)))


# --- configurations


def define_ts_configuration(session: Session, stmt: DefineStmt) -> None:
    """CREATE TEXT SEARCH CONFIGURATION (DefineTSConfiguration)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    parser: TextSearch | None = None
    source: TextSearch | None = None
    for option in stmt.definition:
        if option.defname == "parser":
            parser = get_ts_object(session, "parser", def_get_qualified_name(option), span_of(option))
        elif option.defname == "copy":
            source = get_ts_object(session, "config", def_get_qualified_name(option), span_of(option))
        else:
            message = f'text search configuration parameter "{option.defname}" not recognized'
            raise Refusal("42601", message, at=span_of(option), word=option.defname)
    if parser is not None and source is not None:
        raise Refusal("42601", "cannot specify both PARSER and COPY options", at=at)
    if parser is None and source is None:
        raise Refusal("42P17", "text search parser is required", at=at)
    made = TextSearch(
        oid=0,
        name=name,
        namespace=namespace,
        owner=session.role,
        kind="config",
        refers=parser.oid if parser is not None else source.refers if source is not None else 0,
        mapping=source.mapping if source is not None else {},
    )
    _create(session, made, [], at)


def alter_configuration(session: Session, stmt: AlterTSConfigurationStmt) -> None:
    """ALTER TEXT SEARCH CONFIGURATION (AlterTSConfiguration)."""
    at = (stmt.start, stmt.end)
    found = get_ts_object(session, "config", stmt.cfgname, at)
    owner_check(session, found, at)
    mapping: dict[str, Any] = dict(found.mapping)
    tokens = _token_types(session, found, stmt.tokentype, at)
    if stmt.dicts:
        dicts = tuple(get_ts_object(session, "dict", names, at).oid for names in stmt.dicts)
        _make_mapping(stmt, mapping, tokens, dicts, at)
    else:
        _drop_mapping(session, stmt, mapping, tokens, at)
    after = replace(found, mapping=mapping)
    session.change(after)
    session.catalog.clear_dependencies(after.address, "pg_ts")
    session.catalog.depend(after.address, ObjectAddress("pg_ts", after.refers))
    _record_mapping(session, after)


def _token_types(session: Session, config: TextSearch, names: tuple[str, ...], at: At) -> tuple[str, ...]:
    """getTokenTypes; those of parsers that are not the server's own are not known."""
    parser = session.catalog.get(TextSearch, config.refers)
    if parser is not None and parser.name == "default" and parser.namespace == 11:
        for name in names:
            if name not in DEFAULT_PARSER_TOKENS:
                raise Refusal("22023", f'token type "{name}" does not exist', at=at, word=name)
    return tuple(dict.fromkeys(names))


def _make_mapping(
    stmt: AlterTSConfigurationStmt,
    mapping: dict[str, Any],
    tokens: tuple[str, ...],
    dicts: tuple[Oid, ...],
    at: At,
) -> None:
    """MakeConfigurationMapping."""
    if stmt.replace:
        old, new = dicts[0], dicts[1]
        for token in tokens or tuple(mapping):
            if token in mapping:
                mapping[token] = tuple(new if held == old else held for held in mapping[token])
        return
    for token in tokens:
        if not stmt.override and mapping.get(token):
            message = 'duplicate key value violates unique constraint "pg_ts_config_map_index"'
            raise Refusal("23505", message, at=at, word=token)
        mapping[token] = dicts


def _drop_mapping(
    session: Session, stmt: AlterTSConfigurationStmt, mapping: dict[str, Any], tokens: tuple[str, ...], at: At
) -> None:
    """DropConfigurationMapping."""
    for token in tokens:
        if mapping.pop(token, None) is None:
            if not stmt.missing_ok:
                raise Refusal("42704", f'mapping for token type "{token}" does not exist', at=at, word=token)
            message = f'mapping for token type "{token}" does not exist, skipping'
            session.effect(Noted("NOTICE", message))
            session.effect(Skipped(token, False))
