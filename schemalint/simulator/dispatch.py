"""Which module executes which statement; modules are imported when their first statement comes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from schemalint.errors import NotModelled
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import Node

Executor = Callable[[Session, Any], None]

EXECUTORS: dict[str, str] = {
    # tables, indexes, sequences
    "CreateStmt": "tables:define_relation",
    "CreateForeignTableStmt": "foreign_tables:create_foreign_table",
    "CreateTableAsStmt": "create_table_as:exec_create_table_as",
    "AlterTableStmt": "alter_table:alter_table",
    "AlterTableMoveAllStmt": "alter_table:alter_table_move_all",
    "IndexStmt": "indexes:define_index",
    "ReindexStmt": "indexes:exec_reindex",
    "ClusterStmt": "maintenance:cluster",
    "VacuumStmt": "maintenance:exec_vacuum",
    "TruncateStmt": "tables:execute_truncate",
    "LockStmt": "maintenance:lock_table",
    "CreateSeqStmt": "sequences:define_sequence",
    "AlterSeqStmt": "sequences:alter_sequence",
    # views, rules, triggers, policies
    "ViewStmt": "views:define_view",
    "RefreshMatViewStmt": "views:exec_refresh_mat_view",
    "RuleStmt": "rules:define_rule",
    "CreateTrigStmt": "triggers:create_trigger",
    "CreateEventTrigStmt": "event_triggers:create_event_trigger",
    "AlterEventTrigStmt": "event_triggers:alter_event_trigger",
    "CreatePolicyStmt": "policies:create_policy",
    "AlterPolicyStmt": "policies:alter_policy",
    # functions and what is built on them
    "CreateFunctionStmt": "functions:create_function",
    "AlterFunctionStmt": "functions:alter_function",
    "DoStmt": "do_blocks:execute_do",
    "CallStmt": "functions:execute_call",
    "DefineStmt": "define:define_object",
    "CreateOpClassStmt": "opclasses:define_opclass",
    "CreateOpFamilyStmt": "opclasses:define_opfamily",
    "AlterOpFamilyStmt": "opclasses:alter_opfamily",
    "AlterOperatorStmt": "operators:alter_operator",
    "CreateCastStmt": "casts:create_cast",
    "CreateConversionStmt": "casts:create_conversion",
    "CreateTransformStmt": "casts:create_transform",
    "CreatePLangStmt": "languages:create_proc_lang",
    "CreateAmStmt": "languages:create_access_method",
    # types
    "CompositeTypeStmt": "types:define_composite_type",
    "CreateEnumStmt": "enums:define_enum",
    "CreateRangeStmt": "types:define_range",
    "AlterEnumStmt": "enums:alter_enum",
    "AlterTypeStmt": "types:alter_type",
    "CreateDomainStmt": "domains:define_domain",
    "AlterDomainStmt": "domains:alter_domain",
    # any object
    "DropStmt": "drop:remove_objects",
    "RenameStmt": "rename:exec_rename",
    "AlterOwnerStmt": "owner:exec_alter_owner",
    "AlterObjectSchemaStmt": "set_schema:exec_alter_object_schema",
    "AlterObjectDependsStmt": "drop:exec_alter_object_depends",
    "CommentStmt": "comments:comment_object",
    "SecLabelStmt": "comments:exec_sec_label",
    "GrantStmt": "privileges:execute_grant",
    "GrantRoleStmt": "roles:grant_role",
    "AlterDefaultPrivilegesStmt": "privileges:exec_alter_default_privileges",
    # schemas, extensions, roles, databases
    "CreateSchemaStmt": "schemas:create_schema",
    "CreateExtensionStmt": "extensions:create_extension",
    "AlterExtensionStmt": "extensions:alter_extension",
    "AlterExtensionContentsStmt": "extensions:alter_extension_contents",
    "CreateRoleStmt": "roles:create_role",
    "AlterRoleStmt": "roles:alter_role",
    "AlterRoleSetStmt": "roles:alter_role_set",
    "DropRoleStmt": "roles:drop_role",
    "DropOwnedStmt": "roles:drop_owned",
    "ReassignOwnedStmt": "roles:reassign_owned",
    "CreatedbStmt": "databases:createdb",
    "AlterDatabaseStmt": "databases:alter_database",
    "AlterDatabaseSetStmt": "databases:alter_database_set",
    "AlterDatabaseRefreshCollStmt": "databases:alter_database_refresh_coll",
    "DropdbStmt": "databases:dropdb",
    "CreateTableSpaceStmt": "databases:create_table_space",
    "DropTableSpaceStmt": "databases:drop_table_space",
    "AlterTableSpaceOptionsStmt": "databases:alter_table_space_options",
    "AlterSystemStmt": "settings:alter_system",
    "AlterCollationStmt": "collations:alter_collation",
    # replication, statistics, foreign data, text search
    "CreatePublicationStmt": "publications:create_publication",
    "AlterPublicationStmt": "publications:alter_publication",
    "CreateSubscriptionStmt": "publications:create_subscription",
    "AlterSubscriptionStmt": "publications:alter_subscription",
    "DropSubscriptionStmt": "publications:drop_subscription",
    "CreateStatsStmt": "statistics:create_statistics",
    "AlterStatsStmt": "statistics:alter_statistics",
    "CreateFdwStmt": "foreign_data:create_fdw",
    "AlterFdwStmt": "foreign_data:alter_fdw",
    "CreateForeignServerStmt": "foreign_data:create_server",
    "AlterForeignServerStmt": "foreign_data:alter_server",
    "CreateUserMappingStmt": "foreign_data:create_user_mapping",
    "AlterUserMappingStmt": "foreign_data:alter_user_mapping",
    "DropUserMappingStmt": "foreign_data:drop_user_mapping",
    "ImportForeignSchemaStmt": "foreign_data:import_foreign_schema",
    "AlterTSDictionaryStmt": "text_search:alter_dictionary",
    "AlterTSConfigurationStmt": "text_search:alter_configuration",
    # sessions
    "TransactionStmt": "transactions:execute_transaction",
    "ConstraintsSetStmt": "transactions:set_constraints",
    "VariableSetStmt": "settings:exec_set_variable",
    "VariableShowStmt": "settings:show_variable",
    "DiscardStmt": "settings:discard",
    "CopyStmt": "copy:do_copy",
    "ExplainStmt": "queries:explain",
    "PrepareStmt": "prepared:prepare_query",
    "ExecuteStmt": "prepared:execute_query",
    "DeallocateStmt": "prepared:deallocate_query",
    "DeclareCursorStmt": "cursors:perform_cursor_open",
    "FetchStmt": "cursors:perform_portal_fetch",
    "ClosePortalStmt": "cursors:perform_portal_close",
    "ListenStmt": "settings:nothing",
    "UnlistenStmt": "settings:nothing",
    "NotifyStmt": "settings:nothing",
    "LoadStmt": "settings:load_library",
    "CheckPointStmt": "settings:checkpoint",
    # queries
    "SelectStmt": "queries:execute_query",
    "InsertStmt": "queries:execute_query",
    "UpdateStmt": "queries:execute_query",
    "DeleteStmt": "queries:execute_query",
    "MergeStmt": "queries:execute_query",
}
"""Node name -> module of this package and its function, named after the server's."""

_loaded: dict[str, Executor] = {}


def executor(kind: str) -> Executor:
    """The function that executes statements of this node name. Raises NotModelled."""
    found = _loaded.get(kind)
    if found is None:
        where = EXECUTORS.get(kind)
        if where is None:
            raise NotModelled(kind)
        module, _, function = where.partition(":")
        found = _loaded[kind] = getattr(import_module(f"schemalint.simulator.{module}"), function)
    return found


def execute_node(session: Session, node: Node) -> None:
    """Execute one statement of any kind (ProcessUtilitySlow, standard_ProcessUtility). Raises Refusal, Undecidable, NotModelled."""
    executor(type(node).__name__)(session, node)
