"""Members of operator classes and families: what operators and functions an access method takes (opclasscmds.c)."""

from __future__ import annotations

from typing import NamedTuple

from schemalint.catalog.model import AccessMethod, Oid, OpClass, Operator, OpFamily, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.routines import lookup_func_with_args
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import CreateOpClassItem, TypeName

At = tuple[int, int] | None

OPERATOR, FUNCTION, STORAGE = 1, 2, 3


class Routine(NamedTuple):
    """What the rules ask of an index access method's IndexAmRoutine."""

    strategies: int = 0
    support: int = 0
    options: int = 0
    ordering: bool = False
    storage: bool = False


_ANY = Routine(0, 32767, 0, True, True)
_BTREE, _HASH = 330, 331
_HANDLERS = {
    _BTREE: Routine(5, 5, 5),
    _HASH: Routine(1, 3, 3),
    332: Routine(0, 11, 10, True, True),
    333: Routine(0, 7, 7, False, True),
    334: Routine(0, 7, 7, True, True),
    335: Routine(0, 15, 5, False, True),
}
"""Handler function -> routine, of PostgreSQL 14 to 17."""
_HANDLERS_18 = {_BTREE: Routine(5, 6, 5), 332: Routine(0, 12, 10, True, True)}


class Member(NamedTuple):
    """An operator or function of a class or family (OpFamilyMember)."""

    number: int
    object: Oid
    left: Oid = 0
    right: Oid = 0
    sortfamily: Oid = 0


def find_access_method(session: Session, name: str, at: At) -> tuple[AccessMethod, Routine]:
    """An access method and what it can do."""
    am = session.catalog.find(AccessMethod, 0, name)
    if am is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'access method "{name}" does not exist', at=at, word=name)
    routine = _HANDLERS.get(am.handler, _ANY)
    if session.version >= 18:
        routine = _HANDLERS_18.get(am.handler, routine)
    return am, routine


def get_opclass_oid(session: Session, am: Oid, names: tuple[str, ...], at: At = None) -> Oid:
    """get_opclass_oid; the class must exist."""
    schema, name = session.names.split(names, at)
    if schema is not None:
        session.names.namespace(schema, at)
    found = session.names.find(OpClass, schema, f"{am} {name}")
    if found is None:
        session.names.unknown_or(name, at)
        raise _missing(session, "class", am, names, at)
    return found.oid


def get_opfamily_oid(session: Session, am: Oid, names: tuple[str, ...], at: At = None) -> Oid:
    """get_opfamily_oid; the family must exist."""
    schema, name = session.names.split(names, at)
    if schema is not None:
        session.names.namespace(schema, at)
    found = session.names.find(OpFamily, schema, f"{am} {name}")
    if found is None:
        session.names.unknown_or(name, at)
        raise _missing(session, "family", am, names, at)
    return found.oid


def _missing(session: Session, word: str, am: Oid, names: tuple[str, ...], at: At) -> Refusal:
    method = session.catalog[AccessMethod, am].name
    message = f'operator {word} "{qualified(names)}" does not exist for access method "{method}"'
    return Refusal("42704", message, at=at, word=names[-1])


def operator_member(
    session: Session, am: AccessMethod, routine: Routine, item: CreateOpClassItem, oid: Oid, at: At
) -> Member:
    """An operator, with its types and what it sorts by (assignOperTypes)."""
    sortfamily = get_opfamily_oid(session, typeoids.BTREE_AM, item.order_family, at) if item.order_family else 0
    operator = session.catalog[Operator, oid]
    if not operator.left:
        raise Refusal("42P17", "index operators must be binary", at=at)
    if sortfamily:
        if not routine.ordering:
            message = f'access method "{am.name}" does not support ordering operators'
            raise Refusal("42P17", message, at=at)
    elif operator.result != typeoids.BOOL:
        raise Refusal("42P17", "index search operators must return boolean", at=at)
    return Member(item.number, oid, operator.left, operator.right, sortfamily)


def function_member(
    session: Session, am: AccessMethod, routine: Routine, item: CreateOpClassItem, intype: Oid, at: At
) -> Member:
    """A support function, with the types that it is for; `intype` 0 in a family (assignProcTypes)."""
    assert item.name is not None
    proc = session.catalog[Proc, lookup_func_with_args(session, "OBJECT_FUNCTION", item.name)]
    left, right = process_types_spec(session, item.class_args, at) if item.class_args else (0, 0)
    number = item.number
    if routine.options and number == routine.options:
        _check_options_function(proc, left, right, intype, at)
    elif am.handler == _BTREE:
        left, right = _check_ordering_function(session, proc, number, left, right, at)
    elif am.handler == _HASH:
        left, right = _check_hash_function(proc, number, left, right, at)
    left, right = left or intype, right or intype
    if not left or not right:
        raise Refusal("42P17", "associated data types must be specified for index support function", at=at)
    return Member(number, proc.oid, left, right)


