"""What git says about migrations: which are on a revision already, which of those were edited since."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from schemalint.errors import UserError


class Base(Struct, frozen=True):
    """A revision to compare with; files are named as git does, from the top of the repository.

    rev      as it was named
    commit   where the work tree's branch left it (the merge base)
    known    files at `commit`, and those that `rev` has got since
    later    those that `rev` has got since
    edited   files at `commit` that are different now
    deleted  files at `commit` that are not there now
    """

    rev: str
    commit: str
    top: Path
    known: frozenset[str]
    later: frozenset[str]
    edited: frozenset[str]
    deleted: frozenset[str]

    def name_of(self, path: Path) -> str | None:
        """A path as git names it; None outside of the repository."""
        try:
            return (_resolved(path.parent.absolute()) / path.name).relative_to(self.top).as_posix()
        except ValueError:
            return None


@cache
def _resolved(folder: Path) -> Path:
    return folder.resolve()


def base_of_ci(environ: Mapping[str, str]) -> str | None:
    """The target branch of the pull or merge request that a CI job runs for."""
    if environ.get("CI", "").lower() not in ("true", "1"):
        return None
    if sha := environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        return sha
    if branch := environ.get("GITHUB_BASE_REF"):
        return f"origin/{branch}"
    return None


def compare(rev: str, folders: Sequence[Path]) -> Base:
    """What changed in some folders of one repository since `rev`. Raises UserError."""
    top = Path(
        _git(folders[0], "rev-parse", "--show-toplevel", failing=f"{folders[0]} is not in a git repository").strip()
    )
    top = top.resolve()
    tip = _commit(top, rev)
    commit = _git(
        top, "merge-base", tip, "HEAD", failing=f"{rev} and HEAD have no commit in common{_shallow(top)}"
    ).strip()
    inside = sorted({f.resolve().relative_to(top).as_posix() for f in folders if f.resolve().is_relative_to(top)})
    below = [] if "." in inside else ["--", *(f":(top,literal){folder}" for folder in inside)]
    changed = _git(top, "diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", commit, *below).split("\0")
    status = dict(zip(changed[1::2], changed[::2], strict=False))
    known = _files(top, commit, inside)
    later = _files(top, tip, inside) - known if tip != commit else frozenset()
    return Base(
        rev=rev,
        commit=commit,
        top=top,
        known=known | later,
        later=later,
        edited=frozenset(name for name, letter in status.items() if letter in ("M", "T")),
        deleted=frozenset(name for name, letter in status.items() if letter == "D"),
    )


def bytes_at(base: Base, name: str) -> bytes:
    """A file as it is at the merge base. Raises UserError."""
    return _run(
        base.top, "cat-file", "blob", f"{base.commit}:{name}", failing=f"{name} cannot be read at {base.commit}"
    )


def _files(top: Path, commit: str, folders: list[str]) -> frozenset[str]:
    below = [] if "." in folders else ["--", *(f"{folder}/" for folder in folders)]
    return frozenset(_git(top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, *below).split("\0")) - {""}


def _commit(top: Path, rev: str) -> str:
    unknown = f"git knows no revision {rev}"
    if rev.startswith("-") or not rev.strip():
        raise UserError(f"--base: {unknown}")
    return _git(top, "rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}", failing=unknown + _shallow(top)).strip()


def _shallow(top: Path) -> str:
    if _git(top, "rev-parse", "--is-shallow-repository").strip() != "true":
        return ""
    return "; this clone is shallow, fetch all of the history (actions/checkout: fetch-depth: 0)"


def _git(folder: Path, *args: str, failing: str | None = None) -> str:
    return _run(folder, *args, failing=failing).decode("utf-8", errors="surrogateescape")


def _run(folder: Path, *args: str, failing: str | None = None) -> bytes:
    """Standard output of a git command; `failing` is what to say when it fails."""
    try:
        ran = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, check=False)
    except FileNotFoundError:
        raise UserError("--base: there is no git to ask; install it, or name the files to check") from None
    except OSError as error:
        raise UserError(f"--base: git cannot be run: {(error.strerror or 'unknown error').lower()}") from None
    if ran.returncode != 0:
        said = ran.stderr.decode("utf-8", errors="replace").strip().splitlines()
        if said and "dubious ownership" in said[0]:
            failing = said[0].removeprefix("fatal: ")
        raise UserError(f"--base: {failing or (said[-1] if said else 'git ' + args[0] + ' failed')}")
    return ran.stdout
