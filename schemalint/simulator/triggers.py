"""CREATE TRIGGER (trigger.c)."""

from __future__ import annotations

from typing import Any, NoReturn

from msgspec import UNSET
from msgspec.structs import replace

from schemalint.catalog.model import (
    FIRST_NORMAL_OID,
    Constraint,
    Expression,
    ObjectAddress,
    Oid,
    Proc,
    Relation,
    Trigger,
)
from schemalint.catalog.names import PG_CATALOG, PG_TOAST, qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.range_table import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.semantics.relations import attname_attnum
from schemalint.semantics.routines import lookup_func_name
from schemalint.simulator.acl import acl_check
from schemalint.simulator.dependency import AUTO, INTERNAL, PARTITION_PRI, PARTITION_SEC, record_dependency_on_expr
from schemalint.simulator.effects import ACCESS_SHARE, SHARE_ROW_EXCLUSIVE
from schemalint.simulator.objectaddress import check_has_storage_or_rows
from schemalint.simulator.rangevars import range_var_get_relid, relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, node_of, session_parsestate, vars_of
from schemalint.syntax.nodes import CreateTrigStmt, Node

At = tuple[int, int] | None

ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE, INSTEAD = 1, 2, 4, 8, 16, 32, 64
"""TRIGGER_TYPE_ bits; AFTER is neither BEFORE nor INSTEAD."""

OLD_VARNO, NEW_VARNO = 1, 2


def create_trigger(session: Session, stmt: CreateTrigStmt) -> None:
    """CREATE TRIGGER (CreateTriggerFiringOn)."""
    relation = relation_openrv(session, stmt.relation, SHARE_ROW_EXCLUSIVE)
    check_has_storage_or_rows(session, relation, (stmt.relation.start, stmt.relation.end))
    create_trigger_on(session, stmt, relation)


def create_trigger_on(session: Session, stmt: CreateTrigStmt, relation: Relation) -> Trigger:
    """As create_trigger, once the relation is known."""
    at = (stmt.relation.start, stmt.relation.end)
    _check_relation_kind(session, stmt, relation, at)
    if relation.oid < FIRST_NORMAL_OID and relation.namespace in (PG_CATALOG, PG_TOAST):
        message = f'permission denied: "{relation.name}" is a system catalog'
        raise Refusal("42501", message, at=at, word=relation.name)
    constrrel = None
    if stmt.isconstraint and stmt.constrrel is not None:
        constrrel = range_var_get_relid(session, stmt.constrrel, ACCESS_SHARE)
    acl_check(session, relation, "t", at)
    if constrrel is not None and stmt.constrrel is not None:
        acl_check(session, constrrel, "t", (stmt.constrrel.start, stmt.constrrel.end))
    _check_type(stmt)
    oldtable, newtable = _transition_tables(session, stmt, relation)
    when = _when(session, stmt, relation)
    func = _function(session, stmt)
    existing = _existing(session, stmt, relation)
    trigger = Trigger(
        oid=existing.oid if existing is not None else session.catalog.new_oid(),
        name=stmt.trigname,
        relid=relation.oid,
        func=func,
        type=(ROW if stmt.row else 0) | stmt.timing | stmt.events,
        constrrelid=0 if constrrel is None else constrrel.oid,
        deferrable=stmt.deferrable,
        initdeferred=stmt.initdeferred,
        args=stmt.args,
        columns=_columns(stmt, relation),
        when=when,
        oldtable=oldtable,
        newtable=newtable,
    )
    if stmt.isconstraint:
        trigger = replace(trigger, constraint=_constraint(session, stmt, relation))
    if existing is not None:
        session.catalog.clear_dependencies(trigger.address)
        session.change(trigger)
    else:
        session.create(trigger)
    record_trigger_dependencies(session, trigger, relation)
    if stmt.row and relation.kind == "p":
        for child in session.catalog.children(relation.oid):
            session.lock(child.oid, SHARE_ROW_EXCLUSIVE)
            clone_trigger(session, trigger, relation, child, at, replace_it=stmt.replace)
    return trigger


# --- What the relation allows


def _wrong(relation: Relation, what: str, detail: str, at: At, sqlstate: str = "42809") -> Refusal:
    return Refusal(sqlstate, f'"{relation.name}" is {what}', detail=detail, at=at, word=relation.name)


