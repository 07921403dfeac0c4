"""CREATE TABLE ... (LIKE ...) (transformTableLikeClause, expandTableLikeClause, generateClonedIndexStmt of parse_utilcmd.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import AccessMethod, Expression, ObjectAddress, Oid, Relation, StatisticsObject
from schemalint.errors import Refusal
from schemalint.semantics.relations import find_attribute
from schemalint.simulator.constraints import CookedCheck, RawColumnDefault, add_relation_new_constraints
from schemalint.simulator.create_context import (
    LIKE_COMMENTS,
    LIKE_COMPRESSION,
    LIKE_CONSTRAINTS,
    LIKE_DEFAULTS,
    LIKE_GENERATED,
    LIKE_IDENTITY,
    LIKE_INDEXES,
    LIKE_STATISTICS,
    LIKE_STORAGE,
    Column,
    CreateStmtContext,
    IndexDefinition,
    IndexParam,
)
from schemalint.simulator.effects import ACCESS_SHARE
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.sequences import get_identity_sequence
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, tree_of
from schemalint.simulator.utilcmd_index import index_constraint
from schemalint.simulator.utilcmd_serial import generate_serial_extra_stmts
from schemalint.syntax.nodes import Constraint, DefElem, Float, TableLikeClause, TypeName

_NOT_LIKE = {"i": "indexes", "I": "partitioned indexes", "S": "sequences", "t": "TOAST tables"}


def transform_table_like_clause(cxt: CreateStmtContext, clause: TableLikeClause) -> None:
    """The columns of the source table (transformTableLikeClause)."""
    session = cxt.session
    at = (clause.relation.start, clause.relation.end)
    if cxt.isforeign and session.version < 18:
        raise Refusal("0A000", "LIKE is not supported for creating foreign tables", at=at)
    source = relation_openrv(session, clause.relation, ACCESS_SHARE)
    name = source.name
    if source.kind not in "rvmcfp":
        if session.version >= 15:
            detail = f"This operation is not supported for {_NOT_LIKE[source.kind]}."
            raise Refusal("42809", f'relation "{name}" is invalid in LIKE clause', at=at, word=name, detail=detail)
        message = f'"{name}" is not a table, view, materialized view, composite type, or foreign table'
        raise Refusal("42809", message, at=at, word=name)
    _check_rights(session, source, at)
    for attribute in source.columns:
        if not attribute.dropped:
            cxt.columns.append(_column_like(cxt, source, attribute, clause))
    if session.version >= 18:
        constraints = _not_null_constraints(session, source)
        named = {con.keys[0] for con in constraints}
        for column in cxt.columns:
            column.is_not_null = column.is_not_null or column.name in named
        cxt.nnconstraints.extend(constraints)
    if clause.options & ~(LIKE_IDENTITY | LIKE_STORAGE | LIKE_COMPRESSION):
        cxt.likeclauses.append((clause, source))


def _check_rights(session: Session, source: Relation, at: tuple[int, int]) -> None:
    if session.role == 10:
        return
    from schemalint.simulator.acl import acl_check

    if source.kind == "c":
        acl_check(session, session.catalog[model.Type, source.type], "U", at)
    else:
        acl_check(session, source, "r", at)


def _column_like(
    cxt: CreateStmtContext, source: Relation, attribute: model.Attribute, clause: TableLikeClause
) -> Column:
    column = Column(
        name=attribute.name,
        type=attribute.type,
        typmod=attribute.typmod,
        collation=attribute.collation,
        ndims=attribute.ndims,
        is_not_null=attribute.notnull and cxt.session.version < 18,
        at=(clause.start, clause.end),
    )
    if attribute.generated and clause.options & LIKE_GENERATED:
        column.generated = attribute.generated
    if clause.options & LIKE_STORAGE and not cxt.isforeign:
        column.storage = attribute.storage
    if clause.options & LIKE_COMPRESSION and not cxt.isforeign:
        column.compression = attribute.compression
    if attribute.identity and clause.options & LIKE_IDENTITY and not cxt.isforeign:
        sequence = get_identity_sequence(cxt.session, source, attribute.num)
        options = sequence_options(cxt.session.catalog[Relation, sequence]) if sequence else ()
        column.identity = attribute.identity
        column.identity_sequence = generate_serial_extra_stmts(cxt, column, attribute.type, options, True)
    return column


def sequence_options(sequence: Relation) -> tuple[DefElem, ...]:
    """The options that would make a sequence as it is (sequence_options)."""
    info = sequence.sequence
    assert info is not None

    def number(value: int) -> int | Float:
        return value if -(2**31) <= value < 2**31 else Float(fval=str(value))

    return (
        DefElem(defname="cache", arg=number(info.cache)),
        DefElem(defname="cycle", arg=info.cycle),
        DefElem(defname="increment", arg=number(info.increment)),
        DefElem(defname="maxvalue", arg=number(info.max)),
        DefElem(defname="minvalue", arg=number(info.min)),
        DefElem(defname="start", arg=number(info.start)),
    )


def _not_null_constraints(session: Session, source: Relation) -> list[Constraint]:
    """RelationGetNotNullConstraints, with those of NO INHERIT."""
    return [
        Constraint(
            contype="CONSTR_NOTNULL",
            conname=con.name,
            keys=(source.columns[con.key[0] - 1].name,),
            is_enforced=True,
            initially_valid=True,
            is_no_inherit=con.noinherit,
        )
        for con in session.catalog.constraints(source.oid)
        if con.type == "n"
    ]


def expand_table_like_clause(cxt: CreateStmtContext, relid: Oid, clause: TableLikeClause, source: Relation) -> None:
    """Defaults, constraints, indexes, statistics and comments of the source (expandTableLikeClause)."""
    session, catalog = cxt.session, cxt.session.catalog
    source = catalog[Relation, source.oid]
    target = catalog[Relation, relid]
    attmap = attribute_map(source, target)
    options = clause.options
    _copy_defaults(session, source, target, attmap, options)
    if options & LIKE_CONSTRAINTS:
        _copy_checks(cxt, source, catalog[Relation, relid], attmap, options)
    if options & LIKE_INDEXES and not cxt.isforeign:
        for index in catalog.indexes(source.oid):
            definition = generate_cloned_index(session, index, source, attmap)
            if options & LIKE_COMMENTS:
                definition.comment = catalog.comment(index.address)
            cxt.indexes.append(definition)
    if options & LIKE_STATISTICS and (session.version < 18 or not cxt.isforeign):
        for statistics in catalog.statistics(source.oid):
            _copy_statistics(session, statistics, source, catalog[Relation, relid], attmap, options)
    if options & LIKE_COMMENTS:
        for old, new in attmap.items():
            comment = catalog.comment(ObjectAddress("pg_class", source.oid, old))
            if comment is not None:
                catalog.set_comment(ObjectAddress("pg_class", relid, new), comment)


def attribute_map(source: Relation, target: Relation) -> dict[int, int]:
    """Column numbers of one relation -> of another, by name (build_attrmap_by_name)."""
    found: dict[int, int] = {}
    for attribute in source.columns:
        if not attribute.dropped:
            mine = find_attribute(target, attribute.name)
            if mine is not None:
                found[attribute.num] = mine.num
    return found


def _copy_defaults(session: Session, source: Relation, target: Relation, attmap: dict[int, int], options: int) -> None:
    defaults: list[RawColumnDefault] = []
    for attribute in source.columns:
        if attribute.dropped or attribute.default is None:
            continue
        if not options & (LIKE_GENERATED if attribute.generated else LIKE_DEFAULTS):
            continue
        tree, whole = map_variable_attnos(tree_of(session, attribute.default, source), attmap)
        if whole:
            raise Refusal(
                "0A000",
                "cannot convert whole-row table reference",
                detail=f'Generation expression for column "{attribute.name}" contains a whole-row reference'
                f' to table "{source.name}".',
            )
        defaults.append(
            RawColumnDefault(
                attmap[attribute.num],
                cooked=Expression(attribute.default.text, tree),
                generated=attribute.generated,
            )
        )
    if defaults:
        add_relation_new_constraints(session, target, defaults, (), True, True)


def _copy_checks(
    cxt: CreateStmtContext, source: Relation, target: Relation, attmap: dict[int, int], options: int
) -> None:
    session = cxt.session
    for con in session.catalog.constraints(source.oid):
        if con.type != "c" or con.expr is None:
            continue
        tree, whole = map_variable_attnos(tree_of(session, con.expr, source, "check_constraint"), attmap)
        if whole:
            raise Refusal(
                "0A000",
                "cannot convert whole-row table reference",
                detail=f'Constraint "{con.name}" contains a whole-row reference to table "{source.name}".',
            )
        raw = Constraint(
            contype="CONSTR_CHECK",
            conname=con.name,
            raw_expr=CookedCheck(tree=tree, text=con.expr.text),
            is_enforced=con.enforced,
            skip_validation=not con.enforced,
            initially_valid=con.enforced,
            is_no_inherit=con.noinherit,
        )
        added = add_relation_new_constraints(session, target, (), (raw,), False, True)
        comment = session.catalog.comment(con.address) if options & LIKE_COMMENTS else None
        if added and comment is not None:
            session.catalog.set_comment(ObjectAddress("pg_constraint", added[0].conoid), comment)


def _copy_statistics(
    session: Session,
    statistics: StatisticsObject,
    source: Relation,
    target: Relation,
    attmap: dict[int, int],
    options: int,
) -> None:
    from schemalint.simulator.statistics import copy_statistics

    made = copy_statistics(session, statistics, source, target, attmap)
    comment = session.catalog.comment(statistics.address) if options & LIKE_COMMENTS else None
    if comment is not None:
        session.catalog.set_comment(made.address, comment)


def generate_cloned_index(
    session: Session, index: Relation, source: Relation, attmap: dict[int, int]
) -> IndexDefinition:
    """A definition that would make the same index on another table (generateClonedIndexStmt); the name is chosen anew."""
    info = index.index
    assert info is not None
    catalog = session.catalog
    am = catalog[AccessMethod, index.am]
    conoid = index_constraint(catalog, index.oid)
    con = catalog.get(model.Constraint, conoid) if conoid else None
    by_num = {num: column.name for num, column in enumerate(source.columns, 1)}
    exprs = iter(info.exprs)
    params: list[IndexParam] = []
    for place, num in enumerate(info.key):
        named = place < len(index.columns)  # those of a live catalog are not read
        param = IndexParam(
            name=by_num[num] if num > 0 else None, indexcolname=index.columns[place].name if named else None
        )
        if num == 0:
            stored = next(exprs)
            tree, whole = map_variable_attnos(tree_of(session, stored, source, "index_expression"), attmap)
            if whole:
                raise _whole_row(index, source)
            param.cooked = Expression(stored.text, tree)
        if place < info.nkeyatts:
            option = info.option[place] if place < len(info.option) else 0
            param.collation_oid = info.collations[place] if place < len(info.collations) else 0
            param.opclass_oid = info.opclasses[place] if place < len(info.opclasses) else 0
            param.ordering = "SORTBY_DESC" if option & 1 else "SORTBY_DEFAULT"
            if bool(option & 1) != bool(option & 2):
                param.nulls_ordering = "SORTBY_NULLS_FIRST" if option & 2 else "SORTBY_NULLS_LAST"
        params.append(param)
    predicate = None
    if info.predicate is not None:
        tree, whole = map_variable_attnos(tree_of(session, info.predicate, source, "index_predicate"), attmap)
        if whole:
            raise _whole_row(index, source)
        predicate = Expression(info.predicate.text, tree)
    return IndexDefinition(
        access_method=am.name,
        tablespace=None,
        params=tuple(params[: info.nkeyatts]),
        including=tuple(params[info.nkeyatts :]),
        predicate=predicate,
        exclude_ops=con.exclops if con is not None else (),
        unique=info.unique,
        nulls_not_distinct=info.nulls_not_distinct,
        primary=info.primary,
        isconstraint=con is not None,
        iswithoutoverlaps=con is not None and con.period and con.type != "f",
        deferrable=con is not None and con.deferrable,
        initdeferred=con is not None and con.deferred,
        reloptions=index.options,
    )


def _whole_row(index: Relation, source: Relation) -> Refusal:
    return Refusal(
        "0A000",
        "cannot convert whole-row table reference",
        detail=f'Index "{index.name}" contains a whole-row table reference.',
    )


__all__ = ["TypeName", "attribute_map", "expand_table_like_clause", "generate_cloned_index", "replace"]
