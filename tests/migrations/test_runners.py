"""Each runner's layout: recognised, in its order, its ways back left out, and each part in its transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.errors import UserError
from schemalint.migrations.checksums import crc32_of_lines, sha256, sha384
from schemalint.migrations.detect import RUNNERS, detect, in_runners_order, load_runner
from schemalint.migrations.runner import recorded_as

UP = "CREATE TABLE a (id int);\n"
TWO = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n"
ALONE = "CREATE INDEX CONCURRENTLY i ON a (id);\n"

LAYOUTS: dict[str, tuple[dict[str, str], list[str]]] = {
    # name of the case: (path -> text, the paths that lead forward in order)
    "supabase": (
        {
            "supabase/config.toml": "",
            "supabase/migrations/20240102000000_b.sql": UP,
            "supabase/migrations/20240101000000_a.sql": UP,
            "supabase/migrations/notes.sql": UP,
        },
        ["supabase/migrations/20240101000000_a.sql", "supabase/migrations/20240102000000_b.sql"],
    ),
    "flyway": (
        {"db/V10__c.sql": UP, "db/V1.2__b.sql": UP, "db/V1_1__a.sql": UP, "db/U10__c.sql": UP, "db/R__view.sql": UP},
        ["db/V1_1__a.sql", "db/V1.2__b.sql", "db/V10__c.sql", "db/R__view.sql"],
    ),
    "liquibase": ({"changes/a.sql": f"--liquibase formatted sql\n--changeset me:1\n{UP}"}, ["changes/a.sql"]),
    "liquibase master": (
        {
            "db/changelog/db.changelog-master.yaml": "databaseChangeLog:\n  - include:\n      file: db/changelog/late.sql\n"
            "  - include:\n      file: more.xml\n      relativeToChangelogFile: true\n",
            "db/changelog/more.xml": '<databaseChangeLog><includeAll path="more/"/></databaseChangeLog>',
            "db/changelog/late.sql": f"--liquibase formatted sql\n--changeset me:1\n{UP}",
            "db/changelog/early.sql": f"--liquibase formatted sql\n--changeset me:2\n{UP}",
            "db/changelog/more/b.sql": f"--liquibase formatted sql\n--changeset me:3\n{UP}",
            "db/changelog/more/a.sql": f"--liquibase formatted sql\n--changeset me:4\n{UP}",
        },
        ["db/changelog/late.sql", "db/changelog/more/a.sql", "db/changelog/more/b.sql"],
    ),
    "dbmate": (
        {"db/migrations/20240101_a.sql": f"-- migrate:up\n{UP}-- migrate:down\nDROP TABLE a;\n"},
        ["db/migrations/20240101_a.sql"],
    ),
    "golang-migrate": (
        {"m/10_b.up.sql": UP, "m/10_b.down.sql": UP, "m/9_a.up.sql": UP, "m/9_a.down.sql": UP},
        ["m/9_a.up.sql", "m/10_b.up.sql"],
    ),
    "goose": (
        {"m/10_b.sql": f"-- +goose Up\n{UP}", "m/9_a.sql": f"-- +goose Up\n{UP}-- +goose Down\nDROP TABLE a;\n"},
        ["m/9_a.sql", "m/10_b.sql"],
    ),
    "sqlx": (
        {"Cargo.toml": '[dependencies]\nsqlx = "0.8"\n', "migrations/2_b.up.sql": UP, "migrations/1_a.sql": UP},
        ["migrations/1_a.sql", "migrations/2_b.up.sql"],
    ),
    "diesel": (
        {
            "diesel.toml": "",
            "migrations/2024-01-02-000000_b/up.sql": UP,
            "migrations/2024-01-02-000000_b/down.sql": UP,
            "migrations/00000000000000_diesel_initial_setup/up.sql": UP,
        },
        ["migrations/00000000000000_diesel_initial_setup/up.sql", "migrations/2024-01-02-000000_b/up.sql"],
    ),
    "prisma": (
        {
            "prisma/migrations/migration_lock.toml": "",
            "prisma/migrations/20240102000000_b/migration.sql": UP,
            "prisma/migrations/20240101000000_a/migration.sql": UP,
            "prisma/migrations/20240101000000_a/down.sql": UP,
        },
        ["prisma/migrations/20240101000000_a/migration.sql", "prisma/migrations/20240102000000_b/migration.sql"],
    ),
    "drizzle": (
        {
            "drizzle/meta/_journal.json": '{"entries": [{"idx": 0, "tag": "late"}, {"idx": 1, "tag": "early"}]}',
            "drizzle/early.sql": UP,
            "drizzle/late.sql": UP,
            "drizzle/dropped.sql": UP,
        },
        ["drizzle/late.sql", "drizzle/early.sql"],
    ),
    "drizzle folders": (
        {"out/20240101_a/migration.sql": UP, "out/20240101_a/snapshot.json": "{}"},
        ["out/20240101_a/migration.sql"],
    ),
    "node-pg-migrate": (
        {"migrations/1700000000000_a.sql": f"-- Down Migration\nDROP TABLE a;\n-- Up Migration\n{UP}"},
        ["migrations/1700000000000_a.sql"],
    ),
    "atlas": ({"migrations/atlas.sum": "h1:", "migrations/20240101_a.sql": UP}, ["migrations/20240101_a.sql"]),
    "hasura": (
        {
            "config.yaml": "version: 3\nmetadata_directory: metadata\n",
            "migrations/default/1700000000000_a/up.sql": UP,
            "migrations/default/1700000000000_a/down.sql": UP,
        },
        ["migrations/default/1700000000000_a/up.sql"],
    ),
    "sql-migrate": (
        {"m/10_b.sql": f"-- +migrate Up\n{UP}", "m/9_a.sql": f"-- +migrate Up\n{UP}-- +migrate Down\nDROP TABLE a;\n"},
        ["m/9_a.sql", "m/10_b.sql"],
    ),
    "tern": (
        {"m/001_a.sql": f"{UP}---- create above / drop below ----\nDROP TABLE a;\n", "m/002_b.sql": UP},
        ["m/001_a.sql", "m/002_b.sql"],
    ),
    "pop": (
        {"m/2_b.postgres.autocommit.up.sql": UP, "m/1_a.up.sql": UP, "m/1_a.down.sql": UP, "m/2_b.mysql.up.sql": UP},
        ["m/1_a.up.sql", "m/2_b.postgres.autocommit.up.sql"],
    ),
    "sqitch": (
        {
            "sqitch.plan": "%project=x\n\nusers 2024-01-01T00:00:00Z A <a@b> # u\nadded [users] 2024-01-02T00:00:00Z A <a@b>\n",
            "deploy/added.sql": UP,
            "deploy/users.sql": UP,
            "revert/users.sql": UP,
            "verify/users.sql": "SELECT 1;",
        },
        ["deploy/users.sql", "deploy/added.sql"],
    ),
    "alembic": ({"out/all.sql": f"BEGIN;\n-- Running upgrade  -> a1\n{UP}COMMIT;\n"}, ["out/all.sql"]),
    "rails": (
        {"Gemfile": 'gem "rails"\n', "db/sql/2_b.sql": UP, "db/sql/1_a.sql": UP},
        ["db/sql/1_a.sql", "db/sql/2_b.sql"],
    ),
    "plain": ({"sql/2_b.sql": UP, "sql/1_a.sql": UP}, ["sql/1_a.sql", "sql/2_b.sql"]),
}


def test_every_runner_has_a_layout() -> None:
    assert {case.split()[0] for case in LAYOUTS} == set(RUNNERS) - {
        "django"
    }  # which has no SQL: tests/cli/test_frameworks.py


@pytest.mark.parametrize("case", LAYOUTS)
def test_layout_is_recognised_and_in_order(case: str, tmp_path: Path) -> None:
    files, expected = LAYOUTS[case]
    (tmp_path / ".git").mkdir()
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = sorted(tmp_path.rglob("*.sql"), reverse=True)
    runner = detect(found)
    assert runner.name == case.split()[0]
    forward, _ = in_runners_order(runner, found)
    assert [path.relative_to(tmp_path).as_posix() for path in forward] == expected


def test_an_unknown_runner_is_refused() -> None:
    with pytest.raises(UserError, match="unknown runner dbmat; did you mean dbmate"):
        load_runner("dbmat")


CASES = [
    # runner, file name, text, (text of the part, in a transaction) of each part that leads forward
    ("supabase", "1_a.sql", TWO, [(TWO, True)]),
    ("supabase", "1_a.sql", ALONE, [(ALONE, False)]),
    ("supabase", "1_a.sql", ALONE + TWO, [(ALONE, False), (TWO, True)]),
    ("supabase", "1_a.sql", f"BEGIN;\n{TWO}COMMIT;\n", [(f"BEGIN;\n{TWO}COMMIT;\n", False)]),
    ("flyway", "V1__a.sql", UP, [(UP, True)]),
    ("flyway", "V1__a.sql", ALONE, [(ALONE, False)]),
    ("flyway", "V1__a.sql", f"-- not VACUUM\n{UP}", [(f"-- not VACUUM\n{UP}", True)]),
    ("dbmate", "1.sql", f"-- migrate:up\n{UP}-- migrate:down\nDROP TABLE a;\n", [(f"-- migrate:up\n{UP}", True)]),
    (
        "dbmate",
        "1.sql",
        f"-- migrate:up transaction:false\n{ALONE}-- migrate:down\n",
        [(f"-- migrate:up transaction:false\n{ALONE}", False)],
    ),
    (
        "dbmate",
        "1.sql",
        f"-- migrate:up transaction:false\n{TWO}",
        [(f"-- migrate:up transaction:false\n{TWO}", True)],
    ),
    ("golang-migrate", "1_a.up.sql", UP, [(UP, False)]),
    ("golang-migrate", "1_a.up.sql", TWO, [(TWO, True)]),
    ("goose", "1_a.sql", f"-- +goose Up\n{UP}-- +goose Down\n", [(f"-- +goose Up\n{UP}", True)]),
    (
        "goose",
        "1_a.sql",
        f"-- +goose NO TRANSACTION\n-- +goose up\n{TWO}",
        [(f"-- +goose up\n{TWO}", False)],
    ),
    ("sqlx", "1_a.sql", UP, [(UP, True)]),
    ("sqlx", "1_a.sql", f"-- no-transaction\n{ALONE}", [(f"-- no-transaction\n{ALONE}", False)]),
    ("diesel", "1_a/up.sql", UP, [(UP, True)]),
    ("hasura", "1_a/up.sql", UP, [(UP, True)]),
    ("prisma", "1_a/migration.sql", TWO, [(TWO, True)]),
    ("prisma", "1_a/migration.sql", ALONE + ALONE, [(ALONE + ALONE, False)]),
    ("drizzle", "a.sql", f"{UP}--> statement-breakpoint\n", [(f"{UP}--> statement-breakpoint\n", True)]),
    ("node-pg-migrate", "1_a.sql", UP, [(UP, True)]),
    (
        "node-pg-migrate",
        "1_a.sql",
        f"-- Down Migration\nDROP TABLE a;\n-- Up Migration\n{UP}",
        [(f"-- Up Migration\n{UP}", True)],
    ),
    ("atlas", "1_a.sql", f"-- atlas:txmode none\n\n{TWO}", [(f"-- atlas:txmode none\n\n{TWO}", False)]),
    ("atlas", "1_a.sql", UP, [(UP, True)]),
    (
        "sql-migrate",
        "1_a.sql",
        f"-- +migrate Up notransaction\n{TWO}",
        [(f"-- +migrate Up notransaction\n{TWO}", False)],
    ),
    ("sql-migrate", "1_a.sql", f"-- +migrate Up\n{UP}-- +migrate Down\n", [(f"-- +migrate Up\n{UP}", True)]),
    ("tern", "1_a.sql", f"{UP}---- create above / drop below ----\nDROP TABLE a;\n", [(UP, True)]),
    ("tern", "1_a.sql", f"---- tern: disable-tx ----\n{TWO}", [(f"---- tern: disable-tx ----\n{TWO}", False)]),
    ("pop", "1_a.up.sql", UP, [(UP, True)]),
    ("pop", "1_a.postgres.autocommit.up.sql", UP, [(UP, False)]),
    ("sqitch", "deploy/a.sql", TWO, [(TWO, False)]),
    ("plain", "a.sql", TWO, [(TWO, False)]),
    ("plain", "a.sql", f"-- migrate:up\n{UP}-- migrate:down\n", [(f"-- migrate:up\n{UP}", True)]),
    (
        "liquibase",
        "a.sql",
        "--liquibase formatted sql\n"
        "--changeset me:1\nCREATE TABLE a (id int);\n--rollback DROP TABLE a;\n"
        "--changeset me:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON a (id);\n"
        "--changeset me:3 dbms:oracle\nCREATE TABLE b (id number);\n",
        [
            ("--changeset me:1\nCREATE TABLE a (id int);\n--rollback DROP TABLE a;\n", True),
            ("--changeset me:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON a (id);\n", False),
        ],
    ),
]


@pytest.mark.parametrize(
    ("runner", "name", "text", "parts"), CASES, ids=lambda value: value if value in RUNNERS else ""
)
def test_parts_and_their_transactions(
    runner: str, name: str, text: str, parts: list[tuple[str, bool]], tmp_path: Path
) -> None:
    script = load_runner(runner).read(tmp_path / name, text)
    assert [(text[part.start : part.end].lstrip(), part.transaction) for part in script.up] == parts


def test_ways_back_have_their_own_parts() -> None:
    text = f"-- migrate:up\n{UP}-- migrate:down\nDROP TABLE a;\n"
    (down,) = load_runner("dbmate").read(Path("1.sql"), text).down
    assert text[down.start : down.end] == "-- migrate:down\nDROP TABLE a;\n"


def test_options_in_files_beside(tmp_path: Path) -> None:
    (tmp_path / "V1__a.sql.conf").write_text("executeInTransaction=false\n")
    assert [p.transaction for p in load_runner("flyway").read(tmp_path / "V1__a.sql", UP).up] == [False]
    (tmp_path / "metadata.toml").write_text("run_in_transaction = false\n")
    assert [p.transaction for p in load_runner("diesel").read(tmp_path / "up.sql", UP).up] == [False]


LEDGER = [
    # runner, path, what its ledger calls it
    ("supabase", "supabase/migrations/20240101000000_a.sql", "20240101000000"),
    ("flyway", "db/V1_2.0__a.sql", "1.2"),
    ("golang-migrate", "m/0007_a.up.sql", "7"),
    ("diesel", "m/2024-01-02-000000_b/up.sql", "20240102000000"),
    ("prisma", "prisma/migrations/20240101000000_a/migration.sql", "20240101000000_a"),
    ("node-pg-migrate", "migrations/1700000000000_a-b.sql", "1700000000000_a-b"),
    ("sql-migrate", "m/1_a.sql", "1_a.sql"),
    ("sqitch", "deploy/users.sql", "users"),
    ("hasura", "migrations/default/1700000000000_a/up.sql", None),
]


@pytest.mark.parametrize(("runner", "path", "recorded"), LEDGER)
def test_what_the_ledger_calls_a_migration(runner: str, path: str, recorded: str | None) -> None:
    assert recorded_as(load_runner(runner), Path(path)) == recorded


def test_checksums_are_those_of_the_runners() -> None:
    # CRC-32 of "123456789" is the check value of the algorithm's catalogue; lines are fed to it without their ends
    assert crc32_of_lines(b"\xef\xbb\xbf12345\r\n6789") == str(0xCBF43926 - (1 << 32))
    assert crc32_of_lines(b"12345\n6789\n") == crc32_of_lines(b"12345\r6789")
    assert sha256(b"abc").startswith("ba7816bf")
    assert sha384(b"abc").startswith("cb00753f")


@pytest.mark.parametrize("name", [name for name in RUNNERS if name != "plain"])
def test_a_runner_says_how_to_leave_its_transaction(name: str) -> None:
    said = load_runner(name).leave_transaction
    assert said and said[0].islower() and not said.endswith(".")
