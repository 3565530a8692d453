"""What is certified is what was counted, once, and after the close."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text

from tests.voting.outcome.both import UNNAMED
from voting.assembly.model import State
from voting.assembly.refusals import ClockWentBackwards, UnknownAssembly, WrongState
from voting.box.store import BallotRow
from voting.count.logged import LogDisagrees
from voting.count.service import ChoicesSealed
from voting.kernel import canonical
from voting.outcome.certificate import render_certificate
from voting.outcome.service import NotCertified


@pytest.fixture
def closed(open_world):
    open_world.cast("chen", ["2-1-102", "B1-1-002"])
    return open_world.close()


def issue(world):
    return world.outcomes.issue(world.assembly_id, by="c1")


def test_the_result_before_and_after_the_certificate_is_the_same_bytes(closed):
    counted = closed.outcomes.result(closed.assembly_id)
    issue(closed)
    assert closed.outcomes.result(closed.assembly_id) == counted


def test_result_and_certificate_are_pinned_in_both_logs(closed):
    issue(closed)
    result = canonical.digest(closed.outcomes.result(closed.assembly_id))
    pdf = canonical.digest(closed.outcomes.certificate(closed.assembly_id))
    assert canonical.decode(closed.log()[-1])["result"] == result
    (entry,) = (act for act in closed.acts() if act["type"] == "certificate")
    assert (entry["result"], entry["certificate"]) == (result, pdf)
    assert closed.poll.state is State.CERTIFIED
    closed.check_logs()


def test_a_clock_behind_the_close_certifies_nothing(closed):
    closed.clock.moment = closed.poll.closed_at - timedelta(seconds=1)
    with pytest.raises(ClockWentBackwards):
        issue(closed)
    assert closed.poll.state is State.CLOSED


def test_a_certificate_is_issued_once(closed):
    issue(closed)
    pdf = closed.outcomes.certificate(closed.assembly_id)
    with pytest.raises(WrongState):
        issue(closed)
    assert closed.outcomes.certificate(closed.assembly_id) == pdf


@pytest.mark.parametrize("read", ["issue", "result", "ballot_sheet"])
def test_nothing_of_the_choices_comes_out_before_the_close(open_world, read):
    world = open_world
    world.cast("chen", ["2-1-102"])
    more = {"by": "c1"} if read == "issue" else {}
    with pytest.raises(ChoicesSealed):
        getattr(world.outcomes, read)(world.assembly_id, **more)
    assert world.poll.state is State.OPEN


@pytest.mark.parametrize("level", UNNAMED)
def test_without_a_certificate_there_is_neither_pdf_nor_bundle(closed, level):
    with pytest.raises(NotCertified):
        closed.outcomes.certificate(closed.assembly_id)
    with pytest.raises(NotCertified):
        closed.outcomes.bundle(closed.assembly_id, level)


def test_a_log_that_cannot_be_opened_is_never_certified(closed):
    with closed.database.write() as session:
        session.execute(delete(BallotRow))
    before = closed.log()
    with pytest.raises(LogDisagrees):
        issue(closed)
    assert closed.log() == before
    assert closed.poll.state is State.CLOSED


def test_a_certificate_that_cannot_be_printed_leaves_nothing(closed, monkeypatch):
    def fail(*_):
        raise OSError

    logs = (closed.log(), closed.log(closed.register))
    with monkeypatch.context() as broken:
        broken.setattr("voting.outcome.service.outcomes.render_certificate", fail)
        with pytest.raises(OSError, match=r"^$"):
            issue(closed)
    assert (closed.log(), closed.log(closed.register)) == logs
    assert closed.poll.state is State.CLOSED


def test_the_year_of_the_number_is_the_beijing_year(world, clock):
    """Half past midnight on New Year's Day is still the old year in UTC."""
    world.freeze().draft(opens_at="2026-12-20 00:00", closes_at="2026-12-31 18:00").publish()
    world.open().close()
    clock.moment = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert issue(world).startswith("YZ-2027-")


def test_the_log_has_a_checkpoint_at_every_stage(open_world):
    assert b"\n1\n" in open_world.outcomes.checkpoint(open_world.assembly_id)
    with pytest.raises(UnknownAssembly):
        open_world.outcomes.checkpoint("another")


def test_the_certificate_names_whoever_signed_the_freeze(open_world, monkeypatch):
    """From the register, where the two names were signed, and not from today's accounts."""
    given = []

    def rendered(counted, facts):
        given.append(facts.frozen_by)
        return render_certificate(counted, facts)

    monkeypatch.setattr("voting.outcome.service.outcomes.render_certificate", rendered)
    with open_world.database.write() as session:
        session.execute(text("UPDATE staff_accounts SET name = '后来的人'"))
    open_world.close()
    open_world.outcomes.issue(open_world.assembly_id, by="c1")
    assert given == [("林召集", "高监督")]
