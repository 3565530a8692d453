"""Guesses are counted one by one, though they come at the same moment."""

from dataclasses import replace

import pytest

from tests.voting.at_once import AT_ONCE, AllAtOnce, outcomes
from tests.voting.identity.test_codes import PHONE, Box, ask
from tests.voting.world import CLAIMS, World
from voting.identity.refusals import IdentityNotProved
from voting.infra.throttle import TooManyAttempts


@pytest.mark.parametrize("title", ["li", "chen"], ids=["wrong", "right"])
def test_five_of_many_guesses_at_once_are_compared(database, clock, title):
    """All of them were let by once, before the first had failed."""
    world = World(database, clock, throttle=AllAtOnce("enrol-address")).begin().freeze()
    said = replace(CLAIMS["chen"], title_no=CLAIMS[title].title_no)
    found = outcomes(lambda _: world.identities.share(world.roster_id, said, address="a"))
    expected = (5, AT_ONCE - 5) if title == "li" else (0, 0)
    assert (found.count(IdentityNotProved), found.count(TooManyAttempts)) == expected


def test_three_of_many_requests_at_once_send_a_code(sqlite_database, clock):
    box = Box()
    world = World(sqlite_database, clock, throttle=AllAtOnce("code-address"), sender=box)
    world.begin().freeze()
    found = outcomes(lambda _: ask(world))
    assert (found.count(None), found.count(TooManyAttempts)) == (3, AT_ONCE - 3)
    assert [phone for phone, _ in box.sent] == [PHONE] * 3
