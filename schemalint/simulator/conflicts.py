"""Names that RENAME TO and SET SCHEMA may not take, since another object has them (alter.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import name_key
from schemalint.catalog.model import CatalogObject, Oid
from schemalint.errors import Refusal
from schemalint.semantics.functions import func_signature_string
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_WORDS: dict[type[CatalogObject], str] = {
    model.EventTrigger: "event trigger",
    model.ForeignDataWrapper: "foreign-data wrapper",
    model.ForeignServer: "server",
    model.Language: "language",
    model.Publication: "publication",
    model.Subscription: "subscription",
    model.Conversion: "conversion",
    model.StatisticsObject: "statistics object",
    model.Extension: "extension",
}
_TS_WORDS = {"config": "configuration", "dict": "dictionary", "parser": "parser", "template": "template"}


def check_no_conflict(session: Session, obj: CatalogObject, name: str, namespace: Oid, at: At = None) -> None:
    """Raise 42710 or 42723 when an object of the same kind has the name already (report_name_conflict,
    report_namespace_conflict, IsThereFunctionInNamespace and its like)."""
    schema = session.names.namespace_name(namespace) if namespace else ""
    if isinstance(obj, model.Proc):
        _check_function(session, obj, name, namespace, at)
        return
    if isinstance(obj, model.Operator):
        return  # AlterObjectNamespace_internal leaves it to the unique index
    renamed = replace(obj, name=name)
    if session.catalog.find_oid(obj.CLASS, namespace, name_key(renamed)) is None:
        return
    match obj:
        case model.OpClass() | model.OpFamily():
            am = session.catalog.get(model.AccessMethod, obj.am)
            noun = "operator class" if isinstance(obj, model.OpClass) else "operator family"
            method = am.name if am is not None else str(obj.am)
            message = f'{noun} "{name}" for access method "{method}" already exists in schema "{schema}"'
        case model.Collation():
            message = f'collation "{name}" for encoding "UTF8" already exists in schema "{schema}"'
            if obj.encoding == -1:
                message = f'collation "{name}" already exists in schema "{schema}"'
        case model.TextSearch():
            message = f'text search {_TS_WORDS[obj.kind]} "{name}" already exists in schema "{schema}"'
        case _:
            message = f'{_WORDS[type(obj)]} "{name}" already exists' + (f' in schema "{schema}"' if namespace else "")
    raise Refusal("42710", message, at=at, word=name)


def _check_function(session: Session, proc: model.Proc, name: str, namespace: Oid, at: At) -> None:
    for other in session.catalog.overloads(model.Proc, namespace, name):
        if other.argtypes == proc.argtypes:
            shown = func_signature_string(session, (name,), (), list(proc.argtypes))
            schema = session.names.namespace_name(namespace)
            message = f'function {shown} already exists in schema "{schema}"'
            raise Refusal("42723", message, at=at, word=name)
