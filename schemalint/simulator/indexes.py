"""CREATE INDEX and the indexes of constraints (DefineIndex of indexcmds.c, index_create of index.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import (
    AccessMethod,
    Attribute,
    Collation,
    Constraint,
    IndexInfo,
    ObjectAddress,
    Oid,
    OpClass,
    Relation,
)
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import get_base_element_type
from schemalint.semantics.typeoids import ANYELEMENT
from schemalint.semantics.volatility import contain_mutable_functions
from schemalint.simulator.create_context import IndexDefinition, index_param
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import SHARE, SHARE_UPDATE_EXCLUSIVE, IndexBuilt, Noted, Skipped
from schemalint.simulator.heap import (
    check_attribute_type,
    default_tablespace,
    get_tablespace_oid,
    record_dependency_on_owner,
)
from schemalint.simulator.index_attrs import (
    IndexAttrs,
    choose_index_column_names,
    compute_index_attrs,
    transform_index_stmt,
)
from schemalint.simulator.index_checks import (
    check_partition_key_covered,
    check_primary_key,
    check_system_and_virtual_columns,
)
from schemalint.simulator.namespaces import check_create_on_namespace
from schemalint.simulator.object_names import choose_index_name
from schemalint.simulator.rangevars import (
    allow_system_table_mods,
    check_not_system_catalog,
    check_table_open,
    relation_openrv,
)
from schemalint.simulator.reindex import exec_reindex
from schemalint.simulator.reloptions import index_reloptions, transform_rel_options
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import IndexStmt

At = tuple[int, int] | None

INDEX_MAX_KEYS = 32

_NO_INDEX = {"f": "foreign tables", "v": "views", "S": "sequences", "t": "TOAST tables"}


def define_index(session: Session, stmt: IndexStmt) -> None:
    """CREATE INDEX (standard_ProcessUtility, T_IndexStmt)."""
    if stmt.concurrent:
        session.prevent_in_transaction_block("CREATE INDEX CONCURRENTLY", stmt)
    assert stmt.relation is not None
    at = (stmt.relation.start, stmt.relation.end)
    relation = relation_openrv(session, stmt.relation, SHARE_UPDATE_EXCLUSIVE if stmt.concurrent else SHARE)
    check_owns_relation(session, relation, at)
    index = IndexDefinition(
        idxname=stmt.idxname,
        access_method=stmt.accessMethod,
        tablespace=stmt.tableSpace,
        params=tuple(index_param(elem) for elem in stmt.indexParams),
        including=tuple(index_param(elem) for elem in stmt.indexIncludingParams),
        options=stmt.options,
        where_clause=stmt.whereClause,
        unique=stmt.unique,
        nulls_not_distinct=stmt.nulls_not_distinct,
        concurrent=stmt.concurrent and relation.persistence != "t",
        if_not_exists=stmt.if_not_exists,
        at=at,
    )
    only = not stmt.relation.inh
    if relation.kind == "p" and not only:
        lock_partitions(session, relation, index, at)
    transform_index_stmt(session, relation, index)
    define_index_of(session, relation, index, only=only)


def check_owns_relation(session: Session, relation: Relation, at: At) -> None:
    """Raise 42501 for what the role does not own, and for the server's own catalogs (RangeVarCallbackOwnsRelation)."""
    from schemalint.simulator.acl import owner_check

    owner_check(session, relation, at)
    check_not_system_catalog(session, relation, at)


def lock_partitions(session: Session, relation: Relation, index: IndexDefinition, at: At) -> None:
    """All partitions are locked, and none of a unique index may be foreign."""
    from schemalint.simulator.pg_inherits import find_all_inheritors

    for oid, _ in find_all_inheritors(session, relation.oid, SHARE):
        child = session.catalog[Relation, oid]
        if child.kind == "f" and index.unique:
            from schemalint.simulator.partition_indexes import foreign_partition

            raise foreign_partition(relation, index)


def check_indexable_kind(session: Session, relation: Relation, at: At) -> None:
    """Only tables and materialized views have indexes."""
    kind, name = relation.kind, relation.name
    if kind in "rmp":
        return
    check_table_open(session, relation, at)
    if session.version >= 15:
        detail = f"This operation is not supported for {_NO_INDEX[kind]}."
        raise Refusal("42809", f'cannot create index on relation "{name}"', at=at, word=name, detail=detail)
    if kind == "f":
        raise Refusal("42809", f'cannot create index on foreign table "{name}"', at=at, word=name)
    raise Refusal("42809", f'"{name}" is not a table or materialized view', at=at, word=name)