def _check_relation_kind(session: Session, stmt: CreateTrigStmt, relation: Relation, at: At) -> None:
    match relation.kind:
        case "r":
            if stmt.timing == INSTEAD:
                raise _wrong(relation, "a table", "Tables cannot have INSTEAD OF triggers.", at)
        case "p":
            if stmt.timing == INSTEAD:
                raise _wrong(relation, "a table", "Tables cannot have INSTEAD OF triggers.", at)
            if stmt.row and stmt.transitionRels:
                detail = "ROW triggers with transition tables are not supported on partitioned tables."
                raise _wrong(relation, "a partitioned table", detail, at, "0A000")
        case "v":
            if stmt.timing != INSTEAD and stmt.row:
                raise _wrong(relation, "a view", "Views cannot have row-level BEFORE or AFTER triggers.", at)
            if stmt.events & TRUNCATE:
                raise _wrong(relation, "a view", "Views cannot have TRUNCATE triggers.", at)
        case "f":
            if stmt.timing == INSTEAD:
                raise _wrong(relation, "a foreign table", "Foreign tables cannot have INSTEAD OF triggers.", at)
            if stmt.isconstraint:
                raise _wrong(relation, "a foreign table", "Foreign tables cannot have constraint triggers.", at)
        case kind:
            if session.version < 15:
                raise Refusal("42809", f'"{relation.name}" is not a table or view', at=at, word=relation.name)
            shown = {"S": "sequences", "m": "materialized views", "t": "TOAST tables"}.get(kind, "indexes")
            raise Refusal(
                "42809",
                f'relation "{relation.name}" cannot have triggers',
                detail=f"This operation is not supported for {shown}.",
                at=at,
                word=relation.name,
            )


def _check_type(stmt: CreateTrigStmt) -> None:
    def refuse(message: str) -> NoReturn:
        raise Refusal("0A000", message, at=(stmt.start, stmt.end))

    if stmt.row and stmt.events & TRUNCATE:
        refuse("TRUNCATE FOR EACH ROW triggers are not supported")
    if stmt.timing == INSTEAD:
        if not stmt.row:
            refuse("INSTEAD OF triggers must be FOR EACH ROW")
        if stmt.whenClause is not None:
            refuse("INSTEAD OF triggers cannot have WHEN conditions")
        if stmt.columns:
            refuse("INSTEAD OF triggers cannot have column lists")


def _transition_tables(session: Session, stmt: CreateTrigStmt, relation: Relation) -> tuple[str | None, str | None]:
    """(name of OLD TABLE, name of NEW TABLE)."""
    old: str | None = None
    new: str | None = None
    for table in stmt.transitionRels:
        at = (table.start, table.end)
        if not table.isTable:
            raise Refusal(
                "0A000",
                "ROW variable naming in the REFERENCING clause is not supported",
                hint="Use OLD TABLE or NEW TABLE for naming transition tables.",
                at=at,
            )
        _check_transition_table(stmt, relation, at)
        if table.isNew:
            if not stmt.events & (INSERT | UPDATE):
                raise Refusal("42P17", "NEW TABLE can only be specified for an INSERT or UPDATE trigger", at=at)
            if new is not None:
                raise Refusal("42P17", "NEW TABLE cannot be specified multiple times", at=at)
            new = table.name
        else:
            if not stmt.events & (DELETE | UPDATE):
                raise Refusal("42P17", "OLD TABLE can only be specified for a DELETE or UPDATE trigger", at=at)
            if old is not None:
                raise Refusal("42P17", "OLD TABLE cannot be specified multiple times", at=at)
            old = table.name
    if old is not None and old == new:
        raise Refusal("42P17", "OLD TABLE name and NEW TABLE name cannot be the same", at=(stmt.start, stmt.end))
    return old, new


