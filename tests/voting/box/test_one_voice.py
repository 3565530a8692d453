"""Where the rules let an owner's units not differ, the box turns the second ballot away (C-3)."""

import pytest

from tests.voting.box.test_service import ballots, refused, slots
from tests.voting.box.test_turn import on_paper, superseded
from tests.voting.conftest import voting
from tests.voting.world import HEADER, ROWS, choices
from voting.box.refusals import DifferentChoices
from voting.count.recount import recount
from voting.kernel import canonical

FLATS = ("1-1-101",), ("1-1-202",)
"""Both of 张伟 alone."""
RULE = {"mixed_units": "refuse_different"}


@pytest.fixture
def one_voice(world):
    return voting(world, begun=True, policies=RULE)


def test_a_phone_has_to_say_the_same_for_the_next_unit(one_voice):
    world = one_voice
    world.cast("zhang", FLATS[0])
    with pytest.raises(DifferentChoices, match="请改为相同的选择后重新签名提交"):
        world.cast("zhang", FLATS[1], choices("oppose"))
    assert len(ballots(world)) == 1
    assert refused(world) == {"different-choices": 1}
    world.check_logs()
    world.cast("zhang", FLATS[1])
    assert len(slots(world)) == 2
    assert superseded(world) == []


def test_paper_is_handed_back_or_entered_as_void(one_voice):
    world = one_voice
    world.cast("zhang", FLATS[0])
    with pytest.raises(DifferentChoices, match="请退还投票人") as answer:
        on_paper(world, "7", FLATS[1], said=choices("oppose"))
    assert not any(flat in answer.value.detail for (flat,) in FLATS)
    assert on_paper(world, "8", FLATS[1], said=choices("oppose"), void_reason="选择不一致") == 2
    assert on_paper(world, "9", FLATS[1]) == 3
    assert len(slots(world)) == 2
    assert superseded(world) == []


def test_what_stands_for_nothing_differs_from_nothing(one_voice):
    """A second paper for the same unit is a duplicate, kept and listed as ever."""
    world = one_voice
    world.cast("zhang", FLATS[0])
    assert on_paper(world, "7", FLATS[0], said=choices("oppose")) == 2
    assert superseded(world) == [2]


def test_another_owner_may_differ(one_voice):
    one_voice.cast("zhang", FLATS[0])
    one_voice.cast("chen", ["2-1-102"], choices("oppose"))
    # 张伟 and 赵敏 together are another owner than 张伟 alone.
    one_voice.cast("zhang", ["1-2-101"], choices("oppose"))
    assert len(slots(one_voice)) == 3


def test_who_is_one_owner_is_for_the_rules_to_say(world):
    voting(world, begun=True, policies=RULE | {"same_owner": "any_common_owner"})
    world.cast("zhang", FLATS[0])
    with pytest.raises(DifferentChoices):
        world.cast("zhao", ["1-2-101"], choices("oppose"))
    world.cast("zhao", ["1-2-101"])


def test_a_change_has_to_take_all_units_along(world):
    voting(world, begun=True, policies=RULE | {"repeat": "last_valid"})
    first, _ = world.cast("zhang", FLATS[0])
    second, _ = world.cast("zhang", FLATS[1])
    with pytest.raises(DifferentChoices):
        world.cast("zhang", FLATS[1], choices("oppose"), sequence=2, replaces=second.ballot_digest)
    both = sorted(FLATS[0] + FLATS[1])
    last = world.cast("zhang", both, choices("oppose"), sequence=2, replaces=second.ballot_digest)
    assert set(slots(world).values()) == {last[0].position}
    assert superseded(world) == [first.position, second.position]


def test_the_result_names_the_clause_and_that_nothing_was_let_in(one_voice):
    world = one_voice
    world.cast("zhang", FLATS[0])
    world.close()
    with world.database.read() as session:
        result = world.counting.count(session, world.poll)
    assert result["ballots"]["refused"] == []
    assert result["items"][0]["used_policies"][0]["clause"] == "C-3"


def test_a_sheet_with_such_a_pair_lists_the_second_as_refused():
    roster = "\n".join(",".join(row) for row in (HEADER, *ROWS)).encode()
    item = {"id": "1", "title": "规约", "form": "resolution", "matter": "covenant"}
    agenda = {"title": "会议", "decision_date": "2026-03-25", "policies": RULE, "items": [item]}
    said = {"1-1-101": "同意", "1-1-202": "反对", "2-1-102": "反对"}
    sheet = "\n".join(["房屋,渠道,1", *(f"{unit},纸质,{mark}" for unit, mark in said.items())])
    counted = recount(roster, "清册.csv", sheet.encode(), "票.csv", canonical.encode(agenda))
    assert counted["ballots"]["refused"] == [3]
    assert counted["ballots"]["superseded"] == []
    assert counted["ballots"]["counted"] == 2
    assert counted["items"][0]["approve"] == {"heads": 1, "area_cm2": 893_700}
    assert counted["items"][0]["participating"]["heads"] == 2
