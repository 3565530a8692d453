"""How a workbook looks: widths that fit Chinese text, comments that hold theirs, pages to print."""

from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import east_asian_width

FONT = {"font_name": "宋体", "font_size": 11}
"""A font that office programs in China have; elsewhere it is replaced by one that has the signs."""

ROW_HEIGHT = 18
"""Of one line, in points: Chinese signs are taller than the letters that 15 are meant for."""

_NARROWEST, _WIDEST = 6, 40

# A comment without a scale is 128 by 74 pixels; a Chinese sign in it takes about 12 by 18.
_COMMENT_SCALE = 2.5
_SIGNS_IN_A_LINE = 25
_COMMENT_HEIGHT, _LINE_HEIGHT = 74, 18


def width(texts: Iterable[str]) -> int:
    """Give a column the width of its longest text, in digits; a Chinese sign is two of them."""
    longest = max(map(_digits, texts), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def column_widths(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Fit the columns of a sheet to these rows; a title, alone in its row, is left out."""
    shown = [row for row in rows if sum(map(bool, row)) > 1]
    return [width(row[column] for row in shown if column < len(row)) for column in range(columns)]


def height(text: str, wide: int) -> int:
    """Give a row the height of a text that wraps in a column of this width, in points.

    Not every office program finds it out when it opens the file.
    """
    return ROW_HEIGHT * -(-max(_digits(text), 1) // wide)


def comment_size(lines: Sequence[str]) -> dict[str, float]:
    """Give a comment the room for all of its lines."""
    rows = sum(1 + _digits(line) // 2 // _SIGNS_IN_A_LINE for line in lines) + 1
    return {"x_scale": _COMMENT_SCALE, "y_scale": max(0.5, rows * _LINE_HEIGHT / _COMMENT_HEIGHT)}


def to_print(sheet: Any, header_row: int) -> None:  # noqa: ANN401 - xlsxwriter has no types
    """Print a sheet across A4 pages as wide as one, its header on each.

    ``header_row`` counts from 0.
    """
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header_row)
    sheet.set_footer("&C&A　第 &P 页，共 &N 页")


def _digits(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
