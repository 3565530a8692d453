"""Workbook bytes to columns of cells, read in a process of its own.

The parser gives up on some damaged files by aborting its process, and a file of one kilobyte can
ask it for a terabyte. Neither may take the ballot box down with it.
"""

import gc
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from voting.roster.formulas import formula_cells

MAX_ROWS = 300_000
HEADER_WITHIN = 20
"""A header is looked for below a title and a line or two of remarks."""

_MAX_CELLS = 20_000_000
# Unpacked, 300,000 rows of a roster are about 250 MB of XML; a zip bomb is terabytes.
_MAX_UNPACKED = 600 * 1024**2
_SECONDS = 120
_MEMORY = 2 * 1024**3

_BIFF8_BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS = 0x2F
_RECORDS_BEFORE_FILEPASS = 8

Cell = str | float | bool | datetime | date | None
"""Numbers come as the file has them; None stands for a time that belongs nowhere in a table."""


class NotASheet(Exception):  # noqa: N818 - says what the bytes are; readers turn it into a refusal
    """The bytes hold no readable table; ``code`` and ``message`` say why, the rest says where."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.sheet = sheet
        self.row = row
        self.column = column


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet from its first row and column on, column by column, all of one length.

    ``name`` is None where a file has no sheets. ``merged`` are ((top, left), (bottom, right)) and
    ``formulas`` (row, column), both counted from 0; only xlsx says where its formulas are.
    """

    name: str | None
    columns: Sequence[Sequence[Cell]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False

    def row(self, at: int) -> list[Cell]:
        """Cells of one row, counted from 0."""
        return [column[at] for column in self.columns]

    @property
    def height(self) -> int:
        """Number of rows, from the first of the sheet to the last that holds anything."""
        return len(self.columns[0]) if self.columns else 0


def workbook_sheets(data: bytes) -> list[RawSheet]:
    """Read every worksheet of an xlsx or xls file.

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
    if isinstance(answer[0], str):
        code, sheet = answer
        raise NotASheet(code, _MESSAGES[code], sheet=sheet)
    return [
        RawSheet(
            name, list(map(_unpacked, columns)), merged, frozenset(map(tuple, formulas)), hidden
        )
        for name, columns, merged, hidden, formulas in answer
    ]


_MESSAGES = {
    "encrypted-file": "文件设有密码，请先取消密码",
    "damaged-file": "文件已损坏，或不是 Excel 表格",
    "unpacks-too-large": f"文件解压后超过 {_MAX_UNPACKED // 1024**2} MB，不是正常的清册",
    "too-many-rows": f"工作表超过 {MAX_ROWS} 行",
    "too-many-cells": "工作表的范围过大：请删除数据以外有格式的空行空列",
}


# A column of nothing but text travels as one string: that is three times as fast.
_BETWEEN = "\0"


def _packed(column: Sequence[Cell]) -> Sequence[Cell] | str:
    try:
        joined = _BETWEEN.join(cast("Sequence[str]", column))
    except TypeError:  # a number or a date among them
        return column
    return joined if joined.count(_BETWEEN) == len(column) - 1 else column


def _unpacked(column: Sequence[Cell] | str) -> Sequence[Cell]:
    return column.split(_BETWEEN) if isinstance(column, str) else column


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


def _read(data: bytes) -> list[Any]:
    """Read all worksheets, or name what is wrong and the sheet it is wrong with."""
    from python_calamine import CalamineError  # noqa: PLC0415 - see below

    if _is_encrypted(data):
        return ["encrypted-file", None]
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED:
                    return ["unpacks-too-large", None]
        with ThreadPoolExecutor(1) as beside:
            # Parsing and unpacking both leave the interpreter: neither waits for the other.
            search = beside.submit(formula_cells, data)
            found = _sheets(data)
            formulas = search.result()
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile, RuntimeError, SyntaxError):
        return ["damaged-file", None]
    if found and isinstance(found[0], str):
        return found
    return [(*sheet, formulas.get(sheet[0], ())) for sheet in found] or ["damaged-file", None]


def _is_encrypted(data: bytes) -> bool:
    """Tell whether a compound file is a workbook under a password, new or old.

    The parser only says that it does not know the format. A new one wraps the encrypted archive
    in a stream of this name; an old one has a record FILEPASS among the first of its stream.
    """
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    if "EncryptedPackage".encode("utf-16-le") in data:
        return True
    at = data.find(_BIFF8_BEGINNING)
    for _ in range(_RECORDS_BEFORE_FILEPASS if at >= 0 else 0):
        if at + 4 > len(data):
            return False
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _FILEPASS:
            return True
        at += 4 + length
    return False


def _sheets(data: bytes) -> list[Any]:
    from python_calamine import (  # noqa: PLC0415 - the asking process never loads the parser
        SheetTypeEnum,
        SheetVisibleEnum,
        load_workbook,
    )

    sheets: list[Any] = []
    with load_workbook(io.BytesIO(data)) as workbook:
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            if sheet.total_height > MAX_ROWS + HEADER_WITHIN:
                return ["too-many-rows", about.name]
            if sheet.total_height * sheet.total_width > _MAX_CELLS:
                return ["too-many-cells", about.name]
            # Rows and columns before the data are kept, so that row numbers are Excel's.
            rows = sheet.to_python(skip_empty_area=False)
            columns = [_packed(column) for column in zip(*rows, strict=True)]
            hidden = about.visible != SheetVisibleEnum.Visible
            sheets.append((about.name, columns, sheet.merged_cell_ranges or (), hidden))
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
    # Everything built here is needed to the end, and the end of the process frees it at once.
    gc.disable()
    # dumps, not dump: only the former is written in C.
    answer = json.dumps(_read(sys.stdin.buffer.read()), default=_plain, ensure_ascii=False)
    sys.stdout.buffer.write(answer.encode())
    sys.stdout.buffer.flush()
    os._exit(0)
