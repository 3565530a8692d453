"""From verdicts on candidates to seats (domain C-25 to C-28, BJ art. 39)."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from tally.model import Item, Matter, Ranking
from tally.verdict import Verdict

_COMMITTEE_MINIMUM = 5
_SMALL_COMMITTEE_MINIMUM = 3
_SMALL_COMPLEX_HOUSEHOLDS = 100


class Seat(StrEnum):
    """What a candidate comes out as."""

    MEMBER = "member"
    ALTERNATE = "alternate"
    NONE = "none"
    UNRESOLVED = "unresolved"


class NeedsDecision(StrEnum):
    """Why people still have to decide; the count never drops or prefers anybody by itself."""

    TIE = "tie"
    TOO_FEW = "too_few"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Seating:
    """Rank and seat of each candidate, in the order of the ballot; no rank if not elected."""

    ranks: tuple[int | None, ...]
    seats: tuple[Seat, ...]
    needs_decision: tuple[NeedsDecision, ...]

    def by_id(self, item: Item) -> dict[str, str]:
        """Name the seat of each candidate."""
        rows = zip(item.candidates, self.seats, strict=True)
        return {candidate.id: seat.value for candidate, seat in rows}


def seat_candidates(
    item: Item, verdicts: tuple[Verdict, ...], ranking: Ranking, households: int
) -> Seating:
    """Rank those who passed; a tie across a boundary stays unresolved (domain C-26).

    Parameters
    ----------
    item
        An election.
    verdicts
        One for each candidate.
    ranking
        What the published election method ranks by.
    households
        Dwellings in the electorate; up to 100 of them may have a committee of three.
    """
    passed = [index for index, verdict in enumerate(verdicts) if verdict.carried]
    standing = [_standing(verdict, ranking) for verdict in verdicts]
    passed.sort(key=lambda index: standing[index], reverse=True)
    ranks: list[int | None] = [None] * len(verdicts)
    seats = [Seat.NONE] * len(verdicts)
    ahead = 0
    for _, equals in groupby(passed, key=lambda index: standing[index]):
        tied = list(equals)
        for index in tied:
            ranks[index] = ahead + 1
            seats[index] = _seat(item, ahead, ahead + len(tied))
        ahead += len(tied)
    return Seating(tuple(ranks), tuple(seats), _reasons(item, len(passed), seats, households))


def _standing(verdict: Verdict, ranking: Ranking) -> tuple[int, int]:
    """Return what a candidate is ranked by, the larger the better."""
    approve, whole = verdict.votes.approve, verdict.votes.electorate
    match ranking:
        case Ranking.HEADS_THEN_AREA:
            return approve.heads, approve.area_cm2
        case Ranking.AREA_THEN_HEADS:
            return approve.area_cm2, approve.heads
        case Ranking.SUM_OF_SHARES:
            # heads / H + area / A over their common denominator H * A, which is the same for all.
            shares = approve.heads * whole.area_cm2 + approve.area_cm2 * whole.heads
            return shares, approve.area_cm2


def _seat(item: Item, first: int, end: int) -> Seat:
    """Place candidates with equal votes who share the ranks from ``first`` up to ``end``."""
    if end <= item.seats:
        return Seat.MEMBER
    if first >= item.seats + item.alternates:
        return Seat.NONE
    if first >= item.seats and end <= item.seats + item.alternates:
        return Seat.ALTERNATE
    return Seat.UNRESOLVED


def _reasons(
    item: Item, passed: int, seats: list[Seat], households: int
) -> tuple[NeedsDecision, ...]:
    """Tell what the elected number leaves open.

    A committee has at least five members, three up to 100 households, and an odd number of them
    (BJ art. 39). Fewer than three seats can only fill vacancies: then all of them must be filled.
    """
    elected = min(passed, item.seats)
    reasons = [NeedsDecision.TIE] if Seat.UNRESOLVED in seats else []
    small = households <= _SMALL_COMPLEX_HOUSEHOLDS
    minimum = _SMALL_COMMITTEE_MINIMUM if small else _COMMITTEE_MINIMUM
    committee = item.matter is Matter.ELECT_COMMITTEE and item.seats >= _SMALL_COMMITTEE_MINIMUM
    if elected < (minimum if committee else item.seats):
        reasons.append(NeedsDecision.TOO_FEW)
    if committee and elected % 2 == 0:
        reasons.append(NeedsDecision.EVEN)
    return tuple(reasons)
