"""Text of cells, one at a time where it must be, a whole column at once where it can be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voting.roster import spelling
from voting.roster.workbook_reader import Cell

# From 16 digits on a float64 no longer holds every integer: the digits shown are not the
# digits typed, and nobody can tell which were lost.
_FIRST_LOSSY = 1e15
_DAMAGED = "已被 Excel 转成数字而损坏：请把整列设为文本格式后按原件重新填写"

_BETWEEN = "\0"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202b\u202d\u202e\u2066-\u2069]")

_SEPARATORS = (";", ",", "/", "\n")
SEPARATOR = "、"
"""Stands between several owners in one cell; ``；，/`` and a new line do as well."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the text of a cell, wherever the cell stands."""

    code: str
    message: str


def plain_text(
    cell: Cell, *, is_time: bool = False, is_text: bool = False
) -> tuple[str, Fault | None]:
    """Text of a cell, and what is wrong with it.

    ``is_text``: the cell holds digits that are no number; any number has lost something already,
    be it only its leading zeros. It is refused, never repaired.
    """
    match cell:
        case str():
            return cell, None
        case bool():
            return ("TRUE" if cell else "FALSE"), None
        case int() | float():
            if is_text or not abs(cell) < _FIRST_LOSSY:  # a NaN is not less than anything
                return "", Fault("number-damaged", _DAMAGED)
            # repr is the shortest text that reads back as the same float: what Excel showed.
            return (str(int(cell)) if cell == int(cell) else repr(cell)), None
        case date() if is_time:
            return _moment_text(cell), None
        case _:
            message = "已被 Excel 转成日期或时间：请把整列设为文本格式后重新填写"
            return "", Fault("date-damaged", message)


def control_character(text: str) -> Fault | None:
    """Tell of a character that nobody can see and nobody typed."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    message = f"含有不可见的控制字符（U+{ord(found[0]):04X}），请重新填写"
    return Fault("control-character", message)


def spelled(spell: Callable[[str], str], texts: Sequence[str]) -> list[str]:
    """Spell a whole column in one call; the texts hold no control character.

    Every spelling rule looks at one character and its neighbours, and none of them knows the
    character put between the texts: spelling them joined is spelling each.
    """
    return [part.strip() for part in spell(_BETWEEN.join(texts)).split(_BETWEEN)] if texts else []


def one_separator(texts: Sequence[str]) -> list[str]:
    """Spell a column half-width, every separator between entries as :data:`SEPARATOR`."""
    joined = spelling.half_width(_BETWEEN.join(texts))
    for separator in _SEPARATORS:
        joined = joined.replace(separator, SEPARATOR)
    return [text.strip() for text in joined.split(_BETWEEN)] if texts else []


def entries(text: str) -> list[str]:
    """Split a cell of :func:`one_separator` into the entries of its owners."""
    return [entry for part in text.split(SEPARATOR) if (entry := part.strip())]


def _moment_text(moment: date) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    # Excel keeps times as fractions of a day, a few microseconds off the second.
    nearest = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return nearest.isoformat(" ")
