"""Where a row type is stored (find_composite_type_dependencies of tablecmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import ObjectAddress, Oid, Relation
from schemalint.errors import Refusal
from schemalint.simulator.session import Session

At = tuple[int, int] | None


def find_composite_type_dependencies(
    session: Session, oid: Oid, relation: Relation | None, type_name: str = "", at: At = None
) -> None:
    """Raise 0A000 when a table has a column of the type, or of one made of it. `relation` is what is to be altered, None for the
    type `type_name`."""
    if not oid:
        return
    dependents = session.catalog.dependents(ObjectAddress("pg_type", oid))
    for dependent in dict.fromkeys(address for address, _, _ in dependents):
        if dependent.classid == "pg_type":
            find_composite_type_dependencies(session, dependent.objid, relation, type_name, at)
            continue
        if dependent.classid != "pg_class":
            continue
        holder = session.catalog.get(Relation, dependent.objid)
        num = _column_of_type(holder, dependent.objsubid, oid) if holder is not None else 0
        if holder is None or not num:
            continue
        if holder.kind in "rmpi":
            raise _refusal(relation, type_name, holder, num, at)
        if holder.type:
            find_composite_type_dependencies(session, holder.type, relation, type_name, at)


def _column_of_type(holder: Relation, num: int, oid: Oid) -> int:
    """The column that is meant; an index over an expression depends as a whole."""
    if num:
        return num if holder.columns[num - 1].type == oid else 0
    return next((column.num for column in holder.columns if column.type == oid), 0)


def _refusal(relation: Relation | None, type_name: str, holder: Relation, num: int, at: At) -> Refusal:
    column = f'column "{holder.name}.{holder.columns[num - 1].name}"'
    if relation is None:
        message = f'cannot alter type "{type_name}" because {column} uses it'
    elif relation.kind == "c":
        message = f'cannot alter type "{relation.name}" because {column} uses it'
    elif relation.kind == "f":
        message = f'cannot alter foreign table "{relation.name}" because {column} uses its row type'
    else:
        message = f'cannot alter table "{relation.name}" because {column} uses its row type'
    return Refusal("0A000", message, at=at, word=holder.name, objects=(holder.address,))
