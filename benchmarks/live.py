"""What reading a live database costs as it grows, beside pg_dump and beside what a user does today.

    python benchmarks/live.py [TABLES...]        # 100 5000 by default; 100000 takes minutes and 4 GB of memory
    python benchmarks/live.py --targets 500      # one migration on so many databases, 8 MB each, beside one

For each size, in seconds: check --dsn of one migration that touches three tables, snapshot, check --catalog of that snapshot, pg_dump
--schema-only, and the same migration in a copy restored from that dump.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from servers import Server, available_binaries, started  # noqa: E402

MAJOR = 18  # of which a development dependency brings server, pg_dump and psql

TABLES = """
    DO $$ BEGIN FOR i IN {first}..{last} LOOP
        EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, a text NOT NULL, b int DEFAULT 1, c timestamptz DEFAULT now(),
                        d numeric(10, 2) CHECK (d > 0), parent bigint REFERENCES t%s, e text)', i, i - 1);
    END LOOP; END $$"""

MIGRATION = """
ALTER TABLE t10 ADD COLUMN note text;
CREATE TABLE newcomer (id bigint PRIMARY KEY, t bigint REFERENCES t20 (id));
CREATE INDEX newcomer_t ON newcomer (t);
ALTER TABLE t30 DROP COLUMN e;
CREATE VIEW v AS SELECT t10.note, t30.a FROM t10 JOIN t30 ON t30.parent = t10.id;
"""


def timed(*command: str | Path, **keywords: Any) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, **keywords)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return time.perf_counter() - start


def fill(server: Server, name: str, tables: int) -> None:
    with server.connect(name) as connection:
        connection.execute("CREATE TABLE t0 (id bigint PRIMARY KEY)")
        for first in range(1, tables, 500):
            connection.execute(TABLES.format(first=first, last=min(first + 499, tables - 1)))
        connection.execute("VACUUM ANALYZE")


def measure(server: Server, tables: int, directory: Path) -> dict[str, float]:
    name = server.create_database()
    fill(server, name, tables)
    migration, snapshot, dump = (directory / file for file in ("m.sql", "catalog.json", "dump.sql"))
    migration.write_text(MIGRATION)
    schemalint = (sys.executable, "-m", "schemalint")
    dsn = server.dsn(name)
    found = {"check --dsn": min(timed(*schemalint, "check", "--dsn", dsn, migration) for _ in range(3))}
    found["snapshot"] = timed(*schemalint, "snapshot", "--dsn", dsn, "-o", snapshot)
    found["check --catalog"] = min(timed(*schemalint, "check", "--catalog", snapshot, migration) for _ in range(3))
    binaries = available_binaries()[MAJOR]
    found["pg_dump -s"] = timed(binaries / "pg_dump", "--schema-only", "-f", dump, "-d", dsn)
    found["restore and run"] = found["pg_dump -s"] + restored(server, binaries / "psql", dump, migration)
    server.drop_database(name)
    return found


def restored(server: Server, psql: Path, dump: Path, migration: Path) -> float:
    copy = server.create_database()
    seconds = sum(timed(psql, "-q", "-X", "-f", file, "-d", server.dsn(copy)) for file in (dump, migration))
    server.drop_database(copy)
    return seconds


def measure_targets(server: Server, count: int, directory: Path) -> None:
    """check --targets of so many databases of 50 tables, beside check --dsn of one of them."""
    first = server.create_database()
    fill(server, first, 50)
    names = [first]
    with server.connect() as connection:
        for place in range(1, count):
            names.append(f"{first}_{place}")
            connection.execute(f'CREATE DATABASE "{names[-1]}" TEMPLATE "{first}"')
    migration, targets = directory / "m.sql", directory / "targets"
    migration.write_text(MIGRATION)
    targets.write_text("".join(f"{server.dsn(name)}\n" for name in names))
    schemalint = (sys.executable, "-m", "schemalint", "check", migration)
    one = min(timed(*schemalint, "--dsn", server.dsn(first)) for _ in range(3))
    all_ = timed(*schemalint, "--targets", targets)
    print(
        f"{count:7} targets: {all_:.2f} s, one {one:.2f} s: {all_ / one:.1f} times as long, {all_ / count * 1000:.0f} ms each"
    )


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--targets"]:
        with started(available_binaries()[MAJOR]) as server, tempfile.TemporaryDirectory() as place:
            measure_targets(server, int(arguments[1]), Path(place))
        return 0
    sizes = [int(argument) for argument in arguments] or [100, 5000]
    first: float | None = None
    settings = {"max_locks_per_transaction": "4096"}
    with started(available_binaries()[MAJOR], settings) as server, tempfile.TemporaryDirectory() as place:
        for tables in sizes:
            found = measure(server, tables, Path(place))
            print(
                f"{tables:7} tables: " + ", ".join(f"{what} {seconds:.2f} s" for what, seconds in found.items()),
                flush=True,
            )
            first = found["check --dsn"] if first is None else first
            ratios = {
                f"check --dsn of that at {sizes[0]} tables (at most 1.3)": found["check --dsn"] / first,
                "snapshot of pg_dump -s (at most 0.5)": found["snapshot"] / found["pg_dump -s"],
                "restore and run of check --dsn": found["restore and run"] / found["check --dsn"],
            }
            print("".join(f"          {ratio:8.2f}  {what}\n" for what, ratio in ratios.items()), end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
