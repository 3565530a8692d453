"""A co-owner objects to the ballot that stands for his unit: in time, once, and to another's."""

import pytest

from tests.voting.box.test_service import refused, slots
from tests.voting.box.test_turn import on_paper
from tests.voting.conftest import voting
from tests.voting.outcome.test_correction import BUYERS_CLAIM, NEWCOMER, corrected
from tests.voting.outcome.test_voters import GUARDIAN, amended
from tests.voting.world import CHEN, LI, WANG, ZHANG, Handset, _row, choices, claim
from voting.ballot.refusals import (
    PollClosed,
    UnitRemoved,
    UnknownUnit,
    WrongAssembly,
    WrongNotice,
)
from voting.box import objection
from voting.box.objection import BallotObjection, parse
from voting.box.refusals import (
    AlreadyObjected,
    MalformedObjection,
    NotCoOwned,
    NothingToObjectTo,
)
from voting.identity.refusals import NotTheVoter, UnknownKey
from voting.infra.throttle import TooManyAttempts
from voting.kernel import canonical, dsse
from voting.kernel.suites import BadSignature

SHARED = ("1-1-102", "1-1-201")
"""What 王 and 李 own together."""


def counted(world):
    with world.database.read() as session:
        return world.counting.count(session, world.poll)


def test_an_objection_is_in_the_log_by_a_commitment_only(open_engine_world):
    world = open_engine_world
    world.cast("wang", SHARED)
    kept = world.object("li", SHARED)
    assert (kept.position, kept.units, kept.ballots) == (2, SHARED, (1,))
    entry = canonical.decode(world.log()[2])
    assert entry.keys() == {"at", "commitment", "type"}
    assert entry["type"] == "ballot-objection"
    assert entry["commitment"] == kept.opening.commitment
    assert [each.position for each in world.contest.listing(world.assembly_id)] == [2]
    assert world.counting.supervision(world.assembly_id)["objections"] == 1
    world.check_logs()


def test_what_stood_stands_on_where_the_rules_say_nothing(open_world):
    world = open_world
    world.cast("wang", SHARED)
    world.object("li", SHARED)
    assert slots(world) == dict.fromkeys(slots(world), 1)
    world.close()
    result = counted(world)
    at = canonical.decode(world.log()[2])["at"]
    assert result["objections"] == [{"at": at, "ballots": [1], "position": 2}]
    assert result["items"][0]["participating"]["heads"] == 1
    assert {row["policy"] for row in result["items"][0]["variants"]} >= {"co_owners"}
    assert "1-1-102" not in str(result["objections"])


def test_without_an_objection_the_result_is_as_it_was(open_world):
    open_world.cast("wang", SHARED)
    open_world.close()
    result = counted(open_world)
    assert "objections" not in result
    assert "co_owners" not in {row["policy"] for row in result["items"][0]["variants"]}


def test_the_same_bytes_again_get_the_same_answer(open_world):
    world = open_world
    world.cast("wang", SHARED)
    nonce = "0" * 32
    first = world.object("li", SHARED, nonce=nonce)
    with pytest.raises(AlreadyObjected, match="不必重复提出"):
        world.object("li", SHARED)
    # ECDSA signs anew each time; what was signed is the same, the bytes are not.
    with pytest.raises(AlreadyObjected):
        world.object("li", SHARED, nonce=nonce)
    again = world.contest.object(world.assembly_id, first.opening.data, address="203.0.113.7")
    assert again == first
    assert len(world.log()) == 3


def test_nobody_objects_to_nothing_or_to_his_own(open_world):
    world = open_world
    with pytest.raises(NothingToObjectTo, match="可以直接投票"):
        world.object("li", SHARED)
    world.cast("wang", SHARED)
    with pytest.raises(NothingToObjectTo, match="您自己投的"):
        world.object("wang", SHARED)


def test_a_paper_may_be_anybodys(open_world):
    on_paper(open_world, "7", SHARED)
    assert open_world.object("wang", SHARED[:1]).ballots == (1,)


def test_one_own_ballot_among_others_is_enough_to_refuse(open_world):
    on_paper(open_world, "7", SHARED[:1])
    open_world.cast("wang", SHARED[1:])
    with pytest.raises(NothingToObjectTo, match="您自己投的"):
        open_world.object("wang", SHARED)


def test_who_sends_rubbish_is_shut_out_as_with_ballots(open_world):
    def rubbish():
        open_world.contest.object(open_world.assembly_id, b"x", address="198.51.100.9")

    for _ in range(300):
        with pytest.raises(canonical.NotCanonical):
            rubbish()
    with pytest.raises(TooManyAttempts):
        rubbish()
    with pytest.raises(TooManyAttempts):
        open_world.box.cast(open_world.assembly_id, b"x", address="198.51.100.9")


def test_only_co_owners_who_vote_for_the_unit_object(open_world):
    world = open_world
    world.cast("wang", SHARED)
    world.cast("chen", ["2-1-102"])
    with pytest.raises(NotTheVoter, match="不由您投票"):
        world.object("chen", SHARED)
    with pytest.raises(NotCoOwned):
        world.object("chen", ["2-1-102"])
    with pytest.raises(UnknownUnit):
        world.object("li", ["9-9-999"])
    with pytest.raises(NotTheVoter):
        world.object("li", ["2-1-201"])  # developer stock


def sold(world, *owners, after=None):
    """Let 1-1-202 of 张伟 change hands, also once more; the new version of the roster."""
    version = corrected(world, [_row("1-1-202", "住宅", "75", owners, 21)], after=after)
    world.enrol("wu", said=BUYERS_CLAIM)
    return version


