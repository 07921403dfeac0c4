"""What statements, undo and savepoints cost beside what exists: python benchmarks/undo.py [TABLES]

The same 1,000 statements on 100 tables and on TABLES (default 100,000), in turns on both; the ratio of their CPU times is to be at most 1.5.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

from schemalint.simulator import Simulator

FEW, MANY = 100, 100_000
STATEMENTS = 1_000
ROUNDS = 5
ALLOWED = 1.5

UNDO = "undo"  # not a statement: takes the last one back

WORK = (
    "CREATE TABLE made (id bigint PRIMARY KEY, t{i} int REFERENCES t{i}, note text CHECK (note <> ''))",
    "ALTER TABLE t{i} ADD COLUMN more text NOT NULL DEFAULT 'x'",
    UNDO,
    "CREATE INDEX made_idx ON made (t{i})",
    "BEGIN",
    "ALTER TABLE t{i} ALTER COLUMN body TYPE varchar(80)",
    "SAVEPOINT a",
    "CREATE VIEW seen AS SELECT t{i}.*, made.note FROM t{i} JOIN made ON made.t{i} = t{i}.id",
    "ALTER TABLE t{i} DROP COLUMN body CASCADE",
    "ROLLBACK TO a",
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "ALTER TABLE made ADD COLUMN mood mood",
    UNDO,
    "COMMIT",
    "ALTER TABLE t{i} RENAME COLUMN body TO words",
    UNDO,
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER tg BEFORE INSERT ON t{i} FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE POLICY p ON t{i} USING (id > 0)",
    "INSERT INTO t{i} (id, body) SELECT id, 'x' FROM made",
    "UPDATE t{i} SET body = 'y' WHERE id = 1",
    "DELETE FROM t{i}",
    "SELECT * FROM missing",
    "ALTER TABLE t{i} ADD FOREIGN KEY (id) REFERENCES missing",
    "GRANT SELECT ON t{i} TO PUBLIC",
    "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
    "ALTER DOMAIN positive ADD CHECK (VALUE < 9)",
    "BEGIN",
    "TRUNCATE t{i} CASCADE",
    "ALTER TABLE t{i} RENAME TO other",
    "SET LOCAL search_path = pg_catalog",
    "DROP TABLE public.made CASCADE",
    "ROLLBACK",
    "DROP TYPE mood CASCADE",
    "DROP TRIGGER tg ON t{i}",
    "DROP POLICY p ON t{i}",
    "DROP FUNCTION f()",
    "DROP DOMAIN positive",
    "DROP TABLE made CASCADE",
    "COMMENT ON TABLE t{i} IS 'seen'",
)


def database(tables: int) -> Simulator:
    """Tables t0, t1, ... with a key, an index and a sequence each."""
    simulator = Simulator(server_version=18)
    for i in range(tables):
        made = simulator.execute(f"CREATE TABLE t{i} (id serial PRIMARY KEY, body text)")
        assert made.sqlstate is None, made.message
    return simulator


def statements() -> Iterator[str]:
    for n in range(STATEMENTS):
        turn, step = divmod(n, len(WORK))
        yield WORK[step].format(i=turn)


def run(simulator: Simulator) -> tuple[float, list[str | None]]:
    """(CPU seconds, verdicts) of all statements, after which the database is as it was."""
    verdicts: list[str | None] = []
    start = time.process_time()
    for statement in statements():
        if statement is UNDO:
            simulator.undo()
        else:
            verdicts.append(simulator.execute(statement).sqlstate)
    return time.process_time() - start, verdicts


def main(arguments: list[str]) -> int:
    many = int(arguments[0]) if arguments else MANY
    sides = [database(FEW), database(many)]
    first, second = (run(side)[1] for side in sides)
    assert first == second
    pairs = [[run(side)[0] for side in sides] for _ in range(ROUNDS)]
    few_seconds, many_seconds = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{STATEMENTS} statements: {few_seconds * 1e3:.0f} ms on {FEW} tables, {many_seconds * 1e3:.0f} ms on {many}")
    print(f"ratio {ratio:.2f}, allowed {ALLOWED}")
    return int(ratio > ALLOWED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
