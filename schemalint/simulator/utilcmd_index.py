"""PRIMARY KEY, UNIQUE and EXCLUDE become indexes (transformIndexConstraints of parse_utilcmd.c)."""

from __future__ import annotations

from schemalint.catalog.model import Oid, Relation
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import get_base_type, type_is_multirange, type_is_range
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.relations import find_attribute, system_attribute_by_name
from schemalint.semantics.typcache import get_default_opclass
from schemalint.simulator.create_context import (
    Column,
    CreateStmtContext,
    IndexDefinition,
    IndexParam,
    index_param,
)
from schemalint.simulator.object_names import NAMEDATALEN
from schemalint.simulator.rangevars import check_table_open, relation_openrv
from schemalint.syntax.nodes import Constraint

At = tuple[int, int] | None

_CANNOT = "Cannot create a primary key or unique constraint using such an index."


def transform_index_constraints(cxt: CreateStmtContext) -> None:
    """Add the indexes that constraints ask for to cxt.indexes, each once (transformIndexConstraints)."""
    found = [transform_index_constraint(cxt, con) for con in cxt.ixconstraints]
    final: list[IndexDefinition] = [cxt.pkey] if cxt.pkey is not None else []
    for index in found:
        if index is cxt.pkey:
            continue
        prior = next((other for other in final if _same_index(index, other)), None)
        if prior is None:
            final.append(index)
            continue
        prior.unique = prior.unique or index.unique
        if prior.idxname is None:
            prior.idxname = index.idxname
    cxt.indexes[:0] = final


def _same_params(a: tuple[IndexParam, ...], b: tuple[IndexParam, ...]) -> bool:
    return len(a) == len(b) and all(x.same(y) for x, y in zip(a, b, strict=True))


def _same_index(a: IndexDefinition, b: IndexDefinition) -> bool:
    return (
        _same_params(a.params, b.params)
        and _same_params(a.including, b.including)
        and a.where_clause == b.where_clause
        and a.exclude_op_names == b.exclude_op_names
        and a.access_method == b.access_method
        and a.nulls_not_distinct == b.nulls_not_distinct
        and a.deferrable == b.deferrable
        and a.initdeferred == b.initdeferred
        and a.index_oid == b.index_oid
    )


def transform_index_constraint(cxt: CreateStmtContext, con: Constraint) -> IndexDefinition:
    """transformIndexConstraint."""
    at = (con.start, con.end)
    index = IndexDefinition(
        idxname=con.conname,
        access_method=con.access_method or "btree",
        tablespace=con.indexspace,
        options=con.options,
        where_clause=con.where_clause,
        unique=con.contype != "CONSTR_EXCLUSION",
        nulls_not_distinct=con.nulls_not_distinct,
        primary=con.contype == "CONSTR_PRIMARY",
        isconstraint=True,
        iswithoutoverlaps=con.without_overlaps,
        deferrable=con.deferrable,
        initdeferred=con.initdeferred,
        at=at,
    )
    if index.primary:
        if cxt.pkey is not None:
            message = f'multiple primary keys for table "{cxt.relname}" are not allowed'
            raise Refusal("42P16", message, at=at)
        cxt.pkey = index
    if con.indexname is not None:
        _use_index(cxt, con, index, at)
    elif con.contype == "CONSTR_EXCLUSION":
        index.params = tuple(index_param(element) for element, _ in con.exclusions)
        index.exclude_op_names = tuple(names for _, names in con.exclusions)
    else:
        for place, key in enumerate(con.keys):
            _add_key(cxt, con, index, key, place == len(con.keys) - 1, at)
        if con.without_overlaps:
            if len(con.keys) < 2:
                raise Refusal("42601", "constraint using WITHOUT OVERLAPS needs at least two columns", at=at)
            index.access_method = "gist"
    for key in con.including:
        _add_including(cxt, index, key, at)
    return index


def _find_column(cxt: CreateStmtContext, key: str) -> Column | None:
    return next((column for column in cxt.columns if column.name == key), None)


def _not_in_key(key: str, at: At) -> Refusal:
    return Refusal("42703", f'column "{key}" named in key does not exist', at=at, word=key)


def _inherited_type(cxt: CreateStmtContext, key: str) -> Oid:
    """The type of a column that the table inherits, 0 when it does not."""
    for rangevar in cxt.inh_relations:
        parent = relation_openrv(cxt.session, rangevar)
        at = (rangevar.start, rangevar.end)
        check_table_open(cxt.session, parent, at)
        if parent.kind not in "rfp":
            message = f'inherited relation "{parent.name}" is not a table or foreign table'
            raise Refusal("42809", message, at=at, word=parent.name)
        attribute = find_attribute(parent, key)
        if attribute is not None:
            return attribute.type
    return 0


def _add_key(cxt: CreateStmtContext, con: Constraint, index: IndexDefinition, key: str, last: bool, at: At) -> None:
    modern = cxt.session.version >= 18
    column = _find_column(cxt, key)
    type_oid: Oid = 0
    found = True
    if column is not None:
        type_oid = column.type
        if index.primary and not cxt.isalter:
            _mark_not_null(cxt, column, key, at)
    elif system_attribute_by_name(key) is not None:
        pass
    elif cxt.inh_relations:
        type_oid = _inherited_type(cxt, key)
        found = bool(type_oid)
        if found and index.primary:
            if modern:
                from schemalint.simulator.utilcmd import make_not_null_constraint

                cxt.nnconstraints.append(make_not_null_constraint(key))
            else:
                cxt.set_not_null.append(key)
    else:
        found = False
    if not found and not cxt.isalter:
        raise _not_in_key(key, at)
    for param in index.params:
        if param.name == key:
            what = "primary key" if index.primary else "unique"
            raise Refusal("42701", f'column "{key}" appears twice in {what} constraint', at=at, word=key)
    if con.without_overlaps and last:
        _check_without_overlaps(cxt, key, type_oid, at)
    if index.primary and cxt.isalter and not (column is not None and column.is_not_null):
        cxt.set_not_null.append(key)
    index.params = (*index.params, IndexParam(name=key, at=at))


