"""Ways to a server that a live catalog is read by: a standby, a service file, libpq's environment."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from servers import Server, available_binaries, standby_of, started

from schemalint.catalog import live
from schemalint.catalog.compare import compare
from schemalint.catalog.model import Relation
from schemalint.errors import UserError

pytestmark = pytest.mark.server


def test_a_hot_standby() -> None:
    """All queries run in recovery, too, and read what the primary has."""
    binaries = available_binaries()[18]
    if not (binaries / "pg_basebackup").exists():
        pytest.skip("these binaries have no pg_basebackup")
    with started(binaries) as primary:
        with primary.connect() as connection:
            connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric CHECK (total > 0))")
        with standby_of(primary, binaries) as standby:
            with standby.connect() as connection:
                assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            assert compare(live.read_live(primary.dsn()), live.read_live(standby.dsn()), dependencies=True) == []
            with live.connect(standby.dsn()) as connection:
                found = live.read_catalog(connection, ["orders"])
                assert found.find(Relation, 2200, "orders") is not None


def test_a_service_file(server18: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = conninfo_to_dict(server18.dsn())
    lines = "".join(f"{name}={parameters[name]}\n" for name in ("host", "user", "dbname"))
    (tmp_path / "services").write_text(f"[shop]\n{lines}")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert live.read_live("service=shop").database == "postgres"
    monkeypatch.setenv("PGSERVICE", "shop")
    assert live.read_live("").database == "postgres"


def test_the_environment(server18: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = conninfo_to_dict(server18.dsn())
    for variable, name in (("PGHOST", "host"), ("PGUSER", "user"), ("PGDATABASE", "dbname")):
        monkeypatch.setenv(variable, str(parameters[name]))
    assert live.read_live("").database == "postgres"


def test_a_server_that_stops_while_it_is_read() -> None:
    binaries = available_binaries()[18]
    with started(binaries) as server:
        with server.connect() as connection:
            connection.execute("CREATE TABLE orders (id int PRIMARY KEY)")
            connection.execute("CREATE TABLE later (id int PRIMARY KEY)")
            data = connection.execute("SHOW data_directory").fetchone()
        assert data is not None
        with live.connect(server.dsn()) as reading:
            found = live.read_catalog(reading, ["orders"])
            run_pg_ctl(binaries, "restart", data[0])
            try:
                with pytest.raises(UserError, match=r"cannot read the catalog of .*: the connection was lost"):
                    found.find(Relation, 2200, "later")
                assert live.read_live(server.dsn()).find(Relation, 2200, "later") is not None
            finally:
                run_pg_ctl(binaries, "stop", data[0])  # the new server is no child of this process


def run_pg_ctl(binaries: Path, what: str, data: str) -> None:
    """pg_ctl as the owner of the server's files, whose options stand in postmaster.opts."""
    owner = pwd.getpwuid(Path(data).stat().st_uid).pw_name
    user = owner if os.getuid() == 0 else None
    command = [str(binaries / "pg_ctl"), what, "-D", data, "-m", "fast", "-w", "-l", os.devnull]
    subprocess.run(command, user=user, check=True, capture_output=True)


def test_a_table_that_is_dropped_while_it_is_read(server18: Server) -> None:
    """The transaction sees the catalog as it was: the functions that print expressions do not, and answer NULL, or the reading says why."""
    with server18.database() as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total int DEFAULT 1 CHECK (total > 0))")
        connection.execute("CREATE TABLE later (id int PRIMARY KEY, total int DEFAULT 1 CHECK (total > 0))")
        connection.execute("CREATE VIEW seen AS SELECT total FROM later")
        with live.connect(server18.dsn(connection.info.dbname)) as reading:
            found = live.read_catalog(reading, ["orders"])
            connection.execute("DROP TABLE later CASCADE")
            try:
                table = found.find(Relation, 2200, "later")
                assert table is None or [column.name for column in table.columns] == ["id", "total"]
            except UserError as error:
                assert "the database was changed meanwhile; try again" in str(error)


