"""What a runner has recorded in a live database is not checked again, and is compared with the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Server

from schemalint.migrations.checksums import crc32_of_lines, sha256, sha384

Run = Any

FIRST = b"CREATE TABLE a (id bigint PRIMARY KEY);\n"
SECOND = b"ALTER TABLE a ADD COLUMN n int;\n"
THIRD = b"ALTER TABLE a ADD COLUMN n nope;\n"


@pytest.fixture
def database(server18: Server) -> Iterator[Any]:
    with server18.database() as connection:
        connection.autocommit = True
        connection.execute(FIRST)
        yield connection


def dsn(connection: Any) -> str:
    info = connection.info
    return f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"


def check(run: Run, folder: Path, connection: Any, *more: str) -> dict[str, Any]:
    ran = run("check", folder, "--dsn", dsn(connection), "--format", "json", *more)
    assert ran.out, ran.err
    said: dict[str, Any] = json.loads(ran.out)
    return said


def found(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["rule"], Path(f["file"]).name) for f in said["findings"]]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_flyway(tmp_path: Path, database: Any, run: Run) -> None:
    view = b"CREATE OR REPLACE VIEW v AS SELECT 1 AS c;\n"
    folder = write(
        tmp_path,
        {
            "db/V1__a.sql": FIRST,
            "db/V02_0__b.sql": SECOND,
            "db/V3__c.sql": THIRD,
            "db/R__v.sql": view,
            "db/R__w.sql": b"CREATE OR REPLACE VIEW w AS SELECT 1 AS c;\n",
        },
    )
    database.execute(
        "CREATE TABLE flyway_schema_history (installed_rank int, version text, type text, script text, checksum int, success bool)"
    )
    rows = [
        (1, "1", "SQL", "V1__a.sql", int(crc32_of_lines(FIRST)), True),
        (2, "2", "SQL", "V02_0__b.sql", int(crc32_of_lines(SECOND)), True),
        (3, None, "SQL", "R__v.sql", int(crc32_of_lines(view)), True),
        (4, None, "SQL", "R__w.sql", 7, True),
        (5, "3", "SQL", "V3__c.sql", int(crc32_of_lines(THIRD)), True),
        (6, "3", "UNDO_SQL", "U3__c.sql", 1, True),
        (7, "9", "SQL", "V9__x.sql", 1, True),
    ]
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO flyway_schema_history VALUES (%s, %s, %s, %s, %s, %s)", rows)
    said = check(run, folder / "db", database)
    assert said["summary"]["files"] == 2  # V3, which was undone, and the view that changed
    assert found(said) == [("unknown-type", "V3__c.sql")]
    assert [item["reason"] for item in said["summary"]["not_checked"]] == [
        "flyway_schema_history records 9, of which there is no file"
    ]
    write(tmp_path, {"db/V1__a.sql": b"-- a\n" + FIRST})
    assert ("edited-migration", "V1__a.sql") in found(check(run, folder / "db", database))


def test_goose_records_each_way(tmp_path: Path, database: Any, run: Run) -> None:
    up = b"-- +goose Up\n"
    folder = write(tmp_path, {"1_a.sql": up + FIRST, "2_b.sql": up + THIRD, "3_c.sql": up + SECOND})
    database.execute("CREATE TABLE goose_db_version (id int, version_id bigint, is_applied bool)")
    database.execute(
        "INSERT INTO goose_db_version VALUES (1, 0, true), (2, 1, true), (3, 2, true), (5, 3, true), (4, 2, false)"
    )
    said = check(run, folder, database)
    assert (said["summary"]["files"], said["summary"]["not_checked"]) == (1, [])
    assert found(said) == [("out-of-order-migration", "2_b.sql"), ("unknown-type", "2_b.sql")]
    assert said["summary"]["base"] == "the database"


def test_golang_migrate_records_the_last_one(tmp_path: Path, database: Any, run: Run) -> None:
    folder = write(tmp_path, {"01_a.up.sql": FIRST, "02_b.up.sql": SECOND, "10_c.up.sql": THIRD})
    database.execute("CREATE TABLE schema_migrations (version bigint, dirty bool)")
    database.execute("INSERT INTO schema_migrations VALUES (2, false)")
    assert found(check(run, folder, database)) == [("unknown-type", "10_c.up.sql")]


@pytest.mark.parametrize(
    ("runner", "table", "values", "files"),
    [
        (
            "sqlx",
            "_sqlx_migrations (version bigint, success bool, checksum bytea)",
            f"(1, true, '\\x{sha384(FIRST)}'), (2, true, '\\x00')",
            {"Cargo.toml": b"sqlx", "1_a.sql": FIRST, "2_b.sql": SECOND, "3_c.sql": THIRD},
        ),
        (
            "prisma",
            "_prisma_migrations (migration_name text, checksum text, finished_at timestamptz, rolled_back_at timestamptz)",
            f"('1_a', '{sha256(FIRST)}', now(), NULL), ('2_b', 'x', now(), NULL), ('3_c', 'x', now(), now())",
            {
                "migration_lock.toml": b"",
                "1_a/migration.sql": FIRST,
                "2_b/migration.sql": SECOND,
                "3_c/migration.sql": THIRD,
            },
        ),
        (
            "drizzle",
            "drizzle.__drizzle_migrations (hash text, created_at bigint)",
            f"('{sha256(FIRST)}', 1), ('x', 2), ('{sha256(b'SELECT 1;')}', 3)",
            {
                "meta/_journal.json": b'{"entries": [{"tag": "a"}, {"tag": "b"}, {"tag": "d"}, {"tag": "c"}]}',
                "a.sql": FIRST,
                "b.sql": SECOND,
                "d.sql": b"SELECT 1;",
                "c.sql": THIRD,
            },
        ),
    ],
)
def test_checksums(
    runner: str, table: str, values: str, files: dict[str, bytes], tmp_path: Path, database: Any, run: Run
) -> None:
    folder = write(tmp_path, files)
    database.execute("CREATE SCHEMA drizzle")
    database.execute(f"CREATE TABLE {table}")
    database.execute(f"INSERT INTO {table.partition(' ')[0]} VALUES {values}")
    said = check(run, folder, database)
    assert (said["summary"]["runner"], said["summary"]["files"]) == (runner, 1)
    suffix = "/migration.sql" if runner == "prisma" else ".sql"
    names = [f["file"].removeprefix(f"{folder}/").removesuffix(suffix) for f in said["findings"]]
    assert names == (["b", "c"] if runner == "drizzle" else ["2_b", "3_c"])
    assert [rule for rule, _ in found(said)] == ["edited-migration", "unknown-type"]


def test_without_a_record_or_with_files_all_is_checked(tmp_path: Path, database: Any, run: Run) -> None:
    folder = write(tmp_path, {"01_a.up.sql": FIRST, "02_b.up.sql": SECOND})
    assert check(run, folder, database)["summary"]["files"] == 2
    database.execute("CREATE TABLE schema_migrations (version bigint, dirty bool)")
    database.execute("INSERT INTO schema_migrations VALUES (2, false)")
    assert check(run, folder / "01_a.up.sql", database)["summary"]["files"] == 1


def test_a_record_that_may_not_be_read(tmp_path: Path, database: Any, run: Run) -> None:
    folder = write(tmp_path, {"01_a.up.sql": FIRST})
    role = f"nobody_{database.info.dbname}"
    database.execute("CREATE TABLE schema_migrations (version bigint, dirty bool)")
    database.execute(f"CREATE ROLE {role} LOGIN")
    try:
        ran = run("check", folder, "--dsn", dsn(database).replace(f"user={database.info.user}", f"user={role}"))
        assert ran.code == 2 and "schema_migrations" in ran.err and "may not be read: GRANT SELECT" in ran.err
    finally:
        database.execute(f"DROP ROLE {role}")
