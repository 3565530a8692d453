"""Phones by the hundred: ballots signed ahead, sent over raw sockets from a process of its own."""

import asyncio
import random
import resource
import time
from dataclasses import dataclass

import uvloop

_OPEN_CONNECTIONS = 256
"""Of an open loop. Whoever finds none free waits, and that counts as waiting."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of sending: seconds in all, seconds each waited, answers, and our own CPU."""

    seconds: float
    waited: list[float]
    answers: list[bytes]
    cpu_seconds: float


class _Phone(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self):
        self._received, self._length, self.answer = bytearray(), None, None

    def connection_made(self, transport):
        """Keep the connection."""
        self._transport = transport

    def connection_lost(self, error):
        """Tell whoever waits."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error or ConnectionResetError("no answer"))

    def send(self, request):
        """Send a request; the answer is awaited."""
        self.answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self.answer

    def data_received(self, data):
        """Collect one answer."""
        self._received += data
        if self._length is None:
            head = self._received.find(b"\r\n\r\n")
            if head < 0:
                return
            lines = bytes(self._received[:head]).lower()
            start = lines.index(b"content-length:") + 15
            self._length = head + 4 + int(lines[start:].split(b"\r\n", 1)[0])
        if len(self._received) >= self._length:
            answer, self._received, self._length = bytes(self._received), bytearray(), None
            self.answer.set_result(answer)

    def close(self):
        """Hang up."""
        self._transport.close()


def closed_loop(port, path, ballots, connections):
    """Send every ballot, each connection the next one as soon as it has its answer."""
    return uvloop.run(_closed(port, path, ballots, connections))


def open_loop(port, path, ballots, rate):
    """Send ballots at random moments, ``rate`` a second on average, whatever the answers do."""
    return uvloop.run(_open(port, path, ballots, rate))


async def _closed(port, path, ballots, connections):
    waiting = iter(_requests(path, ballots))
    phones = [await _connect(port) for _ in range(connections)]
    waited, answers = [], []

    async def go_on(phone):
        for request in waiting:
            sent = time.perf_counter()
            answers.append(await phone.send(request))
            waited.append(time.perf_counter() - sent)

    started, cpu = time.perf_counter(), _cpu()
    await asyncio.gather(*map(go_on, phones))
    return _done(started, cpu, waited, answers, phones)


async def _open(port, path, ballots, rate):
    drawn = random.Random(20_261_123)
    phones = [await _connect(port) for _ in range(_OPEN_CONNECTIONS)]
    free = asyncio.LifoQueue()
    for phone in phones:
        free.put_nowait(phone)
    waited, answers, sending = [], [], []

    async def send(request, due):
        phone = await free.get()
        answers.append(await phone.send(request))
        waited.append(time.perf_counter() - due)
        free.put_nowait(phone)

    started, cpu = time.perf_counter(), _cpu()
    due = started
    for request in _requests(path, ballots):
        due += drawn.expovariate(rate)
        await asyncio.sleep(max(0, due - time.perf_counter()))
        sending.append(asyncio.create_task(send(request, due)))
    await asyncio.gather(*sending)
    return _done(started, cpu, waited, answers, phones)


def _done(started, cpu, waited, answers, phones):
    sending = Sending(time.perf_counter() - started, waited, answers, _cpu() - cpu)
    for phone in phones:
        phone.close()
    refused = [answer for answer in answers if not answer.startswith(b"HTTP/1.1 201 ")]
    if refused:
        raise RuntimeError(f"{len(refused)} not taken, such as {refused[0][:400]!r}")
    return sending


def _requests(path, ballots):
    head = f"POST {path} HTTP/1.1\r\nHost: vote\r\nContent-Type: application/json\r\n"
    for ballot in ballots:
        yield f"{head}Content-Length: {len(ballot)}\r\n\r\n".encode() + ballot


async def _connect(port):
    loop = asyncio.get_running_loop()
    _, phone = await loop.create_connection(_Phone, "127.0.0.1", port)
    return phone


def _cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
