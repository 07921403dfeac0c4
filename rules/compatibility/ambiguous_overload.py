"""A second function of the same name makes calls ambiguous that were clear before."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Finding, Fix, Label, rule
from schemalint.simulator.describe import signature
from schemalint.syntax import nodes


@rule(on=Created, severity="warning", category="compatibility")
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    new = created.object
    if not isinstance(new, model.Proc) or new.kind not in "fp" or not isinstance(ctx.node, nodes.CreateFunctionStmt):
        return
    schema = ctx.names.namespace_name(new.namespace)
    for _, old in ctx.names.overloads(model.Proc, schema, new.name):
        if old.oid != new.oid and old.kind == new.kind and _clash(old, new):
            yield _finding(old, new, ctx)
            return


def _clash(old: model.Proc, new: model.Proc) -> bool:
    """Whether some number of arguments fits both, with the same types (variadic functions are left out)."""
    if old.variadic or new.variadic:
        return False
    low = max(len(p.argtypes) - len(p.defaults) for p in (old, new))
    high = min(len(old.argtypes), len(new.argtypes))
    if len(old.argtypes) == len(new.argtypes):
        high -= 1  # all arguments given: the types tell them apart
    return any(old.argtypes[:count] == new.argtypes[:count] for count in range(low, high + 1))


def _finding(old: model.Proc, new: model.Proc, ctx: Context) -> Finding:
    assert isinstance(ctx.node, nodes.CreateFunctionStmt)
    shown, count = signature(ctx.session, old), max(len(p.argtypes) - len(p.defaults) for p in (old, new))
    arguments = "1 argument" if count == 1 else f"{count} arguments"
    made = ctx.made_by.get(old.address)
    label = Label("is another function", fact=shown)
    if made is not None:
        label = Label("the other function", made.source, *made.keyword)
    replaces = " does not replace it," if ctx.node.replace else ""
    return Finding(
        f"there is {shown} already: this{replaces} makes a second one, and a call with {arguments} fits both",
        at=ctx.node,
        word=new.name,
        labels=(label,),
        help="drop the old function first, or give the new one another name",
        notes=("such a call fails with 42725, function is not unique",),
        fix=Fix("drop the old one first", "show", sql=f"DROP FUNCTION {shown};"),
    )
