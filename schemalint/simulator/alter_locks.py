"""How strongly an ALTER TABLE locks its table (AlterTableGetLockLevel of tablecmds.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.simulator.effects import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE
from schemalint.syntax.nodes import AlterTableCmd, Constraint, DefElem, PartitionCmd

_WEAK = frozenset(
    (
        "AT_SetStatistics",
        "AT_ClusterOn",
        "AT_DropCluster",
        "AT_SetOptions",
        "AT_ResetOptions",
        "AT_ValidateConstraint",
        "AT_AttachPartition",
        "AT_DetachPartitionFinalize",
    )
)

_TRIGGERS = frozenset(
    (
        "AT_EnableTrig",
        "AT_EnableAlwaysTrig",
        "AT_EnableReplicaTrig",
        "AT_EnableTrigAll",
        "AT_EnableTrigUser",
        "AT_DisableTrig",
        "AT_DisableTrigAll",
        "AT_DisableTrigUser",
    )
)

_STRONG_OPTIONS = frozenset(
    (
        "fastupdate",
        "autosummarize",
        "buffering",
        "gin_pending_list_limit",
        "pages_per_range",
        "security_barrier",
        "security_invoker",
        "check_option",
        "user_catalog_table",
    )
)
"""Options of relations that are changed under ACCESS EXCLUSIVE (reloptions.c); all others take SHARE UPDATE EXCLUSIVE."""


def alter_table_get_lock_level(commands: Sequence[AlterTableCmd]) -> int:
    """The strongest lock that any of the actions needs."""
    return max(map(_level, commands), default=SHARE_UPDATE_EXCLUSIVE)


def _level(command: AlterTableCmd) -> int:
    subtype = command.subtype
    if subtype in _WEAK:
        return SHARE_UPDATE_EXCLUSIVE
    if subtype in _TRIGGERS:
        return SHARE_ROW_EXCLUSIVE
    if subtype == "AT_AddConstraint":
        con = command.def_
        return (
            SHARE_ROW_EXCLUSIVE if isinstance(con, Constraint) and con.contype == "CONSTR_FOREIGN" else ACCESS_EXCLUSIVE
        )
    if subtype in ("AT_SetRelOptions", "AT_ResetRelOptions"):
        return rel_options_lock_level(command.def_ or ())
    if subtype == "AT_DetachPartition" and isinstance(command.def_, PartitionCmd) and command.def_.concurrent:
        return SHARE_UPDATE_EXCLUSIVE
    return ACCESS_EXCLUSIVE


def rel_options_lock_level(options: Sequence[DefElem]) -> int:
    """AlterTableGetRelOptionsLockLevel."""
    if not options or any(option.defname in _STRONG_OPTIONS for option in options):
        return ACCESS_EXCLUSIVE
    return SHARE_UPDATE_EXCLUSIVE
