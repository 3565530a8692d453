"""Two processes as they run in earnest: the service, and a street office that witnesses it."""

import subprocess
import sys
import time
from contextlib import contextmanager

import httpx2

from api.cli.server_process import ServerProcess
from api.deployment import Deployment
from api.setup import build_schema, create_administrator, start_register
from tests import c2sp
from tests.servers import await_port, free_port

_PATIENCE = 60


@contextmanager
def witness(key, state, log, port):
    command = ["witness", "--key", key, "--state", state, "--log", log, "--port", port]
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", *map(str, command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            await_port(port)
            yield
        finally:
            process.kill()


def await_cosigned(url, log_vkey, vkey):
    """Wait until the published register, whatever its size, bears the witness's line."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        note = httpx2.get(f"{url}/log/register/checkpoint").raise_for_status().content
        head = c2sp.open_checkpoint(note, log_vkey)
        if c2sp.cosigned_at(head, vkey) is not None:
            return head
        time.sleep(0.2)
    raise TimeoutError("nobody cosigned the register")


def test_a_street_office_follows_the_register_of_a_running_service(tmp_path):
    """It is away when the service starts, comes, is killed, and goes on where it was."""
    data, key = tmp_path / "data", tmp_path / "witness.key"
    made = subprocess.run(
        [sys.executable, "-m", "api.cli", "witness-key", key, "--name", "w.example.org"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    vkey, port = made.stdout.strip(), free_port()
    Deployment.create(data, "vote.example.org")
    build_schema(data)
    start_register(data)
    create_administrator(data, "root", "管理员")
    environment = {"YEZHU_WITNESSES": f"{vkey}=http://127.0.0.1:{port}"}
    with ServerProcess(data, tmp_path / "log", environment) as server:
        server.start()
        listed = httpx2.get(f"{server.url}/v1/logs").raise_for_status().json()["logs"]
        (log,) = [each["vkey"] for each in listed if each["path"] == "/log/register"]
        followed = f"{log}={server.url}/log/register"
        with witness(key, tmp_path / "state", followed, port):
            first = await_cosigned(server.url, log, vkey)
        create_administrator(data, "second", "管理员")
        with witness(key, tmp_path / "state", followed, port):
            second = await_cosigned(server.url, log, vkey)
        assert second.size > first.size > 0

        def get(path):
            return httpx2.get(f"{server.url}/log/register/{path}").raise_for_status().content

        client = c2sp.Client(get, log)
        client.continues(first, second)
        assert len(client.entries(second)) == second.size


def test_a_wrong_setting_keeps_the_service_from_starting(tmp_path, monkeypatch):
    monkeypatch.setenv("YEZHU_WITNESSES", "w.example.org")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "serve", "--data", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "YEZHU_WITNESSES" in done.stderr) == (2, True)
