"""Who stops a command by Ctrl+C reads that it was not finished, in his own language."""

import os
import signal
import subprocess
import sys
import time

import pytest

_PATIENCE = 60


def opened_by_reader(path):
    """Open a pipe to write as soon as somebody has opened it to read."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize("command", [("verify",), ("roster", "check")])
def test_a_command_that_is_stopped_says_so(tmp_path, command):
    """It ended without a word, as if it were done."""
    waiting = tmp_path / "file.zip"
    os.mkfifo(waiting)
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", *command, str(waiting)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        # The command now waits for what never comes.
        pipe = opened_by_reader(waiting)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=_PATIENCE)
        os.close(pipe)
    assert (process.returncode, out) == (130, "")
    assert err == "\n已中断，没有做完。要做完的，请再运行一次。\n"
