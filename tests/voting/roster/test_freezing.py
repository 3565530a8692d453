"""From a version to the denominator: published, objected to, answered, signed by two people."""

from datetime import datetime, timedelta

import pytest

from tests.voting.world import CLAIMS, COMMUNITY, DISPLAYED, LI, ROWS, Handset, claim, sheet
from voting.identity.refusals import IdentityNotProved, StaleRequest, UnknownKey
from voting.identity.request import PAYLOAD_TYPE as REQUEST
from voting.identity.request import payload as request
from voting.identity.service import SHARE
from voting.infra.throttle import TooManyAttempts
from voting.kernel import canonical
from voting.kernel.clock import BEIJING, beijing_text
from voting.kernel.commitment import Opening
from voting.roster import objection, store
from voting.roster.objection import (
    Complaint,
    Concern,
    ObjectionAnswered,
    Outcome,
    ReasonRequired,
    UnknownObjection,
    UnreadableObjection,
    answer_bytes,
)
from voting.roster.objection_period import objection_period
from voting.roster.version import (
    FreezeNotProposed,
    ObjectionAccepted,
    ObjectionPeriodRunning,
    ObjectionPeriodTooShort,
    ObjectionsOpen,
    RosterAlreadyPublished,
    RosterNotPublished,
    SameAccount,
    SamePerson,
    SignatoryUnidentified,
)

AREA = Complaint("1-1-101", Concern.AREA, "面积应为 89.73，产权证可查，电话 15400000001")


def imported(world, rows=ROWS):
    return world.rosters.import_sheet(sheet(rows), "清册.csv", COMMUNITY, by="c1")[0].roster_id


@pytest.fixture
def shown(engine_world):
    """A world whose roster is published and whose days for objections are over."""
    engine_world.roster_id = imported(engine_world)
    engine_world.display(engine_world.roster_id)
    return engine_world


def test_a_version_nobody_could_object_to_is_not_frozen(world):
    with pytest.raises(RosterNotPublished):
        world.rosters.freezing.propose(imported(world), by="c1")


def test_before_the_last_moment_of_the_objection_period_nobody_freezes(world):
    roster_id = imported(world)
    until = world.clock.moment + timedelta(days=20)
    world.rosters.freezing.publish(roster_id, until, by="c1")
    world.clock.moment = until - timedelta(seconds=1)
    with pytest.raises(ObjectionPeriodRunning) as refusal:
        world.rosters.freezing.propose(roster_id, by="c1")
    assert beijing_text(until) in refusal.value.detail
    world.clock.moment = until
    world.rosters.freezing.propose(roster_id, by="c1")


def test_owners_have_fifteen_full_days_to_object_and_not_a_second_less(world):
    """BJ art. 32: published on 2 March, the day not counted, the 17th ends at midnight."""
    roster_id = imported(world)
    earliest = datetime(2026, 3, 18, tzinfo=BEIJING)
    for until in (world.clock.moment, earliest - timedelta(seconds=1)):
        with pytest.raises(ObjectionPeriodTooShort) as refusal:
            world.rosters.freezing.publish(roster_id, until, by="c1")
        assert "第三十二条" in refusal.value.detail
        assert beijing_text(earliest) in refusal.value.detail
    world.rosters.freezing.publish(roster_id, earliest, by="c1")


def test_a_list_published_for_fewer_days_before_the_rule_was_kept_is_not_frozen(world):
    """Its row says a week; owners have their fifteen days all the same."""
    roster_id = imported(world)
    world.rosters.freezing.publish(roster_id, world.clock.moment + DISPLAYED, by="c1")
    with world.database.write() as session:
        row = store.lock(session, roster_id)
        row.objections_until = world.clock.moment + timedelta(days=7)
    world.clock.advance(days=8)
    with pytest.raises(ObjectionPeriodRunning) as refusal:
        world.rosters.freezing.propose(roster_id, by="c1")
    assert beijing_text(datetime(2026, 3, 18, tzinfo=BEIJING)) in refusal.value.detail


