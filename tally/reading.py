"""What a census means under published policies: who takes part, and for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from tally.census import FLAG_OF, MIXED, NO_MARK, Census, Unspoken
from tally.measure import Measure
from tally.model import BlankItem, Choice, Follow, Policies, Quorum, Silence, VoidBallot
from tally.rules import Rule
from tally.slots import DELIVERED, REJECTED, SILENT

COUNTED_IN = {
    Silence.NOT_PARTICIPATING: (),
    Silence.ABSTAIN: (SILENT, DELIVERED),
    Silence.FOLLOW_MAJORITY: (SILENT, DELIVERED),
    Silence.DELIVERED_FOLLOWS: (DELIVERED,),
}
"""Which silent units each clause counts in."""

VOID_CODES = (int(Choice.VOID), REJECTED)
"""A mark that was spoiled, and a ballot that was."""

VOID_FLAGS = int(Unspoken.VOID | Unspoken.REJECTED)
"""What they leave with an owner."""

_ON_BALLOTS = int(Unspoken.FOLLOW | Unspoken.BLANK | Unspoken.VOID)
"""What a ballot that stands may say without naming a choice."""


class Lean(NamedTuple):
    """Which choice those join who name none: with their heads, and with their area."""

    heads: int
    area: int


ABSTENTION = Lean(Choice.ABSTAIN, Choice.ABSTAIN)


class Stance(NamedTuple):
    """What an owner as a head, or a unit with its area, stands for.

    ``attends``: somebody's ballot stands, or his silence speaks (domain C-30).
    """

    choice: int | None
    takes_part: bool
    attends: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One question under one set of policies.

    Parameters
    ----------
    totals
        Heads and area of every choice, by code, after following and silent votes were given one.
    expressed
        All of these together.
    void
        Void units, and the heads that have nothing but void units to show.
    participating
        Everybody who takes part.
    attending
        Everybody who counts towards a quorum by ballot; None where the quorum is by item.
    """

    totals: dict[int, Measure]
    expressed: Measure
    void: Measure
    participating: Measure
    attending: Measure | None

    @property
    def towards_quorum(self) -> Measure:
        """What is held against the quorum (domain C-30)."""
        return self.participating if self.attending is None else self.attending


@dataclass(frozen=True, slots=True)
class Terms:
    """What units that name no choice are taken to say.

    Parameters
    ----------
    cast
        Choice of a unit that was voted but names none, by answer code (``BLANK``, ``FOLLOW``);
        a code that is absent does not take part.
    silent
        Choice of a unit without a ballot, by answer code (``SILENT``, ``DELIVERED``).
    void_takes_part
        Void units take part without a choice.
    by_ballot
        The quorum is measured by the ballots that stand, whatever they leave blank.
    """

    cast: Mapping[int, Lean]
    silent: Mapping[int, Lean]
    void_takes_part: bool
    by_ballot: bool = False
    _known: dict[int | tuple[int, int], Stance] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of_unit(self, code: int) -> Stance:
        """Tell what a unit with an answer code stands for."""
        if code not in self._known:
            self._known[code] = self._unit(code)
        return self._known[code]

    def of_owner(self, state: int, flags: int) -> Stance:
        """Tell what an owner stands for; state and flags are those of a census."""
        cell = state, flags
        if cell not in self._known:
            self._known[cell] = self._owner(state, flags)
        return self._known[cell]

    def _unit(self, code: int) -> Stance:
        lean = self.cast.get(code) or self.silent.get(code)
        if lean is not None:
            return Stance(lean.area, takes_part=True, attends=True)
        flag = FLAG_OF.get(code)
        if flag is None:
            return Stance(code, takes_part=True, attends=True)
        void = self.void_takes_part and bool(flag & VOID_FLAGS)
        return Stance(None, void, void or bool(flag & _ON_BALLOTS))

    def _owner(self, state: int, flags: int) -> Stance:
        choice = self._choice(state, flags)
        void = self.void_takes_part and bool(flags & VOID_FLAGS)
        takes_part = choice is not None or void
        return Stance(choice, takes_part, takes_part or bool(flags & _ON_BALLOTS))

    def _choice(self, state: int, flags: int) -> int | None:
        named = {state} - {NO_MARK} | {
            lean.heads for code, lean in self.cast.items() if flags & FLAG_OF[code]
        }
        if not named:
            # Silence speaks only for an owner of whom nothing else is known.
            named = {lean.heads for code, lean in self.silent.items() if flags & FLAG_OF[code]}
        if not named:
            return None
        # Units that differ leave the head without a choice (domain C-3).
        return named.pop() if len(named) == 1 and MIXED not in named else Choice.ABSTAIN


def read(census: Census, policies: Policies, rule: Rule) -> Reading:
    """Interpret a census under the policies of the agenda and the rule of the matter."""
    return settle(census, terms_of(census, policies, rule))