def _check_transition_table(stmt: CreateTrigStmt, relation: Relation, at: At) -> None:
    if relation.kind == "f":
        raise _wrong(relation, "a foreign table", "Triggers on foreign tables cannot have transition tables.", at)
    if relation.kind == "v":
        raise _wrong(relation, "a view", "Triggers on views cannot have transition tables.", at)
    if stmt.row and relation.inherits:
        where = "partitions" if relation.ispartition else "inheritance children"
        raise Refusal("0A000", f"ROW triggers with transition tables are not supported on {where}", at=at)
    if stmt.timing:
        raise Refusal("42P17", "transition table name can only be specified for an AFTER trigger", at=at)
    if stmt.events & TRUNCATE:
        raise Refusal("0A000", "TRUNCATE triggers with transition tables are not supported", at=at)
    if stmt.events not in (INSERT, UPDATE, DELETE):
        raise Refusal("0A000", "transition tables cannot be specified for triggers with more than one event", at=at)
    if stmt.columns:
        raise Refusal("0A000", "transition tables cannot be specified for triggers with column lists", at=at)


# --- WHEN


def _when(session: Session, stmt: CreateTrigStmt, relation: Relation) -> Expression | None:
    clause = stmt.whenClause
    if clause is None:
        return None
    tree = _analyzed(session, relation, clause)
    for var in vars_of(tree):
        at = (var.start, var.end)
        if not stmt.row:
            raise Refusal("42P17", "statement trigger's WHEN condition cannot reference column values", at=at)
        if var.varno == OLD_VARNO:
            if stmt.events & INSERT:
                raise Refusal("42P17", "INSERT trigger's WHEN condition cannot reference OLD values", at=at)
            continue
        if stmt.events & DELETE:
            raise Refusal("42P17", "DELETE trigger's WHEN condition cannot reference NEW values", at=at)
        if stmt.timing == BEFORE:
            _check_new_before(relation, var.attno, at)
    return Expression(session.source_of(clause), tree)


def _analyzed(session: Session, relation: Relation, clause: Node) -> Any:
    """The condition over OLD, varno 1, and NEW, varno 2."""
    pstate = session_parsestate(session)
    for alias in ("old", "new"):
        item = add_range_table_entry_for_relation(pstate, relation, alias, False, False)
        add_ns_item_to_query(pstate, item, False, True, True)
    tree = transform_where_clause(pstate, clause, "trigger_when", "WHEN")
    assign_expr_collations(pstate, tree)
    return tree


def _check_new_before(relation: Relation, attno: int, at: At) -> None:
    if attno < 0:
        raise Refusal("0A000", "BEFORE trigger's WHEN condition cannot reference NEW system columns", at=at)
    generated = [column for column in relation.columns if column.generated and not column.dropped]
    message = "BEFORE trigger's WHEN condition cannot reference NEW generated columns"
    if attno == 0 and generated:
        detail = "A whole-row reference is used and the table contains generated columns."
        raise Refusal("42P17", message, detail=detail, at=at)
    for column in generated:
        if column.num == attno:
            raise Refusal("42P17", message, detail=f'Column "{column.name}" is a generated column.', at=at)


# --- The function, an older trigger of the name, columns


def _function(session: Session, stmt: CreateTrigStmt) -> Oid:
    at = (stmt.start, stmt.end)
    oid = lookup_func_name(session, stmt.funcname, (), False, at)
    proc = session.catalog[Proc, oid]
    acl_check(session, proc, "X", at)
    if proc.rettype != typeoids.TRIGGER:
        message = f"function {qualified(stmt.funcname)} must return type trigger"
        raise Refusal("42P17", message, at=at, word=stmt.funcname[-1])
    return oid


def _existing(session: Session, stmt: CreateTrigStmt, relation: Relation) -> Trigger | None:
    at = (stmt.start, stmt.end)
    for held in session.catalog.triggers(relation.oid):
        if held.name != stmt.trigname:
            continue
        what = f'trigger "{stmt.trigname}" for relation "{relation.name}"'
        if not stmt.replace:
            raise Refusal("42710", f"{what} already exists", at=at, word=stmt.trigname)
        if held.isinternal or held.parentid:
            raise Refusal("42710", f"{what} is an internal or a child trigger", at=at, word=stmt.trigname)
        if held.constraint:
            raise Refusal("42710", f"{what} is a constraint trigger", at=at, word=stmt.trigname)
        return held
    return None


