"""Judge the parser by PostgreSQL's own over recorded statements: JSON lines with a `sql` field each.

    python scripts/judge_syntax.py [--kind CreateStmt] [--show 3] [--refused] [--boundaries] [--spans] FILE_OR_FOLDER...

Prints, for each kind of statement, how many have the server's tree, how many another, how many raise. Statements that the
server refuses are counted by whether this parser refuses them, and whether in the same words.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "syntax")]

import pglast  # noqa: E402
from postgres_parser import difference, server_statements  # noqa: E402

from schemalint.syntax.errors import NotUnderstood, ParseError  # noqa: E402
from schemalint.syntax.nodes import Node  # noqa: E402
from schemalint.syntax.parser import parse_statement  # noqa: E402
from schemalint.syntax.split import split_statements  # noqa: E402


def recorded(paths: list[Path]) -> Iterator[str]:
    """Every distinct statement of the files."""
    seen: set[str] = set()
    for path in paths:
        for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
            for line in file.read_text(encoding="utf-8").splitlines():
                sql = json.loads(line).get("sql")
                if sql and sql not in seen:
                    seen.add(sql)
                    yield sql


def ask_server(sql: str) -> tuple[Any, str | None]:
    """The server's one tree, or its refusal. (None, None) for no statement or several."""
    try:
        found = pglast.parse_sql(sql)
    except pglast.parser.ParseError as refused:
        return None, str(refused.args[0])
    return (found[0].stmt, None) if len(found) == 1 else (None, None)


def ask_us(sql: str) -> tuple[Node | None, str | None]:
    """Our tree, or what was raised. Variables of psql are off: the server knows none."""
    try:
        return parse_statement(sql), None
    except ParseError as refused:
        return None, refused.message
    except NotUnderstood as unknown:
        return None, f"NOT UNDERSTOOD {unknown.message}"
    except Exception as broken:
        return None, f"BROKEN {type(broken).__name__}: {broken}"


def judge_trees(args: argparse.Namespace) -> None:
    """Compare trees and print the table."""
    equal: Counter[str] = Counter()
    different: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for sql in recorded(args.paths):
        theirs, refusal = ask_server(sql)
        if theirs is None and refusal is None:
            continue
        kind = type(theirs).__name__ if theirs is not None else "(refused)"
        if args.kind and kind != args.kind and not (args.refused and theirs is None):
            continue
        ours, problem = ask_us(sql)
        report = None
        if theirs is None:
            if problem is None:
                refusals["accepted"] += 1
                report = f"accepted, the server says {refusal}"
            elif problem == refusal:
                refusals["same words"] += 1
            elif problem.startswith(("NOT UNDERSTOOD", "BROKEN")):
                refusals["raised"] += 1
                report = f"{problem}, the server says {refusal}"
            else:
                refusals["other words"] += 1
                report = f"{problem}, the server says {refusal}"
            report = report if args.refused else None
        elif problem is not None:
            raised[kind] += 1
            report = problem
        elif (found := difference(ours, theirs)) is not None:
            different[kind] += 1
            report = f"at {found[0]}: {str(found[1])[:200]} and not {str(found[2])[:200]}"
        else:
            equal[kind] += 1
        if report is not None and shown[kind] < args.show:
            shown[kind] += 1
            print(f"{kind}: {report}\n    {sql[:400]}")
    print(f"{'kind':32}{'equal':>8}{'differ':>8}{'raise':>8}")
    for kind in sorted(equal | different | raised):
        print(f"{kind:32}{equal[kind]:8}{different[kind]:8}{raised[kind]:8}")
    print(f"{'all':32}{equal.total():8}{different.total():8}{raised.total():8}")
    print("refused by the server:", dict(refusals))


def judge_boundaries(args: argparse.Namespace) -> None:
    """Join accepted statements into long texts and compare where they are cut."""
    accepted = [sql.rstrip().rstrip(";") for sql in recorded(args.paths) if ask_server(sql)[0] is not None]
    glue = [";\n", " ; -- a; comment\n", ";/* one; /* two; */ ; */\n", ";;\r\n\t"]
    wrong = total = 0
    for at in range(0, len(accepted), 50):
        text = "".join(sql + glue[i % len(glue)] for i, sql in enumerate(accepted[at : at + 50]))
        expected = [start + len(text[start:end].rstrip()) for start, end, _ in server_statements(text)]
        ours = [s for s in split_statements(text) if s.kind == "sql"]
        total += len(expected)
        for statement, end in zip_longest(ours, expected):
            if statement is None or statement.end != end:
                wrong += 1
                print(f"another end: {text[statement.start : statement.end][:300] if statement else None!r}")
                break
    print(f"{total} statements, {wrong} texts cut otherwise than by the server")


def judge_spans(args: argparse.Namespace) -> None:
    """Every node must lie within its parent, and statements must end where their text does."""
    bad: Counter[str] = Counter()
    for sql in recorded(args.paths):
        try:
            found = parse_statement(sql)
        except (ParseError, NotUnderstood):
            continue
        if found is not None:
            for name in _bad_spans(found, 0, len(sql)):
                bad[name] += 1
                if bad[name] <= args.show:
                    print(f"{name}: {sql[:300]}")
    print("spans outside of their parents or empty:", dict(bad))


def _bad_spans(value: object, low: int, high: int) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _bad_spans(item, low, high)
    elif isinstance(value, Node):
        if value.start < 0:  # not written
            yield from (bad for f in value.__struct_fields__ for bad in _bad_spans(getattr(value, f), low, high))
            return
        if not low <= value.start <= value.end <= high:
            yield type(value).__name__
        for field in value.__struct_fields__:
            yield from _bad_spans(getattr(value, field), value.start, value.end)


def judge_speed(args: argparse.Namespace) -> None:
    """Statements a second, over what parses."""
    statements = []
    for sql in recorded(args.paths):
        try:
            parse_statement(sql)
            statements.append(sql)
        except (ParseError, NotUnderstood):
            pass
    start = time.perf_counter()
    for sql in statements:
        parse_statement(sql)
    took = time.perf_counter() - start
    size = sum(map(len, statements))
    print(f"{len(statements)} statements ({size} characters) in {took:.2f} s: {len(statements) / took:.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--kind", help="only statements of this kind")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print up to N differences of each kind")
    parser.add_argument("--refused", action="store_true", help="show refusals that differ as well")
    parser.add_argument("--boundaries", action="store_true", help="judge the splitter instead")
    parser.add_argument("--spans", action="store_true", help="check that spans nest instead")
    parser.add_argument("--speed", action="store_true", help="measure instead")
    args = parser.parse_args()
    if args.boundaries:
        judge_boundaries(args)
    elif args.spans:
        judge_spans(args)
    elif args.speed:
        judge_speed(args)
    else:
        judge_trees(args)


if __name__ == "__main__":
    main()
