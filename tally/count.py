"""Count an assembly: roster, ballots and agenda in, the result that a certificate embeds out."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.clauses import used_policies
from tally.columns import BallotColumns, RosterColumns
from tally.decision import decide
from tally.desk import Desk
from tally.doubt import doubts
from tally.flip import closest, flip_of
from tally.grouping import owner_groups
from tally.model import Agenda, Item, Policies
from tally.question import Question, questions_of
from tally.rules import Rule, rule_for
from tally.soundness import (
    require_delivery,
    require_sound_agenda,
    require_sound_ballots,
    require_sound_roster,
    require_struck,
)
from tally.turnout import turnout, turnout_by_building

__all__ = ["count_assembly", "owner_groups", "turnout", "turnout_by_building"]


def count_assembly(
    agenda: Agenda,
    roster: RosterColumns,
    ballots: BallotColumns,
    *,
    delivered: NDArray[np.bool_] | None = None,
    struck: Collection[int] = (),
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
    require_sound_agenda(agenda)
    require_sound_roster(roster)
    require_sound_ballots(agenda, roster, ballots)
    require_delivery(agenda, roster, delivered)
    require_struck(ballots, struck)

    desk = Desk(roster, ballots, delivered, struck)
    results: list[dict[str, Any]] = []
    for item, questions in zip(agenda.items, questions_of(agenda), strict=True):
        rule = rule_for(item.matter, agenda.decision_date)
        decision = decide(desk, item, questions, agenda.policies, rule)
        result: dict[str, Any] = {
            "id": item.id,
            "title": item.title,
            "form": item.form.value,
            "rule": rule.document(),
            "electorate": decision.electorate.document(),
            **decision.document(rule),
            "used_policies": used_policies(agenda.policies),
        }
        if in_doubt:
            result |= doubts(desk, item, questions, agenda.policies, rule)
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
