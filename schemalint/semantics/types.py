"""Type names to types and back (parse_type.c, format_type.c)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemalint.catalog import model
from schemalint.catalog.model import Collation, Namespace, Oid, Relation, Type
from schemalint.catalog.names import Names, qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import State, get_typcollation, get_type, is_true_array
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.typmods import printed, typename_typmod
from schemalint.syntax.nodes import ColumnDef, TypeName

At = tuple[int, int] | None


# --- From names


def type_name_to_string(type_name: TypeName) -> str:
    """A type name as messages show it (TypeNameToString)."""
    shown = qualified(type_name.names)
    if type_name.pct_type:
        shown += "%TYPE"
    return shown + "[]" if type_name.arrayBounds else shown


def type_name_list_to_string(type_names: Sequence[TypeName]) -> str:
    """TypeNameListToString."""
    return ",".join(type_name_to_string(name) for name in type_names)


def lookup_type_name(
    state: State, type_name: TypeName, missing_ok: bool = False, *, temp_ok: bool = True
) -> tuple[Type, int] | None:
    """(pg_type row, modifier) of a type name, shells included; None when there is none (LookupTypeNameExtended).

    `missing_ok` is about what the type's name mentions (its schema, the table of %TYPE). Raises Undecidable when the name may
    belong to a type outside an open catalog.
    """
    names = state.names
    at = (type_name.start, type_name.end)
    if type_name.pct_type:
        oid = _type_of_column(state, type_name, missing_ok, at)
        found = state.catalog.get(Type, oid) if oid else None
    else:
        schema, name = names.split(type_name.names, at)
        if schema is not None:
            namespace = names.find_namespace(schema) if missing_ok else names.namespace(schema, at)
            found = None if namespace is None else state.catalog.find(Type, namespace, name)
        elif temp_ok:
            found = names.find(Type, None, name)
        else:
            found = _find_not_temporary(names, name)
        if found is None:
            names.unknown_or(name, at)
        elif type_name.arrayBounds:
            found = state.catalog.get(Type, found.array) if found.array else None
    if found is None:
        return None
    return found, typename_typmod(state, type_name, found)


def _find_not_temporary(names: Names, name: str) -> Type | None:
    for namespace in names.path:
        if namespace != names.temp:
            found = names.catalog.find(Type, namespace, name)
            if found is not None:
                return found
    return None


def _type_of_column(state: State, type_name: TypeName, missing_ok: bool, at: At) -> Oid:
    """%TYPE."""
    words = type_name.names
    if len(words) < 2:
        raise Refusal("42601", f"improper %TYPE reference (too few dotted names): {qualified(words)}", at=at)
    if len(words) > 4:
        raise Refusal("42601", f"improper %TYPE reference (too many dotted names): {qualified(words)}", at=at)
    relation = lookup_relation(state, words[:-1], missing_ok, at)
    if relation is None:
        return 0
    for column in relation.columns:
        if column.name == words[-1] and not column.dropped:
            return column.type
    if missing_ok:
        return 0
    message = f'column "{words[-1]}" of relation "{words[-2]}" does not exist'
    raise Refusal("42703", message, at=at, word=words[-1])


def lookup_relation(state: State, words: tuple[str, ...], missing_ok: bool = False, at: At = None) -> Relation | None:
    """The relation of a possibly qualified name (RangeVarGetRelid, without a lock)."""
    names = state.names
    if len(words) == 3 and words[0] != names.database:
        shown = qualified(words)
        raise Refusal("0A000", f'cross-database references are not implemented: "{shown}"', at=at)
    schema, name = (None, words[0]) if len(words) == 1 else (words[-2], words[-1])
    if schema is not None and not missing_ok and schema != "pg_temp":
        names.namespace(schema, at)
    found = names.find(Relation, schema, name)
    if found is None:
        names.unknown_or(name, at)
        if not missing_ok:
            shown = name if schema is None else f"{schema}.{name}"
            raise Refusal("42P01", f'relation "{shown}" does not exist', at=at, word=name)
    return found


def lookup_type_name_oid(state: State, type_name: TypeName, missing_ok: bool = False) -> Oid:
    """The type of a name, shells included; 0 when there is none and that is allowed (LookupTypeNameOid)."""
    found = lookup_type_name(state, type_name, missing_ok)
    if found is None:
        if missing_ok:
            return 0
        raise _does_not_exist(type_name)
    return found[0].oid


def _does_not_exist(type_name: TypeName) -> Refusal:
    message = f'type "{type_name_to_string(type_name)}" does not exist'
    return Refusal("42704", message, at=(type_name.start, type_name.end), word=type_name.names[-1])


def typename_type(state: State, type_name: TypeName) -> tuple[Type, int]:
    """(pg_type row, modifier) of a name that must mean a complete type (typenameType)."""
    found = lookup_type_name(state, type_name)
    if found is None:
        raise _does_not_exist(type_name)
    if not found[0].isdefined:
        message = f'type "{type_name_to_string(type_name)}" is only a shell'
        raise Refusal("42704", message, at=(type_name.start, type_name.end), word=type_name.names[-1])
    return found


def typename_type_id(state: State, type_name: TypeName) -> Oid:
    """typenameTypeId."""
    return typename_type(state, type_name)[0].oid


def typename_type_id_and_mod(state: State, type_name: TypeName) -> tuple[Oid, int]:
    """typenameTypeIdAndMod."""
    found, typmod = typename_type(state, type_name)
    return found.oid, typmod


def known_type(state: State, type_name: TypeName) -> tuple[Oid, int]:
    """As typename_type_id_and_mod, but UNKNOWN_TYPE for a name that may exist outside an open catalog."""
    try:
        return typename_type_id_and_mod(state, type_name)
    except Undecidable:
        return UNKNOWN_TYPE, -1


def parse_type_string(state: State, text: str, missing_ok: bool = False) -> tuple[Oid, int]:
    """The type that a text like `character varying(32)` names (parseTypeString). Raises what the grammar and the lookup refuse."""
    type_name = type_string_to_type_name(state, text)
    found = lookup_type_name(state, type_name, missing_ok)
    shown = type_name_to_string(type_name)
    if found is None:
        raise Refusal("42704", f'type "{shown}" does not exist')
    if not found[0].isdefined:
        raise Refusal("42704", f'type "{shown}" is only a shell')
    return found[0].oid, found[1]


def type_string_to_type_name(state: State, text: str) -> TypeName:
    """typeStringToTypeName."""
    from schemalint.syntax import typenames
    from schemalint.syntax.cursor import Cursor
    from schemalint.syntax.errors import NotUnderstood, ParseError
    from schemalint.syntax.tokens import tokenize

    invalid = Refusal("42601", f'invalid type name "{text}"')
    if not text.strip(" \t\n\r\f\v"):
        raise invalid
    try:
        cursor = Cursor(tokenize(text), state.version)
        type_name = typenames.type_name(cursor)
        if cursor.peek() is not None:
            raise cursor.error()
    except ParseError as error:
        raise Refusal(error.sqlstate, error.message) from None
    except NotUnderstood as error:
        raise Undecidable(error.message) from None
    if type_name.setof:
        raise invalid
    return type_name


# --- Collations


def lookup_collation(state: State, names: tuple[str, ...], at: At = None, *, missing_schema_ok: bool = False) -> Oid:
    """LookupCollation: get_collation_oid, which must find it. Collations of other encodings are not in a catalog."""
    schema, name = state.names.split(names, at)
    if schema is not None and not missing_schema_ok:
        state.names.namespace(schema, at)
    found = state.names.find(Collation, schema, name)
    if found is None:
        state.names.unknown_or(schema or name, at)
        state.names.unknown_or(name, at)
        message = f'collation "{qualified(names)}" for encoding "UTF8" does not exist'
        raise Refusal("42704", message, at=at, word=name)
    return found.oid


def get_column_def_collation(state: State, coldef: ColumnDef, type_oid: Oid) -> Oid:
    """GetColumnDefCollation."""
    own = get_typcollation(state, type_oid)
    if coldef.collClause is None:
        return own
    at = (coldef.collClause.start, coldef.collClause.end)
    collation = lookup_collation(state, coldef.collClause.collname, at)
    if not own and type_oid != UNKNOWN_TYPE:
        message = f"collations are not supported by type {format_type(state, type_oid)}"
        raise Refusal("42804", message, at=at)
    return collation


# --- To text

_PLAIN_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*\Z")


def quote_identifier(state: State | Names, name: str) -> str:
    """A name as SQL must write it (quote_identifier)."""
    if _PLAIN_IDENTIFIER.match(name):
        keyword = state.catalog.builtins.keywords.get(name)
        if keyword is None or keyword.category == "U":
            return name
    return '"' + name.replace('"', '""') + '"'


def quote_qualified_identifier(state: State | Names, qualifier: str | None, name: str) -> str:
    """quote_qualified_identifier."""
    shown = quote_identifier(state, name)
    return shown if qualifier is None else f"{quote_identifier(state, qualifier)}.{shown}"


_SQL_NAMES: dict[Oid, tuple[str, str]] = {
    typeoids.BIT: ("bit", ""),
    typeoids.BOOL: ("boolean", ""),
    typeoids.BPCHAR: ("character", ""),
    typeoids.FLOAT4: ("real", ""),
    typeoids.FLOAT8: ("double precision", ""),
    typeoids.INT2: ("smallint", ""),
    typeoids.INT4: ("integer", ""),
    typeoids.INT8: ("bigint", ""),
    typeoids.NUMERIC: ("numeric", ""),
    typeoids.INTERVAL: ("interval", ""),
    typeoids.TIME: ("time", " without time zone"),
    typeoids.TIMETZ: ("time", " with time zone"),
    typeoids.TIMESTAMP: ("timestamp", " without time zone"),
    typeoids.TIMESTAMPTZ: ("timestamp", " with time zone"),
    typeoids.VARBIT: ("bit varying", ""),
    typeoids.VARCHAR: ("character varying", ""),
    typeoids.JSON: ("json", ""),
}
"""What stands before and after the modifier."""


def format_type(state: State | Names, oid: Oid, typmod: int | None = None, *, qualify: bool = False) -> str:
    """A type as messages show it (format_type_be, format_type_with_typemod when a modifier is given, format_type_be_qualified)."""
    if oid == 0:
        return "-"
    if oid == UNKNOWN_TYPE:
        return "unknown"
    found = state.catalog.get(Type, oid)
    if found is None:
        return "???"
    suffix = ""
    if is_true_array(found) and (found.storage != "p" or oid >= model.FIRST_NORMAL_OID):
        element = state.catalog.get(Type, found.elem)
        if element is None:
            return "???[]"
        found, suffix = element, "[]"
    modifier = printed(found.name, typmod, state.catalog.version) if typmod is not None and typmod >= 0 else ""
    special = _SQL_NAMES.get(found.oid)
    if special is not None:
        if typmod is not None and typmod < 0 and found.oid in (typeoids.BIT, typeoids.BPCHAR):
            # without a modifier these words mean length 1, so another name says that there is none
            return ('"bit"' if found.oid == typeoids.BIT else "bpchar") + suffix
        return special[0] + modifier + special[1] + suffix
    return _qualified_name(state, found, qualify) + modifier + suffix


def _qualified_name(state: State | Names, found: Type, qualify: bool) -> str:
    names = state if isinstance(state, Names) else state.names
    if not qualify and (found.namespace == 11 or names.is_visible(found)):
        return quote_identifier(state, found.name)
    schema = state.catalog.get(Namespace, found.namespace)
    shown = "pg_temp" if found.namespace == names.temp else str(found.namespace) if schema is None else schema.name
    return quote_qualified_identifier(state, shown, found.name)


def format_type_be_qualified(state: State | Names, oid: Oid) -> str:
    """format_type_be_qualified."""
    return format_type(state, oid, qualify=True)


__all__ = [
    "format_type",
    "format_type_be_qualified",
    "get_column_def_collation",
    "get_type",
    "known_type",
    "lookup_collation",
    "lookup_relation",
    "lookup_type_name",
    "lookup_type_name_oid",
    "parse_type_string",
    "quote_identifier",
    "quote_qualified_identifier",
    "type_name_list_to_string",
    "type_name_to_string",
    "type_string_to_type_name",
    "typename_type",
    "typename_type_id",
    "typename_type_id_and_mod",
]
