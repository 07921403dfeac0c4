"""Logical replication cannot tell a table's rows apart any more."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="compatibility",
    covers=(
        "migrationpilot:MP055",
        "pgroll:InvalidReplicaIdentity",
        "pg-schema-diff:CORRECTNESS: replica identity",
    ),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.existing(stmt.relation)
    if table is None or not ctx.statement.outcome.accepted:
        return
    for cmd in stmt.cmds:
        change = cmd.def_
        if cmd.subtype != "AT_ReplicaIdentity" or not isinstance(change, nodes.ReplicaIdentityStmt):
            continue
        if change.identity_type == table.replident and table.oid > 0 and change.identity_type != "i":
            continue
        key = table.oid < 0 or any(i.index is not None and i.index.primary for i in ctx.indexes(table.oid))
        name = ctx.shown(table)
        if change.identity_type == "n" or (change.identity_type == "d" and not key):
            yield Finding(
                f"subscribers cannot tell which row of {name} an UPDATE or DELETE is about",
                at=change,
                help="keep the primary key as its identity, or name a unique index with USING INDEX",
                notes=(
                    "while a publication sends them, the server refuses UPDATE and DELETE here: 55000, "
                    "it does not have a replica identity",
                ),
            )
        elif isinstance(table, model.Relation):
            what = "its whole old row" if change.identity_type == "f" else "other columns of its old row"
            yield Finding(
                f"each UPDATE and DELETE of {name} sends {what} to subscribers from now on",
                at=change,
                help="see that every subscriber is ready for it; FULL makes them search their whole table for a row"
                if change.identity_type == "f"
                else "see that every subscriber has an index on the same columns",
                severity="info",
            )
