"""Whatever column of a table with a log behind it is altered in any row, the audit notices."""

from dataclasses import replace

import pytest
import sqlalchemy
from sqlalchemy import Boolean, LargeBinary, column, select, text, update
from sqlalchemy.orm import Session

from tests.voting.box.test_paper import enter, paper
from tests.voting.outcome.eventful import hold_contested
from tests.voting.outcome.test_audit import created, differences, full, tables_named
from tests.voting.outcome.test_correction import certify
from voting.box.paper import PaperBallot
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
"""Tables of secrets, of what is private, or of what outsiders signed: see the audit's own words."""

IN_NO_LOG = {
    "assemblies.created_at", "staff_accounts.created_at",
    # Secrets of staff, and who they are.
    "staff_accounts.identity_index", "staff_accounts.must_change_password", "staff_accounts.name",
    "staff_accounts.password_hash", "staff_accounts.username",
    # Printed on the certificate, whose digest is in the log.
    "certificates.number",
    # A reading of a paper that no second clerk has confirmed; and when the first was.
    "paper_entries.assembly_id", "paper_entries.content", "paper_entries.entered_at",
    "paper_entries.entered_by", "paper_entries.serial",
    # Committed to, and sealed: only with the key outside of the database can it be compared.
    "paper_scans.key_version", "paper_scans.sealed", "roster_objections.concern",
    "roster_objections.entered_by", "roster_objections.key_version",
    "roster_objections.owner_code", "roster_objections.sealed", "roster_objections.unit_key",
    # What was found at the import, and from which frozen version an amended one set out.
    "rosters.corrects", "rosters.findings",
}  # fmt: skip
"""Columns of the others that nothing follows from, or that are sealed."""
CONFIRMED = IN_NO_LOG - {
    "paper_entries.assembly_id", "paper_entries.content", "paper_entries.entered_by",
    "paper_entries.serial",
}  # fmt: skip
"""The same where every paper was read by two."""


def scanned(world):
    """One assembly with scans on a paper, one without units, and an objection to a ballot."""
    created(world)
    hold_contested(world)
    digest = world.scans.keep(world.assembly_id, b"%PDF-1.7 a ballot")
    for clerk in ("k1", "k2"):
        enter(world, replace(paper(units=["2-1-101"]), scans=(digest,)), clerk)
        enter(world, PaperBallot("8", (), {}, "无法辨认"), clerk)
    return world


def others(altered, value):
    """Values that somebody could write instead."""
    match value:
        case bytes():
            yield value + b"x"
        case str():
            yield value + "x"
        case int():
            yield 1 - value if isinstance(altered.type, Boolean) else value + 1000
        case None if isinstance(altered.type, LargeBinary):
            yield b"x"
        case None:
            yield "x" if isinstance(altered.type, Text) else 7
    if altered.nullable and value is not None:
        yield None


def unnoticed(world, table):
    """Columns of a table that can be altered in some row, and nothing is found."""
    missed = set()
    # Without types, as somebody with a shell on the database sees it.
    names = (*table.columns.keys(), "rowid")
    bare = sqlalchemy.table(table.name, *map(column, names))
    with Session(world.database.engine) as session:
        rows = session.execute(select(bare)).mappings().all()
    for row in {0: rows[0], 1: rows[-1]}.values() if rows else ():
        altered = update(bare).where(bare.c.rowid == row["rowid"])
        for each in table.columns:
            for value in others(each, row[each.name]):
                with Session(world.database.engine) as session:
                    session.execute(text("PRAGMA defer_foreign_keys=ON"))
                    session.execute(altered.values({each.name: value}))
                    if not differences(world, session):
                        missed.add(f"{table.name}.{each.name}")
                    session.rollback()
    return missed


def test_every_table_is_compared_or_named_as_one_that_is_not():
    assert Base.metadata.tables.keys() == COMPARED | NOT_COMPARED


@pytest.mark.parametrize(("stage", "allowed"), [(full, IN_NO_LOG), (scanned, CONFIRMED)])
def test_no_column_is_altered_unnoticed_but_those_that_are_named(world, stage, allowed):
    stage(world)
    with world.database.read() as session:
        assert differences(world, session) == []
    missed = set()
    for name in sorted(COMPARED):
        missed |= unnoticed(world, Base.metadata.tables[name])
    assert missed <= allowed


def test_scans_and_objections_that_were_erased_are_no_difference(world):
    certify(scanned(world))
    world.clock.advance(days=6 * 366)
    world.outcomes.erase(world.clock.moment, (), by="operator")
    with world.database.read() as session:
        assert differences(world, session) == []


@pytest.mark.parametrize("table", ["ballots", "ballot_objections"])
def test_only_what_was_erased_is_empty_and_what_was_erased_stays_so(world, table):
    certify(scanned(world))
    emptied = f"UPDATE {table} SET data = x'', salt = x''"  # noqa: S608 - ours
    if table == "ballots":
        emptied += ", choices = x''"
    assert table in {named for named, _ in tables_named(world, emptied)}
    world.clock.advance(days=6 * 366)
    world.outcomes.erase(world.clock.moment, (), by="operator")
    filled = f"UPDATE {table} SET data = x'78'"  # noqa: S608 - ours
    assert table in {named for named, _ in tables_named(world, filled)}
