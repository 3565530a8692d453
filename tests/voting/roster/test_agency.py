"""One agent for everybody is asked about; guardians and heirs are not (domain W-11, W-12)."""

import pytest

from tests.voting.outcome.test_voters import FURTHER, GUARDIAN, named
from tests.voting.world import COMMUNITY, HEADER, ROWS, sheet

FOUR = ("1-1-101", "1-1-102", "1-2-101", "1-2-102")


@pytest.mark.parametrize(
    ("units", "state", "asked"),
    [(FOUR, "", True), (FOUR[:3], "", False), (FOUR, "已故", False)],
)
def test_an_agent_of_more_than_three_owners_is_a_warning(world, units, state, asked):
    said = dict.fromkeys(units, ("", GUARDIAN[0], GUARDIAN[2], state))
    file = sheet(named(ROWS, said), (*HEADER, *FURTHER))
    version, _ = world.rosters.import_sheet(file, "清册.csv", COMMUNITY, by="c1")
    found = [f for f in world.rosters.findings(version.roster_id) if f["code"] == "agent-of-many"]
    assert [each["grade"] for each in found] == (["warning"] if asked else [])
    assert all(GUARDIAN[0] not in each["message"] for each in found)
