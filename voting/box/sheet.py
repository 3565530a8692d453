"""The paper ballot sheet: ballots typed into a spreadsheet, and every problem of it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tally.columns import BallotRow
from tally.model import Agenda
from voting.assembly.agenda import parse_moment
from voting.box.marks import question_headings, question_marks
from voting.kernel.clock import BEIJING
from voting.kernel.inert import as_meant, inert
from voting.roster import spelling
from voting.roster.grouping import group_of_unit
from voting.roster.model import Roster
from voting.roster.refusals import FileUnreadable, Problem
from voting.roster.sheet import read_table
from voting.roster.table import Row, Table
from voting.roster.workbook_reader import NotASheet

UNITS, CHANNEL, RECEIVED, VOID = "房屋", "渠道", "收到时间", "作废原因"
FIXED_COLUMNS = (UNITS, CHANNEL, RECEIVED, VOID)

PAPER = "纸质"
"""Channel of a row that names none."""

_MAX_CHANNEL = 20
_SEPARATORS = re.compile(r"[、；;,，\n]+")
# What Excel makes of a time when it saves CSV.
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)


class BallotSheetUnreadable(FileUnreadable):
    """The ballot sheet has problems; no ballot of it is counted."""

    code = "ballot-sheet-unreadable"
    what = "表决票登记表"


@dataclass(frozen=True, slots=True)
class SheetBallot:
    """One row of the sheet. ``choices`` are codes in the order of the agenda's questions.

    ``received_at`` is in UTC, or None if the sheet gives no times. A ballot with a
    ``void_reason`` may name no unit: an illegible one is void for that very reason (C-19).
    """

    unit_keys: tuple[str, ...]
    choices: tuple[int, ...]
    void_reason: str = ""
    channel: str = PAPER
    received_at: datetime | None = None
    row: int = 0

    @property
    def ballot(self) -> BallotRow:
        """What the tally takes."""
        return BallotRow(self.unit_keys, self.choices, bool(self.void_reason), self.channel)


@dataclass(frozen=True, slots=True)
class BallotSheet:
    """All ballots of a sheet, each list in order of arrival.

    ``early`` and ``late`` ones arrived outside the published window and never count (C-34).
    """

    ballots: tuple[SheetBallot, ...]
    early: tuple[SheetBallot, ...]
    late: tuple[SheetBallot, ...]


def read_ballot_sheet(data: bytes, name: str, agenda: Agenda, roster: Roster) -> BallotSheet:
    """Read a ballot sheet (xlsx, xls, CSV) against what was asked, and of whom.

    Raises
    ------
    BallotSheetUnreadable
        With every problem, each with its row and column.
    """
    reader = _BallotReader(agenda, roster)
    ballots = reader.read(data, name)
    if reader.problems:
        raise BallotSheetUnreadable(reader.problems)
    return _in_window(ballots, agenda)


def ballot_problems(
    data: bytes, name: str, agenda: Agenda | None, roster: Roster | None
) -> tuple[Problem, ...]:
    """List what is wrong with a sheet as far as it can be told without agenda or roster."""
    reader = _BallotReader(agenda, roster)
    reader.read(data, name)
    return tuple(reader.problems)


def write_ballot_sheet(path: Path, agenda: Agenda, ballots: Iterable[SheetBallot]) -> None:
    """Write :func:`ballot_sheet` to a file."""
    path.write_bytes(ballot_sheet(agenda, ballots))


def ballot_sheet(agenda: Agenda, ballots: Iterable[SheetBallot]) -> bytes:
    """Write a sheet that :func:`read_ballot_sheet` reads: CSV, UTF-8 with BOM for Excel."""
    words = [
        {code: word for word, code in reversed(list(marks.items()))}
        for marks in question_marks(agenda)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*FIXED_COLUMNS, *question_headings(agenda)])
    for ballot in ballots:
        received = ballot.received_at
        writer.writerow(
            [
                inert("、".join(ballot.unit_keys)),
                inert(ballot.channel),
                f"{received.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if received else "",
                inert(ballot.void_reason),
                *(word[choice] for word, choice in zip(words, ballot.choices, strict=True)),
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _in_window(ballots: Sequence[SheetBallot], agenda: Agenda) -> BallotSheet:
    """Order by arrival, then row; set aside what arrived before or after the window."""
    beginning = datetime.min.replace(tzinfo=UTC)
    ordered = sorted(ballots, key=lambda ballot: (ballot.received_at or beginning, ballot.row))
    early: list[SheetBallot] = []
    late: list[SheetBallot] = []
    counted: list[SheetBallot] = []
    for ballot in ordered:
        at = ballot.received_at
        if at is not None and agenda.opens_at is not None and at < agenda.opens_at:
            early.append(ballot)
        elif at is not None and agenda.closes_at is not None and at > agenda.closes_at:
            late.append(ballot)
        else:
            counted.append(ballot)
    return BallotSheet(tuple(counted), tuple(early), tuple(late))


class _BallotReader:
    """Reads row by row; without agenda or roster it checks what is left to check."""

    def __init__(self, agenda: Agenda | None, roster: Roster | None) -> None:
        self.problems: list[Problem] = []
        self.headings = question_headings(agenda) if agenda is not None else ()
        self.marks = question_marks(agenda) if agenda is not None else ()
        self.knows_agenda = agenda is not None
        self.group_of = None
        if roster is not None:
            same_owner = agenda.policies.same_owner if agenda is not None else None
            self.group_of = group_of_unit(roster, same_owner)

    def read(self, data: bytes, name: str) -> list[SheetBallot]:
        known = {*FIXED_COLUMNS, *self.headings}

        def column_of(text: str) -> str | None:
            # Without the agenda any heading may be an item's.
            return text if text in known or (text and not self.knows_agenda) else None

        try:
            table = read_table(
                data,
                name,
                column_of,
                time_columns=frozenset({RECEIVED}),
            )
        except NotASheet as error:
            self.problems.append(Problem(None, None, error.code, error.message))
            return []
        self.problems += table.problems
        self.check_columns(table)
        timed = any(row.cells.get(RECEIVED, "").strip() for row in table.rows)
        return [self.ballot(row, table, timed=timed) for row in table.rows]

    def note(self, row: int, column: str | None, code: str, message: str) -> None:
        self.problems.append(Problem(row, column, code, message))

    def check_columns(self, table: Table) -> None:
        for column in (UNITS, *self.headings):
            if column not in table.columns:
                self.note(table.header_row, column, "missing-column", "缺少这一列")
        for column in table.unknown if self.knows_agenda else ():
            message = "议程中没有这一列；选举事项每位候选人一列，写作 事项:候选人"
            self.note(table.header_row, column, "unknown-column", message)

    def ballot(self, row: Row, table: Table, *, timed: bool) -> SheetBallot:
        void_reason = as_meant(spelling.half_width(row.cells.get(VOID, "")))
        channel = as_meant(spelling.half_width(row.cells.get(CHANNEL, ""))) or PAPER
        if len(channel) > _MAX_CHANNEL:
            self.note(row.number, CHANNEL, "unreadable-channel", f"最多 {_MAX_CHANNEL} 个字")
        is_lost = {column for number, column in table.damaged if number == row.number}
        return SheetBallot(
            unit_keys=self.units(row, void=bool(void_reason)) if UNITS not in is_lost else (),
            choices=tuple(
                self.choice(row, column, at)
                for at, column in enumerate(self.headings)
                if column in table.columns and column not in is_lost
            ),
            void_reason=void_reason,
            channel=channel,
            received_at=self.received(row) if timed and RECEIVED not in is_lost else None,
            row=row.number,
        )

    def units(self, row: Row, *, void: bool) -> tuple[str, ...]:
        text = row.cells.get(UNITS)
        if text is None:
            return ()
        keys = [key for part in _SEPARATORS.split(as_meant(text)) if (key := spelling.place(part))]
        if not keys and not void:
            self.note(row.number, UNITS, "empty-cell", "不能为空")
        if len(set(keys)) < len(keys):
            self.note(row.number, UNITS, "unit-repeated", "同一房屋在本行出现两次")
        if self.group_of is not None:
            unknown = [key for key in keys if key not in self.group_of]
            if unknown:
                message = f"业主清册中没有房屋 {'、'.join(unknown)}"
                self.note(row.number, UNITS, "unknown-unit", message)
            groups = {self.group_of[key] for key in keys if key in self.group_of}
            # A void ballot may be void just because somebody signed for another's unit.
            if len(groups) > 1 and not void:
                message = "这些房屋不属于同一业主，一张表决票只能代表一个业主"
                self.note(row.number, UNITS, "several-owners", message)
        return tuple(keys)

    def choice(self, row: Row, column: str, at: int) -> int:
        mark = spelling.compact(row.cells[column])
        code = self.marks[at].get(mark)
        if code is None:
            allowed = "、".join(word or "（空）" for word in self.marks[at])
            message = f"“{mark[:20]}” 无法识别，应为：{allowed}"
            self.note(row.number, column, "unknown-mark", message)
            return 0
        return code

    def received(self, row: Row) -> datetime | None:
        text = spelling.half_width(row.cells[RECEIVED])
        if not text:
            message = "其他行有收到时间而本行没有，先后无法确定"
            self.note(row.number, RECEIVED, "empty-cell", message)
            return None
        if (match := _SLASHED.fullmatch(text)) is not None:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            text = f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"
        moment = parse_moment(text)
        if moment is None:
            message = "时间应写作 2026-11-20 18:00（北京时间）或带时区的 ISO 8601"
            self.note(row.number, RECEIVED, "unreadable-time", message)
        return moment
