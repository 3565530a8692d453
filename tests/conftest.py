"""What every test may ask for: real databases, a real Redis-compatible server, a moving clock."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.servers import create_database, empty_database, postgres_server, valkey_server
from voting.infra.database import Database
from voting.infra.migrate import upgrade

# Nothing is timed, so that no test fails because the machine is busy.
_UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

# The examples of a test follow from its text: what fails once fails every time.
settings.register_profile("repeatable", derandomize=True, database=None, **_UNHURRIED)
# For `make fuzz`: other examples every time.
settings.register_profile("fuzz", database=None, print_blob=True, **_UNHURRIED)
settings.load_profile("repeatable")


def pytest_sessionstart(session):
    """Let the same commit draw the same examples, whatever else has been imported by then.

    Hypothesis also draws constants that it finds in the modules loaded so far, which differ
    between one file and all of them, and with the path of the checkout.
    """
    if settings.default.derandomize:
        providers._get_local_constants = providers.Constants


@pytest.fixture(scope="session")
def postgres_url():
    """One PostgreSQL server for the session."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url():
    """One Redis-compatible server for the session."""
    with valkey_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    """Each engine the product runs on."""
    return request.param


@pytest.fixture
def database_url(engine, request, tmp_path):
    """The URL of an empty database, once for each engine."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return create_database(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("templates") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url):
    """The URL of a migrated PostgreSQL database, to be emptied: far quicker than another one."""
    url = create_database(postgres_url)
    _migrate(url)
    return url


def _migrate(url):
    database = Database(url)
    upgrade(database.engine)
    database.close()


@pytest.fixture
def database(engine, request, tmp_path):
    """A migrated database, once for each engine."""
    if engine == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("migrated_postgres")
        empty_database(url)
    database = Database(url)
    yield database
    database.close()


class MovingClock:
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.moment = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    def __call__(self):
        return self.moment

    def advance(self, **span):
        self.moment += timedelta(**span)


@pytest.fixture
def clock():
    """Monday 2 March 2026, ten in the morning in Beijing."""
    return MovingClock()
