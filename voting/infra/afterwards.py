"""What is done after the answer, so that the answer's time says nothing about it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

_log = structlog.get_logger()
_THREADS = 2


class Afterwards:
    """A few threads that do what is handed to them, one thing after the other.

    What waits here is lost if the process ends: only for what may be asked for again.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="afterwards")

    def __call__(self, act: Callable[[], None]) -> None:
        """Do it soon. A failure is logged by its kind only: its text may hold what is private."""
        self._threads.submit(_done, act)

    def close(self) -> None:
        """Finish what waits."""
        self._threads.shutdown()


def _done(act: Callable[[], None]) -> None:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - there is nobody left to answer to
        _log.error("afterwards-failed", kind=type(error).__name__)
