"""What was guessed about a file, to be shown before it is used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from voting.roster.listed import listed

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was understood. Rows count from 1 as Excel shows them.

    Parameters
    ----------
    kind
        ``xlsx``, ``xls`` or ``CSV``, by the first bytes; of CSV also encoding and separator.
    sheet
        The worksheet taken, None where a file has none.
    ignored_sheets
        Name of every other worksheet, with the reason in Chinese.
    header_row, lines_above
        Where the header stands, and the rows above it that hold a title or remark.
    columns
        Canonical name of each column taken: its letter, and its heading as written.
    ignored_columns
        Headings of the columns not taken.
    total_rows, remark_rows
        Rows below the header that are no unit: sums, and remarks at the end.
    blank_rows, filled_cells
        How many rows were empty, and how many cells took the text of a merged one above.
    assumed
        Under the name of a column, what was read from another heading because it is missing.
    stated
        Under the name of a column that is missing, what whoever imports stated for all rows.
    """

    kind: str
    sheet: str | None
    ignored_sheets: Mapping[str, str]
    header_row: int
    lines_above: tuple[int, ...]
    columns: Mapping[str, tuple[str, str]]
    ignored_columns: tuple[str, ...]
    blank_rows: int
    filled_cells: int
    total_rows: tuple[int, ...] = field(default=())
    remark_rows: tuple[int, ...] = field(default=())
    assumed: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Say it in Chinese, one guess a line."""
        yield f"文件格式：{self.kind}"
        if self.sheet is not None:
            yield f"取用的工作表：{self.sheet}"
        for name, reason in self.ignored_sheets.items():
            yield f"未读取的工作表：{name}（{reason}）"
        above = (
            f"，上方第 {listed(self.lines_above, _SHOWN)} 行视为标题" if self.lines_above else ""
        )
        yield f"表头：第 {self.header_row} 行{above}"
        yield from self._column_lines()
        if self.ignored_columns:
            yield f"未采用的列：{'、'.join(self.ignored_columns)}"
        if self.total_rows:
            yield f"视为合计、不作房屋：第 {listed(self.total_rows, _SHOWN)} 行"
        if self.remark_rows:
            yield f"视为表尾备注、不作房屋：第 {listed(self.remark_rows, _SHOWN)} 行"
        if self.blank_rows:
            yield f"跳过空行：{self.blank_rows} 行"
        if self.filled_cells:
            yield f"由上方合并单元格补入：{self.filled_cells} 格"

    def _column_lines(self) -> Iterator[str]:
        for column, (letter, written) in self.columns.items():
            alias = "" if written == column else f"，表中写作“{written}”"
            yield f"{column}：{letter} 列{alias}"
        for column, said in self.assumed.items():
            yield f"{column}：{said}"
        for column, value in self.stated.items():
            yield f"{column}：没有这一列，按统一写明的，每一行都记为“{value}”"
