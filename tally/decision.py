"""What was decided on one item, under one set of policies."""

from dataclasses import dataclass

from tally.choose_one import run_off_of, winner_of
from tally.desk import Desk
from tally.election import Seating, seat_candidates
from tally.measure import Measure
from tally.model import Choice, Form, Item, Policies
from tally.question import Question, votes_on
from tally.reading import Reading, read
from tally.rules import Rule
from tally.verdict import Verdict, judge, quorum_tests


@dataclass(frozen=True, slots=True)
class Decision:
    """One item, decided.

    Parameters
    ----------
    electorate
        Whom it was put to.
    reading
        Participation in the item as a whole.
    verdicts
        One for a resolution, one for each candidate or option otherwise.
    seating
        Only for an election.
    """

    item: Item
    electorate: Measure
    reading: Reading
    verdicts: tuple[Verdict, ...]
    seating: Seating | None

    @property
    def winner(self) -> str | None:
        """Return the id of the option chosen, if the item chooses one."""
        index = winner_of(self.verdicts) if self.item.form is Form.CHOOSE_ONE else None
        return None if index is None else self.item.options[index].id

    @property
    def carried(self) -> bool:
        """Tell whether the item is settled by this vote.

        A resolution that passes, a choice that has a winner, an election that leaves a lawful
        number of members and nothing to decide.
        """
        if self.seating is not None:
            return not self.seating.needs_decision
        return any(verdict.carried for verdict in self.verdicts)

    @property
    def outcome(self) -> object:
        """What two readings of the same ballots have to share to be called the same."""
        return self.carried, self.winner, self.seating and self.seating.seats

    def document(self, rule: Rule) -> dict[str, object]:
        """Write everything about the form of the item."""
        if self.item.form is Form.RESOLUTION:
            return self.verdicts[0].document()
        tests = quorum_tests(rule, self.reading.towards_quorum, self.electorate)
        attending = self.reading.attending
        whole = ({} if attending is None else {"attending": attending.document()}) | {
            "participating": self.reading.participating.document(),
            "void": self.reading.void.document(),
            "tests": {name: test.document() for name, test in tests.items()},
            "carried": self.carried,
        }
        return whole | (self._election(self.seating) if self.seating else self._choose_one(rule))

    def _election(self, seating: Seating) -> dict[str, object]:
        people = self.item.candidates
        rows = zip(people, self.verdicts, seating.ranks, seating.seats, strict=True)
        # Only where a clause calls one: what is published without the clause stays as it was.
        called = {"supplementary_seats": seating.vacant} if seating.vacant else {}
        return {
            "seats": self.item.seats,
            "alternates": self.item.alternates,
            "candidates": [
                {"id": candidate.id, "name": candidate.name}
                | verdict.document()
                | {"rank": rank, "seat": seat.value}
                for candidate, verdict, rank, seat in rows
            ],
            "needs_decision": [reason.value for reason in seating.needs_decision],
        } | called

    def _choose_one(self, rule: Rule) -> dict[str, object]:
        options = self.item.options
        votes = votes_on(self.reading, self.electorate, Choice.NONE_OF_THESE)
        pair = None if self.winner else run_off_of(self.verdicts, judge(votes, rule))
        return {
            "abstain": votes.abstain.document(),
            "none_of_these": votes.approve.document(),
            "options": [
                {"id": option.id, "title": option.title} | verdict.document()
                for option, verdict in zip(options, self.verdicts, strict=True)
            ],
            "winner": self.winner,
            "run_off": pair and [options[index].id for index in pair],
        }


def decide(
    desk: Desk,
    item: Item,
    questions: list[Question],
    policies: Policies,
    rule: Rule,
    segment: int = 0,
) -> Decision:
    """Count one item, in one segment of the roll, and apply its rule."""
    scope = desk.scope(item, policies)
    censuses = [desk.census(question, scope, policies, segment) for question in questions]
    readings = [read(census, policies, rule) for census in censuses]
    total = censuses[0].total
    verdicts = tuple(
        judge(votes_on(reading, total, approving), rule)
        for question, reading in zip(questions, readings, strict=True)
        for approving in question.approving
    )
    if item.form is not Form.ELECTION:
        return Decision(item, total, readings[0], verdicts, None)
    returned = read(desk.returned(questions, scope, policies, segment), policies, rule)
    households = desk.roll.households(scope, segment)
    seating = seat_candidates(item, verdicts, policies, households)
    return Decision(item, total, returned, verdicts, seating)
