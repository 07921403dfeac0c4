"""Text search objects."""

from __future__ import annotations

from schemalint.syntax.common import any_name_list, definition
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import AlterTSConfigurationStmt, AlterTSDictionaryStmt, DefineStmt, Node
from schemalint.syntax.rename import OWNER, RENAME, SCHEMA, change_object, required_change

_KINDS = {
    "parser": "OBJECT_TSPARSER",
    "dictionary": "OBJECT_TSDICTIONARY",
    "template": "OBJECT_TSTEMPLATE",
    "configuration": "OBJECT_TSCONFIGURATION",
}


def _kind(c: Cursor) -> str:
    word = c.take_any(*_KINDS)
    if word is None:
        raise c.error()
    return word


def create_text_search(c: Cursor) -> DefineStmt:
    """DefineStmt: CREATE TEXT SEARCH."""
    start = c.start
    c.expect("create", "text", "search")
    kind = _KINDS[_kind(c)]
    name = c.any_name()
    return DefineStmt(kind=kind, defnames=name, definition=definition(c), start=start, end=c.end)


def alter_text_search(c: Cursor) -> Node:
    """AlterTSDictionaryStmt, AlterTSConfigurationStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "text", "search")
    word = _kind(c)
    name = c.any_name()
    if word in ("parser", "template"):
        return required_change(c, start, _KINDS[word], name, RENAME | SCHEMA)
    found = change_object(c, start, _KINDS[word], name, RENAME | OWNER | SCHEMA)
    if found is not None:
        return found
    if word == "dictionary":
        return AlterTSDictionaryStmt(dictname=name, options=definition(c), start=start, end=c.end)
    return _alter_configuration(c, start, name)


def _alter_configuration(c: Cursor, start: int, name: tuple[str, ...]) -> AlterTSConfigurationStmt:
    action = c.take_any("add", "alter", "drop")
    if action is None:
        raise c.error()
    c.expect("mapping")
    missing_ok = action == "drop" and c.take("if")
    if missing_ok:
        c.expect("exists")
    tokens: tuple[str, ...] = ()
    dictionaries: tuple[tuple[str, ...], ...] = ()
    replace = action == "alter" and c.match[c.at] == "replace"
    if not replace:
        c.expect("for")
        tokens = c.names()
        replace = action == "alter" and c.match[c.at] == "replace"
    if replace:
        c.expect("replace")
        old = c.any_name()
        c.expect("with")
        dictionaries = (old, c.any_name())
        kind = "REPLACE_DICT_FOR_TOKEN" if tokens else "REPLACE_DICT"
    elif action == "drop":
        kind = "DROP_MAPPING"
    else:
        c.expect("with")
        dictionaries = any_name_list(c)
        kind = "ADD_MAPPING" if action == "add" else "ALTER_MAPPING_FOR_TOKEN"
    return AlterTSConfigurationStmt(
        kind="ALTER_TSCONFIG_" + kind,
        cfgname=name,
        tokentype=tokens,
        dicts=dictionaries,
        override=kind == "ALTER_MAPPING_FOR_TOKEN",
        replace=replace,
        missing_ok=missing_ok,
        start=start,
        end=c.end,
    )
