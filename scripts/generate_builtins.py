"""Write schemalint/catalog/builtins/: what the catalogs of a new database hold, for each major, read from real servers.

    python scripts/fetch_servers.py
    python scripts/generate_builtins.py [MAJOR...]

Each catalog becomes one JSON file with one object a line, in the shape of its struct in schemalint/catalog/model.py. Object
identifiers below 12000 are the same on every server of a major. Those above are handed out by initdb and differ between
builds, so they are numbered anew, in an order that depends on names only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

import servers  # noqa: E402

from schemalint.catalog import builtins, model  # noqa: E402
from schemalint.catalog.builtins.numbering import renumbered  # noqa: E402

Rows = list[Any]

# A query's columns are named after the fields of the struct.
QUERIES: dict[str, str] = {
    "pg_namespace": """
        SELECT oid, nspname AS name, nspowner AS owner, nspacl::text[] AS acl
        FROM pg_namespace""",
    "pg_authid": """
        SELECT oid, rolname AS name, rolsuper AS super, rolinherit AS inherit, rolcreaterole AS createrole,
               rolcreatedb AS createdb, rolcanlogin AS canlogin, rolreplication AS replication, rolbypassrls AS bypassrls,
               (SELECT jsonb_agg(jsonb_build_object('role', m.roleid, 'grantor', m.grantor, 'admin', m.admin_option,
                           'inherit', coalesce((to_jsonb(m) ->> 'inherit_option')::bool, true),
                           'set', coalesce((to_jsonb(m) ->> 'set_option')::bool, true)) ORDER BY m.roleid, m.grantor)
                FROM pg_auth_members m WHERE m.member = r.oid) AS memberships
        FROM pg_authid r""",
    "pg_language": """
        SELECT oid, lanname AS name, lanowner AS owner, lanispl AS ispl, lanpltrusted AS trusted, lanplcallfoid AS handler,
               laninline AS inline, lanvalidator AS validator, lanacl::text[] AS acl
        FROM pg_language""",
    "pg_am": """
        SELECT oid, amname AS name, amtype::text AS type, amhandler::oid AS handler,
               pg_indexam_has_property(oid, 'can_order') AS can_order,
               pg_indexam_has_property(oid, 'can_unique') AS can_unique,
               pg_indexam_has_property(oid, 'can_multi_col') AS can_multi_col,
               pg_indexam_has_property(oid, 'can_exclude') AS can_exclude,
               pg_indexam_has_property(oid, 'can_include') AS can_include
        FROM pg_am""",
    "pg_type": """
        SELECT t.oid, typname AS name, typnamespace AS namespace, typowner AS owner, typlen AS len, typbyval AS byval,
               typtype::text, typcategory::text AS category, typispreferred AS preferred, typisdefined AS isdefined,
               typdelim::text AS delim, typrelid AS relid, typsubscript::oid AS subscript, typelem AS elem, typarray AS array,
               typinput::oid AS input, typoutput::oid AS output, typmodin::oid AS typmodin, typalign::text AS align,
               typstorage::text AS storage, typnotnull AS notnull, typbasetype AS basetype, typtypmod AS typmod,
               typndims AS ndims, typcollation AS collation, typdefault AS default,
               (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS labels,
               r.rngsubtype AS subtype, r.rngsubopc AS subtype_opclass, r.rngcollation AS subtype_collation,
               r.rngmultitypid AS multirange, m.rngtypid AS range, typacl::text[] AS acl
        FROM pg_type t
        LEFT JOIN pg_range r ON r.rngtypid = t.oid
        LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
        WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind = 't')""",
    "pg_cast": """
        SELECT oid, castsource AS source, casttarget AS target, castfunc AS func, castcontext::text AS context,
               castmethod::text AS method
        FROM pg_cast""",
    # prosrc of a built-in function is left out where it is the function's name, and the bodies of SQL functions always.
    "pg_proc": """
        SELECT p.oid, proname AS name, pronamespace AS namespace, proowner AS owner, prolang AS lang, prokind::text AS kind,
               prosecdef AS secdef, proleakproof AS leakproof, proisstrict AS strict, proretset AS retset,
               provolatile::text AS volatile, proparallel::text AS parallel, prorettype AS rettype,
               proargtypes::oid[] AS argtypes, proallargtypes AS allargtypes,
               array_to_string(proargmodes, '') AS argmodes, proargnames AS argnames, provariadic AS variadic,
               (SELECT jsonb_agg(jsonb_build_object('text', pg_get_function_arg_default(p.oid, i)) ORDER BY i)
                FROM generate_series(1, coalesce(array_length(proallargtypes, 1), pronargs)) i
                WHERE pronargdefaults > 0 AND pg_get_function_arg_default(p.oid, i) IS NOT NULL) AS defaults,
               CASE WHEN prosrc <> proname AND prolang <> 14 AND prokind IN ('f', 'p') THEN prosrc END AS src,
               proconfig AS config,
               CASE WHEN aggfnoid IS NOT NULL THEN
                   jsonb_build_object('kind', aggkind, 'numdirectargs', aggnumdirectargs, 'transfn', aggtransfn::oid::int8,
                                      'finalfn', aggfinalfn::oid::int8, 'transtype', aggtranstype::int8, 'sortop', aggsortop::int8)
               END AS agg,
               proacl::text[] AS acl
        FROM pg_proc p
        LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid""",
    "pg_operator": """
        SELECT oid, oprname AS name, oprnamespace AS namespace, oprowner AS owner, oprleft AS left, oprright AS right,
               oprresult AS result, oprcode::oid AS code, oprcom AS com, oprnegate AS negate, oprcanmerge AS canmerge,
               oprcanhash AS canhash, oprrest::oid AS rest, oprjoin::oid AS join
        FROM pg_operator""",
    "pg_opfamily": """
        SELECT oid, opfname AS name, opfnamespace AS namespace, opfowner AS owner, opfmethod AS am,
               (SELECT jsonb_agg(jsonb_build_object('left', amoplefttype::int8, 'right', amoprighttype::int8,
                           'strategy', amopstrategy, 'operator', amopopr::int8, 'purpose', amoppurpose,
                           'sortfamily', amopsortfamily::int8)
                           ORDER BY amoplefttype, amoprighttype, amopstrategy, amoppurpose DESC)
                FROM pg_amop WHERE amopfamily = f.oid) AS operators,
               (SELECT jsonb_agg(jsonb_build_object('left', amproclefttype::int8, 'right', amprocrighttype::int8,
                           'num', amprocnum, 'proc', amproc::oid::int8)
                           ORDER BY amproclefttype, amprocrighttype, amprocnum)
                FROM pg_amproc WHERE amprocfamily = f.oid) AS procs
        FROM pg_opfamily f""",
    "pg_opclass": """
        SELECT oid, opcname AS name, opcnamespace AS namespace, opcowner AS owner, opcmethod AS am, opcfamily AS family,
               opcintype AS intype, opcdefault AS default, opckeytype AS keytype
        FROM pg_opclass""",
    # The collations of the C library depend on the machine; these three are always there.
    "pg_collation": """
        SELECT oid, collname AS name, collnamespace AS namespace, collowner AS owner, collprovider::text AS provider,
               collisdeterministic AS deterministic, collencoding AS encoding,
               coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'collcollate') AS locale
        FROM pg_collation c
        WHERE collprovider <> 'c' OR collname IN ('C', 'POSIX', 'ucs_basic')""",
    "pg_conversion": """
        SELECT oid, conname AS name, connamespace AS namespace, conowner AS owner, conforencoding AS for_encoding,
               contoencoding AS to_encoding, conproc::oid AS proc, condefault AS default
        FROM pg_conversion""",
    "pg_ts": """
        SELECT oid, 'config' AS kind, cfgname AS name, cfgnamespace AS namespace, cfgowner AS owner, cfgparser AS refers,
               (SELECT jsonb_object_agg(alias, dicts)
                FROM (SELECT alias, jsonb_agg(mapdict::int8 ORDER BY mapseqno) AS dicts
                      FROM pg_ts_config_map JOIN ts_token_type(cfgparser) ON tokid = maptokentype
                      WHERE mapcfg = c.oid GROUP BY alias) m) AS mapping,
               NULL::text[] AS options
        FROM pg_ts_config c
        UNION ALL
        SELECT oid, 'dict', dictname, dictnamespace, dictowner, dicttemplate, NULL, string_to_array(dictinitoption, ', ')
        FROM pg_ts_dict
        UNION ALL
        SELECT oid, 'parser', prsname, prsnamespace, 10, 0, NULL, NULL FROM pg_ts_parser
        UNION ALL
        SELECT oid, 'template', tmplname, tmplnamespace, 10, 0, NULL, NULL FROM pg_ts_template""",
    "pg_class": """
        SELECT c.oid, relname AS name, relnamespace AS namespace, relkind::text AS kind, relowner AS owner, reltype AS type,
               relpersistence::text AS persistence, relam AS am, reltablespace AS tablespace, reloptions AS options,
               relrowsecurity AS rowsecurity, relforcerowsecurity AS forcerowsecurity, relreplident::text AS replident,
               relacl::text[] AS acl,
               (SELECT jsonb_agg(jsonb_build_object('num', attnum, 'name', attname, 'type', atttypid::int8,
                           'typmod', atttypmod, 'collation', attcollation::int8, 'ndims', attndims, 'notnull', attnotnull,
                           'default', CASE WHEN atthasdef THEN jsonb_build_object('text', pg_get_expr(adbin, adrelid)) END,
                           'identity', attidentity, 'generated', attgenerated, 'acl', attacl::text[])
                           ORDER BY attnum)
                FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE attrelid = c.oid AND attnum > 0 AND relkind NOT IN ('i', 'I')) AS columns,
               CASE WHEN indexrelid IS NOT NULL THEN
                   jsonb_build_object('relid', indrelid::int8, 'key', indkey::int2[], 'nkeyatts', indnkeyatts,
                                      'unique', indisunique, 'primary', indisprimary, 'immediate', indimmediate,
                                      'collations', (indcollation::oid[])::int8[], 'opclasses', (indclass::oid[])::int8[],
                                      'option', indoption::int2[],
                                      'predicate', CASE WHEN indpred IS NOT NULL
                                          THEN jsonb_build_object('text', pg_get_expr(indpred, indrelid)) END)
               END AS index,
               (SELECT jsonb_build_object('type', seqtypid::int8, 'start', seqstart, 'increment', seqincrement, 'min', seqmin,
                                          'max', seqmax, 'cache', seqcache, 'cycle', seqcycle)
                FROM pg_sequence WHERE seqrelid = c.oid) AS sequence
        FROM pg_class c
        LEFT JOIN pg_index ON indexrelid = c.oid
        WHERE relnamespace <> 'pg_toast'::regnamespace""",
    # That catalogs' columns are not null stands in their columns; PostgreSQL 18 has a constraint for each, too.
    "pg_constraint": """
        SELECT oid, conname AS name, connamespace AS namespace, contype::text AS type, conrelid AS relid, contypid AS typid,
               conindid AS indid, confrelid AS frelid, conkey AS key, confkey AS fkey, conpfeqop::oid[] AS eqops,
               condeferrable AS deferrable, condeferred AS deferred, convalidated AS validated,
               CASE WHEN contype = 'f' THEN confupdtype::text END AS fupdtype,
               CASE WHEN contype = 'f' THEN confdeltype::text END AS fdeltype,
               CASE WHEN contype = 'f' THEN confmatchtype::text END AS fmatchtype,
               conislocal AS islocal, connoinherit AS noinherit,
               CASE WHEN contype = 'c' THEN jsonb_build_object('text', pg_get_expr(conbin, conrelid)) END AS expr
        FROM pg_constraint
        WHERE contype <> 'n'""",
    "pg_tablespace": """
        SELECT oid, spcname AS name, spcowner AS owner, spcacl::text[] AS acl
        FROM pg_tablespace""",
    "pg_extension": """
        SELECT oid, extname AS name, extowner AS owner, extnamespace AS namespace, extrelocatable AS relocatable,
               extversion AS version
        FROM pg_extension""",
}

KEYWORDS = "SELECT word, catcode::text AS category, barelabel FROM pg_get_keywords() ORDER BY word"

# PL/pgSQL's settings are there as soon as a session has used it.
SETTINGS = """
    LOAD 'plpgsql';
    SELECT name, vartype, context, min_val, max_val, enumvals, unit, boot_val, {flags} AS flags
    FROM pg_settings ORDER BY name COLLATE "C" """

# pg_settings does not show these (GUC_NO_SHOW_ALL in guc_tables.c); what they are is said there only.
HIDDEN_SETTINGS = (
    builtins.Setting("is_superuser", "bool", "internal", boot_val="off"),
    builtins.Setting("role", "string", "user", boot_val="none"),
    builtins.Setting("seed", "real", "user", min_val="-1", max_val="1", boot_val="0"),
    builtins.Setting("session_authorization", "string", "user"),
    builtins.Setting("default_with_oids", "bool", "user", boot_val="off"),
    builtins.Setting("ssl_renegotiation_limit", "integer", "user", min_val="0", max_val="0", unit="kB", boot_val="0"),
)

# Values that a usual build has and that of the fetched servers lacks (--with-lz4, --with-zstd).
USUAL_VALUES = {"default_toast_compression": ("lz4",), "wal_compression": ("lz4", "zstd")}


def main(arguments: list[str]) -> int:
    for major in [int(argument) for argument in arguments] or builtins.MAJORS:
        with servers.started(servers.fetched_binaries()[major]) as server, server.connect() as connection:
            for name, rows in read(connection).items():
                write(builtins.file_of(major, name), rows)
        size = sum(path.stat().st_size for path in builtins.file_of(major, "pg_type").parent.iterdir())
        print(f"{major}: {server.version}, {size / 1e6:.2f} MB")
    return 0


def read(connection: psycopg.Connection[Any]) -> dict[str, Rows]:
    """All of a new database's data: file name (without suffix) -> structs, in the order in which they are written."""
    found = read_new(connection)
    numbers = stable_numbers(found)
    result = {
        name: sorted((renumbered(row, numbers) for row in rows), key=lambda row: row.oid)
        for name, rows in found.items()
    }
    return {**result, "keywords": read_keywords(connection), "settings": read_settings(connection)}


