"""The state of one ALTER TABLE: what is queued for which table (AlteredTableInfo and the helpers of ATPrepCmd in tablecmds.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.catalog.model import Oid, Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.drop import check_system_relation
from schemalint.simulator.pg_inherits import find_all_inheritors
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterTableCmd, Node, RangeVar

At = tuple[int, int] | None

FINALIZE_HINT = "Use ALTER TABLE ... DETACH PARTITION ... FINALIZE to complete the pending detach operation."

(
    PASS_DROP,
    PASS_ALTER_TYPE,
    PASS_ADD_COL,
    PASS_SET_EXPRESSION,
    PASS_OLD_INDEX,
    PASS_OLD_CONSTR,
    PASS_ADD_CONSTR,
    PASS_COL_ATTRS,
    PASS_ADD_INDEXCONSTR,
    PASS_ADD_INDEX,
    PASS_ADD_OTHERCONSTR,
    PASS_MISC,
) = range(12)
"""The order in which actions are executed (AlterTablePass)."""


def passes(version: int) -> tuple[int, ...]:
    """Columns are added before old indexes and constraints are made again since 17."""
    if version >= 17:
        return tuple(range(12))
    return (PASS_DROP, PASS_ALTER_TYPE, PASS_OLD_INDEX, PASS_OLD_CONSTR, PASS_ADD_COL, *range(PASS_ADD_CONSTR, 12))


class Command:
    """One action (AlterTableCmd). `def_` is what the node has, or what transformation made of it; `recurse` says that execution
    goes on to children."""

    __slots__ = ("at", "behavior", "def_", "missing_ok", "name", "node", "num", "recurse", "subtype", "transformed")

    def __init__(self, subtype: str, name: str | None = None, def_: Any = None, at: At = None) -> None:
        self.subtype = subtype
        self.name = name
        self.num = 0
        self.def_ = def_
        self.behavior = "DROP_RESTRICT"
        self.missing_ok = False
        self.recurse = False
        self.at = at
        self.node: AlterTableCmd | None = None
        self.transformed: Any = None

    @classmethod
    def of(cls, node: AlterTableCmd) -> Command:
        command = cls(node.subtype, node.name, node.def_, (node.start, node.end))
        command.num, command.behavior, command.missing_ok = node.num, node.behavior, node.missing_ok
        command.node = node
        return command

    def copy(self) -> Command:
        other = Command(self.subtype, self.name, self.def_, self.at)
        other.num, other.behavior, other.missing_ok = self.num, self.behavior, self.missing_ok
        other.node, other.transformed = self.node, self.transformed
        return other


class AlteredTable:
    """One table of the statement (AlteredTableInfo).

    old          the table as it was before
    rewrite      why its rows are written anew, empty when they are not
    newvals      whether a column has values that rows from before do not hold
    scans        why its rows are read: names of constraints, or words
    changed_...  what an ALTER TYPE makes again, each with how it is remembered
    """

    def __init__(self, relation: Relation) -> None:
        self.relid = relation.oid
        self.old = relation
        self.subcmds: dict[int, list[Command]] = {}
        self.rewrite: list[str] = []
        self.newvals = False
        self.scans: list[str] = []
        self.rebuilt_indexes: list[Oid] = []
        self.persistence = ""
        self.access_method: Oid | None = None
        self.tablespace: Oid | None = None
        self.partition_constraint = False
        self.changed_constraints: dict[Oid, Any] = {}
        self.changed_indexes: dict[Oid, Any] = {}
        self.changed_statistics: dict[Oid, Any] = {}
        self.foreign_keys: list[tuple[str, Oid]] = []

    def add(self, which: int, command: Command) -> None:
        self.subcmds.setdefault(which, []).append(command)


class AlterTable:
    """The statement: its work queue, and what is to be done at its end."""

    def __init__(self, session: Session, relation: RangeVar, lockmode: int, node: Node | None = None) -> None:
        self.session = session
        self.rangevar = relation
        self.lockmode = lockmode
        self.node = node
        self.tables: dict[Oid, AlteredTable] = {}
        self.after: list[Callable[[], None]] = []
        self.cur_pass = -1

    def table(self, relid: Oid) -> AlteredTable:
        """The queue entry of a table, made on first use (ATGetQueueEntry)."""
        found = self.tables.get(relid)
        if found is None:
            found = self.tables[relid] = AlteredTable(self.rel(relid))
        return found

    def rel(self, relid: Oid) -> Relation:
        """The relation as it is now."""
        return self.session.catalog[Relation, relid]


# --- Which kinds of relations an action takes

_NAMES = {
    "AT_AddColumn": "ADD COLUMN",
    "AT_AddColumnToView": "ADD COLUMN",
    "AT_ColumnDefault": "ALTER COLUMN ... SET DEFAULT",
    "AT_DropNotNull": "ALTER COLUMN ... DROP NOT NULL",
    "AT_SetNotNull": "ALTER COLUMN ... SET NOT NULL",
    "AT_SetExpression": "ALTER COLUMN ... SET EXPRESSION",
    "AT_DropExpression": "ALTER COLUMN ... DROP EXPRESSION",
    "AT_SetStatistics": "ALTER COLUMN ... SET STATISTICS",
    "AT_SetOptions": "ALTER COLUMN ... SET",
    "AT_ResetOptions": "ALTER COLUMN ... RESET",
    "AT_SetStorage": "ALTER COLUMN ... SET STORAGE",
    "AT_SetCompression": "ALTER COLUMN ... SET COMPRESSION",
    "AT_DropColumn": "DROP COLUMN",
    "AT_AddConstraint": "ADD CONSTRAINT",
    "AT_AlterConstraint": "ALTER CONSTRAINT",
    "AT_ValidateConstraint": "VALIDATE CONSTRAINT",
    "AT_DropConstraint": "DROP CONSTRAINT",
    "AT_AlterColumnType": "ALTER COLUMN ... SET DATA TYPE",
    "AT_AlterColumnGenericOptions": "ALTER COLUMN ... OPTIONS",
    "AT_ChangeOwner": "OWNER TO",
    "AT_ClusterOn": "CLUSTER ON",
    "AT_DropCluster": "SET WITHOUT CLUSTER",
    "AT_SetAccessMethod": "SET ACCESS METHOD",
    "AT_SetLogged": "SET LOGGED",
    "AT_SetUnLogged": "SET UNLOGGED",
    "AT_DropOids": "SET WITHOUT OIDS",
    "AT_SetTableSpace": "SET TABLESPACE",
    "AT_SetRelOptions": "SET",
    "AT_ResetRelOptions": "RESET",
    "AT_EnableTrig": "ENABLE TRIGGER",
    "AT_EnableAlwaysTrig": "ENABLE ALWAYS TRIGGER",
    "AT_EnableReplicaTrig": "ENABLE REPLICA TRIGGER",
    "AT_DisableTrig": "DISABLE TRIGGER",
    "AT_EnableTrigAll": "ENABLE TRIGGER ALL",
    "AT_DisableTrigAll": "DISABLE TRIGGER ALL",
    "AT_EnableTrigUser": "ENABLE TRIGGER USER",
    "AT_DisableTrigUser": "DISABLE TRIGGER USER",
    "AT_EnableRule": "ENABLE RULE",
    "AT_EnableAlwaysRule": "ENABLE ALWAYS RULE",
    "AT_EnableReplicaRule": "ENABLE REPLICA RULE",
    "AT_DisableRule": "DISABLE RULE",
    "AT_AddInherit": "INHERIT",
    "AT_DropInherit": "NO INHERIT",
    "AT_AddOf": "OF",
    "AT_DropOf": "NOT OF",
    "AT_ReplicaIdentity": "REPLICA IDENTITY",
    "AT_EnableRowSecurity": "ENABLE ROW SECURITY",
    "AT_DisableRowSecurity": "DISABLE ROW SECURITY",
    "AT_ForceRowSecurity": "FORCE ROW SECURITY",
    "AT_NoForceRowSecurity": "NO FORCE ROW SECURITY",
    "AT_GenericOptions": "OPTIONS",
    "AT_AttachPartition": "ATTACH PARTITION",
    "AT_DetachPartition": "DETACH PARTITION",
    "AT_DetachPartitionFinalize": "DETACH PARTITION ... FINALIZE",
    "AT_AddIdentity": "ALTER COLUMN ... ADD IDENTITY",
    "AT_SetIdentity": "ALTER COLUMN ... SET",
    "AT_DropIdentity": "ALTER COLUMN ... DROP IDENTITY",
}
"""alter_table_type_to_string."""

_DETAILS = {
    "r": "tables",
    "p": "partitioned tables",
    "v": "views",
    "m": "materialized views",
    "i": "indexes",
    "I": "partitioned indexes",
    "S": "sequences",
    "c": "composite types",
    "f": "foreign tables",
    "t": "TOAST tables",
}
"""errdetail_relkind_not_supported."""

_BEFORE_15 = {
    "rp": "a table",
    "rpv": "a table or view",
    "rpvf": "a table, view, or foreign table",
    "rpvmiI": "a table, view, materialized view, or index",
    "rpvmi": "a table, view, materialized view, or index",
    "rpm": "a table or materialized view",
    "rpmi": "a table, materialized view, or index",
    "rpmif": "a table, materialized view, index, or foreign table",
    "rpmf": "a table, materialized view, or foreign table",
    "rpmiIf": "a table, materialized view, index, partitioned index, or foreign table",
    "rpmiI": "a table, materialized view, index, or partitioned index",
    "rpI": "a table or partitioned index",
    "rpf": "a table or foreign table",
    "rpcf": "a table, composite type, or foreign table",
    "v": "a view",
    "f": "a foreign table",
}
"""ATWrongRelkindError, by the kinds that are allowed."""


def simple_permissions(session: Session, relation: Relation, subtype: str, kinds: str, at: At = None) -> None:
    """Raise 42809 for a kind of relation that the action does not take, 42501 for one of another owner (ATSimplePermissions)."""
    if relation.kind not in kinds:
        name = relation.name
        if session.version >= 15:
            action = _NAMES.get(subtype)
            message = f'ALTER action {action} cannot be performed on relation "{name}"'
            detail = f"This operation is not supported for {_DETAILS[relation.kind]}."
            raise Refusal("42809", message, at=at, word=name, detail=detail)
        noun = _BEFORE_15.get(kinds)
        message = f'"{name}" is not {noun}' if noun is not None else f'"{name}" is of the wrong type'
        raise Refusal("42809", message, at=at, word=name)
    if not is_superuser(session):
        owner_check(session, relation, at)
    check_system_relation(session, relation, at)


Prepare = Callable[[AlterTable, Relation, Command, bool, bool], None]


def simple_recursion(work: AlterTable, relation: Relation, command: Command, recurse: bool, prep: Prepare) -> None:
    """Prepare the action for all that inherits from the relation, too (ATSimpleRecursion)."""
    if recurse and relation.kind in "rpf":
        for child, _ in find_all_inheritors(work.session, relation.oid, work.lockmode):
            if child != relation.oid:
                prep(work, work.rel(child), command, False, True)


def typed_table_recursion(work: AlterTable, relation: Relation, command: Command, prep: Prepare) -> None:
    """Prepare an action on a composite type for the tables OF it (ATTypedTableRecursion)."""
    from schemalint.simulator.rename_relation import find_typed_table_dependencies

    for table in find_typed_table_dependencies(
        work.session, relation.type, relation.name, command.behavior, command.at
    ):
        prep(work, table, command, True, True)


def no_such_column(relation: Relation, name: str | None, at: At = None) -> Refusal:
    message = f'column "{name}" of relation "{relation.name}" does not exist'
    return Refusal("42703", message, at=at, word=name)


def attnum_to_alter(relation: Relation, name: str, at: At = None) -> int:
    """The number of a column that is to be altered. Raises 42703, and 0A000 for a system column."""
    from schemalint.simulator.objectaddress import get_attnum

    num = get_attnum(relation, name)
    if not num:
        raise no_such_column(relation, name, at)
    if num < 0:
        raise Refusal("0A000", f'cannot alter system column "{name}"', at=at, word=name)
    return num
