"""What a check is about, and what it said when it was last about the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from msgspec import Struct, msgpack
from msgspec.structs import replace

from schemalint.cache import Cache, digest, stamp
from schemalint.cli.reading import MAX_BYTES, STDIN, decode
from schemalint.cli.selection import Selection, history_of
from schemalint.config import Config
from schemalint.diagnostics import Report
from schemalint.errors import UserError
from schemalint.lint.loader import builtin_directory
from schemalint.lint.metadata import Rule
from schemalint.lint.packing import Find, pack, unpack
from schemalint.migrations.runner import marker_of
from schemalint.source import Source


class Job(Struct, frozen=True):
    """A check, before the first file is looked at.

    selections    what is checked in each root, and under what configuration
    chosen, known the rules to run, and the names of all rules
    ran           names of what is reported: the chosen rules, and what is found without rules
    role          who runs the migrations, where it is said; data: rows are asked whether they stand in the way
    down          ways back are checked, too
    """

    config: Config
    selections: list[tuple[Config, Selection]]
    chosen: list[Rule]
    known: tuple[str, ...]
    ran: list[str]
    dsn: str | None
    targets_file: str | None
    open_world: bool
    limit_of_age: timedelta | None
    role: str | None = None
    data: bool = False
    down: bool = False


class Checked(Struct, frozen=True):
    """What came of a check: the report without what comments allow, the names of the sources, and why rules or targets failed."""

    report: Report
    sources: tuple[str, ...]
    crashes: tuple[str, ...] = ()


def cache_of(environ: Mapping[str, str]) -> Cache | None:
    """The user's cache: SCHEMALINT_CACHE_DIR, or where the platform wants it; None where there is no such place."""
    if named := environ.get("SCHEMALINT_CACHE_DIR"):
        return Cache(Path(named))
    try:
        if sys.platform == "win32":
            above = Path(environ["LOCALAPPDATA"])
        elif sys.platform == "darwin":
            above = Path.home() / "Library" / "Caches"
        else:
            above = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except (KeyError, RuntimeError):
        return None
    return Cache(above / "schemalint")


def checked(job: Job, cache: Cache | None) -> tuple[Report, tuple[str, ...], tuple[str, ...]]:
    """What a check says: (the report, the names of the sources, why rules or targets failed). Raises UserError."""
    if cache is None or not _is_repeatable(job):
        return _parts(_check(job))
    try:
        texts = _texts(job)
    except (OSError, UserError):  # the check says it better
        return _parts(_check(job))
    key = _key(job, cache, texts)
    found = _read(cache, key, texts)
    if found is None:
        found = _check(job)
        if not found.crashes and _texts(job) == texts:  # else it may be about other texts than the key
            _write(cache, key, texts, found)
    return _parts(found)


def _check(job: Job) -> Checked:
    from schemalint.cli.checking import check_job  # with all that a check needs, which is most of this program

    return check_job(job)


def _parts(found: Checked) -> tuple[Report, tuple[str, ...], tuple[str, ...]]:
    return found.report, found.sources, found.crashes


def _is_repeatable(job: Job) -> bool:
    """Whether files alone decide what it says: no server, no clock, no program that makes the SQL, no standard input, no way back."""
    return (
        job.dsn is None
        and job.targets_file is None
        and job.limit_of_age is None
        and not job.down
        and all(
            STDIN not in selection.names and selection.runner.made is None and not selection.runner.dump
            for _, selection in job.selections
        )
    )


def _texts(job: Job) -> dict[str, bytes]:
    """The contents of the files that the check is about, and of what runners may have said beside them."""
    names: dict[str, None] = {}
    for config, selection in job.selections:
        history = history_of(config.history, selection.runner) if config.history is not None else ()
        names.update(dict.fromkeys((*selection.names, *(selection.before or ()), *history, *config.catalog)))
    texts: dict[str, bytes] = {}
    for name in names:
        if Path(name).stat().st_size > MAX_BYTES:
            raise UserError(f"{name} is too large")
        texts[name] = Path(name).read_bytes()
    for folder in dict.fromkeys(Path(name).parent for name in names):
        for path in _beside(folder):
            texts.setdefault(path, Path(path).read_bytes())
    for _, selection in job.selections:
        if selection.runner.fill is not None and selection.names:
            settings = marker_of(selection.runner, Path(selection.names[0]).absolute().parent)
            if settings is not None:
                texts.setdefault(str(settings), settings.read_bytes())
    return texts


def _beside(folder: Path) -> Iterator[str]:
    """Files in a folder of migrations that a runner may read: V1__a.sql.conf, metadata.toml."""
    return (name for name, _, size in stamp(folder, deep=False) if name.endswith((".conf", ".toml")) and size < 1 << 20)


def _key(job: Job, cache: Cache, texts: dict[str, bytes]) -> str:
    """Everything that the answer depends on: all of the job, whatever is added to it, and what it does not say."""
    return digest(
        cache.code,
        Path.cwd(),
        replace(job, selections=[]),
        [
            (config, s.runner.name, s.names, s.before, s.whole, _plain(s.findings), _plain(s.unchecked), s.base)
            for config, s in job.selections
        ],
        [stamp(folder) for folder in (builtin_directory(), *map(Path, job.config.rules))],
        texts,
    )


def _plain(found: object) -> bytes:
    return msgpack.encode(found, enc_hook=lambda source: (source.name, source.text))


def _read(cache: Cache, key: str, texts: dict[str, bytes]) -> Checked | None:
    kept = cache.read("check", key, bytes)
    return None if kept is None else unpack(kept, Checked, _finding(texts))


def _write(cache: Cache, key: str, texts: dict[str, bytes], found: Checked) -> None:
    cache.write("check", key, pack(found, _finding(texts)))


def _finding(texts: dict[str, bytes]) -> Find:
    return lambda name: Source(name, decode(texts[name], name)) if name in texts else None
