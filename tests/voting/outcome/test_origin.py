"""Where a roster comes from is bound when it is taken in, and checked from the bundle."""

import base64

import pytest
from sqlalchemy import text

from tests.voting.outcome.both import UNNAMED
from tests.voting.outcome.forgery import ENTRIES, edited, zipped
from tests.voting.outcome.test_correction import certify, problems
from tests.voting.roster.test_versions import amend, imported
from tests.voting.world import CHEN, DISPLAYED, ROWS, _row
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import ORIGIN, Level

SPLIT = _row("2-1-102", "住宅", "88.9", [CHEN], 8)


def voted(world, roster_id):
    """Freeze a version and hold a vote on it."""
    world.clock.moment -= DISPLAYED
    world.roster_id = roster_id
    world.display(roster_id)
    world.sign(roster_id)
    for name in ("zhang", "chen"):
        world.enrol(name)
    world.draft().publish().open()
    world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    certify(world)
    return {
        level: bundle.read(world.outcomes.bundle(world.assembly_id, level)) for level in UNNAMED
    }


@pytest.fixture
def amended(world):
    """Both bundles of a vote on the second version of a roster, taken apart."""
    first = imported(world, ROWS[:-1])
    return voted(world, amend(world, first.roster_id, [SPLIT]).roster_id)


def rewritten(files, **values):
    """Another entry of the version in the register, as nobody could prove it."""

    def rewrite(items):
        for item in items:
            entry = canonical.decode(base64.b64decode(item["entry"]))
            if entry["type"] == "roster-version":
                entry = {
                    name: value for name, value in (entry | values).items() if value is not None
                }
                item["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    return zipped(edited(files, ENTRIES, rewrite))


@pytest.mark.parametrize("level", UNNAMED)
def test_a_version_with_a_predecessor_passes(amended, level):
    assert problems(zipped(amended[level])) == {}


def test_the_public_bundle_does_not_hold_the_version_before(amended):
    assert ORIGIN not in amended[Level.PUBLIC]
    assert canonical.decode(amended[Level.SUPERVISED][ORIGIN])["previous"]["version"] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"supplied_by": "张三"},
        {"supplied_by": None},
        {"source": "附件一"},
        {"evidence": "0"},
        {"totals": {}},
        {"previous": None},
        {"difference": None},
        {"totals_before": None},
        {"version": 3},
        {"digest": "0" * 64},
        {"act": "import"},
        {"basis": 1},
        {"stated": {"用途": ["别墅"]}},
    ],
    ids=str,
)
@pytest.mark.parametrize("level", UNNAMED)
def test_every_fact_of_the_origin_is_compared(amended, level, values):
    """Beside check 8, which sees any change: so that no operator enters nonsense."""
    assert 9 in problems(rewritten(amended[level], **values))


@pytest.mark.parametrize(
    "values", [{"difference": "0" * 64}, {"totals_before": {}}, {"basis": "0" * 64}], ids=str
)
def test_who_supervises_can_open_what_the_entry_commits_to(amended, values):
    assert 9 in problems(rewritten(amended[Level.SUPERVISED], **values))
    assert 9 not in problems(rewritten(amended[Level.PUBLIC], **values))


def test_another_predecessor_is_found(amended):
    def swap(said):
        said["previous"] = canonical.decode(amended[Level.PUBLIC]["roster.json"])

    assert 9 in problems(zipped(edited(amended[Level.SUPERVISED], ORIGIN, swap)))


def test_an_origin_left_out_is_found(amended):
    files = {path: data for path, data in amended[Level.SUPERVISED].items() if path != ORIGIN}
    assert {1, 9} <= problems(zipped(files)).keys()


def test_a_version_from_before_there_were_entries_still_verifies(world):
    """As an earlier release left it: no entry of its own, and a freeze that names none."""
    first = imported(world)
    with world.database.write() as session:
        session.execute(text("UPDATE rosters SET entered_position = NULL"))
    for files in voted(world, first.roster_id).values():
        assert problems(zipped(files)) == {}
        assert ORIGIN not in files
