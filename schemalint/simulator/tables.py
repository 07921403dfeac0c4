"""CREATE TABLE (DefineRelation of tablecmds.c, transformCreateStmt of parse_utilcmd.c)."""

from __future__ import annotations

from schemalint.catalog.model import ObjectAddress, Oid, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.types import typename_type_id
from schemalint.simulator.columns import build_desc_for_relation
from schemalint.simulator.constraints import (
    RawColumnDefault,
    add_relation_new_constraints,
    store_cooked_constraints,
)
from schemalint.simulator.create_context import CreateStmtContext
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, Noted, Skipped
from schemalint.simulator.heap import default_tablespace, get_am_oid, get_tablespace_oid, heap_create_with_catalog
from schemalint.simulator.inheritance import merge_attributes, store_catalog_inheritance
from schemalint.simulator.not_null import add_relation_not_null_constraints, set_attnotnull
from schemalint.simulator.rangevars import range_var_get_and_check_creation_namespace, relation_openrv
from schemalint.simulator.reloptions import heap_reloptions, transform_rel_options
from schemalint.simulator.sequences import record_sequence_owner
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.simulator.truncate import execute_truncate
from schemalint.simulator.utilcmd import (
    transform_check_constraints,
    transform_column_definition,
    transform_fk_constraints,
    transform_of_type,
    transform_table_constraint,
)
from schemalint.syntax.nodes import ColumnDef, Constraint, CreateStmt, TableLikeClause

At = tuple[int, int] | None


def define_relation(session: Session, stmt: CreateStmt) -> None:
    """CREATE TABLE."""
    create_table(session, stmt)


def create_table(session: Session, stmt: CreateStmt, *, foreign: bool = False) -> Relation | None:
    """A table with all that belongs to it, in the order of the server's steps; None when it was skipped.

    What it is made from may not be known (open catalog): then it is not known either, and Undecidable is raised.
    """
    mark, effects = session.catalog.mark(), len(session.effects)
    try:
        return _create_table(session, stmt, foreign)
    except Undecidable as reason:
        session.catalog.rollback(mark)
        del session.effects[effects:]
        session.catalog.make_unknown(stmt.relation.relname, reason.reason)
        raise


def _create_table(session: Session, stmt: CreateStmt, foreign: bool) -> Relation | None:
    namespace, persistence, existing = range_var_get_and_check_creation_namespace(session, stmt.relation)
    name = stmt.relation.relname
    if stmt.if_not_exists and existing is not None:
        session.effect(Noted("NOTICE", f'relation "{name}" already exists, skipping'))
        session.effect(Skipped(name, True, existing.address))
        return None
    cxt = CreateStmtContext(
        session,
        "CREATE FOREIGN TABLE" if foreign else "CREATE TABLE",
        stmt.relation,
        namespace,
        persistence,
        inh_relations=stmt.inhRelations,
        isforeign=foreign,
        ispartitioned=stmt.partspec is not None,
        partbound=stmt.partbound,
        of_type=stmt.ofTypename is not None,
    )
    of_type = transform_create_stmt(cxt, stmt)
    relation = build_relation(cxt, stmt, of_type)
    _check_toast_options(session, stmt)
    return _finish(cxt, stmt, relation)


def _finish(cxt: CreateStmtContext, stmt: CreateStmt, relation: Relation) -> Relation:
    """What follows the table itself: parts of LIKE, indexes, foreign keys, ownership of sequences."""
    session = cxt.session
    if session.names.usage is not None and (cxt.indexes or cxt.fkconstraints or cxt.owned_sequences):
        # these steps look the table up by its name, which needs USAGE on the schema beside CREATE
        session.names.search(session.names.namespace_name(cxt.namespace))
    own, cxt.indexes = cxt.indexes, []
    for clause, source in cxt.likeclauses:
        from schemalint.simulator.utilcmd_like import expand_table_like_clause

        expand_table_like_clause(cxt, relation.oid, clause, source)
    for definition in (*cxt.indexes, *own):
        from schemalint.simulator.indexes import define_index_of

        mark = session.catalog.mark()
        try:
            define_index_of(session, session.catalog[Relation, relation.oid], definition)
        except Undecidable as reason:  # the table is known all the same
            session.catalog.rollback(mark)
            session.undecided.append(reason.reason)
    for con in cxt.fkconstraints:
        from schemalint.simulator.foreign_keys import add_foreign_key

        add_foreign_key(session, session.catalog[Relation, relation.oid], con)
    after = session.catalog[Relation, relation.oid]
    for sequence, column in cxt.owned_sequences:
        attribute = next(c for c in after.columns if c.name == column and not c.dropped)
        record_sequence_owner(session, sequence, after.oid, attribute.num, bool(attribute.identity))
    return after


