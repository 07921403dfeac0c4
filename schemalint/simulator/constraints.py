"""Defaults and CHECK constraints of a relation, and rows of pg_constraint (heap.c, pg_constraint.c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Constraint, Expression, ObjectAddress, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import ASSIGNMENT, coerce_to_boolean, coerce_to_target_type
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import UNKNOWN_TYPE, equal
from schemalint.semantics.relations import SYSTEM_ATTRIBUTES
from schemalint.semantics.types import format_type
from schemalint.semantics.volatility import contain_mutable_functions
from schemalint.simulator.create_context import CookedConstraint
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import Noted
from schemalint.simulator.object_names import choose_constraint_name
from schemalint.simulator.session import Session
from schemalint.simulator.stored import relation_parsestate, tree_of, vars_of
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

At = tuple[int, int] | None


class RawColumnDefault(Struct):
    """A default or generation expression to be stored (RawColumnDefault); `cooked` when it is analyzed already."""

    attnum: int
    raw: Node | None = None
    cooked: Expression | None = None
    generated: str = ""


# --- Analysis


def cook_default(session: Session, pstate: ParseState, raw: Node, column: Attribute, generated: str) -> q.Expr:
    """A default as an expression of the column's type (cookDefault); `column` gives type, modifier and name."""
    try:
        expr = transform_expr(pstate, raw, "generated_column" if generated else "column_default")
    except Undecidable as reason:  # the column is known all the same
        session.undecided.append(reason.reason)
        return q.UnknownExpr(type=column.type)
    if generated:
        check_nested_generated(session, pstate, expr)
        if contain_mutable_functions(session, expr):
            raise Refusal("42P17", "generation expression is not immutable", at=(raw.start, raw.end), word=column.name)
        if generated == "v":
            check_virtual_generated_security(session, expr, (raw.start, raw.end))
    if column.type and column.type != UNKNOWN_TYPE:
        coerced = coerce_to_target_type(
            pstate, expr, expr.type, column.type, column.typmod, ASSIGNMENT, "implicit_cast", None
        )
        if coerced is None:
            target, source = format_type(session, column.type), format_type(session, expr.type)
            raise Refusal(
                "42804",
                f'column "{column.name}" is of type {target} but default expression is of type {source}',
                at=(raw.start, raw.end),
                hint="You will need to rewrite or cast the expression.",
            )
        expr = coerced
    assign_expr_collations(pstate, expr)
    return expr


def check_nested_generated(session: Session, pstate: ParseState, expr: q.Expr) -> None:
    """A generated column uses neither generated columns nor the whole row (check_nested_generated)."""
    for var in vars_of(expr):
        at = (var.start, var.end) if var.start >= 0 else None
        if var.attno == 0:
            raise Refusal(
                "42P17",
                "cannot use whole-row variable in column generation expression",
                at=at,
                detail="This would cause the generated column to depend on its own value.",
            )
        rte = pstate.rtable[var.varno - 1]
        relation = session.catalog.get(Relation, rte.relid)
        if var.attno > 0 and relation is not None and relation.columns[var.attno - 1].generated:
            name = relation.columns[var.attno - 1].name
            raise Refusal(
                "42P17",
                f'cannot use generated column "{name}" in column generation expression',
                at=at,
                detail="A generated column cannot reference another generated column.",
            )


def check_virtual_generated_security(session: Session, expr: q.Expr, at: At) -> None:
    """A virtual generated column uses nothing that users made (check_virtual_generated_security)."""
    what = _user_defined(expr)
    if what is not None:
        raise Refusal(
            "0A000",
            f"generation expression uses user-defined {what}",
            at=at,
            detail=f"Virtual generated columns that make use of user-defined {what}s are not yet supported.",
        )


FIRST_UNPINNED = 12000


def _user_defined(node: Any) -> str | None:
    if isinstance(node, q.Expr) and node.type != UNKNOWN_TYPE:
        func = node.func if isinstance(node, (q.FuncExpr, q.OpExpr, q.Aggref, q.WindowFunc)) else 0
        if func >= FIRST_UNPINNED:
            return "function"
        if node.type >= FIRST_UNPINNED:
            return "type"
    if isinstance(node, Struct):
        for child in q.children(node):
            found = _user_defined(child)
            if found is not None:
                return found
    return None


def cook_constraint(session: Session, pstate: ParseState, raw: Node, relname: str) -> q.Expr:
    """A CHECK condition (cookConstraint)."""
    try:
        expr = transform_expr(pstate, raw, "check_constraint")
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        return q.UnknownExpr(type=typeoids.BOOL)
    expr = coerce_to_boolean(pstate, expr, "CHECK")
    assign_expr_collations(pstate, expr)
    if len(pstate.rtable) != 1:
        message = f'only table "{relname}" can be referenced in check constraint'
        raise Refusal("42P10", message, at=(raw.start, raw.end))
    return expr


# --- Storing


