"""Wrong passwords are counted one by one, though they come at the same moment."""

import pytest

from tests.voting.at_once import AT_ONCE, AllAtOnce, outcomes
from tests.voting.staff.test_service import CHEAP
from tests.voting.world import World
from voting.infra.throttle import TooManyAttempts
from voting.staff import service
from voting.staff.model import Role
from voting.staff.refusals import SignInFailed
from voting.staff.service import Staff

_ALLOWED = 5


@pytest.fixture(params=["memory", "redis"])
def shared(request):
    """Where failures are counted."""
    return request.getfixturevalue("redis_url") if request.param == "redis" else None


@pytest.fixture
def staff(database, clock, shared, monkeypatch):
    """Whose limits let nobody by before all have looked at them."""
    monkeypatch.setattr(service, "PasswordHasher", CHEAP)
    world = World(database, clock).begin()
    throttle = AllAtOnce("sign-in-address", shared)
    return Staff(world.database, world.ledger, throttle, world.clock)


def answers(act):
    """How many of many attempts at once were told that the password is wrong, and to wait."""
    found = outcomes(act)
    return found.count(SignInFailed), found.count(TooManyAttempts)


def test_five_of_many_guesses_of_one_name_at_once_are_answered(staff, tmp_path):
    """All of them were let by once, before the first had failed."""
    staff.create(name := tmp_path.name, "王小明", Role.CONVENER, by="a1")
    assert answers(lambda n: staff.sign_in(name, f"guess {n}", address=f"{tmp_path}/{n}")) == (
        _ALLOWED,
        AT_ONCE - _ALLOWED,
    )


def test_five_of_many_guesses_from_one_address_at_once_are_answered(staff, tmp_path):
    assert answers(lambda n: staff.sign_in(f"{tmp_path}/{n}", "guess", address=str(tmp_path))) == (
        _ALLOWED,
        AT_ONCE - _ALLOWED,
    )


def test_the_right_password_is_nobodys_guess_however_often_at_once(staff, tmp_path):
    _, password = staff.create(name := tmp_path.name, "王小明", Role.CONVENER, by="a1")
    assert answers(lambda _: staff.sign_in(name, password, address=str(tmp_path))) == (0, 0)
