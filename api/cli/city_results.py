"""What ``yezhu tally-city`` leaves on disk: finished parts, and the results merged from them.

The merged files depend on the dataset alone: not on how many processes counted, in which order,
nor how often they were interrupted.
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tally
import voting
from voting.count.city import CityUnusable, Part
from voting.count.city_part import Record
from voting.kernel import canonical
from voting.kernel.inert import inert
from voting.outcome.chinese import SEATS

RESULTS_TABLE, RESULTS, NOT_COUNTED = "results.csv", "results.jsonl", "not-counted.csv"

PACKAGES = (tally, voting)
"""What a result follows from; a version number stands still while they are worked on."""

FORMS = {"resolution": "表决", "election": "选举", "choose_one": "多选一"}
OUTCOMES = {
    "resolution": ("通过", "未通过"),
    "election": ("选出", "尚待决定"),
    "choose_one": ("选定", "未选定"),
}
"""What an item of each form comes to, settled or not."""
_BLOCKS = {
    "electorate": "应参与",
    "attending": "到会",
    "participating": "参与",
    "approve": "同意",
    "oppose": "反对",
    "abstain": "弃权",
    "void": "作废",
}
_TESTS = {
    "quorum_heads": "到会人数比较",
    "quorum_area": "到会面积比较",
    "approval_heads": "同意人数比较",
    "approval_area": "同意面积比较",
}
_COLUMNS = (
    *("小区", "议题", "标题", "形式", "候选人或选项"),
    *(f"{word}{measure}" for word in _BLOCKS.values() for measure in ("人数", "面积（cm²）")),
    *_TESTS.values(),
    *("通过", "席位"),
)


class FinishedParts:
    """Parts counted so far, one file each, under a name that says what was counted.

    Parameters
    ----------
    folder
        Where they are kept.

    Raises
    ------
    CityUnusable
        Nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CityUnusable(f"无法写入 {folder}：{error.strerror}") from error
        self.folder = folder
        # Another program may count differently; its parts are not ours.
        folders = [Path(package.__path__[0]) for package in PACKAGES]
        self.program = f"{version('yezhu')} {digest_of_sources(folders)}"

    def save(self, part: Part, records: Iterable[Record]) -> None:
        """Keep the records of a part; a crash leaves all of them or none."""
        with _whole(self._path(part)) as path:
            path.write_bytes(b"".join(_line(record) for record in records))

    def load(self, part: Part) -> list[Record] | None:
        """Return the records of a part, or None if it has to be counted."""
        try:
            lines = self._path(part).read_bytes().splitlines()
            records: list[Record] = [json.loads(line) for line in lines]
        except (FileNotFoundError, ValueError):
            return None
        # Whatever else may have happened to the file: a part is all of its complexes.
        names = [folder.name for folder in part.folders]
        return records if [record.get("complex") for record in records] == names else None

    def _path(self, part: Part) -> Path:
        name = canonical.digest(f"{self.program} {part.digest}".encode())
        return self.folder / f"{name}.jsonl"


def digest_of_sources(folders: Iterable[Path]) -> str:
    """Digest the Python files of some folders and their names; where they lie does not matter."""
    sources = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": canonical.digest(path.read_bytes())
        for folder in folders
        for path in folder.rglob("*.py")
    }
    return canonical.digest(canonical.encode(sources))


def write_results(out: Path, records: Iterable[Record]) -> None:
    """Write the three result files from the records of a whole city, in its order.

    ``results.csv`` has one row for each proposal, with a byte-order mark so that Excel reads it
    as UTF-8; ``results.jsonl`` one complex a line; ``not-counted.csv`` one row for each problem.
    """
    with (
        _whole(out / RESULTS_TABLE) as table_path,
        _whole(out / RESULTS) as results_path,
        _whole(out / NOT_COUNTED) as problems_path,
        table_path.open("w", encoding="utf-8-sig", newline="") as table,
        results_path.open("wb") as results,
        problems_path.open("w", encoding="utf-8-sig", newline="") as problems,
    ):
        table_rows, problem_rows = csv.writer(table), csv.writer(problems)
        table_rows.writerow(_COLUMNS)
        problem_rows.writerow(("小区", "问题"))
        for record in records:
            if "items" in record:
                results.write(_line(record))
                table_rows.writerows(map(_cells, _rows(record)))
            else:
                name = record["complex"]
                problem_rows.writerows(_cells((name, problem)) for problem in record["problems"])


def _rows(record: Record) -> Iterator[tuple[str | int, ...]]:
    """Lay out one complex: a row for each resolution, candidate or option."""
    for item in record["items"]:
        proposals = item.get("candidates") or item.get("options") or [{}]
        for proposal in proposals:
            whole: dict[str, Any] = item | proposal
            # Written out by the count only where it is not who takes part (domain C-30).
            whole.setdefault("attending", whole["participating"])
            yield (
                record["complex"],
                item["id"],
                item["title"],
                FORMS[item["form"]],
                proposal.get("name", proposal.get("title", "")),
                *(whole[block][measure] for block in _BLOCKS for measure in ("heads", "area_cm2")),
                *(_comparison(whole["tests"][test]) for test in _TESTS),
                "是" if whole["carried"] else "否",
                SEATS[proposal["seat"]] if "seat" in proposal else "",
            )


def _comparison(test: dict[str, Any]) -> str:
    outcome = "成立" if test["holds"] else "不成立"
    return f"{test['left']} {test['op']} {test['right']} {outcome}"


def _cells(row: Iterable[str | int]) -> list[str | int]:
    """Titles and names come from outside."""
    return [inert(cell) if isinstance(cell, str) else cell for cell in row]


def _line(record: Record) -> bytes:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write under; the file takes its own name once it is whole and on disk."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise CityUnusable(f"无法写入 {path}：{error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
