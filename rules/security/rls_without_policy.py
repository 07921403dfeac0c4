"""Row level security is switched on for a table that has no policy."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Oid
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=Batch,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="security",
    covers=("splinter:0008_rls_enabled_no_policy", "migrationpilot:MP057"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    enabled: dict[Oid | str, tuple[Statement, nodes.RangeVar]] = {}
    written: set[Oid | str] = set()  # tables that a policy is written for, be it one that the server refuses
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, nodes.CreatePolicyStmt):
            written |= {_key(node.table, statement, ctx), node.table.relname}
        elif isinstance(node, nodes.AlterTableStmt):
            for cmd in node.cmds:
                if cmd.subtype == "AT_EnableRowSecurity":
                    enabled[_key(node.relation, statement, ctx)] = (statement, node.relation)
                elif cmd.subtype == "AT_DisableRowSecurity":
                    enabled.pop(_key(node.relation, statement, ctx), None)
    for key, (statement, named) in enabled.items():
        if key in written or (isinstance(key, str) and statement.refusals):
            continue
        relation = ctx.last(key) if isinstance(key, int) else None
        if isinstance(key, int) and (relation is None or not relation.rowsecurity or ctx.policies(key)):
            continue
        name = named.relname if relation is None else ctx.shown(relation)
        yield Finding(
            f"{name} has row level security and no policy: nobody but its owner sees or writes a row"
            if relation is not None
            else f"{name} gets row level security, and no policy with it: without one nobody but its owner sees a row",
            at=named,
            help="create the policies in the same migration",
            notes=(f"CREATE POLICY ... ON {quote_identifier(named.relname)} FOR SELECT TO ... USING (...)",),
            statement=statement,
        )


def _key(named: nodes.RangeVar, statement: Statement, ctx: Context) -> Oid | str:
    """The table's oid; of one that is not known, its name."""
    relation = ctx.subject_of(statement)
    return named.relname if relation is None else relation.oid
