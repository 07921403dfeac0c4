"""Write schemalint/catalog/builtins/extensions/: what CREATE EXTENSION adds, for each extension that some server here has.

    python scripts/fetch_servers.py
    apt-get install postgresql-15-cron postgresql-15-hll postgresql-15-hypopg postgresql-15-ip4r postgresql-15-partman \\
        postgresql-15-pgaudit postgresql-15-pgtap postgresql-15-plpgsql-check postgresql-15-postgis-3 postgresql-15-repack \\
        postgresql-15-rum postgresql-15-semver postgresql-plperl-15 postgresql-plpython3-15 postgresql-pltcl-15
    python scripts/generate_extensions.py [NAME...]

For each major, the first of the fetched server, the wheel's and the system's that can create an extension is asked. Function
bodies and view queries are not recorded: they say nothing about what a migration may do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from generate_builtins import QUERIES, plain, read_new, read_rows  # makes tests/ importable, too
from msgspec.structs import replace
from psycopg import sql
from servers import Server, fetched_binaries, started, system_binaries, wheel_binaries

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_GENBKI_OID, MAJORS, extensions, name_key
from schemalint.catalog.builtins.extensions import EXTERNAL, OWN, SCHEMA, External, Variant
from schemalint.catalog.builtins.numbering import renumbered

Key = tuple[str, int]  # catalog, identifier

DATABASE = "scratch"  # the only one that pg_cron can be created in
HOME = "home_of_extension"
PRELOADED = {"pg_cron", "pgaudit"}  # these can be created only by a server that has loaded them
NOT_RECORDED = {"plpgsql", "postgis_tiger_geocoder"}  # in every database; nothing but one country's addresses

MEMBER_QUERIES = {
    **QUERIES,
    "pg_foreign_data_wrapper": """
        SELECT oid, fdwname AS name, fdwowner AS owner, fdwhandler::oid AS handler, fdwvalidator::oid AS validator,
               fdwoptions AS options, fdwacl::text[] AS acl
        FROM pg_foreign_data_wrapper""",
    "pg_transform": "SELECT oid, trftype AS type, trflang AS lang FROM pg_transform",
    "pg_event_trigger": """
        SELECT oid, evtname AS name, evtowner AS owner, evtevent AS event, evtfoid AS func, evtenabled::text AS enabled,
               evttags AS tags
        FROM pg_event_trigger""",
    "pg_trigger": """
        SELECT oid, tgname AS name, tgrelid AS relid, tgfoid AS func, tgtype AS type, tgenabled::text AS enabled,
               tgdeferrable AS deferrable, tginitdeferred AS initdeferred, tgattr::int2[] AS columns
        FROM pg_trigger WHERE NOT tgisinternal""",
    "pg_policy": """
        SELECT oid, polname AS name, polrelid AS relid, polcmd::text AS cmd, polpermissive AS permissive, polroles AS roles,
               CASE WHEN polqual IS NOT NULL THEN jsonb_build_object('text', pg_get_expr(polqual, polrelid)) END AS qual,
               CASE WHEN polwithcheck IS NOT NULL THEN jsonb_build_object('text', pg_get_expr(polwithcheck, polrelid))
               END AS withcheck
        FROM pg_policy""",
}
TEXT_SEARCH = ("pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template")
PARTS_OF_STRUCTS = {"pg_amop", "pg_amproc", "pg_attrdef", "pg_rewrite"}  # in OpFamily, in Attribute; of views

# What belongs to an extension, and what belongs to that: (catalog, identifier).
OBJECTS = """
    WITH RECURSIVE own AS (
        SELECT 'pg_extension'::regclass::oid AS classid, oid AS objid FROM pg_extension WHERE extname = %s
        UNION
        SELECT d.classid, d.objid FROM pg_depend d JOIN own ON d.refclassid = own.classid AND d.refobjid = own.objid
        WHERE d.deptype IN ('e', 'i', 'a'))
    SELECT classid::regclass::text, objid FROM own"""

DEPENDENCIES = """
    SELECT classid::regclass::text, objid, objsubid, refclassid::regclass::text, refobjid, refobjsubid, deptype::text
    FROM pg_depend WHERE deptype IN ('i', 'a') AND objid >= 16384
    ORDER BY objid, objsubid, refobjid, refobjsubid"""

AVAILABLE = """
    SELECT name FROM pg_available_extensions e WHERE EXISTS (
        SELECT FROM pg_available_extension_versions v WHERE v.name = e.name AND v.version = e.default_version)
    ORDER BY name"""

CONTROL = """
    SELECT v.version, v.superuser, v.trusted, v.relocatable, v.schema, v.requires,
           (SELECT array_agg(version ORDER BY version) FROM pg_available_extension_versions o WHERE o.name = v.name) AS versions
    FROM pg_available_extension_versions v JOIN pg_available_extensions e ON e.name = v.name AND e.default_version = v.version
    WHERE v.name = %s"""


def main(arguments: list[str]) -> int:
    found: dict[str, list[Variant]] = {}
    for major in MAJORS:
        done: set[str] = set()
        for binaries in sources(major):
            for name, variant in read_server(binaries, arguments, done):
                add(found.setdefault(name, []), major, variant)
                done.add(name)
    for name, variants in sorted(found.items()):
        write(extensions.file_of(name), variants)
        print(name, *(f"{variant.version} ({', '.join(map(str, variant.majors))})" for variant in variants))
    return 0


def sources(major: int) -> list[Path]:
    every = (fetched_binaries(), wheel_binaries(), system_binaries())
    return [binaries[major] for binaries in every if major in binaries]


def read_server(binaries: Path, wanted: list[str], done: set[str]) -> Iterator[tuple[str, Variant]]:
    """Each extension that this server has and can create, but for those that are done."""
    libraries = [path.stem for path in binaries.parent.rglob("*.so") if path.stem in PRELOADED]
    settings = {"shared_preload_libraries": ",".join(libraries)}
    if "pg_cron" in libraries:
        settings["cron.database_name"] = DATABASE
    with started(binaries, settings) as server:
        with server.connect() as connection:
            known = connection.execute(AVAILABLE).fetchall()
        for (name,) in known:
            if name not in done | NOT_RECORDED and (not wanted or name in wanted):
                with scratch_database(server) as connection:
                    try:
                        yield name, read_extension(connection, name)
                    except psycopg.Error as error:  # it needs a library or a language that is not here
                        print(f"{server.version}: {name}: {error}", file=sys.stderr)


@contextmanager
def scratch_database(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    try:
        with server.connect(DATABASE) as connection:
            yield connection
    finally:
        server.drop_database(DATABASE)


def read_extension(connection: psycopg.Connection[Any], name: str) -> Variant:
    """Create the extension and read what it made."""
    row = connection.execute(CONTROL, [name]).fetchone()
    assert row is not None
    version, superuser, trusted, relocatable, schema, requires, versions = row
    builtin = {row.oid: row for rows in read_new(connection).values() for row in rows if row.oid >= FIRST_GENBKI_OID}
    place = sql.SQL("") if schema else sql.SQL("SCHEMA {}").format(sql.Identifier(HOME))
    connection.execute(f"CREATE SCHEMA {HOME}")
    connection.execute(sql.SQL("CREATE EXTENSION {} {} CASCADE").format(sql.Identifier(name), place))
    connection.execute(f"SET search_path = {schema or HOME}, {HOME}")  # expressions name its objects without schema
    objects = read_objects(connection)
    numbers, externals = numbered(connection, name, objects, builtin)
    own = [renumbered(without_body(objects[key]), numbers) for key in own_objects(connection, name, objects)]
    return Variant(
        majors=(),
        version=version,
        versions=tuple(versions),
        superuser=superuser,
        trusted=trusted,
        relocatable=relocatable,
        schema=schema,
        requires=tuple(requires or ()),
        externals=tuple(externals),
        objects={
            struct.CLASS: encoded(own, struct)
            for struct in extensions.MEMBER_STRUCTS.values()
            if struct in map(type, own)
        },
        depends=tuple(read_depends(connection, name, objects, numbers)),
    )


def read_objects(connection: psycopg.Connection[Any]) -> dict[Key, model.CatalogObject]:
    """All objects that are not a new database's, in the order of their making."""
    found: dict[Key, model.CatalogObject] = {}
    for catalog, query in MEMBER_QUERIES.items():
        struct = extensions.MEMBER_STRUCTS[catalog]
        for row in read_rows(connection, query, struct, f"oid >= {model.FIRST_NORMAL_OID}"):
            found[catalog, row.oid] = row
    return dict(sorted(found.items(), key=lambda item: item[0][1]))


