"""What the importer states once for all rows, because the sheet has no column for it.

A 业主清册 as street offices keep it has names, areas and title numbers, and often says nowhere what
the units are used for, where the areas come from, or whether they were handed over. None of that
is ever guessed. Whoever imports the sheet may state it for all of its rows at once; it is shown
with the findings and bound in the register's entry of the version.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from tally.model import Kind
from voting.kernel.refusal import Refusal
from voting.roster import spelling
from voting.roster.assumption import types_of
from voting.roster.model import AreaSource, IdType, TitleStatus
from voting.roster.owners import NUMBER, TYPE
from voting.roster.refusals import Grade, Problem
from voting.roster.table import Table

_T = TypeVar("_T")

Stated = Mapping[str, str]
"""By column, what is to stand in every row of it."""
NOTHING: Stated = MappingProxyType({})

STATABLE: Mapping[str, tuple[str, ...]] = {
    "用途": tuple(kind.value for kind in Kind),
    "面积来源": tuple(source.value for source in AreaSource),
    TYPE: tuple(id_type.value for id_type in IdType),
    "产权状态": tuple(status.value for status in TitleStatus),
}
"""Columns that may be stated, each with what may be."""

_CONSEQUENCE = {
    "用途": "其中有车位、储藏、商业等用途的，计入与不计入的总数都会不同，请加上这一列逐套填写",
    "面积来源": "来源不同的（登记优先，其次实测、合同：司法解释第八条），请加上这一列逐套填写",
    TYPE: "校验无误的统一社会信用代码除外；另有其他证件的，请加上这一列逐套填写",
    "产权状态": "其中有建设单位未售、未交付的，人数会多计（司法解释第九条），请加上这一列逐套填写",
}


class UnreadableStatement(Refusal):
    """What was stated for a whole sheet names no such column, or no such value."""

    code = "unreadable-statement"


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Read statements such as ``用途=住宅``.

    Raises
    ------
    UnreadableStatement
    """
    stated: dict[str, str] = {}
    for text in texts:
        column, _, value = spelling.compact(text).partition("=")
        if column not in STATABLE:
            raise UnreadableStatement(
                "统一写明须写作“列名=内容”，例如 用途=住宅；"
                f"可以统一写明的列：{'、'.join(STATABLE)}"
            )
        if value not in STATABLE[column]:
            raise UnreadableStatement(f"“{column}”须是其中之一：{'、'.join(STATABLE[column])}")
        if stated.setdefault(column, value) != value:
            raise UnreadableStatement(f"“{column}”统一写明了两种内容，请只留一种，或逐套填写")
    return stated


def with_stated_columns(table: Table, stated: Stated) -> Table:
    """Add the columns that are stated; for one that the sheet has there is nothing to state.

    A column that only has an alias for its heading, and in no row anything that such a column may
    hold (房屋状态 with 自住 and 空置), is something else: it is put aside, and the reading says so.
    """
    table = _without(table, [column for column in sorted(stated) if _is_another(table, column)])
    text, problems, rows = dict(table.text), list(table.problems), len(table.numbers)
    no_text = [""] * rows
    for column, value in sorted(stated.items()):
        if column in table.columns:
            message = "表中有这一列，不能再统一写明：请以表中逐套填写的为准，去掉统一写明的内容"
            problem = Problem(
                table.header_row, column, "stated-column-exists", message, table.raw.name
            )
            problems.append(problem)
        elif column == TYPE:
            text[column] = types_of(table.text.get(NUMBER, no_text), IdType(value))
        else:
            text[column] = [value] * rows
    added = {column: stated[column] for column in text if column not in table.text}
    return replace(
        table,
        text=text,
        problems=tuple(problems),
        reading=replace(table.reading, stated=added),
    )


def _is_another(table: Table, column: str) -> bool:
    if column == TYPE or column not in table.columns:
        return False
    if table.header.written[table.header.positions[column]] == column:
        return False
    return not any(spelling.compact(text) in STATABLE[column] for text in set(table.text[column]))


def _without(table: Table, columns: Collection[str]) -> Table:
    if not columns:
        return table

    def left(of: Mapping[str, _T]) -> dict[str, _T]:
        return {name: value for name, value in of.items() if name not in columns}

    header = replace(table.header, positions=left(table.header.positions))
    reading = replace(
        table.reading, columns=left(table.reading.columns), ignored_columns=header.unknown
    )
    damaged = frozenset(place for place in table.damaged if place[1] not in columns)
    problems = tuple(each for each in table.problems if each.column not in columns)
    return replace(
        table, text=left(table.text), header=header, reading=reading, damaged=damaged,
        problems=problems,
    )  # fmt: skip


def stated_questions(table: Table) -> Iterable[Problem]:
    """Show once more, among the findings, what was stated and what hangs on it."""
    for column, value in table.reading.stated.items():
        message = (
            f"表中没有这一列，按导入时统一写明的，全部 {len(table.numbers)} 套记为“{value}”："
            f"{_CONSEQUENCE[column]}"
        )
        yield Problem(
            table.header_row, column, "column-stated", message, table.raw.name, Grade.WARNING
        )


def statement_lines(stated: Mapping[str, Iterable[str]]) -> list[str]:
    """Say of a version what was stated for it, one line for each column."""
    return [
        f"{column}：清册没有这一列，由导入人统一写明为{'、'.join(values)}"
        for column, values in stated.items()
    ]


def together(before: Mapping[str, Iterable[str]], stated: Stated) -> dict[str, tuple[str, ...]]:
    """Add what is stated of a sheet to what the version before rests on."""
    columns = sorted(before.keys() | stated.keys())
    return {
        column: tuple(
            sorted({*before.get(column, ()), *([stated[column]] if column in stated else ())})
        )
        for column in columns
    }


def are_statements(value: object) -> bool:
    """Whether this is what :func:`together` gives, as JSON has it."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            isinstance(said, list)
            and bool(said)
            and said == sorted(set(map(str, said)))
            and set(said) <= set(STATABLE.get(column, ()))
            for column, said in value.items()
        )
    )
