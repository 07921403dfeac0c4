"""Going on after a refusal, so that one fault hides no other.

A statement that the server refuses for one of its parts is tried again without that part: what is refused then is what the server
would say once the first fault is mended. What remains refused leaves the names that it would have made unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.lint.trees import column_name
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


def without_fault(node: Node, start: int, end: int, sqlstate: str = "", word: str | None = None) -> Node | None:
    """The statement without its smallest part that holds text[start:end]; None when there is none that can be left out."""
    match node:
        case nodes.CreateStmt():
            return _create_without(node, start, end)
        case nodes.AlterTableStmt() if len(node.cmds) > 1:
            return _tuple_without(node, "cmds", start, end)
        case nodes.GrantStmt() if len(node.objects) > 1:
            return _tuple_without(node, "objects", start, end)
        case nodes.ViewStmt() | nodes.CreateTableAsStmt() if sqlstate == "42701" and isinstance(
            node.query, nodes.SelectStmt
        ):
            return _without_twice_named(node, node.query)
    return None


def stand_ins(before: Node, after: Node) -> Iterator[tuple[str, str]]:
    """(table, column) whose type had to be guessed."""
    if isinstance(before, nodes.CreateStmt) and isinstance(after, nodes.CreateStmt):
        for old, new in zip(before.tableElts, after.tableElts, strict=False):
            if isinstance(old, nodes.ColumnDef) and isinstance(new, nodes.ColumnDef) and old.typeName != new.typeName:
                yield before.relation.relname, old.colname or ""


def _without_twice_named(node: nodes.ViewStmt | nodes.CreateTableAsStmt, query: nodes.SelectStmt) -> Node | None:
    """A view without the columns whose names it has already."""
    seen: set[str] = set()
    kept = []
    for target in query.targetList:
        name = target.name or (column_name(target.val) if isinstance(target.val, nodes.ColumnRef) else None)
        if name is not None and name in seen:
            continue
        seen.add(name or "")
        kept.append(target)
    if len(kept) == len(query.targetList):
        return None
    return replace(node, query=replace(query, targetList=tuple(kept)))


def _holds(part: object, start: int, end: int) -> bool:
    at, to = getattr(part, "start", -1), getattr(part, "end", -1)
    return 0 <= at <= start and end <= to


def _tuple_without(node: Node, field: str, start: int, end: int) -> Node | None:
    parts = getattr(node, field)
    kept = tuple(p for p in parts if not _holds(p, start, end))
    if len(kept) in (0, len(parts)):
        return None
    return replace(node, **{field: kept})


def _create_without(node: nodes.CreateStmt, start: int, end: int) -> Node | None:
    for i, element in enumerate(node.tableElts):
        if not _holds(element, start, end):
            continue
        if isinstance(element, nodes.ColumnDef):
            kept = tuple(c for c in element.constraints if not _holds(c, start, end))
            mended: tuple[Node, ...] = (replace(element, constraints=kept),)
            if len(kept) == len(element.constraints):
                if element.typeName is None or not _holds(element.typeName, start, end):
                    return None
                guess = replace(element.typeName, names=("text",), typmods=())
                mended = (replace(element, typeName=guess),)
                if guess == element.typeName:
                    return None
        else:
            mended = ()
        return replace(node, tableElts=(*node.tableElts[:i], *mended, *node.tableElts[i + 1 :]))
    return None


def made_names(node: Node | None) -> Iterator[str]:
    """Names that an unread or refused statement may have made or changed."""
    match node:
        case nodes.CreateStmt():
            yield node.relation.relname
        case nodes.CreateForeignTableStmt():
            yield node.base.relation.relname
        case nodes.CreateTableAsStmt():
            yield node.into.rel.relname
        case nodes.ViewStmt():
            yield node.view.relname
        case nodes.IndexStmt() if node.idxname is not None:
            yield node.idxname
        case nodes.CreateSeqStmt():
            yield node.sequence.relname
        case nodes.CompositeTypeStmt():
            yield node.typevar.relname
        case nodes.CreateFunctionStmt():
            yield node.funcname[-1]
        case nodes.CreateEnumStmt() | nodes.CreateRangeStmt():
            yield node.typeName[-1]
        case nodes.CreateDomainStmt():
            yield node.domainname[-1]
        case nodes.DefineStmt():
            yield node.defnames[-1]
        case nodes.CreateSchemaStmt() if node.schemaname is not None:
            yield node.schemaname
        case nodes.CreateTrigStmt():
            yield node.trigname
        case nodes.CreateExtensionStmt():
            yield ""
        case nodes.CreateRoleStmt():
            yield node.role
        case nodes.CreatePublicationStmt():
            yield node.pubname
        case nodes.RenameStmt():
            yield node.newname
        case nodes.AlterTableStmt():
            for cmd in node.cmds:
                if isinstance(cmd.def_, nodes.ColumnDef) and cmd.def_.colname:
                    yield cmd.def_.colname
        case nodes.DoStmt() | nodes.CallStmt():
            yield ""
