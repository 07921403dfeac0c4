"""Find and load rules: the built-in ones and a user's own, the same way (one file, one rule, its page beside it)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from schemalint.cache import Cache, digest, stamp
from schemalint.diagnostics import SeverityName
from schemalint.errors import UserError
from schemalint.lint.metadata import Rule

if TYPE_CHECKING:
    from schemalint.lint.rule import Marked  # which knows the simulator: not needed to list rules


@cache
def builtin_directory() -> Path:
    """The checkout's rules/ when this package is run from one, else the copy in the installed package."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "rules").is_dir():
        return checkout / "rules"
    return package / "rules"


def rule_files(directory: Path) -> list[Path]:
    """The rules' files below a directory, in order of their names."""
    return sorted((p for p in directory.rglob("*.py") if not p.name.startswith("_")), key=lambda p: p.stem)


def load_rules(directories: Iterable[Path] = (), cache: Cache | None = None) -> dict[str, Rule]:
    """Name -> rule: the built-in ones, then those of `directories`; `cache` spares reading their files.

    Raises UserError for a file that is no rule, or a name used twice.
    """
    folders = (builtin_directory(), *directories)
    for directory in folders:
        if not directory.is_dir():
            raise UserError(f"rule directory {directory} does not exist")
    key = "" if cache is None else digest(cache.code, *folders, *map(stamp, folders))
    if cache is not None and (kept := cache.read("rules", key, list[Rule])) is not None:
        return {rule.name: rule for rule in kept}
    rules: dict[str, Rule] = {}
    for path in (path for directory in folders for path in rule_files(directory)):
        loaded = load_rule(path)
        if loaded.name in rules:
            raise UserError(f"{path}: a rule named {loaded.name} exists already")
        rules[loaded.name] = loaded
    if cache is not None:
        cache.write("rules", key, list(rules.values()))
    return rules


def load_rule(path: Path) -> Rule:
    """One rule from its file; its page is read when asked for (page_of). Raises UserError."""
    module, marked = _read(path)
    summary = (module.__doc__ or "").strip().splitlines()
    if not summary:
        raise UserError(f"{path}: the file's docstring is the rule's summary, and it is missing")
    return replace(
        marked.rule,
        name=path.stem.replace("_", "-"),
        summary=summary[0].rstrip("."),
        file=str(path),
        page=str(path.with_suffix(".md")),
    )


def check_of(rule: Rule) -> Callable[[Any, Any], Iterator[Any]]:
    """A rule's generator; its file is read when it is first asked for. Raises UserError."""
    return _read(Path(rule.file))[1].check


def _read(path: Path) -> tuple[ModuleType, Marked]:
    """(a rule's file as a module, its generator with what `@rule` said of it), read once. Raises UserError."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    return _executed(path, changed)


@cache
def _executed(path: Path, _changed: int) -> tuple[ModuleType, Marked]:
    module_name = f"schemalint_rule_{path.stem}_{abs(hash(path))}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path}: {type(error).__name__}: {error}") from error
    from schemalint.lint.rule import Marked

    found = [value for value in vars(module).values() if isinstance(value, Marked)]
    if len(found) != 1:
        raise UserError(f"{path}: expected one function with @rule, found {len(found)}")
    return module, found[0]


def load_findings() -> dict[str, Rule]:
    """What is found without a rule file (about files, comments, statements that are not understood), by name, from their pages.

    A page begins with `severity`, `category` and, if any, `covers` between lines of ---, and has the summary as its first paragraph.
    """
    return {rule.name: rule for rule in map(_finding_of, sorted((builtin_directory() / "history").glob("*.md")))}


def _finding_of(page: Path) -> Rule:
    _, head, text = page.read_text(encoding="utf-8").split("---\n", 2)
    said = dict(line.split(": ", 1) for line in head.splitlines())
    name = page.stem.replace("_", "-")
    summary = text.strip().split("\n\n")[1].rstrip(".")
    severity = cast("SeverityName", said["severity"])
    covers = tuple(said["covers"].split(", ")) if "covers" in said else ()
    return Rule((), severity, said["category"], name=name, summary=summary, page=str(page), covers=covers)


def page_of(rule: Rule) -> str:
    """A rule's page as Markdown; raises UserError when the file is missing."""
    try:
        text = Path(rule.page).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"rule {rule.name} has no page: {error.strerror}: {rule.page}") from None
    return text.split("---\n", 2)[2] if text.startswith("---\n") else text
