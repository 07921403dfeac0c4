"""pg_catalog as rows, for the conditions of DO blocks: what a migration asks before it acts.

Each function yields the rows of one relation as dicts; only columns that follow from the model are there, and asking for another is
undecidable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Oid
from schemalint.simulator.session import Session

Row = dict[str, Any]
Rows = Callable[[Session], Iterator[Row]]
C = TypeVar("C", bound=CatalogObject)

_COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}


def every(session: Session, cls: type[C]) -> Iterator[C]:
    catalog = session.catalog
    yield from catalog.all(cls)
    if cls.CLASS in (
        "pg_type",
        "pg_proc",
        "pg_namespace",
        "pg_class",
        "pg_authid",
        "pg_extension",
        "pg_language",
        "pg_am",
    ):
        own = {o.oid for o in catalog.all(cls)}
        for oid in catalog.builtins.table(cls).by_oid:
            if oid not in own and (obj := catalog.get(cls, oid)) is not None:
                yield obj


def schema_name(session: Session, oid: Oid) -> str:
    return session.names.namespace_name(oid)


def relation_of(session: Session, oid: Oid) -> model.Relation | None:
    return session.catalog.get(model.Relation, oid)


def pg_namespace(session: Session) -> Iterator[Row]:
    for n in every(session, model.Namespace):
        yield {"oid": n.oid, "nspname": n.name, "nspowner": n.owner}


def pg_class(session: Session) -> Iterator[Row]:
    for r in every(session, model.Relation):
        yield {
            "oid": r.oid,
            "relname": r.name,
            "relnamespace": r.namespace,
            "relkind": r.kind,
            "relowner": r.owner,
            "reltype": r.type,
            "relrowsecurity": r.rowsecurity,
            "relforcerowsecurity": r.forcerowsecurity,
            "relispartition": r.ispartition,
            "relpersistence": r.persistence,
            "relreplident": r.replident,
            "relnatts": len(r.columns),
            "relhasindex": bool(session.catalog.indexes(r.oid)),
        }


def pg_attribute(session: Session) -> Iterator[Row]:
    for r in every(session, model.Relation):
        for a in r.columns:
            yield {
                "attrelid": r.oid,
                "attname": a.name,
                "attnum": a.num,
                "atttypid": a.type,
                "atttypmod": a.typmod,
                "attnotnull": a.notnull,
                "atthasdef": a.default is not None,
                "attisdropped": a.dropped,
                "attidentity": a.identity,
                "attgenerated": a.generated,
            }


def pg_type(session: Session) -> Iterator[Row]:
    for t in every(session, model.Type):
        yield {
            "oid": t.oid,
            "typname": t.name,
            "typnamespace": t.namespace,
            "typtype": t.typtype,
            "typcategory": t.category,
            "typrelid": t.relid,
            "typelem": t.elem,
            "typarray": t.array,
            "typbasetype": t.basetype,
            "typowner": t.owner,
            "typnotnull": t.notnull,
        }


def pg_enum(session: Session) -> Iterator[Row]:
    for t in session.catalog.all(model.Type):
        for i, label in enumerate(t.labels, 1):
            yield {"enumtypid": t.oid, "enumlabel": label, "enumsortorder": float(i)}


def pg_constraint(session: Session) -> Iterator[Row]:
    for c in session.catalog.all(model.Constraint):
        if c.type == "n" and session.version < 18:
            continue
        yield {
            "oid": c.oid,
            "conname": c.name,
            "connamespace": c.namespace,
            "contype": c.type,
            "conrelid": c.relid,
            "contypid": c.typid,
            "conindid": c.indid,
            "confrelid": c.frelid,
            "condeferrable": c.deferrable,
            "condeferred": c.deferred,
            "convalidated": c.validated,
            "conkey": list(c.key),
            "confkey": list(c.fkey),
            "confdeltype": c.fdeltype,
            "confupdtype": c.fupdtype,
        }


def pg_index(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.index is not None:
            yield {
                "indexrelid": r.oid,
                "indrelid": r.index.relid,
                "indisunique": r.index.unique,
                "indisprimary": r.index.primary,
                "indisvalid": r.index.valid,
                "indkey": list(r.index.key),
            }


def pg_indexes(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.index is not None and (table := relation_of(session, r.index.relid)) is not None:
            yield {"schemaname": schema_name(session, r.namespace), "tablename": table.name, "indexname": r.name}


def pg_tables(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.kind in "rp":
            yield {
                "schemaname": schema_name(session, r.namespace),
                "tablename": r.name,
                "tableowner": session.role_name(r.owner),
                "rowsecurity": r.rowsecurity,
            }


def pg_views(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.kind == "v":
            yield {
                "schemaname": schema_name(session, r.namespace),
                "viewname": r.name,
                "viewowner": session.role_name(r.owner),
            }


def pg_matviews(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.kind == "m":
            yield {"schemaname": schema_name(session, r.namespace), "matviewname": r.name, "ispopulated": r.populated}


def pg_sequences(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        if r.kind == "S":
            yield {"schemaname": schema_name(session, r.namespace), "sequencename": r.name}


def pg_roles(session: Session) -> Iterator[Row]:
    for r in every(session, model.Role):
        yield {
            "oid": r.oid,
            "rolname": r.name,
            "rolsuper": r.super,
            "rolinherit": r.inherit,
            "rolcreaterole": r.createrole,
            "rolcreatedb": r.createdb,
            "rolcanlogin": r.canlogin,
            "rolreplication": r.replication,
            "rolbypassrls": r.bypassrls,
        }


def pg_user(session: Session) -> Iterator[Row]:
    for r in every(session, model.Role):
        if r.canlogin:
            yield {"usename": r.name, "usesysid": r.oid, "usesuper": r.super, "usecreatedb": r.createdb}


def pg_group(session: Session) -> Iterator[Row]:
    for r in every(session, model.Role):
        if not r.canlogin:
            yield {"groname": r.name, "grosysid": r.oid}


def pg_proc(session: Session) -> Iterator[Row]:
    for p in every(session, model.Proc):
        yield {
            "oid": p.oid,
            "proname": p.name,
            "pronamespace": p.namespace,
            "prokind": p.kind,
            "prorettype": p.rettype,
            "pronargs": len(p.argtypes),
            "prosecdef": p.secdef,
            "proowner": p.owner,
            "prolang": p.lang,
        }


def pg_trigger(session: Session) -> Iterator[Row]:
    for t in session.catalog.all(model.Trigger):
        yield {
            "oid": t.oid,
            "tgname": t.name,
            "tgrelid": t.relid,
            "tgfoid": t.func,
            "tgisinternal": t.isinternal,
            "tgenabled": t.enabled,
            "tgtype": t.type,
        }


def pg_policy(session: Session) -> Iterator[Row]:
    for p in session.catalog.all(model.Policy):
        yield {"oid": p.oid, "polname": p.name, "polrelid": p.relid, "polcmd": p.cmd, "polpermissive": p.permissive}


def pg_policies(session: Session) -> Iterator[Row]:
    for p in session.catalog.all(model.Policy):
        table = relation_of(session, p.relid)
        if table is not None:
            yield {
                "schemaname": schema_name(session, table.namespace),
                "tablename": table.name,
                "policyname": p.name,
                "permissive": "PERMISSIVE" if p.permissive else "RESTRICTIVE",
                "roles": ["public" if not r else session.role_name(r) for r in p.roles],
                "cmd": _COMMANDS[p.cmd],
            }


def pg_extension(session: Session) -> Iterator[Row]:
    for e in every(session, model.Extension):
        yield {
            "oid": e.oid,
            "extname": e.name,
            "extnamespace": e.namespace,
            "extversion": e.version,
            "extowner": e.owner,
        }


def pg_publication(session: Session) -> Iterator[Row]:
    for p in session.catalog.all(model.Publication):
        yield {"oid": p.oid, "pubname": p.name, "puballtables": p.alltables}


def pg_publication_tables(session: Session) -> Iterator[Row]:
    for p in session.catalog.all(model.Publication):
        named = {entry.relid for entry in p.relations}
        for r in session.catalog.all(model.Relation):
            if r.kind == "r" and (r.oid in named or p.alltables or r.namespace in p.schemas):
                yield {"pubname": p.name, "schemaname": schema_name(session, r.namespace), "tablename": r.name}


def pg_publication_rel(session: Session) -> Iterator[Row]:
    for p in session.catalog.all(model.Publication):
        for entry in p.relations:
            yield {"prpubid": p.oid, "prrelid": entry.relid}


def pg_database(session: Session) -> Iterator[Row]:
    yield {"datname": session.names.database}


def pg_language(session: Session) -> Iterator[Row]:
    for language in every(session, model.Language):
        yield {"oid": language.oid, "lanname": language.name}


def pg_inherits(session: Session) -> Iterator[Row]:
    for r in session.catalog.all(model.Relation):
        for i, parent in enumerate(r.inherits, 1):
            yield {"inhrelid": r.oid, "inhparent": parent, "inhseqno": i}


PG_CATALOG: dict[str, Rows] = {
    f.__name__: f
    for f in (
        pg_namespace,
        pg_class,
        pg_attribute,
        pg_type,
        pg_enum,
        pg_constraint,
        pg_index,
        pg_indexes,
        pg_tables,
        pg_views,
        pg_matviews,
        pg_sequences,
        pg_roles,
        pg_user,
        pg_group,
        pg_proc,
        pg_trigger,
        pg_policy,
        pg_policies,
        pg_extension,
        pg_publication,
        pg_publication_tables,
        pg_publication_rel,
        pg_database,
        pg_language,
        pg_inherits,
    )
}
"""Relation -> its rows."""
PG_CATALOG["pg_authid"] = pg_roles
