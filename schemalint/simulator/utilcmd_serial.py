"""The sequences behind serial and identity columns (generateSerialExtraStmts)."""

from __future__ import annotations

from schemalint.catalog.model import Expression, Namespace, Oid
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.semantics import typeoids
from schemalint.semantics.types import quote_identifier
from schemalint.simulator.create_context import Column, CreateStmtContext
from schemalint.simulator.object_names import choose_relation_name
from schemalint.syntax.nodes import DefElem

NEXTVAL = 1574
INT4_FROM_INT8, INT2_FROM_INT8 = 480, 714


def generate_serial_extra_stmts(
    cxt: CreateStmtContext, column: Column, seqtype: Oid, options: tuple[DefElem, ...], for_identity: bool
) -> Oid:
    """Have the sequence of a column made before the table, once all of the statement is read; it is tied to the column
    afterwards. Returns its identifier."""
    from schemalint.simulator.sequences import create_sequence

    session = cxt.session
    named = [option for option in options if option.defname == "sequence_name"]
    if len(named) > 1:
        raise Refusal("42601", "conflicting or redundant options", at=(named[1].start, named[1].end))
    namespace = cxt.namespace
    if named:
        names: tuple[str, ...] = named[0].arg  # type: ignore[assignment]
        if len(names) > 1:
            namespace = session.names.namespace(names[-2], (named[0].start, named[0].end))
        name = names[-1]
        options = tuple(option for option in options if option is not named[0])
    else:
        name = choose_relation_name(session, cxt.relname, column.name, "seq", namespace)
    persistence = cxt.persistence
    loggedness = [option for option in options if option.defname in ("logged", "unlogged")]
    if len(loggedness) > 1:
        raise Refusal("42601", "conflicting or redundant options", at=(loggedness[1].start, loggedness[1].end))
    if loggedness:
        option = loggedness[0]
        if persistence == "t":
            at = (option.start, option.end)
            raise Refusal("42P16", "cannot set logged status of a temporary sequence", at=at)
        persistence = "p" if option.defname == "logged" else "u"
        options = tuple(o for o in options if o is not option)
    owner = cxt.rel.owner if cxt.rel is not None else session.role
    oid = session.catalog.new_oid()

    def create() -> None:
        create_sequence(
            session,
            namespace,
            name,
            options,
            persistence=persistence if session.version >= 15 or persistence != "u" else "p",
            owner=owner,
            seqtype=seqtype,
            for_identity=for_identity,
            oid=oid,
            at=column.at,
        )

    if cxt.isalter:
        create()
    else:
        cxt.before.append(create)
    cxt.sequence_names[oid] = (namespace, name)
    cxt.owned_sequences.append((oid, column.name))
    return oid


def serial_default(cxt: CreateStmtContext, sequence: Oid, coltype: Oid) -> Expression:
    """nextval('sequence'::regclass) as the column's type."""
    session = cxt.session
    namespace, name = cxt.sequence_names[sequence]
    schema = session.catalog[Namespace, namespace].name
    text = f"{quote_identifier(session, schema)}.{quote_identifier(session, name)}".replace("'", "''")
    tree: q.Expr = q.FuncExpr(type=typeoids.INT8, func=NEXTVAL, args=(q.Const(type=typeoids.REGCLASS, value=sequence),))
    if coltype != typeoids.INT8:
        func = INT4_FROM_INT8 if coltype == typeoids.INT4 else INT2_FROM_INT8
        tree = q.FuncExpr(type=coltype, func=func, args=(tree,), format="implicit_cast")
    return Expression(f"nextval('{text}'::regclass)", tree)
