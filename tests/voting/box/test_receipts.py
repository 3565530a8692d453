"""A receipt that was lost is given again to its owner, and to nobody else."""

from dataclasses import replace

import pytest

from tests.voting.box.test_paper import enter, paper
from tests.voting.box.test_service import CHEN
from tests.voting.world import DEVELOPER, Handset, claim
from voting.identity import request
from voting.identity.refusals import StaleRequest, UnknownKey
from voting.kernel import dsse
from voting.kernel.suites import BadSignature


def asking(world, name, *, subject=None):
    text = request.payload("receipts", subject or world.assembly_id, world.clock())
    return world.phones[name].seal(request.PAYLOAD_TYPE, text).to_bytes()


def receipts(world, data):
    return world.box.receipts(world.assembly_id, data)


def test_an_owner_gets_the_receipts_of_all_his_groups_again(open_world):
    world = open_world
    mine = [world.cast("zhang", ["1-1-101"]), world.cast("zhang", ["1-1-202"])]
    world.cast("chen", CHEN)
    shared = world.cast("zhao", ["1-2-101"])
    enter(world, paper("9", ["B1-1-001"]), "c1")
    enter(world, paper("9", ["B1-1-001"]), "c2")
    assert receipts(world, asking(world, "zhang")) == [*mine, shared]
    assert receipts(world, asking(world, "zhao")) == [shared]
    assert receipts(world, asking(world, "li")) == []


def test_an_owner_of_nothing_but_stock_has_no_receipts(open_world):
    """He may enrol, but the developer's one head does not vote on a phone."""
    open_world.enrol("developer", said=claim(DEVELOPER, 9))
    assert receipts(open_world, asking(open_world, "developer")) == []


def test_receipts_are_there_for_a_new_phone_and_after_the_close(open_world):
    mine = open_world.cast("chen", CHEN)
    open_world.enrol("chen")
    open_world.close()
    assert receipts(open_world, asking(open_world, "chen")) == [mine]


def test_a_copied_request_is_soon_worthless(open_world):
    open_world.cast("chen", CHEN)
    data = asking(open_world, "chen")
    open_world.clock.advance(minutes=10)
    assert receipts(open_world, data)
    open_world.clock.advance(seconds=1)
    with pytest.raises(StaleRequest):
        receipts(open_world, data)


def test_a_request_is_good_for_this_assembly_and_this_owner_only(open_world):
    with pytest.raises(StaleRequest):
        receipts(open_world, asking(open_world, "chen", subject="another"))
    forged = dsse.parse(asking(open_world, "li"))
    with pytest.raises(BadSignature):
        receipts(open_world, replace(forged, key_id=open_world.phones["chen"].key_id).to_bytes())
    open_world.phones["stranger"] = Handset()
    with pytest.raises(UnknownKey):
        receipts(open_world, asking(open_world, "stranger"))
