"""What PL/pgSQL's compiler refuses when a function is created (pl_gram.y, pl_comp.c); it looks no names of tables or columns up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.simulator.session import Session
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.conditions import SQLSTATES
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.plpgsql.parser import parse_body
from schemalint.syntax.tokens import STRING, tokenize

At = tuple[int, int] | None

_TRIGGER_NAMES = (
    "new",
    "old",
    "tg_name",
    "tg_when",
    "tg_level",
    "tg_op",
    "tg_relid",
    "tg_relname",
    "tg_table_name",
    "tg_table_schema",
    "tg_nargs",
    "tg_argv",
)
_EVENT_TRIGGER_NAMES = ("tg_event", "tg_tag")


class _Variable(Struct):
    """What the compiler knows of a name: scalar, row or record (with its columns where known)."""

    kind: str = "scalar"
    constant: bool = False
    cursor: bool = False


class _Compiler:
    """One body being compiled. `at` is where a fault points when the body is not in place in the source text."""

    def __init__(self, session: Session, text: str, at: At, *, in_place: bool) -> None:
        self.session = session
        self.text = text
        self.at = at
        self.in_place = in_place
        self.scopes: list[dict[str, _Variable]] = [{}]
        self.labels: list[tuple[str | None, bool]] = []
        self.returns: Oid = typeoids.VOID
        self.retset = False
        self.out_params = False
        self.is_procedure = False

    def refuse(self, sqlstate: str, message: str, node: PLNode, hint: str | None = None) -> NoReturn:
        raise Refusal(sqlstate, message, at=(node.start, node.end) if self.in_place else self.at, hint=hint)

    def find(self, name: str) -> _Variable | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None


def compile_function(session: Session, proc: Proc, at: At) -> None:
    """Check the body of a function, which `at` of the statement's text holds (plpgsql_compile for the validator)."""
    body = proc.src or ""
    text, start, end = (session.text, *found) if (found := _in_place(session.text, at, body)) else (body, 0, len(body))
    compiler = _Compiler(session, text, at, in_place=text is session.text)
    _declare_parameters(compiler, proc)
    block = _parse(compiler, start, end)
    _block(compiler, block)


def _in_place(text: str, at: At, body: str) -> tuple[int, int] | None:
    """Where a dollar-quoted body stands in the text, so that offsets in it are the statement's."""
    if at is None or not 0 <= at[0] < at[1] <= len(text):
        return None
    tokens = tokenize(text, *at)
    for i, kind in enumerate(tokens.kind):
        if kind == STRING and tokens.value[i] == body and text[tokens.start[i]] == "$":
            start = text.index("$", tokens.start[i] + 1) + 1
            return start, start + len(body)
    return None


def compile_inline(session: Session, text: str, start: int, end: int, at: At) -> pl.Block:
    """Check the body of a DO block (plpgsql_compile_inline)."""
    compiler = _Compiler(session, text, at, in_place=text is session.text)
    compiler.scopes[0]["found"] = _Variable()
    block = _parse(compiler, start, end)
    _block(compiler, block)
    return block


def _parse(compiler: _Compiler, start: int, end: int) -> pl.Block:
    try:
        return parse_body(compiler.text, start, end, compiler.session.version)
    except ParseError as error:
        place = (error.start, error.end) if compiler.in_place else compiler.at
        raise Refusal(error.sqlstate, error.message, at=place) from None


