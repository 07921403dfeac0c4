"""What a rule may ask about the statement, the batch and the catalog; computed once, when asked."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Label
from schemalint.lint.sizes import Thresholds
from schemalint.lint.trees import columns_of, relation_of
from schemalint.simulator.describe import RELKIND_WORDS, describe, quote_identifier
from schemalint.simulator.effects import Created, Effect, Locked
from schemalint.simulator.outcome import Outcome
from schemalint.simulator.session import Session
from schemalint.simulator.tags import command_tag
from schemalint.source import Source, Span
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import AlterTableStmt, CopyStmt, InsertStmt, Node, RangeVar, TypeName
from schemalint.syntax.tokens import QUOTED, WORD, Tokens, tokenize

C = TypeVar("C", bound=CatalogObject)

_PLAIN = re.compile(r"[A-Za-z0-9_]+")


class Statement:
    """One statement of the batch and what came of it.

    index        from 1 in its file
    node         the raw parse tree as written (None when it could not be read)
    outcome      the simulator's verdict; when the refusals could be mended, that on the rest of the statement
    refusals     what the server would say, one fault after the other
    before       each object that it changed, as it was before (None: it did not exist)
    presumed     what it does to tables that an open catalog does not hold, see presumed.py
    in_block     it ran between BEGIN and COMMIT, the file's own or the runner's
    wrapped      the runner puts the whole file into one transaction
    way_out      how to take the file out of that transaction with this runner, one clause; empty where nothing does
    """

    __slots__ = (
        "before",
        "end",
        "in_block",
        "index",
        "node",
        "outcome",
        "presumed",
        "refusals",
        "source",
        "start",
        "way_out",
        "wrapped",
    )

    def __init__(
        self, source: Source, index: int, start: int, end: int, outcome: Outcome, *, wrapped: bool = False
    ) -> None:
        self.source = source
        self.index = index
        self.start = start
        self.end = end
        self.outcome = outcome
        self.node: Node | None = outcome.node
        self.before: dict[ObjectAddress, CatalogObject | None] = {}
        self.refusals: list[Refused] = []
        self.presumed: tuple[Effect, ...] = ()
        self.in_block = False
        self.wrapped = wrapped
        self.way_out = ""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All that it does, as far as is known; nothing when it is refused."""
        return (*self.outcome.effects, *self.presumed) if self.outcome.accepted else ()

    @property
    def kind(self) -> str:
        """Its command tag, or its first word when it could not be read."""
        if self.node is not None:
            return command_tag(self.node)
        words = self.text.split(None, 1)
        return words[0].upper()[:30] if words else ""

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def keyword(self) -> Span:
        """The words that name the command: `CREATE TABLE`, as far as they are written."""
        end = self.start
        tokens = _tokens(self.source.text, self.start, self.end)
        wanted = self.kind.lower().split()
        for i, match in enumerate(tokens.match):
            if not wanted or match is None:
                break
            if match in wanted:
                end = tokens.end[i]
                wanted = wanted[wanted.index(match) + 1 :]
        return Span(self.start, max(end, self.start + 1))


class Refused(Struct, frozen=True):
    """The server would refuse the statement. `first` is False for what it would refuse once the refusals before are mended."""

    sqlstate: str
    message: str
    start: int
    end: int
    word: str | None
    detail: str | None
    hint: str | None
    node: Node | None
    objects: tuple[object, ...]
    first: bool = True


class Batch(Struct, frozen=True):
    """All statements that were checked, in order."""

    statements: tuple[Statement, ...]


