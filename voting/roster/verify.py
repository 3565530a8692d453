"""Rows of a roster sheet to a roster, or every problem of the sheet at once.

Nothing is guessed. A check digit, a fifth decimal or a unit that stands twice is a question for
the person who keeps the original, and that person gets all questions in one list. Every column is
read as a whole: each distinct text once, the numbers of papers as arrays of digits.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from tally.model import Kind
from voting.kernel.area import Area, UnreadableArea
from voting.roster import spelling
from voting.roster.assumption import with_assumed_columns
from voting.roster.cells import Fault, spelled
from voting.roster.households import HOUSEHOLD, household
from voting.roster.identity_numbers import infer_type
from voting.roster.model import AreaSource, Roster, TitleStatus, UnitRecord
from voting.roster.owners import NAME, NUMBER, NUMBER_TWO_TYPES, TYPE, Titles, read_owners
from voting.roster.phones import read_phones
from voting.roster.refusals import Problem, RosterUnreadable
from voting.roster.representatives import REPRESENTATIVE_NUMBER, represent
from voting.roster.sheet import read_table
from voting.roster.stated import NOTHING, STATABLE, Stated, with_stated_columns
from voting.roster.table import Table
from voting.roster.workbook_reader import NotASheet

ALIASES: dict[str, tuple[str, ...]] = {
    "楼栋": ("楼号", "幢", "幢号", "栋", "栋号", "楼", "楼幢", "楼栋号"),
    "单元": ("单元号", "门", "门号"),
    "房号": ("房间号", "室", "室号", "房屋号", "户号", "楼门号", "门牌号"),
    "用途": ("房屋用途", "房屋性质", "规划用途", "房屋类型"),
    "专有部分面积": (
        "建筑面积", "面积", "专有面积", "房屋面积", "产权面积", "住房建筑面积", "登记面积",
    ),
    "面积来源": ("面积依据",),
    "业主姓名": ("业主", "产权人", "姓名", "所有权人", "权利人", "业主名称", "产权人姓名"),
    "证件类型": ("证件种类", "证件类别"),
    "证件号码": (
        "身份证号", "身份证号码", "证件号", "身份证", "业主证件号码", "居民身份证号",
        "居民身份证号码", "公民身份号码",
    ),
    "联系电话": ("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "联系电话1"),
    "产权状态": ("交付状态", "房屋状态"),
    "不动产单元号": ("不动产单元代码",),
    "产权证号": ("房本号", "不动产权证号", "房产证号", "不动产权证书号"),
}  # fmt: skip
"""Column names of a roster sheet, each with the other headings accepted for it."""

FURTHER: dict[str, tuple[str, ...]] = {
    "套内面积": ("套内建筑面积", "专有部分套内面积", "套内"),
    "表决人": ("推选表决人", "共有人代表", "投票人"),
    "代理人": ("法定代理人", "监护人", "遗产管理人", "代表人"),
    "代理人证件类型": ("法定代理人证件类型", "监护人证件类型"),
    "代理人证件号码": (
        "代理人身份证号", "法定代理人证件号码", "监护人证件号码", "监护人身份证号",
    ),
    "业主状态": ("人员状态", "在世情况"),
    HOUSEHOLD: ("合户号", "家庭编号", "家庭户编号", "合并计算编号"),
}  # fmt: skip
"""Columns that a roster sheet may have besides, with their other headings."""

OPTIONAL = frozenset({"联系电话", "不动产单元号", "产权证号"})
REQUIRED = tuple(column for column in ALIASES if column not in OPTIONAL)

_COLUMN_OF = {
    alias: column
    for column, names in (ALIASES | FURTHER).items()
    for alias in (column, *names)
}  # fmt: skip
_KINDS = {kind.value: kind for kind in Kind}
_SOURCES = {source.value: source for source in AreaSource}
_STATUSES = {status.value: status for status in TitleStatus}
_TO_ADD = {
    **dict.fromkeys(
        ("楼栋", "单元", "房号"), "或者把楼栋、单元、房号合写成一列“房间号”，例如 01-01-0101"
    ),
    "用途": f"逐套填写：{'、'.join(_KINDS)}",
    "专有部分面积": "逐套填写平方米数，例如 89.37",
    "面积来源": f"逐套填写：{'、'.join(_SOURCES)}（登记优先，司法解释第八条）",
    "业主姓名": "共有人写在同一格，用、隔开",
    "证件类型": "填写身份证、统一社会信用代码等；若全是身份证，把号码一列的表头改为“身份证号”",
    "证件号码": "与业主姓名一一对应",
    "产权状态": f"逐套填写：{'、'.join(_STATUSES)}（后两种按建设单位计，司法解释第九条）",
}
"""What to write into a required column: nothing on the sheet says it, so nothing is assumed."""
_TO_STATE = {
    column: f"；每一行都相同的，也可以不改表格，导入时统一写明，例如 {column}={values[0]}"
    for column, values in STATABLE.items()
}
"""How to state it for all rows instead."""
_COLUMN_ORDER = {column: order for order, column in enumerate(ALIASES | FURTHER)}

_MAX_PLACE = 24
# Nor may a unit key start a formula in any spreadsheet that lists it.
_PLACE = re.compile(rf"(?![=+@-])[^、；;,，:/\\]{{1,{_MAX_PLACE}}}")
_AREA_UNIT = re.compile(r"(?:㎡|平方米|平米|[mM]2|[mM]²)$")

_E = TypeVar("_E", bound=StrEnum)
_T = TypeVar("_T")


def read_roster(data: bytes, name: str, stated: Stated = NOTHING) -> Roster:
    """Read a roster sheet (xlsx, xls, CSV in UTF-8 or GB18030).

    Parameters
    ----------
    stated
        What is to stand in every row of columns that the sheet does not have.

    Raises
    ------
    RosterUnreadable
        With every problem of the file, each with its row and column. Nothing is imported.
    """
    try:
        table = roster_table(data, name, stated)
    except NotASheet as error:
        raise RosterUnreadable([as_problem(error)]) from error
    rows = RosterRows(table)
    if rows.problems:
        raise RosterUnreadable(sorted(rows.problems, key=place_in_sheet))
    return Roster.of(rows.units)


def roster_table(data: bytes, name: str, stated: Stated = NOTHING) -> Table:
    """Find the table of a roster sheet, with the columns that are stated or can be told.

    Raises
    ------
    NotASheet
        There is none, or the table found is a list of something else.
    """
    found = read_table(
        data,
        name,
        _COLUMN_OF.get,
        # 楼栋 and 单元 are often one tall merged cell; an area in one would count many times.
        merged_columns=frozenset({"楼栋", "单元"}),
        text_columns=frozenset({NUMBER, REPRESENTATIVE_NUMBER}),
        key_column="房号",
    )
    table = with_assumed_columns(with_stated_columns(found, stated))
    missing = [column for column in REQUIRED if column not in table.columns]
    if 2 * len(missing) > len(REQUIRED):
        message = f"这张表不像业主清册：缺少 {'、'.join(missing)} 各列"
        raise NotASheet("wrong-sheet", message, sheet=table.raw.name, row=table.header_row)
    return table


def as_problem(error: NotASheet) -> Problem:
    """Say of a whole file what is otherwise said of a cell."""
    return Problem(error.row, error.column, error.code, error.message, error.sheet)


def place_in_sheet(problem: Problem) -> tuple[int, int]:
    """Sort key: by row, then by the order of the columns."""
    return problem.row or 0, _COLUMN_ORDER.get(problem.column or "", -1)


class RosterRows:
    """The rows of a roster sheet.

    ``units`` are those that could be read, in the order of the sheet; ``problems`` the errors of
    all rows; ``titles`` what the columns of the owners say, row by row.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems = list(table.problems)
        at_row = {number: at for at, number in enumerate(table.numbers)}
        self._damaged: dict[str, set[int]] = {}
        for number, column in table.damaged:
            if number in at_row:
                self._damaged.setdefault(column, set()).add(at_row[number])
        self._check_columns()
        self.titles = self._owners()
        self.units = self._units()
        self._check_names()
        self._check_types()
        for at, column, fault in represent(self.table, self.units, self.titles):
            self.note(at, column, fault)

    def note(self, at: int, column: str | None, fault: Fault) -> None:
        """Keep a fault of the row at a place counted from 0, unless its cell is known as lost."""
        if column is None or at not in self._damaged.get(column, ()):
            self._problem(self.table.numbers[at], column, fault.code, fault.message)

    def _problem(self, row: int, column: str | None, code: str, message: str) -> None:
        self.problems.append(Problem(row, column, code, message, self.table.raw.name))

    def _check_columns(self) -> None:
        for name in REQUIRED:
            if name not in self.table.columns:
                message = f"缺少这一列，请加上，{_TO_ADD[name]}{_TO_STATE.get(name, '')}"
                self._problem(self.table.header_row, name, "missing-column", message)
        if not self.table.numbers:
            self._problem(self.table.header_row, None, "no-rows", "表头下面没有数据")

    def _units(self) -> list[UnitRecord]:
        buildings = self._required("楼栋", _place)
        entrances = self._required("单元", _place, "；没有单元的房屋请填 0")
        rooms = self._required("房号", _place, "；一套房屋占一行，共有人写在同一格，用、隔开")
        self._check_unique(buildings, entrances, rooms)
        columns = zip(
            self.table.numbers,
            buildings,
            entrances,
            rooms,
            self._required("用途", _one_of(_KINDS)),
            self._required("专有部分面积", _area),
            self._required("面积来源", _one_of(_SOURCES)),
            self.titles.owners,
            self._required("产权状态", _one_of(_STATUSES)),
            self._optional("联系电话", read_phones),
            self._spelled("不动产单元号", spelling.title_number),
            self._spelled("产权证号", spelling.title_number),
            self._optional("套内面积", _area),
            self._spelled("表决人", spelling.personal_name),
            self._optional(HOUSEHOLD, household),
            strict=True,
        )
        return [
            # By position, in the order of the fields: names would cost a tenth of a second.
            UnitRecord(
                building, entrance, room, kind, area_cm2, source, owners, status,
                phones or (), real_estate_no or None, title_no or None, inside_cm2,
                voter or None, row, household=household_no,
            )
            for (
                row, building, entrance, room, kind, area_cm2, source, owners, status,
                phones, real_estate_no, title_no, inside_cm2, voter, household_no,
            ) in columns
            if building is not None and entrance is not None and room is not None
            and kind is not None and area_cm2 is not None and source is not None
            and owners is not None and status is not None
        ]  # fmt: skip

    def _required(
        self, column: str, parse: Callable[[str], _T | Fault], hint: str = ""
    ) -> list[_T | None]:
        def parsed(text: str) -> _T | Fault:
            text = spelling.half_width(text)
            return parse(text) if text else Fault("empty-cell", f"不能为空{hint}")

        return self._parsed(column, parsed)

    def _optional(self, column: str, parse: Callable[[str], _T | Fault]) -> list[_T | None]:
        return self._parsed(column, lambda text: parse(text) if text.strip() else None)

    def _parsed(self, column: str, parse: Callable[[str], _T | Fault | None]) -> list[_T | None]:
        """Parse each distinct text once, and note the faults where they stand."""
        texts = self.table.text.get(column)
        if texts is None:
            return [None] * len(self.table.numbers)
        read: dict[str, _T | None] = {}
        faults: dict[str, Fault] = {}
        for text in dict.fromkeys(texts):
            answer = parse(text)
            if isinstance(answer, Fault):
                faults[text] = answer
                read[text] = None
            else:
                read[text] = answer
        if faults:
            for at, text in enumerate(texts):
                if text in faults:
                    self.note(at, column, faults[text])
        return [read[text] for text in texts]

    def _spelled(self, column: str, spell: Callable[[str], str]) -> list[str]:
        texts = self.table.text.get(column)
        return [""] * len(self.table.numbers) if texts is None else spelled(spell, texts)

    def _owners(self) -> Titles:
        text = self.table.text
        titles = read_owners(
            text.get(NAME), text.get(TYPE), text.get(NUMBER), self._damaged,
            len(self.table.numbers),
        )  # fmt: skip
        for at, column, fault in titles.faults:
            self.note(at, column, fault)
        return titles

    def _check_unique(self, *places: list[str | None]) -> None:
        keys = list(zip(*places, strict=True))
        if len(set(keys)) == len(keys):
            return
        first = {key: at for at, key in reversed(list(enumerate(keys)))}
        for at, key in enumerate(keys):
            if first[key] != at and None not in key:
                row = self.table.numbers[first[key]]
                message = f"房屋 {'-'.join(map(str, key))} 与第 {row} 行重复"
                self.note(at, "房号", Fault("duplicate-unit", message))

    def _check_names(self) -> None:
        if not self.titles.two_names:
            return
        first: dict[str, tuple[str, int]] = {}
        for at, owners in enumerate(self.titles.owners):
            for owner in owners or ():
                name, named_at = first.setdefault(owner.identity, (owner.name, at))
                if name != owner.name:
                    row = self.table.numbers[named_at]
                    message = f"同一证件号码在第 {row} 行登记的是另一个姓名"
                    self.note(at, NAME, Fault("identity-two-names", message))

    def _check_types(self) -> None:
        """One number with a check of its own is one person, who would enrol and count twice."""
        people = self.titles.people.values()
        if len({owner.id_number for owner in people}) == len(people):
            return
        count = Counter(owner.id_number for owner in people)
        twice = {number for number, found in count.items() if found > 1 and infer_type(number)}
        for at, owners in enumerate(self.titles.owners):
            if any(owner.id_number in twice for owner in owners or ()):
                self.note(at, TYPE, NUMBER_TWO_TYPES)


def _place(text: str) -> str | Fault:
    found = spelling.place(text)
    if _PLACE.fullmatch(found) is None or not found.isprintable():
        message = f"最多 {_MAX_PLACE} 个字，不能含有 、；，/ \\ : 等符号，也不能以 = + - @ 开头"
        return Fault("unreadable-place", message)
    return found


def _one_of(choices: Mapping[str, _E]) -> Callable[[str], _E | Fault]:
    def read(text: str) -> _E | Fault:
        found = choices.get(spelling.compact(text))
        if found is not None:
            return found
        # What stands there is not repeated: in a sheet with shifted columns it may be a name.
        return Fault("unknown-value", f"无法识别，应为：{'、'.join(choices)}")

    return read


def _area(text: str) -> int | Fault:
    try:
        return Area.parse(_AREA_UNIT.sub("", spelling.compact(text))).cm2
    except UnreadableArea as refusal:
        if not text.strip("0."):
            return Fault(refusal.code, "面积必须大于零")
        message = "无法识别：应为平方米数字，最多四位小数，例如 89.37"
        return Fault(refusal.code, message)
