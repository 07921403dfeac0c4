"""One statement's text to its raw parse tree: the first words choose the family that reads the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import Node
from schemalint.syntax.tokens import END, VARIABLE, tokenize

Parse = Callable[[Cursor], Node]


def parse_statement(text: str, start: int = 0, end: int | None = None, version: int = 18) -> Node | None:
    """The raw parse tree of the one statement in text[start:end], None when there is none. Semicolons around it are allowed.

    Raises ParseError for what PostgreSQL's grammar refuses and NotUnderstood for what this parser does not know.
    """
    tokens = tokenize(text, start, end, version=version)
    try:
        try:
            return _only_statement(Cursor(tokens, version))
        except RecursionError:
            return _read_deeply(Cursor(tokens, version))
    except RecursionError:
        raise ParseError("stack depth limit exceeded", tokens.start[0], tokens.start[-1], "54001") from None
    except ParseError as refused:
        if VARIABLE in tokens.kind:
            raise NotUnderstood("a psql variable stands for unknown text", refused.start, refused.end) from None
        raise


DEEP = 15_000
"""Frames of Python for what nests deeper than usual: some thousand levels, as the server's stack takes (max_stack_depth, 2 MB)."""


def _read_deeply(c: Cursor) -> Node | None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + DEEP)
    try:
        return _only_statement(c)
    finally:
        sys.setrecursionlimit(limit)


def _only_statement(c: Cursor) -> Node | None:
    found: Node | None = None
    while _skip_semicolons(c):
        if found is not None:
            at = c.start
            _toplevel(c)
            raise NotUnderstood("more than one statement", at, c.end)
        found = _toplevel(c)
        if c.match[c.at] != ";" and c.tokens.kind[c.at] != END:
            raise c.error()
    return found


def _skip_semicolons(c: Cursor) -> bool:
    """Step over empty statements; whether another follows."""
    while c.match[c.at] == ";":
        c.at += 1
    return c.tokens.kind[c.at] != END


def _toplevel(c: Cursor) -> Node:
    """toplevel_stmt: only here BEGIN and END are transactions."""
    word = c.match[c.at]
    if word == "begin" or word == "end":
        from schemalint.syntax import transactions

        return transactions.begin(c) if word == "begin" else transactions.commit(c)
    return statement(c)


def statement(c: Cursor) -> Node:
    """stmt: the statement that starts at the next token, up to a token that is none of it."""
    word = c.match[c.at]
    known = _STATEMENTS.get(word or "")
    if known is None:
        raise c.error()
    return _function(known)(c)


_loaded: dict[str, Parse] = {}


def _function(name: str) -> Parse:
    """The function `module.name`; modules are imported when a statement first needs them."""
    found = _loaded.get(name)
    if found is None:
        module, _, function = name.partition(".")
        found = _loaded[name] = getattr(import_module("schemalint.syntax." + module), function)
    return found


def create(c: Cursor) -> Node:
    """Whatever starts with CREATE."""
    match = c.match
    word = match[c.at + 1]
    if word == "or":
        if c.peek(2) != "replace":
            raise c.error(2)
        word = c.peek(3)
        known = _CREATE_OR_REPLACE.get(word or "")
        if known is None:
            raise c.error(3)
        if word in _TEMPORARY:
            _after_temporary(c, 3, _REPLACED_TEMPORARY)
    elif word in _TEMPORARY:
        known = _after_temporary(c, 1, _CREATED_TEMPORARY)
    else:
        known = _CREATE.get(word or "")
        if known is None:
            raise c.error(1)
        if word == "foreign":
            known = _FOREIGN.get(c.peek(2) or "")
            if known is None:
                raise c.error(2)
            known = "tables.create_foreign_table" if known == "table" else "foreign.create_wrapper"
        elif word == "default" and c.peek(2) != "conversion":
            raise c.error(2)
    return _function(known)(c)


_TEMPORARY = frozenset({"temp", "temporary", "local", "global", "unlogged"})
_FOREIGN = {"table": "table", "data": "data"}
_CREATED_TEMPORARY = {
    "table": "tables.create_table",
    "sequence": "sequences.create_sequence",
    "view": "views.create_view",
    "recursive": "views.create_view",
    "materialized": "views.create_materialized_view",
}
_REPLACED_TEMPORARY = {"view": "views.create_view", "recursive": "views.create_view"}


def _after_temporary(c: Cursor, ahead: int, known: dict[str, str]) -> str:
    """What is created after TEMPORARY, UNLOGGED and the like (OptTemp, OptNoLog)."""
    word = c.peek(ahead)
    if word in ("local", "global"):
        ahead += 1
        if c.peek(ahead) not in ("temp", "temporary"):
            raise c.error(ahead)
    found = known.get(c.peek(ahead + 1) or "")
    if found is None:
        raise c.error(ahead + 1)
    if found == "views.create_materialized_view" and word != "unlogged":
        raise c.error(ahead + 1)
    return found


def alter(c: Cursor) -> Node:
    """Whatever starts with ALTER."""
    word = c.match[c.at + 1]
    known = _ALTER.get(word or "")
    if known is None:
        raise c.error(1)
    if word == "foreign":
        if c.peek(2) == "data":
            known = "foreign.alter_wrapper"
        elif c.peek(2) != "table":
            raise c.error(2)
    if known == "relation":
        found = _function("rename.alter_relation")(c)
        return found if found is not None else _function("alter_table.alter_table")(c)
    if known == "policy":
        found = _function("rename.rename_policy")(c)
        return found if found is not None else _function("policies.alter_policy")(c)
    return _function(known)(c)


