"""What CI systems and hooks run: the steps of the action are executed, the commands of the templates are tried."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from servers import CHECKOUT

Run = Any


def block(path: str, name: str) -> str:
    """The script of an action's step, by the step's name; YAML without a library."""
    text = (CHECKOUT / path).read_text()
    step = text[text.index(f"- name: {name}\n") :]
    found = re.search(r"\n( +)run: (?:\|\n((?:\1  .*\n|\n)+)|(.*)\n)", step)
    assert found is not None
    return found[3] or re.sub(rf"^{found[1]}  ", "", found[2], flags=re.MULTILINE)


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The environment of a step, with the program where the first step installs it."""
    program = tmp_path / "schemalint" / "bin" / "schemalint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m schemalint "$@"\n')
    program.chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "SCHEMALINT_", "CI"))}
    places = {k: str(tmp_path / k.lower()) for k in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    inputs = {"INPUT_PATHS": "m", "INPUT_ARGS": "", "INPUT_DSN": ""}
    return {**kept, **places, **inputs, "RUNNER_TEMP": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}


def step(script: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("sql", "args", "code"), [("SELECT 1;", "", 0), ("SELECT b;", "", 1), ("", "--no-such", 2)])
def test_the_actions_steps(tmp_path: Path, runner: dict[str, str], sql: str, args: str, code: int) -> None:
    folder = tmp_path / "work"
    (folder / "m").mkdir(parents=True)
    (folder / "m" / "a.sql").write_text(sql)
    checked = step(block("action.yml", "Check"), folder, {**runner, "INPUT_ARGS": args})
    assert checked.returncode == 0, checked.stderr
    outputs = dict(line.split("=", 1) for line in Path(runner["GITHUB_OUTPUT"]).read_text().splitlines())
    assert outputs["code"] == str(code)
    assert step(block("action.yml", "Result"), folder, {**runner, "CODE": outputs["code"]}).returncode == code
    if code < 2:
        assert Path(runner["GITHUB_STEP_SUMMARY"]).read_text().startswith("## schemalint")
        assert len(json.loads(Path(outputs["sarif-file"]).read_text())["runs"][0]["results"]) == code
        assert ("::error file=m/a.sql,line=1" in checked.stdout) == bool(code)


def test_inputs_are_never_written_into_a_script() -> None:
    for name in ("Install", "Check", "Result"):
        assert "${{" not in block("action.yml", name)


def test_the_templates_command_is_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CHECKOUT / "docs" / "ci" / "gitlab.yml").read_text()
    script = text.partition("  script:")[2].partition("  artifacts:")[0]
    command = " ".join(script[script.index("schemalint check") :].split())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.sql").write_text("SELECT b;\n")
    words = command.replace("$SCHEMALINT_PATHS", "m").replace("$SCHEMALINT_ARGS", "").split()
    assert run(*words[1:]).code == 1
    for name in ("gl-code-quality-report.json", "schemalint.xml"):
        assert name in text.partition("artifacts:")[2] and (tmp_path / name).is_file()


def test_hooks_are_commands_of_this_program(run: Run, tmp_path: Path) -> None:
    text = (CHECKOUT / ".pre-commit-hooks.yaml").read_text()
    assert re.findall(r"^- id: (.*)$", text, re.MULTILINE) == ["schemalint", "schemalint-database"]
    (tmp_path / "a.sql").write_text("SELECT 1;\n")
    for entry in re.findall(r"^  entry: schemalint (.*)$", text, re.MULTILINE):
        assert run(*entry.split(), tmp_path / "a.sql").code == 0
    [pattern] = set(re.findall(r"^  exclude: '(.*)'$", text, re.MULTILINE))
    assert [bool(re.search(pattern, n)) for n in ("m/1_a.down.sql", "m/1/down.sql", "m/slow_down.sql", "m/1_a.sql")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert set(re.findall(r'"(sqlglot.*)"', text)) <= set(
        re.findall(r'"(sqlglot.*)"', (CHECKOUT / "pyproject.toml").read_text())
    )
