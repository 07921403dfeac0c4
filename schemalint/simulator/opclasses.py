"""Operator classes and families (opclasscmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import AccessMethod, AmOp, AmProc, ObjectAddress, Oid, OpClass, OpFamily
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics.operators import lookup_oper_name, lookup_oper_with_args
from schemalint.semantics.typcache import default_opclasses
from schemalint.semantics.types import format_type, type_name_to_string, typename_type_id
from schemalint.simulator.acl import is_superuser
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.opclass_members import (
    FUNCTION,
    OPERATOR,
    STORAGE,
    Member,
    Routine,
    add_member,
    check_number,
    find_access_method,
    function_member,
    get_opfamily_oid,
    operator_member,
    process_types_spec,
)
from schemalint.simulator.session import Session
from schemalint.simulator.undecided import may_make
from schemalint.syntax.nodes import (
    AlterOpFamilyStmt,
    CreateOpClassStmt,
    CreateOpFamilyStmt,
)

At = tuple[int, int] | None

# --- CREATE


def define_opclass(session: Session, stmt: CreateOpClassStmt) -> None:
    """CREATE OPERATOR CLASS (DefineOpClass)."""
    with may_make(session, stmt.opclassname[-1]):
        _define_opclass(session, stmt)


def _define_opclass(session: Session, stmt: CreateOpClassStmt) -> None:
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.opclassname, at)
    am, routine = find_access_method(session, stmt.amname, at)
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to create an operator class", at=at)
    intype = typename_type_id(session, stmt.datatype)
    family = _containing_family(session, stmt, am, namespace, name, at)
    operators, functions, storage = _gather(session, stmt, am, routine, intype)
    if storage == intype:
        storage = 0
    if storage and not routine.storage:
        message = f'storage type cannot be different from data type for access method "{am.name}"'
        raise Refusal("42P17", message, at=at)
    catalog = session.catalog
    if catalog.find_oid("pg_opclass", namespace, f"{am.oid} {name}") is not None:
        message = f'operator class "{name}" for access method "{am.name}" already exists'
        raise Refusal("42710", message, at=at, word=name)
    if stmt.isDefault:
        _check_default(session, name, am, intype, type_name_to_string(stmt.datatype), at)
    made = OpClass(
        oid=catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        am=am.oid,
        family=family,
        intype=intype,
        default=stmt.isDefault,
        keytype=storage,
    )
    _store(session, family, stmt.opfamilyname or (name,), operators, functions, made.oid, at)
    session.create(made)
    _record(session, made, operators, functions)


def _containing_family(
    session: Session, stmt: CreateOpClassStmt, am: AccessMethod, namespace: Oid, name: str, at: At
) -> Oid:
    if stmt.opfamilyname:
        return get_opfamily_oid(session, am.oid, stmt.opfamilyname, at)
    held = session.catalog.find_oid("pg_opfamily", namespace, f"{am.oid} {name}")
    return held if held is not None else _create_family(session, am, namespace, name).oid


def _gather(
    session: Session, stmt: CreateOpClassStmt, am: AccessMethod, routine: Routine, intype: Oid
) -> tuple[list[Member], list[Member], Oid]:
    operators: list[Member] = []
    functions: list[Member] = []
    storage = 0
    for item in stmt.items:
        at = (item.start, item.end)
        if item.itemtype == OPERATOR:
            check_number(item.number, routine.strategies, "operator", at)
            assert item.name is not None
            if item.name.objargs:
                operator = lookup_oper_with_args(session, item.name)
            else:
                operator = lookup_oper_name(session, item.name.objname, intype, intype, False, at)
            add_member(session, operators, operator_member(session, am, routine, item, operator, at), "operator", at)
        elif item.itemtype == FUNCTION:
            check_number(item.number, routine.support, "function", at)
            member = function_member(session, am, routine, item, intype, at)
            add_member(session, functions, member, "function", at)
        else:
            if storage:
                raise Refusal("42P17", "storage type specified more than once", at=at)
            assert item.storedtype is not None
            storage = typename_type_id(session, item.storedtype)
    return operators, functions, storage


def _check_default(session: Session, name: str, am: AccessMethod, intype: Oid, shown: str, at: At) -> None:
    for other in default_opclasses(session, am.oid):
        if other.intype == intype:
            message = f'could not make operator class "{name}" be default for type {shown}'
            detail = f'Operator class "{other.name}" already is the default.'
            raise Refusal("42710", message, detail=detail, at=at)


def define_opfamily(session: Session, stmt: CreateOpFamilyStmt) -> None:
    """CREATE OPERATOR FAMILY (DefineOpFamily)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.opfamilyname, at)
    am, _ = find_access_method(session, stmt.amname, at)
    if am.type != "i":
        raise Refusal("55000", f'access method "{am.name}" is not of type INDEX', at=at, word=am.name)
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to create an operator family", at=at)
    if session.catalog.find_oid("pg_opfamily", namespace, f"{am.oid} {name}") is not None:
        message = f'operator family "{name}" for access method "{am.name}" already exists'
        raise Refusal("42710", message, at=at, word=name)
    _create_family(session, am, namespace, name)