def _declare_parameters(compiler: _Compiler, proc: Proc) -> None:
    scope = compiler.scopes[0]
    scope["found"] = _Variable()
    compiler.retset = proc.retset
    compiler.returns = proc.rettype
    compiler.is_procedure = proc.kind == "p"
    types = proc.allargtypes or proc.argtypes
    modes = proc.argmodes or "i" * len(types)
    compiler.out_params = any(m in "obt" for m in modes)
    if proc.rettype == typeoids.TRIGGER:
        scope.update({name: _Variable("record" if name in ("new", "old") else "scalar") for name in _TRIGGER_NAMES})
    elif proc.rettype == typeoids.EVENT_TRIGGER:
        scope.update({name: _Variable() for name in _EVENT_TRIGGER_NAMES})
    for i, oid in enumerate(types):
        kind = "record" if _is_composite(compiler, oid) else "scalar"
        scope[f"${i + 1}"] = _Variable(kind)
        if i < len(proc.argnames) and proc.argnames[i]:
            scope[proc.argnames[i]] = _Variable(kind)


def _is_composite(compiler: _Compiler, oid: Oid) -> bool:
    found = compiler.session.catalog.get(model.Type, oid)
    return found is None or found.typtype == "c" or oid == typeoids.RECORD or (found.typtype == "d")


# --- blocks and declarations


def _block(compiler: _Compiler, block: pl.Block) -> None:
    compiler.scopes.append({})
    compiler.labels.append((block.label, False))
    for declaration in block.declarations:
        _declaration(compiler, declaration)
    _body(compiler, block.body)
    for handler in block.handlers:
        for condition in handler.conditions:
            _condition(compiler, condition, handler)
        compiler.scopes.append({"sqlstate": _Variable(constant=True), "sqlerrm": _Variable(constant=True)})
        _body(compiler, handler.body)
        compiler.scopes.pop()
    compiler.labels.pop()
    compiler.scopes.pop()


def _condition(compiler: _Compiler, condition: str, node: PLNode) -> None:
    if (
        condition != "others"
        and condition not in SQLSTATES
        and not (len(condition) == 5 and condition == condition.upper())
    ):
        compiler.refuse("42704", f'unrecognized exception condition "{condition}"', node)


def _declaration(compiler: _Compiler, declaration: pl.Declaration) -> None:
    scope = compiler.scopes[-1]
    if declaration.name in scope:
        compiler.refuse("42601", f'duplicate declaration at or near "{declaration.name}"', declaration)
    kind = "scalar"
    if declaration.alias is not None:
        target = compiler.find(declaration.alias)
        if target is None:
            compiler.refuse("42703", f'variable "{declaration.alias}" does not exist', declaration)
        scope[declaration.name] = target
        return
    if declaration.type is not None:
        kind = _type_kind(compiler, declaration)
    elif declaration.reference:
        kind = _reference_kind(compiler, declaration)
    if declaration.default is not None:
        _expression(compiler, declaration.default)
    if declaration.cursor is not None:
        _sql(compiler, declaration.cursor)
    scope[declaration.name] = _Variable(kind, declaration.constant, declaration.cursor is not None)


def _type_kind(compiler: _Compiler, declaration: pl.Declaration) -> str:
    from schemalint.semantics.types import typename_type_id_and_mod
    from schemalint.simulator.stored import session_parsestate

    assert declaration.type is not None
    if declaration.type.names == ("record",):
        return "record"
    oid, _ = typename_type_id_and_mod(session_parsestate(compiler.session), declaration.type)
    found = compiler.session.catalog.get(model.Type, oid)
    if found is not None and found.typtype == "p" and oid != typeoids.RECORD:
        compiler.refuse("0A000", f'variable "{declaration.name}" has pseudo-type {found.name}', declaration)
    return "record" if _is_composite(compiler, oid) else "scalar"


