"""Count three files without any server: the whole product for somebody who trusts nobody."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from tally.columns import BallotColumns
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import Agenda, MixedUnits
from tally.one_voice import as_received, refused_ballots
from tally.slots import fill_slots
from voting.assembly.agenda import AgendaUnreadable, agenda_document, parse_agenda
from voting.box.sheet import (
    BallotSheet,
    BallotSheetUnreadable,
    SheetBallot,
    ballot_problems,
    read_ballot_sheet,
)
from voting.count.exclusion import excluded_rows, struck_places
from voting.count.lines import unit_keys
from voting.count.refusals import InputsUnreadable
from voting.kernel import canonical
from voting.roster.grouping import roster_columns
from voting.roster.model import Roster
from voting.roster.refusals import Problem, RosterUnreadable
from voting.roster.verify import read_roster

FORMAT = "yezhu-result/1"


def recount(
    roster_bytes: bytes,
    roster_name: str,
    ballots_bytes: bytes,
    ballots_name: str,
    agenda_bytes: bytes,
    agenda_name: str = "agenda.json",
    exclude_bytes: bytes | None = None,
    exclude_name: str = "exclude.txt",
    delivered_bytes: bytes | None = None,
    delivered_name: str = "delivered.txt",
    *,
    objected_bytes: bytes | None = None,
    objected_name: str = "objected.txt",
) -> dict[str, Any]:
    """Count a roster sheet, a ballot sheet and an agenda file.

    Parameters
    ----------
    exclude_bytes
        Rows of the ballot sheet whose ballots a court strikes, as
        :func:`~voting.count.exclusion.excluded_rows` reads them: their units fall silent, and
        what they had superseded does not come back.
    delivered_bytes
        Keys of the units with proof that the ballot paper was delivered, one a line, for agendas
        that count these with the majority (domain C-23).
    objected_bytes
        Keys of the units to whose ballot a co-owner objected in time, one a line, for agendas
        that let these abstain or be void (domain C-1).

    Returns
    -------
    dict
        The result object: plain values, the same for the same files on any machine. Ballots set
        aside are listed by their row in the ballot sheet.

    Raises
    ------
    InputsUnreadable
        With every problem of all files.
    """
    roster: Roster | None = None
    agenda: Agenda | None = None
    sheet: BallotSheet | None = None
    problems: list[tuple[str, Problem]] = []
    agenda_problems: tuple[Problem, ...] = ()
    try:
        roster = read_roster(roster_bytes, roster_name)
    except RosterUnreadable as refusal:
        problems += [(roster_name, problem) for problem in refusal.problems]
    try:
        agenda = parse_agenda(agenda_bytes)
    except AgendaUnreadable as refusal:
        agenda_problems = refusal.problems
    if roster is not None and agenda is not None:
        try:
            sheet = read_ballot_sheet(ballots_bytes, ballots_name, agenda, roster)
        except BallotSheetUnreadable as refusal:
            problems += [(ballots_name, problem) for problem in refusal.problems]
    else:
        found = ballot_problems(ballots_bytes, ballots_name, agenda, roster)
        problems += [(ballots_name, problem) for problem in found]
    problems += [(agenda_name, problem) for problem in agenda_problems]
    excluded, exclude_problems = excluded_rows(exclude_bytes or b"")
    struck: Collection[int] = ()
    if sheet is not None:
        struck, unstruck = struck_places(excluded, sheet)
        exclude_problems += unstruck
    problems += [(exclude_name, problem) for problem in exclude_problems]
    delivered, unknown = _listed(delivered_bytes, roster, "送达名单")
    problems += [(delivered_name, problem) for problem in unknown]
    objected, unknown = _listed(objected_bytes, roster, "异议名单")
    problems += [(objected_name, problem) for problem in unknown]
    if problems or roster is None or agenda is None or sheet is None:
        raise InputsUnreadable(tuple(problems))
    try:
        counted = _count(roster, agenda, sheet, struck, delivered, objected)
    except TallyError as error:
        # Each file is sound by itself, yet the agenda names what this roster does not have.
        problem = Problem(None, "", "agenda-does-not-fit", str(error))
        raise InputsUnreadable(((agenda_name, problem),)) from error
    inputs = {
        "roster": roster_bytes,
        "ballots": ballots_bytes,
        "agenda": agenda_bytes,
        "exclude": exclude_bytes,
        "delivered": delivered_bytes,
        "objected": objected_bytes,
    }
    return counted | {
        "format": FORMAT,
        "title": agenda.title,
        "decision_date": agenda.decision_date.isoformat(),
        "policies": agenda_document(agenda)["policies"],
        "inputs": {
            name: canonical.digest(data) for name, data in inputs.items() if data is not None
        },
    }


def _listed(
    data: bytes | None, roster: Roster | None, what: str
) -> tuple[list[str] | None, list[Problem]]:
    """Read a list of units; None where none was kept."""
    if data is None or roster is None:
        return None, []
    return unit_keys(data, roster.by_key(), what)


def _count(
    roster: Roster,
    agenda: Agenda,
    sheet: BallotSheet,
    struck: Collection[int],
    delivered: Sequence[str] | None,
    objected: Sequence[str] | None,
) -> dict[str, Any]:
    units = roster_columns(roster)
    proven = None if delivered is None else np.isin(units.unit_key, list(delivered))
    contested = None if objected is None else np.isin(units.unit_key, list(objected))
    ballots = BallotColumns.from_rows(units, agenda, [row.ballot for row in sheet.ballots])
    received = as_received(ballots, units, agenda.policies)
    slots = fill_slots(received, len(units), agenda.policies, delivered=proven, struck=struck)
    places = refused_ballots(ballots, units, agenda.policies).nonzero()[0].tolist()
    refused = [sheet.ballots[place] for place in places if place not in struck]
    # What is struck or refused was not superseded, and so it is listed by itself.
    standing = {*slots.holder.tolist(), *struck, *places}
    refusing = agenda.policies.mixed_units is MixedUnits.REFUSE_DIFFERENT
    void = [row for row in sheet.ballots if row.void_reason]
    superseded = [
        row
        for place, row in enumerate(sheet.ballots)
        if place not in standing and not row.void_reason
    ]
    arrived = (*sheet.ballots, *sheet.early, *sheet.late)
    channels = Counter(row.channel for row in arrived)
    counted = len(sheet.ballots) - len(void) - len(superseded) - len(struck) - len(refused)
    return {
        "items": count_assembly(
            agenda, units, ballots, delivered=proven, struck=struck, objected=contested
        ),
        "ballots": {
            "received": len(arrived),
            "counted": counted,
            "void": _rows(void),
            "superseded": _rows(superseded),
            "struck": _rows([sheet.ballots[place] for place in struck]),
            "early": _rows(sheet.early),
            "late": _rows(sheet.late),
            "channels": dict(sorted(channels.items())),
        }
        # Nothing is refused unless the rules let nobody speak with two voices (domain C-3).
        | ({"refused": _rows(refused)} if refusing else {}),
    }


def _rows(ballots: Sequence[SheetBallot]) -> list[int]:
    return sorted(ballot.row for ballot in ballots)
