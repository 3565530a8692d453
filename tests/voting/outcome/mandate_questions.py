"""What both verifiers are asked about mandates: who may vote by them, and what has changed."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from tally.model import Kind
from tests.voting.outcome.both import second
from voting.kernel import canonical
from voting.outcome import mandates
from voting.roster.document import PublicUnit, RosterDocument
from voting.roster.mandate import voters_on
from voting.roster.mandate_changes import counted, mandate_changes

DAY = date(2026, 3, 25)
ADULT = [
    (standing, None)
    for standing in (
        "owner", "representative", "not-named", "deceased", "unable", "ended", "removed",
    )
]  # fmt: skip
ADULT += [("owner", "2026-03-26"), ("not-named", "2026-03-24")]
CHILD = [("minor", day) for day in (None, "2026-03-24", "2026-03-25", "2026-03-26")]
BESIDE = (None, "owner", "representative", "not-named", "minor", "deceased", "unable")


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "who votes", _voters, _voters_again, _everybody()
    yield "who votes instead", _changed, _changed_again, _changes()


def _voters(data):
    said = mandates.read(data)
    return {unit: list(people) for unit, people in voters_on(said, DAY, said).items()}


def _voters_again(data):
    said = second.read_mandates(data)
    return {unit: second.voters_among(people, DAY) for unit, people in said.items()}


def _everybody():
    """A document for each two people beside a unit, with every third."""
    for two in product([*ADULT, *CHILD], repeat=2):
        yield canonical.encode(
            {str(at): _people((*two, third)) for at, third in enumerate([*ADULT, *CHILD])}
        )


def _people(standings):
    return [
        {"owner": number, "since": since, "standing": standing}
        for number, (standing, since) in enumerate(standings)
    ]


def _changed(before, old, after, new):
    first, then = (RosterDocument.from_bytes(data) for data in (before, after))
    changes = mandate_changes(first, mandates.read(old), then, mandates.read(new))
    return sorted(counted(changes).items())


def _changed_again(before, old, after, new):
    first, then = (second.Roster(data) for data in (before, after))
    said = second.changed_mandates(
        first, second.read_mandates(old), then, second.read_mandates(new)
    )
    return sorted(said.items())


def _changes():
    """A flat of two; beside it each of them, or a third, in every standing before and after."""
    flat, sold, gone = (_roster(owners) for owners in ((0, 1), (1, 2), None))
    beside = [_beside(*two) for two in product(BESIDE, repeat=2)]
    for old, new in product(beside, repeat=2):
        yield flat, old, flat, new
    for old, new in product(beside[::5], beside):
        yield flat, old, sold, new
        yield sold, old, flat, new
    for said in beside:
        yield flat, said, gone, b"{}"
        yield gone, b"{}", flat, said
        yield flat, said, flat, b"{}"
        yield flat, b"{}", flat, said


def _beside(one, other):
    """Say how an owner and somebody who is none at first stand beside the flat."""
    people = [
        {"owner": number, "since": None, "standing": standing}
        for number, standing in ((1, one), (2, other))
        if standing is not None
    ]
    return canonical.encode({"1": people} if people else {})


def _roster(owners):
    """Write a roster of a flat with these owners, if with any, and another flat."""
    flats = [("1", owners), ("2", (3,))]
    units = [
        PublicUnit(key, "1", Kind.DWELLING, 5000, stock=False, group=0, owners=people)
        for key, people in flats
        if people is not None
    ]
    return RosterDocument("小区", 1, tuple(units)).regrouped().to_bytes()
