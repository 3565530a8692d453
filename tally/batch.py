"""Many electorates decided in one call: the complexes of a city, the buildings of a complex.

What :mod:`tally.reading` and :mod:`tally.verdict` do for one electorate is done here for columns
of them, with the same terms and the same rules.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.census import CensusTable
from tally.columns import BallotColumns, RosterColumns, Segments
from tally.count import count_at
from tally.desk import Desk
from tally.errors import TallyError
from tally.model import Agenda, Choice, Follow, Item, Policies
from tally.one_voice import as_received
from tally.reading import (
    ABSTENTION,
    VOID_CODES,
    VOID_FLAGS,
    Lean,
    Terms,
    cast_terms,
    needs_quorum,
    silence_speaks,
    with_silence,
)
from tally.roll import ElectoralRoll
from tally.rules import Base, Ratio, Rule, exact_type, rule_for

Columns = NDArray[Any]
"""Heads and area in cm² of S electorates, shape ``(S, 2)``: int64, or Python integers where areas
are so large that a test could leave 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class VerdictTable:
    """One proposal (resolution, candidate or option), decided in S electorates.

    Parameters
    ----------
    electorate, participating, approve, oppose, abstain, void
        Heads and area in cm², shape ``(S, 2)``.
    carried
        Whether all four tests hold, bool, shape ``(S,)``; never where there is no electorate.
    """

    electorate: Columns
    participating: Columns
    approve: Columns
    oppose: Columns
    abstain: Columns
    void: Columns
    carried: NDArray[np.bool_]


def count_batch(
    agenda: Agenda,
    roster: RosterColumns,
    segments: Segments,
    ballots: BallotColumns,
    *,
    delivered: NDArray[np.bool_] | None = None,
    struck: Collection[int] = (),
) -> "Batch":
    """Count one agenda in many complexes whose columns stand one after the other.

    Parameters
    ----------
    agenda
        What was published in every complex.
    roster
        U units of all of them; a unit key is unique within its complex only.
    segments
        Which complex each unit belongs to.
    ballots
        Ballots of all of them; those of one complex in order of arrival.
    delivered, struck
        As for :func:`~tally.count.count_assembly`.

    Raises
    ------
    TallyError
        As for one complex; nothing is counted where one of them cannot be.
    """
    roll = ElectoralRoll(agenda, roster, segments)
    for item in agenda.items:
        _require_electorate(roll, item, segments)
    return Batch(Desk(roll, ballots, delivered, struck), segments)


def count_by_building(
    agenda: Agenda,
    roster: RosterColumns,
    ballots: BallotColumns,
    *,
    delivered: NDArray[np.bool_] | None = None,
) -> "Batch":
    """Count an assembly once more in each building by itself, its owners regrouped there.

    For reading, not for deciding: the law asks for majorities of the whole electorate. A building
    to which an item is not put has zeros there.

    Returns
    -------
    Batch
        Segments are the buildings that have a unit, in the order of the roster.
    """
    used, code = np.unique(roster.building, return_inverse=True)
    names = tuple(roster.buildings[each] for each in used.tolist())
    segments = Segments(names, code.astype(np.int32))
    # One owner is one in the whole complex, not in each building.
    received = as_received(ballots, roster, agenda.policies)
    return Batch(Desk(ElectoralRoll(agenda, roster, segments), received, delivered), segments)


class Batch:
    """The ballots of many electorates, counted; ``segments`` names them."""

    def __init__(self, desk: Desk, segments: Segments) -> None:
        self._desk = desk
        self.segments = segments

    def result(self, segment: int) -> list[dict[str, Any]]:
        """Return what :func:`~tally.count.count_assembly` finds in one segment, without doubts."""
        return count_at(self._desk, segment=segment)

    def verdicts(self) -> list[list[VerdictTable]]:
        """Decide every proposal of each item of the agenda everywhere."""
        roll = self._desk.roll
        policies = roll.agenda.policies
        known: dict[tuple[object, ...], VerdictTable] = {}
        found: list[list[VerdictTable]] = []
        for item, questions in zip(roll.agenda.items, roll.questions, strict=True):
            rule = rule_for(item.matter, roll.agenda.decision_date)
            tables = self._desk.tables(roll.scope(item, policies), policies)
            found.append([])
            for question, approving in ((q, each) for q in questions for each in q.approving):
                if (rule, question.column, approving) not in known:
                    [table] = [each for each in tables if question.column in each.columns]
                    known |= {
                        (rule, *key): verdict
                        for key, verdict in verdicts_of(
                            table, question.approving, policies, rule
                        ).items()
                    }
                found[-1].append(known[rule, question.column, approving])
        return found


def verdicts_of(
    table: CensusTable, approving: Sequence[int], policies: Policies, rule: Rule
) -> dict[tuple[int, int], VerdictTable]:
    """Read a census and put every proposal of its Q questions to the test.

    Parameters
    ----------
    approving
        Codes that approve a proposal; the same of each of the questions.

    Returns
    -------
    dict
        By column of the question, and code.
    """
    whole = _whole(table)
    reading = _read(table, policies, rule)
    totals = dict(zip(table.marks, reading, strict=False))
    void, participating = reading[len(totals) :][:2]
    base = participating if rule.base is Base.PARTICIPANTS else whole
    quorate = _holds(rule.quorum, reading[-1], whole)
    abstain = totals.pop(Choice.ABSTAIN)
    sides = sum(totals.values())
    found = {}
    for code in approving:
        approve = totals[code]
        # Whoever named another choice opposes (domain C-29).
        oppose = sides - approve
        carried = quorate & _holds(rule.approval, approve, base)
        for row, column in enumerate(table.columns):
            found[column, code] = VerdictTable(
                whole,
                participating[row],
                approve[row],
                oppose[row],
                abstain[row],
                void[row],
                carried[row],
            )
    return found


