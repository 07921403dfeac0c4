"""What a change of a column's type does to the values that are there, and to code that reads them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import Oid
from schemalint.lint.context import Context
from schemalint.syntax import nodes

_INTEGERS = {21: 5, 23: 10, 20: 19}
"""smallint, integer, bigint, and how many decimal digits their values may have."""

_NUMERIC, _REAL, _DOUBLE = 1700, 700, 701
_TEXT, _BPCHAR, _VARCHAR = 25, 1042, 1043
_DATE, _TIMES, _STAMPS = 1082, (1083, 1266), (1114, 1184)

_FAMILY = {
    _TEXT: "text", _BPCHAR: "text", _VARCHAR: "text", 19: "text",
    20: "integer", 21: "integer", 23: "integer",
    _REAL: "float", _DOUBLE: "float",
    114: "json", 3802: "json",
    1560: "bits", 1562: "bits",
    650: "network", 869: "network",
}  # fmt: skip
"""Types whose values drivers hand out alike."""


class TypeChange(Struct, frozen=True):
    """ALTER COLUMN TYPE on a column whose old type is known. `using` says that USING computes the new values."""

    cmd: nodes.AlterTableCmd
    table: model.Relation
    old: model.Attribute
    new: model.Attribute
    using: bool


def type_changes(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[TypeChange]:
    """Those of columns that were there before the batch."""
    table = ctx.existing(stmt.relation)
    after = None if table is None else ctx.relation(table.oid)
    if table is None or after is None or table.kind not in "rp" or not ctx.statement.outcome.accepted:
        return
    for cmd in stmt.cmds:
        if cmd.subtype != "AT_AlterColumnType" or cmd.name is None or ctx.is_new_column(table, cmd.name):
            continue
        old, new = ctx.column(table, cmd.name), ctx.column(after, cmd.name)
        if old is not None and new is not None and isinstance(cmd.def_, nodes.ColumnDef):
            yield TypeChange(cmd, table, old, new, cmd.def_.raw_default is not None)


class Narrowing(Struct, frozen=True):
    """`what` does not fit any more, in words; the change then fails with `sqlstate`, or with None cuts it silently."""

    what: str
    sqlstate: str | None


def narrowing(change: TypeChange, ctx: Context) -> Narrowing | None:
    """What the new type cannot hold that the old one could; None when everything fits, or it is not known."""
    old, new = _base(change.old, ctx), _base(change.new, ctx)
    if new[0] in (_VARCHAR, _BPCHAR) and _FAMILY.get(old[0]) == "text":
        most = new[1] - 4
        if new[1] >= 0 and not (old[0] != _TEXT and 0 <= old[1] - 4 <= most):
            return Narrowing(f"values of more than {most} character{'s' * (most != 1)}", "22001")
    if _FAMILY.get(old[0]) == "text" and _is_enum(new[0], ctx):
        return Narrowing("values that are not among its labels", "22P02")
    if new[0] in _INTEGERS:
        return _to_integer(old, new[0], ctx)
    if new[0] == _NUMERIC and new[1] >= 0:
        return _to_numeric(old, new[1])
    if old[0] == _DOUBLE and new[0] == _REAL:
        return Narrowing("digits after the sixth", None)
    if old[0] in _STAMPS and new[0] == _DATE:
        return Narrowing("the time of day", None)
    if old[0] in _STAMPS and new[0] in _TIMES:
        return Narrowing("the date", None)
    return None


def _to_integer(old: tuple[Oid, int], new: Oid, ctx: Context) -> Narrowing | None:
    name = ctx.type_name(new)
    if old[0] in _INTEGERS:
        return Narrowing(f"numbers beyond the range of {name}", "22003") if _INTEGERS[new] < _INTEGERS[old[0]] else None
    if old[0] in (_REAL, _DOUBLE) or (old[0] == _NUMERIC and (old[1] < 0 or _scale(old[1]) > 0)):
        return Narrowing("the digits behind the point", None)
    if old[0] == _NUMERIC and _precision(old[1]) >= _INTEGERS[new]:
        return Narrowing(f"numbers beyond the range of {name}", "22003")
    return None


def _to_numeric(old: tuple[Oid, int], typmod: int) -> Narrowing | None:
    before_point = _precision(typmod) - _scale(typmod)
    too_great = Narrowing(f"numbers of more than {before_point} digits before the point", "22003")
    if old[0] in _INTEGERS:
        return too_great if before_point < _INTEGERS[old[0]] else None
    if old[0] != _NUMERIC:
        return too_great if old[0] in (_REAL, _DOUBLE) else None
    if old[1] < 0 or before_point < _precision(old[1]) - _scale(old[1]):
        return too_great
    if _scale(typmod) < _scale(old[1]):
        return Narrowing(f"digits after the {_scale(typmod)}. behind the point", None)
    return None


def _precision(typmod: int) -> int:
    return ((typmod - 4) >> 16) & 0xFFFF


def _scale(typmod: int) -> int:
    scale = (typmod - 4) & 0x7FF
    return scale - 2048 if scale >= 1024 else scale


def _base(column: model.Attribute, ctx: Context) -> tuple[Oid, int]:
    """(type, typmod), of a domain those of the type below it."""
    oid, typmod = column.type, column.typmod
    while (found := ctx.get(model.Type, oid)) is not None and found.typtype == "d":
        oid, typmod = found.basetype, found.typmod
    return oid, typmod


def _is_enum(oid: Oid, ctx: Context) -> bool:
    found = ctx.get(model.Type, oid)
    return found is not None and found.typtype == "e"


def reads_alike(change: TypeChange, ctx: Context) -> bool:
    """Whether drivers hand out values of both types alike."""
    return _family(change.old, ctx) == _family(change.new, ctx)


def _family(column: model.Attribute, ctx: Context) -> object:
    oid, _ = _base(column, ctx)
    found = ctx.get(model.Type, oid)
    if found is not None and (found.typtype == "e" or found.name == "citext"):
        return "text"
    return _FAMILY.get(oid, oid)
