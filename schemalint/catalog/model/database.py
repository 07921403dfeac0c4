"""Extensions, roles, replication, foreign data and the database itself."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from schemalint.catalog.model.base import CatalogObject, Expression, Oid


class Extension(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_extension."""

    CLASS: ClassVar[str] = "pg_extension"
    owner: Oid = 10
    namespace: Oid = 0
    relocatable: bool = False
    version: str = ""


class Membership(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_auth_members, seen from the member: the role that it is a member of, who granted that, and with which options. Before 16
    there was one grant per role, and every one let its member inherit and SET ROLE."""

    role: Oid
    grantor: Oid = 10
    admin: bool = False
    inherit: bool = True
    set: bool = True


class Role(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_authid without its password, with the grants of other roles to it. `config` has the settings of ALTER ROLE ... SET,
    `database_config` those that hold in this database only."""

    CLASS: ClassVar[str] = "pg_authid"
    super: bool = False
    inherit: bool = True
    createrole: bool = False
    createdb: bool = False
    canlogin: bool = False
    replication: bool = False
    bypassrls: bool = False
    memberships: tuple[Membership, ...] = ()
    config: tuple[str, ...] = ()
    database_config: tuple[str, ...] = ()

    @property
    def member_of(self) -> dict[Oid, tuple[bool, bool, bool]]:
        """The roles that it is a member of: oid -> (admin, inherit, set) of all grants together."""
        found: dict[Oid, tuple[bool, bool, bool]] = {}
        for grant in self.memberships:
            admin, inherit, may_set = found.get(grant.role, (False, False, False))
            found[grant.role] = (admin or grant.admin, inherit or grant.inherit, may_set or grant.set)
        return found


class Database(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_database, with the settings of ALTER DATABASE ... SET."""

    CLASS: ClassVar[str] = "pg_database"
    owner: Oid = 10
    encoding: str = "UTF8"
    collate: str = "C"
    config: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class Tablespace(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_tablespace."""

    CLASS: ClassVar[str] = "pg_tablespace"
    owner: Oid = 10
    acl: tuple[str, ...] | None = None


class PublicationRelation(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_publication_rel."""

    relid: Oid
    columns: tuple[int, ...] = ()
    qual: Expression | None = None


class Publication(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_publication with pg_publication_rel and pg_publication_namespace. `actions` has i, u, d, t; `gencols` is n none or s
    stored (publish_generated_columns)."""

    CLASS: ClassVar[str] = "pg_publication"
    owner: Oid = 10
    alltables: bool = False
    actions: str = "iudt"
    viaroot: bool = False
    gencols: str = "n"
    relations: tuple[PublicationRelation, ...] = ()
    schemas: tuple[Oid, ...] = ()


class Subscription(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_subscription, without its connection string."""

    CLASS: ClassVar[str] = "pg_subscription"
    owner: Oid = 10
    enabled: bool = True
    publications: tuple[str, ...] = ()
    slotname: str | None = None


class EventTrigger(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_event_trigger."""

    CLASS: ClassVar[str] = "pg_event_trigger"
    owner: Oid = 10
    event: str = ""
    func: Oid = 0
    enabled: str = "O"
    tags: tuple[str, ...] = ()


class ForeignDataWrapper(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_foreign_data_wrapper."""

    CLASS: ClassVar[str] = "pg_foreign_data_wrapper"
    owner: Oid = 10
    handler: Oid = 0
    validator: Oid = 0
    options: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class ForeignServer(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_foreign_server; option values are left out of snapshots where they may hold secrets."""

    CLASS: ClassVar[str] = "pg_foreign_server"
    owner: Oid = 10
    fdw: Oid = 0
    type: str | None = None
    version: str | None = None
    options: tuple[str, ...] = ()
    acl: tuple[str, ...] | None = None


class UserMapping(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_user_mapping; user 0 is PUBLIC."""

    CLASS: ClassVar[str] = "pg_user_mapping"
    user: Oid = 0
    server: Oid = 0
    options: tuple[str, ...] = ()


class DefaultAcl(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_default_acl. `objtype` is r, S, f, T, n or L; namespace 0 is every schema."""

    CLASS: ClassVar[str] = "pg_default_acl"
    role: Oid = 0
    namespace: Oid = 0
    objtype: str = "r"
    acl: tuple[str, ...] = ()
