"""An assembly moves one way, at the published times, and every step is in the register."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.voting.world import AGENDA, sheet
from voting.assembly import notice
from voting.assembly.agenda import agenda_document, parse_agenda
from voting.assembly.model import State
from voting.assembly.refusals import (
    AgendaDoesNotFit,
    ClockWentBackwards,
    NoticeTooShort,
    TooEarly,
    UnknownAssembly,
    WrongState,
)
from voting.assembly.service import Assemblies
from voting.assembly.store import AssemblyRow
from voting.kernel import canonical
from voting.kernel.clock import BEIJING
from voting.ledger.checkpoint import open_checkpoint
from voting.ledger.tree import leaf_hash, root_of
from voting.roster.refusals import FileUnreadable
from voting.roster.version import RosterNotFrozen

SECOND = timedelta(seconds=1)


def beijing(*parts):
    return datetime(*parts, tzinfo=BEIJING).astimezone(UTC)


@pytest.fixture
def drafted(world):
    return world.freeze().draft()


@pytest.fixture
def noticed(drafted):
    return drafted.publish()


@pytest.mark.parametrize(
    ("published", "opens", "good"),
    [
        # Fifteen full days lie between 2 March and 18 March.
        ((2026, 3, 2, 0, 0, 0), "2026-03-18 00:00", True),
        ((2026, 3, 2, 23, 59, 59), "2026-03-18 00:00", True),
        ((2026, 3, 3, 0, 0, 0), "2026-03-18 00:00", False),
        ((2026, 3, 2, 0, 0, 0), "2026-03-17 23:59:59", False),
        # The same minutes before eight are still yesterday in UTC.
        ((2026, 3, 3, 7, 59, 59), "2026-03-18 12:00", False),
        ((2026, 3, 3, 7, 59, 59), "2026-03-19 00:00", True),
    ],
)
def test_fifteen_full_days_in_beijing_lie_between_notice_and_opening(
    world, clock, published, opens, good
):
    """BJ art. 35(3): the day of the notice is not counted (Civil Code, art. 201)."""
    world.freeze().draft(opens_at=opens)
    clock.moment = beijing(*published)
    if good:
        world.publish()
        assert world.poll.state is State.NOTICED
        return
    before = world.log(world.register)
    with pytest.raises(NoticeTooShort) as refused:
        world.publish()
    earliest = datetime.fromisoformat(refused.value.facts["earliest_opening"])
    assert earliest.astimezone(BEIJING).time().isoformat() == "00:00:00"
    assert earliest.astimezone(BEIJING).date() > beijing(*published).astimezone(BEIJING).date()
    assert world.log(world.register) == before
    with pytest.raises(UnknownAssembly):
        world.assemblies.notice(world.assembly_id)


def test_the_box_opens_at_the_published_second_and_not_before(noticed):
    noticed.clock.moment = noticed.poll.opens_at - SECOND
    with pytest.raises(TooEarly):
        noticed.assemblies.open(noticed.assembly_id, by="c1")
    assert noticed.poll.state is State.NOTICED
    noticed.clock.advance(seconds=1)
    noticed.assemblies.open(noticed.assembly_id, by="c1")
    assert (noticed.poll.state, noticed.poll.opened_at) == (State.OPEN, noticed.poll.opens_at)


def test_the_box_closes_after_the_published_second_and_not_within_it(noticed):
    noticed.open()
    noticed.clock.moment = noticed.poll.closes_at
    with pytest.raises(TooEarly):
        noticed.assemblies.close(noticed.assembly_id, by="c1")
    assert noticed.poll.state is State.OPEN
    noticed.clock.advance(seconds=1)
    noticed.assemblies.close(noticed.assembly_id, by="c1")
    assert (noticed.poll.state, noticed.poll.closed_at) == (State.CLOSED, noticed.clock())


STAGES = {"draft": (), "noticed": ("publish",), "open": ("publish", "open")}
STAGES |= {"closed": (*STAGES["open"], "close")}


@pytest.mark.parametrize(
    ("stage", "act"),
    [
        (stage, act)
        for stage, allowed in zip(STAGES, ("publish", "open", "close", None), strict=True)
        for act in ("publish", "open", "close")
        if act != allowed
    ],
)
def test_every_other_act_is_refused_at_every_stage(drafted, stage, act):
    for step in STAGES[stage]:
        getattr(drafted, step)()
    before = drafted.log(drafted.register)
    with pytest.raises(WrongState) as refused:
        getattr(drafted.assemblies, act)(drafted.assembly_id, by="c1")
    assert refused.value.facts == {"state": stage}
    assert drafted.log(drafted.register) == before


@pytest.mark.parametrize("act", ["publish", "open", "close"])
def test_an_assembly_nobody_drafted_has_no_acts(world, act):
    with pytest.raises(UnknownAssembly):
        getattr(world.assemblies, act)("another", by="c1")


def test_a_draft_is_nobodys_to_see(drafted):
    with pytest.raises(UnknownAssembly):
        drafted.assemblies.notice(drafted.assembly_id)
    with pytest.raises(UnknownAssembly):
        assert drafted.poll
    assert drafted.assemblies.polls() == []


def test_a_clock_behind_the_notice_opens_nothing(noticed):
    noticed.clock.moment = noticed.poll.published_at - SECOND
    with pytest.raises(ClockWentBackwards):
        noticed.assemblies.open(noticed.assembly_id, by="c1")
    assert noticed.poll.state is State.NOTICED


def test_a_clock_behind_the_opening_closes_nothing(noticed):
    noticed.open()
    noticed.clock.moment = noticed.poll.opened_at - SECOND
    with pytest.raises(ClockWentBackwards):
        noticed.assemblies.close(noticed.assembly_id, by="c1")
    assert noticed.poll.state is State.OPEN


def item(**other):
    return {"id": "1", "title": "事项", "form": "resolution", "matter": "other"} | other


UNFIT = {
    "unknown building": {"items": [item(electorate={"buildings": ["9"]})]},
    "unknown unit": {"items": [item(electorate={"units": ["9-9-999"]})]},
    "nobody is asked": {"items": [item(electorate={"include_kinds": ["办公"]})]},
    "never opens": {"opens_at": None},
    "never closes": {"closes_at": None, "decision_date": "2026-03-25"},
    "decided before the Civil Code": {"decision_date": "2020-12-31"},
    "decided while others still vote": {"decision_date": "2026-03-24"},
}


@pytest.mark.parametrize("other", UNFIT.values(), ids=UNFIT)
def test_an_agenda_that_does_not_fit_the_roster_is_no_draft(world, other):
    world.freeze()
    before = world.log(world.register)
    with pytest.raises(AgendaDoesNotFit):
        world.draft(**other)
    assert world.log(world.register) == before


@pytest.mark.parametrize(
    ("electorate", "unknown"),
    [
        ({"buildings": ["2", "9"]}, "9"),
        ({"units": ["2-1-102", "9-9-999"]}, "9-9-999"),
    ],
)
def test_one_unknown_name_among_known_ones_is_not_passed_over(world, electorate, unknown):
    """The rest could be counted, and somebody who was asked would be missing."""
    with pytest.raises(AgendaDoesNotFit, match=f"没有的楼栋或房屋：{unknown}$"):
        world.freeze().draft(items=[item(electorate=electorate)])


DELIVERY = {"policies": {"silence": "delivered_follows"}}


def test_a_vote_that_could_never_be_counted_is_no_draft(world):
    """It was once published, voted on and closed; only then did the count ask for the records."""
    world.freeze()
    with pytest.raises(AgendaDoesNotFit, match="没有提供送达记录"):
        world.draft(**DELIVERY)


def test_a_draft_that_could_never_be_counted_gets_no_notice(drafted):
    agenda = canonical.encode(agenda_document(parse_agenda(canonical.encode(AGENDA | DELIVERY))))
    with drafted.database.write() as session:
        session.execute(update(AssemblyRow).values(agenda=agenda))
    with pytest.raises(AgendaDoesNotFit, match="没有提供送达记录"):
        drafted.publish()


def test_an_unreadable_agenda_is_no_draft(world):
    with pytest.raises(FileUnreadable):
        world.freeze().draft(closes_at="2026-03-17 00:00")


def test_there_is_no_assembly_on_a_roster_that_may_change(world):
    summary, _ = world.rosters.import_sheet(sheet(), "清册.csv", "别处", by="c1")
    with pytest.raises(RosterNotFrozen):
        world.assemblies.draft(summary.roster_id, canonical.encode(AGENDA), by="c1")


def test_the_notice_pins_agenda_roster_and_window(noticed):
    data = noticed.assemblies.notice(noticed.assembly_id)
    published, poll = notice.parse(data), noticed.poll
    assert published.to_bytes() == data
    assert canonical.digest(data) == poll.notice_digest
    assert (published.agenda, published.roster_digest) == (poll.agenda, noticed.roster.digest)
    assert (published.units, published.heads) == (13, noticed.roster.heads)
    assert published.area_cm2 == noticed.roster.area_cm2
    assert poll.opens_at == beijing(2026, 3, 18)
    assert poll.closes_at == beijing(2026, 3, 25, 18)
    assert noticed.assemblies.polls() == [poll]


def test_the_first_log_entry_pins_the_register_as_it_stood(noticed):
    """Whoever holds the assembly's log can tell that the register was not rewritten since."""
    (first,) = map(canonical.decode, noticed.log())
    assert (first["notice"], first["roster"]) == (
        noticed.poll.notice_digest,
        noticed.roster.digest,
    )
    pinned = open_checkpoint(first["register"].encode(), noticed.ledger.key(noticed.register))
    entries = noticed.log(noticed.register)[: pinned.size]
    assert root_of([leaf_hash(entry) for entry in entries]) == pinned.root
    assert canonical.decode(entries[-1]) == {
        "assembly": noticed.assembly_id,
        "at": "2026-03-02T02:00:00Z",
        "notice": noticed.poll.notice_digest,
        "origin": noticed.origin,
        "roster": noticed.roster.digest,
        "type": "assembly",
    }


