"""Who has taken part so far: turnout on both measures against its threshold, no choices."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.columns import RosterColumns
from tally.errors import TallyError
from tally.grouping import owner_groups
from tally.measure import Measure
from tally.model import Agenda
from tally.rules import rule_for
from tally.scope import Scope, electorate_mask, kinds_counted, scope_of
from tally.verdict import quorum_tests, still_needed


def turnout(
    agenda: Agenda, roster: RosterColumns, voted: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Tell for each item how far the quorum is (Civil Code art. 278(2)).

    Parameters
    ----------
    agenda, roster
        What was published.
    voted
        Units for which a valid ballot has arrived, bool, shape ``(U,)``.

    Returns
    -------
    list of dict
        For each item ``id``, ``title``, ``electorate``, ``participating``, ``quorum`` (``heads``
        and ``area``) and ``needed``, the heads and area (cm²) still missing.

    Raises
    ------
    TallyError
        ``voted`` does not fit the roster, or an electorate is empty.
    """
    _require_fit(roster, voted)
    scopes: dict[tuple[object, ...], Scope] = {}
    report: list[dict[str, Any]] = []
    for item in agenda.items:
        key = (kinds_counted(item, agenda.policies), item.electorate)
        if key not in scopes:
            inside = electorate_mask(roster, item, agenda.policies)
            scopes[key] = scope_of(roster, inside, agenda.policies.same_owner)
        scope = scopes[key]
        rule = rule_for(item.matter, agenda.decision_date)
        part = _taking_part(scope, voted)
        tests = quorum_tests(rule, part, scope.total)
        needed = Measure(
            still_needed(rule.quorum, part.heads, scope.total.heads),
            still_needed(rule.quorum, part.area_cm2, scope.total.area_cm2),
        )
        report.append(
            {
                "id": item.id,
                "title": item.title,
                "electorate": scope.total.document(),
                "participating": part.document(),
                "quorum": {
                    "heads": tests["quorum_heads"].document(),
                    "area": tests["quorum_area"].document(),
                },
                "needed": needed.document(),
            }
        )
    return report


def turnout_by_building(
    agenda: Agenda, roster: RosterColumns, voted: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Break turnout down by building, over the units that any item is put to.

    An owner is one head in each building where he has a unit, so heads do not add up to the
    whole assembly.

    Returns
    -------
    list of dict
        ``building``, ``electorate``, ``participating``, in the roster's order of buildings.

    Raises
    ------
    TallyError
        ``voted`` does not fit the roster, or an electorate is empty.
    """
    _require_fit(roster, voted)
    inside = np.zeros(len(roster), dtype=np.bool_)
    for item in agenda.items:
        inside |= electorate_mask(roster, item, agenda.policies)
    group = owner_groups(roster, agenda.policies.same_owner, inside)
    everybody = _by_building(roster, inside, group)
    present = _by_building(roster, inside & voted, group)
    return [
        {
            "building": name,
            "electorate": whole.document(),
            "participating": part.document(),
        }
        for name, whole, part in zip(roster.buildings, everybody, present, strict=True)
        if whole.heads
    ]


def _taking_part(scope: Scope, voted: NDArray[np.bool_]) -> Measure:
    part = voted[scope.rows]
    heads = int(part[: scope.singles].sum())
    if len(scope.starts):
        heads += int(np.logical_or.reduceat(part[scope.singles :], scope.starts).sum())
    return Measure(heads, int(part @ scope.area_cm2))


def _by_building(
    roster: RosterColumns, chosen: NDArray[np.bool_], group: NDArray[np.int32]
) -> list[Measure]:
    buildings = len(roster.buildings)
    groups = int(group.max(initial=-1)) + 1
    building = roster.building[chosen].astype(np.int64)
    pairs = np.unique(building * groups + group[chosen])
    heads = np.bincount(pairs // max(groups, 1), minlength=buildings)
    area = np.zeros(buildings, dtype=np.int64)
    np.add.at(area, building, roster.area_cm2[chosen])
    return [Measure(*pair) for pair in zip(heads.tolist(), area.tolist(), strict=True)]


def _require_fit(roster: RosterColumns, voted: NDArray[np.bool_]) -> None:
    if voted.shape != (len(roster),) or voted.dtype != np.bool_:
        raise TallyError(f"参与记录应为 {len(roster)} 个房屋的布尔列，实为 {voted.shape}")
