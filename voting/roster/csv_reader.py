"""CSV bytes to columns of cells: encoding and separator are found out, and said."""

import csv
import io
import re
from collections.abc import Iterable
from itertools import zip_longest

from voting.roster.workbook_reader import HEADER_WITHIN, MAX_ROWS, NotASheet, RawSheet

# Three bytes of a Chinese character in UTF-8. Bytes in GB18030 hardly ever fall into this shape.
_UTF8_CHINESE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")


def csv_sheet(data: bytes) -> tuple[RawSheet, str]:
    """Read the one table of a CSV file, and name its encoding and separator.

    Raises
    ------
    NotASheet
        Unknown or mixed encodings, not text, an open quote, too many rows.
    """
    text, encoding = _decode(data)
    if "\0" in text:
        raise NotASheet("damaged-file", "文件不是表格（xlsx、xls 或 CSV）")
    if text.lstrip()[:1] == "<":
        message = "文件其实是网页（HTML），请在 Excel 中打开后另存为 xlsx"
        raise NotASheet("damaged-file", message)
    first_lines = text[:4096]
    delimiter = "\t" if "\t" in first_lines and "," not in first_lines else ","
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MAX_ROWS + HEADER_WITHIN:
                raise NotASheet("too-many-rows", f"文件超过 {MAX_ROWS} 行", row=len(rows))
    except csv.Error as error:
        at = len(rows) + 1
        raise NotASheet("damaged-file", "CSV 从这一行起无法读取，请检查引号", row=at) from error
    columns = list(zip_longest(*rows, fillvalue=""))
    separator = "制表符" if delimiter == "\t" else "逗号"
    return RawSheet(None, columns), f"{encoding}，以{separator}分隔"


def _decode(data: bytes) -> tuple[str, str]:
    """UTF-8 first: GB18030 accepts nearly any bytes, so it may only be the last resort."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        choices = [("utf-16", "UTF-16")]
    elif data.startswith(b"\xef\xbb\xbf"):
        choices = [("utf-8-sig", "UTF-8（带 BOM）")]
    else:
        choices = [("utf-8", "UTF-8"), ("gb18030", "GB18030")]
    for encoding, name in choices:
        if encoding == "gb18030":
            _refuse_mixture(data.split(b"\n"))
        try:
            return data.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise NotASheet("unknown-encoding", "文字编码无法识别，请另存为 UTF-8 或 xlsx")


def _refuse_mixture(lines: Iterable[bytes]) -> None:
    """Refuse files pasted together from two encodings: half of their names would be nonsense."""
    first: bool | None = None
    for number, line in enumerate(lines, 1):
        if line.isascii():
            continue
        if (is_utf8 := _is_utf8(line)) == first:
            continue
        if first is None:
            first = is_utf8
            continue
        here, there = ("UTF-8", "GB18030") if is_utf8 else ("GB18030", "UTF-8")
        message = f"这一行是 {here} 编码，前面的行是 {there} 编码，请统一后再导入"
        raise NotASheet("mixed-encodings", message, row=number)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return _UTF8_CHINESE.search(line) is not None
