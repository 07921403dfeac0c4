"""CREATE STATISTICS and ALTER STATISTICS (statscmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Expression, ObjectAddress, Oid, Relation, StatisticsObject
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, Var, equal
from schemalint.semantics.relations import find_attribute, system_attribute_by_name
from schemalint.semantics.typcache import lookup_type_cache
from schemalint.semantics.types import format_type
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import SHARE_UPDATE_EXCLUSIVE, Noted, Skipped
from schemalint.simulator.heap import record_dependency_on_owner
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.object_names import NAMEDATALEN, choose_index_name_addition, clip, make_object_name
from schemalint.simulator.rangevars import check_not_system_catalog, relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, relation_parsestate, tree_of, vars_of
from schemalint.syntax.nodes import AlterStatsStmt, CreateStatsStmt, RangeVar, StatsElem

At = tuple[int, int] | None

MAX_DIMENSIONS = 8
_KINDS = {"ndistinct": "d", "dependencies": "f", "mcv": "m"}
_NO_STATISTICS = {
    "v": "views",
    "S": "sequences",
    "i": "indexes",
    "I": "partitioned indexes",
    "c": "composite types",
    "t": "TOAST tables",
}


def create_statistics(session: Session, stmt: CreateStatsStmt) -> None:
    """CREATE STATISTICS (CreateStatistics)."""
    at = (stmt.start, stmt.end)
    if len(stmt.relations) != 1:
        raise Refusal("0A000", "only a single relation is allowed in CREATE STATISTICS", at=at)
    rangevar = stmt.relations[0]
    if not isinstance(rangevar, RangeVar):
        raise Refusal("0A000", "CREATE STATISTICS only supports relation names in the FROM clause", at=at)
    relation = relation_openrv(session, rangevar, SHARE_UPDATE_EXCLUSIVE)
    trees = transform_stats_stmt(session, relation, stmt)
    _check_kind(session, relation, (rangevar.start, rangevar.end))
    namespace, name = _name(session, stmt, relation)
    existing = session.catalog.find(StatisticsObject, namespace, name)
    if existing is not None:
        if stmt.if_not_exists:
            session.effect(Noted("NOTICE", f'statistics object "{name}" already exists, skipping'))
            session.effect(Skipped(name, True, existing.address))
            return
        raise Refusal("42710", f'statistics object "{name}" already exists', at=at, word=name)
    if len(stmt.exprs) > MAX_DIMENSIONS:
        raise Refusal("54011", f"cannot have more than {MAX_DIMENSIONS} columns in statistics", at=at)
    keys, exprs = _elements(session, stmt, relation, trees)
    kinds = _kinds(session, stmt, keys, exprs, at)
    _check_duplicates(session, keys, exprs, at)
    _create(session, name, namespace, relation, tuple(sorted(keys)), kinds, exprs)


def _check_kind(session: Session, relation: Relation, at: At) -> None:
    name = relation.name
    if relation.kind not in "rmfp":
        if session.version >= 15:
            detail = f"This operation is not supported for {_NO_STATISTICS[relation.kind]}."
            message = f'cannot define statistics for relation "{name}"'
            raise Refusal("42809", message, at=at, word=name, detail=detail)
        message = f'relation "{name}" is not a table, foreign table, or materialized view'
        raise Refusal("42809", message, at=at, word=name)
    if session.role != 10:
        from schemalint.simulator.acl import owner_check

        owner_check(session, relation, at)
    check_not_system_catalog(session, relation, at)


def _name(session: Session, stmt: CreateStatsStmt, relation: Relation) -> tuple[Oid, str]:
    if stmt.defnames:
        return qualified_name_get_creation_namespace(session, stmt.defnames, (stmt.start, stmt.end))
    parts = [elem.name if elem.name is not None else "expr" for elem in stmt.exprs if isinstance(elem, StatsElem)]
    addition = choose_index_name_addition(parts)
    label = "stat"
    passes = 0
    while True:
        name = make_object_name(relation.name, addition, label)
        if session.catalog.find(StatisticsObject, relation.namespace, name) is None:
            return relation.namespace, name
        passes += 1
        label = f"stat{passes}"


def transform_stats_stmt(session: Session, relation: Relation, stmt: CreateStatsStmt) -> list[Expr | None]:
    """Analyze the expressions; None stands for a column (transformStatsStmt)."""
    pstate = relation_parsestate(session, relation)
    return [
        transform_expr(pstate, elem.expr, "stats_expression")
        if isinstance(elem, StatsElem) and elem.expr is not None
        else None
        for elem in stmt.exprs
    ]


def _elements(
    session: Session, stmt: CreateStatsStmt, relation: Relation, trees: list[Expr | None]
) -> tuple[list[int], tuple[Expression, ...]]:
    keys: list[int] = []
    exprs: list[Expression] = []
    for elem, tree in zip(stmt.exprs, trees, strict=True):
        at = (elem.start, elem.end)
        if not isinstance(elem, StatsElem):
            message = "only simple column references and expressions are allowed in CREATE STATISTICS"
            raise Refusal("0A000", message, at=at)
        if elem.name is not None:
            attribute = find_attribute(relation, elem.name)
            if attribute is None:
                if system_attribute_by_name(elem.name) is not None:
                    raise Refusal("0A000", "statistics creation on system columns is not supported", at=at)
                raise Refusal("42703", f'column "{elem.name}" does not exist', at=at, word=elem.name)
            _check_column(session, relation, attribute.num, at)
            keys.append(attribute.num)
            continue
        assert elem.expr is not None and tree is not None
        if isinstance(tree, Var) and tree.attno != 0:
            if tree.attno < 0:
                raise Refusal("0A000", "statistics creation on system columns is not supported", at=at)
            _check_column(session, relation, tree.attno, at)
            keys.append(tree.attno)
            continue
        for var in vars_of(tree):
            if var.attno < 0:
                raise Refusal("0A000", "statistics creation on system columns is not supported", at=at)
            if var.attno > 0 and relation.columns[var.attno - 1].generated == "v":
                raise _virtual(at)
        if len(stmt.exprs) > 1 and tree.type != UNKNOWN_TYPE and not lookup_type_cache(session, tree.type).lt:
            shown = format_type(session, tree.type)
            raise Refusal(
                "0A000",
                "expression cannot be used in multivariate statistics"
                f" because its type {shown} has no default btree operator class",
                at=at,
            )
        exprs.append(Expression(session.source_of(elem.expr), tree))
    return keys, tuple(exprs)


def _virtual(at: At) -> Refusal:
    return Refusal("0A000", "statistics creation on virtual generated columns is not supported", at=at)


def _check_column(session: Session, relation: Relation, num: int, at: At) -> None:
    column = relation.columns[num - 1]
    if column.generated == "v":
        raise _virtual(at)
    if column.type != UNKNOWN_TYPE and not lookup_type_cache(session, column.type).lt:
        shown = format_type(session, column.type)
        message = (
            f'column "{column.name}" cannot be used in statistics'
            f" because its type {shown} has no default btree operator class"
        )
        raise Refusal("0A000", message, at=at, word=column.name)


def _kinds(session: Session, stmt: CreateStatsStmt, keys: list[int], exprs: tuple[Expression, ...], at: At) -> str:
    if len(exprs) == 1 and not keys:
        if stmt.stat_types:
            message = "when building statistics on a single expression, statistics kinds may not be specified"
            raise Refusal("0A000", message, at=at)
        return "e"
    kinds = ""
    for name in stmt.stat_types:
        letter = _KINDS.get(name)
        if letter is None:
            raise Refusal("42601", f'unrecognized statistics kind "{name}"', at=at, word=name)
        if letter not in kinds:
            kinds += letter
    if len(exprs) + len(keys) < 2:
        raise Refusal("42P17", "extended statistics require at least 2 columns", at=at)
    return (kinds or "dfm") + ("e" if exprs else "")


def _check_duplicates(session: Session, keys: list[int], exprs: tuple[Expression, ...], at: At) -> None:
    if len(set(keys)) != len(keys):
        raise Refusal("42701", "duplicate column name in statistics definition", at=at)
    for place, one in enumerate(exprs):
        if any(equal(one.tree, other.tree) for other in exprs[:place]):
            raise Refusal("42701", "duplicate expression in statistics definition", at=at)


def _create(
    session: Session,
    name: str,
    namespace: Oid,
    relation: Relation,
    keys: tuple[int, ...],
    kinds: str,
    exprs: tuple[Expression, ...],
) -> StatisticsObject:
    catalog = session.catalog
    made = StatisticsObject(
        oid=catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        relid=relation.oid,
        keys=keys,
        kinds=kinds,
        exprs=exprs,
    )
    session.create(made)
    for num in keys:
        catalog.depend(made.address, ObjectAddress("pg_class", relation.oid, num), "a")
    if not keys:
        catalog.depend(made.address, relation.address, "a")
    for expression in exprs:
        record_dependency_on_expr(session, made.address, expression.tree, relation.oid, "n", "a")
    catalog.depend(made.address, ObjectAddress("pg_namespace", namespace))
    record_dependency_on_owner(session, made.address, session.role)
    return made


def copy_statistics(
    session: Session, source: StatisticsObject, old: Relation, target: Relation, attmap: dict[int, int]
) -> StatisticsObject:
    """The same statistics on another table (generateClonedExtStatsStmt)."""
    exprs = tuple(
        Expression(expr.text, map_variable_attnos(tree_of(session, expr, old), attmap)[0]) for expr in source.exprs
    )
    keys = tuple(sorted(attmap[num] for num in source.keys))
    parts = [old.columns[num - 1].name for num in source.keys] + ["expr"] * len(exprs)
    addition, label, passes = choose_index_name_addition(parts), "stat", 0
    while True:
        name = make_object_name(target.name, addition, label)
        if session.catalog.find(StatisticsObject, target.namespace, name) is None:
            break
        passes += 1
        label = f"stat{passes}"
    return _create(session, name, target.namespace, target, keys, source.kinds, exprs)


def alter_statistics(session: Session, stmt: AlterStatsStmt) -> None:
    """ALTER STATISTICS SET STATISTICS (AlterStatistics)."""
    at = (stmt.start, stmt.end)
    target = stmt.stxstattarget
    if target is not None:
        if target < -1:
            raise Refusal("22023", f"statistics target {target} is too low", at=at)
        if target > 10000:
            session.effect(Noted("WARNING", "lowering statistics target to 10000"))
            target = 10000
    names = stmt.defnames
    schema, name = session.names.split(names, at)
    if schema is not None and not stmt.missing_ok:
        session.names.namespace(schema, at)
    found = session.names.find(StatisticsObject, schema, name)
    if found is None:
        shown = qualified(names)
        refusal = session.names.missing("42704", f'statistics object "{shown}" does not exist', schema, name, at)
        if not stmt.missing_ok:
            raise refusal
        session.effect(Noted("NOTICE", f'statistics object "{shown}" does not exist, skipping'))
        session.effect(Skipped(shown, False))
        return
    if session.role != 10:
        from schemalint.simulator.acl import owner_check

        owner_check(session, found, at)
    session.change(replace(found, target=None if target == -1 else target))


__all__ = ["NAMEDATALEN", "alter_statistics", "clip", "copy_statistics", "create_statistics"]
