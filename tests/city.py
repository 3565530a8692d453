"""A small invented city: complexes with agendas of different shapes, as files, from a seed."""

import csv
import io
import json
from random import Random

from api.cli.demo_people import People
from tally.model import Choice, Kind
from voting.assembly.agenda import parse_agenda
from voting.box.marks import question_marks
from voting.box.sheet import SheetBallot, ballot_sheet
from voting.count.recount import recount
from voting.roster.grouping import group_of_unit
from voting.roster.model import AreaSource, Roster, TitleStatus, UnitRecord
from voting.roster.verify import ALIASES
from voting.roster.workbook import roster_cells, roster_workbook

SHAPES = 4
_DOUBTS = {"depends_on", "variants", "flip"}


def make_city(folder, complexes=12):
    """Write so many complexes; every fourth has an agenda of the same shape."""
    for number in range(1, complexes + 1):
        write_complex(folder / f"小区{number}", number, flats=8 + number)
    return folder


def write_complex(folder, number, flats):
    """Write roster, ballots and agenda of one complex; one roster in six is a workbook."""
    folder.mkdir(parents=True)
    chance = Random(number)
    roster = _roster(chance, flats)
    raw = json.dumps(_agenda(number), ensure_ascii=False).encode()
    agenda = parse_agenda(raw)
    if number % 6:
        (folder / "roster.csv").write_bytes(_roster_csv(roster))
    else:
        (folder / "roster.xlsx").write_bytes(roster_workbook(roster))
    (folder / "ballots.csv").write_bytes(ballot_sheet(agenda, _ballots(chance, roster, agenda)))
    (folder / "agenda.json").write_bytes(raw)


def recounted(folder):
    """Count one complex alone, without what a city leaves out."""
    (roster,) = folder.glob("roster.*")
    ballots, agenda = folder / "ballots.csv", folder / "agenda.json"
    result = recount(
        roster.read_bytes(), roster.name, ballots.read_bytes(), ballots.name, agenda.read_bytes()
    )
    return _without_doubts(result["items"])


def _without_doubts(value):
    match value:
        case dict():
            return {key: _without_doubts(each) for key, each in value.items() if key not in _DOUBTS}
        case list():
            return [_without_doubts(each) for each in value]
        case _:
            return value


def _roster(chance, flats):
    """Flats of which some share an owner, some have two, some are unsold; and a few stalls."""
    people = People(chance)
    developer = (people.company(),)
    titles = []
    units = []
    for number in range(flats):
        place = (str(1 + number % 2), "1", f"{number // 4 + 1}{number % 4 + 1:02d}")
        draw = chance.random()
        if titles and draw < 0.2:
            title = chance.choice(titles)
        elif titles and draw < 0.3:
            title = (chance.choice(titles)[0], people.person())
        else:
            title = (people.person(),)
        status = TitleStatus.DELIVERED
        if number % 11 == 10:
            title, status = developer, TitleStatus.UNSOLD
        else:
            titles.append(title)
        units.append(
            _unit(place, Kind.DWELLING, chance.randrange(400_000, 1_500_000), title, status)
        )
    for number in range(flats // 4):
        place, title = ("地下车库", "B1", str(number + 1)), chance.choice(titles)
        units.append(_unit(place, Kind.PARKING, 132_500, title, TitleStatus.DELIVERED))
    return Roster.of(units)


def _unit(place, kind, area_cm2, owners, status):
    return UnitRecord(
        *place,
        kind=kind,
        area_cm2=area_cm2,
        area_source=AreaSource.REGISTER,
        owners=owners,
        title_status=status,
    )


def _roster_csv(roster):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([tuple(ALIASES), *map(roster_cells, roster)])
    return text.getvalue().encode("utf-8-sig")


def _ballots(chance, roster, agenda):
    """Most owners approve, some take part with part of their units, some come twice."""
    groups = {}
    for key, group in group_of_unit(roster, agenda.policies.same_owner).items():
        groups.setdefault(group, []).append(key)
    voting = [keys for keys in groups.values() if chance.random() < 0.85]
    voting += [keys[:1] for keys in voting if chance.random() < 0.2]
    words = [sorted(set(marks.values())) for marks in question_marks(agenda)]
    for keys in voting:
        likely = {Choice.APPROVE, Choice.OPTION}
        choices = tuple(
            chance.choices(codes, [12 if code in likely else 1 for code in codes])[0]
            for codes in words
        )
        void = "签名不符" if chance.random() < 0.05 else ""
        yield SheetBallot(tuple(keys), choices, void_reason=void)


def _agenda(number):
    """One of four shapes, worded for this complex alone."""
    shape = number % SHAPES
    items = [
        {"id": "1", "title": f"小区{number}的管理规约", "form": "resolution", "matter": "covenant"},
        {"id": "2", "title": f"小区{number}续筹", "form": "resolution", "matter": "raise_fund"},
    ]
    policies = {}
    if shape == 1:
        policies = {"silence": "follow_majority", "repeat": "last_valid"}
    if shape == 2:
        policies = {"same_owner": "any_common_owner", "mixed_units": "last_ballot"}
        items[1]["electorate"] = {"buildings": ["1"]}
    if shape == 3:
        items = [
            items[0],
            {
                "id": "2",
                "title": "选举委员",
                "form": "election",
                "matter": "elect_committee",
                "seats": 3,
                "alternates": 1,
                "candidates": [{"id": f"c{at}", "name": f"{number}号甲{at}"} for at in range(5)],
            },
            {
                "id": "3",
                "title": "选聘物业",
                "form": "choose_one",
                "matter": "hire_manager",
                "options": [{"id": f"o{at}", "title": f"={number}号公司{at}"} for at in range(3)],
            },
        ]
    return {
        "title": f"小区{number}第一次业主大会会议",
        "decision_date": "2026-11-20",
        "policies": policies,
        "items": items,
    }
