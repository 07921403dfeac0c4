"""What depends on what, and what a DROP takes along (dependency.c, pg_depend.c).

A default expression is addressed as ("pg_attrdef", relation, attnum); a view's query depends in the view's own name. Everything else
has the address of its catalog row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.simulator.describe import describe
from schemalint.simulator.effects import Changed, Dropped
from schemalint.simulator.session import Session

NORMAL, AUTO, INTERNAL, EXTENSION, AUTO_EXTENSION, PARTITION_PRI, PARTITION_SEC = "naiexPS"

_REG_TYPES = {
    2205: "pg_class",
    2206: "pg_type",
    24: "pg_proc",
    2202: "pg_proc",
    2203: "pg_operator",
    2204: "pg_operator",
    4191: "pg_collation",
    3734: "pg_ts",
    3769: "pg_ts",
    4089: "pg_namespace",
    4096: "pg_authid",
}
"""regclass and its like: a constant of such a type is a dependency on what it names."""


# --- what an expression refers to


def find_expr_references(
    tree: object, relid: Oid = 0, rtables: tuple[tuple[q.RangeTblEntry, ...], ...] = ()
) -> Iterator[ObjectAddress]:
    """The objects and columns that an analyzed expression or query needs (find_expr_references_walker).

    With `relid`, a Var of level 0 outside any query is a column of that relation.
    """
    match tree:
        case q.Query():
            yield from _query_references(tree, rtables)
            return
        case q.Var():
            yield from _var_references(tree, relid, rtables)
        case q.Const():
            classid = _REG_TYPES.get(tree.type)
            if classid is not None and isinstance(tree.value, int):
                yield ObjectAddress(classid, tree.value)
            yield ObjectAddress("pg_type", tree.type)
            if tree.collation:
                yield ObjectAddress("pg_collation", tree.collation)
            return
        case q.FuncExpr() | q.Aggref() | q.WindowFunc():
            yield ObjectAddress("pg_proc", tree.func)
        case q.OpExpr():
            yield ObjectAddress("pg_operator", tree.op)
        case q.ScalarArrayOpExpr():
            yield ObjectAddress("pg_operator", tree.op)
        case q.RowCompareExpr() | q.SubLink():
            for op in tree.ops:
                yield ObjectAddress("pg_operator", op)
        case q.CollateExpr():
            yield ObjectAddress("pg_collation", tree.collation)
        case q.NextValueExpr():
            yield ObjectAddress("pg_class", tree.seqid)
        case q.FieldSelect():
            yield ObjectAddress("pg_type", tree.arg.type)
    if isinstance(
        tree,
        (q.RelabelType, q.CoerceViaIO, q.ArrayCoerceExpr, q.ConvertRowtypeExpr, q.CoerceToDomain, q.RowExpr, q.Param),
    ):
        yield ObjectAddress("pg_type", tree.type)
    if isinstance(tree, Struct):
        for child in q.children(tree):
            yield from find_expr_references(child, relid, rtables)
    elif isinstance(tree, tuple):
        for item in tree:
            yield from find_expr_references(item, relid, rtables)


def _var_references(
    var: q.Var, relid: Oid, rtables: tuple[tuple[q.RangeTblEntry, ...], ...]
) -> Iterator[ObjectAddress]:
    if var.levelsup >= len(rtables):
        if relid and var.attno >= 0:
            yield ObjectAddress("pg_class", relid, var.attno)
        return
    rtable = rtables[var.levelsup]
    if not 0 < var.varno <= len(rtable):
        return
    rte = rtable[var.varno - 1]
    if rte.kind == "relation" and rte.relid and var.attno >= 0:
        yield ObjectAddress("pg_class", rte.relid, var.attno)
    elif rte.kind == "join" and 0 < var.attno <= len(rte.join_vars):
        yield from find_expr_references(rte.join_vars[var.attno - 1], 0, rtables)


def _query_references(query: q.Query, rtables: tuple[tuple[q.RangeTblEntry, ...], ...]) -> Iterator[ObjectAddress]:
    inner = (query.rtable, *rtables)
    for rte in query.rtable:
        if rte.kind == "relation" and rte.relid:
            yield ObjectAddress("pg_class", rte.relid)
        elif rte.subquery is not None:
            yield from find_expr_references(rte.subquery, 0, inner)
        for function in rte.functions:
            yield from find_expr_references(function, 0, inner)
        for row in rte.values:
            yield from find_expr_references(row, 0, inner)
    for field in query.__struct_fields__:
        value = getattr(query, field)
        if field != "rtable" and isinstance(value, (Struct, tuple)):
            yield from find_expr_references(value, 0, inner)


def record_dependency_on_expr(
    session: Session,
    depender: ObjectAddress,
    tree: Any,
    relid: Oid = 0,
    behavior: str = NORMAL,
    self_behavior: str | None = None,
) -> None:
    """Record what an expression needs (recordDependencyOnExpr; with self_behavior, recordDependencyOnSingleRelExpr: how it needs
    columns of `relid` itself)."""
    for needed in find_expr_references(tree, relid):
        if (
            needed.classid == "pg_class"
            and needed.objid == depender.objid
            and depender.classid == "pg_class"
            and not needed.objsubid
        ):
            continue
        own = needed.classid == "pg_class" and needed.objid == relid
        session.catalog.depend(depender, needed, self_behavior if own and self_behavior is not None else behavior)


# --- deletion


class _Target(Struct):
    address: ObjectAddress
    why: str  # original, n, a, i, e, P
    parent: ObjectAddress | None = None


def perform_deletion(
    session: Session, address: ObjectAddress, behavior: str, at: tuple[int, int] | None = None
) -> None:
    """Drop one object and, with DROP_CASCADE, what needs it (performDeletion)."""
    perform_multiple_deletions(session, [address], behavior, at)


def perform_multiple_deletions(
    session: Session, addresses: Iterable[ObjectAddress], behavior: str, at: tuple[int, int] | None = None
) -> None:
    """Drop objects as if at once (performMultipleDeletions). Raises 2BP01 when others need them and behavior is DROP_RESTRICT."""
    originals = list(dict.fromkeys(addresses))
    targets: dict[ObjectAddress, _Target] = {a: _Target(a, "original") for a in originals}
    for address in originals:
        _check_owner(session, address, targets, at)
        _find_dependent_objects(session, address, targets)
    _report_dependent_objects(session, originals, targets, behavior, at)
    for target in reversed(list(targets.values())):
        _delete_one_object(
            session, target.address, cascade=target.why in (NORMAL, AUTO_EXTENSION) and target.address not in originals
        )


def delete_namespace_contents(session: Session, namespace: Oid) -> None:
    """Drop everything in a schema, whatever needs it, but keep the schema."""
    targets: dict[ObjectAddress, _Target] = {}
    for cls in (
        model.Relation,
        model.Type,
        model.Proc,
        model.Operator,
        model.OpClass,
        model.OpFamily,
        model.Collation,
        model.TextSearch,
    ):
        for obj in session.catalog.in_namespace(cls, namespace):  # type: ignore[type-var]
            if obj.address not in targets:
                targets[obj.address] = _Target(obj.address, "original")
                _find_dependent_objects(session, obj.address, targets)
    for target in reversed(list(targets.values())):
        _delete_one_object(session, target.address, cascade=False)


def _check_owner(
    session: Session, address: ObjectAddress, targets: dict[ObjectAddress, _Target], at: tuple[int, int] | None
) -> None:
    """An object that is an internal part of another, or an extension's member, is not dropped on its own."""
    whole = ObjectAddress(address.classid, address.objid)
    for needed, deptype in session.catalog.depends_on(address) + (
        session.catalog.depends_on(whole) if address.objsubid else ()
    ):
        if deptype not in (INTERNAL, EXTENSION, PARTITION_PRI, PARTITION_SEC):
            continue
        if needed in targets or ObjectAddress(needed.classid, needed.objid) in targets:
            continue
        if deptype == EXTENSION and session.var("creating_extension") == needed.objid:
            continue
        if address.objsubid and deptype == EXTENSION:
            continue
        owner, part = describe(session, needed), describe(session, address)
        raise Refusal(
            "2BP01",
            f"cannot drop {part} because {owner} requires it",
            hint=f"You can drop {owner} instead.",
            at=at,
            objects=(needed,),
        )


