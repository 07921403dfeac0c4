"""Migrations that are programs: Alembic, Django and Rails as they are, run by the frameworks themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Server

from schemalint.migrations.alembic import by_revision

Run = Any

ALEMBIC = {
    "aa11_users.py": """
revision = "aa11"
down_revision = None
def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
""",
    "00bb_index.py": """
revision: str = "00bb"
down_revision: str | None = "aa11"
def upgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY users_name ON users (name)")
    op.execute("ALTER TABLE users ADD COLUMN n int")
""",
    "cc33_wrong.py": """
revision = "cc33"
down_revision = "00bb"
def upgrade():
    op.execute("CREATE INDEX CONCURRENTLY users_n ON users (n)")
""",
}


@pytest.fixture
def alembic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, "-m", "alembic", "init", "db"], check=True, capture_output=True)
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace("driver://user:pass@localhost/dbname", "postgresql+psycopg://nowhere/x"))
    for name, text in ALEMBIC.items():
        (tmp_path / "db/versions" / name).write_text(f"from alembic import op\nimport sqlalchemy as sa\n{text}")
    return tmp_path


def errors(out: str) -> list[tuple[str, int, str]]:
    return [(f["file"], f["line"], f["sqlstate"]) for f in json.loads(out)["findings"] if f["severity"] == "error"]


def test_alembics_revisions_are_checked_in_their_order(alembic: Path, run: Run) -> None:
    ran = run("check", "db/versions", "--format", "json")
    assert (ran.code, json.loads(ran.out)["summary"]["runner"]) == (1, "alembic")
    assert errors(ran.out) == [("<SQL of db/versions/cc33_wrong.py>", 2, "25001")]


def test_revisions_before_the_named_one_are_history(alembic: Path, run: Run) -> None:
    ran = run("check", "db/versions/00bb_index.py", "--format", "json")
    assert (ran.code, json.loads(ran.out)["summary"]["files"]) == (0, 1)
    assert "the 1 migration of" in json.loads(ran.out)["catalog"]["source"]


def test_revisions_on_the_base_are_history(alembic: Path, run: Run) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    wrong = alembic / "db/versions/cc33_wrong.py"
    text = wrong.read_text()
    wrong.unlink()
    git("add", "db", "alembic.ini")
    git("commit", "-q", "-m", "a")
    wrong.write_text(text)
    first = alembic / "db/versions/aa11_users.py"
    first.write_text(first.read_text() + "# more\n")
    ran = run("check", "db/versions", "--base", "main", "--format", "json")
    said = json.loads(ran.out)
    assert said["summary"]["files"] == 1
    assert [f["rule"] for f in said["findings"]] == ["edited-migration", "not-in-transaction"]


def test_a_project_that_alembic_cannot_read_is_trouble(alembic: Path, run: Run) -> None:
    (alembic / "db/env.py").write_text("raise ValueError('no database here')\n")
    ran = run("check", "db/versions")
    assert ran.code == 2 and "alembic makes no SQL of the migrations" in ran.err and "no database here" in ran.err


def test_without_alembic_it_is_said_what_to_do(alembic: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", "/usr/bin/env")
    (alembic / "bin").mkdir()
    fake = alembic / "bin" / "python"
    fake.write_text("#!/bin/sh\necho 'python: No module named alembic' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    ran = run("check", "db/versions")
    assert ran.code == 2 and "alembic is not installed where schemalint runs; write the SQL with" in ran.err


def test_sections_keep_their_transactions() -> None:
    head = "BEGIN;\nCREATE TABLE v (\n    version_num VARCHAR(32)\n);\nCOMMIT;\n"
    each = "BEGIN;\n-- Running upgrade {0} -> {1}\nSELECT {2};\nUPDATE v SET version_num='{1}';\nCOMMIT;\n"
    text = head + each.format("", "a", 1) + each.format("a", "b", 2)
    assert by_revision(text) == [
        ("a", "BEGIN;\nCOMMIT;\nBEGIN;\nSELECT 1;\nCOMMIT;\n"),
        ("b", "BEGIN;\nSELECT 2;\nCOMMIT;\n"),
    ]
    one = "BEGIN;\n-- Running upgrade  -> a\nSELECT 1;\n-- Running upgrade a -> b\nSELECT 2;\nCOMMIT;\n"
    assert by_revision(one) == [("a", "BEGIN;\nSELECT 1;\nCOMMIT;\n"), ("b", "BEGIN;\nSELECT 2;\nCOMMIT;\n")]


MODELS = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("auth", "0001_initial")]
    operations = [
        migrations.CreateModel("Order", [
            ("id", models.BigAutoField(primary_key=True)),
            ("by", models.ForeignKey("auth.User", on_delete=models.CASCADE)),
        ]),
    ]
"""
WRONG = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON store_order (id)")]
"""


@pytest.fixture
def django(tmp_path: Path, server18: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with server18.database() as connection:
        info = connection.info
        database = {"NAME": info.dbname, "USER": info.user, "HOST": info.host, "PORT": str(info.port)}
        settings = {"default": {"ENGINE": "django.db.backends.postgresql", **database}}
        files = {
            "manage.py": 'import os, sys\nos.environ["DJANGO_SETTINGS_MODULE"] = "settings"\n'
            "from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
            "settings.py": f"SECRET_KEY = 'x'\nDATABASES = {settings!r}\n"
            "INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'store']\n",
            "store/__init__.py": "",
            "store/migrations/__init__.py": "",
            "store/migrations/0001_initial.py": MODELS,
            "store/migrations/0002_index.py": WRONG,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        yield tmp_path


def test_djangos_migrations_are_checked_with_those_of_other_apps_as_history(django: Path, run: Run) -> None:
    ran = run("check", "store/migrations", "--format", "json")
    said = json.loads(ran.out)
    assert (said["summary"]["runner"], said["summary"]["files"], said["summary"]["not_checked"]) == ("django", 2, [])
    assert errors(ran.out) == [("<SQL of store/migrations/0002_index.py>", 5, "25001")]


def test_a_django_without_its_database_is_trouble(django: Path, run: Run) -> None:
    settings = django / "settings.py"
    settings.write_text(settings.read_text() + "DATABASES['default']['HOST'] = '/nowhere'\n")
    ran = run("check", "store/migrations/0001_initial.py")
    assert ran.code == 2 and "django makes no SQL of the migrations" in ran.err and "OperationalError" in ran.err


@pytest.fixture
def rails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "db/migrate").mkdir(parents=True)
    (tmp_path / "Gemfile").write_text('gem "rails"\n')
    (tmp_path / "db/structure.sql").write_text("CREATE TABLE users (id bigint PRIMARY KEY);\n")
    (tmp_path / "db/migrate/20240101000000_a.rb").write_text("class A < ActiveRecord::Migration[8.0]\nend\n")
    return tmp_path


def test_rails_migrations_are_not_sql(rails: Path, run: Run) -> None:
    ran = run("check", "db/migrate")
    assert ran.code == 2 and "migrations in Ruby are not checked" in ran.err


def test_sql_of_a_rails_project_is_checked_on_its_structure(rails: Path, run: Run) -> None:
    (rails / "db/migrate/20240102000000_b.sql").write_text("ALTER TABLE users ADD COLUMN id int;\n")
    ran = run("check", "db/migrate", "--format", "json")
    said = json.loads(ran.out)
    assert said["catalog"]["source"] == "db/structure.sql"
    assert errors(ran.out) == [("db/migrate/20240102000000_b.sql", 1, "42701")]
    assert [item["reason"] for item in said["summary"]["not_checked"]] == ["a migration in Ruby is not checked"]
    assert run("check", "db/structure.sql").code == 0
