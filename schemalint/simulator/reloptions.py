"""Storage options, WITH (name = value) (reloptions.c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemalint.catalog.model import OpClass
from schemalint.errors import Refusal
from schemalint.simulator.defelem import def_get_boolean, def_get_string
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import DefElem

At = tuple[int, int] | None


class Option(NamedTuple):
    """One known option: a kind (bool, int, real, enum, string), its bounds or values, the relations that have it."""

    kind: str
    relations: str
    low: float = 0
    high: float = 0
    values: tuple[str, ...] = ()
    since: int = 0


INT_MAX = 2**31 - 1
GIST = 783
_AUTOVACUUM: dict[str, Option] = {
    "autovacuum_enabled": Option("bool", "rmt"),
    "autovacuum_vacuum_threshold": Option("int", "rmt", 0, INT_MAX),
    "autovacuum_vacuum_max_threshold": Option("int", "rmt", -1, INT_MAX, since=18),
    "autovacuum_vacuum_insert_threshold": Option("int", "rmt", -1, INT_MAX),
    "autovacuum_analyze_threshold": Option("int", "rm", 0, INT_MAX),
    "autovacuum_vacuum_cost_limit": Option("int", "rmt", 1, 10000),
    "autovacuum_freeze_min_age": Option("int", "rmt", 0, 1000000000),
    "autovacuum_multixact_freeze_min_age": Option("int", "rmt", 0, 1000000000),
    "autovacuum_freeze_max_age": Option("int", "rmt", 100000, 2000000000),
    "autovacuum_multixact_freeze_max_age": Option("int", "rmt", 10000, 2000000000),
    "autovacuum_freeze_table_age": Option("int", "rmt", 0, 2000000000),
    "autovacuum_multixact_freeze_table_age": Option("int", "rmt", 0, 2000000000),
    "log_autovacuum_min_duration": Option("int", "rmt", -1, INT_MAX),
    "autovacuum_vacuum_cost_delay": Option("real", "rmt", 0.0, 100.0),
    "autovacuum_vacuum_scale_factor": Option("real", "rmt", 0.0, 100.0),
    "autovacuum_vacuum_insert_scale_factor": Option("real", "rmt", 0.0, 100.0),
    "autovacuum_analyze_scale_factor": Option("real", "rm", 0.0, 100.0),
    "vacuum_max_eager_freeze_failure_rate": Option("real", "rmt", 0.0, 1.0, since=18),
}

HEAP_OPTIONS: dict[str, Option] = {
    **_AUTOVACUUM,
    "user_catalog_table": Option("bool", "rm"),
    "vacuum_truncate": Option("bool", "rmt"),
    "vacuum_index_cleanup": Option("enum", "rmt", values=("auto", "on", "off", "true", "false", "yes", "no", "1", "0")),
    "fillfactor": Option("int", "rm", 10, 100),
    "toast_tuple_target": Option("int", "rm", 128, 8160),
    "parallel_workers": Option("int", "rm", 0, 1024),
}
VIEW_OPTIONS: dict[str, Option] = {
    "security_barrier": Option("bool", "v"),
    "security_invoker": Option("bool", "v", since=15),
    "check_option": Option("enum", "v", values=("local", "cascaded")),
}
INDEX_OPTIONS: dict[str, dict[str, Option]] = {
    "btree": {
        "fillfactor": Option("int", "i", 10, 100),
        "deduplicate_items": Option("bool", "i"),
        "vacuum_cleanup_index_scale_factor": Option("real", "i", 0.0, 1e10),
    },
    "hash": {"fillfactor": Option("int", "i", 10, 100)},
    "gist": {"fillfactor": Option("int", "i", 10, 100), "buffering": Option("enum", "i", values=("on", "off", "auto"))},
    "spgist": {"fillfactor": Option("int", "i", 10, 100)},
    "gin": {
        "fastupdate": Option("bool", "i"),
        "gin_pending_list_limit": Option("int", "i", 64, INT_MAX),
    },
    "brin": {
        "autosummarize": Option("bool", "i"),
        "pages_per_range": Option("int", "i", 1, 131072),
    },
}
BLOOM_OPTIONS: dict[str, Option] = {
    "n_distinct_per_range": Option("real", "o", -1.0, INT_MAX),
    "false_positive_rate": Option("real", "o", 0.0001, 0.25),
}
ATTRIBUTE_OPTIONS: dict[str, Option] = {
    "n_distinct": Option("real", "a", -1.0, 1.7976931348623157e308),
    "n_distinct_inherited": Option("real", "a", -1.0, 1.7976931348623157e308),
}
TABLESPACE_OPTIONS: dict[str, Option] = {
    "random_page_cost": Option("real", "s", -1, 1.7976931348623157e308),
    "seq_page_cost": Option("real", "s", -1, 1.7976931348623157e308),
    "effective_io_concurrency": Option("int", "s", 0, 1000),
    "maintenance_io_concurrency": Option("int", "s", 0, 1000),
}


def transform_rel_options(
    session: Session,
    old: Sequence[str],
    options: Iterable[DefElem],
    namespace: str | None,
    valid_namespaces: Sequence[str] = (),
    *,
    accept_oids: bool = True,
    is_reset: bool = False,
) -> tuple[str, ...]:
    """Old options with new ones put in, or taken out (transformRelOptions); each is `name=value`."""
    given = list(options)
    mine = [option for option in given if option.defnamespace == namespace]
    names = {option.defname for option in mine}
    result = [text for text in old if text.partition("=")[0] not in names]
    for option in given:
        at = (option.start, option.end)
        if is_reset:
            if option.arg is not None:
                raise Refusal("42601", "RESET must not include values for parameters", at=at)
            continue
        if option.defnamespace is not None and option.defnamespace not in valid_namespaces:
            raise Refusal("22023", f'unrecognized parameter namespace "{option.defnamespace}"', at=at)
        if option.defnamespace != namespace:
            continue
        value = "true" if option.arg is None else def_get_string(option)
        name = option.defname
        if "=" in name and session.version >= 18:
            raise Refusal("22023", f'invalid option name "{name}": must not contain "="', at=at)
        if accept_oids and option.defnamespace is None and name == "oids":
            if def_get_boolean(option):
                raise Refusal("0A000", "tables declared WITH OIDS are not supported", at=at)
            continue
        result.append(f"{name}={value}")
    return tuple(result)


def parse_rel_options(
    session: Session, options: Sequence[str], known: dict[str, Option], relations: str, validate: bool = True
) -> tuple[str, ...]:
    """Check option texts against what is known (parseRelOptions)."""
    seen: set[str] = set()
    for text in options:
        name, _, value = text.partition("=")
        option = known.get(name)
        if option is None or relations not in option.relations or option.since > session.version:
            raise Refusal("22023", f'unrecognized parameter "{name}"', word=name)
        if name in seen:
            raise Refusal("22023", f'parameter "{name}" specified more than once', word=name)
        seen.add(name)
        _check_value(name, value, option)
    return tuple(options)


_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def is_boolean(text: str) -> bool:
    """Whether parse_bool takes the text: any unambiguous beginning of its words."""
    word = text.lower()
    if word in ("0", "1", "on") or (len(word) >= 2 and "off".startswith(word)):
        return True
    return bool(word) and any(full.startswith(word) for full in ("true", "false", "yes", "no"))


def _check_value(name: str, value: str, option: Option) -> None:
    if option.kind == "bool":
        if not is_boolean(value):
            raise Refusal("22023", f'invalid value for boolean option "{name}": {value}', word=value)
    elif option.kind == "enum":
        if value.lower() not in option.values:
            raise Refusal(
                "22023",
                f'invalid value for enum option "{name}": {value}',
                word=value,
                detail=_VALID_VALUES.get(name),
            )
    elif option.kind in ("int", "real"):
        _check_number(name, value, option)


_VALID_VALUES = {
    "check_option": 'Valid values are "local" and "cascaded".',
    "buffering": 'Valid values are "on", "off", and "auto".',
    "vacuum_index_cleanup": 'Valid values are "on", "off", and "auto".',
}


def _check_number(name: str, value: str, option: Option) -> None:
    integer = option.kind == "int"
    try:
        number: float = int(value, 0) if integer and not value.lstrip("-+").startswith("0") else float(value)
        if integer and number != int(number):
            number = round(number)
    except (ValueError, OverflowError):
        what = "integer" if integer else "floating point"
        raise Refusal("22023", f'invalid value for {what} option "{name}": {value}', word=value) from None
    if not option.low <= number <= option.high:
        low, high = (
            (str(int(option.low)), str(int(option.high))) if integer else (f"{option.low:f}", f"{option.high:f}")
        )
        raise Refusal(
            "22023",
            f'value {value} out of bounds for option "{name}"',
            word=value,
            detail=f'Valid values are between "{low}" and "{high}".',
        )


def heap_reloptions(session: Session, kind: str, options: Sequence[str], validate: bool) -> tuple[str, ...]:
    """The options of a table, TOAST table, materialized view, view or partitioned table (heap_reloptions and its like)."""
    if not options:
        return ()
    if kind == "p":
        return partitioned_table_reloptions(session, options)
    if kind == "v":
        return parse_rel_options(session, options, VIEW_OPTIONS, "v", validate)
    return parse_rel_options(session, options, HEAP_OPTIONS, "r" if kind == "f" else kind, validate)


def partitioned_table_reloptions(session: Session, options: Sequence[str]) -> tuple[str, ...]:
    """There are none."""
    if session.version >= 16:
        raise Refusal(
            "42809",
            "cannot specify storage parameters for a partitioned table",
            hint="Specify storage parameters for its leaf partitions instead.",
        )
    return parse_rel_options(session, options, {}, "p")


def index_reloptions(session: Session, am: str, options: Sequence[str]) -> tuple[str, ...]:
    """The options of an index; those of access methods that extensions bring are not known."""
    known = INDEX_OPTIONS.get(am)
    if known is None or not options:
        return tuple(options)
    return parse_rel_options(session, options, known, "i")


def opclass_reloptions(session: Session, opclass: OpClass, options: Sequence[DefElem]) -> tuple[str, ...]:
    """The options of an operator class in an index; those of classes that are not known are taken as they are."""
    texts = transform_rel_options(session, (), options, None, accept_oids=False)
    if opclass.name.endswith("_bloom_ops"):
        known = BLOOM_OPTIONS
    elif opclass.name.endswith("_minmax_multi_ops"):
        known = {"values_per_range": Option("int", "o", 8, 256)}
    elif opclass.am == GIST and opclass.name == "tsvector_ops":
        known = {"siglen": Option("int", "o", 1, 2024)}
    else:
        return texts
    return parse_rel_options(session, texts, known, "o")


def attribute_reloptions(session: Session, options: Sequence[str]) -> tuple[str, ...]:
    """ALTER COLUMN SET (...)."""
    return parse_rel_options(session, options, ATTRIBUTE_OPTIONS, "a")


def tablespace_reloptions(session: Session, options: Sequence[str]) -> tuple[str, ...]:
    """ALTER TABLESPACE SET (...)."""
    return parse_rel_options(session, options, TABLESPACE_OPTIONS, "s")
