"""A small vote in which everything happens that a bundle can tell of, and its two bundles."""

import functools
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from nacl.public import PrivateKey

from tests.conftest import MovingClock, _migrate
from tests.voting.outcome.both import UNNAMED
from tests.voting.outcome.test_correction import BUYERS_CLAIM, SOLD, corrected
from tests.voting.outcome.test_voters import FURTHER, GUARDIAN, HEIR, named, with_child
from tests.voting.roster.test_versions import FROM_REGISTRY
from tests.voting.world import (
    CHEN,
    COMMUNITY,
    DISPLAYED,
    HEADER,
    LI,
    ROWS,
    SUN,
    WANG,
    World,
    _row,
    choices,
    claim,
    sheet,
)
from voting.box.authority import Guardian, Proxy
from voting.box.paper import PaperBallot
from voting.infra.database import Database
from voting.outcome import bundle
from voting.outcome.bundle import Level
from voting.outcome.court import for_court

COURT_KEY = PrivateKey(bytes(range(32)))
COLUMNS = (*HEADER, *FURTHER)


@functools.cache
def eventful():
    """Files of the bundle by level, and the owners' phones by the id of their key.

    Kept for the whole process: with its mutants it is asked for again and again.
    """
    return _bundles_of(hold)


@functools.cache
def contested():
    """The same of a vote under clauses on co-owners, households and owners of several units."""
    return _bundles_of(hold_contested)


@functools.cache
def quiet():
    """The same of a vote in which one owner votes and nothing happens."""
    return _bundles_of(hold_quietly)


@functools.cache
def deserted():
    """The same of a vote in which nobody votes."""
    return _bundles_of(hold_deserted)


@functools.cache
def represented():
    """The same of a vote in which others sign for the owners, on paper."""
    return _bundles_of(hold_for_others)


def _bundles_of(vote):
    directory = Path(tempfile.mkdtemp())
    url = f"sqlite:///{directory / 'vote.db'}"
    _migrate(url)
    database = Database(url)
    world = World(database, MovingClock()).begin()
    vote(world)
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    zips = {level: world.outcomes.bundle(world.assembly_id, level) for level in UNNAMED}
    everybody = partial(world.rosters.custody.everybody, by="s1")
    zips[Level.COURT] = for_court(zips[Level.SUPERVISED], everybody, COURT_KEY.public_key)
    files = {level: bundle.read(data) for level, data in zips.items()}
    database.close()
    shutil.rmtree(directory)
    return files, {phone.key_id: phone for phone in world.phones.values()}


def hold_quietly(world):
    """One ballot on a roster that names nobody."""
    world.freeze()
    world.enrol("zhang")
    world.draft().publish().open()
    world.cast("zhang", ["1-1-101"])


def hold_deserted(world):
    """No ballot at all."""
    world.freeze()
    world.draft().publish().open()


def hold_for_others(world):
    """An agent for three owners and by a clause a fourth, for one twice; a guardian; void ones."""
    world.freeze()
    world.draft().publish().open()
    scan = world.scans.keep(world.assembly_id, b"%PDF-1.7 an authority")
    agency = Proxy(
        "ab" * 32, ("1", "2", "3", "4"), "full",
        date(2026, 3, 17), date(2026, 3, 18), date(2026, 3, 18),
    )  # fmt: skip
    clause = replace(agency, property_staff=True, exception="议事规则第十二条")
    some = replace(agency, agent="cd" * 32, matters=("1",), scope="as_instructed")
    blank = {"2": dict.fromkeys(("c1", "c2", "c3"), "blank"), "3": "blank", "4": "blank"}
    own = PaperBallot("1", ("1-1-101",), choices(), "", "proxy", agency)
    for paper in (
        own,
        replace(own, serial="2", units=("1-2-101",), scans=(scan,)),
        replace(own, serial="3", units=("1-2-102",)),
        replace(own, serial="4", units=("2-1-101",), authority=clause),
        replace(own, serial="5", units=("2-1-102",), authority=some, choices=choices(**blank)),
        replace(own, serial="6", units=("2-1-202",), authority=agency, void_reason="委托已撤回"),
        replace(
            own, serial="7", units=("1-1-102",), capacity="guardian",
            authority=Guardian("household_register"),
        ),
        replace(
            own, serial="8", units=("B1-1-003",), capacity="owner", authority=None, carried=True
        ),
        replace(own, serial="9", units=("1-1-202",)),
        PaperBallot("10", (), {}, "房号被涂抹，无法辨认", scans=(scan,)),
    ):  # fmt: skip
        for clerk in ("k1", "k2"):
            world.box.enter_paper(world.assembly_id, paper, by=clerk)


@functools.cache
def changing():
    """The same of a vote in which owners change what they said, by phone and on paper."""
    return _bundles_of(hold_changing)


def hold_changing(world):
    """Co-owners vote for a flat each, twice against what is on paper, and object to each other."""
    world.freeze()
    for name in ("wang", "li", "chen"):
        world.enrol(name)
    world.draft(policies={"repeat": "last_valid"}).publish().open()
    more = {}
    for number in (1, 2, 3):
        receipt, _ = world.cast("wang", ["1-1-201"], sequence=number, **more)
        more = {"replaces": receipt.ballot_digest}
    world.cast("li", ["1-1-102"])
    on_paper(world, "0001", ["1-1-102"])
    world.cast("wang", ["1-1-102"], choices("oppose"))
    on_paper(world, "0002", ["2-1-102", "B1-1-002"])
    world.cast("chen", ["2-1-102", "B1-1-002"], choices("oppose"))
    on_paper(world, "0003", ["1-1-102"])
    world.object("li", ["1-1-201"])
    world.object("wang", ["1-1-102"])


