"""A paper ballot is in the box when two clerks have read the same on it, and not before."""

import pytest
from sqlalchemy import select

from tests.voting.box.test_service import CHEN, ballots, slots, together
from tests.voting.conftest import voting
from tests.voting.world import ROWS, SUN, _row, choices
from voting.ballot.refusals import (
    NotYourUnit,
    PollClosed,
    PollNotOpen,
    UnknownUnit,
    UnreadableChoice,
)
from voting.box import store
from voting.box.paper import PaperBallot
from voting.box.refusals import (
    AlreadyVoted,
    PaperAlreadyAccepted,
    PaperEntriesDiffer,
    SameClerk,
    UnreadablePaper,
)
from voting.box.store import PaperEntryRow
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.staff.store import AccountRow


def paper(serial="7", units=CHEN, said=None, void_reason=""):
    return PaperBallot(serial, tuple(units), choices() if said is None else said, void_reason)


def enter(world, entry, by):
    return world.box.enter_paper(world.assembly_id, entry, by=by)


def pending(world):
    with world.database.read() as session:
        return store.pending_paper(session, world.assembly_id)


def test_two_clerks_make_a_paper_ballot(open_engine_world):
    world = open_engine_world
    assert enter(world, paper(), "c1") is None
    assert (slots(world), len(world.log())) == ({}, 1)
    assert enter(world, paper(), "c2") == 1
    assert slots(world) == dict.fromkeys(CHEN, 1)
    (row,) = ballots(world)
    entry = canonical.decode(world.log()[1])
    assert entry["type"] == row.channel == "paper-ballot"
    assert entry["commitment"] == Opening(row.salt, paper().to_bytes()).commitment
    world.check_logs()


def test_the_register_says_which_two_clerks_read_a_paper(open_world):
    """The log names nobody: that they were two was known to the database only."""
    enter(open_world, paper(), "c1")
    before = len(open_world.acts())
    enter(open_world, paper(), "c2")
    (act,) = open_world.acts()[before:]
    assert (act["act"], act["entered_by"], act["by"]) == ("accept-paper", "c1", "c2")
    assert (act["assembly"], act["position"]) == (open_world.assembly_id, 1)


def test_one_clerk_is_not_two(open_world):
    enter(open_world, paper(), "c1")
    with pytest.raises(SameClerk):
        enter(open_world, paper(), "c1")
    assert ballots(open_world) == []


def test_two_readings_of_one_paper_make_no_ballot(open_world):
    enter(open_world, paper(), "c1")
    for other in (paper(said=choices("oppose")), paper(units=CHEN[:1]), paper(void_reason="无")):
        with pytest.raises(PaperEntriesDiffer):
            enter(open_world, other, "c2")
    assert ballots(open_world) == []
    assert enter(open_world, paper(), "c2") == 1


def test_a_clerk_may_correct_his_own_entry_until_the_second_one(open_world):
    enter(open_world, paper(said=choices("oppose")), "c1")
    assert enter(open_world, paper(), "c1") is None
    with open_world.database.read() as session:
        assert [row.content for row in session.scalars(select(PaperEntryRow))] == [
            paper().to_bytes()
        ]
    assert enter(open_world, paper(), "c2") == 1
    for by in ("c1", "c2", "c3"):
        with pytest.raises(PaperAlreadyAccepted):
            enter(open_world, paper(said=choices("oppose")), by)
    assert len(ballots(open_world)) == 1


def test_a_second_entry_by_two_clerks_at_once_is_one_ballot(open_engine_world):
    world = open_engine_world
    enter(world, paper(), "c1")
    results = together(lambda by: enter(world, paper(), by), ["c2", "c3", "c4"])
    assert sorted(map(str, map(type, results))) == sorted(
        map(str, [int, PaperAlreadyAccepted, PaperAlreadyAccepted])
    )
    assert len(world.log()) == 2
    world.check_logs()


def test_one_number_in_two_unicode_forms_is_one_paper(open_world):
    """Each form waited for a second entry of its own, and the log then held one number twice."""
    as_printed, as_pasted = "六号", "\uf9d1号"
    assert as_printed != as_pasted
    assert enter(open_world, paper(serial=as_pasted), "c1") is None
    assert enter(open_world, paper(serial=as_printed), "c2") == 1
    with pytest.raises(PaperAlreadyAccepted):
        enter(open_world, paper(serial=as_pasted), "c3")
    (row,) = ballots(open_world)
    assert canonical.decode(row.data)["serial"] == as_printed


def test_a_unit_in_another_unicode_form_is_the_unit(world):
    world.freeze((*ROWS, _row("金-1-101", "住宅", "60", [SUN], 14)))
    world.draft().publish().open()
    enter(world, paper(units=["\uf90a-1-101"]), "c1")
    assert enter(world, paper(units=["金-1-101"]), "c2") == 1
    assert slots(world) == {"金-1-101": 1}
    assert world.box.paper_warnings(world.assembly_id, paper(units=["\uf90a-1-101"])) == []


@pytest.mark.parametrize(
    "said", [{"1": 0.5}, {"1": 2**53}, {"1": "\ud800"}, {"\u00e9": 1, "e\u0301": 1}]
)
def test_what_has_no_canonical_text_is_no_paper(open_world, said):
    for wrong in (paper(said=said), paper(said=said, void_reason="未签名")):
        with pytest.raises(UnreadablePaper):
            enter(open_world, wrong, "c1")


