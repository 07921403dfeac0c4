"""CREATE DOMAIN and ALTER DOMAIN (typecmds.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Expression, ObjectAddress, Oid, Relation, Type
from schemalint.catalog.model import Constraint as CatalogConstraint
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.coerce import coerce_to_boolean
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.lsyscache import get_type
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import UNKNOWN_TYPE, CoerceToDomainValue, Const, Expr, UnknownExpr
from schemalint.semantics.types import format_type, lookup_collation, type_name_to_string, typename_type
from schemalint.simulator.acl import owner_check
from schemalint.simulator.constraints import cook_default, create_constraint_entry
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import SHARE, Noted, Scanned, Skipped
from schemalint.simulator.function_parameters import check_type_usage
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.object_names import choose_constraint_name
from schemalint.simulator.pg_type import DOMAIN_IN, free_type_name, type_create
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.syntax.nodes import AlterDomainStmt, ColumnRef, Constraint, CreateDomainStmt, Node, TypeName

At = tuple[int, int] | None

_IMPOSSIBLE = {
    "CONSTR_UNIQUE": ("42601", "unique constraints not possible for domains"),
    "CONSTR_PRIMARY": ("42601", "primary key constraints not possible for domains"),
    "CONSTR_EXCLUSION": ("42601", "exclusion constraints not possible for domains"),
    "CONSTR_FOREIGN": ("42601", "foreign key constraints not possible for domains"),
    "CONSTR_ATTR_DEFERRABLE": ("0A000", "specifying constraint deferrability not supported for domains"),
    "CONSTR_ATTR_NOT_DEFERRABLE": ("0A000", "specifying constraint deferrability not supported for domains"),
    "CONSTR_ATTR_DEFERRED": ("0A000", "specifying constraint deferrability not supported for domains"),
    "CONSTR_ATTR_IMMEDIATE": ("0A000", "specifying constraint deferrability not supported for domains"),
    "CONSTR_GENERATED": ("0A000", "specifying GENERATED not supported for domains"),
    "CONSTR_IDENTITY": ("0A000", "specifying GENERATED not supported for domains"),
    "CONSTR_ATTR_ENFORCED": ("0A000", "specifying constraint enforceability not supported for domains"),
    "CONSTR_ATTR_NOT_ENFORCED": ("0A000", "specifying constraint enforceability not supported for domains"),
}


def define_domain(session: Session, stmt: CreateDomainStmt) -> None:
    """CREATE DOMAIN (DefineDomain)."""
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.domainname, at)
    shell = free_type_name(session, name, namespace, at)
    try:
        base, typmod = typename_type(session, stmt.typeName)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        base, typmod = Type(oid=UNKNOWN_TYPE, name="unknown", category="X"), -1
    base_at = (stmt.typeName.start, stmt.typeName.end)
    if base.typtype not in "bcderm":
        message = f'"{type_name_to_string(stmt.typeName)}" is not a valid base type for a domain'
        raise Refusal("42804", message, at=base_at)
    check_type_usage(session, base.oid, base_at)
    made = Type(
        oid=shell or session.catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        len=base.len,
        byval=base.byval,
        typtype="d",
        category=base.category,
        delim=base.delim,
        input=DOMAIN_IN,
        output=base.output,
        align=base.align,
        storage=base.storage,
        basetype=base.oid,
        typmod=typmod,
        ndims=len(stmt.typeName.arrayBounds),
        collation=_collation(session, stmt, base),
        default=base.default,
    )
    made, default = _with_properties(session, made, stmt)
    made = type_create(session, made)
    if default is not None:
        record_dependency_on_expr(session, made.address, default)
    for constraint in stmt.constraints:
        if constraint.contype == "CONSTR_CHECK":
            domain_add_check_constraint(session, made, constraint)
        elif constraint.contype == "CONSTR_NOTNULL" and session.version >= 17:
            domain_add_not_null_constraint(session, made, constraint)


def _collation(session: Session, stmt: CreateDomainStmt, base: Type) -> Oid:
    if stmt.collClause is None:
        return base.collation
    at = (stmt.collClause.start, stmt.collClause.end)
    found = lookup_collation(session, stmt.collClause.collname, at)
    if not base.collation and base.oid != UNKNOWN_TYPE:
        raise Refusal("42804", f"collations are not supported by type {format_type(session, base.oid)}", at=at)
    return found


def _with_properties(session: Session, made: Type, stmt: CreateDomainStmt) -> tuple[Type, Expr | None]:
    """What the constraints say but for CHECK, and the default's expression."""
    default: Expr | None = None
    seen_default = seen_null = False
    for constraint in stmt.constraints:
        at = (constraint.start, constraint.end)
        match constraint.contype:
            case "CONSTR_DEFAULT":
                if seen_default:
                    raise Refusal("42601", "multiple default expressions", at=at)
                seen_default = True
                if constraint.raw_expr is not None:
                    default, text = cook_domain_default(session, made, constraint.raw_expr)
                    made = replace(made, default=text)
            case "CONSTR_NOTNULL" | "CONSTR_NULL":
                notnull = constraint.contype == "CONSTR_NOTNULL"
                if seen_null and made.notnull != notnull:
                    raise Refusal("42601", "conflicting NULL/NOT NULL constraints", at=at)
                if seen_null and notnull and session.version >= 18:
                    raise Refusal("42P17", "redundant NOT NULL constraint definition", at=at)
                if constraint.is_no_inherit and notnull:
                    message = "not-null constraints for domains cannot be marked NO INHERIT"
                    raise Refusal("42P17", message, at=at)
                made = replace(made, notnull=notnull)
                seen_null = True
            case "CONSTR_CHECK":
                if constraint.is_no_inherit:
                    raise Refusal("42P17", "check constraints for domains cannot be marked NO INHERIT", at=at)
            case kind:
                _impossible(kind, at)
    return made, default