def test_before_the_regulation_a_list_only_had_to_hang_at_all():
    assert objection_period(datetime(2020, 4, 30, 12, tzinfo=BEIJING)) is None
    assert objection_period(datetime(2020, 5, 1, tzinfo=BEIJING)).days == 15


def test_a_period_is_not_moved(world):
    roster_id = imported(world)
    world.display(roster_id)
    with pytest.raises(RosterAlreadyPublished):
        world.rosters.freezing.publish(roster_id, world.clock.moment + timedelta(days=1), by="c1")


def test_two_accounts_sign_the_convener_first(shown):
    freezing = shown.rosters.freezing
    with pytest.raises(FreezeNotProposed):
        freezing.confirm(shown.roster_id, by="s1")
    assert freezing.propose(shown.roster_id, by="c1").freeze_proposed
    with pytest.raises(SameAccount):
        freezing.confirm(shown.roster_id, by="c1")
    assert freezing.confirm(shown.roster_id, by="s1").frozen
    (entry,) = [act for act in shown.acts() if act["type"] == "roster"]
    assert (entry["by"], entry["confirmed_by"]) == ("c1", "s1")
    assert entry["names"] == {"convener": "林召集", "supervisor": "高监督"}


def test_one_person_with_two_accounts_is_not_two(shown):
    freezing = shown.rosters.freezing
    freezing.propose(shown.roster_id, by="c1")
    for under_another in ("s2", "s3"):  # a name with a blank in it, and another name altogether
        with pytest.raises(SamePerson):
            freezing.confirm(shown.roster_id, by=under_another)
    assert freezing.confirm(shown.roster_id, by="s1").frozen


def test_whoever_is_behind_an_account_has_to_be_known(shown):
    freezing = shown.rosters.freezing
    freezing.propose(shown.roster_id, by="c1")
    with pytest.raises(SignatoryUnidentified, match="监督单位的账号没有登记证件"):
        freezing.confirm(shown.roster_id, by="s4")
    assert not [act for act in shown.acts() if act["type"] == "roster"]


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.SET_ASIDE])
def test_an_objection_stops_both_signatures_until_it_is_settled_with_a_reason(shown, outcome):
    world, freezing = shown, shown.rosters.freezing
    freezing.propose(world.roster_id, by="c1")
    state, _ = world.identities.object(
        world.roster_id, CLAIMS["zhang"], AREA, address="203.0.113.7"
    )
    for sign in (freezing.propose, freezing.confirm):
        with pytest.raises(ObjectionsOpen):
            sign(world.roster_id, by="s1")
    answer = world.rosters.objections.answer
    with pytest.raises(ReasonRequired):
        answer(world.roster_id, state.objection_id, outcome, " ", by="c1")
    settled = answer(world.roster_id, state.objection_id, outcome, "以登记簿为准", by="c1")
    assert (settled.outcome, settled.answered_at) == (outcome, world.clock.moment)
    with pytest.raises(ObjectionAnswered):
        answer(world.roster_id, state.objection_id, outcome, "再答", by="c1")
    assert freezing.confirm(world.roster_id, by="s1").frozen


def test_what_was_found_wrong_is_put_right_before_the_freeze(shown):
    """An objection that was right makes its version, and all before it, no denominator."""
    world, freezing = shown, shown.rosters.freezing
    later = imported(world)
    world.display(later)
    state, _ = world.rosters.objections.file(later, AREA, entered_by="k1")
    world.rosters.objections.answer(
        later, state.objection_id, Outcome.ACCEPTED, "查实，将更正", by="c1"
    )
    for roster_id in (world.roster_id, later):
        with pytest.raises(ObjectionAccepted):
            freezing.propose(roster_id, by="c1")
    amended = imported(world)
    world.display(amended)
    freezing.propose(amended, by="c1")
    assert freezing.confirm(amended, by="s1").frozen


