"""Sales and errors found while a vote runs: new acts, two signatures, both totals (C-14, C-16)."""

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.roster.test_versions import NEWCOMER, amend, imported
from tests.voting.world import BUYER, CHEN, ROWS, SHOP, ZHANG, ZHAO, _row, choices, claim
from voting.assembly.refusals import AgendaDoesNotFit
from voting.ballot.refusals import NotYourUnit, UnitRemoved
from voting.box.paper import PaperBallot
from voting.box.refusals import AlreadyVoted
from voting.identity.refusals import IdentityNotProved
from voting.identity.request import PAYLOAD_TYPE as REQUEST
from voting.identity.request import payload as request
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import CORRECTIONS
from voting.outcome.correction_lines import correction_lines
from voting.roster.correction import (
    CorrectionInForce,
    CorrectionNotProposed,
    CorrectionOutdated,
    NoCorrection,
    RosterCorrected,
)
from voting.roster.version import SameAccount, SamePerson

SOLD = _row("1-1-202", "住宅", "75", [NEWCOMER], 21)
BUYERS_CLAIM = claim(NEWCOMER, 21)


def corrected(world, rows=(), removed=(), after=None):
    """Amend the frozen roster, or a version after it, and let both sign; the new version."""
    version = amend(world, after.roster_id if after else world.roster_id, rows, removed)
    world.rosters.corrections.propose(version.roster_id, by="c1")
    world.assemblies.correct(version.roster_id, by="s1")
    return version


def held(world, name):
    """What an enrolled phone is shown of its owner's units."""
    at = world.clock.moment
    wanted = world.phones[name].seal(REQUEST, request("my-share", world.roster_id, at))
    share = world.identities.share_of_key(world.roster_id, wanted.to_bytes())
    return [[unit.unit_key for unit in holding.units] for holding in share.holdings]


def receipts(world, name):
    at = world.clock.moment
    wanted = world.phones[name].seal(REQUEST, request("receipts", world.assembly_id, at))
    return [
        receipt.position for receipt, _ in world.box.receipts(world.assembly_id, wanted.to_bytes())
    ]


def certify(world):
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    return canonical.decode(world.outcomes.result(world.assembly_id))


def problems(data):
    return {each.number: each.problems for each in verify_bundle(data) if each.problems}


def bundles(world):
    return [world.outcomes.bundle(world.assembly_id, level) for level in UNNAMED]


def test_after_a_sale_the_slot_is_used_by_the_buyer_and_counted_where_it_was(open_engine_world):
    """C-14: heads and area are those of the notice; who votes for a unit is who owns it now."""
    world = open_engine_world
    world.cast("zhang", ["1-1-101"], choices("approve"))
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    assert held(world, "wu") == [["1-1-202"]]
    assert held(world, "zhang") == [["1-1-101", "B1-1-001"], ["1-2-101"]]
    with pytest.raises(NotYourUnit):
        world.cast("zhang", ["1-1-202"])
    with pytest.raises(NotYourUnit):
        world.cast("wu", ["1-1-101"])
    world.cast("wu", ["1-1-202"], choices("oppose"))
    result = certify(world)
    item = result["items"][0]
    assert item["electorate"] == {"area_cm2": 11_194_201, "heads": 7}
    # One head that took part and, split between two owners, chose nothing (C-3).
    assert item["participating"] == {"area_cm2": 1_643_700, "heads": 1}
    assert item["approve"] == {"area_cm2": 893_700, "heads": 0}
    assert item["oppose"] == {"area_cm2": 750_000, "heads": 0}
    assert [problems(data) for data in bundles(world)] == [{}, {}]
    world.check_logs()


def test_who_had_voted_before_the_sale_stands(open_world):
    world = open_world
    world.cast("zhang", ["1-1-101", "1-1-202", "B1-1-001"])
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    with pytest.raises(AlreadyVoted):
        world.cast("wu", ["1-1-202"])
    assert certify(world)["items"][0]["participating"]["heads"] == 1
    assert [problems(data) for data in bundles(world)] == [{}, {}]


@pytest.fixture
def replaceable(world):
    """A box in which the last valid ballot stands."""
    return voting(world, begun=True, policies={"repeat": "last_valid"})


