"""The result object: what the certificate embeds and every recount must reproduce."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.count import count_assembly
from tally.model import Agenda, MixedUnits
from tally.one_voice import as_received, refused_ballots
from tally.slots import Slots, fill_slots
from voting.box.entries import PAPER, PHONE
from voting.count.logged import LoggedBallot, LoggedCorrection, LoggedObjection, columns
from voting.ledger.tree import leaf_hash, root_of
from voting.roster.document import RosterDocument

FORMAT = "yezhu-result/1"


def count_log(
    *,
    assembly_id: str,
    notice_digest: str,
    agenda: Agenda,
    roster: RosterDocument,
    origin: str,
    entries: Sequence[bytes],
    opened: Sequence[LoggedBallot],
    corrections: Sequence[LoggedCorrection] = (),
    objections: Sequence[LoggedObjection] = (),
) -> dict[str, Any]:
    """Count an assembly from its log.

    Parameters
    ----------
    entries
        The log up to and including its close.
    opened
        Its ballots, opened and compared with their commitments.
    corrections
        What was corrected in the roster while the vote ran. The pinned roster stays the
        denominator; the result also says what the corrected one leads to (domain C-16).
    objections
        What co-owners objected to before the close (domain C-1). The result lists them, and the
        published rules say what they do.

    Raises
    ------
    tally.errors.TallyError
        The ballots contradict roster or agenda.
    """
    ballots = columns(roster, agenda, opened)
    refused = refused_ballots(ballots, roster.columns, agenda.policies)
    received = as_received(ballots, roster.columns, agenda.policies)
    slots = fill_slots(received, len(roster.units), agenda.policies, delivered=None, struck=())
    standing = {*slots.holder.tolist(), *refused.nonzero()[0].tolist()}
    standing_units = frozenset(
        unit.unit_key
        for unit, holder in zip(roster.units, slots.holder.tolist(), strict=True)
        if holder < slots.ballots
    )
    return (
        {
            "assembly": assembly_id,
            "ballots": {
                "paper": sum(ballot.kind == PAPER for ballot in opened),
                "phone": sum(ballot.kind == PHONE for ballot in opened),
                "superseded": [
                    ballot.position
                    for place, ballot in enumerate(opened)
                    if not ballot.void and place not in standing
                ],
                "void": [ballot.position for ballot in opened if ballot.void],
            }
            | _refused(agenda, opened, refused.tolist()),
            "community": roster.community,
            "decision_date": agenda.decision_date.isoformat(),
            "format": FORMAT,
            "items": count_assembly(
                agenda, roster.columns, ballots, objected=_objected(roster, objections)
            ),
            "log": {
                "origin": origin,
                "root": root_of([leaf_hash(entry) for entry in entries]).hex(),
                "size": len(entries),
            },
            "notice": notice_digest,
            "roster": roster.digest,
            "title": agenda.title,
        }
        | _contested(roster, opened, slots, objections)
        | (
            _corrected(agenda, roster, opened, standing_units, corrections, objections)
            if corrections
            else {}
        )
    )


def _objected(
    roster: RosterDocument, objections: Sequence[LoggedObjection]
) -> NDArray[np.bool_] | None:
    """Tell which units of a roster are objected to; None where nothing is."""
    if not objections:
        return None
    units = {unit for objection in objections for unit in objection.units}
    return np.isin(roster.columns.unit_key, sorted(units))


def _contested(
    roster: RosterDocument,
    opened: Sequence[LoggedBallot],
    slots: Slots,
    objections: Sequence[LoggedObjection],
) -> dict[str, Any]:
    """List the objections by their places in the log, each with the ballots that stand there.

    No unit is named, nor its area: neighbours know whose flat has 89.37 m².
    """
    if not objections:
        return {}
    listed = []
    for objection in objections:
        held = {int(slots.holder[roster.unit_code[unit]]) for unit in objection.units}
        ballots = sorted(opened[place].position for place in held if place < slots.ballots)
        listed.append({"at": objection.at, "ballots": ballots, "position": objection.position})
    return {"objections": listed}


def _refused(
    agenda: Agenda, opened: Sequence[LoggedBallot], refused: Sequence[bool]
) -> dict[str, Any]:
    """List what the box should not have let in, where the rules keep anything out (C-3)."""
    if agenda.policies.mixed_units is not MixedUnits.REFUSE_DIFFERENT:
        return {}
    pairs = zip(opened, refused, strict=True)
    return {"refused": [ballot.position for ballot, is_refused in pairs if is_refused]}


def _corrected(
    agenda: Agenda,
    pinned: RosterDocument,
    opened: Sequence[LoggedBallot],
    standing: frozenset[str],
    corrections: Sequence[LoggedCorrection],
    objections: Sequence[LoggedObjection],
) -> dict[str, Any]:
    """Keep both totals, and count once more over the roster as it should have been.

    A unit that should not have been there takes its vote along; one that was missing had none. In
    the pinned count the vote of a unit stands that was cast before it was removed.
    """
    roster = corrections[-1].corrected
    ballots = [
        replace(ballot, units=tuple(unit for unit in ballot.units if unit in roster.unit_code))
        for ballot in opened
    ]
    counted = columns(roster, agenda, [ballot for ballot in ballots if ballot.units])
    return {
        "corrected": {
            "items": count_assembly(
                agenda, roster.columns, counted, objected=_objected(roster, objections)
            ),
            "roster": roster.digest,
        },
        "corrections": [
            {
                "at": correction.at,
                "correction": correction.act.digest,
                "position": correction.position,
                "roster": correction.corrected.digest,
                "totals": correction.act.totals_object(),
            }
            | _removed(pinned, standing, correction)
            | _mandates(correction)
            for correction in corrections
        ],
    }


def _removed(
    pinned: RosterDocument, standing: frozenset[str], correction: LoggedCorrection
) -> dict[str, Any]:
    """Say how many units a correction took off the pinned roster, and how many had voted."""
    gone = set(correction.act.difference.removed) - correction.corrected.unit_code.keys()
    keys = gone & pinned.unit_code.keys()
    if not keys:
        return {}
    areas = [pinned.units[pinned.unit_code[key]].area_cm2 for key in keys]
    voted = sum(key in standing for key in keys)
    return {"removed": {"area_cm2": sum(areas), "units": len(keys), "voted": voted}}


def _mandates(correction: LoggedCorrection) -> dict[str, Any]:
    """Say for how many units others may vote since a correction, by sort; nothing if for none."""
    bound = correction.act.mandates
    if bound is None or not any(bound.changed.values()):
        return {}
    return {"mandates": dict(bound.changed)}
