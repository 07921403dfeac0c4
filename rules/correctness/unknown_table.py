"""There is no such table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, Refused, rule
from schemalint.lint.similar import Meant, table_meant
from schemalint.lint.trees import columns_of, covering, find_all
from schemalint.lint.wording import cased
from schemalint.source import Span
from schemalint.syntax import nodes
from schemalint.syntax.tokens import tokenize

_MISSING = re.compile(r'^(?:relation|table|view|materialized view|sequence|index|foreign table) "(.+)" does not exist$')


@rule(
    on=Refused,
    severity="error",
    category="correctness",
    fixable=True,
    covers=(
        "migrationpilot:SQ004",
        "safe-migrate:schema-drift",
        "bytebase:WALK_THROUGH: TableNotExists",
        "bytebase:SDL: ViewDependencyNotFound",
        "pgroll:TableDoesNotExist",
        "pgls:typecheck",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _MISSING.match(refused.message)
    if refused.sqlstate != "42P01" or found is None:
        return
    shown = found[1]
    name = shown.rpartition(".")[2]
    key = _foreign_key(refused, ctx, name)
    if key is not None:
        yield _of_foreign_key(key, shown, ctx)
        return
    meant = table_meant(ctx.catalog, name)
    at = ctx.locate(refused, name)
    yield Finding(
        f"there is no {_noun(refused.message)} {shown}",
        at=at,
        help=None if meant is None else f"did you mean {ctx.shown(meant.relation)}?",
        fix=None
        if meant is None or at is None
        else Fix(f"write {meant.relation.name}", "review", (Edit(at.start, at.end, meant.relation.name),)),
    )


def _noun(message: str) -> str:
    noun = message.partition(' "')[0]
    return "table" if noun == "relation" else noun


def _foreign_key(refused: Refused, ctx: Context, name: str) -> nodes.Constraint | None:
    """The REFERENCES that names the missing table."""
    inner = covering(ctx.node, refused.start, refused.end, nodes.Constraint)
    for constraint in (inner,) if inner is not None else find_all(ctx.node, nodes.Constraint):
        if constraint is not None and constraint.pktable is not None and constraint.pktable.relname == name:
            return constraint
    return None


def _of_foreign_key(key: nodes.Constraint, shown: str, ctx: Context) -> Finding:
    assert key.pktable is not None
    place = _reference(key, ctx)
    column = covering(ctx.node, key.start, key.end, nodes.ColumnDef)
    own = column.colname if column is not None else key.fk_attrs[0] if key.fk_attrs else None
    single = len(key.pk_attrs) <= 1 and len(key.fk_attrs) <= 1
    meant = table_meant(ctx.catalog, key.pktable.relname, (key.pk_attrs or ("id",))[0], own) if single else None
    if meant is None or meant.column is None:
        return Finding(f"there is no table {shown}", at=place, word=key.pktable.relname)
    target = f"{ctx.shown(meant.relation)}({meant.column})"
    attribute = ctx.column(meant.relation, meant.column)
    assert attribute is not None
    type_name = ctx.type_name(attribute.type, attribute.typmod)
    edits = [Edit(place.start, place.end, target)]
    label, more = ctx.label_column(meant.relation, meant.column, f"is {type_name}, and what rows are known by"), ""
    if own is not None and (definition := _definition(ctx, own)) is not None and definition.typeName is not None:
        written = ctx.statement.source.text[definition.typeName.start : definition.typeName.end]
        if ctx.type_named(definition.typeName) not in (attribute.type, None):
            edits.append(Edit(definition.typeName.start, definition.typeName.end, cased(type_name, written)))
            more = f", and make {own} {type_name}, as that column is"
    return Finding(
        f"there is no table {shown}",
        at=place,
        help=f"did you mean {target}? {_why(meant, key.pktable.relname)}",
        labels=(label,),
        fix=Fix(f"refer to {target}{more}", "review", tuple(edits)),
    )


def _why(meant: Meant, wanted: str) -> str:
    return f"its key is called after {wanted}" if meant.by_meaning else "it is the nearest name"


def _reference(key: nodes.Constraint, ctx: Context) -> Span:
    """`table (columns)` as written."""
    assert key.pktable is not None
    start, end = key.pktable.start, key.pktable.end
    tokens = tokenize(ctx.statement.source.text, end, key.end)
    if key.pk_attrs and tokens.match[0] == "(":
        end = tokens.end[tokens.match.index(")")]
    return Span(start, end)


def _definition(ctx: Context, column: str) -> nodes.ColumnDef | None:
    return next((c for c in columns_of(ctx.node) if c.colname == column), None)