def _read(table: CensusTable, policies: Policies, rule: Rule) -> Columns:
    """Do what :func:`tally.reading.read` does, for every question and electorate.

    Returns
    -------
    Columns
        Totals of each mark, void, participating, and, unless that is the same, what is held
        against the quorum; shape ``(M + 2, Q, S, 2)`` or one more.
    """
    joins = silence_speaks(policies, rule)
    follow = rule.deemed_votes and Choice.FOLLOW in table.area_cm2
    if not (joins or follow):
        return _settle(table, cast_terms(policies, ABSTENTION))
    kept = _settle(table, cast_terms(policies))
    leans = _majorities(kept, table.marks, policies.follow)
    # Few choices lead anywhere: everything is read as if each led, and one reading is kept.
    for pair in np.unique(leans.reshape(-1, 2), axis=0).tolist():
        lean = Lean(*pair)
        voted = cast_terms(policies, lean)
        reading = _settle(table, voted)
        if joins:
            joined = _settle(table, with_silence(voted, policies, lean))
            stands = _holds(rule.quorum, reading[-1], _whole(table)) | (not needs_quorum(policies))
            reading = np.where(stands[..., np.newaxis], joined, reading)
        chosen = (leans == pair).all(axis=-1)[..., np.newaxis]
        kept = np.where(chosen, reading, kept)
    return kept


def _settle(table: CensusTable, terms: Terms) -> Columns:
    """Do what :func:`tally.reading.settle` does; shaped like :func:`_read`."""
    whole = _whole(table)
    void, participating, towards_quorum = range(len(table.marks), len(table.marks) + 3)
    rows = towards_quorum + terms.by_ballot
    shape = (2, rows, len(table.columns), len(whole))
    heads, area_cm2 = figures = np.zeros(shape, dtype=whole.dtype)
    place = {mark: row for row, mark in enumerate(table.marks)}
    for (state, flags), count in table.heads.items():
        stance = terms.of_owner(state, flags)
        if stance.choice is not None:
            heads[place[stance.choice]] += count
        elif flags & VOID_FLAGS:
            heads[void] += count
    for code, area in table.area_cm2.items():
        stance = terms.of_unit(code)
        if stance.choice is not None:
            area_cm2[place[stance.choice]] += area
        elif code in VOID_CODES:
            area_cm2[void] += area
    figures[:, participating] = figures[:, :void].sum(axis=1)
    if terms.void_takes_part:
        figures[:, participating] += figures[:, void]
    if terms.by_ballot:
        heads[towards_quorum] = sum(
            count for cell, count in table.heads.items() if terms.of_owner(*cell).attends
        )
        area_cm2[towards_quorum] = sum(
            area for code, area in table.area_cm2.items() if terms.of_unit(code).attends
        )
    return np.moveaxis(figures, 0, -1)


def _majorities(reading: Columns, marks: Sequence[int], follow: Follow) -> NDArray[np.int64]:
    """Do what :func:`tally.reading.majority` does, int64, shape ``(Q, S, 2)``."""
    totals = reading[: len(marks)]
    leads = totals == totals.max(axis=0)
    alone = leads.sum(axis=0) == 1
    leans = np.where(alone, np.array(marks)[leads.argmax(axis=0)], int(Choice.ABSTAIN))
    if follow is Follow.BOTH_MEASURES:
        leans[leans[..., 0] != leans[..., 1]] = Choice.ABSTAIN
    return leans


def _whole(table: CensusTable) -> Columns:
    # One measure after the other in memory, so that every operation runs over neighbours.
    whole = np.stack((table.total_heads, table.total_area_cm2)).T
    return whole.astype(exact_type(int(whole.max(initial=0))))


def _holds(ratio: Ratio, part: Columns, whole: Columns) -> NDArray[np.bool_]:
    """Put a share to the test on both measures; the last axis is theirs."""
    holds = (ratio.margin(part, whole) >= ratio.least) & (whole > 0)
    return np.logical_and(holds[..., 0], holds[..., 1])


def _require_electorate(roll: ElectoralRoll, item: Item, segments: Segments) -> None:
    """Refuse a complex that would be refused by itself."""
    roster, limits = roll.roster, item.electorate
    lacking = np.zeros(len(segments.names), dtype=np.bool_)
    if limits.units is not None:
        named = np.array([key in limits.units for key in roster.unit_key], dtype=np.bool_)
        lacking = np.bincount(segments.code[named], minlength=len(lacking)) < len(limits.units)
    for building in limits.buildings or ():
        codes = [code for code, name in enumerate(roster.buildings) if name == building]
        has = np.zeros_like(lacking)
        has[segments.code[np.isin(roster.building, codes)]] = True
        lacking |= ~has
    if lacking.any():
        name = segments.names[int(lacking.argmax())]
        raise TallyError(f"{name}：议题 {item.id} 的表决范围写有清册中没有的楼栋或房屋")
    nobody = roll.scope(item, roll.agenda.policies).heads == 0
    if nobody.any():
        name = segments.names[int(nobody.argmax())]
        raise TallyError(f"{name}：议题 {item.id} 的表决范围内没有任何房屋，无法计票")