def _impossible(kind: str, at: At) -> None:
    found = _IMPOSSIBLE.get(kind)
    if found is not None:
        raise Refusal(*found, at=at)


def cook_domain_default(session: Session, domain: Type, raw: Node) -> tuple[Expr | None, str | None]:
    """(expression, text) of a default; (None, None) of a constant NULL, which is none."""
    column = Attribute(num=0, name=domain.name, type=domain.basetype, typmod=domain.typmod)
    try:
        tree = cook_default(session, session_parsestate(session), raw, column, "")
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        tree = UnknownExpr(type=domain.basetype)
    if isinstance(tree, Const) and tree.isnull:
        return None, None
    return tree, session.source_of(raw)


# --- constraints


def cook_domain_check(session: Session, domain: Type, raw: Node) -> Expr:
    """A CHECK, in which VALUE is of the base type (the middle of domainAddCheckConstraint)."""
    pstate = session_parsestate(session)

    def value(state: ParseState, cref: ColumnRef) -> Expr | None:
        """replace_domain_constraint_value."""
        if cref.fields == ("value",):
            base = get_type(session, domain.basetype)
            return CoerceToDomainValue(
                type=domain.basetype if base is not None else UNKNOWN_TYPE,
                typmod=domain.typmod,
                start=cref.start,
                end=cref.end,
            )
        return None

    pstate.column_hook = value
    tree: Any = transform_expr(pstate, raw, "domain_check")
    tree = coerce_to_boolean(pstate, tree, "CHECK")
    assign_expr_collations(pstate, tree)
    if pstate.rtable:
        message = "cannot use table references in domain check constraint"
        raise Refusal("42P10", message, at=(raw.start, raw.end))
    assert isinstance(tree, Expr)
    return tree


def domain_add_check_constraint(session: Session, domain: Type, constraint: Constraint) -> CatalogConstraint:
    """domainAddCheckConstraint."""
    name = _constraint_name(session, domain, constraint, "check")
    raw = constraint.raw_expr
    assert raw is not None
    tree: Expr
    try:
        tree = cook_domain_check(session, domain, raw)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        tree = UnknownExpr(type=16)
    made = CatalogConstraint(
        oid=0,
        name=name,
        namespace=domain.namespace,
        type="c",
        typid=domain.oid,
        validated=not constraint.skip_validation,
        expr=Expression(session.source_of(raw), tree),
    )
    return create_constraint_entry(session, made)