def on_paper(world, serial, units, void_reason=""):
    """Enter a paper ballot, as both clerks read it."""
    for clerk in ("k1", "k2"):
        ballot = PaperBallot(serial, tuple(units), choices(), void_reason)
        world.box.enter_paper(world.assembly_id, ballot, by=clerk)


def hold_contested(world):
    """Two spouses vote alike, as they have to, and a co-owner objects to the other's ballot."""
    spouses = {"1-2-102": "7", "2-1-102": "7"}
    rows = [(*row, spouses.get(f"{row[0]}-{row[1]}-{row[2]}", "")) for row in ROWS]
    world.freeze(rows, (*HEADER, "合户编号"))
    for name in ("wang", "li", "liu", "chen"):
        world.enrol(name)
    clauses = {
        "co_owners": "abstain",
        "mixed_units": "refuse_different",
        "same_owner": "household",
    }
    world.draft(policies=clauses).publish().open()
    world.cast("wang", ["1-1-102", "1-1-201"])
    world.cast("liu", ["1-2-102"], choices("oppose"))
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.object("li", ["1-1-102", "1-1-201"])


@functools.cache
def sold():
    """The same of a vote in which a flat is sold in part, and a co-owner objects."""
    return _bundles_of(hold_sold)


def hold_sold(world):
    """Who buys shares votes, or sells on; who shared a flat all along objects."""
    world.freeze()
    for name in ("wang", "li", "chen"):
        world.enrol(name)
    world.draft().publish().open()
    first = corrected(world, [_row("1-1-202", "住宅", "75", [WANG, CHEN], 4)])
    world.cast("chen", ["1-1-202"], choices("oppose"))
    world.cast("li", ["1-1-102", "1-1-201"])
    rows = [
        _row("1-1-202", "住宅", "75", [WANG, LI], 4),
        _row("1-1-102", "住宅", "100.5", [WANG, CHEN], 2),
        _row("1-1-201", "住宅", "60.25", [CHEN, WANG], 3),
    ]
    corrected(world, rows, after=first)
    world.object("wang", ["1-1-201", "1-1-202"])


def hold(world):
    """Two versions, named voters; a sale, a death and a demolition while ballots come in."""
    world.clock.moment -= DISPLAYED
    rows = [row for row in named(with_child()) if row[:3] != ("2-1", "2-1", "102")]
    first = world.rosters.import_sheet(
        sheet(rows[:-1], COLUMNS), "清册.csv", COMMUNITY, by="c1", provenance=FROM_REGISTRY
    )[0]
    world.roster_id = amended(world, first.roster_id, rows[-1:]).roster_id
    world.display(world.roster_id)
    world.sign(world.roster_id)
    for name in ("zhang", "li", "shop", "chen", "liu"):
        world.enrol(name)
    world.enrol("guardian", said=claim(GUARDIAN, 5))
    world.draft(policies={"repeat": "last_valid"}).publish().open()
    first, _ = world.cast("zhang", ["1-1-101", "B1-1-001"])
    again = {"sequence": 2, "replaces": first.ballot_digest}
    world.cast("zhang", ["1-1-101", "B1-1-001"], choices("oppose"), **again)
    world.cast("guardian", ["1-2-101"])
    world.cast("liu", ["1-2-102"])
    world.clock.advance(minutes=5)
    correct(world, [*(row + ("",) * 4 for row in [SOLD]), heir()], removed=["1-2-102"])
    world.enrol("wu", said=BUYERS_CLAIM)
    world.cast("wu", ["1-1-202"], choices("oppose"))
    world.enrol("heir", said=claim(HEIR, 13))
    world.cast("heir", ["B1-1-003"])
    for serial, units, void in (
        ("0001", ("2-1-102", "B1-1-002"), ""),
        ("0002", ("2-1-101",), "涂改"),
    ):
        for clerk in ("k1", "k2"):
            paper = PaperBallot(serial, units, choices("oppose"), void)
            world.box.enter_paper(world.assembly_id, paper, by=clerk)
    world.cast("li", ["1-1-102", "1-1-201"], choices(third="b"))
    world.clock.advance(minutes=5)
    used = world.phones["guardian"]
    world.enrol("guardian", said=claim(GUARDIAN, 5))  # another phone: the register ends the first
    world.phones["guardian first"] = used


def heir():
    """Whose flat it was has died, and somebody stands in for him."""
    row = _row("B1-1-003", "车位", "13", [SUN], 13)
    return (*row, "", HEIR[0], HEIR[2], "已故")


def amended(world, roster_id, rows=(), removed=()):
    """Take rows that name voters into another version."""
    file = sheet(rows, COLUMNS) if rows else None
    return world.rosters.amend(
        roster_id, file, "更改.csv", frozenset(removed), by="c1", provenance=FROM_REGISTRY
    )


def correct(world, rows, removed):
    """Correct the frozen roster with both signatures."""
    version = amended(world, world.roster_id, rows, removed)
    world.rosters.corrections.propose(version.roster_id, by="c1")
    world.assemblies.correct(version.roster_id, by="s1")
