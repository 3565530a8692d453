"""People are erased after the retention period; digests, totals and logs stay as they are."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.voting.outcome.both import verify_bundle
from tests.voting.roster.sealed import (
    NEW,
    OLD,
    WORDS,
    complain,
    ended,
    objecting,
    read_owner,
    rekeyed,
    settle,
)
from tests.voting.roster.test_service import PERSONAL
from tests.voting.roster.test_versions import amend, imported
from tests.voting.world import COMMUNITY, ROWS, sheet
from voting.identity.refusals import IdentityNotProved
from voting.identity.request import PAYLOAD_TYPE as REQUEST
from voting.identity.request import payload as request
from voting.outcome.bundle import Level
from voting.roster import store
from voting.roster.correction import CorrectionNotProposed, CorrectionOutdated
from voting.roster.objection import ObjectionAnswered, Outcome
from voting.roster.version import RosterErased, UnknownRoster

REQUESTED = "receipts"


def asked(world, name):
    """A signed request for receipts."""
    text_ = request(REQUESTED, world.assembly_id, world.clock.moment)
    return world.phones[name].seal(REQUEST, text_).to_bytes()


def test_after_the_retention_period_nobody_is_left_and_everything_else_is(engine_world):
    world = ended(engine_world)
    kept = (
        world.roster.digest,
        world.outcomes.result(world.assembly_id),
        world.outcomes.certificate(world.assembly_id),
    )
    world.clock.advance(days=5 * 366)
    world.rosters.import_sheet(sheet(ROWS), "清册.csv", COMMUNITY, by="c1")
    turnout = world.counting.turnout(world.assembly_id)
    before = world.clock.moment - timedelta(days=5 * 365)
    assert world.outcomes.erase(before, (), by="operator") == 2  # the frozen one and a later
    world.database.compact()
    fresh = rekeyed(world, {1: OLD})
    fresh.assembly_id = world.assembly_id
    assert kept == (
        fresh.roster.digest,
        world.outcomes.result(world.assembly_id),
        world.outcomes.certificate(world.assembly_id),
    )
    fresh.check_logs()
    for opening in (
        lambda: fresh.rosters.custody.identities(world.roster_id, "1-1-101", by="s1"),
        lambda: fresh.rosters.objections.read(world.roster_id, by="s1"),
    ):
        with pytest.raises(RosterErased):
            opening()
    with pytest.raises(IdentityNotProved):
        fresh.enrol("zhang")
    for opening in (
        lambda: fresh.outcomes.ballot_sheet(world.assembly_id),
        lambda: fresh.outcomes.bundle(world.assembly_id, Level.SUPERVISED),
        lambda: fresh.box.receipts(world.assembly_id, asked(world, "zhang")),
    ):
        with pytest.raises(RosterErased):
            opening()
    assert fresh.counting.turnout(world.assembly_id) == turnout
    public = verify_bundle(fresh.outcomes.bundle(world.assembly_id, Level.PUBLIC))
    assert [found.problems for found in public] == [()] * len(public)
    with world.database.read() as session:
        assert not session.scalar(
            text("SELECT count(*) FROM titles WHERE roster_id = :id"), {"id": world.roster_id}
        )
        assert not any(session.scalars(text("SELECT choices FROM ballots")))


def test_what_is_in_use_or_young_is_not_erased(world):
    ended(world)
    closed = world.poll.closed_at
    assert world.outcomes.erase(closed, (), by="operator") == 0
    later = closed + timedelta(days=3650)
    newest = world.rosters.summaries()[0].roster_id
    # A suit is pending over the one, a vote is being prepared on the other.
    world.clock.moment = later
    world.draft()
    assert world.outcomes.erase(later, (newest,), by="operator") == 0
    assert world.outcomes.erase(later, (), by="operator") == 1


def test_a_draft_that_was_never_published_keeps_nobodys_data_for_ever(engine_world):
    """An agenda somebody once typed in kept the roster below it, for as long as it lay there."""
    world = engine_world
    world.freeze()
    world.draft()
    drafted = world.clock.moment
    world.clock.advance(days=3650)
    assert world.outcomes.erase(drafted, (), by="operator") == 0
    assert world.outcomes.erase(drafted + timedelta(seconds=1), (), by="operator") == 1
    (lapsed,) = [act for act in world.acts() if act.get("act") == "lapse-draft"]
    assert (lapsed["assembly"], lapsed["by"]) == (world.assembly_id, "operator")
    with pytest.raises(RosterErased):
        world.assemblies.publish(world.assembly_id, by="c1")


def test_an_unknown_roster_to_keep_is_refused_before_anything_is_erased(world):
    """A slip of the pen, and what was before a court was gone."""
    world.freeze()
    later = world.clock.moment + timedelta(days=1)
    with pytest.raises(UnknownRoster, match="没有编号为 没有、也没有 的清册") as refused:
        world.outcomes.erase(later, ("没有", world.roster_id, "也没有"), by="operator")
    assert "什么都没有删除" in refused.value.detail
    assert [owner.name for owner in read_owner(world)] == ["张伟"]
    assert world.outcomes.erase(later, (world.roster_id,), by="operator") == 0


def test_what_still_has_to_be_done_with_a_version_keeps_it(world):
    """An erased version could neither be answered for nor frozen: the complex would be stuck."""
    first = imported(world)
    world.clock.advance(days=3650)
    world.display(first.roster_id)
    young = world.clock.moment - timedelta(days=7)  # when it was published
    assert world.outcomes.erase(young, (), by="operator") == 0
    world.clock.advance(days=1)
    state = complain(world, first.roster_id)
    last = state.filed_at  # everything else is older, and could go
    assert world.outcomes.erase(last, (), by="operator") == 0
    settle(world, state)
    assert world.outcomes.erase(last, (), by="operator") == 1


def test_an_objection_left_open_for_ever_keeps_nobodys_data_for_ever(engine_world):
    """It lapses with its words, the register says so, and the complex is not stuck."""
    world = engine_world
    first = imported(world)
    world.display(first.roster_id)
    state = complain(world, first.roster_id)
    world.clock.advance(days=3650)
    assert world.outcomes.erase(state.filed_at, (), by="operator") == 0
    assert world.outcomes.erase(state.filed_at + timedelta(seconds=1), (), by="operator") == 1
    (lapsed,) = [act for act in world.acts() if act["type"] == "roster-objection-lapsed"]
    assert (lapsed["objection"], lapsed["by"]) == (state.objection_id, "operator")
    (now,) = world.rosters.objections.states(first.roster_id)
    assert (now.outcome, now.answered_at) == (Outcome.LAPSED, world.clock.moment)
    with pytest.raises(ObjectionAnswered):
        settle(world, state)
    second = imported(world)
    world.display(second.roster_id)
    world.sign(second.roster_id)


def test_a_correction_that_one_has_signed_keeps_both_versions(world):
    world.freeze()
    world.clock.advance(seconds=1)
    version = amend(world, world.roster_id, removed=["B1-1-003"])
    world.rosters.corrections.propose(version.roster_id, by="c1")
    proposed = world.clock.moment
    later = proposed + timedelta(days=1)
    assert world.outcomes.erase(proposed, (), by="operator") == 0
    world.assemblies.correct(version.roster_id, by="s1")
    assert world.outcomes.erase(later, (), by="operator") == 2
    assert not [act for act in world.acts() if act.get("act") == "lapse-correction"]


def test_a_correction_that_never_took_effect_keeps_nobodys_data_for_ever(engine_world):
    """Signed by one alone, or overtaken by another: nobody can or will ever confirm it."""
    world = engine_world
    world.freeze()
    versions = [
        amend(world, world.roster_id, removed=[key]).roster_id for key in ("B1-1-003", "B1-1-002")
    ]
    acts = [world.rosters.corrections.propose(version, by="c1") for version in versions]
    world.assemblies.correct(versions[0], by="s1")
    with pytest.raises(CorrectionOutdated):
        world.assemblies.correct(versions[1], by="s1")
    proposed = world.clock.moment
    world.clock.advance(days=3650)
    assert world.outcomes.erase(proposed, (), by="operator") == 0
    assert world.outcomes.erase(proposed + timedelta(seconds=1), (), by="operator") == 3
    (lapsed,) = [act for act in world.acts() if act.get("act") == "lapse-correction"]
    assert (lapsed["correction"], lapsed["by"]) == (acts[1].digest, "operator")
    assert (lapsed["roster"], lapsed["version"]) == (world.roster_id, versions[1])
    with pytest.raises(CorrectionNotProposed):
        world.assemblies.correct(versions[1], by="s1")
    with pytest.raises(RosterErased):
        world.rosters.corrections.propose(versions[1], by="c1")
    assert len(world.rosters.signed_corrections(world.roster_id)) == 1
    with world.database.read() as session:
        world.ledger.check(session, world.register)


def test_nothing_new_is_built_on_an_erased_version(world):
    freezing = world.rosters.freezing
    world.freeze()
    world.draft()
    drafted, frozen = world.assembly_id, world.roster_id
    shown, hidden = imported(world).roster_id, imported(world).roster_id
    world.display(shown)
    freezing.propose(shown, by="c1")
    sold = amend(world, frozen, removed=["B1-1-003"]).roster_id
    with world.database.write() as session:
        before = world.clock.moment + timedelta(days=1)
        world.rosters.retention.erase(session, before, (), by="operator")
    until = before + timedelta(days=7)
    for act in (
        lambda: freezing.publish(hidden, until, by="c1"),
        lambda: freezing.propose(shown, by="c1"),
        lambda: freezing.confirm(shown, by="s1"),
        lambda: world.rosters.corrections.propose(sold, by="c1"),
        lambda: world.assemblies.publish(drafted, by="c1"),
        world.draft,
    ):
        with pytest.raises(RosterErased):
            act()
    assert world.roster_id == frozen


def test_a_frozen_roster_that_was_erased_is_not_corrected_any_more(world):
    """The version that would correct it is younger: its own people are still there."""
    world.freeze()
    world.clock.advance(days=1)
    first = amend(world, world.roster_id, removed=["B1-1-003"]).roster_id
    world.clock.advance(days=1)
    second = amend(world, world.roster_id, removed=["B1-1-002"]).roster_id
    world.rosters.corrections.propose(first, by="c1")
    with world.database.write() as session:
        row = store.roster(session, world.roster_id)
        row.erased_at = world.clock.moment
        store.erase_people(session, world.roster_id)
    entries = len(world.acts())
    for act in (
        lambda: world.rosters.corrections.propose(second, by="c1"),
        lambda: world.assemblies.correct(first, by="s1"),
    ):
        with pytest.raises(RosterErased, match="请导入并冻结新的清册"):
            act()
    assert len(world.acts()) == entries
    assert world.rosters.signed_corrections(world.roster_id) == ()


def test_an_objection_whose_words_are_gone_can_still_be_settled(world):
    """As an earlier release left them, which erased what was open."""
    objecting(world)
    state = complain(world, world.roster_id)
    with world.database.write() as session:
        store.erase_people(session, world.roster_id)
    assert settle(world, state).outcome is Outcome.DECLINED


def test_nothing_erased_remains_in_the_database_file(world):
    """Deleted rows linger in a file until it is written anew."""
    ended(world)
    with world.database.read() as session:
        sealed = [
            bytes(data)
            for column, table in (("sealed", "owners"), ("title_index", "titles"))
            for data in session.scalars(
                text(f"SELECT {column} FROM {table} WHERE roster_id = :id"),  # noqa: S608
                {"id": world.roster_id},
            )
        ]
    assert len(sealed) == 26
    later = world.clock.moment + timedelta(days=1)
    world.clock.moment = later
    world.rosters.import_sheet(sheet(ROWS), "清册.csv", COMMUNITY, by="c1")
    world.outcomes.erase(later, (), by="operator")
    with world.database.read() as session:
        newest = set(map(bytes, session.scalars(text("SELECT title_index FROM titles"))))
    world.database.compact()
    path = Path(world.database.engine.url.database)
    stored = b"".join(file.read_bytes() for file in [path, *path.parent.glob(path.name + "-*")])
    assert not [data for data in sealed if data in stored and data not in newest]


def test_nothing_personal_is_in_any_file_after_a_whole_life(world):
    """Import, objection, vote, amendment, rotation: whoever steals the file learns no number."""
    world = rekeyed(ended(world), {1: OLD, 2: NEW})
    world.rosters.retention.rotate(by="operator")
    path = Path(world.database.engine.url.database)
    stored = b"".join(file.read_bytes() for file in [path, *path.parent.glob(path.name + "-*")])
    candidates = {"张伟", "陈䶮", "李娜"}
    for value in {*PERSONAL, WORDS} - candidates:
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, value
