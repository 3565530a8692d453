"""Count an assembly: roster, ballots and agenda in, the result that a certificate embeds out."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.clauses import used_policies
from tally.columns import BallotColumns, RosterColumns
from tally.decision import decide
from tally.desk import Desk
from tally.doubt import Doubt
from tally.errors import TallyError
from tally.flip import closest, flip_of
from tally.grouping import owner_groups
from tally.model import Agenda, Item, Policies
from tally.question import Question
from tally.roll import ElectoralRoll
from tally.rules import Rule, rule_for
from tally.turnout import turnout

__all__ = ["count_assembly", "count_at", "owner_groups", "turnout"]


def count_assembly(
    agenda: Agenda,
    roster: RosterColumns,
    ballots: BallotColumns,
    *,
    delivered: NDArray[np.bool_] | None = None,
    struck: Collection[int] = (),
    objected: NDArray[np.bool_] | None = None,
    in_doubt: bool = True,
) -> list[dict[str, Any]]:
    """Count every item of an agenda by heads and by exclusive area.

    Parameters
    ----------
    agenda
        What was published.
    roster
        U units.
    ballots
        B ballots in order of arrival.
    delivered
        Units with proof of delivery, bool, shape ``(U,)``; only the clause on delivery reads it.
    struck
        Positions of ballots that a court strikes: their units fall silent, and what they had
        superseded does not come back.
    objected
        Units to whose ballot a co-owner has objected, bool, shape ``(U,)``; the clause on
        co-owners who disagree reads it (domain C-1).
    in_doubt
        Also work out ``depends_on``, ``variants`` and ``flip``.

    Returns
    -------
    list of dict
        The ``items`` of a result, JSON-able: integers, booleans and text only.

    Raises
    ------
    TallyError
        The columns contradict each other, an electorate is empty, or no rule was in force.
    """
    desk = Desk(ElectoralRoll(agenda, roster), ballots, delivered, struck, objected)
    return count_at(desk, in_doubt=in_doubt)


def count_at(desk: Desk, *, segment: int = 0, in_doubt: bool = False) -> list[dict[str, Any]]:
    """Count every item in one segment of a roll, as :func:`count_assembly` does.

    Doubt is worked out for undivided rolls only.

    Raises
    ------
    TallyError
        An item is not put to anybody in this segment.
    """
    agenda = desk.roll.agenda
    doubt = Doubt(desk) if in_doubt else None
    results: list[dict[str, Any]] = []
    for item, questions in zip(agenda.items, desk.roll.questions, strict=True):
        rule = rule_for(item.matter, agenda.decision_date)
        if not desk.scope(item, agenda.policies).heads[segment]:
            raise TallyError(f"议题 {item.id} 的表决范围内没有任何房屋，无法计票")
        decision = decide(desk, item, questions, agenda.policies, rule, segment)
        result: dict[str, Any] = {
            "id": item.id,
            "title": item.title,
            "form": item.form.value,
            "rule": rule.document(),
            "electorate": decision.electorate.document(),
            **decision.document(rule),
            "used_policies": used_policies(agenda.policies),
        }
        if doubt:
            result |= doubt.of(item, questions, rule)
            _add_flips(result, desk, item, questions, agenda.policies, rule)
        results.append(result)
    return results


def _add_flips(
    result: dict[str, Any],
    desk: Desk,
    item: Item,
    questions: list[Question],
    policies: Policies,
    rule: Rule,
) -> None:
    """Say how close each proposal was; of an item with several, the closest."""
    flips = [
        flip_of(desk, item, question, approving, policies, rule)
        for question in questions
        for approving in question.approving
    ]
    proposals = result.get("candidates", result.get("options", ()))
    for proposal, flip in zip(proposals, flips, strict=False):
        proposal["flip"] = flip.document()
    result["flip"] = closest(flips).document()
