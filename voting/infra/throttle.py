"""Wrong guesses cost time: limits per identity and per address."""

import structlog
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from voting.infra.bus import TIMEOUT_SECONDS
from voting.infra.rest import Rest
from voting.kernel.refusal import Refusal

_log = structlog.get_logger()


class TooManyAttempts(Refusal):
    """Guessed wrong too often; wait."""

    code = "too-many-attempts"


class Throttle:
    """Counts failures in a moving window.

    Parameters
    ----------
    redis_url
        Where several workers share their windows; ``None`` keeps them in this process.
    """

    def __init__(self, redis_url: str | None = None) -> None:
        # What failed in this process: while Redis is lost every worker goes on by that.
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared = (
            None if redis_url is None else MovingWindowRateLimiter(_redis_storage(redis_url))
        )
        self._rest = Rest()

    def require(self, purpose: str, key: str, failures: int, minutes: int) -> None:
        """Refuse if ``key`` has failed too often.

        Parameters
        ----------
        purpose, key
            What is limited and for whom; ``key`` must not be personal data in clear.
        failures, minutes
            How many failures are allowed in how long.

        Raises
        ------
        TooManyAttempts
        """
        item = RateLimitItemPerMinute(failures, minutes)
        if not self._ask("test", item, purpose, key):
            raise _too_many(minutes)

    def failed(self, purpose: str, key: str, failures: int, minutes: int) -> None:
        """Count one failure of ``key``."""
        self._ask("hit", RateLimitItemPerMinute(failures, minutes), purpose, key)

    def failed_here(self, purpose: str, key: str, failures: int, minutes: int) -> bool:
        """Tell whether ``key`` has failed in this process lately, without asking anywhere else.

        Whoever has not need not be asked about: where failures are many, each process sees some.
        """
        item = RateLimitItemPerMinute(failures, minutes)
        return self._here.get_window_stats(item, purpose, key).remaining < failures

    def take(self, purpose: str, key: str, times: int, minutes: int) -> None:
        """Count one of the few times that something is done, or refuse it; both at once.

        Raises
        ------
        TooManyAttempts
        """
        if not self._ask("hit", RateLimitItemPerMinute(times, minutes), purpose, key):
            raise _too_many(minutes)

    def _ask(self, method: str, item: RateLimitItemPerMinute, purpose: str, key: str) -> bool:
        here = bool(getattr(self._here, method)(item, purpose, key))
        if self._shared is None or self._rest.lasts:
            return here
        try:
            return bool(getattr(self._shared, method)(item, purpose, key))
        except StorageError:
            # Enrolling asks several questions.
            self._rest.begin()
            _log.warning("throttle-unreachable")
            return here


def _too_many(minutes: int) -> TooManyAttempts:
    return TooManyAttempts(
        f"尝试次数过多，请在 {minutes} 分钟后再试", retry_after_seconds=minutes * 60
    )


def _redis_storage(url: str) -> Storage:
    return RedisStorage(
        url,
        wrap_exceptions=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
