"""--base: what is not on the revision is checked, what is there is history, and what is wrong with the files is said."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("no_ci")


@pytest.fixture
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)


class Repository:
    """A repository with main and a branch that is worked on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        ran = subprocess.run(["git", *who, *args], cwd=self.path, check=True, capture_output=True, text=True)
        return ran.stdout

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)

    def commit(self, files: dict[str, str]) -> None:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "more")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = Repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    made.commit(
        {"migrations/001_a.sql": "CREATE TABLE a (id int);\n", "migrations/002_b.sql": "CREATE TABLE b (id int);\n"}
    )
    made.git("checkout", "-q", "-b", "work")
    return made


def found(out: str) -> list[tuple[str, str]]:
    return [(f["rule"], f["file"]) for f in json.loads(out)["findings"]]


Run = Callable[..., Any]


def test_only_what_is_new_is_checked_and_the_rest_is_history(repository: Repository, run: Run) -> None:
    repository.commit({"migrations/003_c.sql": "ALTER TABLE a ADD COLUMN n int;\n"})
    repository.write({"migrations/004_d.sql": "ALTER TABLE a ADD COLUMN m nope;\n"})  # not even added
    ran = run("check", "migrations", "--base", "main", "--format", "json")
    assert ran.code == 1
    assert found(ran.out) == [("unknown-type", "migrations/004_d.sql")]
    said = json.loads(ran.out)
    assert said["summary"]["files"] == 2
    assert said["summary"]["base"] == "main"
    assert "the 2 migrations of migrations before" in said["catalog"]["source"]


def test_files_that_are_named_are_left_out_when_they_are_on_the_base(repository: Repository, run: Run) -> None:
    repository.write({"migrations/003_c.sql": "ALTER TABLE a ADD COLUMN n int;\n"})
    ran = run("check", "migrations/002_b.sql", "migrations/003_c.sql", "--base", "main", "--format", "json")
    assert (ran.code, json.loads(ran.out)["summary"]["files"]) == (0, 1)


def test_nothing_new_is_no_finding(repository: Repository, run: Run) -> None:
    ran = run("check", "migrations", "--base", "main")
    assert ran.code == 0
    assert "Checked 0 statements in 0 files (what is not on main)" in ran.out


def test_edited_and_deleted_migrations_are_reported(repository: Repository, run: Run) -> None:
    repository.write({"migrations/001_a.sql": "CREATE TABLE a (id bigint);\n"})
    (repository.path / "migrations/002_b.sql").unlink()
    ran = run("check", "migrations", "--base", "main", "--format", "json")
    assert found(ran.out) == [
        ("edited-migration", "migrations/001_a.sql"),
        ("edited-migration", "migrations/002_b.sql"),
    ]
    assert ran.code == 0  # a warning: this runner keeps no checksums
    assert run("check", "migrations", "--base", "main", "--ignore", "edited-migration").out.endswith("Nothing found.\n")


def test_an_edited_migration_is_an_error_where_the_runner_keeps_checksums(repository: Repository, run: Run) -> None:
    repository.commit(
        {"db/V1__a.sql": "CREATE TABLE v (id int);\n", "db/R__v.sql": "CREATE VIEW w AS SELECT 1 AS c;\n"}
    )
    repository.git("branch", "-f", "main")
    repository.write(
        {"db/V1__a.sql": "-- a\nCREATE TABLE v (id int);\n", "db/R__v.sql": "CREATE VIEW w AS SELECT 2 AS c;\n"}
    )
    ran = run("check", "db", "--base", "main", "--format", "json")
    assert ran.code == 1
    assert found(ran.out) == [("edited-migration", "db/V1__a.sql")]
    assert json.loads(ran.out)["summary"]["files"] == 1  # the repeatable one runs again


def test_what_the_base_has_got_since_collides(repository: Repository, run: Run) -> None:
    up, down = "CREATE TABLE {} (id int);\n", "DROP TABLE {};\n"
    repository.git("checkout", "-q", "main")
    repository.commit(
        {
            f"m/{n}.{way}.sql": (up if way == "up" else down).format(n)
            for n in ("1_x", "3_y", "5_w")
            for way in ("up", "down")
        }
    )
    repository.git("checkout", "-q", "work")
    repository.write(
        {f"m/{n}.{way}.sql": (up if way == "up" else down).format(n) for n in ("3_z", "4_o") for way in ("up", "down")}
    )
    ran = run("check", "m", "--base", "main", "--format", "json")
    assert ("version-collision", "m/3_z.up.sql") in found(ran.out)
    assert ("out-of-order-migration", "m/4_o.up.sql") in found(ran.out)
    assert json.loads(ran.out)["summary"]["runner"] == "golang-migrate"


def test_pairs(repository: Repository, run: Run) -> None:
    repository.write({"m/1_a.up.sql": "SELECT 1;\n", "m/1_a.down.sql": "SELECT 1;\n", "m/2_b.up.sql": "SELECT 1;\n"})
    ran = run("check", "m", "--select", "unpaired-migration", "--format", "json")
    assert found(ran.out) == [("unpaired-migration", "m/2_b.up.sql")]


