"""Telling other workers that something changed. It carries no data, so it cannot be wrong.

A listener that missed a signal is only late: it reads the state itself.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import redis
import redis.asyncio
import structlog

from voting.infra.rest import Rest

_log = structlog.get_logger()
_PREFIX = "yezhu:changed:"
_RECONNECT_SECONDS = 1.0
_LOOK_SECONDS = 10.0
"""So often a listener looks of itself: a worker that has just lost Redis is silent for a while."""
TIMEOUT_SECONDS = 2.0
"""So long one question to Redis may take: receipts wait for it."""


class Bus(Protocol):
    """Change signals by topic."""

    def publish(self, topic: str) -> None:
        """Say that ``topic`` changed. May be called from any thread; never raises."""
        ...

    def listen(self, topic: str) -> contextlib.AbstractAsyncContextManager[asyncio.Event]:
        """Give an event that is set at every change; the listener clears it."""
        ...


class MemoryBus:
    """Signals within one process: the embedded default."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = (
            defaultdict(set)
        )

    def publish(self, topic: str) -> None:
        """Wake this process's listeners."""
        for loop, changed in tuple(self._listeners[topic]):
            # A loop that closed meanwhile has no listener left to wake.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(changed.set)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[asyncio.Event]:
        """Listen for as long as the block runs."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        self._listeners[topic].add(listener)
        try:
            yield listener[1]
        finally:
            self._listeners[topic].discard(listener)


class RedisBus:
    """Signals between workers through Redis publish/subscribe."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )
        self._rest = Rest()

    def publish(self, topic: str) -> None:
        """Wake every worker's listeners; losing Redis loses only speed."""
        if self._rest.lasts:
            return
        try:
            self._client.publish(_PREFIX + topic, b"")
        except redis.RedisError:
            # Every batch of ballots waits for this before its receipts.
            self._rest.begin()
            _log.warning("bus-unreachable", topic=topic)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[asyncio.Event]:
        """Listen for as long as the block runs, reconnecting when Redis comes back."""
        changed = asyncio.Event()
        ready = asyncio.Event()
        task = asyncio.create_task(self._pump(topic, changed, ready))
        try:
            # A lost Redis must not keep the listener from the state it can read by itself.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ready.wait(), _RECONNECT_SECONDS)
            ready.set()
            yield changed
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _pump(self, topic: str, changed: asyncio.Event, ready: asyncio.Event) -> None:
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(self._url) as client,
                    client.pubsub() as channel,
                ):
                    await channel.subscribe(_PREFIX + topic)
                    while True:
                        heard = await channel.get_message(timeout=_LOOK_SECONDS)
                        # The first one says that we hear from now on. Whoever has not waited
                        # for it has missed what was said before, and must look.
                        if ready.is_set():
                            changed.set()
                        if heard is not None:
                            ready.set()
                            self._rest.end()
            except redis.RedisError:
                _log.warning("bus-unreachable", topic=topic)
            # Whatever was said while we were away, we did not hear it.
            changed.set()
            await asyncio.sleep(_RECONNECT_SECONDS)
