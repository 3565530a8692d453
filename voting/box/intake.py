"""Ballots that arrive while others are being written wait, and go into the log together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from voting.box.refusals import BoxBusy

Ballot = TypeVar("Ballot")
Checked = TypeVar("Checked")
Answer = TypeVar("Answer")

_AT_ONCE = 128
"""Ballots in one transaction: more make it no cheaper for each, and the first wait longer."""
_WAITING = 4096
"""Ballots that may wait, some seconds of work; whoever comes then is asked to come again."""


class Intake(Generic[Ballot, Checked, Answer]):
    """A queue in front of whoever writes ballots, for one event loop.

    There is no timer. Ballots are checked as they come; those that come meanwhile are checked next,
    and what was checked when nobody waits is written together. Assemblies take turns.

    Parameters
    ----------
    check
        Does what can be done with ballots of one assembly before they are written.
    write
        Writes what was checked, and gives for each its answer or why it has none. Both run in a
        thread, one at a time.
    """

    def __init__(
        self,
        check: Callable[[str, Sequence[Ballot]], Sequence[Checked]],
        write: Callable[[str, Sequence[Checked]], Sequence[Answer | Exception]],
    ) -> None:
        self._check = check
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
            # Behind the others, should more of its ballots come than are written at once.
            assembly_id = next(iter(self._waiting))
            self._waiting[assembly_id] = self._waiting.pop(assembly_id)
            await self._write_batch(assembly_id)
        self._writing = None

    async def _write_batch(self, assembly_id: str) -> None:
        asked: list[asyncio.Future[Answer]] = []
        checked: list[Checked] = []
        answers: Sequence[Answer | Exception]
        try:
            while len(asked) < _AT_ONCE and assembly_id in self._waiting:
                drawn = self._draw(assembly_id, _AT_ONCE - len(asked))
                asked += [answer for _, answer in drawn]
                ballots = [ballot for ballot, _ in drawn]
                checked += await asyncio.to_thread(self._check, assembly_id, ballots)
            answers = await asyncio.to_thread(self._write, assembly_id, checked)
        except Exception as error:  # noqa: BLE001 - everybody who waits is told
            answers = [error] * len(asked)
        for waiting, answer in zip(asked, answers, strict=True):
            _give(waiting, answer)

    def _draw(self, assembly_id: str, at_most: int) -> list[tuple[Ballot, asyncio.Future[Answer]]]:
        queue = self._waiting[assembly_id]
        drawn = queue[:at_most]
        del queue[:at_most]
        if not queue:
            del self._waiting[assembly_id]
        self._count -= len(drawn)
        return drawn


def _give(waiting: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiting.done():  # whoever sent it has gone; the ballot is in the log all the same
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
