"""Which files a run checks, in what order, and which ones come before them: from paths, the runner's convention, and git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from schemalint.cli.reading import STDIN, decode, in_order, read_source, reason_of
from schemalint.diagnostics import Diagnostic, Report, SeverityName, Unchecked
from schemalint.errors import UserError
from schemalint.migrations import checks
from schemalint.migrations.detect import default_folders, detect, in_runners_order, load_runner
from schemalint.migrations.layout import is_way_back
from schemalint.migrations.runner import Runner, folder_of, name_of
from schemalint.source import Source


class Selection(Struct, frozen=True):
    """What a run is about.

    names      what is checked, as the user calls it, in the runner's order
    before     migrations that come before, in order; None where nothing is known of that
    whole      a directory was named, and all of it is checked: nothing comes before
    findings   what is wrong with the files as files
    base       the revision whose files are not checked
    """

    runner: Runner
    names: tuple[str, ...]
    before: tuple[str, ...] | None
    whole: bool
    findings: tuple[Diagnostic, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    base: str | None = None


def select_files(
    paths: tuple[str, ...],
    runner_name: str | None,
    base: str | None = None,
    environ: Mapping[str, str] | None = None,
    dsn: str | None = None,
) -> Selection:
    """The files to check. `base` is a revision whose migrations are history; in CI, without paths, the target branch. Of directories
    that are checked on a live database, what its runner has recorded there is not checked.

    Raises UserError.
    """
    if not paths:
        if base is None and environ is not None and environ.get("CI"):
            from schemalint.migrations.git import base_of_ci

            base = base_of_ci(environ)
        if base is None:
            raise UserError("name the migrations to check: files, or directories of .sql files (- is standard input)")
        paths = (_default_folder(),)
    if (programs := _programs(paths, runner_name, base)) is not None:
        return programs
    directories = [name for name in paths if name != STDIN and Path(name).is_dir()]
    named = [name for name in paths if name not in directories]
    for name in named:
        if name != STDIN and not Path(name).exists():
            raise UserError(f"{name}: no such file")
    below = {name: _sql_below(Path(name)) for name in directories}
    given = [Path(name) for name in named if name != STDIN]
    runner = (
        load_runner(runner_name) if runner_name else detect([*(p for found in below.values() for p in found), *given])
    )
    names, unchecked = _in_order(runner, paths, below, given)
    if base is not None:
        return _since(base, runner, names, unchecked, directories)
    if dsn is not None and directories and not named and runner.ledger is not None:
        from schemalint.cli.recorded import without_recorded

        pending = without_recorded(dsn, runner, names)
        if pending is not None:
            files = [path for found in below.values() for path in found]
            found = [*_findings(runner, pending.names, files), *pending.findings]
            return replace(pending, findings=tuple(found), unchecked=(*unchecked, *pending.unchecked))
    every = [path for found in below.values() for path in found] or _siblings(given)
    before = None if directories or not names else tuple(map(str, _earlier(runner, names)))
    findings = _findings(runner, names, every)
    return Selection(runner, tuple(names), before, bool(directories), tuple(findings), tuple(unchecked))


def _programs(paths: tuple[str, ...], runner: str | None, base: str | None) -> Selection | None:
    """Migrations that are a framework's programs, not SQL; None where there are none."""
    files = [Path(name) for name in paths if name != STDIN]
    if not any(path.is_dir() or path.suffix == ".py" for path in files):
        return None
    from schemalint.migrations.programs import framework_of

    framework = framework_of(files, runner)
    if framework is None:
        return None
    from schemalint.cli.frameworks import select_programs

    return select_programs(framework, files, base)


def history_of(directory: str, runner: Runner) -> list[str]:
    """The migrations of a directory, in the runner's order. Raises UserError."""
    path = Path(directory)
    if not path.is_dir():
        raise UserError(f"{directory}: no such directory of migrations")
    found = [str(p) for p in _ordered(runner, _sql_below(path))[0]]
    if not found:
        raise UserError(f"{directory}: no .sql files in this directory")
    return found