def _create_family(session: Session, am: AccessMethod, namespace: Oid, name: str) -> OpFamily:
    """CreateOpFamily."""
    made = OpFamily(oid=session.catalog.new_oid(), name=name, namespace=namespace, owner=session.role, am=am.oid)
    session.create(made)
    session.catalog.depend(made.address, am.address, "a")
    session.catalog.depend(made.address, ObjectAddress("pg_namespace", namespace))
    return made


def _entry(session: Session, word: str, member: Member) -> str:
    shown = f"{format_type(session, member.left)},{format_type(session, member.right)}"
    return f"{word} {member.number}({shown})"


def _store(
    session: Session,
    family: Oid,
    names: tuple[str, ...],
    operators: list[Member],
    functions: list[Member],
    opclass: Oid,
    at: At,
) -> None:
    """storeOperators and storeProcedures."""
    held = session.catalog[OpFamily, family]
    taken_operators = {(m.strategy, m.left, m.right) for m in held.operators}
    taken_functions = {(m.num, m.left, m.right) for m in held.procs}
    for word, members, taken in (
        ("operator", operators, taken_operators),
        ("function", functions, taken_functions),
    ):
        for member in members:
            if (member.number, member.left, member.right) in taken:
                if opclass:  # CREATE OPERATOR CLASS runs into the index
                    index = "pg_amop_fam_strat_index" if word == "operator" else "pg_amproc_fam_proc_index"
                    message = f'duplicate key value violates unique constraint "{index}"'
                    raise Refusal("23505", message, at=at)
                entry = _entry(session, word, member)
                message = f'{entry} already exists in operator family "{qualified(names)}"'
                raise Refusal("42710", message, at=at)
    after = replace(
        held,
        operators=held.operators + tuple(_amop(member, opclass) for member in operators),
        procs=held.procs
        + tuple(AmProc(left=m.left, right=m.right, num=m.number, proc=m.object, opclass=opclass) for m in functions),
    )
    session.change(after)
    # what look-ups keep of default classes is no longer true
    session.catalog._stamp("pg_opclass")


def _amop(member: Member, opclass: Oid) -> AmOp:
    return AmOp(
        left=member.left,
        right=member.right,
        strategy=member.number,
        operator=member.object,
        purpose="o" if member.sortfamily else "s",
        sortfamily=member.sortfamily,
        opclass=opclass,
    )


def _record(session: Session, made: OpClass, operators: list[Member], functions: list[Member]) -> None:
    depend = session.catalog.depend
    depend(made.address, ObjectAddress("pg_am", made.am), "a")
    depend(made.address, ObjectAddress("pg_namespace", made.namespace))
    depend(made.address, ObjectAddress("pg_opfamily", made.family), "a")
    for oid in (made.intype, made.keytype):
        if oid:
            depend(made.address, ObjectAddress("pg_type", oid))
    for member in operators:
        depend(made.address, ObjectAddress("pg_operator", member.object))
    for member in functions:
        depend(made.address, ObjectAddress("pg_proc", member.object))


