"""The four tests: two measures, each at two steps, joined by 且 (domain T-5)."""

from dataclasses import dataclass

from tally.measure import Measure
from tally.rules import Base, Ratio, Rule


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison in whole numbers: ``left op right``."""

    left: int
    op: str
    right: int
    holds: bool

    def document(self) -> dict[str, int | str | bool]:
        """Write the comparison as certificates print it."""
        return {"left": self.left, "op": self.op, "right": self.right, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Votes:
    """What the tests are put to, for one resolution, candidate or option."""

    electorate: Measure
    participating: Measure
    approve: Measure
    oppose: Measure
    abstain: Measure
    void: Measure
    attending: Measure | None = None
    """Who counts towards the quorum, where that is not who takes part (domain C-30)."""

    @property
    def towards_quorum(self) -> Measure:
        """What is held against the quorum."""
        return self.participating if self.attending is None else self.attending

    def document(self) -> dict[str, dict[str, int]]:
        """Write the blocks of a result, without the electorate."""
        attending = {} if self.attending is None else {"attending": self.attending.document()}
        return attending | {
            "participating": self.participating.document(),
            "approve": self.approve.document(),
            "oppose": self.oppose.document(),
            "abstain": self.abstain.document(),
            "void": self.void.document(),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The votes with their four tests."""

    votes: Votes
    tests: dict[str, Comparison]

    @property
    def carried(self) -> bool:
        """Tell whether all four tests hold."""
        return all(test.holds for test in self.tests.values())

    def document(self) -> dict[str, object]:
        """Write the blocks, the tests and whether it is carried."""
        tests = {name: test.document() for name, test in self.tests.items()}
        return {**self.votes.document(), "tests": tests, "carried": self.carried}


def judge(votes: Votes, rule: Rule) -> Verdict:
    """Apply a rule to votes."""
    base = votes.participating if rule.base is Base.PARTICIPANTS else votes.electorate
    approval = _tests("approval", rule.approval, votes.approve, base)
    return Verdict(votes, quorum_tests(rule, votes.towards_quorum, votes.electorate) | approval)


def quorum_tests(rule: Rule, participating: Measure, electorate: Measure) -> dict[str, Comparison]:
    """Put only the first step to the test: whether enough take part."""
    return _tests("quorum", rule.quorum, participating, electorate)


def still_needed(ratio: Ratio, part: int, whole: int) -> int:
    """Return how much must be added to ``part`` for the share of a fixed ``whole`` to hold."""
    short = ratio.num * whole - ratio.den * part + (0 if ratio.inclusive else 1)
    return max(0, -(-short // ratio.den))


def _tests(step: str, ratio: Ratio, part: Measure, whole: Measure) -> dict[str, Comparison]:
    return {
        f"{step}_heads": compare(ratio, part.heads, whole.heads),
        f"{step}_area": compare(ratio, part.area_cm2, whole.area_cm2),
    }


def compare(ratio: Ratio, part: int, whole: int) -> Comparison:
    """Put one share to the test on one measure."""
    return Comparison(ratio.den * part, ratio.op, ratio.num * whole, ratio.holds(part, whole))
