"""Where the simulator's catalog and a server's differ after the same statements: live(after) == simulate(live(before), statements).

    python tests/oracle_live.py [--major N] [--each] FILE.sql...
    python tests/oracle_live.py --count FILE...        # most frequent differences first

Each file is run on an empty database of a real server and by a Simulator that starts from that database's catalog; statements that
the server refuses, or that the simulator does not model, are left out of both.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from servers import Server, available_binaries, started  # noqa: E402

from schemalint.catalog import live  # noqa: E402
from schemalint.catalog.compare import Difference, compare  # noqa: E402
from schemalint.catalog.references import Identities  # noqa: E402
from schemalint.catalog.store import Catalog  # noqa: E402
from schemalint.simulator import Simulator  # noqa: E402
from schemalint.simulator.meaning import Analyzer  # noqa: E402
from schemalint.syntax.nodes import CopyStmt  # noqa: E402
from schemalint.syntax.split import split_statements  # noqa: E402


def differences(
    server: Server, statements: Iterable[str], *, dependencies: bool = True, counted: Counter[str] | None = None
) -> list[Difference]:
    """Run statements on both sides and compare what exists afterwards; `counted` gets why statements were left out."""
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            simulator = Simulator(catalog=live.read_catalog(connection))
            for statement in statements:
                why = run(connection, simulator, statement)
                if counted is not None:
                    counted[why or "run"] += 1
            if simulator.session.in_transaction_block:
                simulator.execute("ROLLBACK")
                connection.execute("ROLLBACK")
        simulator.reconnect()  # without temporary objects, whose schema has another name on each side
        with live.connect(server.dsn(name)) as connection:
            after = live.read_catalog(connection)
        return compared(after, simulator.catalog, dependencies)
    finally:
        server.drop_database(name)


def compared(after: Catalog, simulated: Catalog, dependencies: bool = True) -> list[Difference]:
    """What the simulator has (`after` of a difference) where the server has something else (`before`)."""
    members = {
        Identities(after).of_object(obj)
        for obj in after.changed_objects()
        if any(on.classid == "pg_extension" and deptype == "e" for on, deptype in after.depends_on(obj.address))
    }  # what their functions are written in is not in our data of extensions
    return [
        d
        for d in compare(after, simulated, dependencies=dependencies, analyzed=Analyzer())
        if d.classid not in ("pg_authid", "pg_tablespace", "pg_database")
        and not (d.identity in members and d.attribute)
        and not (d.attribute.startswith("needs pg_authid ") and d.attribute.endswith(" (o)"))  # owners are fields
    ]


def run(connection: psycopg.Connection[Any], simulator: Simulator, statement: str) -> str | None:
    """Execute one statement on both sides. The reason, when it has to be left out."""
    outcome = simulator.execute(statement)
    if not outcome.understood:
        simulator.undo()
        return "not modelled"
    try:
        if isinstance(outcome.node, CopyStmt) and outcome.node.filename is None and not outcome.node.is_program:
            with connection.cursor().copy(statement) as copy:  # without rows
                for _ in copy if not outcome.node.is_from else ():
                    pass
        else:
            connection.execute(statement, prepare=False)
    except psycopg.Error as error:
        if outcome.sqlstate is None:
            simulator.undo()
            return f"server: {error.sqlstate}"
        return None
    if outcome.sqlstate is not None:
        return f"simulator: {outcome.sqlstate} {outcome.message}"
    return None


_NUMBER = re.compile(r"\d+")


def kind_of(difference: Difference) -> str:
    """The difference without what is particular to one object."""
    attribute = re.sub(r"column \S+?\.", "column *.", difference.attribute)
    attribute = re.sub(r"needs (\w+) .*(\(\w\))", r"needs \1 \2", attribute)
    if not difference.attribute:
        return f"{difference.classid}: " + (
            "missing in the simulator" if difference.after is None else "extra in the simulator"
        )
    return f"{difference.classid}: {attribute}: {difference.before or '-'} | {difference.after or '-'}"


def statements_of(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":  # one object a line, its statement in "sql"
        records = map(json.loads, text.splitlines())
        yield from (record["sql"] for record in records if "sql" in record)  # others say how the file was made
        return
    for raw in split_statements(text):
        if raw.kind == "sql":
            yield text[raw.start : raw.end]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--major", type=int, default=18)
    parser.add_argument("--count", action="store_true", help="count kinds of differences over all files")
    parser.add_argument(
        "--each", action="store_true", help="compare after each statement, and name the one that made a difference"
    )
    options = parser.parse_args(arguments)
    counted: Counter[str] = Counter()
    with started(available_binaries()[options.major]) as server:
        for path in options.files:
            if options.each:
                each(server, path)
                continue
            left_out: Counter[str] = Counter()
            found = differences(server, statements_of(path), counted=left_out)
            ran = left_out.pop("run", 0)
            print(f"{path}: {ran} statements, {left_out.total()} left out, {len(found)} differences")
            for why, times in left_out.most_common(8):
                print(f"  {times:6} {why}")
            counted.update(map(kind_of, found))
            if not options.count:
                print("\n".join(f"  {difference}" for difference in found))
    for kind, times in counted.most_common(60) if options.count else ():
        print(f"{times:6} {kind}")
    return 0


def each(server: Server, path: Path) -> None:
    """After every statement, what it made differ; the simulator goes on from the server's catalog."""
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            for statement in statements_of(path):
                simulator = Simulator(catalog=live.read_catalog(connection))
                why = run(connection, simulator, statement)
                found = compared(live.read_catalog(connection), simulator.catalog) if why is None else []
                if why or found:
                    print(f"--- {' '.join(statement.split())[:160]}")
                    print("\n".join([f"    {why}"] if why else [f"    {difference}" for difference in found]))
    finally:
        server.drop_database(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
