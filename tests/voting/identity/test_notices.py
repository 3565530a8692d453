"""An owner is told that his key was replaced, whatever happens to gateway and process meanwhile."""

import pytest
from sqlalchemy import select

from tests.voting.identity.test_replacement import replacing
from tests.voting.world import CHEN, HEADER, ROWS, World
from voting.identity.refusals import StrongerProofNeeded
from voting.identity.store import NoticeRow
from voting.roster import store as rosters

PHONE = "15400000008"
OTHER = "15400000099"
MINUTE = 60


class Gateway:
    """Refuses the numbers in ``away``, and keeps what it took."""

    def __init__(self):
        self.sent, self.away, self.tries = [], set(), 0

    def send(self, phone, text):
        self.tries += 1
        if phone in self.away:
            raise OSError(f"no route to {phone}")
        self.sent.append((phone, text))


@pytest.fixture
def gateway():
    return Gateway()


@pytest.fixture
def sending(database, clock, gateway):
    """A frozen roster, once for each engine, and a key that is about to be replaced."""
    world = World(database, clock, sender=gateway).begin().freeze()
    world.enrol("chen")
    return world


def replace_key(world):
    first = world.phones["chen"]
    world.enrol("chen")
    return first


def waiting(world):
    with world.database.read() as session:
        return list(session.scalars(select(NoticeRow)))


def restarted(world):
    """The same deployment in another process: all that was in memory is gone."""
    again = World(world.database, world.clock, sender=world.sender)
    again.roster_id = world.roster_id
    return again


def test_a_notice_outlives_the_process_and_is_sent_once(sending, gateway):
    replace_key(sending)
    assert gateway.sent == []
    again = restarted(sending)
    again.notices.send_due()
    again.notices.send_due()
    ((phone, text),) = gateway.sent
    assert phone == PHONE
    assert "更换" in text
    assert CHEN[0] not in text
    assert waiting(again) == []


def test_a_gateway_that_is_away_is_asked_again_ever_more_rarely(sending, gateway, clock):
    gateway.away = {PHONE}
    replace_key(sending)
    tried = []
    for minute in range(4 * 60):
        before = gateway.tries
        sending.notices.send_due()
        if gateway.tries > before:
            tried.append(minute)
        clock.advance(seconds=MINUTE)
    assert tried == [0, 1, 2, 4, 8, 16, 32, 64, 124, 184]
    gateway.away = set()
    clock.advance(seconds=60 * MINUTE)
    restarted(sending).notices.send_due()
    assert [phone for phone, _ in gateway.sent] == [PHONE]
    assert waiting(sending) == []


def test_a_process_that_dies_while_sending_costs_only_the_wait(sending, gateway, clock):
    class Died(BaseException):
        """As kill -9 does, it runs nothing more."""

    def dying(_phone, _text):
        raise Died

    replace_key(sending)
    gateway.send, send = dying, gateway.send
    with pytest.raises(Died):
        sending.notices.send_due()
    gateway.send = send
    again = restarted(sending)
    again.notices.send_due()
    assert gateway.sent == []
    clock.advance(seconds=30)
    again.notices.send_due()
    assert [phone for phone, _ in gateway.sent] == [PHONE]


def test_a_number_that_has_it_is_not_told_again_for_another_that_has_not(database, clock, gateway):
    both = f"{PHONE}、{OTHER}"
    rows = [(*row[:9], both, *row[10:]) if row[9] == PHONE else row for row in ROWS]
    world = World(database, clock, sender=gateway).begin().freeze(rows, HEADER)
    world.enrol("chen")
    gateway.away = {OTHER}
    replace_key(world)
    for _ in range(3):
        world.notices.send_due()
        clock.advance(seconds=10 * MINUTE)
    assert [phone for phone, _ in gateway.sent] == [PHONE]
    gateway.away = set()
    world.notices.send_due()
    assert [phone for phone, _ in gateway.sent] == [PHONE, OTHER]
    assert waiting(world) == []


def test_one_owners_number_keeps_nobody_else_waiting(sending, gateway):
    sending.enrol("liu")
    gateway.away = {PHONE}
    replace_key(sending)
    sending.enrol("liu")
    sending.notices.send_due()
    assert [phone for phone, _ in gateway.sent] == ["15400000006"]


def test_one_owner_whose_numbers_cannot_be_read_keeps_nobody_else_waiting(
    sending, gateway, clock, capsys
):
    """His notice was the oldest each time, and nobody after him was told anything."""
    sending.enrol("liu")
    replace_key(sending)
    clock.advance(seconds=1)
    sending.enrol("liu")
    (first, _) = sorted(waiting(sending), key=lambda row: row.due_at)
    with sending.database.write() as session:
        owner = session.get(rosters.OwnerRow, (first.roster_id, first.owner_code))
        owner.sealed = owner.sealed[:-1] + bytes([owner.sealed[-1] ^ 1])
    sending.notices.send_due()
    assert [phone for phone, _ in gateway.sent] == ["15400000006"]
    assert [row.owner_code for row in waiting(sending)] == [first.owner_code]
    assert "InvalidTag" in "".join(capsys.readouterr())


def test_after_three_days_it_is_given_up(sending, gateway, clock):
    gateway.away = {PHONE}
    replace_key(sending)
    sending.notices.send_due()
    clock.advance(days=3)
    tries = gateway.tries
    sending.notices.send_due()
    assert (gateway.tries, waiting(sending)) == (tries, [])


def test_there_is_no_notice_of_what_did_not_happen(sending, gateway):
    with pytest.raises(StrongerProofNeeded):
        replacing(sending, lambda _: None)
    assert waiting(sending) == []


def test_without_a_sender_nothing_waits(world):
    replace_key_of = world.freeze()
    replace_key_of.enrol("chen")
    replace_key_of.enrol("chen")
    replace_key_of.notices.send_due()
    assert waiting(world) == []


def test_what_waits_names_nobody_and_what_fails_is_logged_without_the_number(
    sending, gateway, capsys
):
    gateway.away = {PHONE}
    replace_key(sending)
    sending.notices.send_due()
    (row,) = waiting(sending)
    kept = " ".join(str(getattr(row, each.name)) for each in NoticeRow.__table__.columns)
    said = capsys.readouterr()
    for private in (PHONE, CHEN[0], CHEN[2]):
        assert private not in kept + said.out + said.err
    assert "OSError" in said.out + said.err


def test_every_opening_of_a_number_is_in_the_register(sending, gateway, clock):
    gateway.away = {PHONE}
    replace_key(sending)
    for _ in range(2):
        sending.notices.send_due()
        clock.advance(seconds=MINUTE)
    opened = [act for act in sending.acts() if act.get("purpose") == "tell-owner"]
    assert [act["count"] for act in opened] == [1, 1]


def test_whose_data_was_erased_is_told_nothing_more(sending, gateway):
    replace_key(sending)
    with sending.database.write() as session:
        rosters.erase_people(session, sending.roster_id)
    sending.notices.send_due()
    assert (gateway.sent, waiting(sending)) == ([], [])


def test_a_second_process_passes_over_what_the_first_has_in_hand(sending, gateway):
    replace_key(sending)
    beside, seen = restarted(sending), []

    def slowly(phone, text):
        beside.notices.send_due()
        seen.append((phone, text))

    gateway.send = slowly
    sending.notices.send_due()
    assert len(seen) == 1
