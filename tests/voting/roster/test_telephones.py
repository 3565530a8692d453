"""Which telephone an owner of several units has: that of the first unit that gives one."""

import pytest

from tests.voting.identity.test_codes import PHONE, Box, ask
from tests.voting.world import ROWS, World

SECOND = "15400000012"
"""What the sheet has beside Chen's parking place; beside his flat it has ``PHONE``."""


@pytest.mark.parametrize(("beside_the_flat", "reached"), [(PHONE, PHONE), ("", SECOND)])
def test_a_blank_beside_the_first_unit_does_not_hide_the_number_beside_the_second(
    sqlite_database, clock, beside_the_flat, reached
):
    rows = [tuple(beside_the_flat if cell == PHONE else cell for cell in row) for row in ROWS]
    world = World(sqlite_database, clock, sender=Box()).begin().freeze(rows)
    for phone in (PHONE, SECOND):
        ask(world, phone=phone)
    assert [phone for phone, _ in world.sender.sent] == [reached]
