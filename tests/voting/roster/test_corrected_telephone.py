"""A telephone that was wrong on the frozen roster: once corrected, messages go to the right one."""

import pytest

from tests.voting.identity.test_codes import PHONE, Box, ask
from tests.voting.outcome.test_correction import corrected
from tests.voting.world import CHEN, World, _row

RIGHT = "15400009999"
FLAT = _row("2-1-102", "住宅", "88.8", [CHEN], 8)


@pytest.fixture
def world(database, clock):
    return World(database, clock, sender=Box()).begin().freeze()


def with_phone(phone):
    return tuple(phone if cell == PHONE else cell for cell in FLAT)


def test_a_code_goes_to_the_corrected_telephone_and_to_the_wrong_one_no_more(world):
    """Both had signed the correction; codes went to whoever has the wrong number all the same."""
    corrected(world, [with_phone(RIGHT)])
    ask(world, phone=PHONE)
    assert world.sender.sent == []
    ask(world, phone=RIGHT)
    assert [phone for phone, _ in world.sender.sent] == [RIGHT]


def test_a_telephone_that_is_taken_away_gets_no_code(world):
    corrected(world, [with_phone("")])
    ask(world, phone=PHONE)
    assert world.sender.sent == []


def test_other_corrections_open_nobody_whose_telephone_stays(world):
    before = len(world.acts())
    corrected(world, [_row("2-1-102", "住宅", "88.9", [CHEN], 8)])
    opened = [act["purpose"] for act in world.acts()[before:] if "purpose" in act]
    assert "correct" not in opened