def store_attr_default(
    session: Session, relation: Relation, num: int, expression: Expression, generated: str | None = None
) -> Relation:
    """Give a column its default or generation expression, and note what that needs (StoreAttrDefault)."""
    column = relation.columns[num - 1]
    if generated is not None:
        column = replace(column, generated=generated)
    columns = list(relation.columns)
    columns[num - 1] = replace(column, default=expression)
    after = replace(relation, columns=tuple(columns))
    session.catalog.put(after)
    address = ObjectAddress("pg_attrdef", relation.oid, num)
    own = ObjectAddress("pg_class", relation.oid, num)
    session.catalog.depend(address, own, "i" if column.generated and session.version >= 15 else "a")
    tree = expression.tree
    if column.generated and session.version < 15:
        record_dependency_on_expr(session, own, tree, relation.oid, "a", "a")
    else:
        record_dependency_on_expr(session, address, tree, relation.oid, "n", "n")
    return after


def create_constraint_entry(session: Session, constraint: Constraint, *, included: Sequence[int] = ()) -> Constraint:
    """Add a constraint with its dependencies (CreateConstraintEntry); `constraint.oid` 0 is filled in. `included` are the
    INCLUDE columns of its index."""
    catalog = session.catalog
    for held in catalog.constraints_named(constraint.namespace, constraint.name):
        if (held.relid, held.typid) == (constraint.relid, constraint.typid):
            index = "pg_constraint_conrelid_contypid_conname_index"
            key = f"({held.relid}, {held.typid}, {held.name})"
            raise Refusal(
                "23505",
                f'duplicate key value violates unique constraint "{index}"',
                word=held.name,
                detail=f"Key (conrelid, contypid, conname)={key} already exists.",
            )
    made = replace(constraint, oid=catalog.new_oid()) if not constraint.oid else constraint
    session.create(made)
    address = made.address
    if made.relid:
        # 0 stands for an expression, which the whole table is needed for; system columns go with the table, too
        for num in [num for num in (*made.key, *included) if num >= 0] or (0,):
            catalog.depend(address, ObjectAddress("pg_class", made.relid, num), "a")
    if made.typid:
        catalog.depend(address, ObjectAddress("pg_type", made.typid), "a")
    if made.frelid:
        if made.fkey:
            for num in made.fkey:
                catalog.depend(address, ObjectAddress("pg_class", made.frelid, num))
        else:
            catalog.depend(address, ObjectAddress("pg_class", made.frelid))
    if made.indid and made.type == "f":
        catalog.depend(address, ObjectAddress("pg_class", made.indid))
    for op in made.eqops:
        catalog.depend(address, ObjectAddress("pg_operator", op))
    if made.expr is not None:
        record_dependency_on_expr(session, address, made.expr.tree, made.relid, "n", "n")
    return made


def column_name(relation: Relation, num: int) -> str | None:
    """The name of a column, system columns included; None for the whole row (get_attname)."""
    if num > 0:
        return relation.columns[num - 1].name
    return next((name for name, (attnum, _) in SYSTEM_ATTRIBUTES.items() if attnum == num), None)


def columns_of_check(tree: Any) -> tuple[int, ...]:
    """The columns that a CHECK names, each once (the key of its pg_constraint row)."""
    return tuple(dict.fromkeys(var.attno for var in vars_of(tree)))


def store_rel_check(
    session: Session,
    relation: Relation,
    name: str,
    expression: Expression,
    *,
    enforced: bool = True,
    validated: bool = True,
    is_local: bool = True,
    inhcount: int = 0,
    is_no_inherit: bool = False,
    at: At = None,
) -> Constraint:
    """StoreRelCheck."""
    if is_no_inherit and relation.kind == "p":
        raise Refusal("42P16", f'cannot add NO INHERIT constraint to partitioned table "{relation.name}"', at=at)
    return create_constraint_entry(
        session,
        Constraint(
            oid=0,
            name=name,
            namespace=relation.namespace,
            type="c",
            enforced=enforced,
            validated=validated,
            relid=relation.oid,
            key=columns_of_check(expression.tree),
            expr=expression,
            islocal=is_local,
            inhcount=inhcount,
            noinherit=is_no_inherit,
        ),
    )


def store_cooked_constraints(session: Session, relation: Relation, constraints: Iterable[CookedConstraint]) -> None:
    """The CHECK constraints that a new table has from its parents (StoreConstraints)."""
    for con in constraints:
        if con.contype == "c":
            assert con.expr is not None
            store_rel_check(
                session,
                relation,
                con.name,
                con.expr,
                enforced=con.enforced,
                validated=not con.skip_validation,
                is_local=con.is_local,
                inhcount=con.inhcount,
                is_no_inherit=con.is_no_inherit,
            )


# --- New constraints of an existing relation