def transform_create_stmt(cxt: CreateStmtContext, stmt: CreateStmt) -> Oid:
    """Gather columns and constraints (transformCreateStmt); returns the type of a typed table, else 0."""
    of_type = transform_of_type(cxt, stmt.ofTypename) if stmt.ofTypename is not None else 0
    if stmt.partspec is not None and stmt.inhRelations and stmt.partbound is None:
        raise Refusal("42P17", "cannot create partitioned table as inheritance child", at=(stmt.start, stmt.end))
    for element in stmt.tableElts:
        if isinstance(element, ColumnDef):
            transform_column_definition(cxt, element)
        elif isinstance(element, Constraint):
            transform_table_constraint(cxt, element)
        elif isinstance(element, TableLikeClause):
            from schemalint.simulator.utilcmd_like import transform_table_like_clause

            transform_table_like_clause(cxt, element)
    if cxt.ixconstraints:
        from schemalint.simulator.utilcmd_index import transform_index_constraints

        transform_index_constraints(cxt)
    transform_fk_constraints(cxt, True, False)
    transform_check_constraints(cxt, not cxt.isforeign)
    for action in cxt.before:
        action()
    return of_type


def build_relation(cxt: CreateStmtContext, stmt: CreateStmt, of_type: Oid = 0) -> Relation:
    """Make the table and what it holds itself (DefineRelation)."""
    session = cxt.session
    at = (stmt.relation.start, stmt.relation.end)
    kind = "f" if cxt.isforeign else "p" if stmt.partspec is not None else "r"
    if stmt.oncommit != "ONCOMMIT_NOOP" and cxt.persistence != "t":
        raise Refusal("42P16", "ON COMMIT can only be used on temporary tables", at=at)
    if kind == "p" and cxt.persistence == "u" and session.version >= 18:
        raise Refusal("0A000", "partitioned tables cannot be unlogged", at=at)
    is_partition = stmt.partbound is not None
    parents = _open_parents(session, stmt, is_partition)
    tablespace = _tablespace(cxt, stmt, kind, parents)
    options = heap_reloptions(session, kind, transform_rel_options(session, (), stmt.options, None, ("toast",)), True)
    if stmt.ofTypename is not None and of_type:
        typename_type_id(session, stmt.ofTypename)
        if session.role != BOOTSTRAP_SUPERUSER:
            from schemalint.simulator.acl import check_type_usage

            check_type_usage(session, of_type, at)
    merged = merge_attributes(session, cxt.columns, parents, cxt.persistence, is_partition)
    attributes = build_desc_for_relation(session, merged.columns)
    relation = heap_create_with_catalog(
        session,
        Relation(
            oid=0,
            name=stmt.relation.relname,
            namespace=cxt.namespace,
            kind=kind,
            owner=session.role,
            persistence=cxt.persistence,
            columns=attributes,
            of_type=of_type,
            inherits=tuple(parent.oid for parent, _ in parents),
            ispartition=is_partition,
            am=_access_method(cxt, stmt, kind, parents),
            tablespace=tablespace,
            options=options,
            oncommit={"ONCOMMIT_DROP": "d", "ONCOMMIT_DELETE_ROWS": "t", "ONCOMMIT_PRESERVE_ROWS": "p"}.get(
                stmt.oncommit, ""
            ),
        ),
        at,
    )
    store_cooked_constraints(session, relation, merged.constraints)
    _add_defaults(cxt, relation, merged.columns)
    if stmt.partbound is not None:
        from schemalint.simulator.partitions import define_partition_bound

        define_partition_bound(session, session.catalog[Relation, relation.oid], parents[0][0], stmt.partbound)
    store_catalog_inheritance(session, relation, is_partition)
    if stmt.partspec is not None:
        from schemalint.simulator.partitions import define_partition_key

        define_partition_key(session, session.catalog[Relation, relation.oid], stmt.partspec)
    if stmt.partbound is not None:
        from schemalint.simulator.partition_parts import clone_parent_parts

        clone_parent_parts(session, session.catalog[Relation, relation.oid], parents[0][0])
    names: list[str] = []
    if cxt.ckconstraints:
        current = session.catalog[Relation, relation.oid]
        added = add_relation_new_constraints(session, current, (), cxt.ckconstraints, True, True)
        names = [con.name for con in added]
    if session.version >= 18 and (cxt.nnconstraints or merged.notnulls):
        current = session.catalog[Relation, relation.oid]
        nums = add_relation_not_null_constraints(session, current, cxt.nnconstraints, merged.notnulls, names)
        set_attnotnull(session, current, nums)
    made = session.catalog[Relation, relation.oid]
    register_on_commit(session, made)
    return made


