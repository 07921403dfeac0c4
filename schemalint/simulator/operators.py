"""CREATE and ALTER OPERATOR (operatorcmds.c, pg_operator.c)."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress, Oid, Operator, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.candidates import opername_get_oprid
from schemalint.semantics.functions import func_signature_string
from schemalint.semantics.operators import lookup_oper_with_args, op_signature_string
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.types import typename_type_id
from schemalint.simulator.acl import acl_check, owner_check
from schemalint.simulator.defelem import (
    def_get_boolean,
    def_get_qualified_name,
    def_get_type_name,
    error_conflicting_def_elem,
    span_of,
)
from schemalint.simulator.effects import Noted
from schemalint.simulator.function_parameters import check_type_usage
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterOperatorStmt, DefElem, DefineStmt

At = tuple[int, int] | None

_ATTRIBUTES = {
    "leftarg": "leftarg",
    "rightarg": "rightarg",
    "function": "function",
    "procedure": "function",
    "commutator": "commutator",
    "negator": "negator",
    "restrict": "restrict",
    "join": "join",
    "hashes": "hashes",
    "merges": "merges",
    "sort1": "merges",
    "sort2": "merges",
    "ltcmp": "merges",
    "gtcmp": "merges",
}
_JOIN_ARGS = [typeoids.INTERNAL, typeoids.OID, typeoids.INTERNAL, typeoids.INT2, typeoids.INTERNAL]


class Properties(NamedTuple):
    """What an operator has besides its types, as OperatorValidateParams looks at it."""

    commutator: bool = False
    negator: bool = False
    restrict: bool = False
    join: bool = False
    merges: bool = False
    hashes: bool = False


def define_operator(session: Session, stmt: DefineStmt) -> None:
    """CREATE OPERATOR (DefineOperator)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    found = _gather(session, stmt.definition)
    if "function" not in found:
        raise Refusal("42P13", "operator function must be specified", at=at)
    left = typename_type_id(session, found["leftarg"]) if "leftarg" in found else 0
    right = typename_type_id(session, found["rightarg"]) if "rightarg" in found else 0
    if not right:
        if left:
            detail = "Postfix operators are not supported."
            raise Refusal("42P13", "operator right argument type must be specified", detail=detail, at=at)
        raise Refusal("42P13", "operator argument types must be specified", at=at)
    for oid in (left, right):
        if oid:
            check_type_usage(session, oid, at)
    argtypes = [oid for oid in (left, right) if oid]
    proc = session.catalog[Proc, lookup_func_name(session, found["function"], argtypes, at=at)]
    acl_check(session, proc, "X", at)
    check_type_usage(session, proc.rettype, at)
    made = Operator(
        oid=0,
        name=name,
        namespace=namespace,
        owner=session.role,
        left=left,
        right=right,
        result=proc.rettype,
        code=proc.oid,
        canmerge=found.get("merges", False),
        canhash=found.get("hashes", False),
        rest=validate_restriction_estimator(session, found["restrict"], at) if "restrict" in found else 0,
        join=validate_join_estimator(session, found["join"], at) if "join" in found else 0,
    )
    operator_create(session, made, found.get("commutator"), found.get("negator"), at)


