"""From what a log committed to, to the columns that are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tally.columns import BallotColumns, BallotRow
from tally.model import Agenda
from voting.assembly.entries import CORRECTION
from voting.ballot import model as ballots
from voting.ballot.choices import choice_vector
from voting.box import objection as objections
from voting.box import paper as papers
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.roster.correction import Correction
from voting.roster.document import RosterDocument


class LogDisagrees(Refusal):
    """A ballot's opening is missing, or is not what the log committed to."""

    code = "log-disagrees"


@dataclass(frozen=True, slots=True)
class LoggedBallot:
    """One ballot as the log proves it. ``at`` is the arrival that its entry states."""

    position: int
    kind: str
    at: str
    data: bytes
    units: tuple[str, ...]
    choices: tuple[int, ...]
    void: bool


def ballot_entries(entries: Sequence[bytes]) -> list[tuple[int, dict[str, Any]]]:
    """Find the ballots among a log's entries: position and entry of each, in log order."""
    decoded = enumerate(map(canonical.decode, entries))
    return [(place, entry) for place, entry in decoded if entry["type"] in (PHONE, PAPER)]


def open_ballots(
    entries: Sequence[bytes], openings: Mapping[int, Opening], agenda: Agenda
) -> list[LoggedBallot]:
    """Open every ballot of a log, in its order, which is the order of arrival.

    Parameters
    ----------
    openings
        By position in the log.

    Raises
    ------
    LogDisagrees
        Names the position.
    """
    opened = []
    for position, entry in ballot_entries(entries):
        opening = openings.get(position)
        if opening is None or opening.commitment != entry["commitment"]:
            raise LogDisagrees(
                f"日志第 {position} 条与保存的表决票不符，不能计票", position=position
            )
        opened.append(read_ballot(position, entry, opening.data, agenda))
    return opened


@dataclass(frozen=True, slots=True)
class LoggedObjection:
    """A co-owner's objection to what stands for these units, as the log proves it (C-1)."""

    position: int
    at: str
    units: tuple[str, ...]


def objection_entries(entries: Sequence[bytes]) -> list[tuple[int, dict[str, Any]]]:
    """Find the objections among a log's entries: position and entry of each, in log order."""
    decoded = enumerate(map(canonical.decode, entries))
    return [(place, entry) for place, entry in decoded if entry["type"] == OBJECTION]


def open_objections(
    entries: Sequence[bytes], openings: Mapping[int, Opening]
) -> list[LoggedObjection]:
    """Open every objection of a log, in its order.

    Raises
    ------
    LogDisagrees
        Names the position.
    """
    opened = []
    for position, entry in objection_entries(entries):
        opening = openings.get(position)
        if opening is None or opening.commitment != entry["commitment"]:
            raise LogDisagrees(f"日志第 {position} 条与保存的异议不符，不能计票", position=position)
        said = objections.parse(dsse.parse(opening.data).payload)
        opened.append(LoggedObjection(position, entry["at"], said.units))
    return opened


@dataclass(frozen=True, slots=True)
class LoggedCorrection:
    """A correction of the roster among the ballots, and the roster as it should have been."""

    position: int
    at: str
    act: Correction
    corrected: RosterDocument


def logged_corrections(
    entries: Sequence[bytes], acts: Mapping[str, bytes], frozen: RosterDocument
) -> list[LoggedCorrection]:
    """Read every correction that a log notes, one building on the other.

    Parameters
    ----------
    acts
        Correction documents by their SHA-256.

    Raises
    ------
    LogDisagrees
        An act is missing, or does not lead to the roster that the log names.
    NotCanonical
    """
    found: list[LoggedCorrection] = []
    base = frozen
    for position, entry in enumerate(map(canonical.decode, entries)):
        if entry["type"] != CORRECTION:
            continue
        act = acts.get(entry["correction"])
        if act is None:
            raise LogDisagrees(f"日志第 {position} 条所记的清册更正没有保存", position=position)
        read = Correction.read(act, base)
        base = read.difference.apply(base)
        if (read.roster, base.digest) != (frozen.digest, entry["roster"]):
            raise LogDisagrees(f"日志第 {position} 条与所记的清册更正不符", position=position)
        found.append(LoggedCorrection(position, entry["at"], read, base))
    return found


def columns(
    roster: RosterDocument, agenda: Agenda, opened: Sequence[LoggedBallot]
) -> BallotColumns:
    """Line opened ballots up for the count."""
    return BallotColumns.from_rows(
        roster.columns,
        agenda,
        [BallotRow(b.units, b.choices, b.void, b.kind) for b in opened],
    )


def read_ballot(position: int, entry: dict[str, Any], data: bytes, agenda: Agenda) -> LoggedBallot:
    """Read one opened ballot; ``data`` is compared with its commitment by the caller."""
    kind, at = entry["type"], entry["at"]
    if kind == PHONE:
        ballot = ballots.parse(dsse.parse(data).payload)
        choices = choice_vector(agenda, ballot.choices)
        return LoggedBallot(position, kind, at, data, ballot.units, choices, void=False)
    paper = papers.parse(data)
    choices = papers.marks(paper, agenda)
    return LoggedBallot(
        position, kind, at, data, paper.units, choices, void=bool(paper.void_reason)
    )
