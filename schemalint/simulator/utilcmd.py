"""CREATE TABLE before its execution: columns and constraints are gathered and checked against each other (parse_utilcmd.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.types import format_type, get_column_def_collation, known_type, typename_type
from schemalint.simulator.constraint_attributes import transform_constraint_attrs
from schemalint.simulator.create_context import Column, CreateStmtContext
from schemalint.simulator.utilcmd_serial import generate_serial_extra_stmts, serial_default
from schemalint.syntax.nodes import ColumnDef, Constraint, TypeName

At = tuple[int, int] | None

SERIAL_TYPES = {
    "smallserial": 21,
    "serial2": 21,
    "serial": 23,
    "serial4": 23,
    "bigserial": 20,
    "serial8": 20,
}


def syntax_error(message: str, at: At) -> Refusal:
    return Refusal("42601", message, at=at)


def not_supported(message: str, at: At) -> Refusal:
    return Refusal("0A000", message, at=at)


def column_of(cxt: CreateStmtContext, coldef: ColumnDef) -> Column:
    """A column with its type looked up (transformColumnType); serial is left to the caller."""
    assert coldef.colname is not None
    column = Column(name=coldef.colname, at=(coldef.start, coldef.end), is_from_type=coldef.is_from_type)
    column.fdwoptions = coldef.fdwoptions
    column.storage_name = coldef.storage_name
    column.compression = coldef.compression or ""
    return column


def transform_column_type(cxt: CreateStmtContext, column: Column, coldef: ColumnDef) -> None:
    """transformColumnType."""
    type_name = coldef.typeName
    assert type_name is not None
    column.type, column.typmod = known_type(cxt.session, type_name)
    column.ndims = len(type_name.arrayBounds)
    if column.type == UNKNOWN_TYPE:
        cxt.session.undecided.append(f'type "{".".join(type_name.names)}" is not known')
        return
    column.collation = get_column_def_collation(cxt.session, coldef, column.type)


def is_serial(type_name: TypeName | None) -> int:
    """The integer type that a serial pseudo-type stands for, else 0."""
    if type_name is None or len(type_name.names) != 1 or type_name.pct_type:
        return 0
    return SERIAL_TYPES.get(type_name.names[0], 0)


def transform_column_definition(cxt: CreateStmtContext, coldef: ColumnDef) -> Column:
    """Add a column and distribute its constraints (transformColumnDefinition)."""
    column = column_of(cxt, coldef)
    cxt.columns.append(column)
    serial = is_serial(coldef.typeName)
    if serial:
        assert coldef.typeName is not None
        if coldef.typeName.arrayBounds:
            raise not_supported("array of serial is not implemented", (coldef.typeName.start, coldef.typeName.end))
        column.type = serial
        if coldef.collClause is not None:
            get_column_def_collation(cxt.session, coldef, serial)
    elif coldef.typeName is not None:
        transform_column_type(cxt, column, coldef)
    constraints = coldef.constraints
    builder = _ColumnConstraints(cxt, column)
    if serial:
        sequence = generate_serial_extra_stmts(cxt, column, serial, (), False)
        column.default = serial_default(cxt, sequence, serial)
        builder.serial = True
        constraints = (
            *constraints,
            Constraint(contype="CONSTR_DEFAULT"),
            Constraint(contype="CONSTR_NOTNULL", is_enforced=True, initially_valid=True),
        )
        if cxt.session.version >= 18:
            constraints = constraints[:-1]
            builder.need_notnull = builder.disallow_noinherit_notnull = True
    for constraint in transform_constraint_attrs(constraints):
        builder.add(constraint)
    builder.finish()
    return column


class _ColumnConstraints:
    """The loop of transformColumnDefinition over a column's constraints."""

    def __init__(self, cxt: CreateStmtContext, column: Column) -> None:
        self.cxt = cxt
        self.column = column
        self.serial = False
        self.saw_nullable = self.saw_default = self.saw_identity = self.saw_generated = False
        self.need_notnull = self.disallow_noinherit_notnull = False
        self.notnull: Constraint | None = None
        self.modern = cxt.session.version >= 18

    def _where(self) -> str:
        return f'column "{self.column.name}" of table "{self.cxt.relname}"'

    def _conflicting_null(self, at: At) -> Refusal:
        return syntax_error(f"conflicting NULL/NOT NULL declarations for {self._where()}", at)

    def add(self, con: Constraint) -> None:
        at = (con.start, con.end) if con.start >= 0 else self.column.at
        method = getattr(self, "_" + con.contype.removeprefix("CONSTR_").lower(), None)
        if method is None:
            return  # attributes were dealt with
        method(con, at)
        if self.saw_default and self.saw_identity:
            raise syntax_error(f"both default and identity specified for {self._where()}", at)
        if self.saw_default and self.saw_generated:
            raise syntax_error(f"both default and generation expression specified for {self._where()}", at)
        if self.saw_identity and self.saw_generated:
            raise syntax_error(f"both identity and generation expression specified for {self._where()}", at)

    def _null(self, con: Constraint, at: At) -> None:
        if (self.saw_nullable and self.column.is_not_null) or (self.modern and self.need_notnull):
            raise self._conflicting_null(at)
        self.column.is_not_null = False
        self.saw_nullable = True

    def _notnull(self, con: Constraint, at: At) -> None:
        column, cxt = self.column, self.cxt
        if self.modern and cxt.ispartitioned and con.is_no_inherit:
            raise not_supported("not-null constraints on partitioned tables cannot be NO INHERIT", at)
        if self.saw_nullable and not column.is_not_null:
            raise self._conflicting_null(at)
        if not self.modern:
            column.is_not_null = True
            self.saw_nullable = True
            return
        conflicting = f'conflicting NO INHERIT declarations for not-null constraints on column "{column.name}"'
        if self.disallow_noinherit_notnull and con.is_no_inherit:
            raise syntax_error(conflicting, at)
        if not column.is_not_null:
            column.is_not_null = True
            self.saw_nullable = True
            self.need_notnull = False
            self.notnull = replace(con, keys=(column.name,))
            cxt.nnconstraints.append(self.notnull)
        elif self.notnull is not None:
            given, held = con.conname, self.notnull.conname
            if given is not None and held is not None and given != held:
                raise Refusal("XX000", f'conflicting not-null constraint names "{held}" and "{given}"', at=at)
            if self.notnull.is_no_inherit != con.is_no_inherit:
                raise syntax_error(conflicting, at)
            if held is None and given is not None:
                index = next(i for i, c in enumerate(cxt.nnconstraints) if c is self.notnull)
                self.notnull = cxt.nnconstraints[index] = replace(self.notnull, conname=given)

    def _default(self, con: Constraint, at: At) -> None:
        if self.saw_default:
            raise syntax_error(f"multiple default values specified for {self._where()}", at)
        if con.raw_expr is not None:
            self.column.raw_default = con.raw_expr
        self.saw_default = True

    def _identity(self, con: Constraint, at: At) -> None:
        cxt, column = self.cxt, self.column
        if cxt.of_type:
            raise not_supported("identity columns are not supported on typed tables", None)
        if cxt.partbound is not None:
            raise not_supported("identity columns are not supported on partitions", None)
        if self.saw_identity:
            raise syntax_error(f"multiple identity specifications for {self._where()}", at)
        sequence = generate_serial_extra_stmts(cxt, column, column.type, con.options, True)
        column.identity = con.generated_when
        column.identity_sequence = sequence
        self.saw_identity = True
        if self.saw_nullable and not column.is_not_null:
            raise self._conflicting_null(at)
        if not self.modern:
            column.is_not_null = True
            self.saw_nullable = True
            return
        self._need_inheritable_not_null(at)

    def _need_inheritable_not_null(self, at: At) -> None:
        if not self.column.is_not_null:
            self.need_notnull = True
        self.disallow_noinherit_notnull = True
        if self.notnull is not None and self.notnull.is_no_inherit:
            name = self.column.name
            message = f'conflicting NO INHERIT declarations for not-null constraints on column "{name}"'
            raise syntax_error(message, at)

    def _generated(self, con: Constraint, at: At) -> None:
        if self.cxt.of_type:
            raise not_supported("generated columns are not supported on typed tables", None)
        if self.cxt.partbound is not None and self.cxt.session.version < 16:
            raise not_supported("generated columns are not supported on partitions", None)
        if self.saw_generated:
            raise syntax_error(f"multiple generation clauses specified for {self._where()}", at)
        self.column.generated = con.generated_kind or "s"
        self.column.raw_default = con.raw_expr
        self.saw_generated = True

    def _check(self, con: Constraint, at: At) -> None:
        self.cxt.ckconstraints.append(con)

    def _primary(self, con: Constraint, at: At) -> None:
        if self.modern:
            if self.saw_nullable and not self.column.is_not_null:
                raise self._conflicting_null(at)
            self._need_inheritable_not_null(at)
        if self.cxt.isforeign:
            raise not_supported("primary key constraints are not supported on foreign tables", at)
        self._key(con)

    def _unique(self, con: Constraint, at: At) -> None:
        if self.cxt.isforeign:
            raise not_supported("unique constraints are not supported on foreign tables", at)
        self._key(con)

    def _key(self, con: Constraint) -> None:
        self.cxt.ixconstraints.append(con if con.keys else replace(con, keys=(self.column.name,)))

    def _foreign(self, con: Constraint, at: At) -> None:
        if self.cxt.isforeign:
            raise not_supported("foreign key constraints are not supported on foreign tables", at)
        self.cxt.fkconstraints.append(replace(con, fk_attrs=(self.column.name,)))

    def finish(self) -> None:
        """What the constraints imply together."""
        column = self.column
        if self.need_notnull and not (self.saw_nullable and column.is_not_null):
            column.is_not_null = True
            self.cxt.nnconstraints.append(make_not_null_constraint(column.name))