def _gather(session: Session, definition: tuple[DefElem, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in definition:
        name = _ATTRIBUTES.get(option.defname)
        if name is None:
            session.effect(Noted("WARNING", f'operator attribute "{option.defname}" not recognized'))
        elif name in ("leftarg", "rightarg"):
            found[name] = def_get_type_name(option)
            if found[name].setof:
                raise Refusal("42P13", "SETOF type not allowed for operator argument", at=span_of(option))
        elif name in ("hashes", "merges"):
            found[name] = True if option.defname not in ("hashes", "merges") else def_get_boolean(option)
        else:
            found[name] = def_get_qualified_name(option)
    return found


# --- estimators


def _check_estimator(session: Session, kind: str, names: tuple[str, ...], oid: Oid, at: At) -> Oid:
    if session.catalog[Proc, oid].rettype != typeoids.FLOAT8:
        message = f"{kind} estimator function {qualified(names)} must return type double precision"
        raise Refusal("42P17", message, at=at, word=names[-1])
    return oid


def validate_restriction_estimator(session: Session, names: tuple[str, ...], at: At) -> Oid:
    """ValidateRestrictionEstimator."""
    argtypes = [typeoids.INTERNAL, typeoids.OID, typeoids.INTERNAL, typeoids.INT4]
    oid = lookup_func_name(session, names, argtypes, at=at)
    return _check_estimator(session, "restriction", names, oid, at)


def validate_join_estimator(session: Session, names: tuple[str, ...], at: At) -> Oid:
    """ValidateJoinEstimator: with five arguments, or four in the old way."""
    five = lookup_func_name(session, names, _JOIN_ARGS, missing_ok=True, at=at)
    four = lookup_func_name(session, names, _JOIN_ARGS[:4], missing_ok=True, at=at)
    if five and four:
        message = f"join estimator function {qualified(names)} has multiple matches"
        raise Refusal("42725", message, at=at, word=names[-1])
    if not five and not four:
        signature = func_signature_string(session, names, (), _JOIN_ARGS)
        raise Refusal("42883", f"function {signature} does not exist", at=at, word=names[-1])
    return _check_estimator(session, "join", names, five or four, at)


# --- OperatorCreate


def operator_validate_params(left: Oid, right: Oid, result: Oid, has: Properties, at: At) -> None:
    """What only binary, or only boolean operators can have (OperatorValidateParams)."""
    if not (left and right):
        for given, what in (
            (has.commutator, "have commutators"),
            (has.join, "have join selectivity"),
            (has.merges, "merge join"),
            (has.hashes, "hash"),
        ):
            if given:
                raise Refusal("42P13", f"only binary operators can {what}", at=at)
    if result != typeoids.BOOL:
        for given, what in (
            (has.negator, "have negators"),
            (has.restrict, "have restriction selectivity"),
            (has.join, "have join selectivity"),
            (has.merges, "merge join"),
            (has.hashes, "hash"),
        ):
            if given:
                raise Refusal("42P13", f"only boolean operators can {what}", at=at)


def operator_get(session: Session, namespace: Oid, name: str, left: Oid, right: Oid) -> Operator | None:
    """The operator, or shell, of exactly this schema (OperatorGet)."""
    for found in session.catalog.overloads(Operator, namespace, name):
        if (found.left, found.right) == (left, right):
            return found
    return None


def operator_create(
    session: Session,
    made: Operator,
    commutator: tuple[str, ...] | None,
    negator: tuple[str, ...] | None,
    at: At,
) -> Operator:
    """OperatorCreate."""
    has = Properties(
        commutator is not None, negator is not None, bool(made.rest), bool(made.join), made.canmerge, made.canhash
    )
    operator_validate_params(made.left, made.right, made.result, has, at)
    shell = operator_get(session, made.namespace, made.name, made.left, made.right)
    if shell is not None and shell.code:
        raise Refusal("42723", f"operator {made.name} already exists", at=at, word=made.name, objects=(shell.address,))
    if shell is not None:
        owner_check(session, shell, at)
    oid = shell.oid if shell is not None else session.catalog.new_oid()
    com = neg = 0
    if commutator is not None:
        com = _get_other_operator(session, made, commutator, made.right, made.left, True, at) or oid
    if negator is not None:
        neg = _get_other_operator(session, made, negator, made.left, made.right, False, at)
        if neg == oid:
            raise _own_negator(session, at)
    made = replace(made, oid=oid, com=com, negate=neg)
    if shell is None:
        session.create(made)
    else:
        session.change(made)
        session.catalog.clear_dependencies(made.address)
    record_dependencies(session, made)
    operator_upd(session, oid, com if com != oid else 0, neg, at)
    return made


def _own_negator(session: Session, at: At) -> Refusal:
    words = "negator" if session.version >= 17 else "negator or sort operator"
    return Refusal("42P13", f"operator cannot be its own {words}", at=at)


def _get_other_operator(
    session: Session, made: Operator, names: tuple[str, ...], left: Oid, right: Oid, commutes: bool, at: At
) -> Oid:
    """The commutator or negator, made as a shell when it is missing; 0 for the operator itself (get_other_operator)."""
    other = opername_get_oprid(session, names, left, right, at)
    if other is not None:
        return other.oid
    namespace, name = qualified_name_get_creation_namespace(session, names, at)
    if (namespace, name, left, right) == (made.namespace, made.name, made.left, made.right):
        if not commutes:
            raise _own_negator(session, at)
        return 0
    shell = Operator(
        oid=session.catalog.new_oid(), name=name, namespace=namespace, owner=session.role, left=left, right=right
    )
    session.create(shell)
    record_dependencies(session, shell)
    return shell.oid


def operator_upd(session: Session, oid: Oid, commutator: Oid, negator: Oid, at: At) -> None:
    """Let the commutator and the negator refer back (OperatorUpd). From 17 on they must not refer to a third."""
    catalog = session.catalog
    for other_oid, field, word in ((commutator, "com", "commutator"), (negator, "negate", "negator")):
        other = catalog.get(Operator, other_oid) if other_oid else None
        if other is None:
            continue
        held: Oid = getattr(other, field)
        if held == oid:
            continue
        if held and session.version >= 17:
            third = catalog.get(Operator, held)
            shown = third.name if third is not None else str(held)
            message = f"{word} operator {other.name} is already the {word} of operator {shown}"
            raise Refusal("42P13", message, at=at, word=other.name)
        if not held:
            catalog.put(replace(other, **{field: oid}))


def record_dependencies(session: Session, made: Operator) -> None:
    """makeOperatorDependencies: the commutator and the negator are not needed."""
    needed: list[tuple[str, Oid]] = [("pg_namespace", made.namespace)]
    needed += [("pg_type", oid) for oid in (made.left, made.right, made.result)]
    needed += [("pg_proc", oid) for oid in (made.code, made.rest, made.join)]
    for classid, oid in needed:
        if oid:
            session.catalog.depend(made.address, ObjectAddress(classid, oid))


# --- ALTER


def alter_operator(session: Session, stmt: AlterOperatorStmt) -> None:
    """ALTER OPERATOR ... SET (AlterOperator)."""
    at = (stmt.opername.start, stmt.opername.end)
    operator = session.catalog[Operator, lookup_oper_with_args(session, stmt.opername)]
    given = _alterations(session, stmt.options)
    owner_check(session, operator, at)
    fields: dict[str, Any] = {}
    if "restrict" in given:
        names = given["restrict"]
        fields["rest"] = validate_restriction_estimator(session, names, at) if names else 0
    if "join" in given:
        names = given["join"]
        fields["join"] = validate_join_estimator(session, names, at) if names else 0
    if given.get("commutator"):
        fields["com"] = _reference(session, given["commutator"], operator.right, operator.left, at)
    if given.get("negator"):
        fields["negate"] = _reference(session, given["negator"], operator.left, operator.right, at)
        if fields["negate"] == operator.oid:
            raise _own_negator(session, at)
    if "merges" in given:
        fields["canmerge"] = given["merges"]
    if "hashes" in given:
        fields["canhash"] = given["hashes"]
    for field, word in (("com", "commutator"), ("negate", "negator"), ("canmerge", "merges"), ("canhash", "hashes")):
        held = getattr(operator, field)
        if field in fields and held and fields[field] != held:
            message = f'operator attribute "{word}" cannot be changed if it has already been set'
            raise Refusal("42P13", message, at=at, word=word)
    has = Properties(
        bool(fields.get("com")),
        bool(fields.get("negate")),
        bool(fields.get("rest")),
        bool(fields.get("join")),
        bool(fields.get("canmerge")),
        bool(fields.get("canhash")),
    )
    operator_validate_params(operator.left, operator.right, operator.result, has, at)
    after = replace(operator, **fields)
    session.change(after)
    session.catalog.clear_dependencies(after.address)
    record_dependencies(session, after)
    commutator = fields.get("com", 0)
    operator_upd(session, after.oid, commutator if commutator != after.oid else 0, fields.get("negate", 0), at)


def _alterations(session: Session, options: tuple[DefElem, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    later = session.version >= 17
    for option in options:
        name = option.defname
        if name in ("restrict", "join") or (later and name in ("commutator", "negator")):
            if name in found:
                raise error_conflicting_def_elem(option)
            found[name] = None if option.arg is None else def_get_qualified_name(option)
        elif later and name in ("merges", "hashes"):
            if name in found:
                raise error_conflicting_def_elem(option)
            found[name] = def_get_boolean(option)
        elif name in ("leftarg", "rightarg", "function", "procedure", "commutator", "negator", "hashes", "merges"):
            raise Refusal("42601", f'operator attribute "{name}" cannot be changed', at=span_of(option), word=name)
        else:
            raise Refusal("42601", f'operator attribute "{name}" not recognized', at=span_of(option), word=name)
    return found


def _reference(session: Session, names: tuple[str, ...], left: Oid, right: Oid, at: At) -> Oid:
    """ValidateOperatorReference."""
    found = opername_get_oprid(session, names, left, right, at)
    shown = op_signature_string(session, names, left, right)
    if found is None:
        session.names.unknown_or(names[-1], at)
        raise Refusal("42883", f"operator does not exist: {shown}", at=at, word=names[-1])
    if not found.code:
        raise Refusal("42883", f"operator is only a shell: {shown}", at=at, word=names[-1])
    return found.oid
