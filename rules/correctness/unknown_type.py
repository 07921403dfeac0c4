"""There is no such type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.brings import bringing
from schemalint.lint.rule import Context, Edit, Finding, Fix, Refused, rule
from schemalint.lint.similar import nearest
from schemalint.lint.wording import cased

_MISSING = re.compile(r'^type "(.+)" does not exist$')

_ELSEWHERE = {
    "binary": "bytea",
    "bit_varying": "varbit",
    "blob": "bytea",
    "clob": "text",
    "currency": "numeric",
    "datetime": "timestamptz",
    "datetime2": "timestamptz",
    "double": "double precision",
    "float64": "double precision",
    "guid": "uuid",
    "image": "bytea",
    "long": "bigint",
    "longblob": "bytea",
    "longtext": "text",
    "mediumint": "integer",
    "mediumtext": "text",
    "ntext": "text",
    "number": "numeric",
    "nvarchar": "varchar",
    "nvarchar2": "varchar",
    "smalldatetime": "timestamptz",
    "string": "text",
    "tinyint": "smallint",
    "tinytext": "text",
    "uniqueidentifier": "uuid",
    "unsigned": "bigint",
    "varbinary": "bytea",
    "varchar2": "varchar",
    "year": "smallint",
}
"""Types of other systems, and what they are called here."""


@rule(on=Refused, severity="error", category="correctness", fixable=True)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _MISSING.match(refused.message)
    if refused.sqlstate != "42704" or found is None:
        return
    name = found[1].rpartition(".")[2].removesuffix("[]")
    at = ctx.locate(refused, name)
    message = f"there is no type {found[1]}"
    extension = bringing(name, "pg_type", ctx.version)
    if extension is not None:
        sql = f"CREATE EXTENSION IF NOT EXISTS {extension};"
        fix = Fix("create the extension first", "show", sql=sql)
        yield Finding(message, at=at, help=f"it comes with the extension {extension}", fix=fix)
        return
    own = [t.name for t in ctx.catalog.in_any_namespace(model.Type) if not t.name.startswith("_")]
    meant = _ELSEWHERE.get(name) or nearest(name, own, least=0.65)
    if meant is None or at is None:
        yield Finding(message, at=at)
        return
    text = cased(meant, ctx.statement.source.text[at.start : at.end])
    fix = Fix(f"write {text}", "review", (Edit(at.start, at.end, text),))
    yield Finding(
        message, at=at, help=f"PostgreSQL calls it {meant}" if name in _ELSEWHERE else f"did you mean {meant}?", fix=fix
    )