def test_a_buyer_neither_learns_of_nor_replaces_the_sellers_ballot(replaceable):
    world = replaceable
    first, _ = world.cast("zhang", ["1-1-101", "1-1-202"])
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    named = {"sequence": 2, "replaces": first.ballot_digest}
    for chain in ({}, named):
        with pytest.raises(AlreadyVoted) as answer:
            world.cast("wu", ["1-1-202"], choices("oppose"), **chain)
        assert answer.value.facts == {}
    # The seller may still change his mind on what he kept.
    world.cast("zhang", ["1-1-101"], choices("oppose"), **named)
    item = certify(world)["items"][0]
    assert (item["approve"]["area_cm2"], item["oppose"]["area_cm2"]) == (750_000, 893_700)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


@pytest.mark.parametrize("repeat", ["last_valid", "paper_first"])
def test_a_buyers_paper_does_not_replace_the_sellers_ballot(world, repeat):
    voting(world, begun=True, policies={"repeat": repeat})
    world.cast("zhang", ["1-1-202"])
    corrected(world, [SOLD])
    bought = PaperBallot("7", ("1-1-202",), choices("oppose"), "")
    assert world.box.enter_paper(world.assembly_id, bought, by="c1") is None
    with pytest.raises(AlreadyVoted, match="转让之前"):
        world.box.enter_paper(world.assembly_id, bought, by="c2")
    assert certify(world)["items"][0]["approve"]["heads"] == 1


def test_a_buyer_does_not_replace_the_sellers_paper(replaceable):
    world = replaceable
    for by in ("c1", "c2"):
        world.box.enter_paper(
            world.assembly_id, PaperBallot("7", ("1-1-202",), choices(), ""), by=by
        )
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    with pytest.raises(AlreadyVoted):
        world.cast("wu", ["1-1-202"])


def test_seller_and_buyer_see_their_own_receipts_only(open_world):
    """The choice on a unit is not handed over with its keys."""
    world = open_world
    world.cast("zhang", ["1-1-101"])
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    world.cast("wu", ["1-1-202"])
    sold, bought = receipts(world, "zhang"), receipts(world, "wu")
    assert (sold, bought) == ([1], [3])


def test_a_buyer_of_a_unit_that_has_voted_is_not_shown_how(open_world):
    world = open_world
    world.cast("zhang", ["1-1-202"])
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    assert receipts(world, "wu") == []
    assert len(receipts(world, "zhang")) == 1


def test_a_neighbour_who_buys_votes_once_in_each_group(open_world):
    world = open_world
    corrected(world, [_row("1-1-202", "住宅", "75", [CHEN], 21)])
    assert held(world, "chen") == [["1-1-202"], ["2-1-102", "B1-1-002"]]
    world.cast("chen", ["1-1-202"])
    world.cast("chen", ["2-1-102", "B1-1-002"])
    certify(world)
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_the_seller_of_his_only_unit_proves_nothing_any_more(open_world):
    world = open_world
    corrected(world, [_row("1-2-101", "住宅", "120.0001", [NEWCOMER], 21)])
    with pytest.raises(IdentityNotProved):
        world.enrol("zhao")
    with pytest.raises(NotYourUnit):
        world.cast("zhao", ["1-2-101"])


def test_a_misspelled_name_is_corrected_without_touching_the_count(open_world):
    """Same identity number, another character: from now on she proves herself by her name."""
    world = open_world
    right = ("赵珉", *ZHAO[1:])
    corrected(world, [_row("1-2-101", "住宅", "120.0001", [ZHANG, right], 5)])
    with pytest.raises(IdentityNotProved):
        world.enrol("zhao")
    world.enrol("zhao", said=claim(right, 5))
    world.cast("zhao", ["1-2-101"])
    result = certify(world)
    assert result["items"] == result["corrected"]["items"]
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_both_totals_are_kept_and_the_outcome_is_computed_with_both(open_world):
    """C-16: the pinned roster decides; the certificate says what the corrected one leads to."""
    world = open_world
    cast = {"zhang": ["1-1-101", "1-1-202"], "shop": ["2-1-101"], "liu": ["1-2-102"]}
    for name, units in cast.items():
        world.cast(name, units)
    before = world.roster.digest
    version = corrected(
        world, [_row("2-1-101", "商业", "410", [SHOP], 7)],
        ["1-2-102"],
    )  # fmt: skip
    result = certify(world)
    assert (result["roster"], result["corrected"]["roster"]) == (before, version.digest)
    (act,) = result["corrections"]
    assert act["totals"]["before"]["everything"] == {
        "area_cm2": 11_574_201, "heads": 8, "units": 13,
    }  # fmt: skip
    assert act["totals"]["after"]["everything"] == {
        "area_cm2": 11_619_201, "heads": 7, "units": 12,
    }  # fmt: skip
    pinned, other = result["items"][0], result["corrected"]["items"][0]
    assert pinned["electorate"] == {"area_cm2": 11_194_201, "heads": 7}
    assert other["electorate"] == {"area_cm2": 11_239_201, "heads": 6}
    # The unit that should not have been there takes its vote along.
    assert act["removed"] == {"area_cm2": 955_000, "units": 1, "voted": 1}
    assert (pinned["participating"]["heads"], other["participating"]["heads"]) == (3, 2)
    assert [problems(data) for data in bundles(world)] == [{}, {}]
    public, supervised = (bundle.read(data) for data in bundles(world))
    assert (CORRECTIONS in public, CORRECTIONS in supervised) == (False, True)
    assert correction_lines(result)[:2] == [
        (
            "表决期间业主清册有更正，经召集人与监督单位于2026年3月18日 00:00共同签署："
            "全部房屋由 8 人、1,157.4201 ㎡更正为 7 人、1,161.9201 ㎡；"
            "不含车位与储藏由 7 人、1,119.4201 ㎡更正为 6 人、1,123.9201 ㎡；"
            "更正删除房屋 1 套（95.50 ㎡），此后不再接受其表决票，此前已投票 1 套，"
            "在公布的清册上仍计入，在试算中剔除"
        ),
        (
            "事项 1 依公布的清册（总数 7 人、1,119.4201 ㎡）为“未通过”；"
            "按更正后的清册（总数 6 人、1,123.9201 ㎡）试算为“未通过”，结果相同"
        ),
    ]


