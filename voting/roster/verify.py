"""Rows of a roster sheet to a roster, or every problem of the sheet at once.

Nothing is guessed. A check digit, a fifth decimal or a unit that stands twice is a question for
the person who keeps the original, and that person gets all questions in one list.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from tally.model import Kind
from voting.kernel.area import Area, UnreadableArea
from voting.roster import identity_numbers, spelling
from voting.roster.model import AreaSource, IdType, OwnerRecord, Roster, TitleStatus, UnitRecord
from voting.roster.refusals import Problem, RosterUnreadable
from voting.roster.sheet import Row, Table, read_table
from voting.roster.workbook_reader import NotASheet

ALIASES: dict[str, tuple[str, ...]] = {
    "楼栋": ("楼号", "幢", "幢号", "栋", "楼", "楼幢", "楼栋号"),
    "单元": ("单元号",),
    "房号": ("房间号", "室", "室号"),
    "用途": ("房屋用途", "房屋性质", "规划用途"),
    "专有部分面积": ("建筑面积", "面积", "专有面积", "房屋面积"),
    "面积来源": ("面积依据",),
    "业主姓名": ("业主", "产权人", "姓名", "所有权人", "权利人", "业主名称"),
    "证件类型": ("证件种类", "证件类别"),
    "证件号码": ("身份证号", "身份证号码", "证件号"),
    "联系电话": ("电话", "手机", "手机号", "手机号码", "联系方式"),
    "产权状态": ("交付状态",),
    "不动产单元号": ("不动产单元代码",),
    "产权证号": ("房本号", "不动产权证号", "房产证号", "不动产权证书号"),
}
"""Column names of a roster sheet, each with the other headings accepted for it."""

OPTIONAL = frozenset({"联系电话", "不动产单元号", "产权证号"})

_COLUMN_OF = {alias: column for column, names in ALIASES.items() for alias in (column, *names)}
_KINDS = {kind.value: kind for kind in Kind}
_SOURCES = {source.value: source for source in AreaSource}
_STATUSES = {status.value: status for status in TitleStatus}
_COLUMN_ORDER = {column: order for order, column in enumerate(ALIASES)}

_SEPARATORS = re.compile(r"[、；;,，/\n]+")
_MAX_PLACE = 24
_PLACE = re.compile(rf"[^、；;,，:/\\]{{1,{_MAX_PLACE}}}")
_AREA_UNIT = re.compile(r"(?:㎡|平方米|平米|[mM]2|[mM]²)$")
_MAX_NAME = 100

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(
    r"(?:(?:\(0[0-9]{2,3}\)|0[0-9]{2,3}-?))?[2-9][0-9]{6,7}(?:[-转x][0-9]{1,6})?|400-?[0-9]{3}-?[0-9]{4}"
)

_E = TypeVar("_E", bound=StrEnum)


def read_roster(data: bytes, name: str) -> Roster:
    """Read a roster sheet (xlsx, xls, CSV in UTF-8 or GB18030).

    Raises
    ------
    RosterUnreadable
        With every problem of the file, each with its row and column. Nothing is imported.
    """
    try:
        # 楼栋 and 单元 are often one tall merged cell; an area in one would count many times.
        table = read_table(data, name, _COLUMN_OF.get, merged_columns=frozenset({"楼栋", "单元"}))
    except NotASheet as error:
        raise RosterUnreadable([Problem(None, None, error.code, error.message)]) from error
    reader = _RosterReader(table)
    units = reader.units()
    if reader.problems:
        raise RosterUnreadable(sorted(reader.problems, key=_place_in_sheet))
    return Roster.of(units)


def _place_in_sheet(problem: Problem) -> tuple[int, int]:
    return problem.row or 0, _COLUMN_ORDER.get(problem.column or "", -1)


class _RosterReader:
    """Reads row by row and remembers what only all rows together can show."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems = list(table.problems)
        self.row_of_unit: dict[str, int] = {}
        self.first_named: dict[str, tuple[str, int]] = {}

    def units(self) -> list[UnitRecord]:
        for name in ALIASES:
            if name not in self.table.columns and name not in OPTIONAL:
                self.note(self.table.header_row, name, "missing-column", "缺少这一列")
        if not self.table.rows:
            self.note(self.table.header_row, None, "no-rows", "表头下面没有数据")
        return [unit for row in self.table.rows if (unit := self.unit(row)) is not None]

    def note(self, row: int, column: str | None, code: str, message: str) -> None:
        self.problems.append(Problem(row, column, code, message))

    def unit(self, row: Row) -> UnitRecord | None:
        before = len(self.problems)
        building = self.place(row, "楼栋")
        entrance = self.place(row, "单元")
        room = self.place(row, "房号")
        kind = self.one_of(row, "用途", _KINDS)
        area = self.area(row)
        source = self.one_of(row, "面积来源", _SOURCES)
        owners = self.owners(row)
        phones = self.phones(row)
        status = self.one_of(row, "产权状态", _STATUSES)
        if building and entrance and room:
            self.check_unique(row, f"{building}-{entrance}-{room}")
        # A missing column leaves a None without a problem of this row.
        if kind is None or source is None or status is None or area is None:
            return None
        if len(self.problems) > before or not (building and entrance and room and owners):
            return None
        return UnitRecord(
            building=building,
            entrance=entrance,
            room=room,
            kind=kind,
            area_cm2=area.cm2,
            area_source=source,
            owners=owners,
            title_status=status,
            phones=phones,
            real_estate_no=self.optional(row, "不动产单元号"),
            title_no=self.optional(row, "产权证号"),
            row=row.number,
        )

    def cell(self, row: Row, column: str) -> str | None:
        """Text of a cell; None if there is no such column or its content was already lost."""
        if self.table.damaged and (row.number, column) in self.table.damaged:
            return None
        return row.cells.get(column)

    def optional(self, row: Row, column: str) -> str | None:
        text = self.cell(row, column)
        return (spelling.title_number(text) or None) if text else None

    def required(self, row: Row, column: str, hint: str = "") -> str | None:
        text = self.cell(row, column)
        if text is None:
            return None
        text = spelling.half_width(text)
        if not text:
            self.note(row.number, column, "empty-cell", f"不能为空{hint}")
            return None
        return text

    def place(self, row: Row, column: str) -> str | None:
        hint = "；没有单元的房屋请填 0" if column == "单元" else ""
        text = self.required(row, column, hint)
        if text is None:
            return None
        if text.isascii() and text.isalnum() and len(text) <= _MAX_PLACE:
            return text  # nothing in it has another spelling
        spelled = spelling.place(text)
        if _PLACE.fullmatch(spelled) is None or not spelled.isprintable():
            message = f"最多 {_MAX_PLACE} 个字，不能含有 、；，/ \\ : 等符号"
            self.note(row.number, column, "unreadable-place", message)
            return None
        return spelled

    def one_of(self, row: Row, column: str, choices: Mapping[str, _E]) -> _E | None:
        found = choices.get(row.cells.get(column, ""))
        if found is not None:
            return found
        text = self.required(row, column)
        if text is None:
            return None
        found = choices.get(spelling.compact(text))
        if found is None:
            message = f"“{text[:20]}” 无法识别，应为：{'、'.join(choices)}"
            self.note(row.number, column, "unknown-value", message)
        return found

    def area(self, row: Row) -> Area | None:
        text = self.required(row, "专有部分面积")
        if text is None:
            return None
        try:
            return Area.parse(_AREA_UNIT.sub("", spelling.compact(text)))
        except UnreadableArea as refusal:
            self.note(row.number, "专有部分面积", refusal.code, refusal.detail)
            return None

    def check_unique(self, row: Row, unit_key: str) -> None:
        first = self.row_of_unit.setdefault(unit_key, row.number)
        if first != row.number:
            message = f"房屋 {unit_key} 与第 {first} 行重复"
            self.note(row.number, "房号", "duplicate-unit", message)

    def owners(self, row: Row) -> tuple[OwnerRecord, ...] | None:
        names = self.names(row)
        text = self.required(row, "证件号码")
        if names is None or text is None:
            return None
        numbers = _several(text)
        if len(numbers) != len(names):
            message = f"有 {len(names)} 位业主，却有 {len(numbers)} 个证件号码，须一一对应"
            self.note(row.number, "证件号码", "owner-count", message)
            return None
        types = self.id_types(row, numbers)
        owners = [
            owner
            for name, id_type, number in zip(names, types, numbers, strict=True)
            if id_type is not None and (owner := self.owner(row, name, id_type, number))
        ]
        if len({owner.identity for owner in owners}) < len(owners):
            message = "同一证件号码在本行出现两次"
            self.note(row.number, "证件号码", "owner-repeated", message)
        return tuple(owners)

    def names(self, row: Row) -> list[str] | None:
        text = self.required(row, "业主姓名")
        if text is None:
            return None
        names = [spelling.personal_name(name) for name in _several(text)]
        if not names or any(len(name) > _MAX_NAME or not name.isprintable() for name in names):
            message = f"姓名为空、超过 {_MAX_NAME} 字或含有不可见字符"
            self.note(row.number, "业主姓名", "unreadable-name", message)
            return None
        return names

    def id_types(self, row: Row, numbers: list[str]) -> list[IdType | None]:
        """Type of each number: one for all, one for each, or told by the number itself."""
        text = self.cell(row, "证件类型")
        if text is None:
            return [None] * len(numbers)
        written = _several(spelling.half_width(text))
        if not written:
            types = [identity_numbers.infer_type(number) for number in numbers]
            if None in types:
                message = "证件类型为空，而号码不是校验无误的身份证号或统一社会信用代码"
                self.note(row.number, "证件类型", "empty-cell", message)
            return types
        if len(written) == 1:
            written *= len(numbers)
        if len(written) != len(numbers):
            message = f"有 {len(numbers)} 个证件号码，却有 {len(written)} 个证件类型"
            self.note(row.number, "证件类型", "owner-count", message)
            return [None] * len(numbers)
        types = [identity_numbers.ID_TYPES.get(spelling.compact(one)) for one in written]
        if None in types:
            message = f"证件类型无法识别，应为：{'、'.join(IdType)}"
            self.note(row.number, "证件类型", "unknown-value", message)
        return types

    def owner(self, row: Row, name: str, id_type: IdType, number: str) -> OwnerRecord | None:
        number, fault = identity_numbers.read_number(id_type, number)
        if fault is not None:
            self.note(row.number, "证件号码", "bad-identity-number", fault)
            return None
        owner = OwnerRecord(name, id_type, number)
        first_name, first_row = self.first_named.setdefault(owner.identity, (name, row.number))
        if first_name != name:
            message = f"同一证件号码在第 {first_row} 行登记的是另一个姓名"
            self.note(row.number, "业主姓名", "identity-two-names", message)
        return owner

    def phones(self, row: Row) -> tuple[str, ...]:
        text = self.cell(row, "联系电话")
        if not text:
            return ()
        phones: list[str] = []
        for written in _several(spelling.half_width(text)):
            phone = spelling.place(written)
            if (mobile := _MOBILE.fullmatch(phone.replace("-", ""))) is not None:
                phones.append(mobile[1])
            elif _LANDLINE.fullmatch(phone) is not None:
                phones.append(phone)
            else:
                message = "不是内地手机号码或固定电话号码"
                self.note(row.number, "联系电话", "unreadable-phone", message)
        return tuple(phones)


def _several(text: str) -> list[str]:
    """Split a cell that holds several owners' entries."""
    return [part for part in map(str.strip, _SEPARATORS.split(text)) if part]