def test_dbmate_wants_a_way_back(repository: Repository, run: Run) -> None:
    repository.write({"m/1_a.sql": "-- migrate:up\nSELECT 1;\n"})
    assert "dbmate refuses a file without a part that leads back" in run("check", "m").out


def test_the_version_of_two_files(repository: Repository, run: Run) -> None:
    repository.write({"db/V1__a.sql": "SELECT 1;\n", "db/V1.0__b.sql": "SELECT 1;\n"})
    ran = run("check", "db")
    assert (ran.code, "version 1 is also that of" in ran.out) == (1, True)


def test_ci_names_the_base(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write({"migrations/003_c.sql": "ALTER TABLE a ADD COLUMN n nope;\n"})
    assert run("check").code == 2
    monkeypatch.setenv("CI", "true")
    assert run("check").code == 2
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", repository.git("rev-parse", "main").strip())
    ran = run("check", "--format", "json")
    assert found(ran.out) == [("unknown-type", "migrations/003_c.sql")]
    monkeypatch.delenv("CI_MERGE_REQUEST_DIFF_BASE_SHA")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert "git knows no revision origin/main" in run("check").err
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    assert found(run("check", "--format", "json").out) == [("unknown-type", "migrations/003_c.sql")]


@pytest.mark.parametrize("rev", ["nope", "--upload-pack=x", ""])
def test_an_unknown_revision_is_refused(rev: str, repository: Repository, run: Run) -> None:
    ran = run("check", "migrations", f"--base={rev}")
    assert (ran.code, ran.out) == (2, "")
    assert f"git knows no revision {rev}" in ran.err


def test_without_git_or_a_repository(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.path))
    assert "there is no git to ask" in run("check", "migrations", "--base", "main").err
    monkeypatch.undo()
    (repository.path / ".git").rename(repository.path / "elsewhere")
    ran = run("check", repository.path / "migrations", "--base", "main")
    assert (ran.code, "is not in a git repository" in ran.err) == (2, True)


def test_the_runner_is_shown_and_may_be_named(repository: Repository, run: Run) -> None:
    text = "-- migrate:up\nCREATE INDEX CONCURRENTLY i ON a (id);\n-- migrate:down\nDROP INDEX i;\n"
    repository.write({"db/migrations/001_a.sql": "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\n"})
    repository.write({"db/migrations/002_b.sql": text})
    ran = run("check", "db/migrations")
    assert ran.code == 1
    assert "runner: dbmate" in ran.out
    assert "25001" in ran.out
    assert "runner: atlas" in run("check", "db/migrations", "--runner", "atlas").out
    (repository.path / "schemalint.toml").write_text('runner = "tern"\n')
    assert "runner: tern" in run("check", "db/migrations").out
    assert "did you mean dbmate?" in run("check", "db/migrations", "--runner", "dbmat").err


def test_each_changeset_has_its_transaction(repository: Repository, run: Run) -> None:
    text = (
        "--liquibase formatted sql\n"
        "--changeset me:1\nCREATE TABLE a (id int);\n"
        "--changeset me:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON a (id);\n"
        "--changeset me:3\nCREATE INDEX CONCURRENTLY j ON a (id);\n"
    )
    repository.write({"c/a.sql": text})
    ran = run("check", "c", "--format", "json", "--fail-on", "error")
    errors = [(f["line"], f["sqlstate"]) for f in json.loads(ran.out)["findings"] if f["severity"] == "error"]
    assert errors == [(7, "25001")]


def test_an_earlier_file_is_found_in_the_runners_order(repository: Repository, run: Run) -> None:
    repository.write({"p/migration_lock.toml": "", "p/2_b/migration.sql": "ALTER TABLE a ADD COLUMN n int;\n"})
    repository.write({"p/1_a/migration.sql": "CREATE TABLE a (id int);\n"})
    ran = run("check", "p/2_b/migration.sql")
    assert ran.code == 0
    assert "the 1 migration of p before" in ran.out


def test_a_whole_history_without_a_base_says_that_all_tables_count_as_new(run: Any, repository: Repository) -> None:
    repository.commit({"migrations/003_c.sql": "ALTER TABLE b DROP COLUMN id;\n"})
    whole, since = run("check", "migrations"), run("check", "migrations", "--base", "main")
    assert "every table counts as new" in " ".join(whole.out.split()) and "dropped-column" not in whole.out
    assert "counts as new" not in " ".join(since.out.split()) and "dropped-column" in since.out


def test_a_changeset_more_is_no_edit(repository: Repository, run: Run) -> None:
    one = "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE a (id bigint PRIMARY KEY);\n"
    repository.commit({"c/a.sql": one})
    repository.git("branch", "-f", "main")
    repository.write({"c/a.sql": f"{one}--changeset me:2\nALTER TABLE a ADD COLUMN n nope;\n"})
    ran = run("check", "c", "--base", "main", "--format", "json")
    assert found(ran.out) == [("unknown-type", "c/a.sql")]
    assert "as if it were new" in json.loads(ran.out)["summary"]["not_checked"][0]["reason"]
    repository.write({"c/a.sql": one.replace("bigint", "int")})
    assert ("edited-migration", "c/a.sql") in found(run("check", "c", "--base", "main", "--format", "json").out)
