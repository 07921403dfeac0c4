"""Options of COPY (ProcessCopyOptions of copy.c)."""

from __future__ import annotations

from typing import NoReturn

from msgspec import Struct

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.databases import is_encoding
from schemalint.simulator.defelem import def_get_boolean, def_get_int64, def_get_string, error_conflicting_def_elem
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import A_Star, CopyStmt, DefElem

At = tuple[int, int] | None

_COLUMN_OPTIONS = {"force_quote": "FORCE_QUOTE", "force_not_null": "FORCE_NOT_NULL", "force_null": "FORCE_NULL"}
_SINCE = {"default": 16, "on_error": 17, "log_verbosity": 17, "reject_limit": 18}


class CopyOptions(Struct, gc=False):
    """What the options say (CopyFormatOptions); None was not written."""

    format: str = "text"
    freeze: bool = False
    header: bool = False
    delimiter: str | None = None
    null: str | None = None
    default: str | None = None
    quote: str | None = None
    escape: str | None = None
    ignore_errors: bool = False
    reject_limit: bool = False


def process_copy_options(
    session: Session, stmt: CopyStmt, relation: Relation | None, columns: tuple[str, ...]
) -> CopyOptions:
    """Whether the options are known, fit each other and name columns that are copied."""
    options: dict[str, DefElem] = {}
    found = CopyOptions()
    for option in stmt.options:
        if option.defname in options:
            raise error_conflicting_def_elem(option)
        _read(session, stmt, option, found)
        options[option.defname] = option
    _check_combinations(session, stmt, options, found)
    for name in _COLUMN_OPTIONS:
        if name in options and relation is not None:
            _check_columns(options[name], relation, columns, name)
    return found


def _read(session: Session, stmt: CopyStmt, option: DefElem, found: CopyOptions) -> None:
    """One option by itself."""
    name, at = option.defname, (option.start, option.end)
    if _SINCE.get(name, 0) > session.version:
        raise Refusal("42601", f'option "{name}" not recognized', at=at, word=name)
    match name:
        case "format":
            found.format = def_get_string(option)
            if found.format not in ("text", "csv", "binary"):
                raise Refusal("22023", f'COPY format "{found.format}" not recognized', at=at)
        case "freeze":
            found.freeze = def_get_boolean(option)
        case "header":
            found.header = _header(session, stmt, option)
        case "delimiter" | "null" | "default" | "quote" | "escape":
            setattr(found, name, def_get_string(option))
        case "encoding":
            if not is_encoding(def_get_string(option)):
                raise Refusal("22023", 'argument to option "encoding" must be a valid encoding name', at=at)
        case "force_quote" | "force_not_null" | "force_null":
            star = isinstance(option.arg, A_Star) and (name == "force_quote" or session.version >= 17)
            if not star and not isinstance(option.arg, tuple):
                raise Refusal("22023", f'argument to option "{name}" must be a list of column names', at=at)
        case "convert_selectively":
            pass
        case "on_error" | "log_verbosity":
            _choice(session, stmt, option, found)
        case "reject_limit":
            limit = def_get_int64(option) if not isinstance(option.arg, str) else int(option.arg)
            if limit <= 0:
                raise Refusal("22023", f"REJECT_LIMIT ({limit}) must be greater than zero", at=at)
            found.reject_limit = True
        case _:
            raise Refusal("42601", f'option "{name}" not recognized', at=at, word=name)


def _header(session: Session, stmt: CopyStmt, option: DefElem) -> bool:
    """defGetCopyHeaderChoice."""
    if session.version < 15:
        return def_get_boolean(option)
    arg = option.arg
    if arg is None or isinstance(arg, bool) or arg in (0, 1):
        return arg is None or bool(arg)
    at = (option.start, option.end)
    word = def_get_string(option).lower()
    if word in ("true", "on", "false", "off"):
        return word in ("true", "on")
    if word == "match":
        if not stmt.is_from:
            raise Refusal("0A000", 'cannot use "match" with HEADER in COPY TO', at=at)
        return True
    raise Refusal("42601", 'header requires a Boolean value or "match"', at=at)


def _choice(session: Session, stmt: CopyStmt, option: DefElem, found: CopyOptions) -> None:
    """defGetCopyOnErrorChoice, defGetCopyLogVerbosityChoice."""
    at = (option.start, option.end)
    value = def_get_string(option)
    if option.defname == "on_error":
        if not stmt.is_from:
            raise Refusal("22023", "COPY ON_ERROR cannot be used with COPY TO", at=at)
        known: tuple[str, ...] = ("stop", "ignore")
        found.ignore_errors = value.lower() == "ignore"
    else:
        known = ("default", "verbose", "silent") if session.version >= 18 else ("default", "verbose")
    if value.lower() not in known:
        message = f'COPY {option.defname.upper()} "{value}" not recognized'
        raise Refusal("22023", message, at=at, word=value)


