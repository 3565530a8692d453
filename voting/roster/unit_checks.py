"""Questions about units: one unit under two keys, titles that overlap, floors that miss a flat."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tally.model import Kind
from voting.roster.cells import Fault
from voting.roster.listed import listed
from voting.roster.model import AreaSource, IdType, TitleStatus, UnitRecord
from voting.roster.owner_checks import Question
from voting.roster.refusals import Grade

ROOM, STATUS, SOURCE = "房号", "产权状态", "面积来源"
REAL_ESTATE, TITLE = "不动产单元号", "产权证号"

_SUFFIX = re.compile(r"(号楼|号院|楼栋|单元|栋|幢|座|楼|门|室|房|号)+$")
_REAL_ESTATE_NO = re.compile(r"[0-9]{12}[GJZ][A-Z][0-9]{5}[FLQW][0-9]{8}")
_FLOOR_AND_ROOM = re.compile(r"([0-9]{1,2})([0-9]{2})")
_FLOORS_AT_LEAST = 4


def unit_questions(units: Sequence[UnitRecord], *, complete: bool = True) -> Iterator[Question]:
    """Ask everything there is to ask about units, in the order of the sheet.

    ``complete`` is False if rows are missing among them that could not be read: then nobody asks
    why a floor misses a flat.
    """
    yield from _alike(units)
    yield from _real_estate_numbers(units)
    yield from _titles(units)
    if complete:
        yield from _floors(units)
    yield from _stock(units)
    yield from _sources(units)


def _alike(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """Find keys that differ only in what people leave out: 1号楼-2单元-0301 and 1-2-301."""
    names = {name for unit in units for name in (unit.building, unit.entrance, unit.room)}
    bare = {name: _SUFFIX.sub("", name).lstrip("0").upper() or "0" for name in names}
    if all(bare[name] == name for name in names):
        return  # every name says itself already, and no key stands twice
    first: dict[tuple[str, str, str], UnitRecord] = {}
    for unit in units:
        found = first.setdefault((bare[unit.building], bare[unit.entrance], bare[unit.room]), unit)
        if found is not unit and found.unit_key != unit.unit_key:
            message = f"与第 {found.row} 行的 {found.unit_key} 只是写法不同，若是同一套则重复计算"
            yield Grade.WARNING, unit.row, ROOM, Fault("unit-keys-alike", message)


def _real_estate_numbers(units: Sequence[UnitRecord]) -> Iterator[Question]:
    first: dict[str, int] = {}
    odd: list[int] = []
    for unit in units:
        number = unit.real_estate_no
        if number is None:
            continue
        row = first.setdefault(number, unit.row)
        if row != unit.row:
            message = f"与第 {row} 行的不动产单元号相同：一个单元号只属于一套房屋"
            yield Grade.WARNING, unit.row, REAL_ESTATE, Fault("real-estate-no-twice", message)
        if _REAL_ESTATE_NO.fullmatch(number) is None:
            odd.append(unit.row)
    if odd:
        message = f"{len(odd)} 个不动产单元号不是 28 位的规定样式：第 {listed(odd)} 行"
        yield Grade.HINT, odd[0], REAL_ESTATE, Fault("real-estate-no-shape", message)


def _titles(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """One certificate may cover a flat and its store, but not the flats of two owners."""
    first: dict[str, UnitRecord] = {}
    for unit in units:
        if unit.title_no is None:
            continue
        found = first.setdefault(unit.title_no, unit)
        if found is not unit and found.owners is not unit.owners:
            if found.identities == unit.identities:
                continue
            message = f"与第 {found.row} 行的产权证号相同，业主却不同，请核对原件"
            yield Grade.WARNING, unit.row, TITLE, Fault("title-two-owners", message)


def _floors(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """Count the dwellings of every floor against the usual number of that entrance."""
    found = {room: _FLOOR_AND_ROOM.fullmatch(room) for room in {unit.room for unit in units}}
    floor = {room: match[1] for room, match in found.items() if match is not None}
    entrances: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for unit in units:
        if unit.kind is Kind.DWELLING and unit.room in floor:
            entrances[unit.building, unit.entrance][floor[unit.room]] += 1
    odd: dict[tuple[str, str, str], str] = {}
    for (building, entrance), floors in entrances.items():
        usual, often = Counter(floors.values()).most_common(1)[0]
        if len(floors) < _FLOORS_AT_LEAST or often * 2 <= len(floors):
            continue
        for name, count in floors.items():
            if count != usual:
                odd[building, entrance, name] = (
                    f"{_entrance(building, entrance)}第 {name.lstrip('0')} 层有 {count} 套，"
                    f"本单元多数楼层是 {usual} 套，请核对是否漏登或多登"
                )
    if not odd:
        return
    for unit in units:
        message = odd.pop((unit.building, unit.entrance, floor.get(unit.room, "")), None)
        if message is not None:
            yield Grade.HINT, unit.row, ROOM, Fault("floor-count", message)


def _entrance(building: str, entrance: str) -> str:
    """Name an entrance as people say it, whether or not its cells hold the words.

    >>> _entrance("1", "2"), _entrance("3号楼", "0")
    ('1号楼2单元', '3号楼')
    """
    place = building if _SUFFIX.search(building) else f"{building}号楼"
    if entrance.strip("0"):
        place += entrance if _SUFFIX.search(entrance) else f"{entrance}单元"
    return place


def _stock(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """List what is still the developer's: one head together, with its full area (JI art. 9)."""
    stock = [unit for unit in units if unit.developer_stock]
    if not stock:
        return
    unsold = [unit for unit in stock if unit.title_status is TitleStatus.UNSOLD]
    message = (
        f"未售 {len(unsold)} 套、已售未交付 {len(stock) - len(unsold)} 套合计为建设单位一人，"
        f"面积全部计入（司法解释第九条）：第 {listed([unit.row for unit in stock])} 行"
    )
    yield Grade.HINT, stock[0].row, STATUS, Fault("developer-stock", message)
    developers = {unit.identities for unit in unsold}
    if len(developers) > 1:
        message = f"未售房屋登记在 {len(developers)} 个不同的权利人名下，仍按建设单位一人计，请核对"
        yield Grade.WARNING, unsold[0].row, STATUS, Fault("several-developers", message)
    for unit in unsold:
        if all(owner.id_type is IdType.RESIDENT for owner in unit.owners):
            message = "未售房屋登记在个人名下：若已交付，应写“已交付”，单独计人数"
            yield Grade.WARNING, unit.row, STATUS, Fault("stock-of-a-person", message)
    held = [
        unit.row for unit in units if not unit.developer_stock and unit.identities in developers
    ]
    if held:
        message = (
            f"建设单位名下有 {len(held)} 套写为已交付，与其未售房屋分开计为另一人："
            f"第 {listed(held)} 行"
        )
        yield Grade.HINT, held[0], STATUS, Fault("developer-delivered", message)


def _sources(units: Sequence[UnitRecord]) -> Iterator[Question]:
    """Ask why not the registered area, which comes before any other (JI art. 8)."""
    others = [unit for unit in units if unit.area_source is not AreaSource.REGISTER]
    for source in (AreaSource.SURVEY, AreaSource.CONTRACT):
        rows = [unit.row for unit in others if unit.area_source is source]
        if rows:
            message = f"{len(rows)} 套没有登记面积，用的是{source.value}面积：第 {listed(rows)} 行"
            yield Grade.HINT, rows[0], SOURCE, Fault("area-not-registered", message)
    for unit in others:
        if unit.title_no is not None and not unit.developer_stock:
            message = "已有产权证却未用登记面积：登记面积优先（司法解释第八条）"
            yield Grade.WARNING, unit.row, SOURCE, Fault("registered-area-not-used", message)
