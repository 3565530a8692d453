"""A roster sheet handed back: a copy with a comment on every cell in question, and a list."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from voting.kernel.area import square_metres
from voting.roster.cells import control_character, plain_text
from voting.roster.denominators import Denominator, compared
from voting.roster.examination import Examination
from voting.roster.explanation import Explanation
from voting.roster.formulas import column_letters
from voting.roster.refusals import Grade, Problem
from voting.roster.workbook_layout import (
    FONT,
    ROW_HEIGHT,
    column_widths,
    comment_size,
    height,
    to_print,
)
from voting.roster.workbook_reader import Cell, RawSheet

LIST, COPY, GROUPS, TOTALS, GUESSES = "核对结果", "清册（带批注）", "产权组合", "分母", "读取说明"

# A comment takes far more room than a cell; beyond this many rows only rows in question are copied.
_COPIED_WHOLE = 20_000
_COMMENTS = 10_000
_LISTED = 200_000
_FITTED = 500
_MESSAGE, _REASON, _GUESS = 100, 56, 90
_GROUP_LINES = 200_000

_COLOURS = {Grade.ERROR: "#F8CBAD", Grade.WARNING: "#FFE699", Grade.HINT: "#DDEBF7"}


def findings_workbook(examination: Examination, denominators: Sequence[Denominator]) -> bytes:
    """Write the workbook that goes back to whoever keeps the roster.

    Everything is written as text: whatever an owner's name begins with, it never becomes a
    formula or a link.
    """
    import xlsxwriter  # noqa: PLC0415 - checking a roster must not wait for the writer

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as workbook:
        writer = _Writer(workbook)
        copied = _copied_rows(examination)
        writer.lay_out(examination)
        writer.findings(examination.ranked, copied, examination)
        writer.copy(examination, copied)
        if examination.explanation is not None:
            writer.groups(examination.explanation)
            writer.totals(denominators)
        writer.guesses(examination)
    return buffer.getvalue()


def _copied_rows(examination: Examination) -> dict[int, int]:
    """Row of the copy, counted from 0, for every row copied, as Excel counts in the original."""
    if examination.table is None:
        return {}
    height = examination.table.raw.height
    if height <= _COPIED_WHOLE:
        return {row: row - 1 for row in range(1, height + 1)}
    wanted = {finding.row for finding in examination.findings if finding.row is not None}
    wanted |= set(range(1, examination.table.header_row + 1))
    return {row: at for at, row in enumerate(sorted(wanted))}


class _Writer:
    def __init__(self, workbook: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self.workbook = workbook
        self.left_out: list[str] = []
        text = {**FONT, "num_format": "@", "valign": "vcenter"}
        self.text = workbook.add_format(text)
        self.number = workbook.add_format({**FONT, "valign": "vcenter", "align": "left"})
        self.wrapped = workbook.add_format({**text, "text_wrap": True})
        self.bold = workbook.add_format(
            {**text, "bold": True, "bg_color": "#D9D9D9", "border": 1, "text_wrap": True}
        )
        self.link = workbook.add_format(
            {**FONT, "font_color": "#0563C1", "underline": 1, "valign": "vcenter"}
        )
        self.marked = {
            grade: workbook.add_format({**text, "bg_color": colour})
            for grade, colour in _COLOURS.items()
        }

    def lay_out(self, examination: Examination) -> None:
        """Put the sheets in order: right after the data what was guessed, on which all rests."""
        wanted = {
            COPY: examination.table is not None,
            GUESSES: True,
            LIST: True,
            GROUPS: examination.explanation is not None,
            TOTALS: examination.explanation is not None,
        }
        for name, there in wanted.items():
            if there:
                self.workbook.add_worksheet(name)

    def sheet(self, name: str, headings: Sequence[str], widths: Sequence[int]) -> Any:  # noqa: ANN401 - as above
        sheet = self.workbook.get_worksheet_by_name(name)
        sheet.set_default_row(ROW_HEIGHT)
        tallest = max(height(each, wide) for each, wide in zip(headings, widths, strict=True))
        sheet.set_row(0, tallest)
        for column, (heading, wide) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(column, column, wide)
            sheet.write_string(0, column, heading, self.bold)
        sheet.freeze_panes(1, 0)
        to_print(sheet, 0)
        return sheet

    def findings(
        self, findings: Sequence[Problem], copied: dict[int, int], examination: Examination
    ) -> None:
        """List everything found, gravest first, each with a link to its cell in the copy."""
        headings = ("程度", "行", "列", "单元格", "问题")
        sheet = self.sheet(LIST, headings, (8, 8, 16, 10, _MESSAGE))
        for at, finding in enumerate(findings[:_LISTED], 1):
            sheet.write_string(at, 0, finding.grade.chinese, self.marked[finding.grade])
            if finding.row is not None:
                sheet.write_number(at, 1, finding.row, self.number)
            sheet.write_string(at, 2, finding.column or "", self.text)
            place = _place(examination, finding)
            if place is not None and finding.row in copied:
                target = f"{column_letters(place)}{copied[finding.row] + 1}"
                shown = f"{column_letters(place)}{finding.row}"
                sheet.write_url(at, 3, f"internal:'{COPY}'!{target}", self.link, shown)
            sheet.write_string(at, 4, finding.message, self.wrapped)
            if (tall := height(finding.message, _MESSAGE)) > ROW_HEIGHT:
                sheet.set_row(at, tall)
        if findings:
            sheet.autofilter(0, 0, min(len(findings), _LISTED), len(headings) - 1)
        else:
            sheet.write_string(1, 4, "没有发现问题", self.text)
        if len(findings) > _LISTED:
            message = f"另有 {len(findings) - _LISTED} 条没有列出，请先改正以上各条"
            sheet.write_string(_LISTED + 1, 4, message, self.text)

    def copy(self, examination: Examination, copied: dict[int, int]) -> None:
        """Copy the sheet cell by cell, with a colour and a comment where something was found."""
        table = examination.table
        if table is None:
            return
        found: defaultdict[tuple[int, int], list[Problem]] = defaultdict(list)
        for finding in examination.ranked:
            place = _place(examination, finding)
            if place is not None and finding.row in copied:
                found[finding.row, place].append(finding)
        sheet = self.workbook.get_worksheet_by_name(COPY)
        sheet.set_default_row(ROW_HEIGHT)
        self.fit(sheet, table.raw, copied)
        if table.header_row in copied:
            sheet.freeze_panes(copied[table.header_row] + 1, 0)
            to_print(sheet, copied[table.header_row])
        for row, at in copied.items():
            for column, cell in enumerate(table.raw.row(row - 1)):
                findings = found.get((row, column))
                text = _shown(cell)
                if findings is not None:
                    sheet.write_string(at, column, text, self.marked[findings[0].grade])
                elif text:
                    style = self.bold if row == table.header_row else self.text
                    sheet.write_string(at, column, text, style)
        not_copied = table.raw.height - len(copied)
        if not_copied:
            self.left_out.append(f"“{COPY}”只抄录表头和有问题的行，另有 {not_copied} 行没有抄录")
        self.comments(sheet, found, copied, named=not_copied > 0)

    def fit(self, sheet: Any, raw: RawSheet, copied: Iterable[int]) -> None:  # noqa: ANN401 - as above
        """Make the columns of the copy as wide as their texts, so that no number is cut off."""
        rows = [list(map(_shown, raw.row(row - 1))) for row in islice(copied, _FITTED)]
        for column, wide in enumerate(column_widths(rows, len(raw.columns))):
            sheet.set_column(column, column, wide)

    def comments(
        self,
        sheet: Any,  # noqa: ANN401 - as above
        found: Mapping[tuple[int, int], Sequence[Problem]],
        copied: Mapping[int, int],
        *,
        named: bool,
    ) -> None:
        """Say at every cell what was found there, and which row it was if rows were left out.

        ``found`` has the gravest first, in its order of cells and at each cell.
        """
        for (row, column), findings in list(found.items())[:_COMMENTS]:
            lines = [f"{finding.grade.chinese}：{finding.message}" for finding in findings]
            if named:
                lines.append(f"（原表第 {row} 行）")
            sheet.write_comment(copied[row], column, "\n".join(lines), comment_size(lines))
        bare = len(found) - _COMMENTS
        if bare > 0:
            self.left_out.append(f"批注最多 {_COMMENTS} 处，另有 {bare} 处没有批注，见“{LIST}”")

    def groups(self, explanation: Explanation) -> None:
        """Write every group of several units, line by line, with the reason."""
        headings = (
            "组",
            "房屋",
            "原表行",
            "面积（㎡）",
            "归入本组的理由",
            "归并前人数",
            "归并后人数",
        )
        sheet = self.sheet(GROUPS, headings, (8, 24, 8, 14, _REASON, 12, 12))
        at, unlisted = 1, 0
        for group in explanation.groups:
            shown = group.lines if at <= _GROUP_LINES else ()
            unlisted += len(group.lines) - len(shown)
            for line in shown:
                sheet.write_number(at, 0, group.number + 1, self.number)
                sheet.write_string(at, 1, line.unit_key, self.text)
                sheet.write_number(at, 2, line.row, self.number)
                sheet.write_string(at, 3, square_metres(line.area_cm2), self.text)
                sheet.write_string(at, 4, line.reason, self.wrapped)
                if (tall := height(line.reason, _REASON)) > ROW_HEIGHT:
                    sheet.set_row(at, tall)
                at += 1
            sheet.write_string(at, 1, "小计", self.bold)
            sheet.write_string(at, 3, square_metres(group.area_cm2), self.bold)
            sheet.write_string(at, 4, f"按“{explanation.rule.chinese}”计一人", self.bold)
            sheet.write_number(at, 5, len(group.lines), self.bold)
            sheet.write_number(at, 6, 1, self.bold)
            at += 1
        sheet.write_string(at, 1, "全部房屋", self.bold)
        sheet.write_string(at, 3, square_metres(explanation.after.area_cm2), self.bold)
        sheet.write_string(at, 4, "其余各套各计一人；归并不改变面积", self.bold)
        sheet.write_number(at, 5, explanation.before.heads, self.bold)
        sheet.write_number(at, 6, explanation.after.heads, self.bold)
        if unlisted:
            self.left_out.append(f"“{GROUPS}”另有 {unlisted} 套没有列出，各组小计仍然完整")

    def totals(self, denominators: Sequence[Denominator]) -> None:
        """Write the totals under every denominator, heads under every rule beside each other.

        What is the very same as a total above it says so, and repeats no figure.
        """
        rules = list(denominators[0].heads) if denominators else []
        headings = (
            "口径",
            "套数",
            "面积（㎡）",
            *(f"人数：{rule.chinese}" for rule in rules),
            "说明",
        )
        sheet = self.sheet(TOTALS, headings, (40, 8, 16, *(20 for _ in rules), 40))
        for at, (total, same) in enumerate(compared(denominators), 1):
            sheet.write_string(at, 0, total.name, self.text)
            if same is not None:
                sheet.write_string(at, 3 + len(rules), f"与“{same}”完全相同", self.text)
                continue
            sheet.write_number(at, 1, total.units, self.number)
            sheet.write_string(at, 2, square_metres(total.area_cm2), self.text)
            for column, rule in enumerate(rules, 3):
                sheet.write_number(at, column, total.heads[rule], self.number)
            if total.without_area:
                note = f"另有 {total.without_area} 套没有这种面积，不能作分母"
                sheet.write_string(at, 3 + len(rules), note, self.text)

    def guesses(self, examination: Examination) -> None:
        """Write what was guessed in reading the file, and what the other sheets leave out."""
        sheet = self.sheet(GUESSES, ("文件是这样读的，请核对",), (_GUESS,))
        lines = examination.table.reading.lines() if examination.table is not None else ()
        for at, line in enumerate([*lines, *self.left_out], 1):
            sheet.write_string(at, 0, line, self.wrapped)
            sheet.set_row(at, height(line, _GUESS))


def _place(examination: Examination, finding: Problem) -> int | None:
    """Find the column of the sheet in which a finding stands; a whole row's is its first."""
    if examination.table is None or finding.row is None:
        return None
    if finding.column is None:
        return 0
    return examination.table.header.positions.get(finding.column)


def _shown(cell: Cell) -> str:
    """Text of a cell of the copy; what was damaged is shown as it came."""
    text, fault = plain_text(cell, is_time=True)
    if fault is not None:
        return repr(cell) if isinstance(cell, float) else ""
    return text if control_character(text) is None else "".join(filter(str.isprintable, text))
