"""A roster sheet examined from end to end: what was guessed, found, grouped and summed up."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from voting.kernel.area import Area, UnreadableArea
from voting.roster import spelling
from voting.roster.area_checks import AREA, BuildingFigures, Expected, area_questions
from voting.roster.cells import entries, one_separator
from voting.roster.explanation import Explanation, explain
from voting.roster.grouping import HeadRule
from voting.roster.households import household_questions
from voting.roster.model import Roster
from voting.roster.owner_checks import People, owner_questions
from voting.roster.refusals import Grade, Problem, RosterUnreadable
from voting.roster.representatives import REPRESENTATIVE, STATE, VOTER
from voting.roster.stated import NOTHING, Stated, stated_questions
from voting.roster.table import Table
from voting.roster.unit_checks import unit_questions
from voting.roster.verify import RosterRows, as_problem, place_in_sheet, roster_table
from voting.roster.workbook_reader import NotASheet

STEPS = ("读取文件", "核对各列", "核对业主、房屋与面积", "归并产权组合")
"""What :func:`examine` does, one after the other."""


@dataclass(frozen=True)
class Examination:
    """What came of a roster sheet.

    Parameters
    ----------
    table
        The table that was found with all that was guessed about it; None if there is none.
    roster, explanation
        The roster and its owner groups, or None if there is any error.
    findings
        Everything found, row by row: errors, warnings and hints.
    """

    table: Table | None
    roster: Roster | None
    explanation: Explanation | None
    findings: tuple[Problem, ...]

    def cell(self, finding: Problem) -> str | None:
        """Name the cell of a finding as Excel does, such as ``H5``."""
        if self.table is None or finding.row is None or finding.column is None:
            return None
        # A column that was stated stands nowhere.
        if finding.column not in self.table.header.positions:
            return None
        return f"{self.table.header.letters(finding.column)}{finding.row}"

    def of_grade(self, grade: Grade) -> tuple[Problem, ...]:
        """Return the findings of one grade."""
        return tuple(finding for finding in self.findings if finding.grade is grade)

    @property
    def ranked(self) -> tuple[Problem, ...]:
        """The findings, what keeps the sheet out first, whatever its row."""
        return tuple(finding for grade in Grade for finding in self.of_grade(grade))

    def require(self) -> Roster:
        """Return the roster.

        Raises
        ------
        RosterUnreadable
            There are errors: nothing may be imported.
        """
        if self.roster is None:
            raise RosterUnreadable(self.of_grade(Grade.ERROR))
        return self.roster


def examine(
    data: bytes,
    name: str,
    *,
    on: date | None = None,
    stated: Stated = NOTHING,
    registered_cm2: int | None = None,
    buildings: Mapping[str, BuildingFigures] | None = None,
    rule: HeadRule = HeadRule.IDENTITY_SET,
    step: Callable[[str], None] = lambda _: None,
) -> Examination:
    """Read a roster sheet and find everything that is wrong, doubtful or worth knowing.

    Parameters
    ----------
    data, name
        The bytes, and the name the user gave them.
    on
        Day on which owners' ages are looked at.
    stated
        What is to stand in every row of columns that the sheet does not have.
    registered_cm2, buildings
        Total of the register in cm² and building statistics to compare with.
    rule
        Who is one head.
    step
        Told each of :data:`STEPS` as it begins.
    """
    with _collector_paused():
        step(STEPS[0])
        try:
            table = roster_table(data, name, stated)
        except NotASheet as error:
            return Examination(None, None, None, (as_problem(error),))
        step(STEPS[1])
        rows = RosterRows(table)
        step(STEPS[2])
        findings = [
            *rows.problems,
            *_assumptions(table),
            *stated_questions(table),
            *_questions(rows, on, registered_cm2, buildings),
        ]
        step(STEPS[3])
        findings.sort(key=place_in_sheet)
        if rows.problems:
            return Examination(table, None, None, tuple(findings))
        roster = Roster.of(rows.units)
        return Examination(table, roster, explain(roster, rule), tuple(findings))


def _questions(
    rows: RosterRows,
    on: date | None,
    registered_cm2: int | None,
    buildings: Mapping[str, BuildingFigures] | None,
) -> Iterator[Problem]:
    table = rows.table
    people = People(
        units=rows.units,
        titles=rows.titles,
        numbers=table.numbers,
        represented=_filled(table, REPRESENTATIVE),
        states=_filled(table, STATE),
        names_voters=VOTER in table.columns,
    )
    miscounted = len(table.numbers) - len(rows.units)
    miscounted += sum(problem.code == "duplicate-unit" for problem in rows.problems)
    expected = Expected(_printed_sums(table), registered_cm2, buildings, miscounted)
    for questions in (
        unit_questions(rows.units, complete=not miscounted),
        area_questions(rows.units, expected),
        owner_questions(people, on),
        household_questions(rows.units),
    ):
        for grade, row, column, fault in questions:
            yield Problem(row, column, fault.code, fault.message, table.raw.name, grade)


def _assumptions(table: Table) -> Iterator[Problem]:
    for column, said in table.reading.assumed.items():
        row, sheet = table.header_row, table.raw.name
        yield Problem(row, column, "column-assumed", said, sheet, Grade.HINT)


def _filled(table: Table, column: str) -> dict[int, list[str]]:
    """Give the entries of the cells of an optional column that hold any, by row, without blanks."""
    texts = one_separator(table.text.get(column, [""] * len(table.numbers)))
    return {
        row: entries(spelling.compact(text))
        for row, text in zip(table.numbers, texts, strict=True)
        if text.strip()
    }


def _printed_sums(table: Table) -> dict[int, int]:
    """Areas in cm² that the rows of sums print, by row; what is no area is left alone."""
    sums: dict[int, int] = {}
    if AREA not in table.columns:
        return sums
    cells = table.raw.columns[table.header.positions[AREA]]
    for row in table.reading.total_rows:
        cell = cells[row - 1]
        # A formula may end in binary dust far below a cm².
        text = f"{cell:.4f}" if isinstance(cell, float) else spelling.compact(str(cell or ""))
        try:
            sums[row] = Area.parse(text).cm2
        except UnreadableArea:
            continue
    return sums


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking over a growing roster again and again.

    Of a hundred thousand rows that would take as long as the verification itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
