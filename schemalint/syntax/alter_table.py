"""ALTER of tables and what is altered like them: indexes, sequences, views, foreign tables, composite types."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax.alter_column import alter
from schemalint.syntax.columns import column_def, opt_collate_clause, table_func_element
from schemalint.syntax.common import (
    alter_generic_options,
    range_var_of,
    reloptions,
    role_list,
    role_spec,
    type_of_names,
)
from schemalint.syntax.constraints import is_table_constraint, table_constraint
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    AlterSeqStmt,
    AlterTableCmd,
    AlterTableMoveAllStmt,
    AlterTableStmt,
    ColumnDef,
    PartitionCmd,
    ReplicaIdentityStmt,
    RoleSpec,
)
from schemalint.syntax.partitions import partition_bound
from schemalint.syntax.queries import range_var, relation_expr
from schemalint.syntax.sequences import alter_sequence, is_sequence_option
from schemalint.syntax.typenames import type_name

_KINDS = {
    "table": "OBJECT_TABLE",
    "foreign": "OBJECT_FOREIGN_TABLE",
    "index": "OBJECT_INDEX",
    "sequence": "OBJECT_SEQUENCE",
    "view": "OBJECT_VIEW",
    "materialized": "OBJECT_MATVIEW",
}
_SECOND_WORDS = {"foreign": "table", "materialized": "view"}
_MOVABLE = frozenset({"OBJECT_TABLE", "OBJECT_INDEX", "OBJECT_MATVIEW"})


def alter_table(c: Cursor) -> AlterTableStmt | AlterTableMoveAllStmt | AlterSeqStmt:
    """AlterTableStmt, and AlterSeqStmt, which starts like it."""
    start, first = c.start, c.at
    c.expect("alter")
    word = c.match[c.at] or ""
    kind = _KINDS.get(word)
    if kind is None:
        raise c.error()
    c.at += 1
    if word in _SECOND_WORDS:
        c.expect(_SECOND_WORDS[word])
    if c.match[c.at] == "all" and kind in _MOVABLE:
        return _move_all(c, start, kind)
    missing_ok = c.if_exists()
    relation = relation_expr(c) if kind in ("OBJECT_TABLE", "OBJECT_FOREIGN_TABLE") else range_var(c)
    is_option = is_sequence_option(c) and not (c.match[c.at] == "no" and c.peek(1) in ("inherit", "force"))
    if kind == "OBJECT_SEQUENCE" and is_option:
        c.at = first
        return alter_sequence(c)
    word = c.match[c.at] or ""
    if word in ("attach", "detach") and (kind == "OBJECT_TABLE" or (kind == "OBJECT_INDEX" and not missing_ok)):
        commands: tuple[AlterTableCmd, ...] = (_partition_command(c, kind),)
    else:
        commands = c.list_of(alter_table_cmd)
    return AlterTableStmt(relation=relation, cmds=commands, objtype=kind, missing_ok=missing_ok, start=start, end=c.end)


def _move_all(c: Cursor, start: int, kind: str) -> AlterTableMoveAllStmt:
    """ALL IN TABLESPACE."""
    c.expect("all", "in", "tablespace")
    old = c.col_id()
    roles: tuple[RoleSpec, ...] = ()
    if c.take("owned"):
        c.expect("by")
        roles = role_list(c)
    c.expect("set", "tablespace")
    new = c.col_id()
    nowait = c.take("nowait")
    return AlterTableMoveAllStmt(
        orig_tablespacename=old,
        objtype=kind,
        roles=roles,
        new_tablespacename=new,
        nowait=nowait,
        start=start,
        end=c.end,
    )


def _partition_command(c: Cursor, kind: str) -> AlterTableCmd:
    """partition_cmd and index_partition_cmd."""
    start = c.start
    attach = c.match[c.at] == "attach"
    if not attach and kind == "OBJECT_INDEX":
        raise c.error()
    c.at += 1
    c.expect("partition")
    at = c.start
    name = range_var(c)
    bound = partition_bound(c) if attach and kind == "OBJECT_TABLE" else None
    subtype = "AT_AttachPartition" if attach else "AT_DetachPartition"
    concurrent = False
    if not attach and c.take("finalize"):
        subtype = "AT_DetachPartitionFinalize"
    elif not attach:
        concurrent = c.take("concurrently")
    command = PartitionCmd(name=name, bound=bound, concurrent=concurrent, start=at, end=c.end)
    return AlterTableCmd(subtype=subtype, def_=command, start=start, end=c.end)


def alter_table_cmd(c: Cursor) -> AlterTableCmd:
    """alter_table_cmd."""
    command = _COMMANDS.get(c.match[c.at] or "")
    if command is None:
        raise c.error()
    return command(c, c.start)


def _add(c: Cursor, start: int) -> AlterTableCmd:
    """ADD COLUMN and ADD CONSTRAINT."""
    c.at += 1
    if not c.take("column") and is_table_constraint(c):
        return AlterTableCmd(subtype="AT_AddConstraint", def_=table_constraint(c), start=start, end=c.end)
    missing_ok = c.if_not_exists()
    column = column_def(c)
    return AlterTableCmd(subtype="AT_AddColumn", def_=column, missing_ok=missing_ok, start=start, end=c.end)


def _drop(c: Cursor, start: int) -> AlterTableCmd:
    """DROP COLUMN and DROP CONSTRAINT."""
    c.at += 1
    subtype = "AT_DropConstraint" if c.take("constraint") else "AT_DropColumn"
    if subtype == "AT_DropColumn":
        c.take("column")
    missing_ok = c.if_exists()
    name = c.col_id()
    behavior = c.behavior()
    return AlterTableCmd(subtype=subtype, name=name, behavior=behavior, missing_ok=missing_ok, start=start, end=c.end)


def _validate(c: Cursor, start: int) -> AlterTableCmd:
    c.expect("validate", "constraint")
    return AlterTableCmd(subtype="AT_ValidateConstraint", name=c.col_id(), start=start, end=c.end)


def _set(c: Cursor, start: int) -> AlterTableCmd:
    """SET of the relation itself."""
    c.at += 1
    if c.match[c.at] == "(":
        return AlterTableCmd(subtype="AT_SetRelOptions", def_=reloptions(c), start=start, end=c.end)
    name = None
    word = c.take_any("without", "logged", "unlogged", "tablespace", "access")
    if word == "without":
        what = c.take_any("oids", "cluster")
        if what is None:
            raise c.error()
        subtype = "AT_DropOids" if what == "oids" else "AT_DropCluster"
    elif word in ("logged", "unlogged"):
        subtype = "AT_SetLogged" if word == "logged" else "AT_SetUnLogged"
    elif word == "tablespace":
        subtype, name = "AT_SetTableSpace", c.col_id()
    elif word == "access" and c.version >= 15:
        c.expect("method")
        subtype = "AT_SetAccessMethod"
        name = None if c.version >= 17 and c.take("default") else c.col_id()
    else:
        raise c.error(-1 if word else 0)
    return AlterTableCmd(subtype=subtype, name=name, start=start, end=c.end)


def _reset(c: Cursor, start: int) -> AlterTableCmd:
    c.at += 1
    return AlterTableCmd(subtype="AT_ResetRelOptions", def_=reloptions(c), start=start, end=c.end)


def _cluster(c: Cursor, start: int) -> AlterTableCmd:
    c.expect("cluster", "on")
    return AlterTableCmd(subtype="AT_ClusterOn", name=c.col_id(), start=start, end=c.end)


def _enable(c: Cursor, start: int) -> AlterTableCmd:
    """ENABLE and DISABLE of triggers, rules and row security."""
    verb = "Enable" if c.next_value() == "enable" else "Disable"
    if c.take("row"):
        c.expect("level", "security")
        return AlterTableCmd(subtype=f"AT_{verb}RowSecurity", start=start, end=c.end)
    when = c.take_any("always", "replica") if verb == "Enable" else None
    what = c.take_any("trigger", "rule")
    if what is None:
        raise c.error()
    if what == "trigger" and when is None and (which := c.take_any("all", "user")) is not None:
        return AlterTableCmd(subtype=f"AT_{verb}Trig{which.capitalize()}", start=start, end=c.end)
    kind = "Trig" if what == "trigger" else "Rule"
    name = c.col_id()
    return AlterTableCmd(subtype=f"AT_{verb}{(when or '').capitalize()}{kind}", name=name, start=start, end=c.end)


def _force(c: Cursor, start: int) -> AlterTableCmd:
    c.expect("force", "row", "level", "security")
    return AlterTableCmd(subtype="AT_ForceRowSecurity", start=start, end=c.end)


def _no(c: Cursor, start: int) -> AlterTableCmd:
    """NO FORCE ROW LEVEL SECURITY and NO INHERIT."""
    c.at += 1
    if c.take("inherit"):
        return AlterTableCmd(subtype="AT_DropInherit", def_=range_var(c), start=start, end=c.end)
    c.expect("force", "row", "level", "security")
    return AlterTableCmd(subtype="AT_NoForceRowSecurity", start=start, end=c.end)


def _inherit(c: Cursor, start: int) -> AlterTableCmd:
    c.at += 1
    return AlterTableCmd(subtype="AT_AddInherit", def_=range_var(c), start=start, end=c.end)


def _of(c: Cursor, start: int) -> AlterTableCmd:
    c.at += 1
    at = c.start
    type_ = type_of_names(c.any_name(), at, c.end)
    return AlterTableCmd(subtype="AT_AddOf", def_=type_, start=start, end=c.end)


def _not(c: Cursor, start: int) -> AlterTableCmd:
    c.expect("not", "of")
    return AlterTableCmd(subtype="AT_DropOf", start=start, end=c.end)


def _owner(c: Cursor, start: int) -> AlterTableCmd:
    c.expect("owner", "to")
    return AlterTableCmd(subtype="AT_ChangeOwner", newowner=role_spec(c), start=start, end=c.end)


def _replica(c: Cursor, start: int) -> AlterTableCmd:
    """REPLICA IDENTITY."""
    c.expect("replica", "identity")
    at = c.start
    word = c.take_any("nothing", "full", "default", "using")
    if word is None:
        raise c.error()
    name = None
    if word == "using":
        c.expect("index")
        name = c.col_id()
    kind = "i" if word == "using" else word[0]
    identity = ReplicaIdentityStmt(identity_type=kind, name=name, start=at, end=c.end)
    return AlterTableCmd(subtype="AT_ReplicaIdentity", def_=identity, start=start, end=c.end)


def _options(c: Cursor, start: int) -> AlterTableCmd:
    return AlterTableCmd(subtype="AT_GenericOptions", def_=alter_generic_options(c), start=start, end=c.end)


_COMMANDS: dict[str, Callable[[Cursor, int], AlterTableCmd]] = {
    "add": _add,
    "alter": alter,
    "drop": _drop,
    "validate": _validate,
    "set": _set,
    "reset": _reset,
    "cluster": _cluster,
    "enable": _enable,
    "disable": _enable,
    "force": _force,
    "no": _no,
    "inherit": _inherit,
    "of": _of,
    "not": _not,
    "owner": _owner,
    "replica": _replica,
    "options": _options,
}


def alter_composite_type(c: Cursor) -> AlterTableStmt:
    """AlterCompositeTypeStmt."""
    start = c.start
    c.expect("alter", "type")
    at = c.start
    names = c.any_name()
    names_end = c.end
    commands = c.list_of(_alter_type_cmd)
    relation = range_var_of(names, at, names_end)
    return AlterTableStmt(relation=relation, cmds=commands, objtype="OBJECT_TYPE", start=start, end=c.end)


def _alter_type_cmd(c: Cursor) -> AlterTableCmd:
    """alter_type_cmd."""
    start = c.start
    verb = c.take_any("add", "drop", "alter")
    if verb is None:
        raise c.error()
    c.expect("attribute")
    if verb == "add":
        column = table_func_element(c)
        behavior = c.behavior()
        return AlterTableCmd(subtype="AT_AddColumn", def_=column, behavior=behavior, start=start, end=c.end)
    missing_ok = verb == "drop" and c.if_exists()
    at = c.start
    name = c.col_id()
    if verb == "drop":
        behavior = c.behavior()
        return AlterTableCmd(
            subtype="AT_DropColumn", name=name, behavior=behavior, missing_ok=missing_ok, start=start, end=c.end
        )
    if c.take("set"):
        c.expect("data")
    c.expect("type")
    type_ = type_name(c)
    column = ColumnDef(colname=None, typeName=type_, collClause=opt_collate_clause(c), start=at, end=c.end)
    behavior = c.behavior()
    return AlterTableCmd(
        subtype="AT_AlterColumnType", name=name, def_=column, behavior=behavior, start=start, end=c.end
    )
