"""``yezhu tally-city``: count every complex of a city, and go on where it was interrupted."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from distributed import Client
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.city_cluster import count_parts, existing_cluster, local_cluster
from api.cli.city_results import (
    FORMS,
    NOT_COUNTED,
    OUTCOMES,
    RESULTS,
    RESULTS_TABLE,
    FinishedParts,
    write_results,
)
from api.cli.files import BAD_INPUT, OK
from voting.count.city import CityUnusable, Folder, Part, city_folders, plan_parts
from voting.count.city_part import Record

_NOT_ALL_COUNTED, _INTERRUPTED = 3, 130
_PARTS = "parts"
_LISTED = 10
_FAILED = "计票进程在这个小区上反复中止，请把它的三个文件交给维护人员"


def tally_city(
    data: Path, out: Path, scheduler: str | None, workers: int | None, part_size: int
) -> int:
    """Count a city dataset; 2 if it cannot be used, 3 if some complexes were not counted."""
    data, out = data.resolve(), out.resolve()
    try:
        parts = plan_parts(_folders(data, out), part_size)
        finished = FinishedParts(out / _PARTS)
        pending = [part for part in parts if finished.load(part) is None]
        if pending:
            with _cluster(data, scheduler, workers, len(pending)) as client:
                _count(client, data, parts, pending, finished)
        summary = _Summary()
        write_results(out, summary.over(_records(parts, finished)))
    except CityUnusable as unusable:
        print(f"未完成：{unusable}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(f"已中断。算完的部分在 {out / _PARTS}，再次运行同一命令接着算。", file=sys.stderr)
        return _INTERRUPTED
    summary.show(out)
    return _NOT_ALL_COUNTED if summary.not_counted else OK


def _folders(data: Path, out: Path) -> Sequence[Folder]:
    if out.is_relative_to(data):
        raise CityUnusable(f"结果目录不能放在数据目录里，否则会被当作小区：{out}")
    return city_folders(data)


def _cluster(
    data: Path, scheduler: str | None, workers: int | None, parts: int
) -> AbstractContextManager[Client]:
    if scheduler is None:
        return local_cluster(workers, parts)
    if workers is not None:
        raise CityUnusable("--workers 只用于本机，不能与 --scheduler 同用")
    return existing_cluster(scheduler, data)


def _count(
    client: Client, data: Path, parts: Sequence[Part], pending: Sequence[Part], to: FinishedParts
) -> None:
    """Count the parts that are pending, and keep each as soon as it is done."""
    every = sum(len(part.folders) for part in parts)
    todo = sum(len(part.folders) for part in pending)
    units = not_counted = 0
    beginning = time.monotonic()
    columns = (
        TextColumn("小区"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("未计票 {task.fields[not_counted]}　房屋 {task.fields[units]:,}"),
        TextColumn("{task.fields[speed]:,} 套/秒　剩余"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(
            "", total=every, completed=every - todo, units=0, not_counted=0, speed=0
        )
        for part, records in count_parts(client, data, pending):
            if records is not None:
                to.save(part, records)
                units += sum(record.get("units", 0) for record in records)
            not_counted += sum("items" not in record for record in records or [{}])
            seconds = time.monotonic() - beginning
            progress.update(
                task,
                advance=len(part.folders),
                units=units,
                not_counted=not_counted,
                speed=round(units / seconds),
            )


def _records(parts: Sequence[Part], finished: FinishedParts) -> Iterator[Record]:
    """Return the record of every complex, in the order of the city."""
    for part in parts:
        records = finished.load(part)
        if records is not None:
            yield from records
        elif len(part.folders) > 1:
            # It was too much for a process, and was counted complex by complex.
            yield from _records(part.singly(), finished)
        else:
            yield {"complex": part.folders[0].name, "problems": [_FAILED]}


class _Summary:
    """One page of what was counted and what was not."""

    def __init__(self) -> None:
        self.units = 0
        self.counted = 0
        self.not_counted: list[tuple[str, str, int]] = []
        self.items: Counter[tuple[str, bool]] = Counter()

    def over(self, records: Iterator[Record]) -> Iterator[Record]:
        """Pass records on, and take note of them."""
        for record in records:
            if "items" in record:
                self.counted += 1
                self.units += record["units"]
                self.items.update((item["form"], item["carried"]) for item in record["items"])
            else:
                problems = record["problems"]
                self.not_counted.append((record["complex"], problems[0], len(problems)))
            yield record

    def show(self, out: Path) -> None:
        """Print the page."""
        print(f"小区 {self.counted + len(self.not_counted):,} 个：", end="")
        print(f"已计票 {self.counted:,} 个（房屋 {self.units:,} 套），", end="")
        print(f"未计票 {len(self.not_counted):,} 个")
        for form, word in FORMS.items():
            carried, failed = self.items[form, True], self.items[form, False]
            if carried or failed:
                yes, no = OUTCOMES[form]
                print(f"  {word}议题 {carried + failed:,} 项：{yes} {carried:,}，{no} {failed:,}")
        for name, problem, problems in self.not_counted[:_LISTED]:
            print(f"  未计票　{name}：{problem}（共 {problems} 处问题）")
        if len(self.not_counted) > _LISTED:
            print(f"  未计票　另有 {len(self.not_counted) - _LISTED:,} 个")
        print(f"每个小区、议题、候选人或选项一行：{out / RESULTS_TABLE}")
        print(f"每个小区的完整结果：{out / RESULTS}")
        print(f"未计票的小区与原因：{out / NOT_COUNTED}")