class Context:
    """Facts for rules. `catalog` is as the current statement leaves it (for Batch rules: as the last one does)."""

    def __init__(self, session: Session, target: str = "") -> None:
        self.session = session
        self.statement: Statement = _NO_STATEMENT
        self.made_in_batch: dict[ObjectAddress, Statement] = {}
        self.made_by: dict[ObjectAddress, Statement] = {}
        self.dropped: dict[Oid, Statement] = {}
        self.statements: list[Statement] = []
        self._filling: list[tuple[Statement, RangeVar]] = []
        self._adding: dict[tuple[str, str], Statement] = {}
        self._looked_at = 0
        self._dropped_names: tuple[int, dict[str, model.Relation]] = (0, {})
        self.typed_columns: dict[
            int, tuple[Node, tuple[Any, ...]]
        ] = {}  # what columns.py has found out, by the node's id
        self._presumed: dict[tuple[str | None, str], model.Relation] = {}
        self.target = target
        self.thresholds = Thresholds()

    @property
    def catalog(self) -> Catalog:
        return self.session.catalog

    @property
    def names(self) -> Names:
        return self.session.names

    @property
    def version(self) -> int:
        """Server major."""
        return self.session.version

    @property
    def node(self) -> Node:
        """The statement's raw parse tree."""
        assert self.statement.node is not None
        return self.statement.node

    # --- objects

    def get(self, cls: type[C], oid: Oid) -> C | None:
        return self.catalog.get(cls, oid)

    def relation(self, oid: Oid) -> model.Relation | None:
        """A relation as it is now, or as it was before the statement that dropped it."""
        if oid < 0:
            return next((r for r in self._presumed.values() if r.oid == oid), None)
        found = self.catalog.get(model.Relation, oid)
        if found is None:
            before = self.statement.before.get(ObjectAddress("pg_class", oid))
            return before if isinstance(before, model.Relation) else None
        return found

    def presume(self, name: RangeVar, kind: str = "r") -> Oid | None:
        """The oid of the relation that a statement names; a made-up one (below 0) when the catalog does not hold it but is open, and
        nothing in the batch may have made or dropped it. None where it cannot be presumed to exist."""
        found = self.names.find(model.Relation, name.schemaname, name.relname)
        if found is not None:
            return found.oid
        if self.catalog.closed or self.catalog.is_doubted(name.relname) or name.schemaname == "pg_temp":
            return None
        key = name.schemaname, name.relname
        if key not in self._presumed:
            shown = name.relname if name.schemaname is None else f"{name.schemaname}.{name.relname}"
            oid = -1 - len(self._presumed)
            self._presumed[key] = model.Relation(oid=oid, name=shown, kind=kind)
        return self._presumed[key].oid

    def find(self, name: RangeVar) -> model.Relation | None:
        """The relation that a statement names; when the batch has dropped it, as it was before."""
        found = self.names.find(model.Relation, name.schemaname, name.relname)
        if found is not None:
            return found
        return self._dropped_by_name().get(name.relname)

    def _dropped_by_name(self) -> dict[str, model.Relation]:
        """The relations that the batch has dropped, as they were before; of several with a name the last one."""
        known, names = self._dropped_names
        if known != len(self.dropped):
            gone = ((s.before.get(ObjectAddress("pg_class", oid))) for oid, s in self.dropped.items())
            names = {before.name: before for before in gone if isinstance(before, model.Relation)}
            self._dropped_names = len(self.dropped), names
        return names

    def existing(self, name: RangeVar | None, statement: Statement | None = None) -> model.Relation | None:
        """The relation that a statement (the current one) names, as it was before, where it was there before the batch; presumed
        outside an open catalog. None for new, temporary, missing and the server's own ones."""
        if name is None or name.schemaname in ("pg_catalog", "information_schema"):
            return None
        found = self._before_statement(name, statement or self.statement)
        if found is None and (oid := self.presume(name)) is not None:
            found = self.relation(oid)
        return None if found is None or self.is_new(found.oid) or found.persistence == "t" else found

    def _before_statement(self, name: RangeVar, statement: Statement) -> model.Relation | None:
        """The relation of this name before a statement, which may have dropped, renamed or moved it."""
        for before in statement.before.values():
            if (
                isinstance(before, model.Relation)
                and before.name == name.relname
                and (name.schemaname is None or self.names.namespace_name(before.namespace) == name.schemaname)
            ):
                return before
        found = self.names.find(model.Relation, name.schemaname, name.relname)
        if found is None:
            return None
        before = statement.before.get(found.address, found)
        return before if isinstance(before, model.Relation) else None

    def is_new_column(self, relation: model.Relation, column: str) -> bool:
        """Whether a statement of this batch added the column."""
        self._look_at_statements()
        adding = self._adding.get((relation.name, column))
        if adding is None:
            return False
        before = adding.before.get(relation.address)
        return not isinstance(before, model.Relation) or self.column(before, column) is None

    def subject_of(self, statement: Statement) -> model.Relation | None:
        """The relation that a statement of the batch makes or changes, as the batch leaves it (as it was, when the batch drops it),
        whatever the search_path has become since."""
        named = None if statement.node is None else relation_of(statement.node)
        if named is None:
            return None
        for effect in statement.outcome.effects:
            if isinstance(effect, Created) and isinstance(effect.object, model.Relation):
                then: CatalogObject | None = effect.object
            elif isinstance(effect, Locked):
                then = statement.before.get(ObjectAddress("pg_class", effect.relation)) or self.last(effect.relation)
            else:
                continue
            if isinstance(then, model.Relation) and then.name == named.relname:
                return self.last(then.oid)
        return self.find(named)

    def last(self, oid: Oid) -> model.Relation | None:
        """A relation as the batch leaves it; one that it drops, as it was just before."""
        found = self.catalog.get(model.Relation, oid)
        if found is None and oid in self.dropped:
            before = self.dropped[oid].before.get(ObjectAddress("pg_class", oid))
            return before if isinstance(before, model.Relation) else None
        return found

    def indexes(self, oid: Oid) -> list[model.Relation]:
        """Valid indexes of a relation; of one that the batch drops, those that it had just before."""
        found = self.catalog.indexes(oid) or [
            r for r in self._gone(oid, model.Relation) if r.index is not None and r.index.relid == oid
        ]
        return [r for r in found if r.index is not None and r.index.valid]

    def constraints(self, oid: Oid) -> list[model.Constraint]:
        """Constraints of a relation; of one that the batch drops, those that it had just before."""
        return self.catalog.constraints(oid) or [c for c in self._gone(oid, model.Constraint) if c.relid == oid]

    def policies(self, oid: Oid) -> list[model.Policy]:
        """Policies of a relation; of one that the batch drops, those that it had just before."""
        return self.catalog.policies(oid) or [p for p in self._gone(oid, model.Policy) if p.relid == oid]

    def _gone(self, oid: Oid, cls: type[C]) -> list[C]:
        statement = self.dropped.get(oid)
        return [] if statement is None else [o for o in statement.before.values() if isinstance(o, cls)]

    def column(self, relation: model.Relation, name: str) -> model.Attribute | None:
        """A live column by name."""
        return next((c for c in relation.columns if c.name == name and not c.dropped), None)

    def column_names(self, relation: model.Relation, numbers: tuple[int, ...]) -> list[str]:
        """Names of columns by number, without expressions (0) and system columns."""
        return [relation.columns[num - 1].name for num in numbers if 0 < num <= len(relation.columns)]

    def label_column(self, relation: model.Relation, column: str, message: str) -> Label:
        """A label where the batch defines a column, or else about the column in the catalog."""
        for statement in reversed(self.statements):
            if statement.node is None:
                continue
            named = relation_of(statement.node)
            if named is None or named.relname != relation.name:
                continue
            for definition in columns_of(statement.node):
                if definition.colname == column:
                    at = definition.typeName or definition
                    return Label(message, statement.source, at.start, at.end)
        return Label(message, fact=f"{self.shown(relation)}.{column}")

    def before(self, obj: C) -> C | None:
        """An object as it was before the current statement; None when it did not exist."""
        address = obj.address
        if address in self.statement.before:
            return self.statement.before[address]  # type: ignore[return-value]
        return obj

    def is_new(self, oid: Oid) -> bool:
        """Whether a relation was made by a statement of this batch, so that no one else sees it or has rows in it."""
        return ObjectAddress("pg_class", oid) in self.made_in_batch

    def may_have_rows(self, oid: Oid) -> bool:
        """Whether a table may hold rows here: it was there before the batch, or a statement of it has filled it."""
        if self.rows(oid) == 0:
            return False
        self._look_at_statements()
        return not self.is_new(oid) or any(
            statement.outcome.accepted and (filled := self.find(target)) is not None and filled.oid == oid
            for statement, target in self._filling
        )

    def _look_at_statements(self) -> None:
        """Note which statements so far bring rows to which tables, and the first that adds a column; each is looked at once."""
        for statement in islice(self.statements, self._looked_at, None):
            node = statement.node
            into = node.relation if isinstance(node, (InsertStmt, CopyStmt)) else None
            if into is not None and (not isinstance(node, CopyStmt) or node.is_from):
                self._filling.append((statement, into))
            if isinstance(node, AlterTableStmt) and statement.outcome.accepted:
                for added in columns_of(node):
                    self._adding.setdefault((node.relation.relname, added.colname or ""), statement)
        self._looked_at = len(self.statements)

    def rows(self, oid: Oid) -> float | None:
        """Rows that the statistics know of; None when not known."""
        relation = self.relation(oid)
        return None if relation is None or relation.rows is None or relation.rows < 0 else relation.rows

    def bytes(self, oid: Oid) -> int | None:
        """Size on disk; None when not known."""
        relation = self.relation(oid)
        return None if relation is None else relation.bytes

    def size_of(self, oid: Oid) -> str:
        """Rows and bytes for people, `its size is not known` where they are not."""
        rows, size = self.rows(oid), self.bytes(oid)
        if rows is None and size is None:
            return "its size is not known"
        parts = [] if rows is None else [f"about {_short(rows)} rows"]
        if size is not None:
            parts.append(_bytes(size))
        return ", ".join(parts)

    def outside_transaction(self) -> str:
        """How the current statement can run outside a transaction block, one clause for a help: `, outside a transaction`."""
        if self.statement.wrapped and self.statement.way_out:
            return f", and {self.statement.way_out}"
        if self.statement.wrapped:
            return ", in a file that the runner does not put into a transaction"
        return ", outside a transaction" if self.statement.in_block else ""

    # --- words

    def written(self, at: Node | Span) -> str:
        """The current statement's text of a node or span, on one line."""
        return " ".join(self.statement.source.text[at.start : at.end].split())

    def shown(self, obj: CatalogObject) -> str:
        """An object's name as people read it, with its schema where that is needed."""
        if obj.oid < 0:
            return obj.name
        if self.catalog.at(obj.address) is None and getattr(obj, "namespace", 0) in self.names.path:
            return obj.name  # dropped by the batch
        return self.names.shown(obj)

    def spelled(self, obj: CatalogObject) -> str:
        """As shown, quoted where SQL has to quote it."""
        name = quote_identifier(obj.name)
        if self.shown(obj) == obj.name:
            return name
        return f"{quote_identifier(self.names.namespace_name(getattr(obj, 'namespace', 0)))}.{name}"

    def table(self, oid: Oid) -> str:
        """A relation's name as people read it."""
        relation = self.last(oid) or self.relation(oid)
        return str(oid) if relation is None else self.shown(relation)

    def describe(self, address: ObjectAddress) -> str:
        """`table t`, `column c of table t`, ..."""
        return describe(self.session, address)

    def describe_relation(self, relation: model.Relation) -> str:
        """`table t`, `view s.v`."""
        return f"{RELKIND_WORDS.get(relation.kind, 'relation')} {self.shown(relation)}"

    def type_name(self, oid: Oid, typmod: int = -1) -> str:
        """A type as SQL spells it."""
        from schemalint.semantics.types import format_type

        return format_type(self.names, oid, typmod)

    def type_named(self, name: TypeName) -> Oid | None:
        """The type that is written; None when there is none, or it is not known."""
        from schemalint.errors import Refusal, Undecidable
        from schemalint.semantics.parsestate import make_parsestate
        from schemalint.semantics.types import typename_type_id

        try:
            return typename_type_id(make_parsestate(self.names), name)
        except (Refusal, Undecidable):
            return None

    def locate(self, at: object, word: str) -> Span | None:
        """Where a name stands within a node or span of the statement; the first place."""
        start = getattr(at, "start", self.statement.start)
        end = getattr(at, "end", self.statement.end)
        return locate(self.statement.source.text, start, end, word)


