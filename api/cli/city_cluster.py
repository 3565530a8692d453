"""The processes that count a city: some of this machine, or a Dask cluster that is there."""

# Half of what distributed offers carries no types.
# mypy: allow-untyped-calls

import asyncio
import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from distributed import Client, Future, LocalCluster, Worker, WorkerPlugin, as_completed, rpc

from voting.count.city import CityUnusable, Part
from voting.count.city_part import Record, count_part

_SECONDS_TO_ANSWER = 10

# For what may pass, such as a network drive that is slow to answer. A part whose process dies is
# given to another one besides, as often as the scheduler allows.
_RETRIES = 2


@contextmanager
def local_cluster(workers: int | None, parts: int) -> Iterator[Client]:
    """Start processes on this machine, one for each core unless told otherwise.

    Parameters
    ----------
    workers
        Number of processes, or None.
    parts
        Number of parts there are to count; more processes than that would have nothing to do.
    """
    with (
        LocalCluster(
            n_workers=min(workers or os.cpu_count() or 1, parts),
            threads_per_worker=1,
            host="127.0.0.1",
            # Rosters are personal data, and the machine may have other users.
            security=True,
            dashboard_address=None,
            # Without a dashboard there still is a page for health checks; keep off 8787, which
            # is the port of `yezhu serve` too.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(_DeafToTheKeyboard())
        yield client


class _DeafToTheKeyboard(WorkerPlugin):
    """Ctrl+C reaches every process of a terminal; the command itself ends the others."""

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - the signature of a plugin
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def existing_cluster(address: str, data: Path) -> Iterator[Client]:
    """Connect to a scheduler whose workers all see the city's directory.

    Raises
    ------
    CityUnusable
        Nobody answers as a Dask scheduler there, it has no workers, or they lack the data or
        this program.
    """
    _require_scheduler(address)
    # What the client has to say of a lost connection, the command says in its own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with Client(address, timeout=_SECONDS_TO_ANSWER) as client:
        _require_data(client, data)
        yield client


def count_parts(
    client: Client, data: Path, parts: Sequence[Part]
) -> Iterator[tuple[Part, list[Record] | None]]:
    """Count parts as processes come free, and yield each as it is done.

    A part that fails is yielded complex by complex instead; one that fails alone, with None.

    Raises
    ------
    CityUnusable
        The cluster is gone, or its files are not ours.
    """
    suspects: list[Part] = []
    for part, records in _as_counted(client, data, parts):
        if records is None:
            suspects += part.singly()
        else:
            yield part, records
    # A process that dies takes with it whatever else it was given: blamed is only who fails
    # while nothing else is counted.
    for suspect in suspects:
        yield from _as_counted(client, data, [suspect])


def _as_counted(
    client: Client, data: Path, parts: Sequence[Part]
) -> Iterator[tuple[Part, list[Record] | None]]:
    part_of: dict[str, Part] = {}

    def submit(part: Part) -> "Future[list[Record]]":
        future = client.submit(count_part, str(data), part, pure=False, retries=_RETRIES)
        part_of[str(future.key)] = part
        return future

    for future in as_completed([submit(part) for part in parts]):
        part = part_of[str(future.key)]
        if future.status == "finished":
            yield part, future.result()
            continue
        error = future.exception()
        if error is None:
            raise CityUnusable("与调度程序的连接中断；算完的部分已保存，再次运行同一命令接着算")
        if isinstance(error, CityUnusable):
            raise error
        yield part, None


def _require_scheduler(address: str) -> None:
    try:
        identity = asyncio.run(_identity(address))
    except Exception as error:
        # Strangers answer anything: the client of a protocol cannot know what it will read.
        raise CityUnusable(
            f"{address} 没有 Dask 调度程序应答（地址应形如 tcp://主机:8786）"
        ) from error
    if identity.get("type") != "Scheduler":
        raise CityUnusable(f"{address} 不是 Dask 调度程序")


async def _identity(address: str) -> dict[str, object]:
    async with asyncio.timeout(_SECONDS_TO_ANSWER), rpc(address) as remote:
        identity: dict[str, object] = await remote.identity()
        return identity


def _require_data(client: Client, data: Path) -> None:
    release = version("yezhu")
    answers = client.run(_look, str(data), on_error="return")
    if not answers:
        raise CityUnusable("集群中没有工作进程")
    # A worker without this program answers with the error of not finding it.
    unfit = sorted(
        at
        for at, answer in answers.items()
        if not (isinstance(answer, tuple) and answer[0] == release)
    )
    if unfit:
        raise CityUnusable(f"这些工作进程没有装同一版本的 yezhu：{'、'.join(unfit)}")
    blind = sorted(at for at, answer in answers.items() if not answer[1])
    if blind:
        raise CityUnusable(f"这些工作进程看不到数据目录 {data}：{'、'.join(blind)}")


def _look(data: str) -> tuple[str, bool]:
    """Say which release a worker runs, and whether it sees a directory."""
    return version("yezhu"), Path(data).is_dir()