def _mark_not_null(cxt: CreateStmtContext, column: Column, key: str, at: At) -> None:
    if cxt.session.version < 18:
        column.is_not_null = True
        return
    if not column.is_not_null:
        from schemalint.simulator.utilcmd import make_not_null_constraint

        column.is_not_null = True
        cxt.nnconstraints.append(make_not_null_constraint(key))
        return
    for con in cxt.nnconstraints:
        if con.keys[0] == key:
            if con.is_no_inherit:
                message = f'conflicting NO INHERIT declaration for not-null constraint on column "{key}"'
                raise Refusal("42601", message, at=at)
            break


def _check_without_overlaps(cxt: CreateStmtContext, key: str, type_oid: Oid, at: At) -> None:
    if not type_oid and cxt.rel is not None:
        attribute = find_attribute(cxt.rel, key)
        if attribute is None:
            return
        type_oid = attribute.type
    if not type_oid or type_oid == UNKNOWN_TYPE:
        return
    base = get_base_type(cxt.session, type_oid)
    if not type_is_range(cxt.session, base) and not type_is_multirange(cxt.session, base):
        message = f'column "{key}" in WITHOUT OVERLAPS is not a range or multirange type'
        raise Refusal("42804", message, at=at, word=key)


def _add_including(cxt: CreateStmtContext, index: IndexDefinition, key: str, at: At) -> None:
    found = _find_column(cxt, key) is not None or system_attribute_by_name(key) is not None
    if not found and cxt.inh_relations:
        found = bool(_inherited_type(cxt, key))
    if not found and not cxt.isalter:
        raise _not_in_key(key, at)
    index.including = (*index.including, IndexParam(name=key, at=at))


def _use_index(cxt: CreateStmtContext, con: Constraint, index: IndexDefinition, at: At) -> None:
    """ADD CONSTRAINT ... USING INDEX: the index must be as the constraint would make it."""
    session, rel = cxt.session, cxt.rel
    name = con.indexname
    assert rel is not None and name is not None
    found = session.catalog.find(Relation, rel.namespace, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'index "{name}" does not exist', at=at, word=name)
    if found.index is None:
        raise Refusal("42809", f'"{name}" is not an index', at=at, word=name)
    info = found.index

    def wrong(message: str, detail: str | None = _CANNOT, sqlstate: str = "42809") -> Refusal:
        return Refusal(sqlstate, message, at=at, word=name, detail=detail)

    if get_index_constraint(cxt, found.oid):
        raise wrong(f'index "{name}" is already associated with a constraint', None, "55000")
    if info.relid != rel.oid:
        raise wrong(f'index "{name}" does not belong to table "{rel.name}"', None, "55000")
    if not info.valid:
        raise wrong(f'index "{name}" is not valid', None, "55000")
    if not info.unique:
        raise wrong(f'"{name}" is not a unique index')
    if info.exprs:
        raise wrong(f'index "{name}" contains expressions')
    if info.predicate is not None:
        raise wrong(f'"{name}" is a partial index')
    if not info.immediate and not con.deferrable:
        raise wrong(
            f'"{name}" is a deferrable index', "Cannot create a non-deferrable constraint using a deferrable index."
        )
    if found.am != 403:
        raise wrong(
            f'index "{name}" is not a btree', "Cannot create a primary key or unique constraint using such an index."
        )
    _check_key_columns(cxt, rel, found, index, at)
    index.index_oid = found.oid
    index.idxname = con.conname or name
    index.nulls_not_distinct = info.nulls_not_distinct


def _check_key_columns(cxt: CreateStmtContext, rel: Relation, found: Relation, index: IndexDefinition, at: At) -> None:
    info = found.index
    assert info is not None
    for place, num in enumerate(info.key):
        if num <= 0:
            continue
        attribute = rel.columns[num - 1]
        if place < info.nkeyatts:
            default = get_default_opclass(cxt.session, attribute.type, found.am)
            plain = (
                (not info.opclasses or info.opclasses[place] == default)
                and (not info.collations or info.collations[place] == attribute.collation)
                and (not info.option or info.option[place] == 0)
            )
            if not plain:
                message = f'index "{found.name}" column number {place + 1} does not have default sorting behavior'
                raise Refusal("42809", message, at=at, word=found.name, detail=_CANNOT)
            if index.primary and not attribute.notnull:
                cxt.set_not_null.append(attribute.name)
            index.params = (*index.params, IndexParam(name=attribute.name, at=at))
        else:
            index.including = (*index.including, IndexParam(name=attribute.name, at=at))


def get_index_constraint(cxt: CreateStmtContext, index: Oid) -> Oid:
    """The constraint that an index belongs to (get_index_constraint)."""
    return index_constraint(cxt.session.catalog, index)


def index_constraint(catalog: object, index: Oid) -> Oid:
    """The constraint that an index is part of, 0 when it is on its own (get_index_constraint)."""
    from schemalint.catalog.model import ObjectAddress
    from schemalint.catalog.store import Catalog

    assert isinstance(catalog, Catalog)
    for needed, kind in catalog.depends_on(ObjectAddress("pg_class", index)):
        if needed.classid == "pg_constraint" and kind == "i":
            return needed.objid
    return 0


__all__ = ["NAMEDATALEN", "index_constraint", "transform_index_constraint", "transform_index_constraints"]
