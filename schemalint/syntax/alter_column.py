"""What ALTER TABLE does to one column or constraint: the actions that start with ALTER."""

from __future__ import annotations

from schemalint.syntax.columns import (
    column_compression,
    column_storage,
    generated_when,
    identity,
    opt_collate_clause,
)
from schemalint.syntax.common import alter_generic_options, reloptions
from schemalint.syntax.constraint_attributes import (
    DEFERRABLE,
    DEFERRED,
    ENFORCED,
    IMMEDIATE,
    NO_INHERIT,
    NOT_DEFERRABLE,
    NOT_ENFORCED,
    NOT_VALID,
    check_attributes,
    constraint_attributes,
)
from schemalint.syntax.constraints import parenthesized
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import AlterTableCmd, ATAlterConstraint, ColumnDef, DefElem
from schemalint.syntax.sequences import is_sequence_option, restart_value, sequence_option
from schemalint.syntax.tokens import INTEGER
from schemalint.syntax.typenames import type_name

_MAX_COLUMN = 32767


def alter(c: Cursor, start: int) -> AlterTableCmd:
    """The actions of alter_table_cmd that start with ALTER."""
    c.expect("alter")
    if c.take("constraint"):
        return _alter_constraint(c, start)
    c.take("column")
    if c.kind() == INTEGER:
        return _set_statistics_of_number(c, start)
    at = c.start
    name = c.col_id()
    if c.take("set", "data") or c.match[c.at] == "type":
        return _type(c, start, name, at)
    action = _ACTIONS.get(c.match[c.at] or "")
    if action is None:
        raise c.error()
    return action(c, start, name)


def _set_statistics_of_number(c: Cursor, start: int) -> AlterTableCmd:
    at = c.start
    number = c.integer()
    number_end = c.end
    c.expect("set", "statistics")
    target = _statistics_target(c)
    if not 0 < number <= _MAX_COLUMN:
        message = f"column number must be in range from 1 to {_MAX_COLUMN}"
        raise ParseError(message, at, number_end, "22023")
    return AlterTableCmd(subtype="AT_SetStatistics", num=number, def_=target, start=start, end=c.end)


def _statistics_target(c: Cursor) -> int | None:
    """set_statistics_value: None is DEFAULT, since 17."""
    return None if c.version >= 17 and c.take("default") else c.signed_integer()


