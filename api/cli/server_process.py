"""A real server in a process of its own, for the demonstration and the tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

_START_SECONDS = 120
"""Far more than it takes; a busy machine needs some of it."""


class ServerProcess:
    """``yezhu serve`` on a free loopback port, stopped by whoever started it.

    Parameters
    ----------
    data
        Directory of an initialised deployment.
    log
        Where the server's own lines go.
    environment
        Further ``YEZHU_`` settings.
    port
        Where it listens; a free one if absent.
    """

    def __init__(
        self,
        data: Path,
        log: Path,
        environment: dict[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        self._data = data
        self._log = log
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, clock_shift: timedelta = timedelta()) -> None:
        """Start and wait until it answers.

        Raises
        ------
        RuntimeError
            It ended instead; its last lines are in the message.
        """
        environment = (
            os.environ
            | self._environment
            | {
                "YEZHU_DATA": str(self._data),
                "YEZHU_INSECURE_CLOCK_SHIFT_SECONDS": str(int(clock_shift.total_seconds())),
                "YEZHU_PORT": str(self.port),
                "YEZHU_PUBLIC_URL": self.url,
            }
        )
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                process_group=0,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"服务未能启动：\n{self._log.read_text()[-2000:]}")
            with suppress(httpx2.TransportError):
                httpx2.get(f"{self.url}/v1/health", timeout=5).raise_for_status()
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError("服务未能在限时内启动")

    @property
    def pid(self) -> int:
        """The process that all its workers descend from.

        Raises
        ------
        RuntimeError
            It was not started.
        """
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_START_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it and all its workers at once, as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