# --- ALTER OPERATOR FAMILY


def alter_opfamily(session: Session, stmt: AlterOpFamilyStmt) -> None:
    """ALTER OPERATOR FAMILY ... ADD / DROP (AlterOpFamily)."""
    at = (stmt.start, stmt.end)
    am, routine = find_access_method(session, stmt.amname, at)
    family = session.catalog[OpFamily, get_opfamily_oid(session, am.oid, stmt.opfamilyname, at)]
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to alter an operator family", at=at)
    operators: list[Member] = []
    functions: list[Member] = []
    for item in stmt.items:
        where = (item.start, item.end)
        if item.itemtype == STORAGE:
            raise Refusal("42601", "STORAGE cannot be specified in ALTER OPERATOR FAMILY", at=where)
        word = "operator" if item.itemtype == OPERATOR else "function"
        check_number(item.number, routine.strategies if word == "operator" else routine.support, word, where)
        if stmt.isDrop:
            member = Member(item.number, 0, *process_types_spec(session, item.class_args, where))
        elif item.itemtype == OPERATOR:
            assert item.name is not None
            if not item.name.objargs:
                message = "operator argument types must be specified in ALTER OPERATOR FAMILY"
                raise Refusal("42601", message, at=where)
            operator = lookup_oper_with_args(session, item.name)
            member = operator_member(session, am, routine, item, operator, where)
        else:
            member = function_member(session, am, routine, item, 0, where)
        add_member(session, operators if word == "operator" else functions, member, word, where)
    if stmt.isDrop:
        _drop_members(session, family, stmt.opfamilyname, operators, functions, at)
    else:
        _store(session, family.oid, stmt.opfamilyname, operators, functions, 0, at)


def _drop_members(
    session: Session,
    family: OpFamily,
    names: tuple[str, ...],
    operators: list[Member],
    functions: list[Member],
    at: At,
) -> None:
    """dropOperators and dropProcedures; what an operator class needs stays with it."""
    ops, procs = list(family.operators), list(family.procs)
    for member in operators:
        op = next((m for m in ops if (m.strategy, m.left, m.right) == (member.number, member.left, member.right)), None)
        if op is None:
            raise _no_member(session, "operator", member, names, at)
        _check_not_part(session, family, op.opclass, "operator", member._replace(object=op.operator), at)
        ops.remove(op)
    for member in functions:
        proc = next((m for m in procs if (m.num, m.left, m.right) == (member.number, member.left, member.right)), None)
        if proc is None:
            raise _no_member(session, "function", member, names, at)
        _check_not_part(session, family, proc.opclass, "function", member._replace(object=proc.proc), at)
        procs.remove(proc)
    session.change(replace(family, operators=tuple(ops), procs=tuple(procs)))


def _no_member(session: Session, word: str, member: Member, names: tuple[str, ...], at: At) -> Refusal:
    message = f'{_entry(session, word, member)} does not exist in operator family "{qualified(names)}"'
    return Refusal("42704", message, at=at)


def _check_not_part(session: Session, family: OpFamily, opclass: Oid, word: str, member: Member, at: At) -> None:
    """A member of an operator class goes only with the class."""
    held = session.catalog.get(OpClass, opclass) if opclass else None
    if held is None or (member.left != member.right or member.left != held.intype):
        return
    from schemalint.simulator.describe import describe

    shown = describe(session, held.address)
    inner = describe(session, ObjectAddress("pg_operator" if word == "operator" else "pg_proc", member.object))
    types = f"({format_type(session, member.left)}, {format_type(session, member.right)})"
    entry = f"{word} {member.number} {types} of {describe(session, family.address)}: {inner.partition(' ')[2]}"
    message = f"cannot drop {entry} because {shown} requires it"
    raise Refusal("2BP01", message, hint=f"You can drop {shown} instead.", at=at)
