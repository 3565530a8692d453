"""Workbook bytes to rows of cells, read in a process of its own.

The parser gives up on some damaged files by aborting its process, and a file of one kilobyte can
ask it for a terabyte. Neither may take the ballot box down with it.
"""

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

MAX_ROWS = 300_000
HEADER_WITHIN = 20
"""A header is looked for below a title and a line or two of remarks."""

_SECONDS = 120
_MEMORY = 3 * 1024**3

Cell = str | float | bool | datetime | date | None
"""Numbers come as the file has them; None stands for a time that belongs nowhere in a table."""


class NotASheet(Exception):  # noqa: N818 - says what the bytes are; readers turn it into a refusal
    """The bytes hold no readable table; ``code`` and ``message`` say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet from its first row and column on; ``merged`` are ((top, left), (bottom, right))."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()


def workbook_sheets(data: bytes) -> list[RawSheet]:
    """Read every sheet of an xlsx or xls file.

    Raises
    ------
    NotASheet
        Damaged, encrypted, too many rows, or more than the reader may take of time and memory.
    """
    try:
        done = subprocess.run(  # noqa: S603 - this very module, run by this very interpreter
            [sys.executable, "-m", __name__],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise NotASheet("damaged-file", "文件已损坏、过大，或不是 Excel 表格") from error
    answer = json.loads(done.stdout, object_hook=_moment)
    if isinstance(answer, str):
        raise NotASheet(answer, _MESSAGES[answer])
    return [RawSheet(name, rows, merged) for name, rows, merged in answer]


_MESSAGES = {
    "encrypted-file": "文件设有密码，请先取消密码",
    "damaged-file": "文件已损坏，或不是 Excel 表格",
    "too-many-rows": f"工作表超过 {MAX_ROWS} 行",
}


def _moment(value: Mapping[str, str]) -> Cell:
    match dict(value):
        case {"datetime": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case _:
            return None


def _plain(cell: object) -> dict[str, str]:
    """Write what JSON has no form for; a length of time is nothing a table may hold."""
    match cell:
        case datetime():
            return {"datetime": cell.isoformat()}
        case date():
            return {"date": cell.isoformat()}
        case _:
            return {}


def _read(data: bytes) -> Any:  # noqa: ANN401 - JSON for the process that asked
    from python_calamine import CalamineError, PasswordError, load_workbook  # noqa: PLC0415

    sheets = []
    try:
        with load_workbook(io.BytesIO(data)) as workbook:
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.total_height > MAX_ROWS + HEADER_WITHIN:
                    return "too-many-rows"
                # Rows and columns before the data are kept, so that row numbers are Excel's.
                rows = sheet.to_python(skip_empty_area=False)
                sheets.append((name, rows, sheet.merged_cell_ranges or ()))
    except PasswordError:
        return "encrypted-file"
    except (CalamineError, OSError, ValueError):
        return "damaged-file"
    return sheets


def _limit() -> None:
    """Take no more memory and time than an honest roster needs, where the system can say so."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit()
    # dumps, not dump: only the former is written in C.
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read()), default=_plain))
