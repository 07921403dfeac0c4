"""Row level security is switched off for a table that people use."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Relation
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.lint.wording import counted
from schemalint.syntax.nodes import AlterTableStmt, RangeVar

_DISABLE, _ENABLE = "AT_DisableRowSecurity", "AT_EnableRowSecurity"
_NO_FORCE, _FORCE = "AT_NoForceRowSecurity", "AT_ForceRowSecurity"


@rule(
    on=Batch,
    kinds=(AlterTableStmt,),
    severity="warning",
    category="security",
    covers=("pg-schema-diff:AUTHZ: rls enabled/disabled/forced/unforced",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    off: dict[tuple[str | None, str, str], tuple[Statement, RangeVar]] = {}
    for statement in batch.statements:
        node = statement.node
        if not isinstance(node, AlterTableStmt):
            continue
        table = (node.relation.schemaname, node.relation.relname)
        for cmd in node.cmds:
            if cmd.subtype in (_DISABLE, _NO_FORCE):
                off[(*table, cmd.subtype)] = (statement, node.relation)
            elif cmd.subtype in (_ENABLE, _FORCE):
                off.pop((*table, _DISABLE if cmd.subtype == _ENABLE else _NO_FORCE), None)
    for (_, _, subtype), (statement, name) in off.items():
        relation = ctx.subject_of(statement)
        if relation is not None:
            if ctx.is_new(relation.oid) or relation.oid in ctx.dropped or statement.refusals:
                continue
            before = statement.before.get(relation.address)
            if not isinstance(before, Relation) or not (
                before.rowsecurity if subtype == _DISABLE else before.forcerowsecurity
            ):
                continue  # it was off already
        shown = name.relname if relation is None else ctx.shown(relation)
        policies = [] if relation is None else ctx.policies(relation.oid)
        idle = f"{counted(len(policies), 'policy', 'policies')} of it no longer {'does' if len(policies) == 1 else 'do'} anything"
        yield Finding(
            f"{shown} loses its row level security: whoever has a privilege on it reaches every row"
            if subtype == _DISABLE
            else f"row level security of {shown} no longer holds for its owner: who connects as the owner sees every row",
            at=name,
            help="change the policies instead, or do the work as a role with BYPASSRLS",
            notes=(idle,) if policies and subtype == _DISABLE else (),
            statement=statement,
        )
