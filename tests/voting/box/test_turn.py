"""What may take a standing ballot's place: the box applies the rule by which the log is counted."""

import pytest

from tests.voting.box.test_paper import enter, paper
from tests.voting.box.test_service import CHEN, ballots, slots
from tests.voting.conftest import voting
from tests.voting.world import choices
from voting.box.refusals import AlreadyVoted


def on_paper(world, serial, units=CHEN, **more):
    entry = paper(serial, units, **more)
    enter(world, entry, "c1")
    return enter(world, entry, "c2")


def superseded(world):
    """Close and count; the log must name the same standing ballots as the box did."""
    standing = set(slots(world).values())
    valid = {row.position for row in ballots(world) if not row.void}
    world.close()
    with world.database.read() as session:
        found = world.counting.count(session, world.poll)["ballots"]["superseded"]
    assert set(found) == valid - standing
    return found


@pytest.fixture
def paper_first(world):
    return voting(world, begun=True, policies={"repeat": "paper_first"})


@pytest.fixture
def phone_first(world):
    return voting(world, begun=True, policies={"repeat": "phone_first"})


@pytest.fixture
def one_change(world):
    return voting(world, begun=True, policies={"repeat": "last_valid", "repeat_limit": 1})


def test_paper_takes_the_place_of_the_phone_and_keeps_it(paper_first):
    paper_first.cast("chen", CHEN)
    assert on_paper(paper_first, "7", CHEN[:1]) == 2
    assert slots(paper_first) == {CHEN[0]: 2, CHEN[1]: 1}
    assert on_paper(paper_first, "8", said=choices("oppose")) == 3
    assert slots(paper_first) == {CHEN[0]: 2, CHEN[1]: 3}
    assert superseded(paper_first) == [1]


def test_where_paper_goes_first_no_phone_replaces_anything(paper_first):
    on_paper(paper_first, "7", CHEN[:1])
    with pytest.raises(AlreadyVoted, match="手机票不替换先到的有效票"):
        paper_first.cast("chen", CHEN)
    first, _ = paper_first.cast("chen", CHEN[1:])
    with pytest.raises(AlreadyVoted):
        paper_first.cast("chen", CHEN[1:], sequence=2, replaces=first.ballot_digest)
    assert superseded(paper_first) == []


def test_a_void_paper_takes_no_place(paper_first):
    paper_first.cast("chen", CHEN)
    on_paper(paper_first, "7", void_reason="未签名")
    assert slots(paper_first) == dict.fromkeys(CHEN, 1)
    assert superseded(paper_first) == []


def test_the_first_phone_takes_the_place_of_paper_and_keeps_it(phone_first):
    on_paper(phone_first, "7")
    first, _ = phone_first.cast("chen", CHEN, choices("oppose"))
    assert slots(phone_first) == dict.fromkeys(CHEN, 2)
    with pytest.raises(AlreadyVoted, match="以先到的有效手机票为准"):
        phone_first.cast("chen", CHEN, sequence=2, replaces=first.ballot_digest)
    assert on_paper(phone_first, "8") == 3
    assert slots(phone_first) == dict.fromkeys(CHEN, 2)
    assert superseded(phone_first) == [1, 3]


def test_where_the_phone_goes_first_the_first_of_two_papers_stands(phone_first):
    on_paper(phone_first, "7")
    on_paper(phone_first, "8", said=choices("oppose"))
    assert slots(phone_first) == dict.fromkeys(CHEN, 1)
    assert superseded(phone_first) == [2]


def test_changes_are_counted_by_unit(one_change):
    first, _ = one_change.cast("chen", CHEN[:1])
    on_paper(one_change, "7", CHEN[:1], void_reason="未签名")
    second, _ = one_change.cast("chen", CHEN, sequence=2, replaces=first.ballot_digest)
    assert slots(one_change) == dict.fromkeys(CHEN, 3)
    with pytest.raises(AlreadyVoted, match=f"房屋 {CHEN[0]} 已经投过票.*改投的次数已经用完"):
        one_change.cast("chen", CHEN, sequence=3, replaces=second.ballot_digest)
    one_change.cast("chen", CHEN[1:], sequence=3, replaces=second.ballot_digest)
    assert slots(one_change) == {CHEN[0]: 3, CHEN[1]: 4}
    assert superseded(one_change) == [1]


def test_paper_past_the_limit_is_logged_and_superseded(one_change):
    first, _ = one_change.cast("chen", CHEN)
    one_change.cast("chen", CHEN[:1], sequence=2, replaces=first.ballot_digest)
    assert on_paper(one_change, "7") == 3
    assert slots(one_change) == {CHEN[0]: 2, CHEN[1]: 3}
    assert on_paper(one_change, "8") == 4
    assert slots(one_change) == {CHEN[0]: 2, CHEN[1]: 3}
    assert superseded(one_change) == [1, 4]
