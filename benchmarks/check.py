"""What a check costs: python benchmarks/check.py [SQL_FILE_OR_FOLDER | RECORDS.jsonl]...

- wall time and peak memory of `schemalint check` on the TSRC migration as a process, without a cache and with what the run before
  has kept, beside `python -c "import sqlglot"` in the same run
- statements a second for reading alone, for reading and simulating, and with all rules on top, over the given files (default: fixtures/).
  A .jsonl file has one {"sql": ...} a line, in the order of their execution; each file is a database of its own.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from schemalint.lint.engine import Engine
from schemalint.lint.files import File as BatchFile
from schemalint.lint.loader import load_rules
from schemalint.simulator import Simulator
from schemalint.source import Source
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import split_statements

ROOT = Path(__file__).resolve().parent.parent
TSRC = ROOT / "fixtures" / "projects" / "tsrc"
RUNS = 9


def main(arguments: list[str]) -> int:
    process_costs()
    scripts = [script for name in arguments or [str(ROOT / "fixtures")] for script in statements_of(Path(name))]
    count = sum(len(s) for s in scripts)
    print(f"{len(scripts)} scripts, {count} statements")
    for what, work in (("read", read), ("read and simulate", simulate), ("read, simulate, rules", check)):
        start = time.perf_counter()
        for script in scripts:
            work(script)
        print(f"{what:24}{count / (time.perf_counter() - start):10,.0f} statements/s")
    return 0


def process_costs() -> None:
    """Wall time and memory of whole processes, in turn, so that a slow moment hits both."""
    check_command = [
        sys.executable,
        "-m",
        "schemalint",
        "check",
        str(TSRC / "migrations"),
        "--catalog",
        str(TSRC / "catalog.sql"),
    ]
    import_command = [sys.executable, "-c", "import sqlglot"]
    with TemporaryDirectory() as cache:
        os.environ["SCHEMALINT_CACHE_DIR"] = cache
        for what, command in (
            ("check of TSRC, nothing kept", [*check_command, "--no-cache"]),
            ("check of TSRC again", check_command),
        ):
            wall(command)
            pairs = [(wall(command), wall(import_command)) for _ in range(RUNS)]
            ours, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
            ratio = statistics.median(a / b for a, b in pairs)
            memory = [peak_memory(c) for c in (command, import_command)]
            print(f"{what}: {ours * 1e3:.0f} ms, import sqlglot {theirs * 1e3:.0f} ms, ratio {ratio:.2f}")
            print(
                f"    peak memory {memory[0] / 1024:.0f} MB, import sqlglot {memory[1] / 1024:.0f} MB, "
                f"ratio {memory[0] / memory[1]:.2f}"
            )


def wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def peak_memory(command: list[str]) -> int:
    """kB, asked of a child that has run nothing else."""
    program = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    assert resource.RUSAGE_CHILDREN is not None
    said = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)
    return int(said.stdout)


def statements_of(path: Path) -> list[list[str]]:
    files = sorted(p for p in path.rglob("*") if p.suffix in (".sql", ".jsonl")) if path.is_dir() else [path]
    scripts = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".jsonl":
            scripts.append([record["sql"] for line in text.splitlines() if "sql" in (record := json.loads(line))])
        else:
            scripts.append([text[s.start : s.end] for s in split_statements(text) if s.kind == "sql"])
    return scripts


def read(script: list[str]) -> None:
    for statement in script:
        try:
            parse_statement(statement)
        except (ParseError, NotUnderstood):
            continue


def simulate(script: list[str]) -> None:
    simulator = Simulator()
    for statement in script:
        simulator.execute(statement)


def check(script: list[str]) -> None:
    engine = Engine(Simulator(), load_rules().values())
    engine.check(BatchFile(Source("script.sql", ";\n".join(script))))
    engine.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
