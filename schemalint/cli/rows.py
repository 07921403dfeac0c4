"""`check --data`: a live database is asked whether its rows stand in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemalint.catalog.partial import LiveLoader
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import SeverityName
from schemalint.lint.answers import answered
from schemalint.lint.engine import Result
from schemalint.lint.files import File
from schemalint.lint.metadata import VIOLATING_ROWS


def with_answers(
    result: Result, catalog: Catalog, files: Sequence[File], severities: Mapping[str, SeverityName]
) -> None:
    """Put into the result what the database says to its questions. Raises UserError when the connection is lost."""
    loader = catalog.loader
    ask = loader.reader.ask if isinstance(loader, LiveLoader) else None
    found, left = answered(result.questions, ask, severities.get(VIOLATING_ROWS))
    places = {file.source.name: place for place, file in enumerate(files)}
    result.diagnostics += found
    result.diagnostics.sort(key=lambda d: (places.get(d.source.name, len(places)), d.sort_key))
    result.unchecked += left
