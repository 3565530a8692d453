"""What a census means under published policies: who takes part, and for what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tally.census import FLAG_OF, MIXED, NO_MARK, Census
from tally.measure import Measure
from tally.model import BlankItem, Choice, Policies, Silence, VoidBallot
from tally.rules import Rule
from tally.slots import DELIVERED, SILENT

COUNTED_IN = {
    Silence.NOT_PARTICIPATING: (),
    Silence.ABSTAIN: (SILENT, DELIVERED),
    Silence.FOLLOW_MAJORITY: (SILENT, DELIVERED),
    Silence.DELIVERED_FOLLOWS: (DELIVERED,),
}
"""Which silent units each clause counts in."""


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
    """

    totals: dict[int, Measure]
    expressed: Measure
    void: Measure
    participating: Measure


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
    """

    cast: Mapping[int, int]
    silent: Mapping[int, int]
    void_takes_part: bool

    def choice_of(self, state: int, flags: int) -> int | None:
        """Return the choice of an owner from his units, or None if he makes none.

        ``state`` and ``flags`` are those of :class:`~tally.census.Census`.
        """
        named = {state} - {NO_MARK} | {
            choice for code, choice in self.cast.items() if flags & FLAG_OF[code]
        }
        if not named:
            # Silence speaks only for an owner of whom nothing else is known.
            named = {choice for code, choice in self.silent.items() if flags & FLAG_OF[code]}
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
    Expressed votes are counted first. 随多数 and the clauses on silence then join the choice that
    is the largest both by heads and by area, and abstain if there is no such choice or a tie
    (domain C-23, C-24). Silent units of an owner who expressed himself add their area to what the
    clause says, and leave his head where he put it.
    """
    lean: int = Choice.ABSTAIN
    if rule.deemed_votes and (Choice.FOLLOW in census.area_cm2 or silence_speaks(policies, rule)):
        lean = majority(settle(census, cast_terms(policies)))
    voted = cast_terms(policies, lean)
    if not silence_speaks(policies, rule):
        return voted
    if needs_quorum(policies) and not quorate(settle(census, voted), census, rule):
        return voted
    return with_silence(voted, policies, lean)


def cast_terms(policies: Policies, lean: int | None = None) -> Terms:
    """Say what cast ballots mean; those that follow join ``lean``, once it is known."""
    cast: dict[int, int] = {}
    if policies.blank_item is BlankItem.ABSTAIN:
        cast[Choice.BLANK] = Choice.ABSTAIN
    if lean is not None:
        cast[Choice.FOLLOW] = lean
    return Terms(cast, {}, policies.void_ballot is VoidBallot.PARTICIPATING)


def silence_speaks(policies: Policies, rule: Rule) -> bool:
    """Tell whether a clause may give units without a ballot a voice."""
    return rule.deemed_votes and policies.silence is not Silence.NOT_PARTICIPATING


def needs_quorum(policies: Policies) -> bool:
    """Tell whether the clause supposes a vote that stands without it."""
    return policies.silence is Silence.FOLLOW_MAJORITY


def with_silence(voted: Terms, policies: Policies, lean: int) -> Terms:
    """Add what the clause says of units without a ballot."""
    choice = Choice.ABSTAIN if policies.silence is Silence.ABSTAIN else lean
    return replace(voted, silent=dict.fromkeys(COUNTED_IN[policies.silence], choice))


def settle(census: Census, terms: Terms) -> Reading:
    """Add up heads and area of each choice."""
    heads = dict.fromkeys(census.marks, 0)
    void_heads = 0
    for (state, flags), count in census.heads.items():
        choice = terms.choice_of(state, flags)
        if choice is not None:
            heads[choice] += count
        elif flags & FLAG_OF[Choice.VOID]:
            void_heads += count

    area = {mark: census.area_cm2.get(mark, 0) for mark in census.marks}
    for code, choice in (*terms.cast.items(), *terms.silent.items()):
        area[choice] += census.area_cm2.get(code, 0)

    totals = {mark: Measure(heads[mark], area[mark]) for mark in census.marks}
    void = Measure(void_heads, census.area_cm2.get(Choice.VOID, 0))
    expressed = sum(totals.values(), Measure())
    return Reading(
        totals, expressed, void, expressed + void if terms.void_takes_part else expressed
    )


def majority(expressed: Reading) -> int:
    """Return the choice that leads alone on both measures, else abstention."""
    by_heads = _leader(expressed, lambda measure: measure.heads)
    by_area = _leader(expressed, lambda measure: measure.area_cm2)
    return by_heads if by_heads is not None and by_heads == by_area else Choice.ABSTAIN


def quorate(reading: Reading, census: Census, rule: Rule) -> bool:
    """Tell whether enough heads and enough area take part (Civil Code art. 278(2))."""
    return rule.quorum.holds(reading.participating.heads, census.total.heads) and (
        rule.quorum.holds(reading.participating.area_cm2, census.total.area_cm2)
    )


def _leader(expressed: Reading, figure: Callable[[Measure], int]) -> int | None:
    most = max(figure(measure) for measure in expressed.totals.values())
    leaders = [mark for mark, measure in expressed.totals.items() if figure(measure) == most]
    return leaders[0] if len(leaders) == 1 else None