SOLD = ("1-1-202",)


@pytest.mark.parametrize(
    "cast",
    [lambda world: world.cast("zhang", SOLD), lambda world: on_paper(world, "7", SOLD)],
    ids=["phone", "paper"],
)
def test_buyers_do_not_object_to_what_the_seller_cast(world, cast):
    """Where the rules void a contested ballot, they could once undo a vote that stands (C-14)."""
    voting(world, begun=True, policies={"co_owners": "void"})
    cast(world)
    first = sold(world, NEWCOMER, CHEN)
    corrected(world, [_row("1-1-202", "住宅", "75", [NEWCOMER, ZHANG], 21)], after=first)
    with pytest.raises(NothingToObjectTo, match="转让之前"):
        world.object("wu", SOLD)
    world.close()
    assert counted(world)["items"][0]["participating"]["heads"] == 1


def test_buyers_object_to_each_other(open_world):
    world = open_world
    first = sold(world, NEWCOMER, CHEN)
    world.cast("chen", SOLD)
    corrected(world, [_row("1-2-102", "住宅", "95.5", [CHEN], 22)], after=first)
    assert world.object("wu", SOLD).units == SOLD


def test_who_owned_the_unit_all_along_objects_and_who_joined_him_later_does_not(open_world):
    world = open_world
    first = corrected(world, [_row("1-1-202", "住宅", "75", [ZHANG, CHEN], 21)])
    world.cast("chen", SOLD)
    sold(world, ZHANG, NEWCOMER, after=first)
    with pytest.raises(NothingToObjectTo, match="转让之前"):
        world.object("wu", SOLD)
    assert world.object("zhang", SOLD).units == SOLD


def test_who_acts_for_a_co_owner_objects_though_the_area_was_corrected(open_world):
    world = open_world
    world.cast("li", ["1-1-102"])
    row = _row("1-1-102", "住宅", "100.6", [WANG, LI], 2)
    amended(world, [row], {"1-1-102": ("", GUARDIAN[0], GUARDIAN[2], "已故、正常")})
    world.enrol("agent", said=claim(GUARDIAN, 2))
    assert world.object("agent", ["1-1-102"]).ballots == (1,)


def test_a_unit_that_was_taken_off_the_roster_has_nothing_to_object_to(open_world):
    open_world.cast("wang", SHARED)
    corrected(open_world, removed=SHARED[:1])
    with pytest.raises(UnitRemoved):
        open_world.object("li", SHARED[:1])
    assert open_world.object("li", SHARED[1:]).units == SHARED[1:]


def test_an_objection_is_for_this_vote_alone_and_signed_by_an_enrolled_key(open_world):
    world = open_world
    world.cast("wang", SHARED)
    with pytest.raises(WrongAssembly):
        world.object("li", SHARED, assembly_id="another")
    with pytest.raises(WrongNotice):
        world.object("li", SHARED, notice_digest="0" * 64)
    with pytest.raises(dsse.WrongPayloadType):
        world.contest.object(world.assembly_id, world.ballot("li", SHARED), address="203.0.113.7")
    stranger = Handset()
    world.phones["stranger"] = stranger
    with pytest.raises(UnknownKey):
        world.object("stranger", SHARED)
    stranger.key_id = world.phones["li"].key_id
    with pytest.raises(BadSignature):
        world.object("stranger", SHARED)
    assert len(world.log()) == 2


def test_after_the_close_nobody_objects(open_world):
    world = open_world
    world.cast("wang", SHARED)
    world.clock.moment = world.poll.closes_at
    world.clock.advance(seconds=1)
    with pytest.raises(PollClosed):
        world.object("li", SHARED)


def test_a_refused_objection_is_not_a_refused_ballot(open_world):
    """Both were once added up, and the certificate named objections among the late ballots."""
    world = open_world
    with pytest.raises(NothingToObjectTo):
        world.object("li", SHARED)
    world.close()
    with pytest.raises(PollClosed):
        world.object("li", SHARED)
    with pytest.raises(PollClosed):
        world.cast("wang", SHARED)
    assert refused(world) == {"poll-closed": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "yezhu-ballot-objection/2"},
        {"more": 1},
        {"nonce": "x"},
        {"units": []},
        {"units": ["b", "a"]},
        {"units": ["a", "a"]},
        {"units": ["a", 1]},
        {"notice": 1},
    ],
)
def test_an_objection_says_no_more_and_no_less(change):
    whole = canonical.decode(BallotObjection("a", "n", ("a", "b"), "0" * 32).to_bytes())
    assert parse(canonical.encode(whole)).units == ("a", "b")
    with pytest.raises(MalformedObjection):
        parse(canonical.encode(whole | change))


@pytest.mark.parametrize(
    ("rule", "participating", "abstain", "void"),
    [("abstain", 2, 1, 0), ("void", 1, 0, 1)],
)
def test_the_published_rule_says_what_becomes_of_it(world, rule, participating, abstain, void):
    voting(world, begun=True, policies={"co_owners": rule})
    world.cast("wang", SHARED)
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.object("li", SHARED)
    world.close()
    (item, *_) = counted(world)["items"]
    heads = {name: item[name]["heads"] for name in ("participating", "abstain", "void")}
    assert heads == {"participating": participating, "abstain": abstain, "void": void}
    assert item["used_policies"][0]["clause"] == "C-1"


def test_the_payload_type_is_its_own():
    assert objection.PAYLOAD_TYPE == "application/vnd.yezhu.ballot-objection.v1+json"
