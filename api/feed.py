"""Live turnout for staff: one recount a tick for all watchers, encoded once."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool

from voting.count.service import Counting
from voting.infra.bus import Bus

TICK_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 15.0


class TurnoutFeed:
    """Server-sent events of turnout, recounted when something changed and at most each tick."""

    def __init__(self, counting: Counting, bus: Bus) -> None:
        self._counting = counting
        self._bus = bus
        self._latest: dict[str, tuple[float, bytes]] = {}
        self._lock = asyncio.Lock()

    async def snapshot(self, assembly_id: str) -> bytes:
        """Give the present turnout as one event, not older than a tick.

        Raises
        ------
        UnknownAssembly
        """
        async with self._lock:
            counted_at, event = self._latest.get(assembly_id, (float("-inf"), b""))
            if time.monotonic() - counted_at >= TICK_SECONDS:
                started = time.monotonic()
                event = await run_in_threadpool(self._event, assembly_id)
                self._latest[assembly_id] = (started, event)
        return event

    async def changes(self, assembly_id: str) -> AsyncIterator[bytes]:
        """Give an event after every change, and a comment when long nothing happened."""
        async with self._bus.listen(assembly_id) as changed:
            # What changed before we listened would otherwise wait for the next ballot, also where
            # the present snapshot is from before it.
            changed.set()
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _KEEP_ALIVE_SECONDS)
                if not changed.is_set():
                    yield b": keep-alive\n\n"
                    continue
                await asyncio.sleep(TICK_SECONDS)
                changed.clear()
                yield await self.snapshot(assembly_id)

    def _event(self, assembly_id: str) -> bytes:
        document = json.dumps(
            self._counting.turnout_for_staff(assembly_id), ensure_ascii=False, separators=(",", ":")
        )
        return f"event: turnout\ndata: {document}\n\n".encode()
