"""A stranger follows a log by the README's command, with the key that ``yezhu init`` printed."""

import re
import subprocess
import sys
from pathlib import Path

import httpx2

from api.cli.server_process import ServerProcess
from api.setup import create_administrator
from tests import c2sp

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip


def test_a_stranger_follows_a_log_by_the_command_in_the_readme(tmp_path):
    data, kept = tmp_path / "data", tmp_path / "register.checkpoint"
    begun = run("-m", "api.cli", "init", "--name", "vote.example.org", "--data", data)
    (vkey,) = re.findall(r"公钥.*：(vote\.example\.org/register\+\S+)", begun.stdout)
    create_administrator(data, "root", "管理员")
    with ServerProcess(data, tmp_path / "log", {}) as server:
        server.start()

        def follow(vkey=vkey):
            # -I: nothing of ours beside it can be imported.
            return run("-I", c2sp.__file__, f"{server.url}/log/register", vkey, kept)

        first = follow()
        assert (first.returncode, "相符" in first.stdout) == (0, True), first.stderr
        create_administrator(data, "second", "管理员")
        second = follow()
        assert (second.returncode, "的延续" in second.stdout) == (0, True)

        # A connection is in order after a HEAD only if no body came with the answer.
        with httpx2.Client(base_url=f"{server.url}/log/register/") as http:
            lengths = [http.head("checkpoint").headers["content-length"] for _ in range(2)]
            assert lengths == [str(len(http.get("checkpoint").content))] * 2

        genuine = kept.read_bytes()
        kept.write_bytes(genuine.replace(b"\n", b"\n1", 1))
        assert follow().returncode == 1
        kept.write_bytes(genuine)
        assert follow(vkey.replace("register+", "registry+")).returncode == 1
        assert kept.read_bytes() == genuine
    assert follow().returncode == 1


def test_the_readme_gives_that_command():
    assert "python tests/c2sp.py https://" in (ROOT / "README.md").read_text()
