"""Access control lists as values (acl.c): aclitem texts, and what GRANT and REVOKE make of them.

Roles stand in an ACL by name, PUBLIC as the empty name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from schemalint.errors import Refusal

At = tuple[int, int] | None

LETTERS = "arwdDxtXUCTcsAm"
"""Privileges in the order in which aclitems show them (ACL_ALL_RIGHTS_STR)."""

PRIVILEGES = {
    "insert": "a",
    "select": "r",
    "update": "w",
    "delete": "d",
    "truncate": "D",
    "references": "x",
    "trigger": "t",
    "maintain": "m",
    "execute": "X",
    "usage": "U",
    "create": "C",
    "temporary": "T",
    "temp": "T",
    "connect": "c",
    "set": "s",
    "alter system": "A",
}
"""Words of GRANT -> letters of an aclitem (string_to_privilege)."""

WORDS = {letter: word.upper() for word, letter in PRIVILEGES.items() if word != "temp"}
"""Letters -> the words of messages (privilege_to_string)."""

_NAME = r'(?:"(?:[^"]|"")*"|[^="/]*)'
_ITEM = re.compile(rf"({_NAME})=([a-zA-Z*]*)(?:/({_NAME}))?$")
_PLAIN = re.compile(r"\w+$", re.ASCII)


class AclItem(NamedTuple):
    """One entry: what `grantor` gave to `grantee`; `options` are the privileges that come with the grant option."""

    grantee: str
    privileges: str
    options: str
    grantor: str


@lru_cache(maxsize=1024)
def parse_item(text: str) -> AclItem:
    """aclitemin."""
    found = _ITEM.match(text)
    if found is None:
        return AclItem(text, "", "", "")
    grantee, letters, grantor = found.groups()
    privileges, options = "", ""
    for letter in letters:
        if letter == "*":
            options += privileges[-1:]
        else:
            privileges += letter
    return AclItem(_unquoted(grantee), privileges, options, _unquoted(grantor or ""))


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quoted(name: str) -> str:
    """putid."""
    return name if not name or _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def format_item(item: AclItem) -> str:
    """aclitemout."""
    shown = "".join(letter + "*" * (letter in item.options) for letter in LETTERS if letter in item.privileges)
    return f"{_quoted(item.grantee)}={shown}/{_quoted(item.grantor)}"


def parse_acl(acl: Sequence[str]) -> list[AclItem]:
    """The entries of an ACL."""
    return [parse_item(text) for text in acl]


def format_acl(items: Sequence[AclItem]) -> tuple[str, ...]:
    """An ACL from its entries."""
    return tuple(map(format_item, items))


def union(a: str, b: str) -> str:
    """Privileges of either."""
    return "".join(letter for letter in LETTERS if letter in a or letter in b)


def minus(a: str, b: str) -> str:
    """Privileges of the first that the second lacks."""
    return "".join(letter for letter in a if letter not in b)


def options_of(items: Sequence[AclItem], role: str, owner: str) -> str:
    """The privileges that a role may grant on (aclmask_direct with grant options); an owner may grant all."""
    if role == owner:
        return LETTERS
    found = ""
    for item in items:
        if item.grantee == role:
            found = union(found, item.options)
    return found


def acl_update(
    items: list[AclItem], mod: AclItem, add: bool, owner: str, cascade: bool, at: At = None
) -> list[AclItem]:
    """The ACL after a grant, or with add=False after a revocation of `mod` (aclupdate)."""
    if add and mod.options:
        _check_circularity(items, mod, owner, at)
    old = next((item for item in items if item.grantee == mod.grantee and item.grantor == mod.grantor), None)
    before = old or AclItem(mod.grantee, "", "", mod.grantor)
    if add:
        after = before._replace(
            privileges=union(before.privileges, mod.privileges), options=union(before.options, mod.options)
        )
    else:
        after = before._replace(
            privileges=minus(before.privileges, mod.privileges), options=minus(before.options, mod.options)
        )
    if old is None:
        changed = [*items, after] if after.privileges or after.options else items
    else:
        changed = [after if item is old else item for item in items]
        changed = [item for item in changed if item.privileges or item.options]
    lost = minus(before.options, after.options)
    return _recursive_revoke(changed, mod.grantee, lost, owner, cascade, at) if lost else changed


def _check_circularity(items: list[AclItem], mod: AclItem, owner: str, at: At) -> None:
    """Raise 0LP01 when a grant option would come back to who gave it (check_circularity)."""
    if mod.grantor == owner:
        return
    left = list(items)
    revoked = True
    while revoked:
        revoked = False
        for item in left:
            if item.grantee == mod.grantee and item.options:
                left = acl_update(left, item._replace(privileges=""), False, owner, True)
                revoked = True
                break
    if minus(mod.options, options_of(left, mod.grantor, owner)):
        raise Refusal("0LP01", "grant options cannot be granted back to your own grantor", at=at)


def _recursive_revoke(
    items: list[AclItem], grantee: str, lost: str, owner: str, cascade: bool, at: At
) -> list[AclItem]:
    """Take away what rested on lost grant options (recursive_revoke)."""
    if grantee == owner:
        return items
    lost = minus(lost, options_of(items, grantee, owner))
    done = False
    while lost and not done:
        done = True
        for item in items:
            held = "".join(letter for letter in lost if letter in item.privileges or letter in item.options)
            if item.grantor != grantee or not held:
                continue
            if not cascade:
                raise Refusal("2BP01", "dependent privileges exist", hint="Use CASCADE to revoke them too.", at=at)
            items = acl_update(items, item._replace(privileges=held, options=held), False, owner, cascade, at)
            done = False
            break
    return items
