"""The slots of some units as ballots come, one after the other, before anything is stored."""

from tally.model import Policies, Repeat
from voting.box.entries import PAPER, PHONE
from voting.box.slots import Placed, Slots
from voting.box.turn import Standing

LAST = Policies(repeat=Repeat.LAST_VALID)
TWO_CHANGES = Policies(repeat=Repeat.LAST_VALID, repeat_limit=2)


def phone(position, *units, signer=5, sequence=1):
    return Placed(PHONE, signer, units, position, sequence, f"digest {position}")


def test_each_ballot_for_a_unit_uses_up_a_change_until_none_is_left():
    slots = Slots(TWO_CHANGES, {}, ())
    for position, wins in ((1, [0]), (2, [0]), (3, [0]), (4, [])):
        assert slots.would_win(phone(position, 0)) == wins
        slots.put(phone(position, 0))
    assert slots.won() == ({0: 3}, {})


def test_changes_made_before_count_with_those_that_come():
    slots = Slots(TWO_CHANGES, {0: Standing(PHONE, 5, 2), 1: Standing(PAPER, None, 3)}, ())
    assert slots.would_win(phone(3, 0, 1, 2)) == [0, 2]
    slots.put(phone(3, 0, 1, 2))
    assert slots.would_win(phone(4, 0, 1, 2)) == [2]
    assert slots.won() == ({2: 3}, {0: 3})


def test_the_next_ballot_names_the_latest_of_its_signer_for_any_of_its_units():
    slots = Slots(LAST, {}, [phone(1, 0)])
    slots.put(phone(2, 1))
    assert slots.expected(5, (0,)) == (2, "digest 1")
    assert slots.expected(5, (0, 1)) == slots.expected(5, (1, 0)) == (2, "digest 2")
    assert slots.expected(6, (0, 1)) == slots.expected(5, (2,)) == (1, None)


def test_a_paper_is_nobodys_to_replace_by_name():
    slots = Slots(LAST, {}, ())
    slots.put(Placed(PAPER, None, (0,), 1, 1, "digest 1"))
    assert slots.expected(5, (0,)) == (1, None)