_CREATE = {
    "access": "define.create_access_method",
    "aggregate": "define.create_aggregate",
    "cast": "define.create_cast",
    "collation": "define.create_collation",
    "constraint": "triggers.create_trigger",
    "conversion": "define.create_conversion",
    "database": "databases.create_database",
    "default": "define.create_conversion",
    "domain": "types.create_domain",
    "event": "event_triggers.create_event_trigger",
    "extension": "extensions.create_extension",
    "foreign": "foreign",
    "function": "functions.create_function",
    "group": "roles.create_role",
    "index": "indexes.create_index",
    "language": "define.create_language",
    "materialized": "views.create_materialized_view",
    "operator": "define.create_operator",
    "policy": "policies.create_policy",
    "procedural": "define.create_language",
    "procedure": "functions.create_function",
    "publication": "publications.create_publication",
    "recursive": "views.create_view",
    "role": "roles.create_role",
    "rule": "rules.create_rule",
    "schema": "schemas.create_schema",
    "sequence": "sequences.create_sequence",
    "server": "foreign.create_server",
    "statistics": "statistics.create_statistics",
    "subscription": "publications.create_subscription",
    "table": "tables.create_table",
    "tablespace": "databases.create_tablespace",
    "text": "text_search.create_text_search",
    "transform": "define.create_transform",
    "trigger": "triggers.create_trigger",
    "trusted": "define.create_language",
    "type": "types.create_type",
    "unique": "indexes.create_index",
    "user": "roles.create_role",
    "view": "views.create_view",
}

_CREATE_OR_REPLACE = {
    "aggregate": "define.create_aggregate",
    "constraint": "triggers.create_trigger",
    "function": "functions.create_function",
    "global": "views.create_view",
    "language": "define.create_language",
    "local": "views.create_view",
    "procedural": "define.create_language",
    "procedure": "functions.create_function",
    "recursive": "views.create_view",
    "rule": "rules.create_rule",
    "temp": "views.create_view",
    "temporary": "views.create_view",
    "transform": "define.create_transform",
    "trigger": "triggers.create_trigger",
    "trusted": "define.create_language",
    "unlogged": "views.create_view",
    "view": "views.create_view",
}

_ALTER = {
    "aggregate": "rename.alter_aggregate",
    "collation": "define.alter_collation",
    "conversion": "rename.alter_conversion",
    "database": "databases.alter_database",
    "default": "privileges.alter_default_privileges",
    "domain": "types.alter_domain",
    "event": "event_triggers.alter_event_trigger",
    "extension": "extensions.alter_extension",
    "foreign": "relation",
    "function": "functions.alter_function",
    "group": "roles.alter_role",
    "index": "relation",
    "language": "rename.alter_language",
    "large": "rename.alter_large_object",
    "materialized": "relation",
    "operator": "define.alter_operator",
    "policy": "policy",
    "procedural": "rename.alter_language",
    "procedure": "functions.alter_function",
    "publication": "publications.alter_publication",
    "role": "roles.alter_role",
    "routine": "functions.alter_function",
    "rule": "rename.alter_rule",
    "schema": "rename.alter_schema",
    "sequence": "relation",
    "server": "foreign.alter_server",
    "statistics": "statistics.alter_statistics",
    "subscription": "publications.alter_subscription",
    "system": "settings.alter_system",
    "table": "relation",
    "tablespace": "databases.alter_tablespace",
    "text": "text_search.alter_text_search",
    "trigger": "rename.alter_trigger",
    "type": "types.alter_type",
    "user": "roles.alter_role",
    "view": "relation",
}

_STATEMENTS = {
    "(": "dml.preparable_statement",
    "abort": "transactions.rollback",
    "alter": "parser.alter",
    "analyse": "maintenance.analyze",
    "analyze": "maintenance.analyze",
    "call": "functions.call",
    "checkpoint": "maintenance.checkpoint",
    "close": "cursors.close_portal",
    "cluster": "maintenance.cluster",
    "comment": "comments.comment",
    "commit": "transactions.commit",
    "copy": "copy.copy",
    "create": "parser.create",
    "deallocate": "prepared.deallocate",
    "declare": "cursors.declare_cursor",
    "delete": "dml.preparable_statement",
    "discard": "maintenance.discard",
    "do": "functions.do",
    "drop": "drop.drop",
    "execute": "prepared.execute",
    "explain": "prepared.explain",
    "fetch": "cursors.fetch",
    "grant": "privileges.grant",
    "import": "foreign.import_foreign_schema",
    "insert": "dml.preparable_statement",
    "listen": "notifications.listen",
    "load": "maintenance.load",
    "lock": "maintenance.lock",
    "merge": "dml.preparable_statement",
    "move": "cursors.fetch",
    "notify": "notifications.notify",
    "prepare": "prepared.prepare",
    "reassign": "roles.reassign_owned",
    "refresh": "views.refresh_materialized_view",
    "reindex": "maintenance.reindex",
    "release": "transactions.release",
    "reset": "settings.variable_reset",
    "revoke": "privileges.revoke",
    "rollback": "transactions.rollback",
    "savepoint": "transactions.savepoint",
    "security": "comments.security_label",
    "select": "dml.preparable_statement",
    "set": "settings.variable_set",
    "show": "settings.variable_show",
    "start": "transactions.begin",
    "table": "dml.preparable_statement",
    "truncate": "maintenance.truncate",
    "unlisten": "notifications.unlisten",
    "update": "dml.preparable_statement",
    "vacuum": "maintenance.vacuum",
    "values": "dml.preparable_statement",
    "with": "dml.preparable_statement",
}
"""By the first word: the function that reads the whole statement."""
