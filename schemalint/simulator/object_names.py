"""Names that the server makes up (ChooseRelationName, ChooseConstraintName, ChooseIndexName)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from schemalint.catalog.model import Oid
from schemalint.simulator.pg_type import NAMEDATALEN, clip, make_object_name
from schemalint.simulator.session import Session


def choose_relation_name(
    session: Session, name1: str, name2: str | None, label: str | None, namespace: Oid, isconstraint: bool = False
) -> str:
    """A made-up name that no relation of the schema, nor constraint when asked for, has (ChooseRelationName)."""
    find = session.catalog.find_oid
    current = label
    tries = 0
    while True:
        name = make_object_name(name1, name2, current)
        taken = find("pg_class", namespace, name) is not None
        if not taken and not (isconstraint and session.catalog.constraint_name_exists(namespace, name)):
            return name
        tries += 1
        current = f"{label or ''}{tries}"


def choose_constraint_name(
    session: Session, name1: str, name2: str | None, label: str, namespace: Oid, others: Collection[str] = ()
) -> str:
    """A made-up name that no constraint of the schema has, nor one of `others` (ChooseConstraintName)."""
    tries = 0 if label else 1
    current = label or "1"
    while True:
        name = make_object_name(name1, name2, current)
        if name not in others and not session.catalog.constraint_name_exists(namespace, name):
            return name
        tries += 1
        current = f"{label}{tries}"


def choose_index_name(
    session: Session,
    tabname: str,
    namespace: Oid,
    colnames: Sequence[str],
    *,
    exclusion: bool,
    primary: bool,
    isconstraint: bool,
) -> str:
    """ChooseIndexName."""
    if primary:
        return choose_relation_name(session, tabname, None, "pkey", namespace, True)
    addition = choose_index_name_addition(colnames)
    if exclusion:
        return choose_relation_name(session, tabname, addition, "excl", namespace, True)
    if isconstraint:
        return choose_relation_name(session, tabname, addition, "key", namespace, True)
    return choose_relation_name(session, tabname, addition, "idx", namespace, False)


def choose_index_name_addition(colnames: Sequence[str]) -> str:
    """ChooseIndexNameAddition, ChooseForeignKeyConstraintNameAddition."""
    made = ""
    for name in colnames:
        if made:
            made += "_"
        made += clip(name, NAMEDATALEN - 1)
        if len(made) >= NAMEDATALEN:
            break
    return made


__all__ = [
    "NAMEDATALEN",
    "choose_constraint_name",
    "choose_index_name",
    "choose_index_name_addition",
    "choose_relation_name",
    "clip",
    "make_object_name",
]
