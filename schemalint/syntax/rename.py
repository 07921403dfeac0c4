"""What ALTER does to any object alike: RENAME TO, OWNER TO, SET SCHEMA, DEPENDS ON EXTENSION."""

from __future__ import annotations

from typing import Any

from schemalint.syntax.common import numeric_only, role_spec
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    AlterObjectDependsStmt,
    AlterObjectSchemaStmt,
    AlterOwnerStmt,
    Node,
    RangeVar,
    RenameStmt,
)
from schemalint.syntax.queries import range_var, relation_expr
from schemalint.syntax.signatures import aggregate_with_argtypes
from schemalint.syntax.tokens import STRING

RENAME, OWNER, SCHEMA, DEPENDS = 1, 2, 4, 8
"""What an object may be asked; a sum of these."""

_WITH_SETTINGS = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"})
_OTHER_RENAME = frozenset({"OBJECT_DOMAIN", "OBJECT_TYPE"})
_OTHER_SET = _WITH_SETTINGS | {"OBJECT_DOMAIN", "OBJECT_TYPE", "OBJECT_OPERATOR", "OBJECT_STATISTIC_EXT"}
_NOT_A_SCHEMA = frozenset({"to", "=", ".", "from"})


def change_object(c: Cursor, start: int, kind: str, object_: Any, may: int, subname: bool = False) -> Node | None:
    """The change that follows the object's name, None when another is next. With `subname`, RENAME has the name as text."""
    word = c.match[c.at]
    if word == "rename" and may & RENAME and (c.peek(1) == "to" or kind not in _OTHER_RENAME):
        c.expect("rename", "to")
        new = c.col_id()
        if subname:
            return RenameStmt(renameType=kind, subname=object_, newname=new, start=start, end=c.end)
        return RenameStmt(renameType=kind, object=object_, newname=new, start=start, end=c.end)
    if word == "owner" and may & OWNER and (c.peek(1) == "to" or kind != "OBJECT_DATABASE"):
        c.expect("owner", "to")
        owner = role_spec(c)
        return AlterOwnerStmt(objectType=kind, object=object_, newowner=owner, start=start, end=c.end)
    if word == "set" and may & SCHEMA and (is_set_schema(c, kind) or kind not in _OTHER_SET):
        c.expect("set", "schema")
        new = c.col_id()
        return AlterObjectSchemaStmt(objectType=kind, object=object_, newschema=new, start=start, end=c.end)
    if may & DEPENDS and is_depends(c):
        remove, extension = depends(c)
        return AlterObjectDependsStmt(
            objectType=kind, object=object_, extname=extension, remove=remove, start=start, end=c.end
        )
    return None


def required_change(c: Cursor, start: int, kind: str, object_: Any, may: int, subname: bool = False) -> Node:
    """As change_object, where nothing else may follow."""
    found = change_object(c, start, kind, object_, may, subname)
    if found is not None:
        return found
    raise c.error()


def is_set_schema(c: Cursor, kind: str) -> bool:
    """Whether SET SCHEMA is next, and for a function not a setting of that name or its SQL form."""
    if not c.is_words("set", "schema"):
        return False
    return kind not in _WITH_SETTINGS or (c.peek(2) not in _NOT_A_SCHEMA and c.kind(2) != STRING)


def is_depends(c: Cursor) -> bool:
    """Whether [NO] DEPENDS is next."""
    return c.match[c.at] == "depends" or c.is_words("no", "depends")


def depends(c: Cursor) -> tuple[bool, str]:
    """opt_no DEPENDS ON EXTENSION name: whether to remove, and the extension."""
    remove = c.take("no")
    c.expect("depends", "on", "extension")
    return remove, c.col_id()


# --- Objects that know nothing else


def alter_aggregate(c: Cursor) -> Node:
    """ALTER AGGREGATE."""
    start = c.start
    c.expect("alter", "aggregate")
    return required_change(c, start, "OBJECT_AGGREGATE", aggregate_with_argtypes(c), RENAME | OWNER | SCHEMA)


def alter_conversion(c: Cursor) -> Node:
    """ALTER CONVERSION."""
    start = c.start
    c.expect("alter", "conversion")
    return required_change(c, start, "OBJECT_CONVERSION", c.any_name(), RENAME | OWNER | SCHEMA)


def alter_language(c: Cursor) -> Node:
    """ALTER [PROCEDURAL] LANGUAGE."""
    start = c.start
    c.expect("alter")
    c.take("procedural")
    c.expect("language")
    return required_change(c, start, "OBJECT_LANGUAGE", c.col_id(), RENAME | OWNER)


def alter_large_object(c: Cursor) -> Node:
    """ALTER LARGE OBJECT."""
    start = c.start
    c.expect("alter", "large", "object")
    return required_change(c, start, "OBJECT_LARGEOBJECT", numeric_only(c), OWNER)