def test_a_removed_unit_has_no_vote_any_more_on_the_phone_or_on_paper(open_engine_world):
    world = open_engine_world
    world.cast("zhang", ["1-1-101"])
    corrected(world, removed=["1-2-102", "1-1-202"])
    with pytest.raises(UnitRemoved) as refusal:
        world.cast("liu", ["1-2-102"])
    assert "1-2-102 已由清册更正删除" in refusal.value.detail
    paper = PaperBallot("7", ("1-2-102",), choices(), "")
    with pytest.raises(UnitRemoved):
        world.box.enter_paper(world.assembly_id, paper, by="k1")
    assert held(world, "zhang") == [["1-1-101", "B1-1-001"], ["1-2-101"]]
    result = certify(world)
    assert result["corrections"][0]["removed"] == {"area_cm2": 1_705_000, "units": 2, "voted": 0}
    assert result["items"][0]["electorate"] == {"area_cm2": 11_194_201, "heads": 7}
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_a_paper_waiting_for_its_second_clerk_is_refused_once_its_unit_is_removed(open_world):
    world = open_world
    paper = PaperBallot("7", ("1-2-102",), choices(), "")
    world.box.enter_paper(world.assembly_id, paper, by="k1")
    corrected(world, removed=["1-2-102"])
    with pytest.raises(UnitRemoved):
        world.box.enter_paper(world.assembly_id, paper, by="k2")


def test_everybody_sees_a_correction_once_both_have_signed(open_world):
    world = open_world
    version = amend(world, world.roster_id, [SOLD], ["1-2-102"])
    world.rosters.corrections.propose(version.roster_id, by="c1")
    assert world.rosters.signed_corrections(world.roster_id) == ()
    act = world.assemblies.correct(version.roster_id, by="s1")
    (signed,) = world.rosters.signed_corrections(world.roster_id)
    assert signed.act == act
    assert world.acts()[signed.position]["correction"] == act.digest
    later = amend(world, version.roster_id, [_row("1-1-101", "住宅", "90", [CHEN], 22)])
    world.rosters.corrections.propose(later.roster_id, by="c1")
    world.assemblies.correct(later.roster_id, by="s1")
    first, second = world.rosters.signed_corrections(world.roster_id)
    assert first == signed
    assert second.act.difference.before == first.act.difference.after


def test_a_vote_without_corrections_is_written_as_ever(open_world):
    result = certify(open_world)
    assert not {"corrections", "corrected"} & result.keys()
    for data, number in zip(bundles(open_world), (1, 3), strict=True):
        files = bundle.read(data)
        assert CORRECTIONS not in files
        assert canonical.decode(files["manifest.json"])["format"] == f"yezhu-bundle/{number}"


