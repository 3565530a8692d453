"""Not asking again at once whoever gave no answer."""

import time

_SECONDS = 5.0


class Rest:
    """Remembers that something was lost, for a few seconds: where it hangs each question waits."""

    def __init__(self) -> None:
        self._until = float("-inf")

    @property
    def lasts(self) -> bool:
        """Whether it was lost just now, and is not to be asked."""
        return time.monotonic() < self._until

    def begin(self) -> None:
        """Note that it gave no answer."""
        self._until = time.monotonic() + _SECONDS

    def end(self) -> None:
        """Note that it has been heard of."""
        self._until = float("-inf")
