"""Many rows and many values at once mean the same on both engines."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from voting.identity.store import ChallengeRow
from voting.infra.bulk import among, insert_rows
from voting.infra.orm import UnreadableText
from voting.roster.store import RosterRow

MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def rosters(*numbers, **other):
    return [
        {
            "roster_id": f"r{number}", "community": "桂花园\t\\N\n二期", "version": number,
            "document": bytes([0, 9, 10, 92, 255]), "digest": "", "source_digest": "",
            "supplied_by": "其他", "basis": "", "imported_at": MOMENT, "frozen_at": None,
            "register_position": None,
        }
        | other
        for number in numbers
    ]  # fmt: skip


def insert(session, rows):
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "imported_at"}
    insert_rows(session, RosterRow, {"imported_at": MOMENT}, columns)


def test_rows_are_read_back_as_they_were_given(database):
    given = rosters(1, 2, 3)
    with database.write() as session:
        insert(session, given)
        insert_rows(session, RosterRow, {}, {name: [] for name in given[0]})
    with database.read() as session:
        rows = session.scalars(select(RosterRow).order_by(RosterRow.version)).all()
    assert [{name: getattr(row, name) for name in given[0]} for row in rows] == given


def test_what_was_added_before_is_there_for_rows_that_refer_to_it(database):
    with database.write() as session:
        (roster,) = rosters(1)
        session.add(RosterRow(**roster))
        shared = {"roster_id": "r1", "expires_at": MOMENT}
        insert_rows(session, ChallengeRow, shared, {"challenge": ["c"]})
    with database.read() as session:
        assert session.scalar(select(ChallengeRow.roster_id)) == "r1"


def test_a_text_that_no_database_holds_is_refused_here_as_well(database):
    with pytest.raises(UnreadableText), database.write() as session:
        insert(session, rosters(1, community="桂花园\x00"))
    with database.read() as session:
        assert session.scalar(select(RosterRow.roster_id)) is None


def test_one_row_too_many_leaves_none(database):
    with pytest.raises(Exception, match=r"(?i)unique"), database.write() as session:
        insert(session, rosters(1, 2, 1))
    with database.read() as session:
        assert session.scalar(select(RosterRow.roster_id)) is None


@pytest.mark.parametrize("wanted", [[], [2], [3, 2, 2, 9]])
def test_values_are_found_however_many_they_are(database, wanted):
    with database.write() as session:
        insert(session, rosters(1, 2, 3))
    with database.read() as session:
        for column, values in (
            (RosterRow.version, wanted),
            (RosterRow.roster_id, [f"r{number}" for number in wanted]),
        ):
            statement = select(RosterRow.version).where(among(column, "values"))
            assert set(session.scalars(statement, {"values": values})) == {1, 2, 3} & set(wanted)
