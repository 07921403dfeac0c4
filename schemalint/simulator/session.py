"""One session on one database: what a statement's simulation reads and writes.

All that changes is written through the catalog's journal, so that undoing a statement, a savepoint or a transaction is one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.errors import Refusal
from schemalint.simulator.effects import Changed, Created, Dropped, Effect, Locked
from schemalint.syntax.nodes import Node

BOOTSTRAP_SUPERUSER: Oid = 10

_DEFAULT_ACLS: dict[tuple[type[CatalogObject], str], str] = {
    **{(model.Relation, kind): "r" for kind in "rpvmf"},
    (model.Relation, "S"): "S",
    **{(model.Proc, kind): "f" for kind in "fpaw"},
    (model.Type, ""): "T",
    (model.Namespace, ""): "n",
}
"""Class and kind of an object -> the kind of default privileges that it takes."""


class Session:
    """A connection.

    catalog    the database
    names      lookups along this session's search_path
    vars       journaled state: "role", "session_role", "temp" (oid of the temporary schema), "tx" (mark of the open block or absent),
               "aborted", "savepoints", "setting <name>", "local <name>", "cursor <name>", ...
    text       the source text of the statement being executed, effects what it did so far
    undecided  why parts of its verdict are not known
    permitted  the role may do everything: what it may not do has been said, and what else is wrong is looked for
    """

    def __init__(self, catalog: Catalog, database: str = "postgres") -> None:
        self.catalog = catalog
        self.names = Names(catalog)
        self.names.database = catalog.database or database
        self.vars: dict[str, Any] = {}
        self.text = ""
        self.effects: list[Effect] = []
        self.undecided: list[str] = []
        self.permitted = False
        self.call_depth = 0  # functions that are being executed
        self.catalog_rows: dict[str, tuple[int, list[dict[str, Any]]]] = {}  # kept rows of pg_catalog, see evaluate.py
        self.loaded: set[str] = set()  # libraries, whose prefixes take no made-up parameters any more
        self.placeholders: set[str] = set()  # customized parameters that were named, and so exist
        self._path_for: object = None

    @property
    def version(self) -> int:
        """Server major."""
        return self.catalog.version

    # --- state

    def var(self, key: str, default: Any = None) -> Any:
        return self.vars.get(key, default)

    def set_var(self, key: str, value: Any) -> None:
        """Journaled; None removes."""
        self.catalog.note(self.vars, key, value)

    @property
    def role(self) -> Oid:
        """The current role."""
        return int(self.vars.get("role", self.vars.get("session_role", BOOTSTRAP_SUPERUSER)))

    def role_name(self, oid: Oid) -> str:
        found = self.catalog.get(model.Role, oid)
        return found.name if found is not None else str(oid)

    def setting(self, name: str) -> str | None:
        """A configuration parameter's value as text, None for its built-in default."""
        value = self.vars.get(f"setting {name}")
        return value if value is None else str(value)

    def prepare(self) -> None:
        """Bring the search path up to date; called before each statement and after anything that may change it."""
        path = self.vars.get("search_path", ("$user", "public"))
        temp = self.vars.get("temp")
        stamps = self.catalog.stamps
        key = (path, temp, self.role, stamps.get("pg_namespace"), stamps.get("pg_authid"))
        if key != self._path_for:
            self.names.usage = None if self.role == BOOTSTRAP_SUPERUSER else self._usage()
            self.names.set_path(path, self.role_name(self.role), temp)
            self._path_for = key

    def _usage(self) -> Callable[[Oid], bool] | None:
        from schemalint.simulator.acl import has_privilege, is_superuser

        if is_superuser(self):
            return None

        def usage(oid: Oid) -> bool:
            schema = self.catalog.get(model.Namespace, oid)
            return schema is None or has_privilege(self, schema, "U")

        return usage

    @property
    def in_transaction_block(self) -> bool:
        """Between BEGIN and its COMMIT or ROLLBACK."""
        return "tx" in self.vars

    def prevent_in_transaction_block(self, what: str, node: Node) -> None:
        """Raise 25001 inside a block (PreventInTransactionBlock)."""
        if self.in_transaction_block and not self.var("commit_undone"):
            raise Refusal("25001", f"{what} cannot run inside a transaction block", at=(node.start, node.end))

    # --- effects

    def effect(self, effect: Effect) -> None:
        self.effects.append(effect)

    def lock(self, relation: Oid, mode: int) -> None:
        """Note a table lock; only the strongest of a statement on a relation is kept."""
        for i, held in enumerate(self.effects):
            if isinstance(held, Locked) and held.relation == relation:
                if held.mode < mode:
                    self.effects[i] = Locked(relation, mode)
                return
        self.effects.append(Locked(relation, mode))

    def create(self, obj: CatalogObject) -> None:
        """Put a new object into the catalog, and note it. It gets its owner's default privileges."""
        objtype = _DEFAULT_ACLS.get((type(obj), getattr(obj, "kind", "")))
        if objtype is not None and getattr(obj, "acl", None) is None:
            from schemalint.simulator.default_privileges import with_default_acl

            obj = with_default_acl(self, obj, objtype)
        self.catalog.put(obj)
        self.catalog.make_known(obj.name)
        self.effects.append(Created(obj))

    def change(self, after: CatalogObject) -> None:
        """Replace an object, and note it."""
        before = self.catalog.at(after.address)
        assert before is not None
        self.catalog.put(after)
        self.effects.append(Changed(before, after))

    def drop(self, address: ObjectAddress, *, cascade: bool = False) -> None:
        """Take an object away, and note it. Dependents are performed_deletion's care (dependency.py)."""
        obj = self.catalog.at(address)
        if obj is not None:
            self.catalog.remove(address)
            self.catalog.make_known(obj.name)
            self.effects.append(Dropped(obj, cascade=cascade))

    def source_of(self, node: Node) -> str:
        """The text of a node of the statement being executed."""
        return self.text[node.start : node.end] if node.start >= 0 else ""
