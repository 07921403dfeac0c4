"""Command tags: what a statement is called in messages (CreateCommandTag of utility.c, cmdtaglist.h)."""

from __future__ import annotations

from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

_OBJECTS = {
    "OBJECT_ACCESS_METHOD": "ACCESS METHOD",
    "OBJECT_FDW": "FOREIGN DATA WRAPPER",
    "OBJECT_FOREIGN_SERVER": "SERVER",
    "OBJECT_MATVIEW": "MATERIALIZED VIEW",
    "OBJECT_OPCLASS": "OPERATOR CLASS",
    "OBJECT_OPFAMILY": "OPERATOR FAMILY",
    "OBJECT_STATISTIC_EXT": "STATISTICS",
    "OBJECT_TSCONFIGURATION": "TEXT SEARCH CONFIGURATION",
    "OBJECT_TSDICTIONARY": "TEXT SEARCH DICTIONARY",
    "OBJECT_TSPARSER": "TEXT SEARCH PARSER",
    "OBJECT_TSTEMPLATE": "TEXT SEARCH TEMPLATE",
    "OBJECT_COLUMN": "TABLE",
    "OBJECT_TABCONSTRAINT": "TABLE",
    "OBJECT_DOMCONSTRAINT": "DOMAIN",
    "OBJECT_ATTRIBUTE": "TYPE",
}

_TAGS = {
    "CreateStmt": "CREATE TABLE",
    "CreateForeignTableStmt": "CREATE FOREIGN TABLE",
    "IndexStmt": "CREATE INDEX",
    "CreateSeqStmt": "CREATE SEQUENCE",
    "AlterSeqStmt": "ALTER SEQUENCE",
    "ViewStmt": "CREATE VIEW",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
    "RuleStmt": "CREATE RULE",
    "CreateTrigStmt": "CREATE TRIGGER",
    "CreateEventTrigStmt": "CREATE EVENT TRIGGER",
    "AlterEventTrigStmt": "ALTER EVENT TRIGGER",
    "CreatePolicyStmt": "CREATE POLICY",
    "AlterPolicyStmt": "ALTER POLICY",
    "DoStmt": "DO",
    "CreateOpClassStmt": "CREATE OPERATOR CLASS",
    "CreateOpFamilyStmt": "CREATE OPERATOR FAMILY",
    "AlterOpFamilyStmt": "ALTER OPERATOR FAMILY",
    "AlterOperatorStmt": "ALTER OPERATOR",
    "CreateCastStmt": "CREATE CAST",
    "CreateConversionStmt": "CREATE CONVERSION",
    "CreateTransformStmt": "CREATE TRANSFORM",
    "CreatePLangStmt": "CREATE LANGUAGE",
    "CreateAmStmt": "CREATE ACCESS METHOD",
    "CompositeTypeStmt": "CREATE TYPE",
    "CreateEnumStmt": "CREATE TYPE",
    "CreateRangeStmt": "CREATE TYPE",
    "AlterEnumStmt": "ALTER TYPE",
    "AlterTypeStmt": "ALTER TYPE",
    "CreateDomainStmt": "CREATE DOMAIN",
    "AlterDomainStmt": "ALTER DOMAIN",
    "CommentStmt": "COMMENT",
    "SecLabelStmt": "SECURITY LABEL",
    "AlterDefaultPrivilegesStmt": "ALTER DEFAULT PRIVILEGES",
    "CreateSchemaStmt": "CREATE SCHEMA",
    "CreateExtensionStmt": "CREATE EXTENSION",
    "AlterExtensionStmt": "ALTER EXTENSION",
    "AlterExtensionContentsStmt": "ALTER EXTENSION",
    "CreateRoleStmt": "CREATE ROLE",
    "AlterRoleStmt": "ALTER ROLE",
    "AlterRoleSetStmt": "ALTER ROLE",
    "DropRoleStmt": "DROP ROLE",
    "DropOwnedStmt": "DROP OWNED",
    "ReassignOwnedStmt": "REASSIGN OWNED",
    "CreatedbStmt": "CREATE DATABASE",
    "AlterDatabaseStmt": "ALTER DATABASE",
    "AlterDatabaseSetStmt": "ALTER DATABASE",
    "AlterDatabaseRefreshCollStmt": "ALTER DATABASE",
    "DropdbStmt": "DROP DATABASE",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
    "AlterTableSpaceOptionsStmt": "ALTER TABLESPACE",
    "AlterSystemStmt": "ALTER SYSTEM",
    "AlterCollationStmt": "ALTER COLLATION",
    "CreatePublicationStmt": "CREATE PUBLICATION",
    "AlterPublicationStmt": "ALTER PUBLICATION",
    "CreateSubscriptionStmt": "CREATE SUBSCRIPTION",
    "AlterSubscriptionStmt": "ALTER SUBSCRIPTION",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "CreateStatsStmt": "CREATE STATISTICS",
    "AlterStatsStmt": "ALTER STATISTICS",
    "CreateFdwStmt": "CREATE FOREIGN DATA WRAPPER",
    "AlterFdwStmt": "ALTER FOREIGN DATA WRAPPER",
    "CreateForeignServerStmt": "CREATE SERVER",
    "AlterForeignServerStmt": "ALTER SERVER",
    "CreateUserMappingStmt": "CREATE USER MAPPING",
    "AlterUserMappingStmt": "ALTER USER MAPPING",
    "DropUserMappingStmt": "DROP USER MAPPING",
    "ImportForeignSchemaStmt": "IMPORT FOREIGN SCHEMA",
    "AlterTSDictionaryStmt": "ALTER TEXT SEARCH DICTIONARY",
    "AlterTSConfigurationStmt": "ALTER TEXT SEARCH CONFIGURATION",
    "ConstraintsSetStmt": "SET CONSTRAINTS",
    "VariableShowStmt": "SHOW",
    "LockStmt": "LOCK TABLE",
    "TruncateStmt": "TRUNCATE TABLE",
    "CopyStmt": "COPY",
    "ClusterStmt": "CLUSTER",
    "ReindexStmt": "REINDEX",
    "ExplainStmt": "EXPLAIN",
    "PrepareStmt": "PREPARE",
    "ExecuteStmt": "EXECUTE",
    "DeallocateStmt": "DEALLOCATE",
    "DeclareCursorStmt": "DECLARE CURSOR",
    "ClosePortalStmt": "CLOSE CURSOR",
    "ListenStmt": "LISTEN",
    "UnlistenStmt": "UNLISTEN",
    "NotifyStmt": "NOTIFY",
    "LoadStmt": "LOAD",
    "CheckPointStmt": "CHECKPOINT",
    "CallStmt": "CALL",
    "InsertStmt": "INSERT",
    "UpdateStmt": "UPDATE",
    "DeleteStmt": "DELETE",
    "MergeStmt": "MERGE",
    "SelectStmt": "SELECT",
}


