"""Guesses are counted one by one, though they come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from tests.voting.identity.test_codes import PHONE, Box, ask
from tests.voting.world import CLAIMS, World
from voting.identity.refusals import IdentityNotProved
from voting.infra.throttle import Throttle, TooManyAttempts

AT_ONCE = 12


class AllAtOnce(Throttle):
    """Lets nobody go on from a look at its counts before everybody has looked."""

    def __init__(self, purpose):
        super().__init__()
        self._purpose, self._together = purpose, Barrier(AT_ONCE)

    def require(self, purpose, *limit):
        super().require(purpose, *limit)
        if purpose == self._purpose:
            self._together.wait(30)


def refusals(act):
    def attempt(_):
        try:
            return act()
        except (IdentityNotProved, TooManyAttempts) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(attempt, range(AT_ONCE)))


@pytest.mark.parametrize("title", ["li", "chen"], ids=["wrong", "right"])
def test_five_of_many_guesses_at_once_are_compared(database, clock, title):
    """All of them were let by once, before the first had failed."""
    world = World(database, clock, throttle=AllAtOnce("enrol-address")).begin().freeze()
    said = replace(CLAIMS["chen"], title_no=CLAIMS[title].title_no)
    found = refusals(lambda: world.identities.share(world.roster_id, said, address="a"))
    expected = (5, AT_ONCE - 5) if title == "li" else (0, 0)
    assert (found.count(IdentityNotProved), found.count(TooManyAttempts)) == expected


def test_three_of_many_requests_at_once_send_a_code(sqlite_database, clock):
    box = Box()
    world = World(sqlite_database, clock, throttle=AllAtOnce("code-address"), sender=box)
    world.begin().freeze()
    found = refusals(lambda: ask(world))
    assert (found.count(None), found.count(TooManyAttempts)) == (3, AT_ONCE - 3)
    assert [phone for phone, _ in box.sent] == [PHONE] * 3