def define_index_of(
    session: Session,
    relation: Relation,
    index: IndexDefinition,
    *,
    only: bool = False,
    parent_index: Oid = 0,
    parent_constraint: Oid = 0,
    is_alter_table: bool = False,
) -> Relation | None:
    """An index on a relation that is looked up and locked (DefineIndex); None when it was there already."""
    at = index.at
    check_index_limits(session, relation, index)
    if session.role != 10 and not index.isconstraint:
        check_create_on_namespace(session, relation.namespace, at)
    tablespace = _tablespace(session, relation, index)
    transform_index_stmt(session, relation, index)
    colnames = choose_index_column_names((*index.params, *index.including))
    name = index.idxname
    if name is None:
        name = choose_index_name(
            session,
            relation.name,
            relation.namespace,
            colnames,
            exclusion=bool(index.exclude_op_names or index.exclude_ops),
            primary=index.primary,
            isconstraint=index.isconstraint,
        )
    am = _access_method(session, index)
    if index.predicate is not None and contain_mutable_functions(session, index.predicate.tree):
        raise Refusal("42P17", "functions in index predicate must be marked IMMUTABLE", at=at)
    options = index.reloptions or index_reloptions(
        session, am.name, transform_rel_options(session, (), index.options, None, accept_oids=False)
    )
    attrs = compute_index_attrs(session, relation, index, am)
    if index.primary:
        check_primary_key(session, relation, index, attrs)
    relation = session.catalog[Relation, relation.oid]
    if relation.kind == "p" and (index.unique or attrs.exclude_ops):
        check_partition_key_covered(session, relation, index, attrs)
    check_system_and_virtual_columns(session, relation, index, attrs)
    for colname, num, type_oid, collation in zip(colnames, attrs.key, attrs.types, attrs.collations, strict=True):
        if num == 0:
            check_attribute_type(session, colname, type_oid, collation or 1, at=at)
    _check_pattern_opclasses(session, attrs, at)
    existing = session.catalog.find(Relation, relation.namespace, name)
    if existing is not None:
        if index.if_not_exists:
            session.effect(Noted("NOTICE", f'relation "{name}" already exists, skipping'))
            session.effect(Skipped(name, True, existing.address))
            return None
        raise Refusal("42P07", f'relation "{name}" already exists', at=at, word=name)
    if index.isconstraint and any(con.name == name for con in session.catalog.constraints(relation.oid)):
        message = f'constraint "{name}" for relation "{relation.name}" already exists'
        raise Refusal("42710", message, at=at, word=name)
    made = index_create(session, relation, name, colnames, index, attrs, am, tablespace, options, parent_index)
    constraint = 0
    if index.isconstraint:
        constraint = index_constraint_create(session, relation, made, index, attrs, parent_constraint).oid
    if index.comment is not None:
        session.catalog.set_comment(made.address, index.comment)
    if relation.kind == "p":
        from schemalint.simulator.partition_indexes import index_partitions

        index_partitions(session, relation, made, index, attrs, constraint, only=only, is_alter_table=is_alter_table)
        return session.catalog[Relation, made.oid]
    session.effect(IndexBuilt(made.oid, relation.oid, index.concurrent))
    return made


def check_index_limits(session: Session, relation: Relation, index: IndexDefinition) -> None:
    """What DefineIndex refuses before it looks at columns."""
    at = index.at
    if not index.params:
        raise Refusal("42P17", "must specify at least one column", at=at)
    if len(index.params) + len(index.including) > INDEX_MAX_KEYS:
        raise Refusal("54011", f"cannot use more than {INDEX_MAX_KEYS} columns in an index", at=at)
    check_indexable_kind(session, relation, at)
    if relation.kind == "p":
        name = relation.name
        if index.concurrent:
            message = f'cannot create index on partitioned table "{name}" concurrently'
            raise Refusal("0A000", message, at=at, word=name)
        if index.exclude_op_names and session.version < 17:
            message = f'cannot create exclusion constraints on partitioned table "{name}"'
            raise Refusal("0A000", message, at=at, word=name)


