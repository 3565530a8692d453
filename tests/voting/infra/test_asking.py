"""Statements written once mean the same on both engines, asked one by one or ahead."""

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from voting.infra.asking import Question, ask, ask_ahead, in_flight, tell
from voting.infra.bulk import among, insert_rows
from voting.roster.store import RosterRow

MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
WHEN = select(RosterRow.version, RosterRow.imported_at, RosterRow.frozen_at).where(
    RosterRow.roster_id == bindparam("roster_id")
)
NAMED = (
    select(RosterRow.version)
    .where(among(RosterRow.roster_id, "roster_ids"))
    .order_by(RosterRow.version)
)
RENUMBER = (
    update(RosterRow)
    .where(RosterRow.roster_id == bindparam("named"))
    .values(version=bindparam("number"))
)


def when(roster_id):
    return Question(WHEN, {"roster_id": roster_id})


def named(*roster_ids):
    return Question(NAMED, {"roster_ids": roster_ids})


def insert(session, *numbers):
    shared = {
        "community": "桂花园", "document": b"", "digest": "", "source_digest": "",
        "supplied_by": "其他", "basis": "", "imported_at": MOMENT, "frozen_at": None,
        "register_position": None,
    }  # fmt: skip
    columns = {"roster_id": [f"r{number}" for number in numbers], "version": numbers}
    insert_rows(session, RosterRow, shared, columns)


@pytest.fixture
def session(database):
    with database.write() as session:
        insert(session, 1, 2, 3)
        yield session


@pytest.mark.parametrize("ahead", [False, True])
def test_answers_are_the_same_ahead_or_not(session, ahead):
    if ahead:
        ask_ahead(session, [when("r2"), named("r3", "r1", "r9")])
    assert [tuple(row) for row in ask(session, when("r2"))] == [(2, MOMENT, None)]
    assert [tuple(row) for row in ask(session, named("r3", "r1", "r9"))] == [(1,), (3,)]
    assert ask(session, when("r9")) == []


def test_an_answer_is_given_once_and_to_its_question_only(session):
    ask_ahead(session, [when("r1")])
    assert ask(session, when("r2"))[0][0] == 2
    ask_ahead(session, [when("r1")])
    tell(session, RENUMBER, {"named": "r1", "number": 7})
    assert [ask(session, when("r1"))[0][0] for _ in "ab"][1] == 7


def test_what_was_added_by_the_orm_is_seen(session):
    session.add(RosterRow(roster_id="r4", community="", version=4, document=b"", digest="",
                          source_digest="", supplied_by="其他", basis="", imported_at=MOMENT,
                          frozen_at=MOMENT, register_position=None))  # fmt: skip
    assert [tuple(row) for row in ask(session, when("r4"))] == [(4, MOMENT, MOMENT)]


def test_what_is_told_in_flight_is_done_at_the_end(session):
    with in_flight(session):
        insert(session, 4, 5)
        tell(session, RENUMBER, {"named": "r4", "number": 44})
    assert [row[0] for row in ask(session, named("r4", "r5"))] == [5, 44]


def test_what_goes_wrong_in_flight_undoes_the_transaction(database):
    with pytest.raises(IntegrityError), database.write() as session, in_flight(session):
        insert(session, 1, 1)
    with database.read() as session:
        assert ask(session, named("r1")) == []


def test_columns_of_different_lengths_are_no_rows(session):
    with pytest.raises(ValueError, match="no rows"):
        insert_rows(session, RosterRow, {}, {"roster_id": ["r4", "r5"], "version": [4]})


def ask_on_a_lost_connection(database):
    with database.write() as session:
        driver = session.connection().connection.driver_connection
        with psycopg.connect(driver.info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])
        ask(session, when("r1"))


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_lost_connection_is_told_as_such_and_not_used_again(database):
    with pytest.raises(OperationalError):
        ask_on_a_lost_connection(database)
    with database.read() as session:
        assert ask(session, when("r1")) == []
