"""Views, rules, triggers, policies, functions and what is defined around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import DefElem, FuncCall, RangeVar, RoleSpec, TypeName


# --- Views, rules, triggers, policies


class ViewStmt(Node, frozen=True, gc=False):
    """CREATE VIEW; `withCheckOption` is NO_CHECK_OPTION, LOCAL_CHECK_OPTION or CASCADED_CHECK_OPTION."""

    view: RangeVar
    query: Node
    aliases: tuple[str, ...] = ()
    replace: bool = False
    options: tuple[DefElem, ...] = ()
    withCheckOption: str = "NO_CHECK_OPTION"


class RefreshMatViewStmt(Node, frozen=True, gc=False):
    """REFRESH MATERIALIZED VIEW."""

    relation: RangeVar
    concurrent: bool = False
    skipData: bool = False


class RuleStmt(Node, frozen=True, gc=False):
    """CREATE RULE; `event` is CMD_SELECT, CMD_INSERT, CMD_UPDATE or CMD_DELETE."""

    relation: RangeVar
    rulename: str
    event: str
    whereClause: Node | None = None
    instead: bool = False
    actions: tuple[Node, ...] = ()
    replace: bool = False


class TriggerTransition(Node, frozen=True, gc=False):
    """A transition table."""

    name: str
    isNew: bool
    isTable: bool


class CreateTrigStmt(Node, frozen=True, gc=False):
    """CREATE TRIGGER; `timing` (before 2, after 0, instead 64) and `events` (insert 4, delete 8, update 16, truncate 32) are the server's TRIGGER_TYPE_ bits."""

    trigname: str
    relation: RangeVar
    funcname: tuple[str, ...]
    args: tuple[str, ...] = ()
    row: bool = False
    timing: int = 0
    events: int = 0
    columns: tuple[str, ...] = ()
    whenClause: Node | None = None
    isconstraint: bool = False
    replace: bool = False
    transitionRels: tuple[TriggerTransition, ...] = ()
    deferrable: bool = False
    initdeferred: bool = False
    constrrel: RangeVar | None = None


class CreateEventTrigStmt(Node, frozen=True, gc=False):
    """CREATE EVENT TRIGGER."""

    trigname: str
    eventname: str
    whenclause: tuple[DefElem, ...] = ()
    funcname: tuple[str, ...] = ()


class AlterEventTrigStmt(Node, frozen=True, gc=False):
    """ALTER EVENT TRIGGER; O, D, R or A."""

    trigname: str
    tgenabled: str


class CreatePolicyStmt(Node, frozen=True, gc=False):
    """CREATE POLICY; `cmd_name` is all, select, insert, update or delete."""

    policy_name: str
    table: RangeVar
    cmd_name: str = "all"
    permissive: bool = True
    roles: tuple[RoleSpec, ...] = ()
    qual: Node | None = None
    with_check: Node | None = None


class AlterPolicyStmt(Node, frozen=True, gc=False):
    """ALTER POLICY; `roles` is None where the statement has no TO."""

    policy_name: str
    table: RangeVar
    roles: tuple[RoleSpec, ...] | None = None
    qual: Node | None = None
    with_check: Node | None = None


# --- Functions


class FunctionParameter(Node, frozen=True, gc=False):
    """`mode` is FUNC_PARAM_IN, ..._OUT, ..._INOUT, ..._VARIADIC, ..._TABLE or ..._DEFAULT (none written)."""

    name: str | None
    argType: TypeName
    mode: str = "FUNC_PARAM_DEFAULT"
    defexpr: Node | None = None


class CreateFunctionStmt(Node, frozen=True, gc=False):
    """CREATE FUNCTION / PROCEDURE; options as written (language, as, volatility, strict, security, ...); `sql_body` is RETURN (ReturnStmt) or the statements of BEGIN ATOMIC."""

    funcname: tuple[str, ...]
    parameters: tuple[FunctionParameter, ...] = ()
    returnType: TypeName | None = None
    options: tuple[DefElem, ...] = ()
    sql_body: Node | tuple[Node, ...] | None = None
    is_procedure: bool = False
    replace: bool = False


