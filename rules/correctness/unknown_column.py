"""There is no such column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Edit, Finding, Fix, Refused, rule
from schemalint.lint.similar import nearest
from schemalint.lint.trees import columns_of, covering, find_all, relation_of
from schemalint.syntax import nodes

_FORMS = (
    re.compile(r'^column "(?P<column>.+)" of relation "(?P<table>.+)" does not exist$'),
    re.compile(r'^column "(?P<column>.+)" (?:referenced in foreign key constraint|named in key) does not exist$'),
    re.compile(r'^column "(?P<column>.+)" does not exist$'),
    re.compile(r"^column (?P<table>[^\s.]+)\.(?P<column>\S+) does not exist$"),
)


@rule(
    on=Refused,
    severity="error",
    category="correctness",
    fixable=True,
    covers=(
        "bytebase:WALK_THROUGH: ColumnNotExists",
        "pgroll:ColumnDoesNotExist",
        "pgls:typecheck",
        "safe-migrate:chain-conflict",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "42703":
        return
    found = next((m for form in _FORMS if (m := form.match(refused.message))), None)
    if found is None:
        return
    wanted = found["column"].rpartition(".")[2].strip('"')
    tables = _tables(refused, ctx, wanted, found.groupdict().get("table"))
    at = ctx.locate(refused, wanted)
    meant = _nearest(tables, wanted)
    where = f" in {tables[0][0]}" if len(tables) == 1 else ""
    yield Finding(
        f"there is no column {wanted}{where}",
        at=at,
        help=None
        if meant is None
        else f"did you mean {meant[1]}?"
        if len(tables) == 1
        else f"did you mean {meant[0]}.{meant[1]}?",
        notes=() if meant is not None or len(tables) != 1 else (f"{tables[0][0]} has {', '.join(tables[0][1])}",),
        fix=None
        if meant is None or at is None
        else Fix(f"write {meant[1]}", "review", (Edit(at.start, at.end, meant[1]),)),
    )


Table = tuple[str, list[str]]


def _nearest(tables: list[Table], wanted: str) -> tuple[str, str] | None:
    everything = [(name, column) for name, columns in tables for column in columns]
    best = nearest(wanted, [column for _, column in everything], least=0.55)
    return next((pair for pair in everything if pair[1] == best), None)


def _tables(refused: Refused, ctx: Context, wanted: str, named: str | None) -> list[Table]:
    """The tables that the column was looked for in, with their columns."""
    key = covering(ctx.node, refused.start, refused.end, nodes.Constraint)
    if key is not None and key.pktable is not None and wanted in key.pk_attrs and wanted not in key.fk_attrs:
        return _of([key.pktable], ctx)
    own = relation_of(ctx.node)
    if isinstance(ctx.node, nodes.CreateStmt):
        assert own is not None
        return [(own.relname, [c.colname for c in columns_of(ctx.node) if c.colname is not None])]
    if named is not None:
        wanted_ones = [r for r in _range(ctx) if named in (r.relname, r.alias.aliasname if r.alias else None)]
        if wanted_ones:
            return _of(wanted_ones[:1], ctx)
        relation = ctx.names.find(model.Relation, None, named)
        if relation is not None:
            return [_columns(relation, ctx)]
    if own is not None and isinstance(ctx.node, (nodes.AlterTableStmt, nodes.IndexStmt)):
        return _of([own], ctx)
    return _of(_range(ctx), ctx)


def _range(ctx: Context) -> list[nodes.RangeVar]:
    return list(find_all(ctx.node, nodes.RangeVar))


def _of(names: list[nodes.RangeVar], ctx: Context) -> list[Table]:
    relations = {r.oid: r for name in names if (r := ctx.find(name)) is not None}
    return [_columns(relation, ctx) for relation in relations.values()]


def _columns(relation: model.Relation, ctx: Context) -> Table:
    return ctx.shown(relation), [c.name for c in relation.columns if not c.dropped]
