"""Columns that a roster sheet does not have, because the heading of another says it all the same.

What is assumed is shown with the reading of the file and once more among the findings, before
anything is imported. Where nothing on the sheet says it, nothing is assumed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from voting.roster import spelling
from voting.roster.cells import SEPARATOR, entries, one_separator
from voting.roster.identity_numbers import infer_type
from voting.roster.model import IdType
from voting.roster.owners import NUMBER, TYPE
from voting.roster.refusals import Problem
from voting.roster.table import Table

BUILDING, ENTRANCE, ROOM = "楼栋", "单元", "房号"

_PLACES = re.compile(
    r"([^-]+)-([^-]+)-([^-]+)|(.+?(?:号楼|楼|栋|幢|座))(.+?(?:单元|门))([^-]+)",
)
_RESIDENT_HEADING = re.compile(r"身份证|身份号码")
_FIRST_17 = 17


def with_assumed_columns(table: Table) -> Table:
    """Add the columns that can be read from others, and say so in the reading."""
    return _with_types(_with_places(table))


def _with_places(table: Table) -> Table:
    """Take ``01-01-0101`` apart, where building and entrance have no column of their own."""
    if ROOM not in table.columns or {BUILDING, ENTRANCE} & set(table.columns):
        return table
    places = list(map(_taken_apart, table.text[ROOM]))
    first = next((place for place in places if any(place)), None)
    if first is None:
        return table
    unread = [at for at, place in enumerate(places) if not any(place)]
    message = "应写明楼栋、单元和房号，例如 01-01-0101；没有单元的写 0，例如 B1-0-001"
    lost = {
        (table.numbers[at], column) for at in unread for column in (BUILDING, ENTRANCE, ROOM)
    }  # fmt: skip
    written = table.header.written[table.header.positions[ROOM]]
    said = f"由“{written}”一列拆成楼栋、单元、房号，例如 {'-'.join(first)} 拆成 {'、'.join(first)}"
    columns = zip((BUILDING, ENTRANCE, ROOM), zip(*places, strict=True), strict=True)
    return replace(
        _with_column(table, {name: list(texts) for name, texts in columns}, ROOM, said),
        problems=(
            *table.problems,
            *(
                Problem(table.numbers[at], ROOM, "unreadable-place", message, table.raw.name)
                for at in unread
            ),
        ),
        damaged=table.damaged | lost,
    )


def _taken_apart(text: str) -> tuple[str, str, str]:
    """Read building, entrance and room; nothing of what has not three parts."""
    found = _PLACES.fullmatch(spelling.place(text))
    if found is None:
        return "", "", ""
    building, entrance, room = (part for part in found.groups() if part is not None)
    return building, entrance, room


def _with_types(table: Table) -> Table:
    """Take the numbers below a heading such as 身份证号 for those of residents."""
    if TYPE in table.columns or NUMBER not in table.columns:
        return table
    written = table.header.written[table.header.positions[NUMBER]]
    if _RESIDENT_HEADING.search(written) is None:
        return table
    said = f"没有这一列，按“{written}”视为身份证；校验无误的统一社会信用代码除外"
    types = types_of(table.text[NUMBER])
    return _with_column(table, {TYPE: types}, NUMBER, said)


def types_of(papers: Sequence[str], usual: IdType = IdType.RESIDENT) -> list[str]:
    """Say of which type the papers of each row are: the usual one, unless a number proves another.

    Numbers of residents and organisations have a check of their own.
    """

    def types(text: str) -> str:
        if usual is IdType.RESIDENT and text[:_FIRST_17].isdecimal() and SEPARATOR not in text:
            return usual.value  # by far the most: nothing to look at one by one
        return SEPARATOR.join(infer_type(paper) or usual for paper in entries(text))

    return list(map(types, one_separator(papers)))


def _with_column(table: Table, columns: dict[str, Sequence[str]], source: str, said: str) -> Table:
    """Add columns that stand where another does."""
    position = table.header.positions[source]
    return replace(
        table,
        text={**table.text, **{name: list(texts) for name, texts in columns.items()}},
        header=replace(
            table.header,
            positions={**table.header.positions, **dict.fromkeys(columns, position)},
        ),
        reading=replace(
            table.reading,
            assumed={**table.reading.assumed, ROOM if source == ROOM else TYPE: said},
        ),
    )
