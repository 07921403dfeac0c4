"""Types, functions, operators and what is defined around them."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from schemalint.catalog.model.base import CatalogObject, Expression, Oid


class Type(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_type, with pg_enum's labels in order and pg_range.

    typtype     b base, c composite, d domain, e enum, p pseudo, r range, m multirange
    """

    CLASS: ClassVar[str] = "pg_type"
    namespace: Oid = 11
    owner: Oid = 10
    len: int = -1
    byval: bool = False
    typtype: str = "b"
    category: str = "U"
    preferred: bool = False
    isdefined: bool = True
    delim: str = ","
    relid: Oid = 0
    subscript: Oid = 0
    elem: Oid = 0
    array: Oid = 0
    input: Oid = 0
    output: Oid = 0
    typmodin: Oid = 0
    align: str = "i"
    storage: str = "p"
    notnull: bool = False
    basetype: Oid = 0
    typmod: int = -1
    ndims: int = 0
    collation: Oid = 0
    default: str | None = None
    labels: tuple[str, ...] = ()
    subtype: Oid = 0
    subtype_opclass: Oid = 0
    subtype_collation: Oid = 0
    multirange: Oid = 0
    range: Oid = 0
    acl: tuple[str, ...] | None = None


class AggregateInfo(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_aggregate. `kind` is n normal, o ordered-set, h hypothetical-set."""

    kind: str = "n"
    numdirectargs: int = 0
    transfn: Oid = 0
    finalfn: Oid = 0
    transtype: Oid = 0
    sortop: Oid = 0


class Proc(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_proc. `argtypes` are the input arguments; `allargtypes`, `argmodes` (i o b v t, one letter each) and `argnames` are empty
    when all are unnamed inputs. `defaults` belong to the last input arguments. `kind` is f, p, a or w."""

    CLASS: ClassVar[str] = "pg_proc"
    namespace: Oid = 11
    owner: Oid = 10
    lang: Oid = 12
    kind: str = "f"
    secdef: bool = False
    leakproof: bool = False
    strict: bool = False
    retset: bool = False
    volatile: str = "v"
    parallel: str = "u"
    rettype: Oid = 0
    argtypes: tuple[Oid, ...] = ()
    allargtypes: tuple[Oid, ...] = ()
    argmodes: str = ""
    argnames: tuple[str, ...] = ()
    variadic: Oid = 0
    defaults: tuple[Expression, ...] = ()
    src: str | None = None
    sqlbody: Expression | None = None
    config: tuple[str, ...] = ()
    agg: AggregateInfo | None = None
    acl: tuple[str, ...] | None = None


class Operator(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_operator. A prefix operator has left 0; a shell has code 0."""

    CLASS: ClassVar[str] = "pg_operator"
    namespace: Oid = 11
    owner: Oid = 10
    left: Oid = 0
    right: Oid = 0
    result: Oid = 0
    code: Oid = 0
    com: Oid = 0
    negate: Oid = 0
    canmerge: bool = False
    canhash: bool = False
    rest: Oid = 0
    join: Oid = 0


class AmOp(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_amop. `purpose` is s search or o ordering; `opclass` is the class that the entry goes with, where that is known."""

    left: Oid
    right: Oid
    strategy: int
    operator: Oid
    purpose: str = "s"
    sortfamily: Oid = 0
    opclass: Oid = 0


class AmProc(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_amproc; `opclass` as in AmOp."""

    left: Oid
    right: Oid
    num: int
    proc: Oid
    opclass: Oid = 0


class OpFamily(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_opfamily with its pg_amop and pg_amproc rows."""

    CLASS: ClassVar[str] = "pg_opfamily"
    namespace: Oid = 11
    owner: Oid = 10
    am: Oid = 0
    operators: tuple[AmOp, ...] = ()
    procs: tuple[AmProc, ...] = ()


class OpClass(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_opclass."""

    CLASS: ClassVar[str] = "pg_opclass"
    namespace: Oid = 11
    owner: Oid = 10
    am: Oid = 0
    family: Oid = 0
    intype: Oid = 0
    default: bool = False
    keytype: Oid = 0


class Cast(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_cast. `context` is i implicit, a assignment, e explicit; `method` is f function, i inout, b binary-coercible."""

    CLASS: ClassVar[str] = "pg_cast"
    source: Oid = 0
    target: Oid = 0
    func: Oid = 0
    context: str = "e"
    method: str = "f"


class AccessMethod(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_am. `type` is i index or t table; the can_ flags are those of pg_indexam_has_property."""

    CLASS: ClassVar[str] = "pg_am"
    type: str = "i"
    handler: Oid = 0
    can_order: bool = False
    can_unique: bool = False
    can_multi_col: bool = False
    can_exclude: bool = False
    can_include: bool = False


class Collation(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_collation. `encoding` -1 is any."""

    CLASS: ClassVar[str] = "pg_collation"
    namespace: Oid = 11
    owner: Oid = 10
    provider: str = "c"
    deterministic: bool = True
    encoding: int = -1
    locale: str | None = None


class Conversion(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_conversion."""

    CLASS: ClassVar[str] = "pg_conversion"
    namespace: Oid = 11
    owner: Oid = 10
    for_encoding: int = 0
    to_encoding: int = 0
    proc: Oid = 0
    default: bool = False


class Language(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_language."""

    CLASS: ClassVar[str] = "pg_language"
    owner: Oid = 10
    ispl: bool = False
    trusted: bool = False
    handler: Oid = 0
    inline: Oid = 0
    validator: Oid = 0
    acl: tuple[str, ...] | None = None


class TextSearch(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_ts_config, pg_ts_dict, pg_ts_parser and pg_ts_template, told apart by `kind` (config, dict, parser, template).

    `refers` is a configuration's parser or a dictionary's template; `mapping` is token type -> dictionaries of a configuration.
    """

    CLASS: ClassVar[str] = "pg_ts"
    kind: str = "config"
    namespace: Oid = 11
    owner: Oid = 10
    refers: Oid = 0
    mapping: dict[str, tuple[Oid, ...]] = {}
    options: tuple[str, ...] = ()


class Transform(CatalogObject, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """pg_transform."""

    CLASS: ClassVar[str] = "pg_transform"
    type: Oid = 0
    lang: Oid = 0