def domain_add_not_null_constraint(session: Session, domain: Type, constraint: Constraint) -> CatalogConstraint:
    """domainAddNotNullConstraint."""
    name = _constraint_name(session, domain, constraint, "not_null")
    made = CatalogConstraint(
        oid=0,
        name=name,
        namespace=domain.namespace,
        type="n",
        typid=domain.oid,
        validated=not constraint.skip_validation,
    )
    return create_constraint_entry(session, made)


def _constraint_name(session: Session, domain: Type, constraint: Constraint, label: str) -> str:
    name = constraint.conname
    if name is None:
        return choose_constraint_name(session, domain.name, None, label, domain.namespace)
    if any(held.name == name for held in session.catalog.domain_constraints(domain.oid)):
        message = f'constraint "{name}" for domain "{domain.name}" already exists'
        raise Refusal("42710", message, at=(constraint.start, constraint.end), word=name)
    return name


# --- ALTER


def alter_domain(session: Session, stmt: AlterDomainStmt) -> None:
    """ALTER DOMAIN."""
    at = (stmt.start, stmt.end)
    found, _ = typename_type(session, TypeName(names=stmt.typeName, start=stmt.start, end=stmt.end))
    if found.typtype != "d":
        raise Refusal("42809", f"{format_type(session, found.oid)} is not a domain", at=at)
    owner_check(session, found, at)
    match stmt.subtype:
        case "T":
            _alter_domain_default(session, found, stmt.def_)
        case "N" | "O":
            _alter_domain_not_null(session, found, stmt.subtype == "O")
        case "C":
            assert isinstance(stmt.def_, Constraint)
            _alter_domain_add_constraint(session, found, stmt.def_)
        case "X":
            _alter_domain_drop_constraint(session, found, stmt, at)
        case "V":
            _alter_domain_validate_constraint(session, found, stmt, at)


def _alter_domain_default(session: Session, domain: Type, raw: Node | None) -> None:
    """AlterDomainDefault."""
    tree, text = (None, None) if raw is None else cook_domain_default(session, domain, raw)
    after = replace(domain, default=text)
    session.change(after)
    _record_dependencies(session, after, tree)


def _record_dependencies(session: Session, domain: Type, default: Expr | None) -> None:
    """Dependencies of the type anew: those of an old default go."""
    catalog = session.catalog
    for needed, deptype in catalog.depends_on(domain.address):
        if deptype == "n" and needed.classid not in ("pg_namespace", "pg_type", "pg_collation"):
            catalog.clear_dependencies(domain.address)
            from schemalint.simulator.pg_type import record_type_dependencies

            record_type_dependencies(session, domain)
            break
    if default is not None:
        record_dependency_on_expr(session, domain.address, default)


def _alter_domain_not_null(session: Session, domain: Type, notnull: bool) -> None:
    """AlterDomainNotNull."""
    if domain.notnull == notnull:
        return
    if notnull:
        if session.version >= 17:
            domain_add_not_null_constraint(session, domain, Constraint(contype="CONSTR_NOTNULL"))
        _validate(session, domain, "SET NOT NULL")
    else:
        for held in session.catalog.domain_constraints(domain.oid):
            if held.type == "n":
                session.drop(held.address)
    session.change(replace(domain, notnull=notnull))


def _alter_domain_add_constraint(session: Session, domain: Type, constraint: Constraint) -> None:
    """AlterDomainAddConstraint."""
    _impossible(constraint.contype, (constraint.start, constraint.end))
    if constraint.contype == "CONSTR_CHECK":
        made = domain_add_check_constraint(session, domain, constraint)
        if made.validated:
            _validate(session, domain, made.name)
    elif constraint.contype == "CONSTR_NOTNULL":
        if domain.notnull:
            return
        name = constraint.conname or ""
        if session.version >= 17:
            name = domain_add_not_null_constraint(session, domain, constraint).name
        if not constraint.skip_validation:
            _validate(session, domain, name)
        session.change(replace(domain, notnull=True))


def _find_constraint(session: Session, domain: Type, name: str | None) -> CatalogConstraint | None:
    return next((held for held in session.catalog.domain_constraints(domain.oid) if held.name == name), None)


