"""The columns and expressions of an index: names, types, collations, operator classes (ComputeIndexAttrs of indexcmds.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from schemalint.catalog.model import AccessMethod, Collation, Expression, Oid, OpClass, Operator, OpFamily, Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.collations import assign_expr_collations, expr_collation
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.figure_colname import figure_index_colname
from schemalint.semantics.lsyscache import get_base_type, type_is_collatable
from schemalint.semantics.operators import compatible_oper_opid
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.pathways import is_binary_coercible
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.relations import find_attribute, system_attribute_by_name
from schemalint.semantics.typcache import get_default_opclass
from schemalint.semantics.types import format_type, lookup_collation
from schemalint.semantics.volatility import contain_mutable_functions
from schemalint.simulator.create_context import IndexDefinition, IndexParam
from schemalint.simulator.object_names import NAMEDATALEN, clip
from schemalint.simulator.reloptions import opclass_reloptions
from schemalint.simulator.session import Session
from schemalint.simulator.stored import relation_parsestate

At = tuple[int, int] | None

DESC, NULLS_FIRST = 1, 2
EQUAL_STRATEGY = {403: 3, 405: 1}


class IndexAttrs(Struct):
    """What ComputeIndexAttrs finds out; per column, INCLUDE columns last."""

    key: list[int] = []
    exprs: list[Expression] = []
    types: list[Oid] = []
    collations: list[Oid] = []
    opclasses: list[Oid] = []
    options: list[int] = []
    exclude_ops: list[Oid] = []


# --- transformIndexStmt


def transform_index_stmt(session: Session, relation: Relation, index: IndexDefinition) -> None:
    """Analyze expressions and predicate (transformIndexStmt)."""
    if index.where_clause is None and all(param.expr is None for param in index.params):
        return
    pstate = relation_parsestate(session, relation)
    if index.where_clause is not None and index.predicate is None:
        where = transform_where_clause(pstate, index.where_clause, "index_predicate", "WHERE")
        assert where is not None
        assign_expr_collations(pstate, where)
        index.predicate = Expression(session.source_of(index.where_clause), where)
    for param in index.params:
        if param.expr is not None and param.cooked is None:
            tree = transform_expr(pstate, param.expr, "index_expression")
            assign_expr_collations(pstate, tree)
            param.cooked = Expression(session.source_of(param.expr), tree)
    if len(pstate.rtable) != 1:
        raise Refusal(
            "42P10", "index expressions and predicates can refer only to the table being indexed", at=index.at
        )


def choose_index_column_names(params: Sequence[IndexParam]) -> list[str]:
    """A name for each column of an index, each once (ChooseIndexColumnNames)."""
    names: list[str] = []
    for param in params:
        base = param.indexcolname or param.name
        if base is None:
            base = (figure_index_colname(param.expr) if param.expr is not None else None) or "expr"
        name, number = base, 1
        while name in names:
            suffix = str(number)
            name = clip(base, NAMEDATALEN - 1 - len(suffix)) + suffix
            number += 1
        names.append(name)
    return names


# --- ComputeIndexAttrs


def compute_index_attrs(session: Session, relation: Relation, index: IndexDefinition, am: AccessMethod) -> IndexAttrs:
    """Look up each column of an index (ComputeIndexAttrs)."""
    attrs = IndexAttrs()
    pstate = relation_parsestate(session, relation) if any(p.name is None for p in index.params) else None
    nkeys = len(index.params)
    for place, param in enumerate((*index.params, *index.including)):
        type_oid, collation = _key_of(session, pstate, relation, index, param, attrs, place >= nkeys)
        attrs.types.append(type_oid)
        if place >= nkeys:
            _check_included(param)
            attrs.collations.append(0)
            continue
        collation = _collation(session, param, type_oid, collation)
        attrs.collations.append(collation)
        opclass = param.opclass_oid or resolve_opclass(session, param.opclass, type_oid, am, param.at)
        attrs.opclasses.append(opclass)
        _exclusion_operator(session, index, place, type_oid, opclass, am, attrs, param, nkeys)
        attrs.options.append(_ordering(param, am))
        if param.opclassopts:
            _check_opclass_options(session, opclass, param)
    return attrs


def _key_of(
    session: Session,
    pstate: ParseState | None,
    relation: Relation,
    index: IndexDefinition,
    param: IndexParam,
    attrs: IndexAttrs,
    included: bool,
) -> tuple[Oid, Oid]:
    """(type, collation) of a column or expression, which is added to the key."""
    if param.name is not None:
        attribute = find_attribute(relation, param.name)
        if attribute is not None:
            attrs.key.append(attribute.num)
            return attribute.type, attribute.collation
        system = system_attribute_by_name(param.name)
        if system is not None:
            attrs.key.append(system[0])
            return system[1], 0
        shown = f'column "{param.name}" named in key does not exist' if index.isconstraint else None
        raise Refusal("42703", shown or f'column "{param.name}" does not exist', at=param.at, word=param.name)
    if included:
        raise Refusal("0A000", "expressions are not supported in included columns", at=param.at)
    assert param.cooked is not None and pstate is not None
    tree = param.cooked.tree
    type_oid, collation = tree.type, expr_collation(tree, pstate)
    while isinstance(tree, q.CollateExpr):
        tree = tree.arg
    if isinstance(tree, q.Var) and tree.attno != 0:
        attrs.key.append(tree.attno)
        return type_oid, collation
    if contain_mutable_functions(session, tree):
        raise Refusal("42P17", "functions in index expression must be marked IMMUTABLE", at=param.at)
    attrs.key.append(0)
    attrs.exprs.append(Expression(param.cooked.text, tree))
    return type_oid, collation


def _check_included(param: IndexParam) -> None:
    what = None
    if param.collation:
        what = "a collation"
    elif param.opclass:
        what = "an operator class"
    elif param.ordering != "SORTBY_DEFAULT":
        what = "ASC/DESC options"
    elif param.nulls_ordering != "SORTBY_NULLS_DEFAULT":
        what = "NULLS FIRST/LAST options"
    if what is not None:
        raise Refusal("42P17", f"including column does not support {what}", at=param.at)


def _collation(session: Session, param: IndexParam, type_oid: Oid, collation: Oid) -> Oid:
    if param.collation_oid:
        return param.collation_oid
    if param.collation:
        collation = lookup_collation(session, param.collation, param.at)
    if type_oid == UNKNOWN_TYPE:
        return collation
    if type_is_collatable(session, type_oid):
        if not collation:
            raise Refusal(
                "42P22",
                "could not determine which collation to use for index expression",
                at=param.at,
                hint="Use the COLLATE clause to set the collation explicitly.",
            )
    elif collation:
        raise Refusal("42804", f"collations are not supported by type {format_type(session, type_oid)}", at=param.at)
    return collation


def resolve_opclass(session: Session, names: tuple[str, ...], type_oid: Oid, am: AccessMethod, at: At = None) -> Oid:
    """The operator class of a name, or the type's default one (ResolveOpClass); 0 when the type is not known."""
    if not names:
        if type_oid == UNKNOWN_TYPE:
            return 0
        found = get_default_opclass(session, type_oid, am.oid)
        if not found:
            if am.oid >= 16384 and type_oid >= 16384:
                session.names.unknown_or("", at)
            shown = format_type(session, type_oid)
            raise Refusal(
                "42704",
                f'data type {shown} has no default operator class for access method "{am.name}"',
                at=at,
                hint="You must specify an operator class for the index"
                " or define a default operator class for the data type.",
            )
        return found
    schema, name = session.names.split(names, at)
    if schema is not None:
        session.names.namespace(schema, at)
    opclass = session.names.find(OpClass, schema, f"{am.oid} {name}")
    if opclass is None:
        session.names.unknown_or(name, at)
        message = f'operator class "{qualified(names)}" does not exist for access method "{am.name}"'
        raise Refusal("42704", message, at=at, word=name)
    if type_oid != UNKNOWN_TYPE and not is_binary_coercible(session, type_oid, opclass.intype):
        message = f'operator class "{qualified(names)}" does not accept data type {format_type(session, type_oid)}'
        raise Refusal("42804", message, at=at, word=name)
    return opclass.oid