class ReturnStmt(Node, frozen=True, gc=False):
    """RETURN of a SQL-standard body."""

    returnval: Node


class AlterFunctionStmt(Node, frozen=True, gc=False):
    """ALTER FUNCTION ... options."""

    objtype: str
    func: ObjectWithArgs
    actions: tuple[DefElem, ...] = ()


class DoStmt(Node, frozen=True, gc=False):
    """DO."""

    args: tuple[DefElem, ...]


class CallStmt(Node, frozen=True, gc=False):
    """CALL."""

    funccall: FuncCall


class ObjectWithArgs(Node, frozen=True, gc=False):
    """A function, aggregate or operator by its argument types; a None argument is NONE of an operator."""

    objname: tuple[str, ...]
    objargs: tuple[TypeName | None, ...] = ()
    objfuncargs: tuple[FunctionParameter, ...] = ()
    args_unspecified: bool = False


class DefineStmt(Node, frozen=True, gc=False):
    """CREATE AGGREGATE, OPERATOR, TYPE (shell and base), COLLATION and text search objects; `args` of an aggregate is (parameters, number of direct arguments or -1)."""

    kind: str
    defnames: tuple[str, ...]
    args: tuple[tuple[FunctionParameter, ...], int] | None = None
    definition: tuple[DefElem, ...] = ()
    oldstyle: bool = False
    if_not_exists: bool = False
    replace: bool = False


class CreateOpClassItem(Node, frozen=True, gc=False):
    """OPERATOR 1, FUNCTION 2 or STORAGE 3."""

    itemtype: int
    name: ObjectWithArgs | None = None
    number: int = 0
    order_family: tuple[str, ...] = ()
    class_args: tuple[TypeName, ...] = ()
    storedtype: TypeName | None = None


class CreateOpClassStmt(Node, frozen=True, gc=False):
    """CREATE OPERATOR CLASS."""

    opclassname: tuple[str, ...]
    amname: str
    datatype: TypeName
    items: tuple[CreateOpClassItem, ...]
    opfamilyname: tuple[str, ...] = ()
    isDefault: bool = False


class CreateOpFamilyStmt(Node, frozen=True, gc=False):
    """CREATE OPERATOR FAMILY."""

    opfamilyname: tuple[str, ...]
    amname: str


class AlterOpFamilyStmt(Node, frozen=True, gc=False):
    """ALTER OPERATOR FAMILY ADD / DROP."""

    opfamilyname: tuple[str, ...]
    amname: str
    isDrop: bool
    items: tuple[CreateOpClassItem, ...]


class AlterOperatorStmt(Node, frozen=True, gc=False):
    """ALTER OPERATOR ... SET."""

    opername: ObjectWithArgs
    options: tuple[DefElem, ...]


class CreateCastStmt(Node, frozen=True, gc=False):
    """`context` is COERCION_IMPLICIT, COERCION_ASSIGNMENT or COERCION_EXPLICIT."""

    sourcetype: TypeName
    targettype: TypeName
    func: ObjectWithArgs | None = None
    context: str = "COERCION_EXPLICIT"
    inout: bool = False


class CreateConversionStmt(Node, frozen=True, gc=False):
    """CREATE CONVERSION."""

    conversion_name: tuple[str, ...]
    for_encoding_name: str
    to_encoding_name: str
    func_name: tuple[str, ...]
    def_: bool = False


class CreateTransformStmt(Node, frozen=True, gc=False):
    """CREATE TRANSFORM."""

    type_name: TypeName
    lang: str
    fromsql: ObjectWithArgs | None = None
    tosql: ObjectWithArgs | None = None
    replace: bool = False


class CreatePLangStmt(Node, frozen=True, gc=False):
    """CREATE LANGUAGE."""

    plname: str
    plhandler: tuple[str, ...] = ()
    plinline: tuple[str, ...] = ()
    plvalidator: tuple[str, ...] = ()
    pltrusted: bool = False
    replace: bool = False


class CreateAmStmt(Node, frozen=True, gc=False):
    """CREATE ACCESS METHOD."""

    amname: str
    handler_name: tuple[str, ...]
    amtype: str
