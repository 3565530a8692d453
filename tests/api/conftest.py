"""One small complex for all tests of the interface: setting it up costs seconds of hashing."""

from datetime import UTC, datetime

import pytest

from tests.complex import Complex
from tests.conftest import MovingClock
from tests.servers import create_database


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """A complex on SQLite. Its clock only moves forward; each test opens its own assembly."""
    clock = MovingClock()
    clock.moment = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    complex_ = Complex(tmp_path_factory.mktemp("town") / "data", clock)
    yield complex_
    complex_.shut()


@pytest.fixture(scope="session")
def city(tmp_path_factory, postgres_url, redis_url):
    """The same complex on PostgreSQL and Redis."""
    engines = {"YEZHU_DATABASE_URL": create_database(postgres_url), "YEZHU_REDIS_URL": redis_url}
    complex_ = Complex(tmp_path_factory.mktemp("city") / "data", MovingClock(), engines=engines)
    yield complex_
    complex_.shut()
