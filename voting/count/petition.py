"""Whether enough owners of a roster have signed to ask for a meeting."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, RosterColumns
from tally.errors import TallyError
from tally.grouping import owner_groups
from tally.measure import Measure
from tally.model import DEFAULT_KINDS, SameOwner
from tally.petition import Aim, petition
from voting.count.lines import entries, unit_keys
from voting.count.refusals import InputsUnreadable
from voting.kernel import canonical
from voting.roster.grouping import roster_columns
from voting.roster.refusals import Problem, RosterUnreadable
from voting.roster.verify import read_roster

FORMAT = "yezhu-petition/1"
_LIST = "联名名单"


def check_petition(
    roster_bytes: bytes,
    roster_name: str,
    signers_bytes: bytes,
    signers_name: str,
    *,
    aim: Aim,
    day: date,
    same_owner: SameOwner = SameOwner.IDENTITY_SET,
) -> dict[str, Any]:
    """Count who signed against everybody on a roster.

    Parameters
    ----------
    signers_bytes
        Keys of the units whose owners signed, one a line, ``#`` before a comment. A unit counts
        with its own area only, its owner as one head whatever else he owns and signed for.
    aim, day
        What they ask for, and when they handed it in.
    same_owner
        When two titles belong to one head.

    Returns
    -------
    dict
        That of :func:`tally.petition.petition`, with ``signed_units``, ``outside`` (keys of units
        that do not count, such as parking) and ``inputs`` by digest.

    Raises
    ------
    InputsUnreadable
        With every problem of both files.
    """
    try:
        columns = roster_columns(read_roster(roster_bytes, roster_name))
    except RosterUnreadable as refusal:
        _, unreadable = entries(signers_bytes, _LIST)
        found = [(roster_name, problem) for problem in refusal.problems]
        found += [(signers_name, problem) for problem in unreadable]
        raise InputsUnreadable(tuple(found)) from refusal
    keys, problems = unit_keys(signers_bytes, set(columns.unit_key), _LIST)
    if problems:
        raise InputsUnreadable(tuple((signers_name, problem) for problem in problems))
    signed = np.isin(columns.unit_key, keys)
    # Parking and storage count where a rule of the assembly says so (domain C-11); this is before
    # there is an assembly.
    inside = np.array([kind in DEFAULT_KINDS for kind in KINDS])[columns.kind]
    group = owner_groups(columns, same_owner, inside)
    try:
        told = petition(
            aim, _measure(columns, group, inside & signed), _measure(columns, group, inside), day
        )
    except TallyError as error:
        problem = Problem(None, None, "petition-does-not-fit", str(error))
        raise InputsUnreadable(((roster_name, problem),)) from error
    outside = np.flatnonzero(signed & ~inside).tolist()
    return told | {
        "format": FORMAT,
        "day": day.isoformat(),
        "same_owner": same_owner.value,
        "signed_units": int(np.count_nonzero(signed)),
        "outside": [columns.unit_key[row] for row in outside],
        "inputs": {
            "roster": canonical.digest(roster_bytes),
            "signers": canonical.digest(signers_bytes),
        },
    }


def _measure(columns: RosterColumns, group: NDArray[np.int32], units: NDArray[np.bool_]) -> Measure:
    return Measure(len(np.unique(group[units])), sum(columns.area_cm2[units].tolist()))
