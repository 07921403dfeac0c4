"""What is wrong with migrations as files: copies, numbers that are left out, lists of checksums."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from schemalint.cli.selection import select_files

FIRST = "CREATE TABLE a (id bigint PRIMARY KEY);\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def found(folder: Path, *names: str) -> list[tuple[str, str]]:
    paths = tuple(str(folder / name) for name in names) or (str(folder),)
    return [(d.rule, Path(d.source.name).name) for d in select_files(paths, None).findings]


def test_a_number_that_is_left_out(folder: Path) -> None:
    counted = {f"{n}_t.up.sql": f"CREATE TABLE t{n} (id int);\n" for n in (1, 2, 3, 4, 6)}
    write(folder, counted)
    assert found(folder, "6_t.up.sql") == [("version-gap", "6_t.up.sql")]
    write(folder, {"5_t.up.sql": "CREATE TABLE t5 (id int);\n"})
    assert found(folder, "6_t.up.sql") == []
    (folder / "2_t.up.sql").unlink()
    write(folder, {"9_t.up.sql": "CREATE TABLE t9 (id int);\n"})
    assert found(folder, "9_t.up.sql") == []  # the others have gaps, too


def test_points_in_time_leave_nothing_out(folder: Path) -> None:
    write(folder, {f"2024010100000{n}_t.up.sql": f"CREATE TABLE t{n} (id int);\n" for n in (1, 2, 3, 6)})
    assert found(folder, "20240101000006_t.up.sql") == []


def test_copies(folder: Path) -> None:
    write(folder, {"1_a.sql": FIRST, "2_b.sql": "SELECT 1;\n", "3_c.sql": FIRST, "4_d.sql": FIRST.replace("a", "b")})
    assert found(folder, "3_c.sql") == [("duplicate-migration", "3_c.sql")]
    assert found(folder, "4_d.sql") == []
    assert found(folder) == [("duplicate-migration", "3_c.sql")]


def test_ways_back_may_be_the_same(folder: Path) -> None:
    write(
        folder, {f"{n}_a.{way}.sql": f"SELECT {n if way == 'up' else 0};\n" for n in (1, 2) for way in ("up", "down")}
    )
    assert found(folder) == []


def atlas_sum(folder: Path) -> str:
    """By hand, file by file: base64 of the SHA-256 of all names and texts up to a file."""
    from base64 import b64encode
    from hashlib import sha256

    lines, data = ["h1:of the lines below"], b""
    for path in sorted(folder.glob("*.sql")):
        data += path.name.encode() + path.read_bytes()
        lines.append(f"{path.name} h1:{b64encode(sha256(data).digest()).decode()}")
    return "\n".join(lines) + "\n"


def test_atlas_sum(folder: Path) -> None:
    write(folder, {"1_a.sql": FIRST, "2_b.sql": "SELECT 1;\n"})
    write(folder, {"atlas.sum": atlas_sum(folder)})
    assert found(folder) == []
    write(folder, {"3_c.sql": "SELECT 3;\n"})
    assert found(folder) == [("checksum-mismatch", "3_c.sql")]
    write(folder, {"1_a.sql": f"-- a\n{FIRST}"})
    assert found(folder) == [("checksum-mismatch", "1_a.sql")]  # the hashes after it say no more
    assert found(folder, "3_c.sql") == []


def test_files_are_looked_at_in_well_under_a_second(folder: Path) -> None:
    for n in range(1, 1001):
        write(
            folder,
            {f"{n:06}_t.up.sql": f"CREATE TABLE t{n:05} (id int);\n", f"{n:06}_t.down.sql": f"DROP TABLE t{n:05};\n"},
        )
    begun = time.process_time()
    assert found(folder) == []
    assert time.process_time() - begun < 1  # about 0.25 s where nothing else runs
