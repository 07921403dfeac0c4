"""What the command line prints on the TSRC case, to the letter. `pytest tests/cli --bless` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from servers import CHECKOUT

GOLDEN = Path(__file__).resolve().parent / "golden"
TSRC = "fixtures/projects/tsrc"
CASES = {
    "tsrc.txt": ["check", f"{TSRC}/migrations", "--catalog", f"{TSRC}/catalog.sql"],
    "tsrc.json": ["check", f"{TSRC}/migrations", "--catalog", f"{TSRC}/catalog.sql", "--format", "json"],
    "tsrc.concise": ["check", f"{TSRC}/migrations", "--catalog", f"{TSRC}/catalog.sql", "--format", "concise"],
    "tsrc.plan": ["plan", f"{TSRC}/migrations", "--catalog", f"{TSRC}/catalog.sql"],
    "tsrc_fixed.txt": ["check", f"{TSRC}/migrations_fixed", "--catalog", f"{TSRC}/catalog.sql"],
    "probe.txt": ["check", "fixtures/probes/faulty/fk_to_a_uuid.sql", "--catalog", "fixtures/probes/catalog.sql"],
}


@pytest.mark.parametrize("name", CASES)
def test_output_is_as_blessed(name, run, request, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(CHECKOUT)
    ran = run(*CASES[name])
    assert ran.err == ""
    assert ran.code == (0 if "fixed" in name else 1)
    if request.config.getoption("--bless"):
        (GOLDEN / name).write_text(ran.out)
    assert ran.out == (GOLDEN / name).read_text()


def test_two_runs_say_the_same(run, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(CHECKOUT)
    assert run(*CASES["tsrc.json"]).out == run(*CASES["tsrc.json"]).out


def test_json_has_what_is_promised(run, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(CHECKOUT)
    found = json.loads(run(*CASES["tsrc.json"]).out)
    assert list(found) == ["schemalint", "catalog", "summary", "findings"]
    assert list(found["catalog"]) == ["source", "server_version", "closed"]
    assert list(found["summary"]) == ["files", "statements", "errors", "warnings", "infos", "not_checked"]
    assert found["summary"]["errors"] == sum(f["severity"] == "error" for f in found["findings"])
    for finding in found["findings"]:
        assert list(finding) == [
            "rule", "category", "severity", "sqlstate", "message", "help", "file", "line", "column", "end_line",
            "end_column", "statement", "labels", "notes", "fix",
        ]  # fmt: skip
        text = (CHECKOUT / finding["file"]).read_text()
        for edit in finding["fix"]["edits"] if finding["fix"] is not None else ():
            assert set(edit) == {"start", "end", "text"}
            assert 0 <= edit["start"] <= edit["end"] <= len(text)
