"""An invented complex for the demonstration: about 1,200 units in six buildings, from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from api.cli.demo_people import People
from tally.model import Kind
from voting.roster.model import AreaSource, OwnerRecord, Roster, TitleStatus, UnitRecord

SEED = 20_260_101
COMMUNITY = "北京市朝阳区示例街道幸福家园"

CANDIDATES = ("王喆", "李䶮", "赵堃", "陈静", "刘建国", "杨梅", "周文斌", "吴凯", "徐霞")
"""Owners of the complex who stand for the committee in the demonstration."""

# Entrances, floors, and the areas in cm² of the rooms on each floor. Registers print two
# decimals; some surveyors gave three.
_BUILDINGS = {
    "1": (3, 18, (893_700, 672_450, 672_450, 1_015_200)),
    "2": (3, 18, (893_700, 672_400, 1_015_250)),
    "3": (4, 11, (1_286_430, 1_286_430)),
    "4": (5, 12, (1_154_380, 967_120, 1_154_370)),
    "5": (3, 24, (561_300, 743_860, 743_860, 561_300)),
    "6": (4, 16, (885_270, 885_270, 1_042_190)),
}
_SHOPS = 36
_OFFICES = 24
_PARKING = 420
_STORAGE = 130
_STOCK_BUILDING = "6"
_UNSOLD_FROM_FLOOR = 14
_UNDELIVERED_FLOOR = 13

_Owners = tuple[OwnerRecord, ...]


@dataclass(frozen=True, slots=True)
class _Title:
    """One owner group while titles are given out."""

    owners: _Owners
    phones: tuple[str, ...]


class _Registry:
    """Gives units to owners, as life would."""

    def __init__(self, seed: int) -> None:
        # Repeatable on purpose, and nothing secret.
        self.chance = Random(seed)  # noqa: S311
        self.people = People(self.chance)
        self.developer = self.people.company("北京示例幸福房地产开发有限公司")
        self.titles: list[_Title] = []
        self.waiting = [self.alone(name) for name in CANDIDATES]
        self.waiting += self.families()
        self.title_serial = 10_000

    def alone(self, name: str | None = None) -> _Title:
        return _Title((self.people.person(name),), (self.people.phone(),))

    def couple(self) -> _Title:
        first = self.people.person()
        phone = self.people.phone()
        return _Title((first, self.people.person()), (phone, self.people.phone()))

    def families(self) -> list[_Title]:
        """Draw the cases that decide who is one head (JI art. 9): see domain C-4 to C-6."""
        pair = self.couple()
        single, partner = self.alone(), self.alone()
        both = _Title(single.owners + partner.owners, single.phones + partner.phones)
        husband, wife = self.alone(), self.alone()
        return [
            pair,
            _Title(pair.owners[::-1], pair.phones),  # one couple, two flats: one head
            single,
            both,  # alone on one title, with a partner on the other: two heads
            husband,
            wife,  # each sole owner of a flat: two heads
        ]

    def dwelling(self) -> _Title:
        if self.waiting:
            return self.waiting.pop(0)
        draw = self.chance.random()
        if draw < 0.05 and self.titles:  # noqa: PLR2004 - one flat in twenty has such an owner
            return self.chance.choice(self.titles)
        if draw < 0.33:  # noqa: PLR2004 - more than a quarter belong to couples
            return self.couple()
        if draw < 0.34:  # noqa: PLR2004 - one in a hundred to a company
            return _Title((self.people.company(),), ())
        return self.alone()

    def unit(
        self, place: tuple[str, str, str], kind: Kind, area_cm2: int, title: _Title
    ) -> UnitRecord:
        self.title_serial += 1
        return UnitRecord(
            *place,
            kind=kind,
            area_cm2=area_cm2,
            area_source=AreaSource.REGISTER,
            owners=title.owners,
            title_status=TitleStatus.DELIVERED,
            phones=title.phones,
            title_no=f"京(2021)朝不动产权第{self.title_serial:07d}号",
        )

    def stock(self, place: tuple[str, str, str], area_cm2: int, status: TitleStatus) -> UnitRecord:
        """Make a flat still in the developer's hands; one sold already names its buyer."""
        sold = status is TitleStatus.UNDELIVERED
        owner = self.people.person() if sold else self.developer
        return UnitRecord(
            *place,
            kind=Kind.DWELLING,
            area_cm2=area_cm2,
            area_source=AreaSource.CONTRACT if sold else AreaSource.SURVEY,
            owners=(owner,),
            title_status=status,
            phones=(self.people.phone(),) if sold else (),
        )


def demo_roster(seed: int = SEED) -> Roster:
    """Draw the roster: the same seed gives the same roster."""
    registry = _Registry(seed)
    units = list(_dwellings(registry))
    units += _shops_and_offices(registry)
    units += _parking_and_storage(registry)
    return Roster.of(units)


def _dwellings(registry: _Registry) -> Iterator[UnitRecord]:
    for building, (entrances, floors, areas) in _BUILDINGS.items():
        for entrance in range(1, entrances + 1):
            for floor in range(1, floors + 1):
                for room, area_cm2 in enumerate(areas, 1):
                    place = (building, str(entrance), f"{floor}{room:02d}")
                    if building == _STOCK_BUILDING and floor >= _UNDELIVERED_FLOOR:
                        unsold = floor >= _UNSOLD_FROM_FLOOR
                        status = TitleStatus.UNSOLD if unsold else TitleStatus.UNDELIVERED
                        yield registry.stock(place, area_cm2, status)
                        continue
                    title = registry.dwelling()
                    registry.titles.append(title)
                    yield registry.unit(place, Kind.DWELLING, area_cm2, title)


def _shops_and_offices(registry: _Registry) -> Iterator[UnitRecord]:
    for number in range(1, _SHOPS + 1):
        area_cm2 = registry.chance.randrange(420_000, 1_900_000, 100)
        is_company = registry.chance.random() < 0.5  # noqa: PLR2004 - half of the shops
        title = _Title((registry.people.company(),), ()) if is_company else registry.alone()
        yield registry.unit(("商街", "1", f"{number}"), Kind.COMMERCIAL, area_cm2, title)
    holding = _Title((registry.people.company(),), ())
    for number in range(1, _OFFICES + 1):
        area_cm2 = registry.chance.randrange(600_000, 2_400_000, 100)
        title = holding if number % 4 == 0 else _Title((registry.people.company(),), ())
        place = ("办公楼", "1", f"{number // 6 + 1}{number % 6 + 1:02d}")
        yield registry.unit(place, Kind.OFFICE, area_cm2, title)


def _parking_and_storage(registry: _Registry) -> Iterator[UnitRecord]:
    """Give stalls and stores to owners of flats, a few owners holding several."""
    for number in range(1, _PARKING + 1):
        title = registry.chance.choice(registry.titles)
        place = ("地下车库", f"B{1 + number % 2}", f"{number:03d}")
        yield registry.unit(place, Kind.PARKING, 132_500, title)
    for number in range(1, _STORAGE + 1):
        title = registry.chance.choice(registry.titles)
        area_cm2 = registry.chance.randrange(45_000, 96_000, 100)
        yield registry.unit(("储藏间", "B1", f"{number:03d}"), Kind.STORAGE, area_cm2, title)