def read_rows(connection: psycopg.Connection[Any], query: str, struct: type[msgspec.Struct], condition: str) -> Rows:
    """The structs of one catalog, of the objects that meet the condition on their `oid`."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(f"SELECT * FROM ({query}) rows WHERE {condition}").fetchall()
    return [msgspec.convert(without_nulls(row), struct, strict=False) for row in rows]


def read_new(connection: psycopg.Connection[Any]) -> dict[str, Rows]:
    """The objects of a new database, catalog by catalog, with the server's identifiers."""
    new = f"oid < {model.FIRST_NORMAL_OID}"
    return {name: read_rows(connection, query, builtins.STRUCTS[name], new) for name, query in QUERIES.items()}


def read_keywords(connection: psycopg.Connection[Any]) -> Rows:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [builtins.Keyword(**row) for row in cursor.execute(KEYWORDS)]


def read_settings(connection: psycopg.Connection[Any]) -> Rows:
    flags = "pg_settings_get_flags(name)" if connection.info.server_version >= 150000 else "NULL::text[]"
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(SETTINGS.format(flags=flags))
        while cursor.nextset():
            pass
        found = [as_usually_built(msgspec.convert(without_nulls(row), builtins.Setting)) for row in cursor.fetchall()]
        known = {setting.name for setting in found}
        for setting in HIDDEN_SETTINGS:
            row = cursor.execute("SELECT current_setting(%s, true) IS NOT NULL AS exists", [setting.name]).fetchone()
            if setting.name not in known and row is not None and row["exists"]:
                found.append(setting)
    return sorted(found, key=lambda setting: setting.name)