def test_two_accounts_sign_and_once(open_world):
    world = open_world
    version = amend(world, world.roster_id, [SOLD]).roster_id
    with pytest.raises(CorrectionNotProposed):
        world.assemblies.correct(version, by="s1")
    world.rosters.corrections.propose(version, by="c1")
    with pytest.raises(SamePerson):
        world.assemblies.correct(version, by="s3")
    with pytest.raises(SameAccount):
        world.assemblies.correct(version, by="c1")
    assert held(world, "zhang")[0] == ["1-1-101", "1-1-202", "B1-1-001"]
    act = world.assemblies.correct(version, by="s1")
    for again in (world.assemblies.correct, world.rosters.corrections.propose):
        with pytest.raises(CorrectionInForce):
            again(version, by="s2")
    (entry,) = [each for each in world.acts() if each["type"] == "roster-correction"]
    assert (entry["by"], entry["confirmed_by"], entry["correction"]) == ("c1", "s1", act.digest)
    assert [canonical.decode(each)["type"] for each in world.log()] == [
        "notice",
        "roster-correction",
    ]


def test_corrections_build_on_each_other(open_world):
    world = open_world
    stale = amend(world, world.roster_id, [_row("1-1-101", "住宅", "90", [CHEN], 22)]).roster_id
    world.rosters.corrections.propose(stale, by="c1")
    first = corrected(world, [SOLD])
    for sign, by in ((world.assemblies.correct, "s1"), (world.rosters.corrections.propose, "c1")):
        with pytest.raises(CorrectionOutdated):
            sign(stale, by=by)
    second = amend(world, first.roster_id, [_row("1-1-101", "住宅", "90", [CHEN], 22)])
    world.rosters.corrections.propose(second.roster_id, by="c1")
    world.assemblies.correct(second.roster_id, by="s1")
    world.enrol("wu", said=BUYERS_CLAIM)
    world.cast("wu", ["1-1-202"])
    world.cast("chen", ["1-1-101"])
    result = certify(world)
    assert [each["position"] for each in result["corrections"]] == [1, 2]
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_only_a_version_made_from_a_frozen_one_corrects_it(open_world):
    world = open_world
    fresh = imported(world).roster_id
    for version in (fresh, world.roster_id, amend(world, fresh, [SOLD]).roster_id):
        with pytest.raises(NoCorrection):
            world.rosters.corrections.propose(version, by="c1")


def test_a_new_vote_is_built_on_the_corrected_version(open_world):
    world = open_world
    world.draft()
    draft = world.assembly_id
    version = corrected(world, [SOLD])
    with pytest.raises(RosterCorrected):
        world.draft()
    with pytest.raises(RosterCorrected):
        world.assemblies.publish(draft, by="c1")
    world.display(version.roster_id)
    world.sign(version.roster_id)
    world.roster_id = version.roster_id
    world.draft(opens_at="2026-05-01 00:00", closes_at="2026-05-09 00:00").publish()
    world.enrol("wu", said=BUYERS_CLAIM)


def test_what_a_running_vote_could_not_be_counted_on_is_refused_whole(open_world):
    """Item 4 is put to building 2: without it the vote has to stop and begin anew."""
    world = open_world
    version = amend(
        world, world.roster_id, removed=[row[0] + "-" + "-".join(row[1:3]) for row in ROWS[6:10]]
    ).roster_id
    world.rosters.corrections.propose(version, by="c1")
    acts = len(world.acts())
    with pytest.raises(AgendaDoesNotFit):
        world.assemblies.correct(version, by="s1")
    assert len(world.acts()) == acts
    assert len(world.log()) == 1


def test_a_correction_after_the_close_is_for_the_next_vote(open_world):
    world = open_world
    world.cast("chen", ["2-1-102"])
    world.close()
    corrected(world, [SOLD])
    world.outcomes.issue(world.assembly_id, by="c1")
    assert "corrections" not in canonical.decode(world.outcomes.result(world.assembly_id))
    assert [problems(data) for data in bundles(world)] == [{}, {}]


def test_a_flat_handed_over_during_the_vote_counts_in_the_developers_head(open_world):
    """The slot keeps its group (C-14): the buyer votes, the head is the one of the notice."""
    world = open_world
    corrected(world, [_row("2-1-202", "住宅", "91.2", [BUYER], 10)])
    world.enrol("zhou", said=claim(BUYER, 10))
    assert held(world, "zhou") == [["2-1-202"]]
    with pytest.raises(NotYourUnit):
        world.cast("zhou", ["2-1-201"])
    world.cast("zhou", ["2-1-202"])
    item = certify(world)["items"][0]
    assert item["electorate"]["heads"] == 7
    assert item["approve"] == {"area_cm2": 912_000, "heads": 1}
    assert [problems(data) for data in bundles(world)] == [{}, {}]
