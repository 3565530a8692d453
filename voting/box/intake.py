"""Ballots that arrive while others are being written wait, and go into the log together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from voting.box.refusals import BoxBusy

Ballot = TypeVar("Ballot")
Answer = TypeVar("Answer")

_AT_ONCE = 128
"""Ballots in one transaction: more make it no cheaper for each, and the first wait longer."""
_WAITING = 4096
"""Ballots that may wait, some seconds of work; whoever comes then is asked to come again."""


class Intake(Generic[Ballot, Answer]):
    """A queue in front of whoever writes ballots, for one event loop.

    There is no timer: a ballot that comes alone is written at once, and those that come meanwhile
    are the next batch. Without a look at who is at the door, the first to come after a batch would
    be a batch of its own, and cost as much as all others together. Assemblies take turns.

    Parameters
    ----------
    write
        Takes a batch of one assembly and gives, for each ballot, its answer or why it has none. It
        runs in a thread, once at a time.
    """

    def __init__(
        self, write: Callable[[str, Sequence[Ballot]], Sequence[Answer | Exception]]
    ) -> None:
        self._write = write
        self._waiting: dict[str, list[tuple[Ballot, asyncio.Future[Answer]]]] = {}
        self._count = 0
        self._writing: asyncio.Task[None] | None = None

    async def cast(self, assembly_id: str, ballot: Ballot) -> Answer:
        """Hand in a ballot and wait for its answer.

        Raises
        ------
        Refusal
            That of this ballot, or ``BoxBusy``.
        """
        if self._count >= _WAITING:
            raise BoxBusy("投票的人太多，请稍等几秒再试；您的票尚未收到", retry_after_seconds=2)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(assembly_id, []).append((ballot, answer))
        self._count += 1
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        while self._waiting:
            await self._let_in()
            assembly_id = next(iter(self._waiting))
            queue = self._waiting.pop(assembly_id)
            batch, rest = queue[:_AT_ONCE], queue[_AT_ONCE:]
            if rest:  # behind the other assemblies
                self._waiting[assembly_id] = rest
            self._count -= len(batch)
            ballots = [ballot for ballot, _ in batch]
            try:
                answers = await asyncio.to_thread(self._write, assembly_id, ballots)
            except Exception as error:  # noqa: BLE001 - everybody who waits is told
                answers = [error] * len(batch)
            for (_, waiting), answer in zip(batch, answers, strict=True):
                _give(waiting, answer)
        self._writing = None

    async def _let_in(self) -> None:
        """Let the loop read what is at the door already, as long as each look finds another."""
        seen = 0
        while seen < self._count < _AT_ONCE:
            seen = self._count
            await asyncio.sleep(0)


def _give(waiting: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiting.done():  # whoever sent it has gone; the ballot is in the log all the same
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
