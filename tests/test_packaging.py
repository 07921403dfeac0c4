"""What is built holds what is needed: wheel and sdist bring the rules, their pages, the presets and the data."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
RULES = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "rules").rglob("*") if path.suffix in (".py", ".md")}


def build(target: str, source: Path, out: Path) -> Path:
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [made] = out.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", CHECKOUT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", CHECKOUT, tmp_path_factory.mktemp("wheel"))


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_rules_presets_and_data(wheel: Path) -> None:
    held = names(wheel)
    assert {f"schemalint/{name}" for name in RULES} <= held
    assert {"schemalint/presets/supabase.sql", "schemalint/py.typed"} <= held
    assert any(name.startswith("schemalint/catalog/builtins/v18/") for name in held)
    assert any(name.startswith("schemalint/catalog/queries/") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "rules/", "fixtures/")) or "__pycache__" in name]


def test_a_wheel_from_the_sdist_is_the_same(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    [source] = (tmp_path / "source").iterdir()
    assert {name for name in RULES if (source / name).is_file()} == RULES
    assert names(build("wheel", source, tmp_path / "out")) == names(wheel)


def test_the_wheels_program_finds_its_rules(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = tmp_path / "a.sql"
    script.write_text("SELECT nothing;")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); from schemalint.cli.main import main; main()"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *args]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    listed = run("rules", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.count('"name"') == sum(name.endswith(".md") for name in RULES)
    checked = run("check", str(script))
    assert checked.returncode == 1, checked.stderr
    assert "there is no column nothing" in checked.stdout
