"""Find and load rules: the built-in ones and a user's own, the same way (one file, one rule, its page beside it)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from schemalint.diagnostics import SeverityName
from schemalint.errors import UserError
from schemalint.lint.rule import Rule


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


def load_rules(directories: Iterable[Path] = ()) -> dict[str, Rule]:
    """Name -> rule: the built-in ones, then those of `directories`. Raises UserError for a file that is no rule, or a name used twice."""
    rules: dict[str, Rule] = {}
    for directory in (builtin_directory(), *directories):
        if not directory.is_dir():
            raise UserError(f"rule directory {directory} does not exist")
        for path in rule_files(directory):
            loaded = load_rule(path)
            if loaded.name in rules:
                raise UserError(f"{path}: a rule named {loaded.name} exists already")
            rules[loaded.name] = loaded
    return rules


def load_rule(path: Path) -> Rule:
    """One rule from its file; its page is read when asked for (page_of). Raises UserError."""
    name = path.stem.replace("_", "-")
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
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(found) != 1:
        raise UserError(f"{path}: expected one function with @rule, found {len(found)}")
    summary = (module.__doc__ or "").strip().splitlines()
    if not summary:
        raise UserError(f"{path}: the file's docstring is the rule's summary, and it is missing")
    return replace(found[0], name=name, summary=summary[0].rstrip("."), page=str(path.with_suffix(".md")))


def load_findings() -> dict[str, Rule]:
    """What is found without a rule file (about files, comments, statements that are not understood), by name, from their pages.

    A page begins with `severity` and `category` between lines of ---, and has the summary as its first paragraph.
    """
    return {rule.name: rule for rule in map(_finding_of, sorted((builtin_directory() / "history").glob("*.md")))}


def _finding_of(page: Path) -> Rule:
    _, head, text = page.read_text(encoding="utf-8").split("---\n", 2)
    said = dict(line.split(": ", 1) for line in head.splitlines())
    name = page.stem.replace("_", "-")
    summary = text.strip().split("\n\n")[1].rstrip(".")
    severity = cast("SeverityName", said["severity"])
    return Rule(_nothing, (), severity, said["category"], name=name, summary=summary, page=str(page))


def _nothing(_subject: object, _context: object) -> Iterator[Any]:
    """These are not found by looking at statements one by one."""
    return iter(())


def page_of(rule: Rule) -> str:
    """A rule's page as Markdown; raises UserError when the file is missing."""
    try:
        text = Path(rule.page).read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"rule {rule.name} has no page: {error.strerror}: {rule.page}") from None
    return text.split("---\n", 2)[2] if text.startswith("---\n") else text