def _set(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """ALTER COLUMN ... SET."""
    c.at += 1
    word = c.match[c.at]
    def_: object = None
    if word == "default":
        c.at += 1
        subtype, def_ = "AT_ColumnDefault", expression(c)
    elif word == "not":
        c.expect("not", "null")
        subtype = "AT_SetNotNull"
    elif word == "statistics":
        c.at += 1
        subtype, def_ = "AT_SetStatistics", _statistics_target(c)
    elif word == "(":
        subtype, def_ = "AT_SetOptions", reloptions(c)
    elif word == "storage":
        subtype, def_ = "AT_SetStorage", column_storage(c)
    elif word == "compression":
        subtype, def_ = "AT_SetCompression", column_compression(c)
    elif word == "expression" and c.version >= 17:
        c.at += 1
        c.expect("as")
        subtype, def_ = "AT_SetExpression", parenthesized(c)
    elif word == "generated" or is_sequence_option(c):
        c.at -= 1
        return _identity(c, start, name)
    else:
        raise c.error()
    return AlterTableCmd(subtype=subtype, name=name, def_=def_, start=start, end=c.end)


def _drop(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """ALTER COLUMN ... DROP."""
    c.at += 1
    missing_ok = False
    if c.take("default"):
        subtype = "AT_ColumnDefault"
    elif c.take("not"):
        c.expect("null")
        subtype = "AT_DropNotNull"
    else:
        what = c.take_any("expression", "identity")
        if what is None:
            raise c.error()
        subtype = "AT_DropExpression" if what == "expression" else "AT_DropIdentity"
        missing_ok = c.take("if")
        if missing_ok:
            c.expect("exists")
    return AlterTableCmd(subtype=subtype, name=name, missing_ok=missing_ok, start=start, end=c.end)


def _reset(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """ALTER COLUMN ... RESET."""
    c.at += 1
    return AlterTableCmd(subtype="AT_ResetOptions", name=name, def_=reloptions(c), start=start, end=c.end)


def _add(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """ALTER COLUMN ... ADD GENERATED."""
    c.at += 1
    at = c.start
    c.expect("generated")
    when = generated_when(c)
    c.expect("as")
    constraint = identity(c, at, None, when)
    return AlterTableCmd(subtype="AT_AddIdentity", name=name, def_=constraint, start=start, end=c.end)


def _type(c: Cursor, start: int, name: str, at: int) -> AlterTableCmd:
    """ALTER COLUMN ... [SET DATA] TYPE. The new definition has no name, though it starts at the name, which is at `at`."""
    c.expect("type")
    type_ = type_name(c)
    collation = opt_collate_clause(c)
    using = expression(c) if c.take("using") else None
    column = ColumnDef(colname=None, typeName=type_, collClause=collation, raw_default=using, start=at, end=c.end)
    return AlterTableCmd(subtype="AT_AlterColumnType", name=name, def_=column, start=start, end=c.end)


def _options(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """ALTER COLUMN ... OPTIONS."""
    options = alter_generic_options(c)
    return AlterTableCmd(subtype="AT_AlterColumnGenericOptions", name=name, def_=options, start=start, end=c.end)


def _identity(c: Cursor, start: int, name: str) -> AlterTableCmd:
    """alter_identity_column_option_list."""
    options = [_identity_option(c)]
    while c.match[c.at] in ("restart", "set"):
        options.append(_identity_option(c))
    return AlterTableCmd(subtype="AT_SetIdentity", name=name, def_=tuple(options), start=start, end=c.end)


def _identity_option(c: Cursor) -> DefElem:
    """alter_identity_column_option."""
    start = c.start
    if c.take("restart"):
        return DefElem(defname="restart", arg=restart_value(c), start=start, end=c.end)
    c.expect("set")
    if c.take("generated"):
        return DefElem(defname="generated", arg=ord(generated_when(c)), start=start, end=c.end)
    option = sequence_option(c)
    if option.defname in ("as", "restart", "owned_by"):
        message = f'sequence option "{option.defname}" not supported here'
        raise ParseError(message, option.start, option.end)
    return option


_ACTIONS = {
    "set": _set,
    "drop": _drop,
    "reset": _reset,
    "add": _add,
    "options": _options,
    "restart": _identity,
}

_TIMES = NOT_DEFERRABLE | DEFERRABLE | IMMEDIATE | DEFERRED


def _alter_constraint(c: Cursor, start: int) -> AlterTableCmd:
    """ALTER CONSTRAINT, from behind these words on. Only its times could be altered before 18."""
    at = c.start
    name = c.col_id()
    if c.version >= 18 and c.take("inherit"):
        constraint = ATAlterConstraint(conname=name, alterInheritability=True, start=at, end=c.end)
        return AlterTableCmd(subtype="AT_AlterConstraint", def_=constraint, start=start, end=c.end)
    attributes = c.start
    bits = constraint_attributes(c)
    allowed = DEFERRABLE | DEFERRED
    if c.version >= 18:
        allowed |= ENFORCED | NOT_ENFORCED | NO_INHERIT
        if bits & NOT_VALID:
            message = "constraints cannot be altered to be NOT VALID"
            raise ParseError(message, attributes, c.end, "0A000")
    check_attributes(c, bits, allowed, "FOREIGN KEY", attributes)
    constraint = ATAlterConstraint(
        conname=name,
        alterEnforceability=bits & (ENFORCED | NOT_ENFORCED) != 0,
        is_enforced=not bits & NOT_ENFORCED,
        alterDeferrability=bits & _TIMES != 0 or c.version < 18,
        deferrable=bits & (DEFERRABLE | DEFERRED) != 0,
        initdeferred=bits & DEFERRED != 0,
        alterInheritability=bits & NO_INHERIT != 0,
        noinherit=bits & NO_INHERIT != 0,
        start=at,
        end=c.end,
    )
    return AlterTableCmd(subtype="AT_AlterConstraint", def_=constraint, start=start, end=c.end)