def _reference_kind(compiler: _Compiler, declaration: pl.Declaration) -> str:
    """%TYPE and %ROWTYPE: the relation or column that they name must exist."""
    names = compiler.session.names
    reference = declaration.reference
    at = (declaration.start, declaration.end) if compiler.in_place else compiler.at
    if declaration.rowtype:
        if names.lookup(model.Relation, reference) is None:
            schema = reference[0] if len(reference) > 1 else None
            shown = ".".join(reference)
            raise names.missing("42P01", f'relation "{shown}" does not exist', schema, reference[-1], at)
        return "record"
    variable = compiler.find(reference[0])
    if variable is not None:
        return variable.kind if len(reference) == 1 else "scalar"
    if len(reference) == 1:
        raise names.missing("42704", f'type "{reference[0]}" does not exist', None, reference[0], at)
    relation = names.lookup(model.Relation, reference[:-1])
    if relation is None:
        schema = reference[0] if len(reference) > 2 else None
        shown = ".".join(reference[:-1])
        raise names.missing("42P01", f'relation "{shown}" does not exist', schema, reference[-2], at)
    column = next((c for c in relation.columns if c.name == reference[-1] and not c.dropped), None)
    if column is None:
        raise names.missing(
            "42703", f'column "{reference[-1]}" of relation "{relation.name}" does not exist', None, reference[-1], at
        )
    return "record" if _is_composite(compiler, column.type) else "scalar"


# --- expressions and SQL: raw syntax only


def _expression(compiler: _Compiler, expr: pl.Expr | None) -> None:
    if expr is not None:
        _raw_parse(compiler, "SELECT " + expr.text, expr, 7)


def _sql(compiler: _Compiler, sql: pl.Sql | None) -> None:
    if sql is not None:
        shift = len(sql.text) - (sql.end - sql.start)
        _raw_parse(compiler, sql.text, sql, max(shift, 0))


def _raw_parse(compiler: _Compiler, text: str, node: PLNode, shift: int) -> None:
    try:
        parse_statement(text, version=compiler.session.version)
    except ParseError as error:
        place = compiler.at
        if compiler.in_place:
            start = min(max(node.start + error.start - shift, node.start), node.end)
            place = (start, min(start + error.end - error.start, node.end))
        raise Refusal(error.sqlstate, error.message, at=place) from None
    except NotUnderstood:
        return


# --- statements


def _body(compiler: _Compiler, body: tuple[PLNode, ...]) -> None:
    for statement in body:
        _statement(compiler, statement)


def _expressions(node: PLNode) -> Iterator[pl.Expr | pl.Sql]:
    """The expressions directly in a statement, not those of statements inside."""
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, pl.Expr | pl.Sql):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, pl.Expr | pl.Sql):
                    yield item
                elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], pl.Expr):
                    yield item[1]


def _statement(compiler: _Compiler, stmt: PLNode) -> None:
    for expr in _expressions(stmt):
        if isinstance(expr, pl.Expr):
            _expression(compiler, expr)
        else:
            _sql(compiler, expr)
    match stmt:
        case pl.Block():
            _block(compiler, stmt)
        case pl.If() | pl.Case():
            for branch in stmt.branches:
                for condition in branch.conditions:
                    _expression(compiler, condition)
                _body(compiler, branch.body)
            _body(compiler, stmt.otherwise or ())
        case pl.Loop() | pl.ForEach():
            if isinstance(stmt, pl.ForEach):
                _targets(compiler, stmt.targets)
            _loop(compiler, stmt.label, stmt.body)
        case pl.ForInteger():
            compiler.scopes.append({stmt.variable: _Variable()})
            _loop(compiler, stmt.label, stmt.body)
            compiler.scopes.pop()
        case pl.ForQuery():
            _for_query(compiler, stmt)
        case pl.Exit():
            _exit(compiler, stmt)
        case pl.Return() | pl.ReturnNext() | pl.ReturnQuery():
            _return(compiler, stmt)
        case pl.Assign():
            _target(compiler, stmt.target)
        case pl.ExecSql() | pl.Execute() | pl.Fetch():
            _targets(compiler, stmt.into)
        case pl.GetDiagnostics():
            _targets(compiler, tuple(target for target, _ in stmt.items))
        case pl.Raise() if stmt.condition is not None:
            _condition(compiler, stmt.condition, stmt)