def object_word(objtype: str) -> str:
    """`OBJECT_FOREIGN_TABLE` as the tag has it: FOREIGN TABLE."""
    return _OBJECTS.get(objtype) or objtype.removeprefix("OBJECT_").replace("_", " ")


def command_tag(node: Node) -> str:
    """The tag of a statement, for messages and for people."""
    match node:
        case nodes.AlterTableStmt():
            return f"ALTER {object_word(node.objtype)}"
        case nodes.AlterTableMoveAllStmt():
            return f"ALTER {object_word(node.objtype)}"
        case nodes.DropStmt():
            return f"DROP {object_word(node.removeType)}"
        case nodes.RenameStmt():
            kind = node.relationType if node.renameType in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE") else node.renameType
            return f"ALTER {object_word(kind)}"
        case nodes.AlterOwnerStmt() | nodes.AlterObjectSchemaStmt() | nodes.AlterObjectDependsStmt():
            return f"ALTER {object_word(node.objectType)}"
        case nodes.AlterFunctionStmt():
            return f"ALTER {object_word(node.objtype)}"
        case nodes.DefineStmt():
            return f"CREATE {object_word(node.kind)}"
        case nodes.CreateFunctionStmt():
            return "CREATE PROCEDURE" if node.is_procedure else "CREATE FUNCTION"
        case nodes.CreateTableAsStmt():
            if node.is_select_into:
                return "SELECT INTO"
            return "CREATE MATERIALIZED VIEW" if node.objtype == "OBJECT_MATVIEW" else "CREATE TABLE AS"
        case nodes.GrantStmt():
            return "GRANT" if node.is_grant else "REVOKE"
        case nodes.GrantRoleStmt():
            return "GRANT ROLE" if node.is_grant else "REVOKE ROLE"
        case nodes.TransactionStmt():
            return node.kind.removeprefix("TRANS_STMT_").replace("_", " ").replace("START", "START TRANSACTION")
        case nodes.VariableSetStmt():
            return "RESET" if node.kind.startswith("VAR_RESET") else "SET"
        case nodes.DiscardStmt():
            return node.target.replace("_", " ")
        case nodes.FetchStmt():
            return "MOVE" if node.ismove else "FETCH"
        case nodes.VacuumStmt():
            return "VACUUM" if node.is_vacuumcmd else "ANALYZE"
    return _TAGS.get(type(node).__name__, type(node).__name__)