def alter_schema(c: Cursor) -> Node:
    """ALTER SCHEMA."""
    start = c.start
    c.expect("alter", "schema")
    return required_change(c, start, "OBJECT_SCHEMA", c.col_id(), RENAME | OWNER, subname=True)


# --- Relations, and what hangs on one


def alter_rule(c: Cursor) -> Node:
    """ALTER RULE ... RENAME."""
    start = c.start
    c.expect("alter", "rule")
    return _rename_on(c, start, "OBJECT_RULE", c.col_id())


def alter_trigger(c: Cursor) -> Node:
    """ALTER TRIGGER ... RENAME, DEPENDS."""
    start = c.start
    c.expect("alter", "trigger")
    name = c.col_id()
    c.expect("on")
    relation = range_var(c)
    if is_depends(c):
        remove, extension = depends(c)
        return AlterObjectDependsStmt(
            objectType="OBJECT_TRIGGER",
            relation=relation,
            object=(name,),
            extname=extension,
            remove=remove,
            start=start,
            end=c.end,
        )
    c.expect("rename", "to")
    return RenameStmt(
        renameType="OBJECT_TRIGGER", relation=relation, subname=name, newname=c.col_id(), start=start, end=c.end
    )


def rename_policy(c: Cursor) -> Node | None:
    """ALTER POLICY ... RENAME; None when the statement changes the policy itself."""
    start, first = c.start, c.at
    c.expect("alter", "policy")
    missing_ok = c.if_exists()
    name = c.col_id()
    c.expect("on")
    relation = range_var(c)
    if not missing_ok and c.match[c.at] != "rename":
        c.at = first
        return None
    c.expect("rename", "to")
    return RenameStmt(
        renameType="OBJECT_POLICY",
        relation=relation,
        subname=name,
        newname=c.col_id(),
        missing_ok=missing_ok,
        start=start,
        end=c.end,
    )


def _rename_on(c: Cursor, start: int, kind: str, name: str) -> RenameStmt:
    c.expect("on")
    relation = range_var(c)
    c.expect("rename", "to")
    return RenameStmt(renameType=kind, relation=relation, subname=name, newname=c.col_id(), start=start, end=c.end)


_RELATIONS = {
    "table": ("OBJECT_TABLE", True),
    "foreign": ("OBJECT_FOREIGN_TABLE", True),
    "view": ("OBJECT_VIEW", False),
    "materialized": ("OBJECT_MATVIEW", False),
    "index": ("OBJECT_INDEX", False),
    "sequence": ("OBJECT_SEQUENCE", False),
}
"""By the word after ALTER: the kind, and whether ONLY may stand before the name."""

_COLUMNS = frozenset({"OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"})
_NO_SCHEMA = frozenset({"OBJECT_INDEX"})
_DEPENDS = frozenset({"OBJECT_INDEX", "OBJECT_MATVIEW"})


def alter_relation(c: Cursor) -> Node | None:
    """RENAME, SET SCHEMA and DEPENDS of a relation; None, and nothing read, when the statement does something else to it."""
    start, first = c.start, c.at
    c.expect("alter")
    kind, only = _RELATIONS[c.next_value()]
    if kind == "OBJECT_FOREIGN_TABLE":
        c.expect("table")
    elif kind == "OBJECT_MATVIEW":
        c.expect("view")
    if c.match[c.at] == "all":
        c.at = first
        return None
    missing_ok = c.if_exists()
    relation = relation_expr(c) if only else range_var(c)
    if c.match[c.at] == "rename":
        c.at += 1
        return _rename_relation(c, start, kind, relation, missing_ok)
    if is_set_schema(c, kind) and kind not in _NO_SCHEMA:
        c.at += 2
        return AlterObjectSchemaStmt(
            objectType=kind, relation=relation, newschema=c.col_id(), missing_ok=missing_ok, start=start, end=c.end
        )
    if kind in _DEPENDS and not missing_ok and is_depends(c):
        remove, extension = depends(c)
        return AlterObjectDependsStmt(
            objectType=kind, relation=relation, extname=extension, remove=remove, start=start, end=c.end
        )
    c.at = first
    return None


def _rename_relation(c: Cursor, start: int, kind: str, relation: RangeVar, missing_ok: bool) -> RenameStmt:
    relation_kind = "OBJECT_ACCESS_METHOD"
    subname = None
    if c.take("to"):
        pass
    elif kind in ("OBJECT_TABLE",) and c.take("constraint"):
        kind = "OBJECT_TABCONSTRAINT"
        subname = c.col_id()
        c.expect("to")
    elif kind in _COLUMNS:
        c.take("column")
        relation_kind, kind = kind, "OBJECT_COLUMN"
        subname = c.col_id()
        c.expect("to")
    else:
        raise c.error()
    return RenameStmt(
        renameType=kind,
        relationType=relation_kind,
        relation=relation,
        subname=subname,
        newname=c.col_id(),
        missing_ok=missing_ok,
        start=start,
        end=c.end,
    )
