"""What exists in a database: one immutable struct for each row of pg_catalog that decides what a migration may do.

A struct is named after the catalog's object and its fields after the catalog's columns without their prefix (`pg_class.relkind`
is `Relation.kind`). Object identifiers are PostgreSQL's for built-in objects; those of a simulated database start at 16384.
Fields that have their default are left out of JSON, so snapshots and the data of built-in objects stay small.
"""

from __future__ import annotations

from schemalint.catalog.model.base import (
    FIRST_NORMAL_OID,
    CatalogObject,
    Comment,
    Dependency,
    Expression,
    ObjectAddress,
    Oid,
)
from schemalint.catalog.model.database import (
    Database,
    DefaultAcl,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignServer,
    Membership,
    Publication,
    PublicationRelation,
    Role,
    Subscription,
    Tablespace,
    UserMapping,
)
from schemalint.catalog.model.programs import (
    AccessMethod,
    AggregateInfo,
    AmOp,
    AmProc,
    Cast,
    Collation,
    Conversion,
    Language,
    OpClass,
    Operator,
    OpFamily,
    Proc,
    TextSearch,
    Transform,
    Type,
)
from schemalint.catalog.model.relations import (
    Attribute,
    Constraint,
    IndexInfo,
    Namespace,
    PartitionBound,
    PartitionKey,
    Policy,
    Relation,
    RewriteRule,
    SequenceInfo,
    StatisticsObject,
    Trigger,
)

CLASSES: dict[str, type[CatalogObject]] = {struct.CLASS: struct for struct in CatalogObject.__subclasses__()}
"""Catalog -> the struct of its rows."""

__all__ = [
    "CLASSES",
    "FIRST_NORMAL_OID",
    "AccessMethod",
    "AggregateInfo",
    "AmOp",
    "AmProc",
    "Attribute",
    "Cast",
    "CatalogObject",
    "Collation",
    "Comment",
    "Constraint",
    "Conversion",
    "Database",
    "DefaultAcl",
    "Dependency",
    "EventTrigger",
    "Expression",
    "Extension",
    "ForeignDataWrapper",
    "ForeignServer",
    "IndexInfo",
    "Language",
    "Membership",
    "Namespace",
    "ObjectAddress",
    "Oid",
    "OpClass",
    "OpFamily",
    "Operator",
    "PartitionBound",
    "PartitionKey",
    "Policy",
    "Proc",
    "Publication",
    "PublicationRelation",
    "Relation",
    "RewriteRule",
    "Role",
    "SequenceInfo",
    "StatisticsObject",
    "Subscription",
    "Tablespace",
    "TextSearch",
    "Transform",
    "Trigger",
    "Type",
    "UserMapping",
]
