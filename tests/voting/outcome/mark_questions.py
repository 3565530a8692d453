"""What both verifiers are asked about marks: which a phone, and which a paper may give."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from tally.model import Agenda, Candidate, Candidates, Form, Item, Matter, Option, Policies
from tests.voting.outcome.both import second
from tests.voting.outcome.document_questions import changed
from tests.voting.outcome.single_values import ODD
from voting.assembly.agenda import agenda_document
from voting.ballot.choices import choice_vector
from voting.kernel import canonical

WORDS = (
    "approve", "oppose", "abstain", "blank", "void", "follow_majority", "none_of_these", "x", "z",
)  # fmt: skip
AGREED = {"1": "approve", "2": {"a": "approve", "b": "oppose"}, "3": "x"}


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "marks", _marks, _marks_again, _cases()


def _marks(agenda, data, paper):
    choice_vector(agenda, canonical.decode(data), paper=paper)


def _marks_again(agenda, data, paper):
    said = agenda_document(agenda)
    second.marks_of(said, second.parse(data), second.policies_of(said), paper=paper)


def _cases():
    for rule, seats, paper in product(Candidates, (1, 0), (False, True)):
        agenda = _agenda(rule, seats)
        for choices in _choices():
            yield agenda, canonical.encode(choices), paper
        for data in changed(canonical.encode(AGREED)):
            yield agenda, data, paper


def _choices():
    for word in WORDS:
        for item in "13":
            yield AGREED | {item: word}
    for one, other in product(WORDS, repeat=2):
        yield AGREED | {"2": {"a": one, "b": other}}
    for odd in ODD:
        yield AGREED | {"2": {"a": odd, "b": odd}}


def _agenda(rule, seats):
    """One item of each form; without seats, an election of alternates."""
    two = tuple(Candidate(name, name) for name in "ab")
    options = tuple(Option(name, name) for name in "xy")
    items = (
        Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER),
        Item(
            "2", "选举", Form.ELECTION, Matter.ELECT_COMMITTEE, seats=seats, alternates=1 - seats,
            candidates=two,
        ),
        Item("3", "选择", Form.CHOOSE_ONE, Matter.HIRE_MANAGER, options=options),
    )  # fmt: skip
    return Agenda("大会", "", None, None, date(2026, 6, 1), Policies(candidates=rule), items)