def add_relation_new_constraints(
    session: Session,
    relation: Relation,
    defaults: Sequence[RawColumnDefault],
    constraints: Sequence[nodes.Constraint],
    allow_merge: bool,
    is_local: bool,
    is_internal: bool = False,
) -> list[CookedConstraint]:
    """Analyze and store defaults, CHECK and, since 18, NOT NULL constraints; returns what was added
    (AddRelationNewConstraints)."""
    added: list[CookedConstraint] = []
    pstate = relation_parsestate(session, relation)
    for default in defaults:
        relation = session.catalog[Relation, relation.oid]
        _add_default(session, pstate, relation, default)
    checknames: list[str] = []
    notnullnames: list[str] = []
    for con in constraints:
        relation = session.catalog[Relation, relation.oid]
        if con.contype == "CONSTR_CHECK":
            made = _add_check(session, pstate, relation, con, checknames, allow_merge, is_local)
        else:
            from schemalint.simulator.not_null import add_not_null

            made = add_not_null(session, relation, con, notnullnames, is_local)
        if made is not None:
            added.append(made)
    return added


def _add_default(session: Session, pstate: ParseState, relation: Relation, default: RawColumnDefault) -> None:
    column = relation.columns[default.attnum - 1]
    expression = default.cooked
    if expression is None:
        assert default.raw is not None
        tree = cook_default(session, pstate, default.raw, column, default.generated)
        if not default.generated and isinstance(tree, q.Const) and tree.isnull:
            return
        expression = Expression(session.source_of(default.raw), tree)
    store_attr_default(session, relation, default.attnum, expression, default.generated or None)


def _add_check(
    session: Session,
    pstate: ParseState,
    relation: Relation,
    con: nodes.Constraint,
    checknames: list[str],
    allow_merge: bool,
    is_local: bool,
) -> CookedConstraint | None:
    at = (con.start, con.end)
    assert con.raw_expr is not None
    if isinstance(con.raw_expr, CookedCheck):
        tree, text = con.raw_expr.tree, con.raw_expr.text
    else:
        tree, text = cook_constraint(session, pstate, con.raw_expr, relation.name), session.source_of(con.raw_expr)
    expression = Expression(text, tree)
    name = con.conname
    if name is not None:
        if name in checknames:
            raise Refusal("42710", f'check constraint "{name}" already exists', at=at, word=name)
        checknames.append(name)
        if _merge_with_existing_constraint(session, relation, con, expression, allow_merge, is_local):
            return None
    else:
        used = columns_of_check(tree)
        colname = column_name(relation, used[0]) if len(used) == 1 else None
        name = choose_constraint_name(session, relation.name, colname, "check", relation.namespace, checknames)
        checknames.append(name)
    made = store_rel_check(
        session,
        relation,
        name,
        expression,
        enforced=con.is_enforced,
        validated=con.initially_valid,
        is_local=is_local,
        inhcount=0 if is_local else 1,
        is_no_inherit=con.is_no_inherit,
        at=at,
    )
    return CookedConstraint(
        "c",
        name,
        expr=expression,
        enforced=con.is_enforced,
        skip_validation=con.skip_validation,
        is_local=is_local,
        inhcount=0 if is_local else 1,
        is_no_inherit=con.is_no_inherit,
        conoid=made.oid,
    )


class CookedCheck(Node, frozen=True, gc=False):
    """An analyzed CHECK condition where a raw one is expected: a constraint copied from another table."""

    tree: Any = None
    text: str = ""


def _merge_with_existing_constraint(
    session: Session,
    relation: Relation,
    con: nodes.Constraint,
    expression: Expression,
    allow_merge: bool,
    is_local: bool,
) -> bool:
    """Whether the relation has the same constraint already, which then counts twice (MergeWithExistingConstraint)."""
    name, relname = con.conname, relation.name
    at = (con.start, con.end)
    held = next((c for c in session.catalog.constraints(relation.oid) if c.name == name), None)
    if held is None:
        return False
    same = (
        held.type == "c"
        and held.expr is not None
        and equal(tree_of(session, held.expr, relation, "check_constraint"), expression.tree)
    )
    if is_local and not held.islocal and not relation.ispartition:
        allow_merge = True  # what is only inherited so far becomes the table's own, too
    if not same or not allow_merge:
        message = f'constraint "{name}" for relation "{relname}" already exists'
        raise Refusal("42710", message, at=at, word=name)

    def conflicts(what: str) -> Refusal:
        return Refusal("42P17", f'constraint "{name}" conflicts with {what} on relation "{relname}"', at=at, word=name)

    if held.noinherit:
        raise conflicts("non-inherited constraint")
    if held.inhcount > 0 and con.is_no_inherit:
        raise conflicts("inherited constraint")
    if con.initially_valid and held.enforced and not held.validated:
        raise conflicts("NOT VALID constraint")
    if (not is_local and con.is_enforced and not held.enforced) or (
        is_local and not con.is_enforced and held.enforced and session.version >= 18
    ):
        raise conflicts("NOT ENFORCED constraint")
    session.effect(Noted("NOTICE", f'merging constraint "{name}" with inherited definition'))
    if con.is_enforced and not held.enforced:
        held = replace(held, enforced=True, validated=True)
    if relation.ispartition:
        session.catalog.put(replace(held, inhcount=1, islocal=False))
    elif is_local:
        session.catalog.put(replace(held, islocal=True, noinherit=held.noinherit or con.is_no_inherit))
    else:
        session.catalog.put(replace(held, inhcount=held.inhcount + 1))
    return True
