"""Reads every table that a log stands behind, in one snapshot, and compares them all.

Not in any log, and therefore not compared: sealed identities and the keyed indexes to them, names
and passwords of accounts, sessions, challenges, codes, notices to owners, counts of refused
ballots, and the first reading of a paper that no second clerk has confirmed. Of a scan only its
presence is compared; what is in it is compared with its digest by whoever reads it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from voting.assembly.store import AssemblyRow, VotersRow
from voting.box.store import BallotObjectionRow, BallotRow, PaperEntryRow, ScanRow, SlotRow
from voting.identity.store import DeviceKeyRow
from voting.infra.orm import Base
from voting.kernel import canonical
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.service import Ledger
from voting.ledger.store import EntryRow, LogRow, NodeRow
from voting.ledger.tree import leaf_hash
from voting.outcome.audit.assemblies import compare_assemblies, compare_log, compare_pins
from voting.outcome.audit.box import BoxAudit
from voting.outcome.audit.contest import compare_contest
from voting.outcome.audit.differences import Difference, Differences
from voting.outcome.audit.register import (
    Register,
    compare_accounts,
    compare_certificates,
    compare_corrections,
    compare_keys,
    compare_objections,
    compare_readings,
    compare_rosters,
)
from voting.outcome.store import CertificateRow
from voting.roster.store import CorrectionRow, ObjectionRow, ReadingRow, RosterRow
from voting.staff.store import AccountRow

_Row = TypeVar("_Row", bound=Base)


@dataclass(frozen=True)
class _Log:
    """One log as stored: entries as bytes, and as objects by position."""

    raw: list[bytes]
    entries: Mapping[int, dict[str, Any]]


def audit(
    session: Session, ledger: Ledger, basis: Callable[[str, str], Opening]
) -> list[Difference]:
    """Compare every table with the log behind it.

    Parameters
    ----------
    session
        A reading transaction; a server may run meanwhile.
    basis
        Opens the commitment to the words on what a roster rests, by its id.

    Returns
    -------
    list of Difference
        By log, the register first; empty if tables and logs agree.
    """
    origin = ledger.origins.register
    found = Differences(origin)
    log = _read_log(session, ledger, found)
    register = Register(log.entries)
    rosters = {row.roster_id: row for row in _rows(session, RosterRow)}
    assemblies = _rows(session, AssemblyRow)

    compare = found.attempt
    compare("rosters", None, compare_rosters, found, register, list(rosters.values()), basis)
    corrections = _rows(session, CorrectionRow)
    compare("roster_corrections", None, compare_corrections, found, register, corrections, rosters)
    objections = _rows(session, ObjectionRow)
    compare("roster_objections", None, compare_objections, found, register, objections)
    keys = _rows(session, DeviceKeyRow)
    compare("device_keys", None, compare_keys, found, register, keys, rosters)
    readings = _rows(session, ReadingRow)
    compare("roster_readings", None, compare_readings, found, register, readings)
    accounts = _rows(session, AccountRow)
    compare("staff_accounts", None, compare_accounts, found, register, accounts)
    compare("assemblies", None, compare_assemblies, found, register, assemblies, rosters)
    certificates = {row.assembly_id: row for row in _rows(session, CertificateRow)}
    compare("certificates", None, compare_certificates, found, register, certificates.values())
    known = {str(entry.get("origin")) for entry in register.of("assembly").values()} | {origin}
    for each in _rows(session, LogRow):
        if each.origin not in known:
            found.add("logs", None, f"日志 {each.origin} 不在登记簿中")

    differences = found.found
    tables = _OfAssemblies(session)
    acts = {
        str(entry.get("correction")): place
        for place, entry in register.of("roster-correction").items()
    }
    for row in assemblies:
        own = ledger.origins.assembly(row.assembly_id)
        if row.notice is None or own not in known:
            continue
        there = Differences(own)
        ballots = _read_log(session, ledger, there)
        roster = rosters.get(row.roster_id)
        if roster is None:
            # Without foreign keys somebody could have it point anywhere.
            there.add("assemblies", 0, "roster_id 与日志不符")
            differences += there.found
            continue
        erased = roster.erased_at is not None
        certificate = certificates.get(row.assembly_id)
        there.attempt(
            "assemblies", None, compare_log, there, ballots.entries, row,
            tables.voters[row.assembly_id], certificate, roster,
        )  # fmt: skip
        there.attempt(
            "log_entries", None, compare_pins, there, register,
            (ledger.key(origin), log.raw), (row.assembly_id, ledger.key(own), ballots.raw), acts,
        )  # fmt: skip
        clerks = {
            entry["position"]: entry["entered_by"]
            for entry in register.acts("accept-paper").values()
            if entry["assembly"] == row.assembly_id
        }
        there.attempt(
            "ballots", None, _compare_box, there, row, roster, ballots, tables, clerks, erased
        )
        differences += there.found
    return differences


class _OfAssemblies:
    """The rows of ballot boxes, by assembly."""

    def __init__(self, session: Session) -> None:
        self.voters: defaultdict[str, list[VotersRow]] = defaultdict(list)
        self.ballots: defaultdict[str, list[BallotRow]] = defaultdict(list)
        self.slots: defaultdict[str, list[SlotRow]] = defaultdict(list)
        self.paper: defaultdict[str, list[PaperEntryRow]] = defaultdict(list)
        for voters in _rows(session, VotersRow):
            self.voters[voters.assembly_id].append(voters)
        for ballot in _rows(session, BallotRow):
            self.ballots[ballot.assembly_id].append(ballot)
        for slot in _rows(session, SlotRow):
            self.slots[slot.assembly_id].append(slot)
        for entry in _rows(session, PaperEntryRow):
            self.paper[entry.assembly_id].append(entry)
        # Names only: what was scanned is large.
        self.scans: defaultdict[str, list[str]] = defaultdict(list)
        for assembly_id, digest in session.execute(select(ScanRow.assembly_id, ScanRow.digest)):
            self.scans[assembly_id].append(digest)
        self.objections: defaultdict[str, list[BallotObjectionRow]] = defaultdict(list)
        for objection in _rows(session, BallotObjectionRow):
            self.objections[objection.assembly_id].append(objection)


def _compare_box(
    found: Differences,
    row: AssemblyRow,
    roster: RosterRow,
    log: _Log,
    tables: _OfAssemblies,
    clerks: Mapping[int, str],
    erased: bool,  # noqa: FBT001 - handed through by `attempt`, which takes places only
) -> None:
    box = BoxAudit(found, row.notice or b"", roster.document, clerks, erased=erased)
    key = row.assembly_id
    box.compare(
        log.entries, tables.ballots[key], tables.slots[key], tables.paper[key], tables.scans[key]
    )
    compare_contest(found, log.entries, tables.objections[key], roster.document, erased=erased)


def _read_log(session: Session, ledger: Ledger, found: Differences) -> _Log:
    """Read one log, and compare its stored tree and length with its entries."""
    origin = found.log
    rows = session.scalars(
        select(EntryRow).where(EntryRow.origin == origin).order_by(EntryRow.position)
    ).all()
    # SQLite keeps a text that somebody wrote where bytes belong.
    raw = [row.entry if isinstance(row.entry, bytes) else b"" for row in rows]
    places = [row.position for row in rows]
    try:
        ledger.check(session, origin)
    except (LedgerCorrupt, Refusal, TypeError):
        _name_damage(session, found, raw, places)
    entries = {}
    for place, data in zip(places, raw, strict=True):
        try:
            entry = canonical.decode(data)
        except Refusal:
            entry = None
        if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
            found.add("log_entries", place, "条目无法读取")
        else:
            entries[place] = entry
    return _Log(raw, entries)


def _name_damage(session: Session, found: Differences, raw: list[bytes], places: list[int]) -> None:
    """Say where a log's entries, its stored tree and its length do not agree."""
    leaves = dict(
        session.execute(
            select(NodeRow.position, NodeRow.hash).where(
                NodeRow.origin == found.log, NodeRow.level == 0
            )
        ).all()
    )
    named = len(found.found)
    for place in sorted(leaves.keys() - set(places)):
        found.add("log_entries", place, "条目缺失，树中有它的哈希")
    for place, entry in zip(places, raw, strict=True):
        if leaves.get(place) != leaf_hash(entry):
            found.add("log_entries", place, "条目与树中保存的哈希不符")
    size = session.scalar(select(LogRow.size).where(LogRow.origin == found.log))
    if size != len(raw):
        found.add("logs", None, "size 与条目数不符")
    if len(found.found) == named:
        found.add("log_nodes", None, "树的上层哈希与条目不符")


def _rows(session: Session, table: type[_Row]) -> list[_Row]:
    """Read a whole table in the order of its key."""
    return list(session.scalars(select(table).order_by(*inspect(table).primary_key)))