@pytest.mark.parametrize(("act", "size"), [("open", 1), ("close", 2)])
def test_opening_and_close_pin_the_assemblys_log_in_the_register(noticed, act, size):
    noticed.open()
    if act == "close":
        noticed.close()
    kind = {"open": "assembly-opened", "close": "assembly-closed"}[act]
    (entry,) = (one for one in noticed.acts() if one["type"] == kind)
    pinned = open_checkpoint(entry["checkpoint"].encode(), noticed.ledger.key(noticed.origin))
    assert (entry["assembly"], pinned.size) == (noticed.assembly_id, size)
    assert root_of([leaf_hash(one) for one in noticed.log()[:size]]) == pinned.root


def test_opening_and_close_bear_the_moment_that_was_held_against_the_notice(noticed):
    """Each read the clock once more for the register: set back meanwhile, no bundle could pass."""
    moments = []
    slipping = Assemblies(
        noticed.database, noticed.ledger, noticed.rosters, noticed.bus, lambda: moments.pop(0)
    )
    for act, due in (
        (slipping.open, noticed.poll.opens_at),
        (slipping.close, noticed.poll.closes_at + timedelta(seconds=1)),
    ):
        moments[:] = [due, *[due - timedelta(seconds=5)] * 9]
        act(noticed.assembly_id, by="c1")
    pinned = [entry["at"] for entry in noticed.acts() if entry["type"].startswith("assembly-")]
    assert pinned == ["2026-03-17T16:00:00Z", "2026-03-25T10:00:01Z"]


def test_the_close_is_the_last_entry_of_the_log(noticed):
    noticed.open().close()
    assert canonical.decode(noticed.log()[-1]) == {"at": "2026-03-25T10:00:01Z", "type": "close"}


def test_every_act_is_in_the_trail_with_whoever_did_it(engine_world):
    world = engine_world.freeze().draft().publish().open().close()
    trail = [act for act in world.acts() if act.get("assembly") == world.assembly_id]
    assert [(act["act"], act["by"]) for act in trail if act["type"] == "act"] == [
        ("draft-assembly", "c1"),
        ("publish-notice", "c1"),
        ("open-assembly", "c1"),
        ("close-assembly", "c1"),
    ]
    world.check_logs()


def test_a_notice_that_cannot_be_committed_leaves_nothing(drafted, monkeypatch):
    before = drafted.log(drafted.register)

    def fail(*_):
        raise OSError

    monkeypatch.setattr("voting.assembly.service.entries.first_entry", fail)
    with pytest.raises(OSError, match=r"^$"):
        drafted.publish()
    assert drafted.log(drafted.register) == before
    monkeypatch.undo()
    assert drafted.publish().poll.state is State.NOTICED