def _check_options_function(proc: Proc, left: Oid, right: Oid, intype: Oid, at: At) -> None:
    words = "associated data types for operator class options parsing functions must match"
    if intype:
        if (left and left != intype) or (right and right != intype):
            raise Refusal("42P17", f"{words} opclass input type", at=at)
    elif left != right:
        raise Refusal("42P17", f"left and right {words}", at=at)
    if proc.rettype != typeoids.VOID or proc.argtypes != (typeoids.INTERNAL,):
        hint = "Valid signature of operator class options parsing function is (internal) RETURNS void."
        raise Refusal("42P17", "invalid operator class options parsing function", hint=hint, at=at)


def _check_ordering_function(
    session: Session, proc: Proc, number: int, left: Oid, right: Oid, at: At
) -> tuple[Oid, Oid]:
    kind = "ordering" if session.version >= 18 else "btree"
    count = len(proc.argtypes)

    def need(holds: bool, what: str) -> None:
        if not holds:
            raise Refusal("42P17", f"{kind} {what}", at=at)

    if number == 1:
        need(count == 2, "comparison functions must have two arguments")
        need(proc.rettype == typeoids.INT4, "comparison functions must return integer")
        return left or proc.argtypes[0], right or proc.argtypes[1]
    if number == 2:
        need(proc.argtypes == (typeoids.INTERNAL,), 'sort support functions must accept type "internal"')
        need(proc.rettype == typeoids.VOID, "sort support functions must return void")
    elif number == 3:
        need(count == 5, "in_range functions must have five arguments")
        need(proc.rettype == typeoids.BOOL, "in_range functions must return boolean")
        return left or proc.argtypes[0], right or proc.argtypes[2]
    elif number == 4:
        need(count == 1, "equal image functions must have one argument")
        need(proc.rettype == typeoids.BOOL, "equal image functions must return boolean")
        need(left == right, "equal image functions must not be cross-type")
    elif number == 6:
        # from 18 on, and never named after the access method
        kind = "btree"
        need(proc.argtypes == (typeoids.INTERNAL,), 'skip support functions must accept type "internal"')
        need(proc.rettype == typeoids.VOID, "skip support functions must return void")
        need(left == right, "skip support functions must not be cross-type")
    return left, right


def _check_hash_function(proc: Proc, number: int, left: Oid, right: Oid, at: At) -> tuple[Oid, Oid]:
    if number == 1:
        if len(proc.argtypes) != 1:
            raise Refusal("42P17", "hash function 1 must have one argument", at=at)
        if proc.rettype != typeoids.INT4:
            raise Refusal("42P17", "hash function 1 must return integer", at=at)
    elif number == 2:
        if len(proc.argtypes) != 2:
            raise Refusal("42P17", "hash function 2 must have two arguments", at=at)
        if proc.rettype != typeoids.INT8:
            raise Refusal("42P17", "hash function 2 must return bigint", at=at)
    first = proc.argtypes[0] if proc.argtypes else 0
    return left or first, right or first


def process_types_spec(session: Session, types: tuple[TypeName, ...], at: At) -> tuple[Oid, Oid]:
    """One type for both sides, or two (processTypesSpec)."""
    left = typename_type_id(session, types[0])
    right = typename_type_id(session, types[1]) if len(types) > 1 else left
    if len(types) > 2:
        raise Refusal("42601", "one or two argument types must be specified", at=at)
    return left, right


def add_member(session: Session, members: list[Member], member: Member, word: str, at: At) -> None:
    """addFamilyMember."""
    for held in members:
        if (held.number, held.left, held.right) == (member.number, member.left, member.right):
            shown = f"{format_type(session, member.left)},{format_type(session, member.right)}"
            message = f"{word} number {member.number} for ({shown}) appears more than once"
            raise Refusal("42P17", message, at=at)
    members.append(member)


def check_number(number: int, most: int, word: str, at: At) -> None:
    most = most or 32767
    if not 0 < number <= most:
        raise Refusal("42P17", f"invalid {word} number {number}, must be between 1 and {most}", at=at)
