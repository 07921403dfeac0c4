"""The server would refuse this statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Refused, rule
from schemalint.lint.trees import find_all
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

SUPABASE_ROLES = ("anon", "authenticated", "service_role", "authenticator", "supabase_admin")

ADVICE = (
    ("42P16", r"cannot (?:change|drop) .*column|cannot drop columns from view", "CREATE OR REPLACE VIEW can only add columns at the end: keep those that are there as they are, or drop the view first"),
    ("42830", r"no unique constraint matching", "refer to a primary key or unique columns, or make these columns unique first"),
    ("42P07", r"already exists", "choose another name, or say IF NOT EXISTS if the same object is meant"),
    ("42701", r"of relation .* already exists", "choose another name, or say ADD COLUMN IF NOT EXISTS if the same column is meant"),
    ("42710", r"already exists", "choose another name, or drop the one that is there first"),
    ("0A000", r"cannot alter type of a column used", "drop what uses the column, change the type, and create it again, all in one transaction"),
    ("42725", r"is not unique", "write the types of the arguments, so that one of them is meant"),
    ("42883", r"operator does not exist: .* (?:=|<>) ", "make both sides the same type, in the table or with a cast"),
    ("42P17", r"functions in index .* must be marked IMMUTABLE", "index an expression that depends on its arguments alone: fix the time zone or the locale in it"),
    ("25P01", r"can only be used in transaction blocks", "put it between BEGIN and COMMIT"),
)  # fmt: skip
"""SQLSTATE, what the message says, what to do."""


@rule(
    on=Refused,
    severity="error",
    category="correctness",
    covers=(
        "squawk:syntax-error",
        "migrationpilot:parse error",
        "pgls:syntax",
        "bytebase:WALK_THROUGH: StatementSyntaxError",
        "safe-migrate:chain-conflict",
        "bytebase:WALK_THROUGH: IndexNotExists",
        "bytebase:WALK_THROUGH: SchemaNotExists",
        "pgroll:IndexDoesNotExist",
        "pgroll:ConstraintDoesNotExist",
        "bytebase:WALK_THROUGH: TableExists/RelationExists",
        "bytebase:WALK_THROUGH: ColumnExists",
        "bytebase:WALK_THROUGH: IndexExists",
        "bytebase:SDL: Duplicate table/column/index/constraint",
        "pgroll:TableAlreadyExists",
        "pgroll:ColumnAlreadyExists",
        "pgroll:IndexAlreadyExists",
        "pgroll:ConstraintAlreadyExists",
        "bytebase:WALK_THROUGH: PrimaryKeyExists",
        "bytebase:SDL: MultiplePrimaryKey",
        "pgroll:PrimaryKeysAreAlreadySet",
        "squawk:ban-duplicate-column-assignments",
        "bytebase:WALK_THROUGH: ChangeColumnType",
        "safe-migrate:partition-strategy-mismatch",
        "bytebase:STATEMENT_DML_DRY_RUN",
        "pgroll:InvalidGeneratedColumn",
        "migrationpilot:MP049",
        "migrationpilot:MP092",
        "migrationpilot:MP083",
        "atlas:replay",
        "migrationpilot:simulate",
        "pgfence:trace-error",
        "pg-schema-diff:plan validation",
        "pgls:typecheck",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    notes = tuple(line.rstrip(".") for line in (refused.detail or "").splitlines())
    yield Finding(refused.message, at=_place(refused, ctx), notes=notes, help=_help(refused))


def _help(refused: Refused) -> str | None:
    role = re.match(r'role "(.+)" does not exist', refused.message)
    if role is not None and role[1] in SUPABASE_ROLES:
        return "that role is one of Supabase's: check with --preset supabase if the database is"
    for sqlstate, said, advice in ADVICE:
        if refused.sqlstate == sqlstate and re.search(said, refused.message) is not None:
            return advice
    return None if refused.hint is None else _clause(refused.hint)


def _clause(hint: str) -> str:
    """The server's hint as one clause."""
    text = hint.rstrip(".")
    return text[0].lower() + text[1:] if text[1:2].islower() else text


def _place(refused: Refused, ctx: Context) -> Node | None:
    """The column of a view that is refused: the server says its name and not where it stands."""
    if refused.sqlstate != "42P16" or not isinstance(ctx.statement.node, nodes.ViewStmt):
        return None
    found = re.search(r' to "(.+)"$', refused.message) or re.search(r'of view column "(.+?)"', refused.message)
    if found is None:
        return None
    named = (t for t in find_all(ctx.statement.node.query, nodes.ResTarget) if t.name == found[1])
    return next(named, None)