def _tablespace(session: Session, relation: Relation, index: IndexDefinition) -> Oid:
    if index.tablespace is None:
        return default_tablespace(session, relation.persistence, relation.kind == "p")
    found = get_tablespace_oid(session, index.tablespace, index.at)
    if relation.kind == "p" and index.tablespace == "pg_default":
        raise Refusal("0A000", "cannot specify default tablespace for partitioned relations", at=index.at)
    if index.tablespace == "pg_global":
        raise Refusal("22023", "only shared relations can be placed in pg_global tablespace", at=index.at)
    return 0 if index.tablespace == "pg_default" else found


def _access_method(session: Session, index: IndexDefinition) -> AccessMethod:
    name, at = index.access_method, index.at
    found = session.catalog.find(AccessMethod, 0, name)
    if found is not None and found.type != "i":
        message = f"index access method handler function {found.handler} did not return an IndexAmRoutine struct"
        raise Refusal("XX000", message, at=at, word=name)
    if found is None and name == "rtree":
        name = "gist"
        found = session.catalog.find(AccessMethod, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'access method "{name}" does not exist', at=at, word=name)
    missing = None
    if index.unique and not index.iswithoutoverlaps and not found.can_unique:
        missing = "unique indexes"
    elif index.including and not found.can_include:
        missing = "included columns"
    elif len(index.params) > 1 and not found.can_multi_col:
        missing = "multicolumn indexes"
    elif index.exclude_op_names and not found.can_exclude:
        missing = "exclusion constraints"
    elif index.iswithoutoverlaps and name != "gist":
        missing = "WITHOUT OVERLAPS constraints"
    if missing is not None:
        raise Refusal("0A000", f'access method "{name}" does not support {missing}', at=at, word=name)
    return found


_PATTERN_OPCLASSES = {4217: "text_pattern_ops", 4218: "varchar_pattern_ops", 4219: "bpchar_pattern_ops"}


def _check_pattern_opclasses(session: Session, attrs: IndexAttrs, at: At) -> None:
    """These classes compare bytes, which says nothing about equality under a nondeterministic collation."""
    for collation, opclass in zip(attrs.collations, attrs.opclasses, strict=False):
        if opclass in _PATTERN_OPCLASSES and collation:
            found = session.catalog.get(Collation, collation)
            if found is not None and not found.deterministic:
                shown = _PATTERN_OPCLASSES[opclass]
                message = f'nondeterministic collations are not supported for operator class "{shown}"'
                raise Refusal("0A000", message, at=at, word=shown)


def index_create(
    session: Session,
    relation: Relation,
    name: str,
    colnames: list[str],
    index: IndexDefinition,
    attrs: IndexAttrs,
    am: AccessMethod,
    tablespace: Oid,
    options: tuple[str, ...],
    parent_index: Oid = 0,
) -> Relation:
    """Add an index with its dependencies (index_create)."""
    at = index.at
    if relation.oid < 16384 and not allow_system_table_mods(session):
        raise Refusal("0A000", "user-defined indexes on system catalog tables are not supported", at=at)
    nkeys = len(index.params)
    made = Relation(
        oid=session.catalog.new_oid(),
        name=name,
        namespace=relation.namespace,
        kind="I" if relation.kind == "p" else "i",
        owner=relation.owner,
        persistence=relation.persistence,
        columns=tuple(
            _index_column(session, relation, num, colname, attrs, nkeys) for num, colname in enumerate(colnames, 1)
        ),
        inherits=(parent_index,) if parent_index else (),
        ispartition=bool(parent_index),
        am=am.oid,
        tablespace=tablespace,
        options=options,
        index=IndexInfo(
            relid=relation.oid,
            key=tuple(attrs.key),
            nkeyatts=nkeys,
            unique=index.unique,
            nulls_not_distinct=index.nulls_not_distinct,
            primary=index.primary,
            exclusion=bool(attrs.exclude_ops or index.exclude_op_names),
            immediate=not index.deferrable,
            collations=tuple(attrs.collations[:nkeys]),
            opclasses=tuple(attrs.opclasses),
            option=tuple(attrs.options),
            exprs=tuple(attrs.exprs),
            predicate=index.predicate,
        ),
    )
    session.create(made)
    record_index_dependencies(session, relation, made, index.isconstraint, parent_index)
    return made


