"""CREATE AGGREGATE (aggregatecmds.c, pg_aggregate.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemalint.catalog.model import AggregateInfo, ObjectAddress, Oid, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.constants import input_constant
from schemalint.semantics.functions import func_get_detail, func_signature_string
from schemalint.semantics.lsyscache import get_typtype
from schemalint.semantics.operators import lookup_oper_name
from schemalint.semantics.pathways import is_binary_coercible
from schemalint.semantics.polymorphic import (
    check_valid_internal_signature,
    check_valid_polymorphic_signature,
    enforce_generic_type_consistency,
)
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.types import format_type, type_name_to_string, typename_type_id
from schemalint.simulator.acl import is_superuser
from schemalint.simulator.defelem import (
    def_get_boolean,
    def_get_int32,
    def_get_qualified_name,
    def_get_string,
    def_get_type_name,
    span_of,
)
from schemalint.simulator.effects import Noted
from schemalint.simulator.function_parameters import INTERNAL_LANGUAGE, Parameters, interpret_function_parameter_list
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_proc import existing_routine, procedure_create
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import DefElem, DefineStmt

At = tuple[int, int] | None

_OLD_WORDS = {"sfunc1": "sfunc", "stype1": "stype", "initcond1": "initcond"}
_FUNCTIONS = frozenset("sfunc finalfunc combinefunc serialfunc deserialfunc msfunc minvfunc mfinalfunc sortop".split())
_TYPES = frozenset(("basetype", "stype", "mstype"))
_TEXTS = frozenset(("initcond", "minitcond", "parallel"))
_FLAGS = frozenset(("finalfunc_extra", "mfinalfunc_extra"))


def define_aggregate(session: Session, stmt: DefineStmt) -> None:
    """CREATE [OR REPLACE] AGGREGATE (DefineAggregate)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    kind, direct = "n", 0
    if stmt.args is not None and stmt.args[1] >= 0:
        kind, direct = "o", stmt.args[1]
    found, kind = _gather(session, stmt.definition, kind)
    _check_required(found, at)
    parameters = _parameters(session, stmt, found, at)
    transtype = _transition_type(session, found["stype"], at)
    if "serialfunc" in found and "deserialfunc" in found:
        if transtype != typeoids.INTERNAL:
            message = (
                "serialization functions may be specified only when the aggregate transition data type is internal"
            )
            raise Refusal("42P13", message, at=at)
    elif "serialfunc" in found or "deserialfunc" in found:
        message = "must specify both or neither of serialization and deserialization functions"
        raise Refusal("42P13", message, at=at)
    mtranstype = _transition_type(session, found["mstype"], at) if "mstype" in found else 0
    for key, oid in (("initcond", transtype), ("minitcond", mtranstype)):
        if key in found and get_typtype(session, oid) != "p":
            input_constant(session, oid, found[key], -1, at)
    parallel = "u"
    if "parallel" in found:
        words = {"safe": "s", "restricted": "r", "unsafe": "u"}
        if found["parallel"] not in words:
            raise Refusal("42601", 'parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE', at=at)
        parallel = words[found["parallel"]]
    build = _Build(session, at, kind, direct, parameters, transtype, mtranstype, found)
    finaltype, info = build.check()
    made = Proc(
        oid=0,
        name=name,
        namespace=namespace,
        owner=session.role,
        lang=INTERNAL_LANGUAGE,
        kind="a",
        volatile="i",
        parallel=parallel,
        rettype=finaltype,
        argtypes=parameters.intypes,
        allargtypes=parameters.alltypes,
        argmodes=parameters.modes,
        argnames=parameters.names,
        variadic=parameters.variadic,
        defaults=parameters.defaults,
        src="aggregate_dummy",
        agg=info,
    )
    _check_replaced_kind(session, made, stmt.replace, at)
    made = procedure_create(session, made, stmt.replace, at)
    for oid in build.functions:
        session.catalog.depend(made.address, ObjectAddress("pg_proc", oid))
    for oid in (transtype, mtranstype):
        if oid:
            session.catalog.depend(made.address, ObjectAddress("pg_type", oid))
    if info.sortop:
        session.catalog.depend(made.address, ObjectAddress("pg_operator", info.sortop))