def _find_dependent_objects(session: Session, root: ObjectAddress, targets: dict[ObjectAddress, _Target]) -> None:
    """Gather what goes with `root`, each after what it needs (findDependentObjects)."""
    catalog = session.catalog
    queue = [root]
    while queue:
        address = queue.pop()
        for dependent, _, deptype in catalog.dependents(address):
            if deptype == "o":
                continue
            held = targets.get(dependent)
            if held is not None:
                if held.why == NORMAL and deptype in (AUTO, INTERNAL):
                    held.why = deptype
                continue
            if dependent.objsubid and ObjectAddress(dependent.classid, dependent.objid) in targets:
                continue
            if dependent.classid == "pg_attrdef":
                column = ObjectAddress("pg_class", dependent.objid, dependent.objsubid)
                if column in targets or ObjectAddress("pg_class", dependent.objid) in targets:
                    continue
            dependent, deptype = _whole(session, dependent, deptype, targets)
            if dependent in targets:
                continue
            targets[dependent] = _Target(dependent, deptype, address)
            queue.append(dependent)
    _drop_covered_columns(targets)


def _whole(
    session: Session, address: ObjectAddress, deptype: str, targets: dict[ObjectAddress, _Target]
) -> tuple[ObjectAddress, str]:
    """What is an internal part of another object goes with all of that: a view's rule with the view, an index with its constraint,
    a row type with its table."""
    for needed, kind in session.catalog.depends_on(address):
        if kind == INTERNAL and needed not in targets and needed.classid != address.classid:
            return needed, deptype
    return address, deptype


