"""The name that was probably meant: near in spelling, or near in meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.store import Catalog

_KEYS = ("id", "hash", "key", "uuid", "code", "no", "number", "slug", "ref", "pk")
"""What the name of a key column ends with."""


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) from a to b; limit + 1 when more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            best = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            current.append(best)
        if min(current) > limit:
            return limit + 1
        before, row = row, current
    return row[-1]


def words(name: str) -> tuple[str, ...]:
    """The words of a name, in the singular: user_ids -> user, id."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+", name)
    return tuple(_singular(part.lower()) for part in parts)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def likeness(wanted: str, name: str) -> float:
    """How much a name is like the wanted one: 0 not at all, 1 the same."""
    a, b = wanted.lower(), name.lower()
    plain_a, plain_b = a.replace("_", ""), b.replace("_", "")
    if plain_a == plain_b:
        return 0.99
    words_a, words_b = words(wanted), words(name)
    if words_a == words_b:
        return 0.95
    limit = max(1, len(plain_a) // 4)
    edits = distance(plain_a, plain_b, limit)
    if edits <= limit:
        return 0.9 - 0.1 * edits / limit
    common = set(words_a) & set(words_b) - {"id", "at", "by", "is", "the", "of"}
    if common:
        share = sum(map(len, common)) / max(sum(map(len, words_a)), sum(map(len, words_b)), 1)
        return 0.45 + 0.35 * share
    return 0.0


def nearest(wanted: str, names: Iterable[str], least: float = 0.6) -> str | None:
    """The name that is most like the wanted one; None when none is like it."""
    best, score = None, least
    for name in names:
        found = likeness(wanted, name)
        if found > score:
            best, score = name, found
    return best


class Meant(Struct, frozen=True):
    """A table that was probably meant, and the column of it where one was asked for. `by_meaning`: its name is not like the wanted
    one, but its key is called after it."""

    relation: model.Relation
    column: str | None
    by_meaning: bool


def table_meant(
    catalog: Catalog, wanted: str, column: str | None = None, own: str | None = None, kinds: str = "rpvmf"
) -> Meant | None:
    """The relation that is most like a missing one.

    column  the column that was asked of it (of REFERENCES)
    own     the column that refers to it
    """
    best: Meant | None = None
    score = 0.6
    for relation in catalog.relations_like(_parts(wanted), _keys(wanted, own)):
        if relation.kind not in kinds:
            continue
        spelled = likeness(wanted, relation.name)
        key = _key_named_after(catalog, relation, wanted, own)
        meaning = 0.0 if key is None else 0.85
        if relation.ispartition:
            spelled, meaning = spelled - 0.2, meaning - 0.2
        if max(spelled, meaning) <= score:
            continue
        score = max(spelled, meaning)
        best = Meant(relation, _column(catalog, relation, column, key), meaning > spelled)
    return best


def _parts(wanted: str) -> list[str]:
    """Pieces of a name, some of which are in those that are like it: of three letters, of two where it is short."""
    plain = wanted.lower().replace("_", "")
    size = 3 if len(plain) > 4 else 2
    return sorted({plain[i : i + size] for i in range(max(len(plain) - size + 1, 1))})


def _keys(wanted: str, own: str | None) -> list[str]:
    """What the key of a table may be called that is called after the wanted one."""
    subject = "".join(words(wanted))
    return sorted({f"{subject}{key}" for key in _KEYS} | ({own.lower().replace("_", "")} if own else set()))


def _column(catalog: Catalog, relation: model.Relation, wanted: str | None, key: str | None) -> str | None:
    if wanted is None:
        return None
    live = [c.name for c in relation.columns if not c.dropped]
    if wanted in live:
        return wanted
    return key or primary_key_column(catalog, relation)


def primary_key_column(catalog: Catalog, relation: model.Relation) -> str | None:
    """The column of a one-column primary key, else of a one-column UNIQUE."""
    for kind in "pu":
        for constraint in catalog.constraints(relation.oid):
            if constraint.type == kind and len(constraint.key) == 1:
                return relation.columns[constraint.key[0] - 1].name
    return None


def _key_named_after(catalog: Catalog, relation: model.Relation, wanted: str, own: str | None) -> str | None:
    """The key column of a table that is called after the wanted table: contributions.submission_hash for submissions."""
    subject = words(wanted)
    if not subject:
        return None
    constraints = catalog.constraints(relation.oid)
    borrowed = {c.key for c in constraints if c.type == "f"}
    for constraint in constraints:
        if constraint.type not in "pu" or len(constraint.key) != 1 or constraint.key in borrowed:
            continue
        name = relation.columns[constraint.key[0] - 1].name
        parts = words(name)
        if name == own or (parts[:-1] == subject and parts[-1] in _KEYS):
            return name
    return None
