"""Servers share a database; what must be alone with it waits for nobody and is refused."""

import pytest
from sqlalchemy import text

from voting.infra.database import Database
from voting.infra.occupancy import DatabaseInUse


@pytest.fixture
def another(database):
    """A second process's view of the same database, as far as locks are concerned."""
    opened = Database(database.engine.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def test_beside_a_server_nobody_is_alone(database, another):
    database.serve()
    with pytest.raises(DatabaseInUse), another.alone():
        pytest.fail("it was let in")
    database.close()
    with another.alone():
        pass


def test_several_servers_are_no_trouble(database, another):
    database.serve()
    another.serve()
    for each in (database, another):
        with each.write() as session:
            session.execute(text("DELETE FROM rosters"))


def test_while_somebody_is_alone_no_server_starts_and_no_other_work_begins(database, another):
    with database.alone():
        with pytest.raises(DatabaseInUse):
            another.serve()
        with pytest.raises(DatabaseInUse), another.alone():
            pytest.fail("it was let in")
        with database.write() as session:
            session.execute(text("DELETE FROM rosters"))
        database.compact()
    another.serve()


def test_work_that_failed_lets_the_next_in(database, another):
    with pytest.raises(ZeroDivisionError), database.alone():
        raise ZeroDivisionError
    with another.alone():
        pass


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_that_lost_its_connections_is_back_with_the_next(database, another):
    """PostgreSQL was restarted: until the server asks again it is not there, then it is."""
    database.serve()
    with another.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    database.engine.dispose()
    with another.alone(), pytest.raises(DatabaseInUse), database.read() as session:
        session.execute(text("SELECT 1"))
    with database.read() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(DatabaseInUse), another.alone():
        pytest.fail("it was let in")