def _check_combinations(session: Session, stmt: CopyStmt, options: dict[str, DefElem], found: CopyOptions) -> None:
    at = (stmt.start, stmt.end)

    def refuse(message: str, sqlstate: str = "0A000") -> NoReturn:
        raise Refusal(sqlstate, message, at=at)

    binary, csv = found.format == "binary", found.format == "csv"
    for name in ("delimiter", "null", "default"):
        if binary and name in options:
            refuse(f"cannot specify {name.upper()} in BINARY mode", "42601")
    delimiter = found.delimiter if found.delimiter is not None else ("," if csv else "\t")
    null = found.null if found.null is not None else ("" if csv else "\\N")
    if len(delimiter.encode()) != 1:
        refuse("COPY delimiter must be a single one-byte character")
    if delimiter in "\r\n":
        refuse("COPY delimiter cannot be newline or carriage return", "22023")
    for what, text in (("null", null), ("default", found.default or "")):
        if "\r" in text or "\n" in text:
            refuse(f"COPY {what} representation cannot use newline or carriage return", "22023")
    if not csv and delimiter in "\\.abcdefghijklmnopqrstuvwxyz0123456789":
        refuse(f'COPY delimiter cannot be "{delimiter}"', "22023")
    if binary and found.header:
        old = "COPY HEADER available only in CSV mode"
        refuse("cannot specify HEADER in BINARY mode" if session.version >= 15 else old)
    quote = found.quote if found.quote is not None else '"'
    _check_csv(session, stmt, options, found, delimiter, quote)
    recent = session.version >= 17
    what = "delimiter character" if recent else "delimiter"
    if delimiter in null:
        refuse(f"COPY {what} must not appear in the NULL specification", "22023" if recent else "0A000")
    if csv and quote in null:
        refuse("CSV quote character must not appear in the NULL specification", "22023" if recent else "0A000")
    if found.freeze and not stmt.is_from and recent:
        refuse("COPY FREEZE cannot be used with COPY TO", "22023")
    if found.default is not None:
        if not stmt.is_from:
            refuse("COPY DEFAULT " + ("cannot be used with COPY TO" if recent else "only available using COPY FROM"))
        if delimiter in found.default:
            refuse(f"COPY {what} must not appear in the DEFAULT specification")
        if csv and quote in found.default:
            refuse("CSV quote character must not appear in the DEFAULT specification")
        if null == found.default:
            refuse("NULL specification and DEFAULT specification cannot be the same")
    if binary and found.ignore_errors:
        refuse("only ON_ERROR STOP is allowed in BINARY mode", "42601")
    if found.reject_limit and not found.ignore_errors:
        refuse("COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE", "22023")


def _check_csv(
    session: Session, stmt: CopyStmt, options: dict[str, DefElem], found: CopyOptions, delimiter: str, quote: str
) -> None:
    at = (stmt.start, stmt.end)

    def refuse(message: str, sqlstate: str = "0A000") -> NoReturn:
        raise Refusal(sqlstate, message, at=at)

    csv = found.format == "csv"
    recent = session.version >= 17
    only = "requires CSV mode" if recent else "available only in CSV mode"
    if not csv and found.quote is not None:
        refuse(f"COPY {'QUOTE' if recent else 'quote'} {only}")
    if csv and len(quote.encode()) != 1:
        refuse("COPY quote must be a single one-byte character")
    if csv and delimiter == quote:
        refuse("COPY delimiter and quote must be different", "22023")
    if not csv and found.escape is not None:
        refuse(f"COPY {'ESCAPE' if recent else 'escape'} {only}")
    if csv and found.escape is not None and len(found.escape.encode()) != 1:
        refuse("COPY escape must be a single one-byte character")
    for name, words in _COLUMN_OPTIONS.items():
        if name not in options:
            continue
        shown = words if recent else words.lower().replace("_", " ")
        if not csv:
            refuse(f"COPY {shown} {only}")
        if (name == "force_quote") == stmt.is_from:
            here, there = ("FROM", "TO") if stmt.is_from else ("TO", "FROM")
            if recent:
                refuse(f"COPY {shown} cannot be used with COPY {here}", "0A000" if stmt.is_from else "22023")
            refuse(f"COPY {shown} only available using COPY {there}")


def _check_columns(option: DefElem, relation: Relation, columns: tuple[str, ...], name: str) -> None:
    if not isinstance(option.arg, tuple):
        return
    at = (option.start, option.end)
    for item in option.arg:
        if not any(c.name == item and not c.dropped for c in relation.columns):
            message = f'column "{item}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=at, word=str(item))
        if item not in columns:
            message = f'{name.upper()} column "{item}" not referenced by COPY'
            raise Refusal("42P10", message, at=at, word=str(item))