def own_objects(connection: psycopg.Connection[Any], name: str, objects: Mapping[Key, Any]) -> list[Key]:
    """The objects of one extension in the order of their making, itself first."""
    found = {key for key in map(recorded_as, *zip(*connection.execute(OBJECTS, [name]), strict=True)) if key in objects}
    return sorted(found, key=lambda key: (key[0] != "pg_extension", key[1]))


def recorded_as(catalog: str, oid: int) -> Key:
    """The key of a struct for an address in pg_depend."""
    assert catalog in MEMBER_QUERIES or catalog in TEXT_SEARCH or catalog in PARTS_OF_STRUCTS, catalog
    return ("pg_ts" if catalog in TEXT_SEARCH else catalog), oid


def numbered(
    connection: psycopg.Connection[Any], name: str, objects: Mapping[Key, Any], builtin: Mapping[int, Any]
) -> tuple[dict[int, int], list[External]]:
    """The numbers that the data has for the server's, and which objects the external ones among them are."""
    keys = own_objects(connection, name, objects)
    numbers = {oid: OWN + place for place, (_, oid) in enumerate(keys)}
    numbers[objects[keys[0]].namespace] = SCHEMA
    externals: list[External] = []
    used = Used()
    for key in keys:
        renumbered(without_body(objects[key]), used)
    for oid in sorted(used.seen - numbers.keys()):
        if oid >= FIRST_GENBKI_OID:
            numbers[oid] = EXTERNAL + len(externals)
            found = builtin.get(oid) or next(row for (_, other), row in objects.items() if other == oid)
            externals.append(read_external(connection, found))
    return numbers, externals


