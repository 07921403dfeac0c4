"""information_schema as rows, for the conditions of DO blocks (see catalog_views.py)."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.simulator.catalog_views import Row, Rows, every, pg_sequences, relation_of, schema_name
from schemalint.simulator.session import Session

_TABLE_TYPES = {"r": "BASE TABLE", "p": "BASE TABLE", "v": "VIEW", "f": "FOREIGN"}
_CONSTRAINT_TYPES = {"c": "CHECK", "f": "FOREIGN KEY", "p": "PRIMARY KEY", "u": "UNIQUE"}


def schemata(session: Session) -> Iterator[Row]:
    for n in every(session, model.Namespace):
        yield {
            "schema_name": n.name,
            "schema_owner": session.role_name(n.owner),
            "catalog_name": session.names.database,
        }


def tables(session: Session) -> Iterator[Row]:
    for r in every(session, model.Relation):
        if r.kind in _TABLE_TYPES:
            yield {
                "table_catalog": session.names.database,
                "table_schema": schema_name(session, r.namespace),
                "table_name": r.name,
                "table_type": "LOCAL TEMPORARY" if r.persistence == "t" else _TABLE_TYPES[r.kind],
            }


def views(session: Session) -> Iterator[Row]:
    for row in tables(session):
        if row["table_type"] == "VIEW":
            yield row


def columns(session: Session) -> Iterator[Row]:
    from schemalint.semantics.types import format_type

    for r in every(session, model.Relation):
        if r.kind not in _TABLE_TYPES:
            continue
        schema = schema_name(session, r.namespace)
        for a in r.columns:
            if a.dropped:
                continue
            kind = session.catalog.get(model.Type, a.type)
            shown = format_type(session.names, a.type) if kind is not None else ""
            if kind is not None and kind.elem and kind.len == -1:
                shown = "ARRAY"
            elif kind is not None and kind.namespace != 11:
                shown = "USER-DEFINED"
            yield {
                "table_catalog": session.names.database,
                "table_schema": schema,
                "table_name": r.name,
                "column_name": a.name,
                "ordinal_position": a.num,
                "is_nullable": "NO" if a.notnull else "YES",
                "data_type": shown,
                "udt_name": kind.name if kind is not None else None,
                "udt_schema": schema_name(session, kind.namespace) if kind is not None else None,
                "character_maximum_length": a.typmod - 4 if a.type in (1042, 1043) and a.typmod > 4 else None,
                "column_default": a.default.text if a.default is not None and not a.generated else None,
                "is_identity": "YES" if a.identity else "NO",
                "identity_generation": {"a": "ALWAYS", "d": "BY DEFAULT"}.get(a.identity),
                "is_generated": "ALWAYS" if a.generated else "NEVER",
            }


def table_constraints(session: Session) -> Iterator[Row]:
    for c in session.catalog.all(model.Constraint):
        table = relation_of(session, c.relid)
        if table is not None and c.type in _CONSTRAINT_TYPES:
            yield {
                "constraint_catalog": session.names.database,
                "constraint_schema": schema_name(session, c.namespace),
                "constraint_name": c.name,
                "table_schema": schema_name(session, table.namespace),
                "table_name": table.name,
                "constraint_type": _CONSTRAINT_TYPES[c.type],
            }


def referential_constraints(session: Session) -> Iterator[Row]:
    for c in session.catalog.all(model.Constraint):
        if c.type == "f":
            yield {"constraint_schema": schema_name(session, c.namespace), "constraint_name": c.name}


def check_constraints(session: Session) -> Iterator[Row]:
    for c in session.catalog.all(model.Constraint):
        if c.type == "c":
            yield {"constraint_schema": schema_name(session, c.namespace), "constraint_name": c.name}


def _key_columns(session: Session, types: str, *, referenced: bool) -> Iterator[Row]:
    for c in session.catalog.all(model.Constraint):
        if c.type not in types:
            continue
        other = referenced and c.type == "f"
        table = relation_of(session, c.frelid if other else c.relid)
        if table is None:
            continue
        for i, num in enumerate(c.fkey if other else c.key, 1):
            yield {
                "constraint_schema": schema_name(session, c.namespace),
                "constraint_name": c.name,
                "table_schema": schema_name(session, table.namespace),
                "table_name": table.name,
                "column_name": table.columns[num - 1].name,
                "ordinal_position": i,
            }


def key_column_usage(session: Session) -> Iterator[Row]:
    return _key_columns(session, "fpu", referenced=False)


def constraint_column_usage(session: Session) -> Iterator[Row]:
    return _key_columns(session, "fpuc", referenced=True)


def constraint_table_usage(session: Session) -> Iterator[Row]:
    seen = set()
    for row in constraint_column_usage(session):
        key = (row["constraint_schema"], row["constraint_name"], row["table_name"])
        if key not in seen:
            seen.add(key)
            yield row


def triggers(session: Session) -> Iterator[Row]:
    for t in session.catalog.all(model.Trigger):
        table = relation_of(session, t.relid)
        if t.isinternal or table is None:
            continue
        for bit, event in ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE")):
            if t.type & bit:
                yield {
                    "trigger_schema": schema_name(session, table.namespace),
                    "trigger_name": t.name,
                    "event_manipulation": event,
                    "event_object_schema": schema_name(session, table.namespace),
                    "event_object_table": table.name,
                }


def routines(session: Session) -> Iterator[Row]:
    for p in every(session, model.Proc):
        if p.kind in "fp":
            yield {
                "routine_schema": schema_name(session, p.namespace),
                "routine_name": p.name,
                "specific_name": f"{p.name}_{p.oid}",
                "routine_type": "PROCEDURE" if p.kind == "p" else "FUNCTION",
            }


def sequences(session: Session) -> Iterator[Row]:
    for row in pg_sequences(session):
        yield {"sequence_schema": row["schemaname"], "sequence_name": row["sequencename"]}


INFORMATION_SCHEMA: dict[str, Rows] = {
    f.__name__: f
    for f in (
        schemata,
        tables,
        views,
        columns,
        table_constraints,
        referential_constraints,
        check_constraints,
        key_column_usage,
        constraint_column_usage,
        constraint_table_usage,
        triggers,
        routines,
        sequences,
    )
}
"""Relation -> its rows."""
