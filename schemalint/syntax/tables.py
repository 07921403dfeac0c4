"""CREATE TABLE, CREATE TABLE AS and CREATE FOREIGN TABLE."""

from __future__ import annotations

from schemalint.syntax.columns import column_def, column_options
from schemalint.syntax.common import generic_options, type_of_names
from schemalint.syntax.constraints import is_table_constraint, table_constraint
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    CreateForeignTableStmt,
    CreateStmt,
    CreateTableAsStmt,
    IntoClause,
    Node,
    PartitionBoundSpec,
    RangeVar,
    TableLikeClause,
    TypeName,
)
from schemalint.syntax.partitions import opt_partition_spec, partition_bound
from schemalint.syntax.persistence import (
    access_method,
    new_relation,
    on_commit,
    opt_column_list,
    opt_tablespace,
    opt_temp,
    opt_with,
    opt_with_data,
)
from schemalint.syntax.prepared import execute
from schemalint.syntax.queries import range_var, select_statement


def create_table(c: Cursor) -> CreateStmt | CreateTableAsStmt:
    """CreateStmt, CreateAsStmt and the CREATE TABLE AS EXECUTE of ExecuteStmt."""
    start = c.start
    c.expect("create")
    persistence = opt_temp(c)
    c.expect("table")
    if_not_exists = c.if_not_exists()
    relation = new_relation(c, persistence)
    type_: TypeName | None = None
    bound: PartitionBoundSpec | None = None
    parents: tuple[RangeVar, ...] = ()
    if c.match[c.at] == "(":
        if c.is_col_id(1) and c.match[c.at + 2] in (",", ")"):
            return _create_table_as(c, start, relation, if_not_exists)
        elements = _table_elements(c)
        parents = c.paren_list(range_var) if c.take("inherits") else ()
    elif c.match[c.at] == "of":
        c.at += 1
        at = c.start
        type_ = type_of_names(c.any_name(), at, c.end)
        elements = _typed_table_elements(c)
    elif c.match[c.at] == "partition":
        parents, elements, bound = _partition_of(c)
    else:
        return _create_table_as(c, start, relation, if_not_exists)
    spec = opt_partition_spec(c)
    method = access_method(c)
    options = opt_with(c)
    commit = on_commit(c)
    tablespace = opt_tablespace(c)
    return CreateStmt(
        relation=relation,
        tableElts=elements,
        inhRelations=parents,
        partbound=bound,
        partspec=spec,
        ofTypename=type_,
        options=options,
        oncommit=commit,
        tablespacename=tablespace,
        accessMethod=method,
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )


def create_foreign_table(c: Cursor) -> CreateForeignTableStmt:
    """CreateForeignTableStmt."""
    start = c.start
    c.expect("create", "foreign", "table")
    if_not_exists = c.if_not_exists()
    relation = range_var(c)
    bound: PartitionBoundSpec | None = None
    parents: tuple[RangeVar, ...] = ()
    if c.match[c.at] == "partition":
        parents, elements, bound = _partition_of(c)
    else:
        elements = _table_elements(c)
        parents = c.paren_list(range_var) if c.take("inherits") else ()
    base = CreateStmt(
        relation=relation,
        tableElts=elements,
        inhRelations=parents,
        partbound=bound,
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )
    c.expect("server")
    server = c.col_id()
    options = generic_options(c)
    return CreateForeignTableStmt(base=base, servername=server, options=options, start=start, end=c.end)


def _partition_of(c: Cursor) -> tuple[tuple[RangeVar, ...], tuple[Node, ...], PartitionBoundSpec]:
    """PARTITION OF: the parent, the elements and the bound."""
    c.expect("partition", "of")
    parent = range_var(c)
    elements = _typed_table_elements(c)
    return (parent,), elements, partition_bound(c)


def _table_elements(c: Cursor) -> tuple[Node, ...]:
    """`( OptTableElementList )`."""
    if c.take("(", ")"):
        return ()
    return c.paren_list(_table_element)


def _table_element(c: Cursor) -> Node:
    """TableElement."""
    if is_table_constraint(c):
        return table_constraint(c)
    return _like(c) if c.match[c.at] == "like" else column_def(c)


def _typed_table_elements(c: Cursor) -> tuple[Node, ...]:
    """OptTypedTableElementList."""
    return c.paren_list(_typed_table_element) if c.match[c.at] == "(" else ()


def _typed_table_element(c: Cursor) -> Node:
    """TypedTableElement."""
    return table_constraint(c) if is_table_constraint(c) else column_options(c)


_LIKE_OPTIONS = {
    "comments": 1 << 0,
    "compression": 1 << 1,
    "constraints": 1 << 2,
    "defaults": 1 << 3,
    "generated": 1 << 4,
    "identity": 1 << 5,
    "indexes": 1 << 6,
    "statistics": 1 << 7,
    "storage": 1 << 8,
    "all": 0x7FFFFFFF,
}


def _like(c: Cursor) -> TableLikeClause:
    """TableLikeClause."""
    start = c.start
    c.expect("like")
    relation = range_var(c)
    options = 0
    while (word := c.take_any("including", "excluding")) is not None:
        option = _LIKE_OPTIONS.get(c.match[c.at] or "")
        if option is None:
            raise c.error()
        c.at += 1
        options = options | option if word == "including" else options & ~option
    return TableLikeClause(relation=relation, options=options, start=start, end=c.end)


def _create_table_as(c: Cursor, start: int, relation: RangeVar, if_not_exists: bool) -> CreateTableAsStmt:
    """CREATE TABLE AS from behind the table's name on."""
    columns = opt_column_list(c)
    method = access_method(c)
    options = opt_with(c)
    commit = on_commit(c)
    tablespace = opt_tablespace(c)
    into_end = c.end
    c.expect("as")
    query: Node = execute(c) if c.match[c.at] == "execute" else select_statement(c)
    filled = opt_with_data(c)
    into = IntoClause(
        rel=relation,
        colNames=columns,
        accessMethod=method,
        options=options,
        onCommit=commit,
        tableSpaceName=tablespace,
        skipData=not filled,
        start=relation.start,
        end=into_end,
    )
    return CreateTableAsStmt(query=query, into=into, if_not_exists=if_not_exists, start=start, end=c.end)
