"""What a long history costs: python benchmarks/history.py [NUMBER_OF_FILES]

Makes a git repository with that many migrations (default: 1,000), of which one is new, and runs, as processes and in turn with
`python -c "import sqlglot"`:

- `check --base main`, without a cache and with one that the run before has filled
- `check` of all the files, without a cache, in one process and in as many as there are processors
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

RUNS = 5
KINDS = 5

CHECK = (sys.executable, "-m", "schemalint", "check", "migrations", "--format", "json")
IMPORT = (sys.executable, "-c", "import sqlglot")


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 1000
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        statements = make_repository(folder, count)
        print(f"{count} migrations, {statements} statements, one of the files changed; {os.cpu_count()} processors")
        for _ in range(2):
            once(IMPORT, folder)  # so that files are in memory
        report("one changed, no cache", (*CHECK, "--base", "main", "--no-cache"), folder)
        report("one changed, second run", (*CHECK, "--base", "main"), folder)
        report("all files, no cache", (*CHECK, "--no-cache"), folder)
        report("all files, second run", CHECK, folder)
    return 0


def report(what: str, command: tuple[str, ...], folder: Path) -> None:
    """Median wall time, processor time and ratio to importing sqlglot."""
    once(command, folder)
    pairs = [(once(command, folder), once(IMPORT, folder)) for _ in range(RUNS)]
    seconds = statistics.median(ours[0] for ours, _ in pairs)
    used = statistics.median(ours[1] for ours, _ in pairs)
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    print(f"{what:28}{seconds:7.2f} s, {used:5.2f} s of processors, {ratio:5.2f} x import sqlglot")


def once(command: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """(wall, processor) seconds of a process."""
    environment = {**os.environ, "SCHEMALINT_CACHE_DIR": str(folder / "cache")}
    before, start = used(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return time.perf_counter() - start, used() - before


def used() -> float:
    said = resource.getrusage(resource.RUSAGE_CHILDREN)
    return said.ru_utime + said.ru_stime


def make_repository(folder: Path, count: int) -> int:
    """A repository whose last migration is not on its branch main; returns how many statements the files hold."""
    migrations = folder / "migrations"
    migrations.mkdir()
    statements = 0
    for number in range(1, count + 1):
        text = migration(number)
        statements += text.count(";\n")
        (migrations / f"{number:04}_step.sql").write_text(text, encoding="utf-8")
        if number == count - 1:
            for command in ("init -q -b main", "add migrations", "commit -q -m before", "checkout -q -b change"):
                git(folder, *command.split())
    git(folder, "add", "migrations")
    git(folder, "commit", "-q", "-m", "change")
    return statements


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    subprocess.run(("git", *who, *arguments), cwd=folder, check=True, capture_output=True)


def migration(number: int) -> str:
    """A file as projects have them: every fifth makes a table, the others change one that is there."""
    table = f"item_{(number - 1) // KINDS}"
    match (number - 1) % KINDS:
        case 0:
            return (
                f"CREATE TABLE {table} (\n"
                "    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
                "    name text NOT NULL,\n"
                "    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done')),\n"
                "    created_at timestamptz NOT NULL DEFAULT now()\n"
                ");\n"
                f"COMMENT ON TABLE {table} IS 'Items of kind {number}';\n"
            )
        case 1:
            return (
                f"ALTER TABLE {table} ADD COLUMN owner_id bigint REFERENCES item_0 (id);\n"
                f"CREATE INDEX {table}_owner_idx ON {table} (owner_id);\n"
            )
        case 2:
            return (
                f"CREATE FUNCTION touch_{table}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
                "BEGIN\n    NEW.created_at := now();\n    RETURN NEW;\nEND;\n$$;\n"
                f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch_{table}();\n"
            )
        case 3:
            return f"CREATE VIEW {table}_open AS SELECT id, name, owner_id FROM {table} WHERE state <> 'done';\n"
    return (
        f"INSERT INTO {table} (name, owner_id) VALUES ('first', NULL);\n"
        f"UPDATE {table} SET state = 'done' WHERE name = 'first';\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
