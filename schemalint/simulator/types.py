"""CREATE TYPE and ALTER TYPE SET by kind of type (typecmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Attribute, Relation, Type
from schemalint.errors import Refusal
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.types import get_column_def_collation, typename_type_id_and_mod
from schemalint.simulator.base_types import alter_type, define_type
from schemalint.simulator.namespaces import (
    default_creation_namespace,
    qualified_name_get_creation_namespace,
    range_var_names,
)
from schemalint.simulator.pg_type import RECORD_IN, RECORD_OUT, free_type_name, type_create
from schemalint.simulator.range_types import define_range
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ColumnDef, CompositeTypeStmt

__all__ = ["alter_type", "define_composite_type", "define_range", "define_type"]
