"""Options of COPY (ProcessCopyOptions of copy.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import A_Star, CopyStmt, DefElem

_COLUMN_OPTIONS = ("force_quote", "force_not_null", "force_null")


def process_copy_options(session: Session, stmt: CopyStmt, relation: Relation | None, columns: tuple[str, ...]) -> None:
    """Whether the options are known, fit each other and name columns that are copied."""
    options: dict[str, DefElem] = {}
    for option in stmt.options:
        if option.defname in options:
            raise Refusal("42601", "conflicting or redundant options", at=(option.start, option.end))
        _check_option(session, option)
        options[option.defname] = option
    fmt = str(options["format"].arg) if "format" in options else "text"
    at = (stmt.start, stmt.end)
    _check_combinations(stmt, options, fmt, at)
    for name in _COLUMN_OPTIONS:
        if name in options and relation is not None:
            _check_columns(options[name], relation, columns, name)


def _check_option(session: Session, option: DefElem) -> None:
    at = (option.start, option.end)
    match option.defname:
        case "format":
            if option.arg not in ("text", "csv", "binary"):
                raise Refusal("22023", f'COPY format "{option.arg}" not recognized', at=at)
        case "freeze" | "delimiter" | "null" | "default" | "header" | "quote" | "escape" | "encoding":
            return
        case "on_error" | "log_verbosity" | "reject_limit":
            if session.version < (18 if option.defname == "reject_limit" else 17):
                raise Refusal("42601", f'option "{option.defname}" not recognized', at=at)
            if option.defname == "on_error" and option.arg not in ("stop", "ignore"):
                raise Refusal("22023", f'COPY ON_ERROR "{option.arg}" not recognized', at=at)
        case "force_quote" | "force_not_null" | "force_null":
            if not isinstance(option.arg, A_Star | tuple):
                raise Refusal("22023", f'argument to option "{option.defname}" must be a list of column names', at=at)
        case "convert_selectively":
            return
        case _:
            raise Refusal("42601", f'option "{option.defname}" not recognized', at=at)


def _text(options: dict[str, DefElem], name: str) -> str | None:
    return str(options[name].arg) if name in options else None


def _check_combinations(stmt: CopyStmt, options: dict[str, DefElem], fmt: str, at: tuple[int, int]) -> None:
    def refuse(message: str, sqlstate: str = "0A000") -> Refusal:
        return Refusal(sqlstate, message, at=at)

    for name in ("delimiter", "null", "default"):
        if fmt == "binary" and name in options:
            raise refuse(f"cannot specify {name.upper()} in BINARY mode", "42601")
    delimiter = _text(options, "delimiter") or ("," if fmt == "csv" else "\t")
    if len(delimiter.encode()) != 1:
        raise refuse("COPY delimiter must be a single one-byte character")
    if delimiter in "\r\n":
        raise refuse("COPY delimiter cannot be newline or carriage return", "22023")
    null = _text(options, "null")
    if null is not None and any(c in null for c in "\r\n"):
        raise refuse("COPY null representation cannot use newline or carriage return", "22023")
    if fmt == "text" and delimiter in "\\.abcdefghijklmnopqrstuvwxyz0123456789":
        raise refuse(f'COPY delimiter cannot be "{delimiter}"', "22023")
    if fmt == "binary" and "header" in options:
        raise refuse("cannot specify HEADER in BINARY mode")
    _check_csv(stmt, options, fmt, delimiter, refuse)
    shown = null if null is not None else ("" if fmt == "csv" else "\\N")
    if delimiter in shown:
        raise refuse("COPY delimiter character must not appear in the NULL specification", "22023")


def _check_csv(stmt: CopyStmt, options: dict[str, DefElem], fmt: str, delimiter: str, refuse: object) -> None:
    assert callable(refuse)
    csv = fmt == "csv"
    for name in ("quote", "escape"):
        value = _text(options, name)
        if value is None:
            continue
        if not csv:
            raise refuse(f"COPY {name} requires CSV mode" if name == "escape" else "COPY QUOTE requires CSV mode")
        if len(value.encode()) != 1:
            raise refuse(f"COPY {name} must be a single one-byte character")
    if csv and delimiter == (_text(options, "quote") or '"'):
        raise refuse("COPY delimiter and quote must be different", "22023")
    for name, words in (
        ("force_quote", "FORCE_QUOTE"),
        ("force_not_null", "FORCE_NOT_NULL"),
        ("force_null", "FORCE_NULL"),
    ):
        if name not in options:
            continue
        if not csv:
            raise refuse(f"COPY {words} requires CSV mode")
        if (name == "force_quote") == stmt.is_from:
            raise refuse(f"COPY {words} cannot be used with COPY {'FROM' if stmt.is_from else 'TO'}")
    if "freeze" in options and not stmt.is_from:
        raise refuse("COPY FREEZE cannot be used with COPY TO")


def _check_columns(option: DefElem, relation: Relation, columns: tuple[str, ...], name: str) -> None:
    if not isinstance(option.arg, tuple):
        return
    at = (option.start, option.end)
    for item in option.arg:
        if not any(c.name == item and not c.dropped for c in relation.columns):
            raise Refusal(
                "42703", f'column "{item}" of relation "{relation.name}" does not exist', at=at, word=str(item)
            )
        if item not in columns:
            raise Refusal("42P10", f'{name.upper()} column "{item}" not referenced by COPY', at=at, word=str(item))