def test_nothing_is_written(server18: Server, tmp_path: Path) -> None:
    """All that is counted of a database, and its dump, are the same after reading it; by a role that may write nothing."""
    with server18.database() as connection:
        name = connection.info.dbname
        connection.execute("CREATE TABLE orders (id serial PRIMARY KEY, total int CHECK (total > 0))")
        connection.execute("INSERT INTO orders (total) VALUES (1), (2)")
        connection.execute(f"CREATE ROLE {name}_reader LOGIN")
        dsn = make_conninfo(server18.dsn(name), user=f"{name}_reader")
        written = """SELECT tup_inserted, tup_updated, tup_deleted, (SELECT json_agg(t) FROM pg_stat_user_tables t),
                            pg_current_xact_id() IS NULL FROM pg_stat_database WHERE datname = current_database()"""
        before = connection.execute("SELECT pg_stat_force_next_flush()"), connection.execute(written).fetchone()
        dumped = dump(name, server18)
        live.read_live(dsn)
        with live.connect(dsn) as reading:
            found = live.read_catalog(reading, ["orders"])
            assert found.find(Relation, 2200, "orders") is not None
            assert found.loader is not None
            ask = found.loader.reader.ask  # type: ignore[attr-defined]
            assert (
                ask("SELECT nextval('public.orders_id_seq')", "public")
                == "permission denied for sequence orders_id_seq"
            )
            assert "permission denied" in str(ask("SELECT count(*) FROM orders", "public"))
        with live.connect(server18.dsn(name)) as reading:  # not even who may
            ask = live.read_catalog(reading, ["orders"]).loader.reader.ask  # type: ignore[union-attr]
            assert ask("SELECT nextval('orders_id_seq')", "public") == (
                "cannot execute nextval() in a read-only transaction"
            )
            assert ask("SELECT count(*) FROM orders", "public") == 2
        time.sleep(0.2)
        assert dump(name, server18) == dumped
        after = connection.execute(written).fetchone()
        assert before[1] is not None and after is not None
        assert after[:3] == before[1][:3]
        connection.execute(f"DROP ROLE {name}_reader")


def dump(name: str, server: Server) -> str:
    command = [str(available_binaries()[18] / "pg_dump"), "--restrict-key=x", "-d", server.dsn(name)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_a_server_that_demands_tls(tmp_path: Path) -> None:
    """With a certificate it is read; without TLS the message says what to add, and no password."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "server.key", tmp_path / "server.crt"
    address = f"127.{os.getpid() >> 8 & 255}.{os.getpid() & 255}.7"  # the port is every test server's
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    binaries = next(
        (found for found in available_binaries().values() if b"SSL_CTX_new" in (found / "postgres").read_bytes()), None
    )
    if binaries is None:
        pytest.skip("these servers are built without TLS")
    with started(binaries, {"listen_addresses": address}) as server:
        with server.connect() as connection:
            data = connection.execute("SHOW data_directory").fetchone()
            assert data is not None
            owner = Path(data[0]).stat()
            for file in (key, certificate):
                put = Path(data[0]) / file.name
                shutil.copy(file, put)
                os.chown(put, owner.st_uid, owner.st_gid)
                put.chmod(0o600)
            (Path(data[0]) / "pg_hba.conf").write_text(
                "local all all trust\nhostssl all all 127.0.0.0/8 trust\nhostnossl all all 127.0.0.0/8 reject\n"
            )
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
            assert connection.execute("SHOW ssl").fetchone() == ("on",)
        user = conninfo_to_dict(server.dsn())["user"]
        url = f"postgresql://{user}:hunter2@{address}/postgres"
        assert live.read_live(f"{url}?sslmode=require").database == "postgres"
        with pytest.raises(UserError, match="sslmode=require") as refused:
            live.read_live(f"{url}?sslmode=disable")
        assert "hunter2" not in str(refused.value)


def test_pgbouncer_in_transaction_mode(server18: Server, tmp_path: Path) -> None:
    """Each transaction may be another connection's: nothing is kept from one to the next."""
    pgbouncer = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if pgbouncer is None:
        pytest.skip("pgbouncer is not installed")
    port, parameters = free_port(), conninfo_to_dict(server18.dsn())
    ini = tmp_path / "pgbouncer.ini"
    ini.write_text(
        f"[databases]\n* = host={parameters['host']} user={parameters['user']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = transaction\n"
        "unix_socket_dir =\nignore_startup_parameters = extra_float_digits\n"
    )
    tmp_path.chmod(0o755)
    command = [pgbouncer, *(("-u", "nobody") if os.getuid() == 0 else ()), str(ini)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pooler:
        try:
            time.sleep(1)
            with server18.database() as connection:
                connection.execute("CREATE TABLE orders (id int PRIMARY KEY)")
                connection.execute("CREATE TABLE later (id int PRIMARY KEY)")
                dsn = f"host=127.0.0.1 port={port} user=someone dbname={connection.info.dbname}"
                assert live.read_live(dsn).find(Relation, 2200, "orders") is not None
                with live.connect(dsn) as reading:
                    found = live.read_catalog(reading, ["orders"])
                    assert found.find(Relation, 2200, "later") is not None
        finally:
            pooler.terminate()
