"""How fast SQL is read: python benchmarks/parse_statements.py [FILE_OR_FOLDER]...

Statements a second, best of 5: splitting the files, reading the statements' tokens, and tokens and tree together.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import split_statements
from schemalint.syntax.tokens import tokenize

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
RUNS = 5


def main(arguments: list[str]) -> int:
    texts = [file.read_text() for name in arguments or [str(FIXTURES)] for file in sql_files(Path(name))]
    statements = [
        text[found.start : found.end] for text in texts for found in split_statements(text) if found.kind == "sql"
    ]
    print(f"{len(texts)} files, {len(statements)} statements, {sum(map(len, statements)) / 1e3:.0f} kB")
    for what, work in (
        ("split", lambda: [list(split_statements(text)) for text in texts]),
        ("tokens", lambda: every(tokenize, statements)),
        ("tokens and tree", lambda: every(parse_statement, statements)),
    ):
        print(f"{what:16}{len(statements) / best(work):10,.0f} statements/s")
    return 0


def sql_files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.sql")) if path.is_dir() else [path]


def every(read: Callable[[str], object], statements: list[str]) -> None:
    """Read each statement; what is refused counts as read."""
    for statement in statements:
        try:
            read(statement)
        except (ParseError, NotUnderstood):
            continue


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
