"""What a DROP takes along, and in which order (dependency.c)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID
from schemalint.catalog.model import ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.simulator.describe import describe
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Changed, Dropped
from schemalint.simulator.session import Session

NORMAL, AUTO, INTERNAL, EXTENSION, AUTO_EXTENSION, PARTITION_PRI, PARTITION_SEC = "naiexPS"

SKIP_EXTENSIONS, CONCURRENTLY = 1, 2
"""PERFORM_DELETION_SKIP_EXTENSIONS: membership in an extension does not hold an object; PERFORM_DELETION_CONCURRENTLY."""

MAX_REPORTED_DEPS = 100

At = tuple[int, int] | None

ORIGINAL, IS_NORMAL, IS_AUTO, IS_INTERNAL, IS_PARTITION, IS_EXTENSION, REVERSE, IS_PART, SUBOBJECT = (
    1 << i for i in range(9)
)
"""Why an object is to go (the DEPFLAG_ bits)."""

_IMPLICIT = IS_AUTO | IS_INTERNAL | IS_PARTITION | IS_EXTENSION

_FLAGS = {
    NORMAL: IS_NORMAL,
    AUTO: IS_AUTO,
    AUTO_EXTENSION: IS_AUTO,
    INTERNAL: IS_INTERNAL,
    PARTITION_PRI: IS_PARTITION,
    PARTITION_SEC: IS_PARTITION,
    EXTENSION: IS_EXTENSION,
}


class _Target(Struct, gc=False):
    """An object on the way to its deletion, and the one that it needs."""

    address: ObjectAddress
    flags: int
    dependee: ObjectAddress | None = None


class _Deletion:
    """One findDependentObjects run: what is gathered, each object after all that depend on it."""

    def __init__(self, session: Session, pending: set[ObjectAddress], at: At, flags: int = 0) -> None:
        self.session = session
        self.pending = pending
        self.at = at
        self.skip_extensions = bool(flags & SKIP_EXTENSIONS)
        self.targets: list[_Target] = []
        self._found: dict[ObjectAddress, _Target] = {}
        self._columns: dict[tuple[str, Oid], list[_Target]] = {}

    def has(self, address: ObjectAddress, flags: int) -> bool:
        """Whether the object, or all of the one it is a part of, is there already; notes `flags` for it
        (object_address_present_add_flags)."""
        found = self._found.get(address)
        if found is not None:
            found.flags |= flags
            return True
        if address.objsubid:
            return ObjectAddress(address.classid, address.objid) in self._found
        for column in self._columns.get((address.classid, address.objid), ()):
            column.flags |= flags | SUBOBJECT if flags else 0
        return False

    def add(self, target: _Target) -> None:
        self.targets.append(target)
        self._found[target.address] = target
        if target.address.objsubid:
            self._columns.setdefault((target.address.classid, target.address.objid), []).append(target)

    def find(self, address: ObjectAddress, objflags: int, stack: list[_Target]) -> None:
        """Gather what goes with an object, and the object (findDependentObjects)."""
        if _on_stack(address, objflags, stack) or self.has(address, objflags):
            return
        self._check_pinned(address)
        partition: ObjectAddress | None = None
        owning: ObjectAddress | None = None
        for other, deptype in self.session.catalog.depends_on(address):
            if deptype in (PARTITION_PRI, PARTITION_SEC):
                if deptype == PARTITION_PRI or not objflags & IS_PART:
                    partition = other
                objflags |= IS_PART
                continue
            if deptype not in (INTERNAL, EXTENSION):
                continue
            if deptype == EXTENSION and (self.skip_extensions or self.session.var("creating_extension") == other.objid):
                continue
            if not stack:
                if other in self.pending:
                    return
                if owning is None or deptype == EXTENSION:
                    owning = other
                continue
            if _on_stack(other, 0, stack):
                continue
            self.find(other, REVERSE, stack)
            self.has(address, objflags)
            return
        if owning is not None:
            raise self._requires(address, partition or owning)
        self._find_dependents(address, objflags, partition, stack)

    def _find_dependents(
        self, address: ObjectAddress, objflags: int, partition: ObjectAddress | None, stack: list[_Target]
    ) -> None:
        found: dict[ObjectAddress, int] = {}
        for other, _, deptype in self.session.catalog.dependents(address):
            flags = _FLAGS.get(deptype)
            if flags is None or (other[:2] == address[:2] and not address.objsubid):
                continue
            found[other] = found.get(other, 0) | flags
        mine = _Target(address, objflags)
        if stack:
            mine.dependee = stack[-1].address
        if found:
            stack.append(mine)
            for other in sorted(found, key=_newest_first):
                self.find(other, found[other], stack)
            stack.pop()
        if mine.flags & IS_PART and partition is not None:
            mine.dependee = partition
        self.add(mine)

    def _check_pinned(self, address: ObjectAddress) -> None:
        """IsPinnedObject."""
        oid = address.objid
        if oid >= FIRST_UNPINNED_OID or address.classid == "pg_database":
            return
        if address.classid == "pg_namespace" and oid == 2200:
            return
        what = describe(self.session, address)
        raise Refusal("2BP01", f"cannot drop {what} because it is required by the database system", at=self.at)

    def _requires(self, address: ObjectAddress, other: ObjectAddress) -> Refusal:
        owner, part = describe(self.session, other), describe(self.session, address)
        return Refusal(
            "2BP01",
            f"cannot drop {part} because {owner} requires it",
            hint=f"You can drop {owner} instead.",
            at=self.at,
            objects=(other,),
        )

    def report(self, behavior: str, original: ObjectAddress | None) -> None:
        """Raise 2BP01 when objects that nobody asked to drop would go (reportDependentObjects)."""
        for target in self.targets:
            if target.flags & IS_PART and not target.flags & IS_PARTITION and target.dependee is not None:
                raise self._requires(target.address, target.dependee)
        if behavior == "DROP_CASCADE":
            return
        held = [
            target
            for target in reversed(self.targets)
            if not target.flags & (ORIGINAL | SUBOBJECT) and not target.flags & _IMPLICIT
        ]
        if not held:
            return
        if original is not None:
            message = f"cannot drop {describe(self.session, original)} because other objects depend on it"
        else:
            message = "cannot drop desired object(s) because other objects depend on them"
        raise Refusal(
            "2BP01",
            message,
            detail="\n".join(self._line(target) for target in held[:MAX_REPORTED_DEPS]),
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
            at=self.at,
            objects=tuple(target.address for target in held),
        )

    def _line(self, target: _Target) -> str:
        what = describe(self.session, target.address)
        if target.dependee is None:
            return f"{what} depends on it"
        return f"{what} depends on {describe(self.session, target.dependee)}"


def _newest_first(address: ObjectAddress) -> tuple[int, str, int]:
    """object_address_comparator."""
    return (-address.objid, address.classid, address.objsubid)


def _on_stack(address: ObjectAddress, flags: int, stack: list[_Target]) -> bool:
    """stack_address_present_add_flags."""
    found = False
    for held in stack:
        if held.address[:2] != address[:2]:
            continue
        if held.address.objsubid == address.objsubid:
            held.flags |= flags
            found = True
        elif not held.address.objsubid:
            found = True
        elif not address.objsubid and flags:
            held.flags |= flags | SUBOBJECT
    return found


def perform_deletion(session: Session, address: ObjectAddress, behavior: str, at: At = None, flags: int = 0) -> None:
    """Drop one object and, with DROP_CASCADE, what needs it (performDeletion). `flags` may be SKIP_EXTENSIONS."""
    deletion = _Deletion(session, set(), at, flags)
    deletion.find(address, ORIGINAL, [])
    deletion.report(behavior, address)
    _delete_objects(session, deletion.targets, flags)


def perform_multiple_deletions(
    session: Session, addresses: Iterable[ObjectAddress], behavior: str, at: At = None, flags: int = 0
) -> None:
    """Drop objects as if at once (performMultipleDeletions). Raises 2BP01 when others need them and behavior is DROP_RESTRICT."""
    originals = list(dict.fromkeys(addresses))
    deletion = _Deletion(session, set(originals), at, flags)
    for address in originals:
        deletion.find(address, ORIGINAL, [])
    deletion.report(behavior, originals[0] if len(originals) == 1 else None)
    _delete_objects(session, deletion.targets, flags)


def delete_namespace_contents(session: Session, namespace: Oid) -> None:
    """Drop everything in a schema, whatever needs it, but keep the schema (RemoveTempRelations)."""
    address = ObjectAddress("pg_namespace", namespace)
    deletion = _Deletion(session, set(), None, SKIP_EXTENSIONS)
    deletion.find(address, ORIGINAL, [])
    _delete_objects(session, [target for target in deletion.targets if target.address != address])
    for cls in _IN_NAMESPACES:
        for obj in session.catalog.in_namespace(cls, namespace):
            _delete_one_object(session, obj.address, cascade=False)


_IN_NAMESPACES: tuple[type[model.CatalogObject], ...] = (
    model.Relation,
    model.Type,
    model.Proc,
    model.Operator,
    model.OpClass,
    model.OpFamily,
    model.Collation,
    model.Conversion,
    model.StatisticsObject,
    model.TextSearch,
)


def _delete_objects(session: Session, targets: list[_Target], flags: int = 0) -> None:
    """deleteObjectsInList. Columns and defaults of relations that go as a whole need no step of their own."""
    whole = {target.address.objid for target in targets if target.address[0] == "pg_class" and not target.address[2]}
    for target in targets:
        address = target.address
        if address.objid in whole and (address.classid == "pg_attrdef" or (address[0] == "pg_class" and address[2])):
            session.catalog.clear_dependencies(address)
            continue
        if not flags & CONCURRENTLY:
            _lock(session, address)
        _delete_one_object(session, address, cascade=not target.flags & (ORIGINAL | _IMPLICIT))


def _lock(session: Session, address: ObjectAddress) -> None:
    """The tables that a deletion locks: what goes, and what it belonged to (AcquireDeletionLock, doDeletion)."""
    obj = session.catalog.at(address) if address.classid != "pg_attrdef" else None
    match obj:
        case model.Relation():
            session.lock(obj.oid, ACCESS_EXCLUSIVE)
            if obj.index is not None:
                session.lock(obj.index.relid, ACCESS_EXCLUSIVE)
            elif obj.ispartition and not address.objsubid:
                _lock_parent(session, obj)
        case model.Constraint():
            for relid in (obj.relid, obj.frelid):
                if relid:
                    session.lock(relid, ACCESS_EXCLUSIVE)
        case model.Trigger() | model.Policy() | model.RewriteRule():
            session.lock(obj.relid, ACCESS_EXCLUSIVE)
        case None if address.classid == "pg_attrdef":
            session.lock(address.objid, ACCESS_EXCLUSIVE)


def _lock_parent(session: Session, partition: model.Relation) -> None:
    """A partition goes from its parent and its default partition, whose bounds change (heap_drop_with_catalog)."""
    for oid in partition.inherits:
        session.lock(oid, ACCESS_EXCLUSIVE)
        for other in session.catalog.children(oid):
            if other.partition_bound is not None and other.partition_bound.is_default:
                session.lock(other.oid, ACCESS_EXCLUSIVE)


def _delete_one_object(session: Session, address: ObjectAddress, *, cascade: bool) -> None:
    """Take one object away, as its kind asks (deleteOneObject, doDeletion)."""
    catalog = session.catalog
    if address.classid == "pg_attrdef":
        relation = catalog.get(model.Relation, address.objid)
        if relation is not None:
            remove_default(session, relation, address.objsubid)
        return
    if address.classid in _OF_PUBLICATIONS:
        _remove_from_publication(session, address)
        return
    if address.objsubid and address.classid == "pg_class":
        remove_column(session, address, cascade=cascade)
        return
    obj = catalog.at(address)
    if obj is None:
        return
    match obj:
        case model.Constraint():
            _forget_constraint(session, obj)
        case model.Relation():
            _forget_relation(session, obj)
        case model.Publication():
            for part in obj.relations:
                catalog.clear_dependencies(ObjectAddress("pg_publication_rel", obj.oid, part.relid))
            for schema in obj.schemas:
                catalog.clear_dependencies(ObjectAddress("pg_publication_namespace", obj.oid, schema))
        case model.Namespace():
            session.drop(address, cascade=cascade)
            session.prepare()
            return
    session.drop(address, cascade=cascade)


def _forget_relation(session: Session, relation: model.Relation) -> None:
    """What is kept beside a relation and goes without a dependency of its own (heap_drop_with_catalog, index_drop)."""
    catalog = session.catalog
    for num in range(1, len(relation.columns) + 1):
        catalog.clear_dependencies(ObjectAddress("pg_attrdef", relation.oid, num))
    if relation.index is not None:
        return
    for held in (
        *catalog.constraints(relation.oid),
        *catalog.triggers(relation.oid),
        *catalog.policies(relation.oid),
        *catalog.rules(relation.oid),
        *catalog.statistics(relation.oid),
        *catalog.indexes(relation.oid),
    ):
        catalog.remove(held.address)
    if relation.type and relation.kind != "c":
        _remove_row_type(session, relation)


_OF_PUBLICATIONS = frozenset(("pg_publication_rel", "pg_publication_namespace"))


def _remove_from_publication(session: Session, address: ObjectAddress) -> None:
    """RemovePublicationRelById, RemovePublicationSchemaById."""
    session.catalog.clear_dependencies(address)
    publication = session.catalog.get(model.Publication, address.objid)
    if publication is None:
        return
    if address.classid == "pg_publication_rel":
        relations = tuple(part for part in publication.relations if part.relid != address.objsubid)
        session.change(replace(publication, relations=relations))
    else:
        schemas = tuple(schema for schema in publication.schemas if schema != address.objsubid)
        session.change(replace(publication, schemas=schemas))


def _remove_row_type(session: Session, relation: model.Relation) -> None:
    rowtype = session.catalog.get(model.Type, relation.type)
    if rowtype is None:
        return
    if rowtype.array:
        session.catalog.remove(ObjectAddress("pg_type", rowtype.array))
    session.catalog.remove(rowtype.address)


def _forget_constraint(session: Session, constraint: model.Constraint) -> None:
    """A column that only this constraint made NOT NULL may be null again (RemoveConstraintById)."""
    if constraint.type != "n" or session.version < 18:
        return
    relation = session.catalog.get(model.Relation, constraint.relid)
    if relation is None:
        return
    if all(relation.columns[num - 1].dropped for num in constraint.key):
        return
    columns = tuple(
        replace(c, notnull=False) if c.num in constraint.key and not c.dropped else c for c in relation.columns
    )
    session.catalog.put(replace(relation, columns=columns))


def remove_default(session: Session, relation: model.Relation, num: int) -> None:
    """Take a column's default away (RemoveAttrDefaultById)."""
    column = relation.columns[num - 1]
    if column.default is None:
        return
    columns = list(relation.columns)
    columns[num - 1] = replace(column, default=None, generated="")
    session.catalog.clear_dependencies(ObjectAddress("pg_attrdef", relation.oid, num))
    session.change(replace(relation, columns=tuple(columns)))


def remove_column(session: Session, address: ObjectAddress, *, cascade: bool = False) -> None:
    """Mark a column dropped; its number stays taken (RemoveAttributeById)."""
    catalog = session.catalog
    relation = catalog.get(model.Relation, address.objid)
    if relation is None:
        return
    column = relation.columns[address.objsubid - 1]
    if column.dropped:
        return
    catalog.clear_dependencies(address)
    catalog.clear_dependencies(ObjectAddress("pg_attrdef", address.objid, address.objsubid))
    catalog.set_comment(address, None)
    columns = list(relation.columns)
    columns[address.objsubid - 1] = model.Attribute(
        num=column.num, name=f"........pg.dropped.{column.num}........", type=0, dropped=True, islocal=column.islocal
    )
    after = replace(relation, columns=tuple(columns))
    catalog.put(after)
    session.effect(Changed(relation, after))
    session.effect(Dropped(relation, column=column.name, cascade=cascade))