def test_an_objection_accepted_between_the_signatures_stops_the_second(shown):
    world, freezing = shown, shown.rosters.freezing
    freezing.propose(world.roster_id, by="c1")
    state, _ = world.rosters.objections.file(world.roster_id, AREA, entered_by="k1")
    world.rosters.objections.answer(
        world.roster_id, state.objection_id, Outcome.ACCEPTED, "查实，将更正", by="c1"
    )
    with pytest.raises(ObjectionAccepted):
        freezing.confirm(world.roster_id, by="s1")


def test_an_earlier_version_is_no_way_round_an_open_objection(shown):
    world = shown
    later = imported(world)
    world.display(later)
    world.rosters.objections.file(later, AREA, entered_by="k1")
    with pytest.raises(ObjectionsOpen):
        world.rosters.freezing.propose(world.roster_id, by="c1")


def test_a_new_version_does_not_make_an_earlier_objection_go_away(shown):
    world = shown
    world.rosters.objections.file(world.roster_id, AREA, entered_by="k1")
    later = imported(world)
    world.display(later)
    with pytest.raises(ObjectionsOpen):
        world.rosters.freezing.propose(later, by="c1")


def test_an_objection_to_what_is_not_published_or_without_words_is_refused(world):
    roster_id = imported(world)
    with pytest.raises(RosterNotPublished):
        world.identities.object(roster_id, CLAIMS["zhang"], AREA, address="203.0.113.7")
    with pytest.raises(RosterNotPublished):
        world.rosters.objections.file(roster_id, AREA, entered_by="k1")
    world.display(roster_id)
    with pytest.raises(ReasonRequired):
        world.rosters.objections.file(
            roster_id, Complaint("1-1-101", Concern.AREA, " \n"), entered_by="k1"
        )


def test_only_who_proves_himself_objects_and_guessing_is_throttled(shown):
    wrong = claim(LI, 1)
    for _ in range(5):
        with pytest.raises(IdentityNotProved):
            shown.identities.object(shown.roster_id, wrong, AREA, address="203.0.113.7")
    with pytest.raises(TooManyAttempts):
        shown.identities.share(shown.roster_id, claim(LI, 2), address="203.0.113.7")
    assert shown.rosters.objections.states(shown.roster_id) == []


def test_an_answer_belongs_to_its_roster(shown):
    state, _ = shown.rosters.objections.file(shown.roster_id, AREA, entered_by="k1")
    for roster_id, objection_id in ((shown.roster_id, "nobody"), ("other", state.objection_id)):
        with pytest.raises(UnknownObjection):
            shown.rosters.objections.answer(
                roster_id, objection_id, Outcome.DECLINED, "不对", by="c1"
            )


def test_the_words_are_sealed_dated_and_committed_to(shown):
    world = shown
    state, opening = world.identities.object(
        world.roster_id, CLAIMS["zhang"], AREA, address="203.0.113.7"
    )
    world.clock.advance(hours=3)
    world.rosters.objections.answer(
        world.roster_id, state.objection_id, Outcome.ACCEPTED, "查实，将更正", by="c1"
    )
    (read,) = world.rosters.objections.read(world.roster_id, by="s1")
    assert (read.text, read.answer) == (AREA.text, "查实，将更正")
    assert read.state.answered_at - read.state.filed_at == timedelta(hours=3)
    register = [act for act in world.acts() if act.get("objection") == state.objection_id]
    assert [act["type"] for act in register] == [
        "roster-objection",
        "roster-objection-answered",
    ]
    assert register[0]["commitment"] == Opening(opening.salt, AREA.to_bytes()).commitment
    answered = Opening(
        bytes.fromhex(read.answer_salt), answer_bytes(Outcome.ACCEPTED, "查实，将更正")
    )
    assert register[1]["commitment"] == answered.commitment
    assert "查实" not in str(register)
    assert "15400000001" not in str(register)
    opened = [act["purpose"] for act in world.acts() if act.get("act") == "open-identities"]
    assert opened == ["answer", "read-objections"]


