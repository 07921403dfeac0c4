"""TRUNCATE (ExecuteTruncate of tablecmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Noted, Truncated
from schemalint.simulator.pg_inherits import find_all_inheritors
from schemalint.simulator.rangevars import check_not_system_catalog, relation_openrv
from schemalint.simulator.result_relations import check_foreign_table
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import TruncateStmt

At = tuple[int, int] | None


def execute_truncate(session: Session, stmt: TruncateStmt) -> None:
    """TRUNCATE."""
    catalog = session.catalog
    found: dict[int, bool] = {}
    for rangevar in stmt.relations:
        at = (rangevar.start, rangevar.end)
        relation = relation_openrv(session, rangevar, ACCESS_EXCLUSIVE)
        if relation.oid in found:
            continue
        _check(session, relation, at)
        found[relation.oid] = False
        if rangevar.inh:
            for oid, _ in find_all_inheritors(session, relation.oid, ACCESS_EXCLUSIVE):
                if oid not in found:
                    child = catalog[Relation, oid]
                    if child.kind == "f" and child.server:
                        check_foreign_table(session, child, at)
                        session.undecided.append(f'whether foreign table "{child.name}" can be truncated is not known')
                    found[oid] = False
        elif relation.kind == "p":
            raise Refusal(
                "42809",
                "cannot truncate only a partitioned table",
                at=at,
                hint="Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.",
            )
    if stmt.behavior == "DROP_CASCADE":
        _cascade(session, found)
    else:
        _check_foreign_keys(session, found, (stmt.start, stmt.end))
    for oid, cascade in found.items():
        if catalog[Relation, oid].kind != "p":
            session.effect(Truncated(oid, cascade))


def _check(session: Session, relation: Relation, at: At) -> None:
    """truncate_check_rel, truncate_check_perms."""
    name = relation.name
    if relation.kind not in "rpf":
        raise Refusal("42809", f'"{name}" is not a table', at=at, word=name)
    if relation.kind == "f":
        check_foreign_table(session, relation, at)
    check_not_system_catalog(session, relation, at)
    if session.role != 10:
        from schemalint.simulator.acl import acl_check

        acl_check(session, relation, "D", at)


def _referencing(session: Session, found: dict[int, bool]) -> list[tuple[int, int]]:
    """(referencing table, referenced table) of foreign keys from outside (heap_truncate_find_FKs)."""
    return [
        (con.relid, oid)
        for oid in found
        for con in session.catalog.referencing(oid)
        if con.type == "f" and con.relid not in found
    ]


def _cascade(session: Session, found: dict[int, bool]) -> None:
    while True:
        more = _referencing(session, found)
        if not more:
            return
        for relid, _ in more:
            if relid in found:
                continue
            relation = session.catalog[Relation, relid]
            session.lock(relid, ACCESS_EXCLUSIVE)
            session.effect(Noted("NOTICE", f'truncate cascades to table "{relation.name}"'))
            _check(session, relation, None)
            found[relid] = True


def _check_foreign_keys(session: Session, found: dict[int, bool], at: At) -> None:
    """heap_truncate_check_FKs."""
    for relid, oid in _referencing(session, found):
        mine, theirs = session.catalog[Relation, oid].name, session.catalog[Relation, relid].name
        raise Refusal(
            "0A000",
            "cannot truncate a table referenced in a foreign key constraint",
            at=at,
            detail=f'Table "{theirs}" references "{mine}".',
            hint=f'Truncate table "{theirs}" at the same time, or use TRUNCATE ... CASCADE.',
            objects=(ObjectAddress("pg_class", relid),),
        )
