"""What the two kinds of transaction promise, on both engines."""

import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError

from voting.identity.store import ChallengeRow
from voting.infra.database import Database
from voting.infra.orm import Moment
from voting.roster.store import RosterRow

MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def roster(number):
    return RosterRow(
        roster_id=f"r{number}", community="桂花园", version=number, document=b"", digest="",
        source_digest="",
        supplied_by="其他",
        basis="", imported_at=MOMENT, frozen_at=None, register_position=None,
    )  # fmt: skip


def count(session):
    return session.scalar(text("SELECT count(*) FROM rosters"))


def test_a_write_is_seen_by_the_next_reader(database):
    with database.write() as session:
        session.add(roster(1))
    with database.read() as session:
        assert count(session) == 1


def test_a_write_that_fails_did_not_happen(database):
    with pytest.raises(RuntimeError), database.write() as session:  # noqa: PT012 - the block is the claim
        session.add(roster(1))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert count(session) == 0


def test_a_reader_sees_one_snapshot_while_others_write(database):
    with database.read() as reading:
        assert count(reading) == 0
        with database.write() as writing:
            writing.add(roster(1))
        assert count(reading) == 0
    with database.read() as reading:
        assert count(reading) == 1


def test_a_reader_does_not_see_what_is_not_committed(database):
    with database.write() as writing:
        writing.add(roster(1))
        writing.flush()
        with database.read() as reading:
            assert count(reading) == 0


def test_nothing_written_by_a_reader_stays(database):
    """PostgreSQL takes nothing from a reader; SQLite forgets it."""
    refused = nullcontext() if database.is_sqlite else pytest.raises(InternalError)
    with refused, database.read() as session:
        session.add(roster(1))
        session.flush()
    with database.read() as session:
        assert count(session) == 0


def test_two_sqlite_writers_queue_instead_of_failing(sqlite_database):
    """The second takes the lock at BEGIN, so that what it reads is what the first left."""
    order, inside = [], threading.Event()

    def second():
        inside.wait()
        with sqlite_database.write() as session:
            order.append(("second sees", count(session)))
            session.add(roster(2))

    thread = threading.Thread(target=second)
    thread.start()
    with sqlite_database.write() as session:
        session.add(roster(1))
        session.flush()
        inside.set()
        time.sleep(0.1)
        order.append(("first leaves", count(session)))
    thread.join()
    assert order == [("first leaves", 1), ("second sees", 1)]


def test_sqlite_syncs_every_commit_to_the_disk(sqlite_database):
    with sqlite_database.read() as session:
        settings = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    full = 2
    assert settings == {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1}


def test_a_reference_to_nothing_is_refused(database):
    challenge = ChallengeRow(challenge="c", roster_id="nobody", expires_at=MOMENT)
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.write() as session:
        session.add(challenge)


def test_a_statement_that_fails_does_not_say_with_what(database):
    """Its text goes into the server's log: a database that was lost put whole ballots there."""
    with pytest.raises(DBAPIError) as failed, database.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "王小明"})
    assert "nowhere" in str(failed.value)
    assert "王小明" not in str(failed.value)


def test_a_moment_is_the_same_on_every_engine(database):
    east = MOMENT.astimezone(tz=None) + timedelta(seconds=1)
    with database.write() as session:
        row = roster(1)
        row.frozen_at = east
        session.add(row)
    with database.read() as session:
        kept = session.get_one(RosterRow, "r1")
        assert (kept.imported_at, kept.frozen_at) == (MOMENT, east)
        assert kept.imported_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_a_bug():
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(MOMENT.replace(tzinfo=None), None)


def test_the_engine_is_told_by_its_url(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    assert database.is_sqlite
    database.close()
