"""A first entry of a paper ballot can be taken back while nobody has made the second."""

import pytest

from tests.voting.box.test_paper import enter, paper, pending
from tests.voting.box.test_service import CHEN, ballots, slots
from tests.voting.world import choices
from voting.ballot.refusals import PollClosed
from voting.box.refusals import PaperAlreadyAccepted, UnknownPaper


@pytest.mark.parametrize("by", ["c1", "c2"], ids=["who entered it", "another"])
def test_a_first_entry_can_be_withdrawn_and_its_number_is_free(open_engine_world, by):
    """A clerk who had left, or had typed another number, blocked the paper of that number."""
    world = open_engine_world
    enter(world, paper(serial="六号"), "c1")
    before = len(world.acts())
    world.box.withdraw_paper(world.assembly_id, "\uf9d1号", by=by)
    (act,) = world.acts()[before:]
    assert act | {"at": ""} == {
        "act": "withdraw-paper", "assembly": world.assembly_id, "at": "", "by": by,
        "entered_by": "c1", "type": "act",
    }  # fmt: skip
    assert (pending(world), ballots(world)) == (0, [])
    assert enter(world, paper(serial="六号", said=choices("oppose")), "c3") is None
    assert enter(world, paper(serial="六号", said=choices("oppose")), "c1") == 1


def test_what_is_in_the_log_is_not_withdrawn(open_world):
    for by in ("c1", "c2"):
        enter(open_world, paper(), by)
    before = len(open_world.acts())
    for by in ("c1", "c2", "c3"):
        with pytest.raises(PaperAlreadyAccepted):
            open_world.box.withdraw_paper(open_world.assembly_id, "7", by=by)
    with pytest.raises(UnknownPaper):
        open_world.box.withdraw_paper(open_world.assembly_id, "8", by="c1")
    assert len(open_world.acts()) == before
    assert slots(open_world) == dict.fromkeys(CHEN, 1)


def test_nothing_is_withdrawn_after_the_close(open_world):
    """The certificate says how many papers were left pending."""
    enter(open_world, paper(), "c1")
    open_world.close()
    with pytest.raises(PollClosed):
        open_world.box.withdraw_paper(open_world.assembly_id, "7", by="c1")
    assert pending(open_world) == 1