def files_found(
    report: Report, selection: Selection, ran: Sequence[str], severities: dict[str, SeverityName]
) -> Report:
    """The report with what is wrong with the files as files, as far as those rules `ran`, and with what was chosen."""
    found = [d for d in selection.findings if d.rule in ran]
    found = [replace(d, severity=severities.get(d.rule, d.severity)) for d in found]
    return replace(
        report,
        diagnostics=(*found, *report.diagnostics),
        not_checked=(*selection.unchecked, *report.not_checked),
        runner=selection.runner.name,
        base=selection.base,
    )


def without_boundary(selection: Selection, report: Report, preset: str | None) -> Unchecked | None:
    """A remark where a whole history is checked on nothing, so that no table of it is known to have rows."""
    nothing = ("an empty database", f"{preset} preset")
    if not selection.whole or len(selection.names) < 2 or any(t.source not in nothing for t in report.targets):
        return None
    return Unchecked(
        "what this does to tables with rows: which of these migrations are applied already is not known, so every table "
        "counts as new; tell it with --base REV, or with --dsn"
    )


def _default_folder() -> str:
    found = default_folders(Path())
    plain = [Path(name) for name in ("migrations",) if Path(name).is_dir()]
    folders = list(dict.fromkeys([*(folder for folder, _ in found), *plain]))
    if len(folders) != 1:
        names = ", ".join(map(str, folders))
        raise UserError(
            f"name the directory of migrations to check: there are {names}"
            if folders
            else "name the migrations to check"
        )
    return str(folders[0])


def _sql_below(directory: Path) -> list[Path]:
    try:
        return [p for p in directory.rglob("*") if p.suffix.lower() == ".sql" and p.is_file()]
    except OSError as error:
        raise UserError(f"{directory}: {reason_of(error)}") from None


