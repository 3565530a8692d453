"""Ballots that arrive while others are being written wait, and go into the log together."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from voting.box.refusals import BoxBusy

Ballot = TypeVar("Ballot")
Checked = TypeVar("Checked")
Answer = TypeVar("Answer")
Waiting = TypeVar("Waiting")

_AT_ONCE = 128
"""Ballots in one transaction: more make it no cheaper for each, and the first wait longer."""
_AHEAD = 32
"""Ballots that are checked while others are written: for fewer it would only hinder the write."""
_WAITING = 4096
"""Ballots that may wait, some seconds of work; whoever comes then is asked to come again."""


class _Lines(Generic[Waiting]):
    """A line of those who wait for each assembly; the assemblies take turns."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Waiting]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def add(self, assembly_id: str, waiting: Iterable[Waiting]) -> None:
        """Put some at the end of a line."""
        self._lines.setdefault(assembly_id, []).extend(waiting)

    def draw(self) -> tuple[str, list[Waiting]]:
        """Take from the line whose turn it is as many as go at once."""
        assembly_id = next(iter(self._lines))
        line = self._lines.pop(assembly_id)
        if line[_AT_ONCE:]:  # behind the others
            self._lines[assembly_id] = line[_AT_ONCE:]
        return assembly_id, line[:_AT_ONCE]


class Intake(Generic[Ballot, Checked, Answer]):
    """A queue in front of whoever writes ballots, for one event loop.

    There is no timer: whoever comes while a batch is written is in the next. Where many come, they
    are checked meanwhile.

    Parameters
    ----------
    check
        Does what can be done with ballots of one assembly before they are written.
    write
        Writes what was checked, and gives for each its answer or why it has none. Each runs in a
        thread, one at a time.
    """

    def __init__(
        self,
        check: Callable[[str, Sequence[Ballot]], Sequence[Checked]],
        write: Callable[[str, Sequence[Checked]], Sequence[Answer | Exception]],
    ) -> None:
        self._check = check
        self._write = write
        self._arrived: _Lines[tuple[Ballot, asyncio.Future[Answer]]] = _Lines()
        self._checked: _Lines[tuple[Checked, asyncio.Future[Answer]]] = _Lines()
        self._count = 0
        self._checking: asyncio.Task[None] | None = None
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
        self._arrived.add(assembly_id, [(ballot, answer)])
        self._count += 1
        self._begin_to_check()
        return await answer

    def _begin_to_check(self) -> None:
        if self._checking is None and self._worth_checking():
            self._checking = asyncio.create_task(self._check_all())

    def _worth_checking(self) -> bool:
        return len(self._arrived) >= (1 if self._writing is None else _AHEAD)

    async def _check_all(self) -> None:
        while self._worth_checking():
            assembly_id, drawn = self._arrived.draw()
            ballots, answers = zip(*drawn, strict=True)
            try:
                checked = await asyncio.to_thread(self._check, assembly_id, ballots)
            except Exception as error:  # noqa: BLE001 - everybody who waits is told
                self._count -= len(answers)
                _give(answers, [error] * len(answers))
                continue
            # Whoever came while the first were checked joins them: for all a batch costs almost
            # the same as for one. Nobody waits for more than that.
            joined = bool(self._checked)
            self._checked.add(assembly_id, zip(checked, answers, strict=True))
            if joined:
                self._begin_to_write()
        self._checking = None
        self._begin_to_write()

    def _begin_to_write(self) -> None:
        if self._writing is None and self._checked:
            self._writing = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        while self._checked:
            assembly_id, drawn = self._checked.draw()
            checked, waiting = zip(*drawn, strict=True)
            self._count -= len(waiting)
            answers: Sequence[Answer | Exception]
            try:
                answers = await asyncio.to_thread(self._write, assembly_id, checked)
            except Exception as error:  # noqa: BLE001 - everybody who waits is told
                answers = [error] * len(waiting)
            _give(waiting, answers)
            if self._arrived:  # they join those that were checked ahead
                break
        self._writing = None
        self._begin_to_check()


def _give(waiting: Sequence[asyncio.Future[Answer]], answers: Sequence[Answer | Exception]) -> None:
    for future, answer in zip(waiting, answers, strict=True):
        if future.done():  # whoever sent it has gone; the ballot is in the log all the same
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