def make_not_null_constraint(name: str) -> Constraint:
    """makeNotNullConstraint."""
    return Constraint(contype="CONSTR_NOTNULL", keys=(name,), is_enforced=True, initially_valid=True)


def transform_table_constraint(cxt: CreateStmtContext, con: Constraint) -> None:
    """transformTableConstraint."""
    at = (con.start, con.end)
    match con.contype:
        case "CONSTR_PRIMARY" | "CONSTR_UNIQUE" | "CONSTR_EXCLUSION":
            if cxt.isforeign:
                what = {"CONSTR_PRIMARY": "primary key", "CONSTR_UNIQUE": "unique"}.get(con.contype, "exclusion")
                raise not_supported(f"{what} constraints are not supported on foreign tables", at)
            if con.contype == "CONSTR_EXCLUSION" and cxt.ispartitioned and cxt.session.version < 17:
                raise not_supported("exclusion constraints are not supported on partitioned tables", at)
            cxt.ixconstraints.append(con)
        case "CONSTR_CHECK":
            cxt.ckconstraints.append(con)
        case "CONSTR_NOTNULL":
            if cxt.ispartitioned and con.is_no_inherit:
                raise not_supported("not-null constraints on partitioned tables cannot be NO INHERIT", at)
            cxt.nnconstraints.append(con)
        case "CONSTR_FOREIGN":
            if cxt.isforeign:
                raise not_supported("foreign key constraints are not supported on foreign tables", at)
            cxt.fkconstraints.append(con)


