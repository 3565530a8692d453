"""Questions about areas: how they compare with each other, with printed sums, with the register."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tally.columns import KINDS
from tally.model import DEFAULT_KINDS
from voting.kernel.area import square_metres
from voting.roster.cells import Fault
from voting.roster.listed import listed
from voting.roster.model import AreaSource, UnitRecord
from voting.roster.owner_checks import Question
from voting.roster.refusals import Grade

AREA, INSIDE, BUILDING = "专有部分面积", "套内面积", "楼栋"

_FAR = 4
_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class BuildingFigures:
    """What a building ought to have, from the surveyor or the register; None if not known."""

    units: int | None
    area_cm2: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """Figures from outside the sheet that its sums are compared with. Areas in cm².

    ``printed`` are the sums in the sheet itself, by row; ``registered_cm2`` is the total of the
    register; ``buildings`` the building statistics. ``miscounted`` rows of the sheet have no unit,
    or one that stands twice: while there are any, no sum means anything.
    """

    printed: Mapping[int, int]
    registered_cm2: int | None = None
    buildings: Mapping[str, BuildingFigures] | None = None
    miscounted: int = 0

    @property
    def given(self) -> tuple[str, ...]:
        """Name the figures there are to compare with."""
        figures = {
            "表中的合计": bool(self.printed),
            "登记总面积": self.registered_cm2 is not None,
            "楼盘表": self.buildings is not None,
        }
        return tuple(name for name, there in figures.items() if there)


def area_questions(units: Sequence[UnitRecord], expected: Expected) -> Iterator[Question]:
    """Ask everything there is to ask about areas."""
    if units:
        yield from _outliers(units)
        yield from _inside(units)
    if expected.miscounted:
        yield from _not_compared(expected)
    elif units:
        yield from _comparisons(units, expected)


def _not_compared(expected: Expected) -> Iterator[Question]:
    if expected.given:
        message = (
            f"{expected.miscounted} 行没有读出或与别行重复，"
            f"还不能与{'、'.join(expected.given)}比较：请改正错误后再核对一次"
        )
        yield Grade.WARNING, None, AREA, Fault("totals-not-compared", message)


def _comparisons(units: Sequence[UnitRecord], expected: Expected) -> Iterator[Question]:
    yield from _printed_sums(units, expected.printed)
    if expected.registered_cm2 is not None:
        yield from _registered(units, expected.registered_cm2)
    if expected.buildings is not None:
        yield from _buildings(units, expected.buildings)


def _outliers(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """Find areas far from the median of their kind in their building: a slipped decimal point."""
    buildings: dict[str, int] = {}
    group = np.array(
        [
            buildings.setdefault(unit.building, len(buildings)) * len(KINDS)
            + KINDS.index(unit.kind)
            for unit in units
        ]
    )
    area = np.array([unit.area_cm2 for unit in units], dtype=np.int64)
    order = np.lexsort((area, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    median = np.repeat(area[order][starts + sizes // 2], sizes)
    enough = np.repeat(sizes >= _ENOUGH, sizes)
    far = enough & ((area[order] > median * _FAR) | (area[order] * _FAR < median))
    usual = dict(zip(order[far].tolist(), median[far].tolist(), strict=True))
    for at in sorted(usual):
        unit = units[at]
        message = (
            f"本楼{unit.kind.value}的面积多在 {square_metres(usual[at])} ㎡ 左右，"
            f"这一套是 {square_metres(unit.area_cm2)} ㎡，请核对小数点"
        )
        yield Grade.HINT, unit.row, AREA, Fault("area-outlier", message)


def _inside(units: Sequence[UnitRecord]) -> Iterator[Question]:
    given = [unit for unit in units if unit.inside_area_cm2 is not None]
    for unit in given:
        if unit.inside_area_cm2 is not None and unit.inside_area_cm2 > unit.area_cm2:
            message = "套内面积大于建筑面积，两列可能填反"
            yield Grade.WARNING, unit.row, INSIDE, Fault("inside-area-larger", message)
    missing = [unit.row for unit in units if unit.inside_area_cm2 is None]
    if given and missing:
        message = (
            f"{len(missing)} 套没有套内面积：套内面积只有全部房屋都有时才能作分母，"
            f"不得与建筑面积混用：第 {listed(missing)} 行"
        )
        yield Grade.HINT, missing[0], INSIDE, Fault("inside-area-partial", message)


def _printed_sums(units: Sequence[UnitRecord], printed: Mapping[int, int]) -> Iterator[Question]:
    """Compare every sum in the sheet with the rows it may stand for."""
    last = 0
    total = 0
    for row in sorted(printed):
        part = sum(unit.area_cm2 for unit in units if last < unit.row < row)
        total += part
        last = row
        if printed[row] not in {part, total}:
            message = (
                f"表中合计 {square_metres(printed[row])} ㎡，"
                f"以上各行相加是 {square_metres(total)} ㎡，相差 {_signed(printed[row] - total)} ㎡"
            )
            yield Grade.WARNING, row, AREA, Fault("printed-sum", message)


def _registered(units: Sequence[UnitRecord], registered_cm2: int) -> Iterator[Question]:
    total = sum(unit.area_cm2 for unit in units)
    if total == registered_cm2:
        return
    others = {
        "不含车位、储藏": sum(u.area_cm2 for u in units if u.kind in DEFAULT_KINDS),
        "只计登记面积": sum(u.area_cm2 for u in units if u.area_source is AreaSource.REGISTER),
    }
    equal = [name for name, cm2 in others.items() if cm2 == registered_cm2]
    hint = f"；与“{equal[0]}”的合计相等" if equal else ""
    message = (
        f"清册合计 {square_metres(total)} ㎡，登记总面积 {square_metres(registered_cm2)} ㎡，"
        f"相差 {_signed(total - registered_cm2)} ㎡{hint}"
    )
    yield Grade.WARNING, None, AREA, Fault("registered-total", message)


def _buildings(
    units: Sequence[UnitRecord], expected: Mapping[str, BuildingFigures]
) -> Iterator[Question]:
    found: defaultdict[str, list[UnitRecord]] = defaultdict(list)
    for unit in units:
        found[unit.building].append(unit)
    for building, members in found.items():
        figures = expected.get(building)
        row = members[0].row
        if figures is None:
            message = f"楼盘表中没有 {building}"
            yield Grade.WARNING, row, BUILDING, Fault("building-not-in-statistics", message)
            continue
        if figures.units is not None and figures.units != len(members):
            message = f"{building} 在清册中有 {len(members)} 套，楼盘表是 {figures.units} 套"
            yield Grade.WARNING, row, BUILDING, Fault("building-units", message)
        area = sum(unit.area_cm2 for unit in members)
        if figures.area_cm2 is not None and figures.area_cm2 != area:
            message = (
                f"{building} 在清册中合计 {square_metres(area)} ㎡，"
                f"楼盘表是 {square_metres(figures.area_cm2)} ㎡，"
                f"相差 {_signed(area - figures.area_cm2)} ㎡"
            )
            yield Grade.WARNING, row, AREA, Fault("building-area", message)
    for building in sorted(set(expected) - set(found)):
        message = f"楼盘表有 {building}，清册中没有"
        yield Grade.WARNING, None, BUILDING, Fault("building-missing", message)


def _signed(cm2: int) -> str:
    return f"{'-' if cm2 < 0 else '+'}{square_metres(abs(cm2))}"