def locate(text: str, start: int, end: int, word: str) -> Span | None:
    """The first identifier (or string) `word` in text[start:end]."""
    piece = text[start:end]
    if _PLAIN.fullmatch(word) and "&" not in piece and "\\" not in piece and word.lower() not in piece.lower():
        return None  # without escapes, what is not written is not there
    tokens = _tokens(text, start, end)
    for i, kind in enumerate(tokens.kind):
        if kind in (WORD, QUOTED) and tokens.value[i] == word:
            return Span(tokens.start[i], tokens.end[i])
    for i, value in enumerate(tokens.value):
        if value == word:
            return Span(tokens.start[i], tokens.end[i])
    return None


@lru_cache(maxsize=8)  # several rules ask about one statement
def _tokens(text: str, start: int, end: int) -> Tokens:
    """The tokens of a piece; none of one that cannot be read."""
    try:
        return tokenize(text, start, end)
    except ParseError:
        return Tokens(text, 18)


def _short(count: float) -> str:
    for limit, unit in ((1e9, "billion"), (1e6, "million"), (1e4, "thousand")):
        if count >= limit:
            return f"{count / (1e3 if unit == 'thousand' else limit):.3g} {unit}"
    return f"{count:.0f}"


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} TB"


_NO_STATEMENT = Statement(Source("", ""), 0, 0, 0, Outcome())
