"""NOT NULL constraints, which have rows in pg_constraint since 18 (heap.c, pg_constraint.c)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, Oid, Relation
from schemalint.errors import Refusal
from schemalint.semantics.relations import attname_attnum
from schemalint.simulator.constraints import create_constraint_entry
from schemalint.simulator.create_context import CookedConstraint
from schemalint.simulator.inheritance import replace_column
from schemalint.simulator.object_names import choose_constraint_name
from schemalint.simulator.session import Session
from schemalint.syntax import nodes

At = tuple[int, int] | None


def find_not_null_constraint_attnum(session: Session, relid: Oid, num: int) -> Constraint | None:
    """The NOT NULL constraint of a column (findNotNullConstraintAttnum)."""
    for con in session.catalog.constraints(relid):
        if con.type == "n" and con.key == (num,):
            return con
    return None


def store_rel_not_null(
    session: Session,
    relation: Relation,
    name: str,
    num: int,
    *,
    validated: bool = True,
    is_local: bool = True,
    inhcount: int = 0,
    is_no_inherit: bool = False,
) -> Constraint:
    """StoreRelNotNull."""
    return create_constraint_entry(
        session,
        Constraint(
            oid=0,
            name=name,
            namespace=relation.namespace,
            type="n",
            validated=validated,
            relid=relation.oid,
            key=(num,),
            islocal=is_local,
            inhcount=inhcount,
            noinherit=is_no_inherit,
        ),
    )


def set_attnotnull(session: Session, relation: Relation, nums: Collection[int]) -> Relation:
    """Mark columns as never null (set_attnotnull, without its work on a table that has rows)."""
    for num in nums:
        column = relation.columns[num - 1]
        if not column.notnull:
            relation = replace_column(relation, replace(column, notnull=True))
    session.catalog.put(relation)
    return relation


def _attnum(relation: Relation, name: str, at: At) -> int:
    num = attname_attnum(relation, name, True)
    if num == 0:
        message = f'column "{name}" of relation "{relation.name}" does not exist'
        raise Refusal("42703", message, at=at, word=name)
    if num < 0:
        raise Refusal("0A000", f'cannot add not-null constraint on system column "{name}"', at=at, word=name)
    return num


def add_relation_not_null_constraints(
    session: Session,
    relation: Relation,
    constraints: Sequence[nodes.Constraint],
    inherited: Sequence[CookedConstraint],
    used_names: Collection[str] = (),
) -> list[int]:
    """The NOT NULL constraints of a new table, its own and those of its parents, one for a column; returns the columns
    (AddRelationNotNullConstraints)."""
    given: set[str] = set()
    names: list[str] = list(used_names)
    nums: list[int] = []
    todo, old = list(constraints), list(inherited)
    while todo:
        con = todo.pop(0)
        at = (con.start, con.end) if con.start >= 0 else None
        colname = con.keys[0]
        num = _attnum(relation, colname, at)
        con, todo = _absorb_repeated(con, todo, at)
        of_parents = [c for c in old if c.attnum == num]
        if of_parents and con.is_no_inherit:
            raise Refusal(
                "42804",
                f'cannot define not-null constraint with NO INHERIT on column "{colname}"',
                at=at,
                detail="The column has an inherited not-null constraint.",
            )
        old = [c for c in old if c.attnum != num]
        name = con.conname
        if name is not None:
            if name in given:
                message = f'constraint "{name}" for relation "{relation.name}" already exists'
                raise Refusal("42710", message, at=at, word=name)
            given.add(name)
        else:
            name = choose_constraint_name(session, relation.name, colname, "not_null", relation.namespace, names)
        names.append(name)
        store_rel_not_null(session, relation, name, num, inhcount=len(of_parents), is_no_inherit=con.is_no_inherit)
        nums.append(num)
    while old:
        first = old.pop(0)
        same = [c for c in old if c.attnum == first.attnum]
        old = [c for c in old if c.attnum != first.attnum]
        name = first.name or next((c.name for c in same if c.name), "")
        if not name or name in names:
            colname = relation.columns[first.attnum - 1].name
            name = choose_constraint_name(session, relation.name, colname, "not_null", relation.namespace, names)
        names.append(name)
        store_rel_not_null(session, relation, name, first.attnum, is_local=False, inhcount=1 + len(same))
        nums.append(first.attnum)
    return nums


def _absorb_repeated(
    con: nodes.Constraint, todo: list[nodes.Constraint], at: At
) -> tuple[nodes.Constraint, list[nodes.Constraint]]:
    rest: list[nodes.Constraint] = []
    for other in todo:
        if other.keys != con.keys:
            rest.append(other)
            continue
        if other.is_no_inherit != con.is_no_inherit:
            message = f'conflicting NO INHERIT declaration for not-null constraint on column "{con.keys[0]}"'
            raise Refusal("42601", message, at=at)
        if other.conname is not None:
            if con.conname is None:
                con = replace(con, conname=other.conname)
            elif con.conname != other.conname:
                message = f'conflicting not-null constraint names "{con.conname}" and "{other.conname}"'
                raise Refusal("42601", message, at=at)
    return con, rest


def add_not_null(
    session: Session, relation: Relation, con: nodes.Constraint, names: list[str], is_local: bool
) -> CookedConstraint | None:
    """A NOT NULL constraint for a table that exists; None when it has one already (AddRelationNewConstraints)."""
    at = (con.start, con.end) if con.start >= 0 else None
    colname = con.keys[0]
    num = _attnum(relation, colname, at)
    held = find_not_null_constraint_attnum(session, relation.oid, num)
    if held is not None:
        adjust_not_null_inheritance(session, relation, held, con, is_local)
        return None
    name = con.conname
    if name is not None:
        if any(c.name == name for c in session.catalog.constraints(relation.oid)):
            message = f'constraint "{name}" for relation "{relation.name}" already exists'
            raise Refusal("42710", message, at=at, word=name)
    else:
        name = choose_constraint_name(session, relation.name, colname, "not_null", relation.namespace, names)
    names.append(name)
    made = store_rel_not_null(
        session,
        relation,
        name,
        num,
        validated=con.initially_valid,
        is_local=is_local,
        inhcount=0 if is_local else 1,
        is_no_inherit=con.is_no_inherit,
    )
    return CookedConstraint(
        "n",
        name,
        attnum=num,
        skip_validation=con.skip_validation,
        is_local=is_local,
        inhcount=0 if is_local else 1,
        is_no_inherit=con.is_no_inherit,
        conoid=made.oid,
    )


def adjust_not_null_inheritance(
    session: Session, relation: Relation, held: Constraint, con: nodes.Constraint, is_local: bool
) -> None:
    """A column has the NOT NULL constraint already: it counts once more (AdjustNotNullInheritance)."""
    at = (con.start, con.end) if con.start >= 0 else None
    relname = relation.name
    if con.is_no_inherit != held.noinherit:
        message = f'cannot change NO INHERIT status of NOT NULL constraint "{held.name}" on relation "{relname}"'
        raise Refusal(
            "55000",
            message,
            at=at,
            hint="You might need to make the existing constraint inheritable using"
            " ALTER TABLE ... ALTER CONSTRAINT ... INHERIT."
            if held.noinherit
            else None,
        )
    if con.initially_valid and not held.validated and not con.skip_validation:
        raise Refusal(
            "55000",
            f'incompatible NOT VALID constraint "{held.name}" on relation "{relname}"',
            at=at,
            hint="You might need to validate it using ALTER TABLE ... VALIDATE CONSTRAINT.",
        )
    if not is_local:
        session.catalog.put(replace(held, inhcount=held.inhcount + 1))
    elif con.conname is not None and con.conname != held.name:
        colname = relation.columns[held.key[0] - 1].name
        raise Refusal(
            "55000",
            f'cannot create not-null constraint "{con.conname}" on column "{colname}" of table "{relname}"',
            at=at,
            detail=f'A not-null constraint named "{held.name}" already exists for this column.',
        )
    elif not held.islocal:
        session.catalog.put(replace(held, islocal=True))
