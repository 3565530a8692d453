"""A sheet without the columns that say who votes: what it does not speak of is not forgotten."""

import pytest

from tests.voting.outcome.test_voters import FURTHER, GUARDIAN, NAMED, named, votes, with_child
from tests.voting.roster.test_versions import FROM_REGISTRY, NEWCOMER, amend
from tests.voting.world import COMMUNITY, HEADER, LI, SUN, WANG, _row, claim, sheet
from voting.roster.mandate import Standing
from voting.roster.version import MandatesWouldLapse


@pytest.fixture
def first(world):
    """A version that names a voter, a guardian, and an owner who died."""
    file = sheet(named(with_child()), (*HEADER, *FURTHER))
    return world.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")[0].roster_id


def standings(world, roster_id):
    with world.database.write() as session:
        mandates = world.rosters.mandates.of(session, roster_id, by="c1")
        return {key: [each.standing for each in people] for key, people in mandates.items()}


def test_an_amendment_without_the_columns_changes_the_area_alone(world, first):
    rows = [
        _row("1-1-102", "住宅", "101", [WANG, LI], 2),
        _row("B1-1-003", "车位", "13.1", [SUN], 13),
        _row("1-2-101", "住宅", "121", [("赵小敏", *with_child()[4][7:9])], 5),
    ]
    second = amend(world, first, rows).roster_id
    assert standings(world, second) == standings(world, first)
    assert world.rosters.mandate_changes(second, by="c1") == ()
    world.roster_id = second
    world.display(second)
    world.sign(second)
    assert votes(world, claim(GUARDIAN, 5)) == (["1-2-101"], [])
    assert votes(world, claim(WANG, 3)) == (["1-1-201"], ["1-1-102"])


def test_one_column_speaks_for_itself_alone(world, first):
    """The state is said anew, the guardian stays whom the version before has."""
    row = _row("1-1-102", "住宅", "100.5", [WANG, LI], 2)
    file = sheet([(*row, "已故、正常")], (*HEADER, "业主状态"))
    second = world.rosters.amend(
        first, file, "更改.csv", frozenset(), by="c1", provenance=FROM_REGISTRY
    ).roster_id
    assert standings(world, second) == standings(world, first) | {
        "1-1-102": [Standing.DECEASED, Standing.OWNER]
    }
    (change,) = world.rosters.mandate_changes(second, by="c1")
    assert change.line == "1-1-102 业主状态变更：一位业主登记为已故"


def test_a_buyer_is_not_bound_by_what_the_sellers_said(world, first):
    second = amend(world, first, [_row("1-1-102", "住宅", "100.5", [NEWCOMER], 21)]).roster_id
    assert "1-1-102" not in standings(world, second)
    (change,) = world.rosters.mandate_changes(second, by="c1")
    assert change.line == "1-1-102 表决人变更：共有人不再推选表决人，任一共有人可以表决"


def test_a_new_sheet_without_the_columns_is_refused_with_what_would_be_lost(world, first):
    before = len(world.acts())
    with pytest.raises(MandatesWouldLapse) as refusal:
        world.rosters.import_sheet(sheet(with_child()), "清册.csv", COMMUNITY, by="c1")
    for words in (
        "1-1-102 表决人变更：共有人不再推选表决人",
        "1-2-101 代理人变更：取消代理人",
        "B1-1-003 业主状态变更：一位业主不再登记为已故",
        "请补上这些列",
    ):
        assert words in refusal.value.detail
    assert GUARDIAN[0] not in refusal.value.detail
    assert (len(world.rosters.summaries()), len(world.acts())) == (1, before)


def test_what_is_meant_to_lapse_is_a_warning_of_the_version(world, first):
    second, _ = world.rosters.import_sheet(
        sheet(with_child()), "清册.csv", COMMUNITY, by="c1", mandates_lapse=True
    )
    found = [each for each in world.rosters.findings(second.roster_id) if each["row"] is None]
    assert ("mandates-lapsed", "warning") in [(each["code"], each["grade"]) for each in found]
    assert standings(world, second.roster_id) == {"1-2-101": [Standing.MINOR]}


def test_a_new_sheet_with_the_columns_says_what_it_says(world, first):
    said = {key: cells for key, cells in NAMED.items() if key != "1-1-102"}
    file = sheet(named(with_child(), said), (*HEADER, *FURTHER))
    second, _ = world.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")
    changes = world.rosters.mandate_changes(second.roster_id, by="c1")
    assert [each.unit_key for each in changes] == ["1-1-102"]
