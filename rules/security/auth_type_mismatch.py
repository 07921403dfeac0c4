"""A policy compares a column with the user's id, which has another type."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.policies import AUTH_TYPES, expressions
from schemalint.lint.rule import Context, Edit, Finding, Fix, Label, Refused, rule
from schemalint.lint.trees import find_all
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

TEXTS = (25, 1043, 1042, 19)
"""text, varchar, char, name: all compare with text."""

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")


@rule(on=(Refused, nodes.CreatePolicyStmt, nodes.AlterPolicyStmt), severity="error", category="security", fixable=True)
def check(subject: Refused | Node, ctx: Context) -> Iterator[Finding]:
    refused = subject if isinstance(subject, Refused) else None
    if refused is not None and (refused.sqlstate != "42883" or "operator does not exist" not in refused.message):
        return
    if refused is None and any(_is_operator(r) for r in ctx.statement.refusals):
        return  # said when the refusal was looked at
    for expr in expressions(ctx.node):
        for comparison in find_all(expr, nodes.A_Expr):
            finding = _compared(comparison, refused is not None, ctx)
            if finding is not None and (refused is None or _meets(refused, comparison)):
                yield finding


def _is_operator(refused: Refused) -> bool:
    return refused.sqlstate == "42883" and "operator does not exist" in refused.message


def _meets(refused: Refused, comparison: nodes.A_Expr) -> bool:
    return refused.start < comparison.end and comparison.start < refused.end


def _compared(comparison: nodes.A_Expr, refused: bool, ctx: Context) -> Finding | None:
    if comparison.kind != "AEXPR_OP" or comparison.name[-1] not in COMPARISONS:
        return None
    for call, other in ((comparison.lexpr, comparison.rexpr), (comparison.rexpr, comparison.lexpr)):
        found = _auth(call, ctx)
        if found is None or not isinstance(other, nodes.ColumnRef):
            continue
        column = _column(other, ctx)
        if column is None:
            return None
        relation, attribute = column
        name, oid = found
        if attribute.type == oid or (oid == 25 and attribute.type in TEXTS) or _is_domain(attribute.type, ctx):
            return None
        return _finding(comparison, call, relation, attribute, name, refused, ctx)
    return None


def _auth(node: object, ctx: Context) -> tuple[str, int] | None:
    """The type that a call of auth.uid() and its like returns, also within (SELECT ...): the database's own, else Supabase's."""
    if (
        isinstance(node, nodes.SubLink)
        and isinstance(node.subselect, nodes.SelectStmt)
        and not node.subselect.fromClause
    ):
        targets = node.subselect.targetList
        node = targets[0].val if len(targets) == 1 else None
    if not isinstance(node, nodes.FuncCall) or len(node.funcname) != 2 or node.args:
        return None
    known = AUTH_TYPES.get((node.funcname[0], node.funcname[1]))
    own = [proc for _, proc in ctx.names.overloads(model.Proc, *node.funcname) if not proc.argtypes] if known else []
    return (ctx.type_name(own[0].rettype), own[0].rettype) if own else known


def _column(ref: nodes.ColumnRef, ctx: Context) -> tuple[model.Relation, model.Attribute] | None:
    """The column, of the policy's own table or of a table of its subqueries."""
    name = ref.fields[-1]
    if not isinstance(name, str):
        return None
    tables = list(find_all(ctx.node, nodes.RangeVar))
    if len(ref.fields) > 1:
        alias = ref.fields[-2]
        tables = [r for r in tables if alias in (r.alias.aliasname if r.alias is not None else r.relname, r.relname)]
    for table in tables:
        relation = ctx.find(table)
        attribute = None if relation is None else ctx.column(relation, name)
        if relation is not None and attribute is not None:
            return relation, attribute
    return None


def _is_domain(oid: int, ctx: Context) -> bool:
    found = ctx.get(model.Type, oid)
    return found is None or found.typtype != "b"


def _finding(
    comparison: nodes.A_Expr,
    call: object,
    relation: model.Relation,
    attribute: model.Attribute,
    auth_type: str,
    refused: bool,
    ctx: Context,
) -> Finding:
    assert isinstance(call, Node)
    column_type = ctx.type_name(attribute.type, attribute.typmod)
    text = ctx.statement.source.text
    shown = text[call.start : call.end]
    fix = None
    if attribute.type in TEXTS:
        fix = Fix(f"compare as {column_type}", "review", (Edit(call.end, call.end, "::text"),))
    return Finding(
        f"{attribute.name} is {column_type}, but {shown} is {auth_type}",
        at=comparison,
        labels=(ctx.label_column(relation, attribute.name, f"is {column_type}"), _of_call(call, auth_type, ctx)),
        help=f"compare it as text, {shown}::text, if the column holds these ids; else with what it does hold"
        if attribute.type in TEXTS
        else f"compare {shown} with a column that holds a {auth_type}",
        notes=() if refused else ("where auth exists, the server refuses it: operator does not exist",),
        fix=fix,
        severity=None if refused or not ctx.statement.outcome.accepted else "warning",
    )


def _of_call(call: Node, auth_type: str, ctx: Context) -> Label:
    return Label(f"is {auth_type}", ctx.statement.source, call.start, call.end)