def _missing_constraint(stmt: AlterDomainStmt, at: At) -> Refusal:
    message = f'constraint "{stmt.name}" of domain "{qualified(stmt.typeName)}" does not exist'
    return Refusal("42704", message, at=at, word=stmt.name)


def _alter_domain_drop_constraint(session: Session, domain: Type, stmt: AlterDomainStmt, at: At) -> None:
    """AlterDomainDropConstraint."""
    from schemalint.simulator.dependency import perform_deletion

    held = _find_constraint(session, domain, stmt.name)
    if held is None:
        if not stmt.missing_ok:
            raise _missing_constraint(stmt, at)
        message = f'constraint "{stmt.name}" of domain "{qualified(stmt.typeName)}" does not exist, skipping'
        session.effect(Noted("NOTICE", message))
        session.effect(Skipped(stmt.name or "", False))
        return
    if held.type == "n":
        session.change(replace(domain, notnull=False))
    perform_deletion(session, held.address, stmt.behavior, at)


def _alter_domain_validate_constraint(session: Session, domain: Type, stmt: AlterDomainStmt, at: At) -> None:
    """AlterDomainValidateConstraint."""
    held = _find_constraint(session, domain, stmt.name)
    if held is None:
        raise _missing_constraint(stmt, at)
    if held.type != "c":
        message = f'constraint "{stmt.name}" of domain "{qualified(stmt.typeName)}" is not a check constraint'
        raise Refusal("42809", message, at=at, word=stmt.name)
    _validate(session, domain, held.name)
    session.change(replace(held, validated=True))


def _validate(session: Session, domain: Type, why: str) -> None:
    """Every table with a column of the domain is read (validateDomainCheckConstraint)."""
    for relation in get_rels_with_domain(session, domain.oid, format_type(session, domain.oid)):
        session.lock(relation.oid, SHARE)
        session.effect(Scanned(relation.oid, why))


def get_rels_with_domain(session: Session, oid: Oid, shown: str) -> list[Relation]:
    """Tables with columns of a domain, or of one over it. Raises 0A000 where it is inside other types (get_rels_with_domain)."""
    catalog = session.catalog
    found: dict[Oid, Relation] = {}
    for dependent, _, _ in catalog.dependents(ObjectAddress("pg_type", oid)):
        if dependent.classid == "pg_type":
            inner = catalog.get(Type, dependent.objid)
            if inner is None:
                continue
            if inner.typtype == "d":
                found.update((r.oid, r) for r in get_rels_with_domain(session, inner.oid, shown))
            else:
                check_composite_type_dependencies(session, inner, shown)
        elif dependent.classid == "pg_class" and dependent.objsubid:
            relation = catalog.get(Relation, dependent.objid)
            if relation is None:
                continue
            if relation.kind in "rmp":
                if relation.columns[dependent.objsubid - 1].type == oid:
                    found[relation.oid] = relation
            elif relation.type:
                rowtype = catalog.get(Type, relation.type)
                if rowtype is not None:
                    check_composite_type_dependencies(session, rowtype, shown)
    return list(found.values())


def check_composite_type_dependencies(session: Session, inner: Type, shown: str) -> None:
    """Raise 0A000 where a stored column has a type that the domain is inside of (find_composite_type_dependencies)."""
    catalog = session.catalog
    for dependent, _, _ in catalog.dependents(inner.address):
        if dependent.classid == "pg_type":
            outer = catalog.get(Type, dependent.objid)
            if outer is not None:
                check_composite_type_dependencies(session, outer, shown)
            continue
        if dependent.classid != "pg_class" or not dependent.objsubid:
            continue
        relation = catalog.get(Relation, dependent.objid)
        if relation is None:
            continue
        column = relation.columns[dependent.objsubid - 1]
        if relation.kind in "rmp" and column.type == inner.oid:
            message = f'cannot alter type "{shown}" because column "{relation.name}.{column.name}" uses it'
            raise Refusal("0A000", message)
        if relation.type and (rowtype := catalog.get(Type, relation.type)) is not None:
            check_composite_type_dependencies(session, rowtype, shown)
