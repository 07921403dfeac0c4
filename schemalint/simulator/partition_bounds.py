"""Whether a new partition's bound fits beside the others (check_new_partition_bound of partbounds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Oid, PartitionBound, Relation
from schemalint.errors import Refusal
from schemalint.simulator.partition_values import Datum, compare, equal
from schemalint.simulator.session import Session

At = tuple[int, int] | None


def partition_bound_of(session: Session, parent: Relation, child: Relation) -> PartitionBound | None:
    """The bound of a partition, with its values read from its text when they are not there yet."""
    bound = child.partition_bound
    if bound is None or bound.is_default or bound.strategy == "h":
        return bound
    values = (*bound.datums, *bound.lower, *bound.upper)
    if values and all(isinstance(value, Datum) for value in values):
        return bound
    if not bound.text:
        return None
    from schemalint.simulator.partitions import transform_partition_bound
    from schemalint.syntax.nodes import CreateStmt
    from schemalint.syntax.parser import parse_statement

    text = bound.text if bound.text.upper().startswith("FOR") else f"FOR {bound.text}"
    node = parse_statement(f"CREATE TABLE p PARTITION OF t {text}", version=session.version)
    if not isinstance(node, CreateStmt) or node.partbound is None:
        return None
    return transform_partition_bound(session, parent, node.partbound)


def check_new_partition_bound(
    session: Session, name: str, parent: Relation, bound: PartitionBound, at: At = None
) -> None:
    """Raise 42P17 for a bound that is empty or meets another partition's."""
    others: list[tuple[Relation, PartitionBound]] = []
    for child in session.catalog.children(parent.oid):
        if child.partition_bound is None:
            continue
        held = partition_bound_of(session, parent, child)
        if held is not None:
            others.append((child, held))
    if bound.is_default:
        for child, held in others:
            if held.is_default:
                message = f'partition "{name}" conflicts with existing default partition "{child.name}"'
                raise Refusal("42P17", message, at=at, objects=(child.address,))
        return
    others = [(child, held) for child, held in others if not held.is_default]
    if bound.strategy == "h":
        _check_hash(name, bound, others, at)
    elif bound.strategy == "l":
        _check_list(name, bound, others, at)
    else:
        _check_range(session, name, parent, bound, others, at)


def _overlap(name: str, other: Relation, at: At) -> Refusal:
    message = f'partition "{name}" would overlap partition "{other.name}"'
    return Refusal("42P17", message, at=at, objects=(other.address,))


def _check_list(name: str, bound: PartitionBound, others: list[tuple[Relation, PartitionBound]], at: At) -> None:
    for datum in bound.datums:
        for child, held in others:
            if any(equal(datum, other) for other in held.datums):
                raise _overlap(name, child, at)


def _check_hash(name: str, bound: PartitionBound, others: list[tuple[Relation, PartitionBound]], at: At) -> None:
    message = "every hash partition modulus must be a factor of the next larger modulus"
    moduli = sorted((held.modulus, child.name) for child, held in others)
    below = [m for m in moduli if m[0] <= bound.modulus]
    above = [m for m in moduli if m[0] > bound.modulus]
    if not below and above and above[0][0] % bound.modulus:
        detail = (
            f"The new modulus {bound.modulus} is not a factor of {above[0][0]},"
            f' the modulus of existing partition "{above[0][1]}".'
        )
        raise Refusal("42P17", message, at=at, detail=detail)
    if below:
        modulus, owner = below[-1]
        if bound.modulus % modulus:
            detail = (
                f"The new modulus {bound.modulus} is not divisible by {modulus},"
                f' the modulus of existing partition "{owner}".'
            )
            raise Refusal("42P17", message, at=at, detail=detail)
        if above and above[0][0] % bound.modulus:
            detail = (
                f"The new modulus {bound.modulus} is not a factor of {above[0][0]},"
                f' the modulus of existing partition "{above[0][1]}".'
            )
            raise Refusal("42P17", message, at=at, detail=detail)
    for child, held in others:
        smaller = min(held.modulus, bound.modulus)
        if held.remainder % smaller == bound.remainder % smaller:
            raise _overlap(name, child, at)


def _compare_bounds(
    session: Session, columns: list[tuple[str, Oid, int, Oid]], a: tuple[Datum, ...], b: tuple[Datum, ...]
) -> int | None:
    """partition_rbound_datum_cmp: columns in turn, up to the first that differs or is infinite."""
    for x, y, (_, type_oid, _, collation) in zip(a, b, columns, strict=False):
        order = compare(session, x, y, type_oid, collation)
        if order is None or order != 0:
            return order
        if x.kind in ("min", "max"):
            return 0
    return 0


def _shown(datums: tuple[Datum, ...]) -> str:
    return "(" + ", ".join(datum.text for datum in datums) + ")"


def _check_range(
    session: Session,
    name: str,
    parent: Relation,
    bound: PartitionBound,
    others: list[tuple[Relation, PartitionBound]],
    at: At,
) -> None:
    from schemalint.simulator.partitions import key_columns

    columns = key_columns(session, parent)
    order = _compare_bounds(session, columns, bound.lower, bound.upper)
    if order is not None and order >= 0:
        raise Refusal(
            "42P17",
            f'empty range bound specified for partition "{name}"',
            at=at,
            detail=f"Specified lower bound {_shown(bound.lower)} is greater than or equal to"
            f" upper bound {_shown(bound.upper)}.",
        )
    for child, held in others:
        starts_before_end = _compare_bounds(session, columns, bound.lower, held.upper)
        ends_after_start = _compare_bounds(session, columns, held.lower, bound.upper)
        if starts_before_end is None or ends_after_start is None:
            continue
        if starts_before_end < 0 and ends_after_start < 0:
            raise _overlap(name, child, at)


__all__ = ["check_new_partition_bound", "partition_bound_of"]
