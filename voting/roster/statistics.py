"""The building statistics (楼盘表): how many units and what area each building ought to have."""

import re

from voting.kernel.area import Area, UnreadableArea
from voting.roster import spelling
from voting.roster.area_checks import BuildingFigures
from voting.roster.refusals import FileUnreadable, Problem
from voting.roster.sheet import read_table
from voting.roster.workbook_reader import NotASheet

_ALIASES = {
    "楼栋": ("楼号", "幢", "幢号", "栋", "栋号", "楼栋号"),
    "套数": ("户数", "房屋套数", "单元数"),
    "面积": ("建筑面积", "总面积", "总建筑面积", "专有部分面积"),
}
_COLUMN_OF = {alias: name for name, others in _ALIASES.items() for alias in (name, *others)}
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_AREA_UNIT = re.compile(r"(?:㎡|平方米|平米|[mM]2|[mM]²)$")


class StatisticsUnreadable(FileUnreadable):
    """The building statistics have problems; nothing is compared with them."""

    code = "statistics-unreadable"
    what = "楼盘表"


def read_statistics(data: bytes, name: str) -> dict[str, BuildingFigures]:
    """Read one row for each building: 楼栋, and 套数 or 面积 or both.

    Raises
    ------
    StatisticsUnreadable
        With every problem of the file.
    """
    try:
        table = read_table(data, name, _COLUMN_OF.get, key_column="楼栋")
    except NotASheet as error:
        problem = Problem(error.row, error.column, error.code, error.message, error.sheet)
        raise StatisticsUnreadable([problem]) from error
    problems = list(table.problems)
    figures: dict[str, BuildingFigures] = {}
    for row in table.rows:
        building = spelling.place(row.cells.get("楼栋", ""))
        count, area = (spelling.compact(row.cells.get(name, "")) for name in ("套数", "面积"))
        if not building or building in figures:
            message = "重复的楼栋" if building else "不能为空"
            problems.append(Problem(row.number, "楼栋", "unreadable-building", message))
            continue
        if count and _COUNT.fullmatch(count) is None:
            problems.append(Problem(row.number, "套数", "unreadable-count", "应为整数"))
            continue
        try:
            area_cm2 = Area.parse(_AREA_UNIT.sub("", area)).cm2 if area else None
        except UnreadableArea as refusal:
            problems.append(Problem(row.number, "面积", refusal.code, refusal.detail))
            continue
        figures[building] = BuildingFigures(int(count) if count else None, area_cm2)
    if not figures and not problems:
        problems.append(Problem(table.header_row, None, "no-rows", "表头下面没有数据"))
    if problems:
        raise StatisticsUnreadable(problems)
    return figures
