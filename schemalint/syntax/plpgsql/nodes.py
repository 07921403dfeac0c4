"""The statements of a PL/pgSQL body (plpgsql.h). Expressions and SQL are kept as their tokens' range and parsed when asked for."""

from __future__ import annotations

from msgspec import Struct

from schemalint.syntax.nodes import TypeName


class PLNode(Struct, frozen=True, gc=False, kw_only=True):
    """A part of a body and where it stands in the source text."""

    start: int = -1
    end: int = -1


class Expr(PLNode, frozen=True, gc=False):
    """An SQL expression as written, without the SELECT that the server puts before it."""

    text: str


class Sql(PLNode, frozen=True, gc=False):
    """An SQL statement as written, without an INTO that is PL/pgSQL's own."""

    text: str


class Declaration(PLNode, frozen=True, gc=False):
    """A variable. `type` is None for a cursor (whose `cursor` query is set) and for an ALIAS; `reference` is set for %TYPE and %ROWTYPE."""

    name: str
    type: TypeName | None = None
    reference: tuple[str, ...] = ()
    rowtype: bool = False
    constant: bool = False
    notnull: bool = False
    default: Expr | None = None
    cursor: Sql | None = None
    arguments: tuple[tuple[str, TypeName], ...] = ()
    alias: str | None = None


class Handler(PLNode, frozen=True, gc=False):
    """WHEN conditions THEN body; a condition is a name, or `SQLSTATE xxxxx` as the bare code."""

    conditions: tuple[str, ...]
    body: tuple[PLNode, ...]


class Block(PLNode, frozen=True, gc=False):
    """[DECLARE ...] BEGIN ... [EXCEPTION ...] END."""

    label: str | None
    declarations: tuple[Declaration, ...]
    body: tuple[PLNode, ...]
    handlers: tuple[Handler, ...] = ()


class Target(PLNode, frozen=True, gc=False):
    """What is assigned to: a variable, with fields and subscripts behind it as written."""

    names: tuple[str, ...]
    text: str


class Assign(PLNode, frozen=True, gc=False):
    target: Target
    value: Expr


class Branch(PLNode, frozen=True, gc=False):
    """Conditions (one, or those of a simple CASE) and what to do."""

    conditions: tuple[Expr, ...]
    body: tuple[PLNode, ...]


class If(PLNode, frozen=True, gc=False):
    branches: tuple[Branch, ...]
    otherwise: tuple[PLNode, ...] | None = None


class Case(PLNode, frozen=True, gc=False):
    value: Expr | None
    branches: tuple[Branch, ...]
    otherwise: tuple[PLNode, ...] | None = None


class Loop(PLNode, frozen=True, gc=False):
    """LOOP, or with `condition` WHILE."""

    label: str | None
    body: tuple[PLNode, ...]
    condition: Expr | None = None


class ForInteger(PLNode, frozen=True, gc=False):
    label: str | None
    variable: str
    lower: Expr
    upper: Expr
    step: Expr | None
    reverse: bool
    body: tuple[PLNode, ...]


class ForQuery(PLNode, frozen=True, gc=False):
    """FOR over a query (`query`), EXECUTE (`dynamic`, `using`) or a cursor (`cursor`)."""

    label: str | None
    targets: tuple[Target, ...]
    body: tuple[PLNode, ...]
    query: Sql | None = None
    dynamic: Expr | None = None
    using: tuple[Expr, ...] = ()
    cursor: str | None = None


class ForEach(PLNode, frozen=True, gc=False):
    label: str | None
    targets: tuple[Target, ...]
    slice: int
    array: Expr
    body: tuple[PLNode, ...]


class Exit(PLNode, frozen=True, gc=False):
    """EXIT or CONTINUE (`again`)."""

    again: bool
    label: str | None
    condition: Expr | None


class Return(PLNode, frozen=True, gc=False):
    value: Expr | None = None


class ReturnNext(PLNode, frozen=True, gc=False):
    value: Expr | None = None


class ReturnQuery(PLNode, frozen=True, gc=False):
    query: Sql | None
    dynamic: Expr | None = None
    using: tuple[Expr, ...] = ()


class Raise(PLNode, frozen=True, gc=False):
    """`level` is debug, log, info, notice, warning, exception or reraise; `condition` a name or SQLSTATE; `message` the format."""

    level: str
    message: str | None = None
    condition: str | None = None
    args: tuple[Expr, ...] = ()
    options: tuple[tuple[str, Expr], ...] = ()


class Assert(PLNode, frozen=True, gc=False):
    condition: Expr
    message: Expr | None = None


class ExecSql(PLNode, frozen=True, gc=False):
    """An SQL statement; `into` are the targets of INTO."""

    sql: Sql
    into: tuple[Target, ...] = ()
    strict: bool = False


class Perform(PLNode, frozen=True, gc=False):
    """PERFORM; `sql` starts with SELECT in its place."""

    sql: Sql


class Execute(PLNode, frozen=True, gc=False):
    query: Expr
    into: tuple[Target, ...] = ()
    strict: bool = False
    using: tuple[Expr, ...] = ()


class GetDiagnostics(PLNode, frozen=True, gc=False):
    stacked: bool
    items: tuple[tuple[Target, str], ...]


class Open(PLNode, frozen=True, gc=False):
    cursor: str
    query: Sql | None = None
    dynamic: Expr | None = None
    using: tuple[Expr, ...] = ()
    arguments: tuple[Expr, ...] = ()


class Fetch(PLNode, frozen=True, gc=False):
    cursor: str
    move: bool
    into: tuple[Target, ...] = ()


class Close(PLNode, frozen=True, gc=False):
    cursor: str


class Transaction(PLNode, frozen=True, gc=False):
    """COMMIT or ROLLBACK."""

    kind: str


class Null(PLNode, frozen=True, gc=False):
    """NULL."""