def as_usually_built(setting: builtins.Setting) -> builtins.Setting:
    missing = [value for value in USUAL_VALUES.get(setting.name, ()) if value not in setting.enumvals]
    if setting.vartype != "enum" or not missing:
        return setting
    return msgspec.structs.replace(setting, enumvals=(*setting.enumvals, *missing))


def without_nulls(value: Any) -> Any:
    """Drop what is NULL, so that the struct's default stands for it."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def stable_numbers(found: Mapping[str, Rows]) -> dict[int, int]:
    """New identifiers for the objects that initdb numbered: in the order of catalogs, schemas and names.

    Collations of ICU come last, since not every build has them.
    """
    schemas = {row.oid: row.name for row in found["pg_namespace"]}
    keys: dict[int, tuple[Any, ...]] = {}
    for rank, (name, rows) in enumerate(found.items()):
        for row in rows:
            if row.oid >= builtins.FIRST_UNPINNED_OID:
                assert row.oid not in keys, (name, row)
                icu = name == "pg_collation" and row.provider == "i"
                schema = schemas.get(getattr(row, "namespace", 0), "")
                keys[row.oid] = (icu, rank, schema, row.name, getattr(row, "kind", ""))
    assert len(set(keys.values())) == len(keys)
    return {
        oid: builtins.FIRST_UNPINNED_OID + number for number, oid in enumerate(sorted(keys, key=lambda oid: keys[oid]))
    }


def write(path: Path, rows: Iterable[Any]) -> None:
    """Write one row a line, so that a difference between two servers is a difference of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"[\n" + b",\n".join(msgspec.json.encode(plain(row)) for row in rows) + b"\n]\n")


def plain(value: Any) -> Any:
    """The value in JSON's types, without the fields that have their default (msgspec leaves out only some of these)."""
    if isinstance(value, msgspec.Struct):
        if type(value).__struct_config__.array_like:
            return value
        fields = [field for field in msgspec.structs.fields(value) if getattr(value, field.name) != field.default]
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
