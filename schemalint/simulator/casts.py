"""CREATE CAST, TRANSFORM and CONVERSION (functioncmds.c, conversioncmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Cast, Conversion, Language, ObjectAddress, Oid, Proc, Transform, Type
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import get_element_type, get_typtype, typeid_type
from schemalint.semantics.pathways import is_binary_coercible
from schemalint.semantics.routines import lookup_func_name, lookup_func_with_args
from schemalint.semantics.types import format_type, type_name_to_string, typename_type_id
from schemalint.simulator.acl import acl_check, is_owner, is_superuser, owner_check
from schemalint.simulator.effects import Noted
from schemalint.simulator.function_parameters import check_type_usage
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import CreateCastStmt, CreateConversionStmt, CreateTransformStmt, ObjectWithArgs

At = tuple[int, int] | None

_CONTEXTS = {"COERCION_IMPLICIT": "i", "COERCION_ASSIGNMENT": "a", "COERCION_EXPLICIT": "e"}


def create_cast(session: Session, stmt: CreateCastStmt) -> None:
    """CREATE CAST (CreateCast)."""
    at = (stmt.start, stmt.end)
    source, target = typename_type_id(session, stmt.sourcetype), typename_type_id(session, stmt.targettype)
    kinds = get_typtype(session, source), get_typtype(session, target)
    for kind, name, word in zip(kinds, (stmt.sourcetype, stmt.targettype), ("source", "target"), strict=True):
        if kind == "p":
            shown = type_name_to_string(name)
            raise Refusal("42809", f"{word} data type {shown} is a pseudo-type", at=(name.start, name.end))
    _check_owners(session, source, target, at)
    for kind, word in zip(kinds, ("source", "target"), strict=True):
        if kind == "d":
            message = f"cast will be ignored because the {word} data type is a domain"
            session.effect(Noted("WARNING", message))
            break
    nargs = 0
    function = 0
    if stmt.func is not None:
        proc = _cast_function(session, stmt.func, source, target)
        function, nargs = proc.oid, len(proc.argtypes)
    elif not stmt.inout:
        _check_binary(session, source, target, kinds, at)
    if source == target and nargs < 2:
        raise Refusal("42P17", "source data type and target data type are the same", at=at)
    method = "f" if function else "i" if stmt.inout else "b"
    cast_create(session, source, target, function, _CONTEXTS[stmt.context], method, at)


def _check_owners(session: Session, source: Oid, target: Oid, at: At) -> None:
    types = [found for oid in (source, target) if (found := session.catalog.get(Type, oid)) is not None]
    if types and not any(is_owner(session, found) for found in types):
        shown = format_type(session, source), format_type(session, target)
        raise Refusal("42501", f"must be owner of type {shown[0]} or type {shown[1]}", at=at)
    for oid in (source, target):
        check_type_usage(session, oid, at)


def cast_create(
    session: Session, source: Oid, target: Oid, function: Oid, context: str, method: str, at: At = None
) -> Cast:
    """Add a cast (CastCreate)."""
    catalog = session.catalog
    held = catalog.cast(source, target)
    if held is not None:
        shown = format_type(session, source), format_type(session, target)
        message = f"cast from type {shown[0]} to type {shown[1]} already exists"
        raise Refusal("42710", message, at=at, objects=(held.address,))
    made = Cast(oid=catalog.new_oid(), source=source, target=target, func=function, context=context, method=method)
    session.create(made)
    for oid in (source, target):
        catalog.depend(made.address, ObjectAddress("pg_type", oid))
    if function:
        catalog.depend(made.address, ObjectAddress("pg_proc", function))
    return made


def _cast_function(session: Session, func: ObjectWithArgs, source: Oid, target: Oid) -> Proc:
    at = (func.start, func.end)
    proc = session.catalog[Proc, lookup_func_with_args(session, "OBJECT_FUNCTION", func)]
    args = proc.argtypes

    def need(holds: bool, message: str) -> None:
        if not holds:
            raise Refusal("42P17", message, at=at)

    need(1 <= len(args) <= 3, "cast function must take one to three arguments")
    need(
        is_binary_coercible(session, source, args[0]),
        "argument of cast function must match or be binary-coercible from source data type",
    )
    need(len(args) < 2 or args[1] == typeoids.INT4, "second argument of cast function must be type integer")
    need(len(args) < 3 or args[2] == typeoids.BOOL, "third argument of cast function must be type boolean")
    need(
        is_binary_coercible(session, proc.rettype, target),
        "return data type of cast function must match or be binary-coercible to target data type",
    )
    need(proc.kind == "f", "cast function must be a normal function")
    need(not proc.retset, "cast function must not return a set")
    return proc


def _check_binary(session: Session, source: Oid, target: Oid, kinds: tuple[str, str], at: At) -> None:
    """Types that WITHOUT FUNCTION can be between."""
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to create a cast WITHOUT FUNCTION", at=at)
    first, second = typeid_type(session, source), typeid_type(session, target)
    if (first.len, first.byval, first.align) != (second.len, second.byval, second.align):
        raise Refusal("42P17", "source and target data types are not physically compatible", at=at)
    if "c" in kinds:
        raise Refusal("42P17", "composite data types are not binary-compatible", at=at)
    if get_element_type(session, source) or get_element_type(session, target):
        raise Refusal("42P17", "array data types are not binary-compatible", at=at)
    if session.version >= 17 and ("r" in kinds or "m" in kinds):
        raise Refusal("42P17", "range data types are not binary-compatible", at=at)
    if "e" in kinds:
        raise Refusal("42P17", "enum data types are not binary-compatible", at=at)
    if "d" in kinds:
        raise Refusal("42P17", "domain data types must not be marked binary-compatible", at=at)


# --- transforms


def create_transform(session: Session, stmt: CreateTransformStmt) -> None:
    """CREATE [OR REPLACE] TRANSFORM (CreateTransform)."""
    at = (stmt.start, stmt.end)
    oid = typename_type_id(session, stmt.type_name)
    shown = type_name_to_string(stmt.type_name)
    kind = get_typtype(session, oid)
    for wrong, word in (("p", "pseudo-type"), ("d", "domain")):
        if kind == wrong:
            raise Refusal("42809", f"data type {shown} is a {word}", at=at)
    found = session.catalog.get(Type, oid)
    if found is not None:
        owner_check(session, found, at)
    check_type_usage(session, oid, at)
    language = session.catalog.find(Language, 0, stmt.lang)
    if language is None:
        session.names.unknown_or(stmt.lang, at)
        raise Refusal("42704", f'language "{stmt.lang}" does not exist', at=at, word=stmt.lang)
    acl_check(session, language, "U", at)
    functions = []
    if stmt.fromsql is not None:
        message = "return data type of FROM SQL function must be internal"
        functions.append(_transform_function(session, stmt.fromsql, typeoids.INTERNAL, message))
    if stmt.tosql is not None:
        message = "return data type of TO SQL function must be the transform data type"
        functions.append(_transform_function(session, stmt.tosql, oid, message))
    catalog = session.catalog
    held = catalog.find(Transform, 0, f"{oid} {language.oid}")
    if held is not None and not stmt.replace:
        message = f'transform for type {format_type(session, oid)} language "{stmt.lang}" already exists'
        raise Refusal("42710", message, at=at)
    made = Transform(oid=held.oid if held is not None else catalog.new_oid(), type=oid, lang=language.oid)
    if held is None:
        session.create(made)
    else:
        catalog.clear_dependencies(made.address)
    catalog.depend(made.address, language.address)
    catalog.depend(made.address, ObjectAddress("pg_type", oid))
    for function in functions:
        catalog.depend(made.address, ObjectAddress("pg_proc", function))


def _transform_function(session: Session, func: ObjectWithArgs, rettype: Oid, wrong: str) -> Oid:
    """A function that a transform may use (check_transform_function)."""
    at = (func.start, func.end)
    proc = session.catalog[Proc, lookup_func_with_args(session, "OBJECT_FUNCTION", func)]
    owner_check(session, proc, at)
    acl_check(session, proc, "X", at)
    for holds, message in (
        (proc.rettype == rettype, wrong),
        (proc.volatile != "v", "transform function must not be volatile"),
        (proc.kind == "f", "transform function must be a normal function"),
        (not proc.retset, "transform function must not return a set"),
        (len(proc.argtypes) == 1, "transform function must take one argument"),
        (proc.argtypes[:1] == (typeoids.INTERNAL,), "first argument of transform function must be type internal"),
    ):
        if not holds:
            raise Refusal("42P17", message, at=at)
    return proc.oid


# --- conversions

_ENCODINGS = (
    "SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 "
    "LATIN7 LATIN8 LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 "
    "ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004"
).split()
"""pg_enc, in order."""
_NUMBERS = {name.replace("_", "").lower(): number for number, name in enumerate(_ENCODINGS)}
_NUMBERS.update({"unicode": 6, "win": 23, "windows1251": 23, "windows1252": 24, "windows1250": 29, "abc": 19})
_NUMBERS.update({"tcvn": 19, "tcvn5712": 19, "vscii": 19, "alt": 20, "windows866": 20, "windows949": 38})
_NUMBERS.update({"windows950": 36, "windows936": 37, "windows932": 35, "mskanji": 35, "shiftjis": 35, "win932": 35})
_NUMBERS.update({"win936": 37, "win949": 38, "win950": 36, "koi8": 22, "utf8": 6})
for _iso, _number in zip((1, 2, 3, 4, 9, 10, 13, 14, 15, 16), range(8, 18), strict=True):
    _NUMBERS[f"iso8859{_iso}"] = _number
for _page, _number in ((1253, 30), (1254, 31), (1255, 32), (1256, 18), (1257, 33), (1258, 19), (874, 21)):
    _NUMBERS[f"windows{_page}"] = _number


def pg_char_to_encoding(name: str) -> int:
    """The number of an encoding, -1 for none (pg_char_to_encoding)."""
    return _NUMBERS.get("".join(c for c in name if c.isalnum()).lower(), -1)


def create_conversion(session: Session, stmt: CreateConversionStmt) -> None:
    """CREATE [DEFAULT] CONVERSION (CreateConversionCommand)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.conversion_name, at)
    source, target = pg_char_to_encoding(stmt.for_encoding_name), pg_char_to_encoding(stmt.to_encoding_name)
    for number, written, word in (
        (source, stmt.for_encoding_name, "source"),
        (target, stmt.to_encoding_name, "destination"),
    ):
        if number < 0:
            raise Refusal("42704", f'{word} encoding "{written}" does not exist', at=at, word=written)
    if 0 in (source, target):
        message = 'encoding conversion to or from "SQL_ASCII" is not supported'
        raise Refusal("42P17", message, at=at)
    argtypes = [typeoids.INT4, typeoids.INT4, typeoids.CSTRING, typeoids.INTERNAL, typeoids.INT4, typeoids.BOOL]
    proc = session.catalog[Proc, lookup_func_name(session, stmt.func_name, argtypes, at=at)]
    if proc.rettype != typeoids.INT4:
        message = f"encoding conversion function {qualified(stmt.func_name)} must return type integer"
        raise Refusal("42P17", message, at=at)
    acl_check(session, proc, "X", at)
    catalog = session.catalog
    if catalog.find_oid("pg_conversion", namespace, name) is not None:
        raise Refusal("42710", f'conversion "{name}" already exists', at=at, word=name)
    if stmt.def_:
        for other in catalog.in_namespace(Conversion, namespace):
            if other.default and (other.for_encoding, other.to_encoding) == (source, target):
                message = f"default conversion for {_ENCODINGS[source]} to {_ENCODINGS[target]} already exists"
                raise Refusal("42710", message, at=at)
    made = Conversion(
        oid=catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        for_encoding=source,
        to_encoding=target,
        proc=proc.oid,
        default=stmt.def_,
    )
    session.create(made)
    catalog.depend(made.address, proc.address)
    catalog.depend(made.address, ObjectAddress("pg_namespace", namespace))