def _ordered(runner: Runner, paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """(files that lead forward, in order; files that the runner does not take)."""
    if runner.name == "plain":
        return in_order(p for p in paths if not is_way_back(p)), []
    return in_runners_order(runner, paths)


def _in_order(
    runner: Runner, paths: tuple[str, ...], below: dict[str, list[Path]], given: list[Path]
) -> tuple[list[str], list[Unchecked]]:
    """The files that run: directories where they stand among the paths, files that are named in the runner's order."""
    unchecked: list[Unchecked] = []
    forward, left = ([], given) if runner.name == "plain" else in_runners_order(runner, given)
    kept = {*forward, *left}
    backward = [p for p in given if p not in kept]
    if not forward:  # nothing but ways back and files of no runner: they are meant as they are
        left, backward = given, []
    for path in backward:
        unchecked.append(Unchecked(f"leads back, which {runner.name} runs only when asked to", Source(str(path), "")))
    in_turn = iter([*forward, *left]) if forward else iter(given)
    skipped = set(map(str, backward))
    as_given = {Path(name): name for name in reversed(paths) if name != STDIN}
    names: dict[str, None] = {}
    for name in paths:
        if name in below:
            forward, left = _ordered(runner, below[name])
            if not forward:
                raise UserError(f"{name}: no .sql files in this directory{_none_taken(runner, Path(name), left)}")
            names.update((str(path), None) for path in forward)
            unchecked += (Unchecked(f"{runner.name} does not run this file", Source(str(path), "")) for path in left)
            unchecked += (
                Unchecked("a migration in Ruby is not checked", Source(str(path), ""))
                for path in sorted(Path(name).rglob("*.rb"))
            )
        elif name == STDIN:
            names[name] = None
        elif str(Path(name)) not in skipped:
            names[as_given[next(in_turn)]] = None
    return list(names), unchecked


def _none_taken(runner: Runner, directory: Path, left: list[Path]) -> str:
    if left:
        return f" that {runner.name} would run"
    if any(directory.rglob("*.rb")):
        return "; migrations in Ruby are not checked: SQL that they send may be, with --catalog db/structure.sql"
    return ""


def _siblings(given: Sequence[Path]) -> list[Path]:
    """All .sql files of the folders that the given ones are migrations of."""
    found: dict[Path, None] = {}
    for folder in dict.fromkeys(folder_of(path) for path in given):
        nested = any(path.parent != folder for path in given)
        for path in folder.glob("*/*.sql" if nested else "*") if folder.is_dir() else ():
            if path.suffix.lower() == ".sql" and path.is_file():
                found[path] = None
    return list(found)


def _earlier(runner: Runner, names: Sequence[str]) -> list[Path]:
    """The migrations of the first file's folder that come before it."""
    if names[0] == STDIN:
        return []
    first = Path(names[0])
    siblings = _ordered(runner, _siblings([first]))[0]
    return siblings[: siblings.index(first)] if first in siblings else []


def _read(path: Path) -> Source:
    return read_source(str(path))


def _findings(runner: Runner, names: Sequence[str], every: Sequence[Path]) -> list[Diagnostic]:
    checked = [Path(name) for name in names if name != STDIN]
    inside = set(checked)
    others = [path for path in every if path not in inside]
    return [*_of_files(runner, checked, others), *checks.unpaired(runner, checked, [*checked, *others], _read)]


def _of_files(runner: Runner, checked: Sequence[Path], others: Sequence[Path]) -> Iterator[Diagnostic]:
    """What is wrong with the files as files, whatever is applied."""
    yield from checks.collisions(runner, checked, others, _read)
    yield from checks.gaps(runner, checked, others, _read)
    yield from checks.duplicates(runner, checked, others, _read)
    yield from checks.mismatches(runner, checked, _read)
    yield from checks.mixed(runner, checked, _read)


def _since(rev: str, runner: Runner, names: list[str], unchecked: list[Unchecked], directories: list[str]) -> Selection:
    """Only what is not on `rev`; what is there is history, and should be as it is there."""
    from schemalint.migrations.git import bytes_at, compare

    files = [Path(name) for name in names if name != STDIN]
    folders = [*map(Path, directories), *dict.fromkeys(folder_of(path) for path in files)]
    if not folders:
        raise UserError("--base needs files or directories: standard input is in no repository")
    base = compare(rev, folders)
    where = base.rev
    on_base, new, found = [], [name for name in names if name == STDIN], []
    for path in files:
        name = base.name_of(path)
        if name is None or name not in base.known:
            new.append(str(path))
            continue
        repeatable = (read := name_of(runner, path)) is not None and read.repeatable
        if name in base.edited and repeatable:
            new.append(str(path))
            continue
        if name in base.edited and runner.grows is not None:
            source = _read(path)
            if runner.grows(decode(bytes_at(base, name), name), source.text):
                new.append(str(path))
                unchecked.append(
                    Unchecked(f"what of this file is on {where} already is checked as if it were new", source)
                )
                continue
        on_base.append(path)
        if name in base.edited:
            found.append(checks.edited(runner, _read(path), where))
    for name in sorted(base.deleted):
        gone = Path(name)
        read = name_of(runner, gone)
        if gone.suffix.lower() == ".sql" and read is not None and read.forward and not read.repeatable:
            text = decode(bytes_at(base, name), name)
            found.append(checks.edited(runner, Source(name, text), where, deleted=True))
    checked = [Path(name) for name in new if name != STDIN]
    below = [path for directory in directories for path in _sql_below(Path(directory))] or _siblings(files)
    at_tip = [_beside(files, base.top / name) for name in sorted(base.later) if name.lower().endswith(".sql")]
    if not directories:  # files were named: the rest of their folder that is on the base came before
        siblings = _ordered(runner, below)[0]
        on_base = [path for path in siblings if (name := base.name_of(path)) is not None and name in base.known]
    every = list(dict.fromkeys([*below, *at_tip]))
    inside = set(checked)
    others = [path for path in every if path not in inside]
    found += _of_files(runner, checked, others)
    found += checks.out_of_order(runner, checked, [*on_base, *at_tip], where, _read)
    found += checks.unpaired(runner, checked, [*checked, *others], _read)
    before = tuple(map(str, on_base))
    return Selection(runner, tuple(new), before, bool(directories), tuple(found), tuple(unchecked), where)


def _beside(files: Sequence[Path], path: Path) -> Path:
    """A path of the base as the files of its folder are called."""
    for other in files:
        if folder_of(other).resolve() == folder_of(path):
            return folder_of(other) / path.relative_to(folder_of(path))
    return path
