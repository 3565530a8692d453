"""What every test may ask for: real databases, a real Redis-compatible server, a moving clock."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from tests.servers import postgres_server, valkey_server
from voting.infra.database import Database
from voting.infra.migrate import upgrade


@pytest.fixture(scope="session")
def postgres_url():
    """One PostgreSQL server for the session; each test gets a database of its own in it."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url():
    """One Redis-compatible server for the session."""
    with valkey_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The URL of an empty database, once for each engine the product runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server = request.getfixturevalue("postgres_url")
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def database(database_url):
    """A migrated database."""
    database = Database(database_url)
    upgrade(database.engine)
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
