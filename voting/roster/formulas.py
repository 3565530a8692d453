"""Where an xlsx file keeps formulas: the parser of cells gives their last result only.

The result of a formula is what some program computed at some time, perhaps never. A roster that
is to be a denominator may not hang on it.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

_PIECE = 1 << 20
_OVERLAP = 4096
_IN_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*>\s*<(?:\w+:)?f[\s/>]"
)
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MAX_INDEX = 4 << 20


def formula_cells(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Find the cells of every sheet that hold a formula, as (row, column) counted from 0.

    A cell may be named twice. Of the older xls nothing is found.

    Raises
    ------
    zipfile.BadZipFile, SyntaxError
        The archive or its index is damaged.
    """
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: list(_cells(archive, part)) for name, part in _sheet_parts(archive)}


def column_letters(position: int) -> str:
    """Name a column as Excel does.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name every sheet with the part of the archive it is kept in."""
    names = set(archive.namelist())
    if not {_WORKBOOK, _RELATIONS} <= names:
        return
    target_of = {
        relation.get("Id"): relation.get("Target", "") for relation in _index(archive, _RELATIONS)
    }
    for element in _index(archive, _WORKBOOK).iter():
        if not element.tag.endswith("}sheet"):
            continue
        target = target_of.get(element.get(_ID), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            yield element.get("name", ""), part


def _index(archive: zipfile.ZipFile, part: str) -> ET.Element:
    if archive.getinfo(part).file_size > _MAX_INDEX:
        raise zipfile.BadZipFile(part)
    # Entities are bounded by expat, and all of this runs in a process with a limit.
    return ET.fromstring(archive.read(part))  # noqa: S314 - see the line above


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int]]:
    """Search a sheet piece by piece; what two pieces share may be found twice."""
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            yield from _found(tail + piece)
            tail = piece[-_OVERLAP:]


def _found(piece: bytes) -> Iterator[tuple[int, int]]:
    # Nearly every piece of nearly every file ends here.
    if b"<f" not in piece and b":f" not in piece:
        return
    for match in _IN_CELL.finditer(piece):
        column = 0
        for letter in match[1]:
            column = column * 26 + letter - ord("A") + 1
        yield int(match[2]) - 1, column - 1
