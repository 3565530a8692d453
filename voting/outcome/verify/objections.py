"""The objections of co-owners in a bundle, checked as the box checks them (domain C-1)."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tally.one_voice import as_received
from tally.slots import fill_slots
from voting.box.entries import PHONE
from voting.box.objection import verify
from voting.count.logged import (
    LoggedBallot,
    ballot_entries,
    columns,
    objection_entries,
    read_ballot,
)
from voting.kernel import dsse
from voting.kernel.clock import parse_timestamp
from voting.kernel.refusal import Refusal
from voting.outcome.evidence import Evidence
from voting.outcome.verify.finding import Problems
from voting.outcome.verify.keys import Keys
from voting.roster.document import RosterDocument


def check_commitments(evidence: Evidence) -> Problems:
    """Compare every objection with what the log committed to."""
    logged = dict(objection_entries(evidence.log))
    openings = evidence.objection_openings
    for position in sorted(logged.keys() ^ openings.keys()):
        yield f"日志第 {position} 条缺少开启值，或开启值没有对应的异议"
    for position in sorted(logged.keys() & openings.keys()):
        if openings[position].commitment != logged[position]["commitment"]:
            yield f"日志第 {position} 条的异议与其承诺不符"


def check(
    evidence: Evidence, electors: Mapping[int, RosterDocument], keys: Keys, used: set[str]
) -> Problems:
    """Check every objection: of a co-owner in time, once, to a ballot of somebody else.

    Parameters
    ----------
    electors
        Who may use which slot, by the log position from which on it holds.
    used
        Ids of the keys that signed; those of objections are added.
    """
    logged = objection_entries(evidence.log)
    if not logged:
        return
    box = _Box(evidence)
    objected: set[str] = set()
    for position, entry in logged:
        data, at = evidence.objection_openings[position].data, parse_timestamp(entry["at"])
        roster = electors[max(place for place in electors if place < position)]
        try:
            found = verify(data, evidence.poll, roster, keys.at(position), at=at)
        except Refusal as refusal:
            yield f"日志第 {position} 条的异议不合格：{refusal.detail}"
            continue
        used.add(dsse.parse(data).key_id)
        standing = box.at(position)
        for unit in found.objection.units:
            if unit not in standing:
                yield f"日志第 {position} 条的异议提出时，房屋 {unit} 还没有有效的表决票"
            elif _signer(standing[unit], keys) == found.owner_code:
                yield f"日志第 {position} 条的异议是对提出人自己为房屋 {unit} 投的票，不应收下"
            if unit in objected:
                yield f"日志第 {position} 条的异议是对房屋 {unit} 的第二件异议，不应收下"
            objected.add(unit)


class _Box:
    """The ballots of a log, as far as they had arrived."""

    def __init__(self, evidence: Evidence) -> None:
        agenda, openings = evidence.notice.agenda, evidence.ballot_openings
        self._units, self._policies = evidence.roster.units, agenda.policies
        self._ballots = [
            read_ballot(position, entry, openings[position].data, agenda)
            for position, entry in ballot_entries(evidence.log)
        ]
        read = columns(evidence.roster, agenda, self._ballots)
        self._received = as_received(read, evidence.roster.columns, agenda.policies)
        self._positions = np.array([ballot.position for ballot in self._ballots], dtype=np.int64)

    def at(self, position: int) -> dict[str, LoggedBallot]:
        """Give the ballot that stood for each unit when the log had come to a position."""
        later = self._positions > position
        slots = fill_slots(
            replace(self._received, void=self._received.void | later),
            len(self._units),
            self._policies,
            delivered=None,
            struck=(),
        )
        return {
            unit.unit_key: self._ballots[holder]
            for unit, holder in zip(self._units, slots.holder.tolist(), strict=True)
            if holder < slots.ballots
        }


def _signer(ballot: LoggedBallot, keys: Keys) -> int | None:
    """Tell who signed a ballot, as far as its key says; whose hand a paper is in nothing does."""
    return keys.owner_of(dsse.parse(ballot.data).key_id) if ballot.kind == PHONE else None