class Used(dict[int, int]):
    """Numbers that change nothing and remember what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[int] = set()

    def get(self, key: int, default: Any = None) -> Any:
        self.seen.add(key)
        return default


def read_external(connection: psycopg.Connection[Any], found: Any) -> External:
    """How an object of the server or of another extension is named."""
    query = """
        SELECT extname FROM pg_depend JOIN pg_extension e ON e.oid = refobjid
        WHERE classid = %s::regclass AND objid = %s AND deptype = 'e'"""
    row = None
    if found.oid >= model.FIRST_NORMAL_OID:
        row = connection.execute(query, (found.CLASS, found.oid)).fetchone()
        row = (
            row or connection.execute(query, (found.CLASS, getattr(found, "elem", 0))).fetchone()
        )  # an array's element
        assert row is not None, found
    else:
        assert getattr(found, "namespace", 11) == 11, found
    types = (found.left, found.right) if isinstance(found, model.Operator) else getattr(found, "argtypes", ())
    formatted = "SELECT coalesce(array_agg(format_type(t, -1)), '{}') FROM unnest(%s::oid[]) t"
    (arguments,) = connection.execute(formatted, [list(types)]).fetchone() or ((),)
    return External(row[0] if row else "", found.CLASS, name_key(found), tuple(arguments))


def without_body(row: Any) -> Any:
    if not isinstance(row, model.Proc):
        return row
    return replace(row, src=None, config=tuple(setting.replace(HOME, "@extschema@") for setting in row.config))


def encoded(rows: list[Any], struct: type[model.CatalogObject]) -> msgspec.Raw:
    chosen = [plain(row) for row in rows if type(row) is struct]
    return msgspec.Raw(b"[\n" + b",\n".join(msgspec.json.encode(row) for row in chosen) + b"\n]")


def read_depends(
    connection: psycopg.Connection[Any], name: str, objects: Mapping[Key, Any], numbers: Mapping[int, int]
) -> Iterator[tuple[str, int, int, str, int, int, str]]:
    own = set(own_objects(connection, name, objects))
    for catalog, oid, column, refcatalog, refoid, refcolumn, deptype in connection.execute(DEPENDENCIES):
        key, refkey = recorded_as(catalog, oid), recorded_as(refcatalog, refoid)
        if key in own and refkey in own:
            yield key[0], numbers[oid], column, refkey[0], numbers[refoid], refcolumn, deptype


def add(variants: list[Variant], major: int, variant: Variant) -> None:
    """Add what one major has, to the variant that is the same if there is one."""
    for place, other in enumerate(variants):
        if replace(other, majors=()) == variant:
            variants[place] = replace(other, majors=(*other.majors, major))
            return
    variants.append(replace(variant, majors=(major,)))


def write(path: Path, variants: list[Variant]) -> None:
    """Write one object a line."""
    path.write_bytes(b"[\n" + b",\n".join(map(encoded_variant, variants)) + b"\n]\n")


def encoded_variant(variant: Variant) -> bytes:
    control = msgspec.json.encode(replace(variant, objects={}, depends=()))
    objects = [
        b'"%s":%s' % (catalog.encode(), bytes(rows)) for catalog, rows in variant.objects.items() if rows != b"[]"
    ]
    depends = [msgspec.json.encode(row) for row in variant.depends]
    parts = [control[:-1], b'\n"objects":{\n' + b",\n".join(objects) + b"\n}"]
    if depends:
        parts.append(b'\n"depends":[\n' + b",\n".join(depends) + b"\n]")
    return b",".join(parts) + b"\n}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