def _columns(stmt: CreateTrigStmt, relation: Relation) -> tuple[int, ...]:
    found: list[int] = []
    for name in stmt.columns:
        num = attname_attnum(relation, name, False)
        at = (stmt.start, stmt.end)
        if not num:
            message = f'column "{name}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=at, word=name)
        if num in found:
            raise Refusal("42701", f'column "{name}" specified more than once', at=at, word=name)
        found.append(num)
    return tuple(found)


def _constraint(session: Session, stmt: CreateTrigStmt, relation: Relation) -> Oid:
    """The constraint of a constraint trigger."""
    constraint = Constraint(
        oid=session.catalog.new_oid(),
        name=stmt.trigname,
        namespace=relation.namespace,
        type="t",
        relid=relation.oid,
        deferrable=stmt.deferrable,
        deferred=stmt.initdeferred,
        noinherit=True,
    )
    session.catalog.put(constraint)
    session.catalog.depend(constraint.address, relation.address, AUTO)
    return constraint.oid


def record_trigger_dependencies(session: Session, trigger: Trigger, relation: Relation) -> None:
    """A trigger needs its function, and goes with its table."""
    catalog, address = session.catalog, trigger.address
    catalog.depend(address, ObjectAddress("pg_proc", trigger.func))
    catalog.depend(address, relation.address, AUTO)
    if trigger.constrrelid:
        catalog.depend(address, ObjectAddress("pg_class", trigger.constrrelid), AUTO)
    if trigger.constraint:
        catalog.depend(ObjectAddress("pg_constraint", trigger.constraint), address, INTERNAL)
    if trigger.parentid:
        catalog.depend(address, ObjectAddress("pg_trigger", trigger.parentid), PARTITION_PRI)
        catalog.depend(address, relation.address, PARTITION_SEC)
    for num in trigger.columns:
        catalog.depend(address, ObjectAddress("pg_class", relation.oid, num))
    if trigger.when is not None:
        record_dependency_on_expr(session, address, tree_of_when(session, trigger, relation), relation.oid)


def tree_of_when(session: Session, trigger: Trigger, relation: Relation) -> Any:
    """The analyzed WHEN condition, read again where the catalog came from elsewhere."""
    when = trigger.when
    assert when is not None
    if when.tree is not UNSET:
        return when.tree
    return _analyzed(session, relation, node_of(session, when))


# --- Partitions


def clone_trigger(
    session: Session,
    trigger: Trigger,
    parent: Relation,
    partition: Relation,
    at: At = None,
    *,
    replace_it: bool = False,
) -> None:
    """Give a partition, and its own partitions, a row trigger of the partitioned table."""
    catalog = session.catalog
    existing = next((held for held in catalog.triggers(partition.oid) if held.name == trigger.name), None)
    if existing is not None and not replace_it:
        message = f'trigger "{trigger.name}" for relation "{partition.name}" already exists'
        raise Refusal("42710", message, at=at, word=trigger.name)
    by_name = {column.name: column.num for column in partition.columns if not column.dropped}
    attmap = {c.num: by_name[c.name] for c in parent.columns if not c.dropped and c.name in by_name}
    when = trigger.when
    if when is not None:
        tree = tree_of_when(session, trigger, parent)
        for varno in (OLD_VARNO, NEW_VARNO):
            tree, _ = map_variable_attnos(tree, attmap, varno)
        when = Expression(when.text, tree)
    clone = replace(
        trigger,
        oid=catalog.new_oid() if existing is None else existing.oid,
        relid=partition.oid,
        parentid=trigger.oid,
        columns=tuple(attmap.get(num, num) for num in trigger.columns),
        when=when,
    )
    if trigger.constraint:
        constraint = replace(catalog[Constraint, trigger.constraint], oid=catalog.new_oid(), relid=partition.oid)
        constraint = replace(constraint, namespace=partition.namespace)
        catalog.put(constraint)
        catalog.depend(constraint.address, partition.address, AUTO)
        clone = replace(clone, constraint=constraint.oid)
    if existing is None:
        session.create(clone)
    else:
        catalog.clear_dependencies(existing.address)
        session.change(clone)
    record_trigger_dependencies(session, clone, partition)
    if partition.kind == "p":
        for child in catalog.children(partition.oid):
            session.lock(child.oid, SHARE_ROW_EXCLUSIVE)
            clone_trigger(session, clone, partition, child, at, replace_it=replace_it)
