"""ALTER TABLE and ALTER of what is altered like tables (AlterTable, ATController, ATPrepCmd, ATExecCmd of tablecmds.c).

The actions are prepared one after the other, then executed in passes, and at the end tables are scanned or rewritten once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from schemalint.catalog.model import Relation
from schemalint.errors import NotModelled, Refusal
from schemalint.simulator.alter_checks import check_alter_relation
from schemalint.simulator.alter_locks import alter_table_get_lock_level
from schemalint.simulator.alter_work import (
    FINALIZE_HINT,
    PASS_ADD_COL,
    PASS_ADD_CONSTR,
    PASS_ADD_OTHERCONSTR,
    PASS_ALTER_TYPE,
    PASS_COL_ATTRS,
    PASS_DROP,
    PASS_MISC,
    PASS_SET_EXPRESSION,
    AlteredTable,
    AlterTable,
    Command,
    passes,
    simple_permissions,
    simple_recursion,
)
from schemalint.simulator.effects import IndexBuilt, Rewritten, Scanned, Skipped
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterTableMoveAllStmt, AlterTableStmt, PartitionCmd

# --- The statement


def alter_table(session: Session, stmt: AlterTableStmt) -> None:
    """ALTER TABLE, VIEW, INDEX, SEQUENCE, FOREIGN TABLE, MATERIALIZED VIEW, and ALTER TYPE of a composite type (AlterTable)."""
    for node in stmt.cmds:
        if isinstance(node.def_, PartitionCmd) and node.def_.concurrent:
            session.prevent_in_transaction_block("ALTER TABLE ... DETACH CONCURRENTLY", stmt)
    lockmode = alter_table_get_lock_level(stmt.cmds)
    at = (stmt.relation.start, stmt.relation.end)
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return
    check_alter_relation(session, relation, stmt.objtype, at)
    session.lock(relation.oid, lockmode)
    work = AlterTable(session, stmt.relation, lockmode, stmt)
    commands = [Command.of(node) for node in stmt.cmds]
    alter_table_internal(work, relation, commands, stmt.relation.inh)


def alter_table_internal(work: AlterTable, relation: Relation, commands: list[Command], recurse: bool) -> None:
    """ATController."""
    for command in commands:
        prep_cmd(work, work.rel(relation.oid), command, recurse, False)
    _rewrite_catalogs(work)
    _rewrite_tables(work)
    for action in work.after:
        action()


# --- Phase 1

_T = "rpf"
_PREPARED: dict[str, tuple[str, str, int]] = {
    # action: kinds of relations, what to do about children (s simple recursion, f at execution), pass
    "AT_AddColumn": ("rpcf", "", PASS_ADD_COL),
    "AT_AddColumnToView": ("v", "", PASS_ADD_COL),
    "AT_ColumnDefault": ("rpvf", "s", PASS_ADD_OTHERCONSTR),
    "AT_AddIdentity": ("rpvf", "f", PASS_ADD_OTHERCONSTR),
    "AT_SetIdentity": ("rpvf", "f", PASS_MISC),
    "AT_DropIdentity": ("rpvf", "f", PASS_DROP),
    "AT_DropNotNull": (_T, "", PASS_DROP),
    "AT_SetNotNull": (_T, "", PASS_COL_ATTRS),
    "AT_SetExpression": (_T, "s", PASS_SET_EXPRESSION),
    "AT_DropExpression": (_T, "s", PASS_DROP),
    "AT_SetStatistics": ("rpmiIf", "s", PASS_MISC),
    "AT_SetOptions": ("rpmf", "", PASS_MISC),
    "AT_ResetOptions": ("rpmf", "", PASS_MISC),
    "AT_SetStorage": ("rpmf", "s", PASS_MISC),
    "AT_SetCompression": ("rpm", "", PASS_MISC),
    "AT_DropColumn": ("rpcf", "", PASS_DROP),
    "AT_AddConstraint": (_T, "f", PASS_ADD_CONSTR),
    "AT_DropConstraint": (_T, "f", PASS_DROP),
    "AT_AlterConstraint": ("rp", "f", PASS_MISC),
    "AT_ValidateConstraint": (_T, "f", PASS_MISC),
    "AT_AlterColumnType": ("rpcf", "", PASS_ALTER_TYPE),
    "AT_AlterColumnGenericOptions": ("f", "", PASS_MISC),
    "AT_ClusterOn": ("rpm", "", PASS_MISC),
    "AT_DropCluster": ("rpm", "", PASS_MISC),
    "AT_SetLogged": ("rS", "", PASS_MISC),
    "AT_SetUnLogged": ("rS", "", PASS_MISC),
    "AT_DropOids": (_T, "", PASS_DROP),
    "AT_SetAccessMethod": ("rpm", "", PASS_MISC),
    "AT_SetTableSpace": ("rpmiI", "", PASS_MISC),
    "AT_SetRelOptions": ("rpvmi", "", PASS_MISC),
    "AT_ResetRelOptions": ("rpvmi", "", PASS_MISC),
    "AT_EnableTrig": (_T, "f", PASS_MISC),
    "AT_EnableAlwaysTrig": (_T, "f", PASS_MISC),
    "AT_EnableReplicaTrig": (_T, "f", PASS_MISC),
    "AT_EnableTrigAll": (_T, "f", PASS_MISC),
    "AT_EnableTrigUser": (_T, "f", PASS_MISC),
    "AT_DisableTrig": (_T, "f", PASS_MISC),
    "AT_DisableTrigAll": (_T, "f", PASS_MISC),
    "AT_DisableTrigUser": (_T, "f", PASS_MISC),
    "AT_EnableRule": ("rp", "", PASS_MISC),
    "AT_EnableAlwaysRule": ("rp", "", PASS_MISC),
    "AT_EnableReplicaRule": ("rp", "", PASS_MISC),
    "AT_DisableRule": ("rp", "", PASS_MISC),
    "AT_AddInherit": (_T, "", PASS_MISC),
    "AT_DropInherit": (_T, "", PASS_MISC),
    "AT_AddOf": ("rp", "", PASS_MISC),
    "AT_DropOf": ("rp", "", PASS_MISC),
    "AT_ReplicaIdentity": ("rpm", "", PASS_MISC),
    "AT_EnableRowSecurity": ("rp", "", PASS_MISC),
    "AT_DisableRowSecurity": ("rp", "", PASS_MISC),
    "AT_ForceRowSecurity": ("rp", "", PASS_MISC),
    "AT_NoForceRowSecurity": ("rp", "", PASS_MISC),
    "AT_GenericOptions": ("f", "", PASS_MISC),
    "AT_AttachPartition": ("pI", "", PASS_MISC),
    "AT_DetachPartition": ("p", "", PASS_MISC),
    "AT_DetachPartitionFinalize": ("p", "", PASS_MISC),
    "AT_ChangeOwner": ("", "", PASS_MISC),
}


def _kinds(session: Session, subtype: str, kinds: str) -> str:
    """Kinds that an action takes in this major: ATT_TABLE meant partitioned tables, too, before 17."""
    if session.version >= 18:
        return kinds
    if subtype in ("AT_SetLogged", "AT_SetUnLogged"):
        return "rpS" if session.version >= 15 else "rp"
    if subtype in ("AT_AttachPartition", "AT_DetachPartition", "AT_DetachPartitionFinalize"):
        return "rpI" if subtype == "AT_AttachPartition" else "rp"
    return kinds


def prep_cmd(work: AlterTable, relation: Relation, given: Command, recurse: bool, recursing: bool) -> None:
    """Check an action against the relation and queue it, for its children too (ATPrepCmd)."""
    session = work.session
    tab = work.table(relation.oid)
    command = given.copy()
    subtype = command.subtype
    if relation.detachpending and subtype != "AT_DetachPartitionFinalize":
        message = f'cannot alter partition "{relation.name}" with an incomplete detach'
        raise Refusal("55000", message, at=command.at, word=relation.name, hint=FINALIZE_HINT)
    prepared = _PREPARED.get(subtype)
    if prepared is None:
        raise NotModelled(subtype, command.at)
    kinds, children, which = prepared
    if kinds:
        simple_permissions(session, relation, subtype, _kinds(session, subtype, kinds), command.at)
    own = _PREP.get(subtype)
    if subtype == "AT_ColumnDefault" and command.def_ is None:
        which = PASS_DROP
    if children == "s":
        simple_recursion(work, relation, command, recurse, prep_cmd)
    elif children == "f" and recurse:
        command.recurse = True
    if own is not None:
        _call(own)(work, tab, relation, command, recurse, recursing)
    tab.add(which, command)


_PREP: dict[str, str] = {
    "AT_AddColumn": "alter_columns:prep_add_column",
    "AT_DropColumn": "alter_columns:prep_drop_column",
    "AT_DropNotNull": "alter_not_null:prep_drop_not_null",
    "AT_SetNotNull": "alter_not_null:prep_set_not_null",
    "AT_DropExpression": "alter_expression:prep_drop_expression",
    "AT_AddConstraint": "alter_add_constraint:prep_add_constraint",
    "AT_AlterColumnType": "alter_type:prep_alter_column_type",
    "AT_SetLogged": "alter_storage:prep_change_persistence",
    "AT_SetUnLogged": "alter_storage:prep_change_persistence",
    "AT_SetAccessMethod": "alter_storage:prep_set_access_method",
    "AT_SetTableSpace": "alter_storage:prep_set_table_space",
    "AT_AddInherit": "alter_inherit:prep_add_inherit",
}
"""Action -> what else is to be prepared (the ATPrep functions)."""

_EXEC: dict[str, str] = {
    "AT_AddColumn": "alter_columns:at_exec_add_column",
    "AT_AddColumnToView": "alter_columns:at_exec_add_column",
    "AT_ColumnDefault": "alter_columns:at_exec_column_default",
    "AT_DropColumn": "alter_columns:at_exec_drop_column",
    "AT_AddIdentity": "alter_identity:at_exec_add_identity",
    "AT_SetIdentity": "alter_identity:at_exec_set_identity",
    "AT_DropIdentity": "alter_identity:at_exec_drop_identity",
    "AT_DropNotNull": "alter_not_null:at_exec_drop_not_null",
    "AT_SetNotNull": "alter_not_null:at_exec_set_not_null",
    "AT_CheckNotNull": "alter_not_null:at_exec_check_not_null",
    "AT_SetExpression": "alter_expression:at_exec_set_expression",
    "AT_DropExpression": "alter_expression:at_exec_drop_expression",
    "AT_SetStatistics": "alter_attributes:at_exec_set_statistics",
    "AT_SetOptions": "alter_attributes:at_exec_set_options",
    "AT_ResetOptions": "alter_attributes:at_exec_set_options",
    "AT_SetStorage": "alter_attributes:at_exec_set_storage",
    "AT_SetCompression": "alter_attributes:at_exec_set_compression",
    "AT_AlterColumnGenericOptions": "alter_attributes:at_exec_alter_column_generic_options",
    "AT_AddConstraint": "alter_add_constraint:at_exec_add_constraint",
    "AT_AddIndex": "alter_add_constraint:at_exec_add_index",
    "AT_AddIndexConstraint": "alter_add_constraint:at_exec_add_index_constraint",
    "AT_DropConstraint": "alter_constraints:at_exec_drop_constraint",
    "AT_AlterConstraint": "alter_constraints:at_exec_alter_constraint",
    "AT_ValidateConstraint": "alter_constraints:at_exec_validate_constraint",
    "AT_AlterColumnType": "alter_type:at_exec_alter_column_type",
    "AT_ChangeOwner": "alter_misc:at_exec_change_owner",
    "AT_ClusterOn": "alter_misc:at_exec_cluster_on",
    "AT_DropCluster": "alter_misc:at_exec_drop_cluster",
    "AT_SetLogged": "alter_storage:at_exec_set_logged",
    "AT_SetUnLogged": "alter_storage:at_exec_set_logged",
    "AT_DropOids": "alter_misc:nothing",
    "AT_SetAccessMethod": "alter_storage:at_exec_set_access_method",
    "AT_SetTableSpace": "alter_storage:at_exec_set_table_space",
    "AT_SetRelOptions": "alter_storage:at_exec_set_rel_options",
    "AT_ResetRelOptions": "alter_storage:at_exec_set_rel_options",
    "AT_EnableTrig": "alter_misc:at_exec_enable_disable_trigger",
    "AT_EnableAlwaysTrig": "alter_misc:at_exec_enable_disable_trigger",
    "AT_EnableReplicaTrig": "alter_misc:at_exec_enable_disable_trigger",
    "AT_EnableTrigAll": "alter_misc:at_exec_enable_disable_trigger",
    "AT_EnableTrigUser": "alter_misc:at_exec_enable_disable_trigger",
    "AT_DisableTrig": "alter_misc:at_exec_enable_disable_trigger",
    "AT_DisableTrigAll": "alter_misc:at_exec_enable_disable_trigger",
    "AT_DisableTrigUser": "alter_misc:at_exec_enable_disable_trigger",
    "AT_EnableRule": "alter_misc:at_exec_enable_disable_rule",
    "AT_EnableAlwaysRule": "alter_misc:at_exec_enable_disable_rule",
    "AT_EnableReplicaRule": "alter_misc:at_exec_enable_disable_rule",
    "AT_DisableRule": "alter_misc:at_exec_enable_disable_rule",
    "AT_AddInherit": "alter_inherit:at_exec_add_inherit",
    "AT_DropInherit": "alter_inherit:at_exec_drop_inherit",
    "AT_AddOf": "alter_inherit:at_exec_add_of",
    "AT_DropOf": "alter_inherit:at_exec_drop_of",
    "AT_ReplicaIdentity": "alter_misc:at_exec_replica_identity",
    "AT_EnableRowSecurity": "alter_misc:at_exec_row_security",
    "AT_DisableRowSecurity": "alter_misc:at_exec_row_security",
    "AT_ForceRowSecurity": "alter_misc:at_exec_row_security",
    "AT_NoForceRowSecurity": "alter_misc:at_exec_row_security",
    "AT_GenericOptions": "alter_storage:at_exec_generic_options",
    "AT_AttachPartition": "alter_partitions:at_exec_attach_partition",
    "AT_DetachPartition": "alter_partitions:at_exec_detach_partition",
    "AT_DetachPartitionFinalize": "alter_partitions:at_exec_detach_partition_finalize",
}
"""Action -> its execution; modules are imported when their first action comes."""

_loaded: dict[str, Callable[..., None]] = {}


def _call(where: str) -> Callable[..., None]:
    found = _loaded.get(where)
    if found is None:
        module, _, function = where.partition(":")
        try:
            found = getattr(import_module(f"schemalint.simulator.{module}"), function)
        except (ModuleNotFoundError, AttributeError):
            raise NotModelled(f"ALTER TABLE: {function}") from None
        _loaded[where] = found
    return found


# --- Phase 2


def _rewrite_catalogs(work: AlterTable) -> None:
    """ATRewriteCatalogs: one pass after the other, each over all tables."""
    for which in passes(work.session.version):
        work.cur_pass = which
        for relid in list(work.tables):
            tab = work.tables[relid]
            commands = tab.subcmds.get(which, ())
            if not commands:
                continue
            for command in list(commands):
                exec_cmd(work, tab, command)
            if which in (PASS_ALTER_TYPE, PASS_SET_EXPRESSION):
                _call("alter_type_rebuild:post_alter_type_cleanup")(work, tab)


def exec_cmd(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecCmd."""
    where = _EXEC.get(command.subtype)
    if where is None:
        raise NotModelled(command.subtype, command.at)
    _call(where)(work, tab, command)


