"""From verdicts on candidates to seats (domain C-25 to C-28, BJ art. 39)."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import groupby

from tally.model import Item, Matter, Policies, Ranking, ShortOrEven
from tally.rules import COMMITTEE
from tally.verdict import Verdict


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
    SUPPLEMENTARY_ELECTION = "supplementary_election"


@dataclass(frozen=True, slots=True)
class Seating:
    """Rank and seat of each candidate, in the order of the ballot; no rank if not elected.

    ``vacant``: seats that a supplementary election is to fill, 0 where no clause calls one.
    """

    ranks: tuple[int | None, ...]
    seats: tuple[Seat, ...]
    needs_decision: tuple[NeedsDecision, ...]
    vacant: int

    def by_id(self, item: Item) -> dict[str, str]:
        """Name the seat of each candidate."""
        rows = zip(item.candidates, self.seats, strict=True)
        return {candidate.id: seat.value for candidate, seat in rows}


@dataclass(frozen=True, slots=True)
class _Places:
    """How many are to be filled: members first, then alternates."""

    members: int
    alternates: int


def seat_candidates(
    item: Item, verdicts: tuple[Verdict, ...], policies: Policies, households: int
) -> Seating:
    """Rank those who passed; a tie across a boundary is drawn by lot, or unresolved (domain C-26).

    Parameters
    ----------
    item
        An election.
    verdicts
        One for each candidate.
    policies
        What the published election method ranks by, and what it says where the number elected
        is not lawful.
    households
        Dwellings in the electorate; up to 100 of them may have a committee of three.
    """
    passed = [index for index, verdict in enumerate(verdicts) if verdict.carried]
    places = _places(item, len(passed), policies.short_or_even, households)
    standing = [_standing(verdict, policies.ranking) for verdict in verdicts]
    passed.sort(key=lambda index: standing[index], reverse=True)
    ranks: list[int | None] = [None] * len(verdicts)
    seats = [Seat.NONE] * len(verdicts)
    ahead = 0
    for _, equals in groupby(passed, key=lambda index: standing[index]):
        tied = list(equals)
        levels = [tied]
        unresolved = _seat(places, ahead, ahead + len(tied)) is Seat.UNRESOLVED
        if unresolved and policies.lot_seed is not None:
            levels = [[index] for index in _drawn(item, tied, policies.lot_seed)]
        for level in levels:
            for index in level:
                ranks[index] = ahead + 1
                seats[index] = _seat(places, ahead, ahead + len(level))
            ahead += len(level)
    tie = [NeedsDecision.TIE] if Seat.UNRESOLVED in seats else []
    elected = min(len(passed), places.members or places.alternates)
    unlawful = _unlawful(item, elected, households)
    vacant = item.places - elected
    if unlawful and vacant and policies.short_or_even is ShortOrEven.SUPPLEMENTARY_ELECTION:
        reasons = (*tie, NeedsDecision.SUPPLEMENTARY_ELECTION)
        return Seating(tuple(ranks), tuple(seats), reasons, vacant)
    return Seating(tuple(ranks), tuple(seats), (*tie, *unlawful), 0)


def _places(item: Item, passed: int, clause: ShortOrEven, households: int) -> _Places:
    """Return how many members and alternates there are to be.

    By clause the last of an even number elected is the first alternate, unless too few would be
    left: then nobody is moved and the number stays to be decided. A tie for the last rank lies
    across the new boundary and stays unresolved like any other.
    """
    elected = min(passed, item.seats)
    # The least lawful number is odd: where an even one is large enough, so is one fewer.
    only_even = _unlawful(item, elected, households) == [NeedsDecision.EVEN]
    if clause is not ShortOrEven.LOWEST_BECOMES_ALTERNATE or not only_even:
        return _Places(item.seats, item.alternates)
    fewer = elected - 1
    # He takes the first place of the alternates as published; no more of them than members
    # (BJ art. 39).
    return _Places(fewer, min(max(item.alternates, 1), fewer))


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


def _drawn(item: Item, tied: list[int], seed: str) -> list[int]:
    """Draw lots among candidates with equal votes (domain C-26).

    The least SHA-256 of seed, id of the item and id of the candidate, a line each in UTF-8, goes
    first: everybody can draw again, and nobody knows before the vote who will be tied.
    """
    lots = {
        index: sha256(f"{seed}\n{item.id}\n{item.candidates[index].id}".encode()).digest()
        for index in tied
    }
    return sorted(tied, key=lots.__getitem__)


def _seat(places: _Places, first: int, end: int) -> Seat:
    """Place candidates with equal votes who share the ranks from ``first`` up to ``end``."""
    last = places.members + places.alternates
    if end <= places.members:
        return Seat.MEMBER
    if first >= last:
        return Seat.NONE
    if first >= places.members and end <= last:
        return Seat.ALTERNATE
    return Seat.UNRESOLVED


def _unlawful(item: Item, elected: int, households: int) -> list[NeedsDecision]:
    """Tell why so many cannot stand.

    Fewer seats than the smallest committee has can only fill vacancies: then all of them must be
    filled. No law asks for a number of alternates: a list of their own falls short only if nobody
    passes.
    """
    reasons = []
    committee = item.matter is Matter.ELECT_COMMITTEE and item.seats >= COMMITTEE.least_of_small
    if elected < (COMMITTEE.least_for(households) if committee else item.seats or 1):
        reasons.append(NeedsDecision.TOO_FEW)
    if committee and elected % 2 == 0:
        reasons.append(NeedsDecision.EVEN)
    return reasons