def terms_of(census: Census, policies: Policies, rule: Rule) -> Terms:
    """Work out what unspoken units say.

    Notes
    -----
    Expressed votes are counted first. 随多数 and the clauses on silence then join the majority of
    these (domain C-23, C-24). Silent units of an owner who expressed himself add their area to
    what the clause says, and leave his head where he put it.
    """
    lean = ABSTENTION
    if rule.deemed_votes and (Choice.FOLLOW in census.area_cm2 or silence_speaks(policies, rule)):
        lean = majority(settle(census, cast_terms(policies)), policies.follow)
    voted = cast_terms(policies, lean)
    if not silence_speaks(policies, rule):
        return voted
    if needs_quorum(policies) and not quorate(settle(census, voted), census, rule):
        return voted
    return with_silence(voted, policies, lean)


def cast_terms(policies: Policies, lean: Lean | None = None) -> Terms:
    """Say what cast ballots mean; those that follow join ``lean``, once it is known."""
    return _cast_terms(
        lean,
        blank_speaks=policies.blank_item is BlankItem.ABSTAIN,
        void_takes_part=policies.void_ballot is VoidBallot.PARTICIPATING,
        by_ballot=policies.quorum is Quorum.PER_BALLOT,
    )


@lru_cache
def _cast_terms(
    lean: Lean | None, *, blank_speaks: bool, void_takes_part: bool, by_ballot: bool
) -> Terms:
    """Make the few that there are once, so that each works out a stance once."""
    cast: dict[int, Lean] = {}
    if blank_speaks:
        cast[Choice.BLANK] = ABSTENTION
    if lean is not None:
        cast[Choice.FOLLOW] = lean
    return Terms(cast, {}, void_takes_part, by_ballot)


def silence_speaks(policies: Policies, rule: Rule) -> bool:
    """Tell whether a clause may give units without a ballot a voice."""
    return rule.deemed_votes and policies.silence is not Silence.NOT_PARTICIPATING


def needs_quorum(policies: Policies) -> bool:
    """Tell whether the clause supposes a vote that stands without it."""
    return policies.silence is Silence.FOLLOW_MAJORITY


def with_silence(voted: Terms, policies: Policies, lean: Lean) -> Terms:
    """Add what the clause says of units without a ballot."""
    joined = ABSTENTION if policies.silence is Silence.ABSTAIN else lean
    return replace(voted, silent=dict.fromkeys(COUNTED_IN[policies.silence], joined))


def settle(census: Census, terms: Terms) -> Reading:
    """Add up heads and area of each choice."""
    heads = dict.fromkeys(census.marks, 0)
    area = dict.fromkeys(census.marks, 0)
    void_heads = attending_heads = attending_area = 0
    for (state, flags), count in census.heads.items():
        stance = terms.of_owner(state, flags)
        attending_heads += count * stance.attends
        if stance.choice is not None:
            heads[stance.choice] += count
        elif flags & VOID_FLAGS:
            void_heads += count
    for code, cm2 in census.area_cm2.items():
        stance = terms.of_unit(code)
        attending_area += cm2 * stance.attends
        if stance.choice is not None:
            area[stance.choice] += cm2

    totals = {mark: Measure(heads[mark], area[mark]) for mark in census.marks}
    void = Measure(void_heads, sum(census.area_cm2.get(code, 0) for code in VOID_CODES))
    expressed = sum(totals.values(), Measure())
    return Reading(
        totals,
        expressed,
        void,
        expressed + void if terms.void_takes_part else expressed,
        Measure(attending_heads, attending_area) if terms.by_ballot else None,
    )


def majority(expressed: Reading, follow: Follow) -> Lean:
    """Return which choice leads alone, abstention where none does (domain C-24).

    Where both measures have to agree, a choice that leads on one alone leads nowhere.
    """
    lean = Lean(
        _leader(expressed, lambda measure: measure.heads),
        _leader(expressed, lambda measure: measure.area_cm2),
    )
    agreed = follow is Follow.EACH_MEASURE or lean.heads == lean.area
    return lean if agreed else ABSTENTION


def quorate(reading: Reading, census: Census, rule: Rule) -> bool:
    """Tell whether enough heads and enough area take part (Civil Code art. 278(2))."""
    part = reading.towards_quorum
    return rule.quorum.holds(part.heads, census.total.heads) and (
        rule.quorum.holds(part.area_cm2, census.total.area_cm2)
    )


def _leader(expressed: Reading, figure: Callable[[Measure], int]) -> int:
    most = max(figure(measure) for measure in expressed.totals.values())
    leaders = [mark for mark, measure in expressed.totals.items() if figure(measure) == most]
    return leaders[0] if len(leaders) == 1 else Choice.ABSTAIN
