"""Questions to a database whose answers a catalog does not hold: do rows stand in the way of a statement?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress
from schemalint.lint.context import Context, Statement
from schemalint.lint.trees import find_all
from schemalint.semantics import typeoids
from schemalint.semantics.types import format_type
from schemalint.simulator.describe import quote_identifier
from schemalint.simulator.effects import Locked, QueryRun, Truncated
from schemalint.syntax import nodes

MOST = 1000
"""So many rows are counted; of more only that they are more."""

_TEXTS = (typeoids.TEXT, typeoids.VARCHAR, typeoids.BPCHAR)
_WHOLE = (typeoids.INT2, typeoids.INT4, typeoids.INT8)
_WRITES = (
    nodes.InsertStmt,
    nodes.UpdateStmt,
    nodes.DeleteStmt,
    nodes.MergeStmt,
    nodes.CopyStmt,
    nodes.DoStmt,
    nodes.CallStmt,
)


class Question(Struct, frozen=True):
    """How many rows, up to one more than MOST, would make the server refuse a statement.

    sql   a query that reads, and gives one number
    said  what is so of them, after `3 rows of accounts`; of 23505 the columns
    path  the search_path that names in it are looked up along
    early an earlier statement may change those rows: the answer tells nothing of what they are then
    """

    statement: Statement
    sqlstate: str
    table: str
    said: str
    sql: str
    path: str
    early: bool


def questions(ctx: Context, statement: Statement) -> Iterator[Question]:
    """What to ask before a statement; `ctx` is as the statement leaves it. Only of rows that are there before the batch."""
    for address, before in statement.before.items():
        after = ctx.catalog.at(address)
        match after:
            case model.Relation(kind="r") if isinstance(before, model.Relation):
                yield from _of_columns(ctx, statement, before, after)
            case model.Relation(kind="i") if before is None and after.index is not None and after.index.unique:
                yield from _of_index(ctx, statement, after.index)
            case model.Constraint() if _is_looked_at(before, after):
                yield from _of_constraint(ctx, statement, after)


def notes(ctx: Context, statement: Statement, relation: int) -> Iterator[str]:
    """The queries of a statement about one table, for people to send."""
    table = ctx.relation(relation)
    shown = None if table is None else ctx.shown(table)
    for question in questions(ctx, statement):
        if question.table == shown:
            yield f"rows that would stand in the way: {question.sql}"


def _is_looked_at(before: CatalogObject | None, after: model.Constraint) -> bool:
    if before is not None and (not isinstance(before, model.Constraint) or before.validated):
        return False
    return after.validated and after.enforced and after.relid != 0 and after.parentid == 0


def _of_columns(
    ctx: Context, statement: Statement, before: model.Relation, after: model.Relation
) -> Iterator[Question]:
    old = _as_it_is(ctx, statement, after)
    if old is None:
        return
    for column in after.columns:
        was = before.columns[column.num - 1] if column.num <= len(before.columns) else None
        if column.dropped or (was is not None and was.dropped):
            continue
        name = _column(old, column.num)
        if column.notnull and (was is None or not was.notnull):
            empty = column.default is None and not column.identity and not column.generated
            if name is not None:
                said = f'{{have}} no value in column "{column.name}"'
                yield _question(ctx, statement, old, "23502", said, f"{name} IS NULL")
            elif was is None and empty:
                said = f'would have no value in column "{column.name}"'
                yield _question(ctx, statement, old, "23502", said, "true")
        if was is not None and name is not None and (was.type, was.typmod) != (column.type, column.typmod):
            condition = _not_convertible(ctx, statement, was, column, name)
            if condition is not None:
                shown = format_type(ctx.names, column.type, column.typmod)
                said = f'{{have}} a value in column "{column.name}" that is no {shown}'
                state = "22001" if condition.startswith("char_length") else "22003" if was.type in _WHOLE else "22P02"
                yield _question(ctx, statement, old, state, said, condition)


def _not_convertible(
    ctx: Context, statement: Statement, was: model.Attribute, now: model.Attribute, name: str
) -> str | None:
    """When the server cannot take a value along to the new type; None where that is not known to be this simple."""
    if not _is_plain_cast(statement, now.name):
        return None
    limit = now.typmod - 4
    if now.type == typeoids.VARCHAR and was.type in _TEXTS and limit > 0:
        # A cast that is written cuts off what is too long; assignment refuses it, but for spaces at the end.
        return None if _using(statement, now.name) is not None else f"char_length(rtrim({name}::text, ' ')) > {limit}"
    target = ctx.catalog.get(model.Type, now.type)
    if target is not None and target.typtype == "e" and was.type in _TEXTS:
        labels = ", ".join("'" + label.replace("'", "''") + "'" for label in target.labels)
        return f"{name}::text <> ALL (ARRAY[{labels}]::text[])"
    if ctx.version < 16 or now.type >= model.FIRST_NORMAL_OID:
        return None
    if (was.type in _WHOLE and now.type in _WHOLE) or (was.type in _TEXTS and now.type not in _TEXTS):
        shown = format_type(ctx.names, now.type, now.typmod)
        return f"NOT pg_input_is_valid({name}::text, '{shown}')"
    return None


def _using(statement: Statement, column: str) -> object:
    for cmd in getattr(statement.node, "cmds", ()):
        if cmd.subtype == "AT_AlterColumnType" and cmd.name == column and isinstance(cmd.def_, nodes.ColumnDef):
            return cmd.def_.raw_default
    return None


def _is_plain_cast(statement: Statement, column: str) -> bool:
    """Whether the values are converted as they are: USING is left out, or says no more than `column::type`."""
    using = _using(statement, column)
    if using is None:
        return True
    arg = using.arg if isinstance(using, nodes.TypeCast) else using
    return isinstance(arg, nodes.ColumnRef) and arg.fields[-1] == column


def _of_index(ctx: Context, statement: Statement, index: model.IndexInfo) -> Iterator[Question]:
    table = ctx.catalog.get(model.Relation, index.relid)
    old = None if table is None else _as_it_is(ctx, statement, table)
    if table is None or old is None or table.kind != "r":
        return
    exprs = iter(index.exprs)
    keys = [_column(old, num) if num else f"({next(exprs).text})" for num in index.key[: index.nkeyatts]]
    if any(key is None for key in keys):
        return
    shown = ", ".join(str(key) for key in keys)
    conditions = [] if index.nulls_not_distinct else [f"{key} IS NOT NULL" for key in keys]
    if index.predicate is not None:
        conditions.append(f"({index.predicate.text})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT FROM ONLY {_name(ctx, old)}{where} GROUP BY {shown} HAVING count(*) > 1"
    yield _question(ctx, statement, old, "23505", f"({shown})", sql)


def _of_constraint(ctx: Context, statement: Statement, made: model.Constraint) -> Iterator[Question]:
    table = ctx.catalog.get(model.Relation, made.relid)
    old = None if table is None else _as_it_is(ctx, statement, table)
    if old is None or any(_column(old, num) is None for num in made.key):
        return
    if made.type == "c" and made.expr is not None and old.kind == "r":
        condition = f"NOT ({made.expr.text})"
        yield _question(ctx, statement, old, "23514", f'{{violate}} check constraint "{made.name}"', condition)
    elif made.type == "n" and old.kind == "r" and isinstance(statement.before.get(made.address), model.Constraint):
        name = old.columns[made.key[0] - 1].name
        said = f'{{have}} no value in column "{name}"'
        yield _question(ctx, statement, old, "23502", said, f"{quote_identifier(name)} IS NULL")
    elif made.type == "f" and not made.period:
        yield from _of_foreign_key(ctx, statement, made, old)


def _of_foreign_key(
    ctx: Context, statement: Statement, made: model.Constraint, old: model.Relation
) -> Iterator[Question]:
    to = ctx.catalog.get(model.Relation, made.frelid)
    other = None if to is None else _as_it_is(ctx, statement, to)
    if other is None:
        return
    names = [(_column(old, a), _column(other, b)) for a, b in zip(made.key, made.fkey, strict=True)]
    equal = " AND ".join(f"k.{b} = r.{a}" for a, b in names)
    given = " AND ".join(f"r.{a} IS NOT NULL" for a, _ in names)
    missing = f"{given} AND NOT EXISTS (SELECT FROM {_only(ctx, other)} k WHERE {equal})"
    if made.fmatchtype == "f" and len(names) > 1:
        some = " OR ".join(f"r.{a} IS NOT NULL" for a, _ in names)
        missing = f"({missing}) OR (({some}) AND NOT ({given}))"
    sql = f"SELECT FROM {_only(ctx, old)} r WHERE {missing}"
    early = _is_written_before(ctx, statement, other)
    said = f'{{refer}} to no row of {ctx.shown(other)} (foreign key "{made.name}")'
    yield _question(ctx, statement, old, "23503", said, sql, early=early)


def _question(
    ctx: Context,
    statement: Statement,
    table: model.Relation,
    sqlstate: str,
    said: str,
    rows: str,
    *,
    early: bool = False,
) -> Question:
    """`rows` is a query for the rows, or the condition on those of the table."""
    if not rows.startswith("SELECT FROM "):
        rows = f"SELECT FROM ONLY {_name(ctx, table)} WHERE {rows}"
    sql = f"SELECT count(*) FROM ({rows} LIMIT {MOST + 1}) AS found"
    path = ", ".join(quote_identifier(ctx.names.namespace_name(oid)) for oid in ctx.names.path if oid != ctx.names.temp)
    early = early or _is_written_before(ctx, statement, table)
    return Question(statement, sqlstate, ctx.shown(table), said, sql, path, early)


def _as_it_is(ctx: Context, statement: Statement, table: model.Relation) -> model.Relation | None:
    """A table as it is in the database, whatever the batch has done to it; None where the batch makes it."""
    address = ObjectAddress("pg_class", table.oid)
    for earlier in (*ctx.statements, statement):
        if address in earlier.before:
            before = earlier.before[address]
            return before if isinstance(before, model.Relation) else None
    return table


def _is_written_before(ctx: Context, statement: Statement, table: model.Relation) -> bool:
    """Whether an earlier statement may change the table's rows."""
    for earlier in ctx.statements:
        if earlier is statement:
            break
        node = earlier.node
        if isinstance(node, nodes.DoStmt | nodes.CallStmt) or _calls_something(node):
            return True
        if any(isinstance(e, Truncated) and e.relation == table.oid for e in earlier.effects):
            return True
        writes = isinstance(node, _WRITES) or any(isinstance(e, QueryRun) for e in earlier.effects)
        if writes and any(isinstance(e, Locked) and e.relation == table.oid for e in earlier.effects):
            return True
        if not earlier.outcome.understood or (isinstance(node, nodes.AlterTableStmt) and _retypes(earlier, table)):
            return True
    return False


def _calls_something(node: object) -> bool:
    """Whether a query calls a function that may write."""
    calls = find_all(node, nodes.FuncCall) if isinstance(node, nodes.SelectStmt) else ()
    return any(call.funcname[-1] not in ("set_config", "current_setting", "setval", "nextval", "now") for call in calls)


def _retypes(earlier: Statement, table: model.Relation) -> bool:
    cmds = getattr(earlier.node, "cmds", ())
    return ObjectAddress("pg_class", table.oid) in earlier.before and any(
        cmd.subtype == "AT_AlterColumnType" for cmd in cmds
    )


def _column(table: model.Relation, num: int) -> str | None:
    """A column's name, quoted; None for one that the database does not have yet."""
    if not 0 < num <= len(table.columns) or table.columns[num - 1].dropped:
        return None
    return quote_identifier(table.columns[num - 1].name)


def _name(ctx: Context, table: model.Relation) -> str:
    return f"{quote_identifier(ctx.names.namespace_name(table.namespace))}.{quote_identifier(table.name)}"


def _only(ctx: Context, table: model.Relation) -> str:
    return _name(ctx, table) if table.kind == "p" else f"ONLY {_name(ctx, table)}"