def _index_column(
    session: Session, relation: Relation, num: int, name: str, attrs: IndexAttrs, nkeys: int
) -> Attribute:
    """A column of an index: of the type that its operator class stores (ConstructTupleDescriptor)."""
    key, type_oid = attrs.key[num - 1], attrs.types[num - 1]
    typmod = relation.columns[key - 1].typmod if key > 0 else -1
    opclass = session.catalog.get(OpClass, attrs.opclasses[num - 1]) if num <= nkeys else None
    if opclass is not None and opclass.keytype and opclass.keytype != type_oid:
        of_elements = opclass.keytype == ANYELEMENT
        type_oid = get_base_element_type(session, type_oid) if of_elements else opclass.keytype
        typmod = -1
    return Attribute(num=num, name=name, type=type_oid, typmod=typmod, collation=attrs.collations[num - 1])


def record_index_dependencies(
    session: Session, relation: Relation, made: Relation, isconstraint: bool, parent_index: Oid
) -> None:
    """What an index needs: its columns (unless a constraint stands for them), collations, operator classes, functions."""
    catalog, address, info = session.catalog, made.address, made.index
    assert info is not None
    if not isconstraint:
        columns = [num for num in info.key if num > 0]
        for num in columns:
            catalog.depend(address, ObjectAddress("pg_class", relation.oid, num), "a")
        if not columns:
            catalog.depend(address, relation.address, "a")
    if parent_index:
        catalog.depend(address, ObjectAddress("pg_class", parent_index), "P")
        catalog.depend(address, relation.address, "S")
    for collation in info.collations:
        if collation and collation != 100:
            catalog.depend(address, ObjectAddress("pg_collation", collation))
    for opclass in info.opclasses:
        if opclass:
            catalog.depend(address, ObjectAddress("pg_opclass", opclass))
    for expression in info.exprs:
        record_dependency_on_expr(session, address, expression.tree, relation.oid, "n", "a")
    if info.predicate is not None:
        record_dependency_on_expr(session, address, info.predicate.tree, relation.oid, "n", "a")
    record_dependency_on_owner(session, address, 0)


def index_constraint_create(
    session: Session,
    relation: Relation,
    made: Relation,
    index: IndexDefinition,
    attrs: IndexAttrs,
    parent_constraint: Oid = 0,
) -> Constraint:
    """The constraint that an index belongs to (index_constraint_create)."""
    from schemalint.simulator.constraints import create_constraint_entry

    info = made.index
    assert info is not None
    inherited = bool(parent_constraint)
    con = create_constraint_entry(
        session,
        Constraint(
            oid=0,
            name=made.name,
            namespace=relation.namespace,
            type="p" if index.primary else "u" if index.unique else "x",
            deferrable=index.deferrable,
            deferred=index.initdeferred,
            relid=relation.oid,
            indid=made.oid,
            key=info.key[: info.nkeyatts],
            islocal=not inherited,
            inhcount=1 if inherited else 0,
            noinherit=not inherited,
            period=index.iswithoutoverlaps,
            exclops=tuple(attrs.exclude_ops),
        ),
        included=info.key[info.nkeyatts :],
    )
    session.catalog.depend(made.address, con.address, "i")
    if parent_constraint:
        constraint_set_parent_constraint(session, con.oid, parent_constraint, relation.oid)
    return session.catalog[Constraint, con.oid]


def constraint_set_parent_constraint(session: Session, child: Oid, parent: Oid, child_table: Oid) -> None:
    """Tie a partition's constraint to that of its parent, or, with parent 0, cut it off (ConstraintSetParentConstraint)."""
    catalog = session.catalog
    con = catalog[Constraint, child]
    if parent:
        catalog.put(replace(con, islocal=False, inhcount=con.inhcount if con.inhcount else 1, parentid=parent))
        catalog.depend(con.address, ObjectAddress("pg_constraint", parent), "P")
        catalog.depend(con.address, ObjectAddress("pg_class", child_table), "S")
    else:
        catalog.put(replace(con, islocal=True, inhcount=max(con.inhcount - 1, 0), parentid=0))
        catalog.clear_dependencies(con.address, "pg_constraint", "P")
        catalog.clear_dependencies(con.address, "pg_class", "S")


__all__ = ["define_index", "define_index_of", "exec_reindex", "index_constraint_create", "index_create"]
