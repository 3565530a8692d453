"""The ballot box against an assembly's log: ballots, slots and paper entries rebuilt from it."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from tally.model import Agenda
from tally.one_voice import as_received
from tally.slots import fill_slots
from voting.assembly import notice as notices
from voting.box import paper
from voting.box.entries import PAPER, PHONE
from voting.box.store import BallotRow, PaperEntryRow, SlotRow
from voting.count.logged import LoggedBallot, columns, read_ballot
from voting.kernel import canonical, dsse
from voting.kernel.clock import timestamp
from voting.kernel.commitment import Opening
from voting.outcome.audit.differences import Differences
from voting.outcome.audit.register import Entry
from voting.roster.document import RosterDocument


class BoxAudit:
    """One assembly's ballot box.

    Parameters
    ----------
    found
        Where differences go; its log is the assembly's.
    notice, roster
        The pinned documents as stored; other comparisons check them against the logs.
    clerks
        Who the register says read each paper first, by its position.
    erased
        Whether the retention period is over and what was chosen was overwritten.
    """

    def __init__(
        self,
        found: Differences,
        notice: bytes,
        roster: bytes,
        clerks: Mapping[int, str],
        *,
        erased: bool,
    ) -> None:
        self._found = found
        self._agenda: Agenda = notices.parse(notice).agenda
        self._roster = RosterDocument.from_bytes(roster)
        self._clerks = clerks
        self._erased = erased
        self._opened: dict[int, LoggedBallot] = {}
        self._log_size = 0

    def compare(
        self,
        entries: Mapping[int, Entry],
        ballots: Iterable[BallotRow],
        slots: Iterable[SlotRow],
        papers: Iterable[PaperEntryRow],
        scans: Collection[str],
    ) -> None:
        """Open every ballot against the log, then rebuild what follows from them."""
        logged = {
            place: entry for place, entry in entries.items() if entry["type"] in {PHONE, PAPER}
        }
        ballots = list(ballots)
        self._log_size = len(entries)
        self._found.match(
            "ballots", ((row.position, row) for row in ballots), logged, self._compare_ballot
        )
        # Slots follow from all ballots together: from some of them they would follow falsely.
        if len(self._opened) == len(logged):
            self._found.attempt("slots", None, self._compare_slots, list(slots))
        self._compare_paper(logged, ballots, list(papers), scans)

    def _compare_ballot(self, position: int, row: BallotRow, entry: Entry) -> None:
        same = self._found.same
        same(
            "ballots", position,
            channel=(row.channel, entry["type"]),
            received_at=(timestamp(row.received_at), entry["at"]),
        )  # fmt: skip
        # Any length from the ballot on proves it; which one was signed only its receipt says.
        if not position < row.log_size <= self._log_size:
            self._found.add("ballots", position, "log_size 与日志不符")
        if self._erased and row.data == row.salt == row.choices == b"":
            return
        if Opening(row.salt, row.data).commitment != entry["commitment"]:
            self._found.add("ballots", position, "data 不是日志所承诺的表决票")
            return
        ballot = self._opened[position] = read_ballot(position, entry, row.data, self._agenda)
        codes = [self._roster.unit_code[unit] for unit in ballot.units]
        text = dsse.parse(row.data).payload if ballot.kind == PHONE else row.data
        sequence = canonical.decode(text)["sequence"] if ballot.kind == PHONE else 1
        same(
            "ballots", position,
            digest=(row.digest, canonical.digest(text)),
            void=(row.void, ballot.void),
            sequence=(row.sequence, sequence),
            group_code=(row.group_code, self._roster.units[codes[0]].group if codes else None),
            unit_codes=(row.unit_codes, np.array(codes, "<i4").tobytes()),
            choices=(row.choices, np.array(ballot.choices, np.int8).tobytes()),
        )  # fmt: skip

    def _compare_slots(self, rows: list[SlotRow]) -> None:
        opened = [self._opened[place] for place in sorted(self._opened)]
        filled = fill_slots(
            as_received(
                columns(self._roster, self._agenda, opened),
                self._roster.columns,
                self._agenda.policies,
            ),
            len(self._roster.units),
            self._agenda.policies,
            delivered=None,
            struck=(),
        )
        expected = {
            unit: opened[holder].position
            for unit, holder in enumerate(filled.holder.tolist())
            if holder < filled.ballots
        }
        stored = {row.unit_code: row.position for row in rows}
        for unit in sorted(expected.keys() | stored.keys()):
            position = expected.get(unit)
            if unit not in stored:
                self._found.add("slots", position, f"第 {unit} 套房屋的票在日志中，表中没有")
            elif position is None:
                self._found.add("slots", stored[unit], f"第 {unit} 套房屋在日志中没有有效的票")
            elif stored[unit] != position:
                self._found.add("slots", position, f"第 {unit} 套房屋以哪张票为准与日志不符")

    def _compare_scans(self, position: int, data: bytes, kept: Collection[str]) -> None:
        if not set(paper.parse(data).scans) <= set(kept):
            self._found.add("paper_scans", position, "票上所记的扫描件不在表中")

    def _compare_paper(
        self,
        logged: Mapping[int, Entry],
        ballots: list[BallotRow],
        rows: list[PaperEntryRow],
        scans: Collection[str],
    ) -> None:
        content = {row.position: row.data for row in ballots}
        papers = {place: entry for place, entry in logged.items() if entry["type"] == PAPER}

        def accepted(position: int, row: PaperEntryRow, _entry: Entry) -> None:
            if self._erased and row.content == b"":
                return
            serial = canonical.decode(row.content)["serial"]
            # Papers from before the register said so have no such act.
            clerk = self._clerks.get(position, row.entered_by)
            self._found.same(
                "paper_entries", position,
                entered_by=(row.entered_by, clerk),
                content=(row.content, content.get(position)),
                serial=(row.serial, serial),
            )  # fmt: skip

        for place, row in sorted(content.items()):
            if place in papers and row != b"":
                self._found.attempt("paper_scans", place, self._compare_scans, place, row, scans)

        taken = [row for row in rows if row.accepted_position is not None]
        self._found.match(
            "paper_entries", ((row.accepted_position, row) for row in taken), papers, accepted
        )