def _open_parents(session: Session, stmt: CreateStmt, is_partition: bool) -> list[tuple[Relation, At]]:
    parents: list[tuple[Relation, At]] = []
    for rangevar in stmt.inhRelations:
        at = (rangevar.start, rangevar.end)
        parent = relation_openrv(session, rangevar, ACCESS_EXCLUSIVE if is_partition else SHARE_UPDATE_EXCLUSIVE)
        if any(parent.oid == other.oid for other, _ in parents):
            message = f'relation "{parent.name}" would be inherited from more than once'
            raise Refusal("42P07", message, at=at, word=parent.name)
        if is_partition and (default := default_partition(session, parent)) is not None:
            session.lock(default.oid, ACCESS_EXCLUSIVE)
        parents.append((parent, at))
    return parents


def default_partition(session: Session, parent: Relation) -> Relation | None:
    """The DEFAULT partition of a partitioned table (get_default_partition_oid)."""
    for child in session.catalog.children(parent.oid):
        if child.partition_bound is not None and child.partition_bound.is_default:
            return child
    return None


def _tablespace(cxt: CreateStmtContext, stmt: CreateStmt, kind: str, parents: list[tuple[Relation, At]]) -> Oid:
    session, partitioned = cxt.session, kind == "p"
    if stmt.tablespacename is not None:
        found = get_tablespace_oid(session, stmt.tablespacename, (stmt.start, stmt.end))
        name = stmt.tablespacename
        if partitioned and name == "pg_default":
            raise Refusal("0A000", "cannot specify default tablespace for partitioned relations")
    elif stmt.partbound is not None and parents and parents[0][0].tablespace:
        return parents[0][0].tablespace
    else:
        return default_tablespace(session, cxt.persistence, partitioned)
    if name == "pg_global":
        raise Refusal("22023", "only shared relations can be placed in pg_global tablespace")
    return 0 if name == "pg_default" else found


def _access_method(cxt: CreateStmtContext, stmt: CreateStmt, kind: str, parents: list[tuple[Relation, At]]) -> Oid:
    session = cxt.session
    if stmt.accessMethod is not None:
        if kind == "p" and session.version < 17:
            raise Refusal("0A000", "specifying a table access method is not supported on a partitioned table")
        return get_am_oid(session, stmt.accessMethod, "t", (stmt.start, stmt.end)).oid
    if kind in "fp":
        if kind == "p" and stmt.partbound is not None and session.version >= 17:
            return parents[0][0].am
        return 0
    if stmt.partbound is not None and session.version >= 17 and parents[0][0].am:
        return parents[0][0].am
    name = session.setting("default_table_access_method")
    return get_am_oid(session, name, "t").oid if name and name != "heap" else 2


def _add_defaults(cxt: CreateStmtContext, relation: Relation, columns: list) -> None:  # type: ignore[type-arg]
    defaults = [
        RawColumnDefault(num, column.raw_default, column.default, column.generated)
        for num, column in enumerate(columns, 1)
        if column.raw_default is not None or column.default is not None
    ]
    # generated columns may use others, whose defaults the server stores first
    if defaults:
        defaults.sort(key=lambda default: default.cooked is not None)
        add_relation_new_constraints(cxt.session, relation, defaults, (), True, True)


def _check_toast_options(session: Session, stmt: CreateStmt) -> None:
    if any(option.defnamespace == "toast" for option in stmt.options):
        heap_reloptions(session, "t", transform_rel_options(session, (), stmt.options, "toast", ("toast",)), True)


def register_on_commit(session: Session, relation: Relation) -> None:
    """ON COMMIT DROP and DELETE ROWS (register_on_commit_action)."""
    if relation.oncommit == "d":
        oid = relation.oid

        def drop(session: Session) -> None:
            from schemalint.simulator.dependency import perform_deletion

            if session.catalog.get(Relation, oid) is not None:
                perform_deletion(session, ObjectAddress("pg_class", oid), "DROP_CASCADE")

        session.set_var("commit_actions", (*session.var("commit_actions", ()), drop))


__all__ = [
    "build_relation",
    "create_table",
    "default_partition",
    "define_relation",
    "execute_truncate",
    "register_on_commit",
]