def _gather(session: Session, definition: tuple[DefElem, ...], kind: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    for option in definition:
        name = _OLD_WORDS.get(option.defname, option.defname)
        if name in _FUNCTIONS:
            found[name] = def_get_qualified_name(option)
        elif name in _TYPES:
            found[name] = def_get_type_name(option)
        elif name in _TEXTS:
            found[name] = def_get_string(option)
        elif name in _FLAGS:
            found[name] = def_get_boolean(option)
        elif name in ("sspace", "msspace"):
            found[name] = def_get_int32(option)
        elif name in ("finalfunc_modify", "mfinalfunc_modify"):
            if def_get_string(option) not in ("read_only", "shareable", "read_write"):
                message = f'parameter "{name}" must be READ_ONLY, SHAREABLE, or READ_WRITE'
                raise Refusal("42601", message, at=span_of(option))
        elif name == "hypothetical":
            if def_get_boolean(option):
                if kind == "n":
                    raise Refusal("42P13", "only ordered-set aggregates can be hypothetical", at=span_of(option))
                kind = "h"
        else:
            session.effect(Noted("WARNING", f'aggregate attribute "{option.defname}" not recognized'))
    return found, kind


def _check_required(found: dict[str, Any], at: At) -> None:
    for key in ("stype", "sfunc"):
        if key not in found:
            raise Refusal("42P13", f"aggregate {key} must be specified", at=at)
    if "mstype" in found:
        for key in ("msfunc", "minvfunc"):
            if key not in found:
                raise Refusal("42P13", f"aggregate {key} must be specified when mstype is specified", at=at)
        return
    for key in ("msfunc", "minvfunc", "mfinalfunc", "msspace", "minitcond"):
        if key in found and not (key == "msspace" and found[key] == 0):
            raise Refusal("42P13", f"aggregate {key} must not be specified without mstype", at=at)


def _parameters(session: Session, stmt: DefineStmt, found: dict[str, Any], at: At) -> Parameters:
    base = found.get("basetype")
    if stmt.oldstyle:
        if base is None:
            raise Refusal("42P13", "aggregate input type must be specified", at=at)
        types: tuple[Oid, ...] = ()
        if type_name_to_string(base).lower() != "any":
            types = (typename_type_id(session, base),)
        return Parameters(types, (), "", (), ("",) * len(types), (), 0, 0)
    if base is not None:
        raise Refusal("42P13", "basetype is redundant with aggregate input type specification", at=at)
    assert stmt.args is not None
    return interpret_function_parameter_list(session, stmt.args[0], 0, "OBJECT_AGGREGATE")


def _transition_type(session: Session, type_name: Any, at: At) -> Oid:
    oid = typename_type_id(session, type_name)
    if (
        get_typtype(session, oid) == "p"
        and oid not in typeoids.POLYMORPHIC
        and not (oid == typeoids.INTERNAL and is_superuser(session))
    ):
        message = f"aggregate transition data type cannot be {format_type(session, oid)}"
        raise Refusal("42P13", message, at=at)
    return oid


def _check_replaced_kind(session: Session, made: Proc, replace_ok: bool, at: At) -> None:
    """OR REPLACE keeps the kind of aggregate and its direct arguments; ProcedureCreate's checks come first."""
    old = existing_routine(session, made.namespace, made.name, made.argtypes)
    if old is None or not replace_ok or old.agg is None or made.agg is None or old.rettype != made.rettype:
        return
    if old.agg.kind != made.agg.kind:
        words = {"n": "an ordinary", "o": "an ordered-set", "h": "a hypothetical-set"}
        detail = f'"{made.name}" is {words[old.agg.kind]} aggregate.'
        raise Refusal("42809", "cannot change routine kind", detail=detail, at=at)
    if old.agg.numdirectargs != made.agg.numdirectargs:
        raise Refusal("42P13", "cannot change number of direct arguments of an aggregate function", at=at)


class _Found(NamedTuple):
    proc: Proc
    rettype: Oid


class _Build:
    """The checks of AggregateCreate."""

    def __init__(
        self,
        session: Session,
        at: At,
        kind: str,
        direct: int,
        parameters: Parameters,
        transtype: Oid,
        mtranstype: Oid,
        found: dict[str, Any],
    ) -> None:
        self.session = session
        self.at = at
        self.kind = kind
        self.direct = direct
        self.args = list(parameters.intypes)
        self.variadic = parameters.variadic
        self.transtype = transtype
        self.mtranstype = mtranstype
        self.found = found
        self.functions: list[Oid] = []

    def refuse(self, sqlstate: str, message: str, detail: str | None = None) -> Refusal:
        return Refusal(sqlstate, message, detail=detail, at=self.at)

    def lookup(self, names: tuple[str, ...], types: Sequence[Oid], variadic: Oid) -> _Found:
        """lookup_agg_function."""
        session = self.session
        detail = func_get_detail(session, names, (), (), types, False, False, False, self.at)
        shown = func_signature_string(session, names, (), types)
        if detail.code == "undecided" or UNKNOWN_TYPE in types:
            return _Found(Proc(oid=0, rettype=UNKNOWN_TYPE), UNKNOWN_TYPE)
        if detail.code != "normal" or detail.proc is None:
            session.names.unknown_or(names[-1], self.at)
            raise Refusal("42883", f"function {shown} does not exist", at=self.at, word=names[-1])
        proc = detail.proc
        if proc.retset:
            raise self.refuse("42804", f"function {shown} returns a set")
        if variadic == typeoids.ANY and proc.variadic != typeoids.ANY:
            raise self.refuse("42804", f"function {shown} must accept VARIADIC ANY to be used in this aggregate")
        declared = list(detail.argtypes)
        rettype = enforce_generic_type_consistency(session, types, declared, detail.rettype, True)
        for given, wanted in zip(types, declared, strict=False):
            if not is_binary_coercible(session, given, wanted):
                shown = func_signature_string(session, names, (), declared)
                raise self.refuse("42804", f"function {shown} requires run-time type coercion")
        self.functions.append(proc.oid)
        return _Found(proc, rettype)

    def returns(self, what: str, key: str, found: _Found, wanted: Oid) -> None:
        if found.rettype not in (wanted, UNKNOWN_TYPE):
            shown = format_type(self.session, wanted)
            raise self.refuse("42804", f"return type of {what} function {qualified(self.found[key])} is not {shown}")

    def check(self) -> tuple[Oid, AggregateInfo]:
        """(result type, pg_aggregate) (AggregateCreate up to its ProcedureCreate)."""
        session, found = self.session, self.found
        if len(self.args) > 99:
            raise self.refuse("54023", "aggregates cannot have more than 99 arguments")
        for oid in (self.transtype, self.mtranstype):
            detail = check_valid_polymorphic_signature(session, oid, self.args)
            if oid and detail is not None:
                raise self.refuse("42P13", "cannot determine transition data type", detail)
        self.check_ordered_set()
        transfn = self.transition("sfunc", self.transtype, "initcond")
        if "msfunc" in found:
            forward = self.transition("msfunc", self.mtranstype, "minitcond")
            self.inverse(forward)
        finalfn, finaltype = self.final("finalfunc", self.transtype)
        self.parallel_functions()
        detail = check_valid_polymorphic_signature(session, finaltype, self.args)
        if detail is not None:
            raise self.refuse("42P13", "cannot determine result data type", detail)
        detail = check_valid_internal_signature(finaltype, self.args)
        if detail is not None:
            raise self.refuse("42P13", 'unsafe use of pseudo-type "internal"', detail)
        if self.mtranstype:
            _, moving = self.final("mfinalfunc", self.mtranstype)
            if moving != finaltype and UNKNOWN_TYPE not in (moving, finaltype):
                shown = format_type(session, moving), format_type(session, finaltype)
                message = (
                    f"moving-aggregate implementation returns type {shown[0]}, "
                    f"but plain implementation returns type {shown[1]}"
                )
                raise self.refuse("42P13", message)
        info = AggregateInfo(
            kind=self.kind,
            numdirectargs=self.direct,
            transfn=transfn.proc.oid,
            finalfn=finalfn,
            transtype=self.transtype,
            sortop=self.sort_operator(),
        )
        return finaltype, info

    def check_ordered_set(self) -> None:
        count, direct = len(self.args), self.direct
        if self.kind != "n" and self.variadic not in (0, typeoids.ANY):
            raise self.refuse("0A000", "a variadic ordered-set aggregate must use VARIADIC type ANY")
        if self.kind == "h" and direct < count:
            aggregated = count - direct
            if self.variadic or direct < aggregated or self.args[direct - aggregated : direct] != self.args[direct:]:
                message = "a hypothetical-set aggregate must have direct arguments matching its aggregated arguments"
                raise self.refuse("42P13", message)

    def transition_args(self, transtype: Oid) -> list[Oid]:
        if self.kind == "n":
            return [transtype, *self.args]
        aggregated = len(self.args) - self.direct if self.direct < len(self.args) else 1
        return [transtype, *self.args[len(self.args) - aggregated :]]

    def transition(self, key: str, transtype: Oid, initial: str) -> _Found:
        found = self.lookup(self.found[key], self.transition_args(transtype), self.variadic)
        self.returns("transition", key, found, transtype)
        if (
            found.proc.strict
            and initial not in self.found
            and (not self.args or not is_binary_coercible(self.session, self.args[0], transtype))
        ):
            message = (
                "must not omit initial value when transition function is strict and transition type is not compatible "
                "with input type"
            )
            raise self.refuse("42P13", message)
        return found

    def inverse(self, forward: _Found) -> None:
        found = self.lookup(self.found["minvfunc"], self.transition_args(self.mtranstype), self.variadic)
        self.returns("inverse transition", "minvfunc", found, self.mtranstype)
        if found.proc.oid and forward.proc.oid and found.proc.strict != forward.proc.strict:
            message = "strictness of aggregate's forward and inverse transition functions must match"
            raise self.refuse("42P13", message)

    def final(self, key: str, transtype: Oid) -> tuple[Oid, Oid]:
        """(function or 0, result type)."""
        if key not in self.found:
            return 0, transtype
        extra = self.found.get(f"{key}_extra", False)
        variadic = self.variadic
        types = [transtype, *self.args]
        if not extra:
            types = types[: self.direct + 1]
            if self.direct < len(self.args):
                variadic = 0
        found = self.lookup(self.found[key], types, variadic)
        if extra and found.proc.strict:
            raise self.refuse("42P13", "final function with extra arguments must not be declared STRICT")
        return found.proc.oid, found.rettype

    def parallel_functions(self) -> None:
        found = self.found
        if "combinefunc" in found:
            combine = self.lookup(found["combinefunc"], [self.transtype, self.transtype], 0)
            self.returns("combine", "combinefunc", combine, self.transtype)
            if self.transtype == typeoids.INTERNAL and combine.proc.strict:
                message = "combine function with transition type internal must not be declared STRICT"
                raise self.refuse("42P13", message)
        if "serialfunc" in found:
            serial = self.lookup(found["serialfunc"], [typeoids.INTERNAL], 0)
            self.returns("serialization", "serialfunc", serial, typeoids.BYTEA)
        if "deserialfunc" in found:
            deserial = self.lookup(found["deserialfunc"], [typeoids.BYTEA, typeoids.INTERNAL], 0)
            self.returns("deserialization", "deserialfunc", deserial, typeoids.INTERNAL)

    def sort_operator(self) -> Oid:
        names = self.found.get("sortop")
        if names is None:
            return 0
        if len(self.args) != 1:
            raise self.refuse("42P13", "sort operator can only be specified for single-argument aggregates")
        return lookup_oper_name(self.session, names, self.args[0], self.args[0], False, self.at)