# --- Phase 3


def _rewrite_tables(work: AlterTable) -> None:
    """ATRewriteTables: what the actions together do to the rows."""
    session = work.session
    for tab in work.tables.values():
        if session.catalog.get(Relation, tab.relid) is None:
            continue
        relation = work.rel(tab.relid)
        if (tab.rewrite or tab.newvals) and relation.kind in "rm":
            _check_row_type_unused(session, tab)
        if relation.kind not in "rm":
            continue
        if tab.rewrite:
            session.effect(Rewritten(tab.relid, "; ".join(dict.fromkeys(tab.rewrite))))
            for index in session.catalog.indexes(tab.relid):
                session.effect(IndexBuilt(index.oid, tab.relid))
        else:
            for why in dict.fromkeys(tab.scans):
                session.effect(Scanned(tab.relid, why))
            for oid in dict.fromkeys(tab.rebuilt_indexes):
                session.effect(IndexBuilt(oid, tab.relid))
    for tab in work.tables.values():
        for name, referenced in tab.foreign_keys:
            if not tab.rewrite:
                session.effect(Scanned(tab.relid, name))
            session.effect(Scanned(referenced, name))


def _check_row_type_unused(session: Session, tab: AlteredTable) -> None:
    """Rows that are stored in columns of other tables cannot be rewritten (find_composite_type_dependencies)."""
    from schemalint.simulator.composites import find_composite_type_dependencies

    find_composite_type_dependencies(session, tab.old.type, tab.old)


# --- ALL IN TABLESPACE


def alter_table_move_all(session: Session, stmt: AlterTableMoveAllStmt) -> None:
    """ALTER TABLE ALL IN TABLESPACE (AlterTableMoveAll)."""
    from schemalint.simulator.acl import get_rolespec
    from schemalint.simulator.heap import get_tablespace_oid

    at = (stmt.start, stmt.end)
    old = get_tablespace_oid(session, stmt.orig_tablespacename, at)
    new = get_tablespace_oid(session, stmt.new_tablespacename, at)
    for role in stmt.roles:
        get_rolespec(session, role)
    if stmt.orig_tablespacename == "pg_global" or stmt.new_tablespacename == "pg_global":
        message = "cannot move relations in to or out of pg_global tablespace"
        raise Refusal("42P17", message, at=at)
    if old == new:
        return