def test_before_the_freeze_an_owner_sees_his_share_and_his_own_objections(shown):
    world = shown
    world.identities.object(world.roster_id, CLAIMS["li"], AREA, address="203.0.113.7")
    share = world.identities.share(world.roster_id, CLAIMS["zhang"], address="203.0.113.7")
    assert [[unit.unit_key for unit in each.units] for each in share.holdings] == [
        ["1-1-101", "1-1-202", "B1-1-001"],
        ["1-2-101"],
    ]
    assert share.objections == ()
    mine = world.identities.share(world.roster_id, CLAIMS["li"], address="203.0.113.7")
    assert [each.text for each in mine.objections] == [AREA.text]


def signed_objection(world, phone, complaint=AREA, *, at=None, roster_id=None):
    text = objection.payload(roster_id or world.roster_id, complaint, at or world.clock.moment)
    return phone.seal(objection.PAYLOAD_TYPE, text).to_bytes()


def test_after_the_freeze_an_enrolled_phone_asks_for_a_correction(world):
    world.freeze()
    phone = world.enrol("zhang")
    state, _ = world.identities.object_with_key(world.roster_id, signed_objection(world, phone))
    assert state.by_owner
    wanted = phone.seal(REQUEST, request(SHARE, world.roster_id, world.clock.moment)).to_bytes()
    share = world.identities.share_of_key(world.roster_id, wanted)
    assert [each.state.objection_id for each in share.objections] == [state.objection_id]
    assert len(share.holdings) == 2


def test_a_signed_objection_sent_again_is_the_same_one(engine_world):
    """The answer may be lost on the way; the objector still gets his number and his proof."""
    world = engine_world.freeze()
    phone = world.enrol("zhang")
    data = signed_objection(world, phone)
    first = world.identities.object_with_key(world.roster_id, data)
    assert world.identities.object_with_key(world.roster_id, data) == first
    assert first[1].commitment == first[0].commitment
    assert first[1].data == AREA.to_bytes()
    world.clock.advance(seconds=1)
    again = world.identities.object_with_key(world.roster_id, signed_objection(world, phone))
    assert again[0].objection_id != first[0].objection_id
    assert len(world.rosters.objections.states(world.roster_id)) == 2


def test_two_owners_who_say_the_same_are_two_objectors(world):
    world.freeze()
    ids = {
        world.identities.object_with_key(
            world.roster_id, signed_objection(world, world.enrol(name))
        )[0].objection_id
        for name in ("zhang", "li")
    }
    assert len(ids) == 2


@pytest.mark.parametrize("unit", ["", "1" * 65, "1-1-101\n", "9-9-999"])
def test_a_signed_objection_names_a_unit_of_the_roster(world, unit):
    world.freeze()
    phone = world.enrol("zhang")
    said = Complaint(unit, Concern.AREA, "不对")
    with pytest.raises(UnreadableObjection):
        world.identities.object_with_key(world.roster_id, signed_objection(world, phone, said))


def test_a_missing_unit_is_on_no_roster(world):
    world.freeze()
    said = Complaint("9-9-999", Concern.MISSING, "漏登")
    signed = signed_objection(world, world.enrol("zhang"), said)
    assert world.identities.object_with_key(world.roster_id, signed)[0].unit == "9-9-999"


def test_a_signed_objection_is_for_one_roster_now_and_by_a_known_key(world):
    world.freeze()
    phone = world.enrol("zhang")
    old = world.clock.moment - timedelta(minutes=11)
    bad = canonical.encode({"roster": world.roster_id})
    for refusal, data in (
        (StaleRequest, signed_objection(world, phone, at=old)),
        (UnreadableObjection, signed_objection(world, phone, roster_id="other")),
        (UnreadableObjection, phone.seal(objection.PAYLOAD_TYPE, bad).to_bytes()),
        (UnknownKey, signed_objection(world, Handset())),
    ):
        with pytest.raises(refusal):
            world.identities.object_with_key(world.roster_id, data)