def _drop_covered_columns(targets: dict[ObjectAddress, _Target]) -> None:
    for address in [a for a in targets if a.objsubid and a.classid == "pg_class"]:
        if ObjectAddress(address.classid, address.objid) in targets:
            del targets[address]


def _report_dependent_objects(
    session: Session,
    originals: list[ObjectAddress],
    targets: dict[ObjectAddress, _Target],
    behavior: str,
    at: tuple[int, int] | None,
) -> None:
    if behavior == "DROP_CASCADE":
        return
    held = [t for t in targets.values() if t.why == NORMAL]
    if not held:
        return
    lines = [f"{describe(session, t.address)} depends on {describe(session, t.parent or originals[0])}" for t in held]
    what = describe(session, originals[0]) if len(originals) == 1 else "desired object(s)"
    raise Refusal(
        "2BP01",
        f"cannot drop {what} because other objects depend on it"
        if len(originals) == 1
        else "cannot drop desired object(s) because other objects depend on them",
        detail="\n".join(lines),
        hint="Use DROP ... CASCADE to drop the dependent objects too.",
        at=at,
        objects=tuple(t.address for t in held),
    )


def _delete_one_object(session: Session, address: ObjectAddress, *, cascade: bool) -> None:
    """Take one object away, as its kind asks (doDeletion)."""
    catalog = session.catalog
    if address.classid == "pg_attrdef":
        relation = catalog.get(model.Relation, address.objid)
        if relation is not None:
            remove_default(session, relation, address.objsubid)
        return
    if address.objsubid and address.classid == "pg_class":
        remove_column(session, address, cascade=cascade)
        return
    obj = catalog.at(address)
    if obj is None:
        return
    if isinstance(obj, model.Constraint):
        _forget_constraint(session, obj)
    if isinstance(obj, model.Relation):
        for num in range(1, len(obj.columns) + 1):
            catalog.clear_dependencies(ObjectAddress("pg_attrdef", obj.oid, num))
    if (
        isinstance(obj, model.Relation)
        and obj.index is None
        and obj.type
        and catalog.get(model.Type, obj.type) is not None
    ):
        _remove_row_type(session, obj)
    session.drop(address, cascade=cascade)


def _remove_row_type(session: Session, relation: model.Relation) -> None:
    rowtype = session.catalog.get(model.Type, relation.type)
    if rowtype is None:
        return
    if rowtype.array:
        session.catalog.remove(ObjectAddress("pg_type", rowtype.array))
    session.catalog.remove(rowtype.address)


def _forget_constraint(session: Session, constraint: model.Constraint) -> None:
    """A column that only this constraint made NOT NULL may be null again (RemoveConstraintById)."""
    if constraint.type != "n" or session.version < 18:
        return
    relation = session.catalog.get(model.Relation, constraint.relid)
    if relation is None:
        return
    columns = tuple(
        replace(c, notnull=False) if c.num in constraint.key and not c.dropped else c for c in relation.columns
    )
    session.catalog.put(replace(relation, columns=columns))


def remove_default(session: Session, relation: model.Relation, num: int) -> None:
    """Take a column's default away (RemoveAttrDefaultById)."""
    column = relation.columns[num - 1]
    if column.default is None:
        return
    columns = list(relation.columns)
    columns[num - 1] = replace(column, default=None, generated="")
    session.catalog.clear_dependencies(ObjectAddress("pg_attrdef", relation.oid, num))
    session.change(replace(relation, columns=tuple(columns)))


def remove_column(session: Session, address: ObjectAddress, *, cascade: bool = False) -> None:
    """Mark a column dropped; its number stays taken (RemoveAttributeById)."""
    catalog = session.catalog
    relation = catalog.get(model.Relation, address.objid)
    if relation is None:
        return
    column = relation.columns[address.objsubid - 1]
    if column.dropped:
        return
    catalog.clear_dependencies(address)
    catalog.clear_dependencies(ObjectAddress("pg_attrdef", address.objid, address.objsubid))
    catalog.set_comment(address, None)
    columns = list(relation.columns)
    columns[address.objsubid - 1] = model.Attribute(
        num=column.num, name=f"........pg.dropped.{column.num}........", type=0, dropped=True, islocal=column.islocal
    )
    after = replace(relation, columns=tuple(columns))
    catalog.put(after)
    session.effect(Changed(relation, after))
    session.effect(Dropped(relation, column=column.name, cascade=cascade))