def _target(compiler: _Compiler, target: pl.Target) -> _Variable | None:
    name = target.names[0]
    variable = compiler.find(name)
    if variable is None:
        if any(label == name for label, _ in compiler.labels) and len(target.names) > 1:
            return None
        if compiler.find(".".join(target.names[:2])) is None and not _is_function_label(compiler, target):
            compiler.refuse("42601", f'"{target.text}" is not a known variable', target)
        return None
    if variable.constant:
        compiler.refuse("22005", f'variable "{name}" is declared CONSTANT', target)
    return variable


def _is_function_label(compiler: _Compiler, target: pl.Target) -> bool:
    return len(target.names) > 1


def _targets(compiler: _Compiler, targets: tuple[pl.Target, ...]) -> None:
    for target in targets:
        _target(compiler, target)


def _for_query(compiler: _Compiler, stmt: pl.ForQuery) -> None:
    if stmt.cursor is not None:
        compiler.scopes.append({stmt.targets[0].names[0]: _Variable("record")})
        _loop(compiler, stmt.label, stmt.body)
        compiler.scopes.pop()
        return
    for target in stmt.targets:
        if compiler.find(target.names[0]) is None and len(target.names) == 1:
            compiler.refuse(
                "42601", "loop variable of loop over rows must be a record variable or list of scalar variables", target
            )
    _loop(compiler, stmt.label, stmt.body)


def _loop(compiler: _Compiler, label: str | None, body: tuple[PLNode, ...]) -> None:
    compiler.labels.append((label, True))
    _body(compiler, body)
    compiler.labels.pop()


def _exit(compiler: _Compiler, stmt: pl.Exit) -> None:
    word = "CONTINUE" if stmt.again else "EXIT"
    if stmt.label is None:
        if not any(is_loop for _, is_loop in compiler.labels):
            what = (
                "CONTINUE cannot be used outside a loop"
                if stmt.again
                else "EXIT cannot be used outside a loop, unless it has a label"
            )
            compiler.refuse("42601", what, stmt)
        return
    found = [is_loop for label, is_loop in compiler.labels if label == stmt.label]
    if not found:
        compiler.refuse(
            "42601", f'there is no label "{stmt.label}" attached to any block or loop enclosing this statement', stmt
        )
    if stmt.again and not found[-1]:
        compiler.refuse("42601", f'block label "{stmt.label}" cannot be used in {word}', stmt)


def _return(compiler: _Compiler, stmt: pl.Return | pl.ReturnNext | pl.ReturnQuery) -> None:
    if isinstance(stmt, pl.ReturnQuery):
        if not compiler.retset:
            compiler.refuse("42804", "cannot use RETURN QUERY in a non-SETOF function", stmt)
        return
    has_value = stmt.value is not None
    if isinstance(stmt, pl.ReturnNext):
        if not compiler.retset:
            compiler.refuse("42804", "cannot use RETURN NEXT in a non-SETOF function", stmt)
        if compiler.out_params and has_value:
            compiler.refuse("42804", "RETURN NEXT cannot have a parameter in function with OUT parameters", stmt)
        if not compiler.out_params and not has_value:
            compiler.refuse("42601", 'missing expression at or near ";"', stmt)
        return
    if compiler.retset:
        if has_value:
            compiler.refuse(
                "42804",
                "RETURN cannot have a parameter in function returning set",
                stmt,
                "Use RETURN NEXT or RETURN QUERY.",
            )
    elif compiler.is_procedure and has_value:
        compiler.refuse("42804", "RETURN cannot have a parameter in a procedure", stmt)
    elif compiler.returns in (typeoids.VOID, typeoids.EVENT_TRIGGER) and not compiler.is_procedure:
        if has_value:
            compiler.refuse("42804", "RETURN cannot have a parameter in function returning void", stmt)
    elif compiler.out_params:
        if has_value:
            compiler.refuse("42804", "RETURN cannot have a parameter in function with OUT parameters", stmt)
    elif not has_value and not compiler.is_procedure:
        compiler.refuse("42601", 'missing expression at or near ";"', stmt)
