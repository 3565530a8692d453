"""Each test as a linear margin: how far it is from turning, and what a vote adds to it."""

from dataclasses import dataclass

from tally.measure import Measure
from tally.rules import Base, Ratio, Rule
from tally.verdict import Votes


@dataclass(frozen=True, slots=True)
class Margin:
    """How much one more in each count adds to a test on one measure, and where it stands now.

    It holds at 0 or more, or, if ``strict``, above 0.
    """

    by_heads: bool
    participating: int
    approving: int
    value: int
    strict: bool
    attending: int = 0

    @property
    def weights(self) -> tuple[int, int, int]:
        """What one more adds that takes part, that approves, that attends."""
        return self.participating, self.approving, self.attending

    @property
    def holds(self) -> bool:
        """Tell whether it holds now."""
        return self.shortfall <= 0

    @property
    def shortfall(self) -> int:
        """How much must be gained for it to hold."""
        return (1 if self.strict else 0) - self.value

    @property
    def slack(self) -> int:
        """How much must be lost for it to fail."""
        return self.value if self.strict else self.value + 1


def margins_of(votes: Votes, rule: Rule) -> list[Margin]:
    """Return the margins of a rule: quorum and approval, by heads and by area, approval last."""
    return [
        margin
        for by_heads in (True, False)
        for margin in _of_measure(votes, rule, by_heads=by_heads)
    ]


def necessary_margins(votes: Votes, rule: Rule) -> list[Margin]:
    """Return what the four imply together: approvers alone must be a share of the electorate.

    Two thirds must take part and more than half of those approve, so more than a third of all
    must approve. Striking ballots cannot help where that is missing, which neither of the two
    margins shows by itself. It does not follow where others than those who take part fill the
    quorum.
    """
    if rule.base is Base.ELECTORATE or votes.attending is not None:
        return []
    quorum, approval = rule.quorum, rule.approval
    both = Ratio(quorum.num * approval.num, quorum.den * approval.den, approval.inclusive)
    return [
        Margin(
            by_heads,
            participating=0,
            approving=both.den,
            value=both.margin(
                _on(votes.approve, by_heads=by_heads), _on(votes.electorate, by_heads=by_heads)
            ),
            strict=not both.inclusive,
        )
        for by_heads in (True, False)
    ]


@dataclass(frozen=True, slots=True)
class Needed:
    """How much approval a proposal lacks; None where silent owners cannot bring it.

    ``area`` is in cm².
    """

    heads: int | None
    area: int | None


def needed(votes: Votes, rule: Rule, *, silent_take_part: bool) -> Needed:
    """Return how many heads and how much area, now silent, would still have to come and approve.

    Each measure by itself, and 0 where its tests hold.

    Parameters
    ----------
    silent_take_part
        A clause counts the silent in already, as abstaining: they only add approval.
    """
    return Needed(
        *(
            _needed(_of_measure(votes, rule, by_heads=by_heads), silent_take_part=silent_take_part)
            for by_heads in (True, False)
        )
    )


def _needed(margins: list[Margin], *, silent_take_part: bool) -> int | None:
    most = 0
    for margin in margins:
        gain = margin.approving if silent_take_part else sum(margin.weights)
        if not margin.holds and gain == 0:
            return None
        if not margin.holds:
            most = max(most, -(-margin.shortfall // gain))
    return most


def _of_measure(votes: Votes, rule: Rule, *, by_heads: bool) -> list[Margin]:
    whole = _on(votes.electorate, by_heads=by_heads)
    part = _on(votes.participating, by_heads=by_heads)
    towards_quorum = _on(votes.towards_quorum, by_heads=by_heads)
    by_item = votes.attending is None
    approve = _on(votes.approve, by_heads=by_heads)
    of_participants = rule.base is Base.PARTICIPANTS
    quorum, approval = rule.quorum, rule.approval
    # Of nobody no share is reached. Only where others fill the quorum can nobody be left to
    # approve; elsewhere the quorum says it.
    somebody = Margin(by_heads, participating=0, approving=1, value=approve, strict=True)
    return [
        *([] if by_item or not of_participants else [somebody]),
        Margin(
            by_heads,
            participating=quorum.den if by_item else 0,
            approving=0,
            value=quorum.margin(towards_quorum, whole),
            strict=not quorum.inclusive,
            attending=0 if by_item else quorum.den,
        ),
        Margin(
            by_heads,
            participating=-approval.num if of_participants else 0,
            approving=approval.den,
            value=approval.margin(approve, part if of_participants else whole),
            strict=not approval.inclusive,
        ),
    ]


def _on(measure: Measure, *, by_heads: bool) -> int:
    return measure.heads if by_heads else measure.area_cm2
