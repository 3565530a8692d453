"""Assemblies against the register and against their own logs, but for their ballots."""

from collections.abc import Iterable, Mapping
from typing import Any

from voting.assembly.entries import CORRECTION
from voting.assembly.model import State
from voting.assembly.store import AssemblyRow, VotersRow
from voting.kernel import canonical
from voting.kernel.clock import parse_timestamp
from voting.kernel.commitment import Opening
from voting.ledger.checkpoint import Checkpoint, open_checkpoint
from voting.ledger.note import NoteKey
from voting.ledger.tree import leaf_hash, root_of
from voting.outcome.audit.differences import Differences
from voting.outcome.audit.register import Entry, Register, digest_of, moment_of
from voting.outcome.store import CertificateRow
from voting.roster.store import RosterRow

_TABLE = "assemblies"
_AT_MOST_SECONDS = 60
"""The clock is read twice at an opening: for the table, and for the register's entry."""


def compare_assemblies(
    found: Differences,
    register: Register,
    rows: Iterable[AssemblyRow],
    rosters: Mapping[str, RosterRow],
) -> None:
    """Compare every assembly with what the register announced of it."""
    rows = list(rows)
    opened, closed = (
        {entry["assembly"]: place for place, entry in register.of(kind).items()}
        for kind in ("assembly-opened", "assembly-closed")
    )
    certified = {entry["assembly"] for entry in register.of("certificate").values()}

    def announced(position: int, row: AssemblyRow, entry: Entry) -> None:
        notice = canonical.decode(row.notice or b"")
        found.same(
            _TABLE, position,
            assembly_id=(row.assembly_id, entry["assembly"]),
            notice=(digest_of(row.notice), entry["notice"]),
            roster_id=(rosters[row.roster_id].digest, entry["roster"]),
            title=(row.title, notice["agenda"]["title"]),
            community=(row.community, notice["community"]),
            agenda=(row.agenda, canonical.encode(notice["agenda"])),
            published_at=(moment_of(row.published_at), notice["published_at"]),
            opened_position=(row.opened_position, opened.get(row.assembly_id)),
            closed_position=(row.closed_position, closed.get(row.assembly_id)),
            state=(row.state, _state(row.assembly_id, opened, closed, certified)),
        )  # fmt: skip
        _opened(found, register, row)

    published = [row for row in rows if row.state != State.DRAFT or row.manifest_position]
    found.match(
        _TABLE,
        ((row.manifest_position, row) for row in published),
        register.of("assembly"),
        announced,
    )
    drafted = {entry["assembly"] for entry in register.acts("draft-assembly").values()}
    for row in rows:
        if row.assembly_id not in drafted:
            found.add(_TABLE, row.manifest_position, f"会议 {row.assembly_id} 没有起草的记录")


def _state(
    assembly_id: str, opened: Mapping[str, int], closed: Mapping[str, int], certified: set[str]
) -> str:
    if assembly_id in certified:
        return State.CERTIFIED.value
    if assembly_id in closed:
        return State.CLOSED.value
    return (State.OPEN if assembly_id in opened else State.NOTICED).value


def _opened(found: Differences, register: Register, row: AssemblyRow) -> None:
    entry = register.entries.get(-1 if row.opened_position is None else row.opened_position)
    if entry is None or row.opened_at is None:
        if entry is not None or row.opened_at is not None:
            found.add(_TABLE, row.opened_position, "opened_at 与日志不符")
        return
    late = (parse_timestamp(entry["at"]) - row.opened_at).total_seconds()
    if not 0 <= late <= _AT_MOST_SECONDS:
        found.add(_TABLE, row.opened_position, "opened_at 与日志不符")


def compare_log(
    found: Differences,
    entries: Mapping[int, Entry],
    row: AssemblyRow,
    voters: Iterable[VotersRow],
    certificate: CertificateRow | None,
    roster: RosterRow,
) -> None:
    """Compare an assembly with its own log: notice, who may vote, close, result."""
    first = entries[0]
    found.same(
        _TABLE, 0,
        notice=(digest_of(row.notice), first["notice"]),
        roster_id=(roster.digest, first["roster"]),
    )  # fmt: skip
    closes = {place: entry for place, entry in entries.items() if entry["type"] == "close"}
    (place, close) = next(iter(closes.items()), (None, {}))
    found.same(_TABLE, place, closed_at=(moment_of(row.closed_at), close.get("at")))
    results = {place: entry for place, entry in entries.items() if entry["type"] == "result"}
    (place, result) = next(iter(results.items()), (None, {}))
    issued = None if certificate is None else digest_of(certificate.result)
    found.same("certificates", place, result=(issued, result.get("result")))
    committed = {place: entry for place, entry in entries.items() if "voters" in entry}
    erased = roster.erased_at is not None

    def opened(position: int, row: VotersRow, entry: Entry) -> None:
        if not (erased and row.document == row.salt == b""):
            opening = Opening(row.salt, row.document).commitment
            found.same("assembly_voters", position, document=(opening, entry["voters"]))

    found.match("assembly_voters", ((each.position, each) for each in voters), committed, opened)


def compare_pins(
    found: Differences,
    register: Register,
    own: tuple[NoteKey, list[bytes]],
    assembly: tuple[str, NoteKey, list[bytes]],
    acts: Mapping[str, int],
) -> None:
    """Compare the signed checkpoints that the two logs hold of each other.

    Parameters
    ----------
    own
        Key and entries of the register.
    assembly
        Id, key and entries of an assembly's log.
    acts
        Places in the register of the corrections, by their digest.
    """
    assembly_id, key, entries = assembly

    def pinned(note: Any, key: NoteKey, log: list[bytes]) -> bool:  # noqa: ANN401 - JSON
        signed = open_checkpoint(note.encode(), key)
        begun = log[: signed.size]
        return signed == Checkpoint(key.name, len(begun), root_of([leaf_hash(e) for e in begun]))

    def kept(position: int, note: Any, key: NoteKey, log: list[bytes]) -> None:  # noqa: ANN401
        if not pinned(note, key, log):
            found.add("log_entries", position, f"日志 {key.name} 与所固定的检查点不符")

    for kind in ("assembly-opened", "assembly-closed"):
        for place, entry in register.of(kind).items():
            if entry["assembly"] == assembly_id:
                found.attempt("log_entries", place, kept, place, entry["checkpoint"], key, entries)
    for place, entry in enumerate(map(canonical.decode, entries)):
        if entry["type"] == "notice":
            found.attempt("log_entries", place, kept, place, entry["register"], *own)
        if entry["type"] == CORRECTION and entry["correction"] not in acts:
            found.add("roster_corrections", place, "会议日志所记的更正不在登记簿中")