def _exclusion_operator(
    session: Session,
    index: IndexDefinition,
    place: int,
    type_oid: Oid,
    opclass_oid: Oid,
    am: AccessMethod,
    attrs: IndexAttrs,
    param: IndexParam,
    nkeys: int,
) -> None:
    if index.exclude_ops:
        attrs.exclude_ops = list(index.exclude_ops)
        return
    if index.exclude_op_names:
        names = index.exclude_op_names[place]
        try:
            oper = compatible_oper_opid(session, names, type_oid, type_oid)
        except Undecidable:
            return
        found = session.catalog.get(Operator, oper)
        opclass = session.catalog.get(OpClass, opclass_oid)
        if found is None or opclass is None:
            return
        shown = f"{found.name}({format_type(session, found.left)},{format_type(session, found.right)})"
        if found.com != oper:
            raise Refusal(
                "42809",
                f"operator {shown} is not commutative",
                at=param.at,
                detail="Only commutative operators can be used in exclusion constraints.",
            )
        if not get_op_opfamily_strategy(session, oper, opclass.family):
            family = session.catalog[OpFamily, opclass.family]
            raise Refusal(
                "42809",
                f'operator {shown} is not a member of operator family "{family.name}"',
                at=param.at,
                detail="The exclusion operator must be related to the index operator class for the constraint.",
            )
        attrs.exclude_ops.append(oper)
    elif index.iswithoutoverlaps:
        attrs.exclude_ops.append(get_operator_for_period(session, opclass_oid, type_oid, place == nkeys - 1, param.at))