def test_a_void_paper_is_logged_and_takes_no_slot(open_world):
    void = paper(void_reason="未签名")
    enter(open_world, void, "c1")
    assert enter(open_world, void, "c2") == 1
    assert [row.void for row in ballots(open_world)] == [True]
    assert slots(open_world) == {}
    open_world.cast("chen", CHEN)
    assert slots(open_world) == dict.fromkeys(CHEN, 2)


def test_paper_after_the_phone_stands_for_what_the_phone_left_out(open_world):
    open_world.cast("chen", CHEN[:1])
    enter(open_world, paper(), "c1")
    assert enter(open_world, paper(), "c2") == 2
    assert slots(open_world) == {CHEN[0]: 1, CHEN[1]: 2}
    world = open_world.close()
    with world.database.read() as session:
        result = world.counting.count(session, world.poll)
    assert result["ballots"] == {"paper": 1, "phone": 1, "superseded": [], "void": []}


def test_paper_after_the_phone_is_logged_and_superseded(open_world):
    """It was received, so it is not passed over in silence; but the first ballot stands."""
    open_world.cast("chen", CHEN)
    for by in ("c1", "c2"):
        enter(open_world, paper(said=choices("oppose")), by)
    assert slots(open_world) == dict.fromkeys(CHEN, 1)
    world = open_world.close()
    with world.database.read() as session:
        assert world.counting.count(session, world.poll)["ballots"]["superseded"] == [2]


def test_paper_replaces_the_phone_where_the_last_ballot_stands(world):
    voting(world, begun=True, policies={"repeat": "last_valid"}).cast("chen", CHEN)
    for by in ("c1", "c2"):
        enter(world, paper(), by)
    assert slots(world) == dict.fromkeys(CHEN, 2)


def test_the_phone_comes_too_late_after_paper(open_world):
    for by in ("c1", "c2"):
        enter(open_world, paper(), by)
    with pytest.raises(AlreadyVoted):
        open_world.cast("chen", CHEN)


def test_the_developer_votes_on_paper_for_all_its_stock(open_world):
    for by in ("c1", "c2"):
        enter(open_world, paper(units=("2-1-201", "2-1-202")), by)
    assert slots(open_world) == {"2-1-201": 1, "2-1-202": 1}


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        (paper(serial=" "), UnreadablePaper),
        (paper(serial=""), UnreadablePaper),
        (paper(serial="7 "), UnreadablePaper),
        (paper(units=()), UnreadablePaper),
        (paper(void_reason="　"), UnreadablePaper),
        (paper(units=CHEN[::-1]), UnreadablePaper),
        (paper(units=(CHEN[0], CHEN[0])), UnreadablePaper),
        (paper(units=("9-9-999",)), UnknownUnit),
        (paper(units=("1-1-101", "2-1-102")), NotYourUnit),
        (paper(said={}), UnreadableChoice),
        (paper(said=choices("maybe")), UnreadableChoice),
        (paper(said=choices(**{"2": "approve"})), UnreadableChoice),
    ],
)
def test_an_entry_that_cannot_be_a_ballot_is_refused_at_once(open_world, entry, refusal):
    with pytest.raises(refusal):
        enter(open_world, entry, "c1")
    assert pending(open_world) == 0


def test_paper_is_taken_within_the_window_only(open_world):
    window = open_world.poll
    enter(open_world, paper(), "c1")
    open_world.clock.moment = window.closes_at
    open_world.clock.advance(seconds=1)
    with pytest.raises(PollClosed):
        enter(open_world, paper(), "c2")
    open_world.clock.moment = window.opens_at
    open_world.clock.advance(seconds=-1)
    with pytest.raises(PollNotOpen):
        enter(open_world, paper(), "c2")
    assert len(open_world.log()) == 1


def identified(world, **people):
    """Register whose accounts these are: a name and an identity each."""
    with world.database.write() as session:
        for account, (name, identity) in people.items():
            session.add(
                AccountRow(
                    account_id=account, username=account, name=name, role="clerk",
                    password_hash="", must_change_password=False, created_at=world.clock(),
                    identity_index=identity,
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("钱录入", b"qian"), ("钱录", b"qian")),
        (("钱录入", None), ("钱　录入", None)),
        (("钱录入", b"qian"), ("钱录入", None)),
    ],
    ids=["one identity number", "one name", "one name, one number"],
)
def test_two_accounts_of_one_person_are_not_two_clerks(open_world, first, second):
    """Two accounts were enough once, whoever used them."""
    identified(open_world, k1=first, k2=second, k3=("唐录入", b"tang"))
    enter(open_world, paper(), "k1")
    with pytest.raises(SameClerk):
        enter(open_world, paper(), "k2")
    assert ballots(open_world) == []
    assert enter(open_world, paper(), "k3") == 1


def test_two_clerks_of_whom_no_number_is_known_are_two(open_world):
    identified(open_world, k1=("钱录入", None), k2=("唐录入", None))
    enter(open_world, paper(), "k1")
    assert enter(open_world, paper(), "k2") == 1


def test_two_clerks_who_share_a_name_are_told_apart_by_their_numbers(open_world):
    """The second of them was told that he was the first."""
    identified(open_world, k1=("王伟", b"one"), k2=("王伟", b"another"))
    enter(open_world, paper(), "k1")
    assert enter(open_world, paper(), "k2") == 1
