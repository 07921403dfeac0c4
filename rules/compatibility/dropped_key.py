"""A primary key or foreign key goes, and with it what it has kept true."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Dropped, Finding, Label, rule
from schemalint.lint.trees import constraints_of
from schemalint.lint.wording import counted, listed
from schemalint.syntax import nodes

ONE_BY_ONE = 3
"""More foreign keys than this that go in one file are told of together."""


@rule(
    on=Batch,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="compatibility",
    covers=("atlas:CD101", "pgfence:drop-constraint", "migrationpilot:MP055"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    foreign: dict[int, list[Finding]] = {}  # by the file that drops them
    for i, statement in enumerate(batch.statements):
        stmt = statement.node
        if not isinstance(stmt, nodes.AlterTableStmt) or not statement.outcome.accepted:
            continue
        table = ctx.existing(stmt.relation, statement)
        if table is None:
            continue
        for cmd in stmt.cmds:
            if cmd.subtype != "AT_DropConstraint" or cmd.name is None:
                continue
            if table.oid < 0:
                yield from _presumed(cmd, cmd.name, table, batch.statements[i:], statement)
            elif (key := _key(statement, cmd.name, table)) is not None and key.address not in ctx.made_in_batch:
                found = list(_known(cmd, key, table, statement, ctx))
                if key.type == "f":
                    foreign.setdefault(id(statement.source), []).extend(found)
                else:
                    yield from found
    for findings in foreign.values():
        yield from findings if len(findings) <= ONE_BY_ONE else (_together(findings),)


def _together(findings: list[Finding]) -> Finding:
    """Who drops so many in one file means to: one finding says it."""
    first, others = findings[0], findings[1:]
    places = tuple(
        Label("and one here", of.statement.source, of.at.start, of.at.end) for of in others[: ONE_BY_ONE - 1]
    )
    return replace(
        first,
        message=f"{first.message}, and {counted(len(others), 'more foreign key')} go in this file",
        labels=(*first.labels, *places),
    )


def _key(statement: Statement, name: str, table: model.Relation) -> model.Constraint | None:
    for effect in statement.outcome.effects:
        found = effect.object if isinstance(effect, Dropped) else None
        if isinstance(found, model.Constraint) and found.name == name and found.relid == table.oid:
            return found if found.type in "pf" else None
    return None


def _known(
    cmd: nodes.AlterTableCmd, key: model.Constraint, table: model.Relation, statement: Statement, ctx: Context
) -> Iterator[Finding]:
    last = ctx.catalog.get(model.Relation, table.oid)
    if last is None or any(last.columns[n - 1].dropped for n in key.key):
        return  # the table or the columns go, too
    if any(c.type == key.type and (key.type == "p" or c.key == key.key) for c in ctx.catalog.constraints(table.oid)):
        return  # there is another one in its place
    name, columns = ctx.shown(table), listed(ctx.column_names(table, key.key))
    if key.type == "p":
        yield _primary(cmd, name, f"on {columns}", statement)
        return
    referenced = ctx.table(key.frelid)
    yield Finding(
        f"from now on {name} may hold a {columns} that {referenced} does not have",
        at=cmd,
        word=key.name,
        labels=(Label(f"refers to {referenced}", fact=f"constraint {key.name} of {name}"),),
        help="keep the foreign key, or drop it in the migration that drops its columns",
        notes=(f"deleting from {referenced} leaves rows of {name} behind",),
        statement=statement,
    )


def _presumed(
    cmd: nodes.AlterTableCmd, key: str, table: model.Relation, later: tuple[Statement, ...], statement: Statement
) -> Iterator[Finding]:
    """On a table that an open catalog does not hold, only a name such as the server gives tells what a constraint is."""
    primary = key == f"{table.name.rpartition('.')[2]}_pkey"
    if not primary and not key.endswith(("_fkey", "_fk")):
        return
    kind = "CONSTR_PRIMARY" if primary else "CONSTR_FOREIGN"
    if any(
        isinstance(other.node, nodes.AlterTableStmt)
        and other.node.relation.relname == _table_of(statement)
        and any(constraint.contype == kind for constraint, _ in constraints_of(other.node))
        for other in later
    ):
        return  # there is another one in its place
    if primary:
        yield _primary(cmd, table.name, "by the name of this constraint", statement)
        return
    yield Finding(
        f"from now on {table.name} may refer to rows that do not exist: by its name {key} is a foreign key",
        at=cmd,
        word=key,
        help="keep the foreign key, or drop it in the migration that drops its columns",
        statement=statement,
    )


def _table_of(statement: Statement) -> str:
    """The name of the table that ALTER TABLE is about."""
    assert isinstance(statement.node, nodes.AlterTableStmt)
    return statement.node.relation.relname


def _primary(cmd: nodes.AlterTableCmd, table: str, which: str, statement: Statement) -> Finding:
    return Finding(
        f"{table} has no primary key from now on, so that rows may repeat",
        at=cmd,
        word=cmd.name,
        labels=(Label(f"its primary key, {which}", fact=table),),
        help="build the new key's index first, and exchange the keys in one statement: "
        "DROP CONSTRAINT ..., ADD CONSTRAINT ... PRIMARY KEY USING INDEX ...",
        notes=(
            "ON CONFLICT on its columns fails with 42P10",
            "while a publication sends the table's changes, UPDATE and DELETE fail with 55000",
        ),
        statement=statement,
    )