def get_op_opfamily_strategy(session: Session, op: Oid, family: Oid) -> int:
    """The strategy of an operator in a family, 0 when it is no member (get_op_opfamily_strategy)."""
    found = session.catalog.get(OpFamily, family)
    for member in found.operators if found is not None else ():
        if member.operator == op and member.purpose == "s":
            return member.strategy
    return 0


def get_operator_for_period(session: Session, opclass_oid: Oid, type_oid: Oid, overlaps: bool, at: At) -> Oid:
    """The equality, or overlap, operator of a GiST class (GetOperatorFromCompareType)."""
    opclass = session.catalog.get(OpClass, opclass_oid)
    family = session.catalog.get(OpFamily, opclass.family) if opclass is not None else None
    if opclass is None or family is None:
        return 0
    wanted = "&&" if overlaps else "="
    for member in family.operators:
        operator = session.catalog.get(Operator, member.operator)
        if operator is not None and operator.name == wanted and opclass.intype in (member.left, 3831, 4537):
            return member.operator
    what = "an overlaps" if overlaps else "an equality"
    raise Refusal("42704", f"could not identify {what} operator for type {format_type(session, type_oid)}", at=at)


def _ordering(param: IndexParam, am: AccessMethod) -> int:
    if am.can_order:
        descending = param.ordering == "SORTBY_DESC"
        option = DESC if descending else 0
        if param.nulls_ordering == "SORTBY_NULLS_FIRST" or (
            param.nulls_ordering == "SORTBY_NULLS_DEFAULT" and descending
        ):
            option |= NULLS_FIRST
        return option
    if param.ordering != "SORTBY_DEFAULT":
        raise Refusal("0A000", f'access method "{am.name}" does not support ASC/DESC options', at=param.at)
    if param.nulls_ordering != "SORTBY_NULLS_DEFAULT":
        raise Refusal("0A000", f'access method "{am.name}" does not support NULLS FIRST/LAST options', at=param.at)
    return 0


def _check_opclass_options(session: Session, opclass_oid: Oid, param: IndexParam) -> None:
    """Only classes with an options support function have options (index_opclass_options)."""
    opclass = session.catalog.get(OpClass, opclass_oid)
    family = session.catalog.get(OpFamily, opclass.family) if opclass is not None else None
    if opclass is None or family is None or opclass.am >= 16384:
        return
    number = {403: 5, 405: 3, 783: 10, 2742: 7, 3580: 5, 4000: 6}.get(opclass.am, 0)
    if not any(member.num == number and member.left == opclass.intype for member in family.procs):
        raise Refusal("22023", f"operator class {opclass.name} has no options", at=param.at)
    opclass_reloptions(session, opclass, param.opclassopts)


__all__ = ["Collation", "IndexAttrs", "compute_index_attrs", "get_base_type", "resolve_opclass", "transform_index_stmt"]
