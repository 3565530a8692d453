"""Whatever column of a table with a log behind it is altered in any row, the audit notices."""

from dataclasses import replace

import pytest
from sqlalchemy import Boolean, LargeBinary, text
from sqlalchemy.orm import Session

from tests.voting.box.test_paper import enter, paper
from tests.voting.outcome.eventful import hold_contested
from tests.voting.outcome.test_audit import created, differences, full
from voting.infra.orm import Base, Text

COMPARED = {
    "assemblies", "assembly_voters", "ballot_objections", "ballots", "certificates", "device_keys",
    "log_entries", "log_nodes", "logs", "paper_entries", "paper_scans", "roster_corrections",
    "roster_objections", "roster_readings", "rosters", "slots", "staff_accounts",
}  # fmt: skip
NOT_COMPARED = {
    "challenges", "log_cosignatures", "one_time_codes", "owner_notices", "owner_phones", "owners",
    "refusal_counts", "roster_mandates", "staff_sessions", "titles",
}  # fmt: skip
"""Tables that hold secrets, what is private, or what outsiders signed: see the audit's own words."""

IN_NO_LOG = {
    "assemblies.created_at",
}
"""Columns of the others that nothing follows from, or that are sealed and open only with a key."""


def scanned(world):
    """One assembly with scans on its papers, and an objection of a co-owner to a ballot."""
    created(world)
    hold_contested(world)
    digest = world.scans.keep(world.assembly_id, b"%PDF-1.7 a ballot")
    for clerk in ("k1", "k2"):
        enter(world, replace(paper(units=["2-1-101"]), scans=(digest,)), clerk)
    return world


def others(column, value):
    """Values that somebody could write instead."""
    match value:
        case bytes():
            yield value + b"x"
        case str():
            yield value + "x"
        case int():
            yield 1 - value if isinstance(column.type, Boolean) else value + 1000
        case None if isinstance(column.type, LargeBinary):
            yield b"x"
        case None:
            yield "x" if isinstance(column.type, Text) else 7
    if column.nullable and value is not None:
        yield None


def unnoticed(world, table):
    """Columns of a table that can be altered in some row, and nothing is found."""
    missed = set()
    with Session(world.database.engine) as session:
        rows = session.execute(text(f"SELECT rowid, * FROM {table.name}")).mappings().all()
    for row in {0: rows[0], 1: rows[-1]}.values() if rows else ():
        for column in table.columns:
            for value in others(column, row[column.name]):
                with Session(world.database.engine) as session:
                    session.execute(text("PRAGMA defer_foreign_keys=ON"))
                    statement = text(f"UPDATE {table.name} SET {column.name} = :v WHERE rowid = :r")
                    session.execute(statement, {"v": value, "r": row["rowid"]})
                    if not differences(world, session):
                        missed.add(f"{table.name}.{column.name}")
                    session.rollback()
    return missed


def test_every_table_is_compared_or_named_as_one_that_is_not():
    assert Base.metadata.tables.keys() == COMPARED | NOT_COMPARED


@pytest.mark.parametrize("stage", [full, scanned])
def test_no_column_is_altered_unnoticed_but_those_that_are_named(world, stage):
    stage(world)
    with world.database.read() as session:
        assert differences(world, session) == []
    missed = set()
    for name in sorted(COMPARED):
        missed |= unnoticed(world, Base.metadata.tables[name])
    assert missed == IN_NO_LOG