def transform_check_constraints(cxt: CreateStmtContext, skip_validation: bool) -> None:
    """A new table has no rows to check (transformCheckConstraints)."""
    if skip_validation:
        cxt.ckconstraints = [
            replace(con, skip_validation=True, initially_valid=con.is_enforced) for con in cxt.ckconstraints
        ]


def transform_fk_constraints(cxt: CreateStmtContext, skip_validation: bool, is_add_constraint: bool) -> None:
    """As transform_check_constraints; they are added once the table and its keys exist (transformFKConstraints)."""
    if skip_validation:
        cxt.fkconstraints = [
            replace(con, skip_validation=True, initially_valid=con.is_enforced) for con in cxt.fkconstraints
        ]


def check_of_type(cxt: CreateStmtContext, found: model.Type, at: At) -> model.Relation:
    """The composite type of a typed table (check_of_type)."""
    shown = format_type(cxt.session, found.oid)
    relation = cxt.session.catalog.get(model.Relation, found.relid) if found.typtype == "c" else None
    if relation is None:
        raise Refusal("42809", f"type {shown} is not a composite type", at=at)
    if relation.kind != "c":
        if cxt.session.version < 18:
            raise Refusal("42809", f"type {shown} is not a composite type", at=at)
        raise Refusal(
            "42809",
            f"type {shown} is the row type of another table",
            at=at,
            detail="A typed table must use a stand-alone composite type created with CREATE TYPE.",
        )
    return relation


def transform_of_type(cxt: CreateStmtContext, type_name: TypeName) -> model.Oid:
    """The columns that a typed table has from its type (transformOfType)."""
    at = (type_name.start, type_name.end)
    try:
        found = typename_type(cxt.session, type_name)[0]
    except Undecidable as reason:
        cxt.session.undecided.append(reason.reason)
        return 0
    for attribute in check_of_type(cxt, found, at).columns:
        if not attribute.dropped:
            cxt.columns.append(
                Column(
                    name=attribute.name,
                    type=attribute.type,
                    typmod=attribute.typmod,
                    collation=attribute.collation,
                    ndims=attribute.ndims,
                    is_from_type=True,
                )
            )
    return found.oid
