"""The words of a vote: what is asked, of whom, and under which published rules."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """Use of an exclusive unit, as the roster prints it."""

    DWELLING = "住宅"
    COMMERCIAL = "商业"
    OFFICE = "办公"
    PARKING = "车位"
    STORAGE = "储藏"
    OTHER = "其他"


class Form(StrEnum):
    """How the question is put."""

    RESOLUTION = "resolution"
    ELECTION = "election"
    CHOOSE_ONE = "choose_one"


class Matter(StrEnum):
    """What is decided. It fixes the legal class (Civil Code, art. 278 and 279)."""

    RULES_OF_PROCEDURE = "rules_of_procedure"
    COVENANT = "covenant"
    ELECT_COMMITTEE = "elect_committee"
    HIRE_MANAGER = "hire_manager"
    SERVICE_TERMS = "service_terms"
    USE_FUND = "use_fund"
    MANAGE_FUND = "manage_fund"
    USE_COMMON_INCOME = "use_common_income"
    COMMITTEE_ALLOWANCE = "committee_allowance"
    OVERRIDE_COMMITTEE = "override_committee"
    OTHER = "other"
    RAISE_FUND = "raise_fund"
    REBUILD = "rebuild"
    CHANGE_COMMON_USE = "change_common_use"
    OPERATE_COMMON_PARTS = "operate_common_parts"
    DWELLING_TO_BUSINESS = "dwelling_to_business"


class Choice(IntEnum):
    """One mark on a ballot, stored as int8.

    ``OPTION + i`` is the i-th option of a choose-one item (counted from 0, at most
    :data:`MAX_OPTIONS`). ``VOID`` spoils one item only; a whole void ballot is flagged as such.
    """

    BLANK = 0
    APPROVE = 1
    OPPOSE = 2
    ABSTAIN = 3
    FOLLOW = 4
    VOID = 5
    NONE_OF_THESE = 6
    OPTION = 16


MAX_OPTIONS = 100
"""Most options of one choose-one item; keeps every code within int8."""


class Silence(StrEnum):
    """What units without any ballot count as (domain C-23, Civil Code art. 140)."""

    NOT_PARTICIPATING = "not_participating"
    ABSTAIN = "abstain"
    FOLLOW_MAJORITY = "follow_majority"
    DELIVERED_FOLLOWS = "delivered_follows"


class Repeat(StrEnum):
    """Which of several valid ballots for one unit stands (domain C-17, C-18).

    Where paper or phone goes first, the first valid ballot of that channel stands whenever it
    came, and without one the first valid ballot of all.
    """

    FIRST_VALID = "first_valid"
    LAST_VALID = "last_valid"
    PAPER_FIRST = "paper_first"
    PHONE_FIRST = "phone_first"


class MixedUnits(StrEnum):
    """How an owner counts whose units voted differently (domain C-3).

    ``refuse_different``: he cannot; a ballot that differs from what stands for another of his
    units is not let in.
    """

    NO_CHOICE = "no_choice"
    LAST_BALLOT = "last_ballot"
    REFUSE_DIFFERENT = "refuse_different"


class CoOwners(StrEnum):
    """What becomes of a unit's ballot to which a co-owner objects in time (domain C-1).

    ``void``: as if all its ballots were, the objector's own word included.
    """

    FIRST_STANDS = "first_stands"
    ABSTAIN = "abstain"
    VOID = "void"


class BlankItem(StrEnum):
    """What an item left blank on a cast ballot means (domain C-21)."""

    NOT_PARTICIPATING = "not_participating"
    ABSTAIN = "abstain"


class VoidBallot(StrEnum):
    """Whether a void ballot, or a void mark, takes part (domain C-19)."""

    NOT_PARTICIPATING = "not_participating"
    PARTICIPATING = "participating"


class VoidItem(StrEnum):
    """What a spoiled mark on an otherwise valid ballot means (domain C-20)."""

    NOT_PARTICIPATING = "not_participating"
    ABSTAIN = "abstain"


class SameOwner(StrEnum):
    """When two titles belong to the same head (domain C-4 to C-6).

    A sole owner of several titles is one head under every one of them (JI art. 9);
    ``each_title`` counts each co-owned title by itself, even where the co-owners are the same.
    ``household`` also joins the titles for which the roster names one household, as far as the
    rules of procedure say so: the flats of spouses who each own one alone.
    """

    IDENTITY_SET = "identity_set"
    ANY_COMMON_OWNER = "any_common_owner"
    EACH_TITLE = "each_title"
    HOUSEHOLD = "household"


class Ranking(StrEnum):
    """By what those who passed an election are ranked (domain C-26).

    ``sum_of_shares`` adds the share of all heads to the share of the whole area; where two sums
    are equal, the larger area goes first.
    """

    HEADS_THEN_AREA = "heads_then_area"
    AREA_THEN_HEADS = "area_then_heads"
    SUM_OF_SHARES = "sum_of_shares"


class Quorum(StrEnum):
    """Whose participation the quorum of an item is measured by (domain C-30).

    ``per_ballot`` counts everybody whose ballot stands, even where it is blank or spoiled on the
    item; approval is still measured against those who take part in the item itself.
    """

    PER_ITEM = "per_item"
    PER_BALLOT = "per_ballot"


class Follow(StrEnum):
    """Which majority those join who vote with the majority, and the silent (domain C-24).

    ``both_measures``: the choice in front by heads and by area, else abstention.
    ``each_measure``: a head joins the choice in front by heads, an area the one in front by area.
    """

    BOTH_MEASURES = "both_measures"
    EACH_MEASURE = "each_measure"


class ShortOrEven(StrEnum):
    """What follows where too few, or an even number of, members are elected (domain C-27).

    ``lowest_becomes_alternate``: of an even number the last in rank becomes the first alternate,
    if the number left is lawful. ``supplementary_election``: the seats left vacant are filled in
    a supplementary election.
    """

    NEEDS_DECISION = "needs_decision"
    LOWEST_BECOMES_ALTERNATE = "lowest_becomes_alternate"
    SUPPLEMENTARY_ELECTION = "supplementary_election"


class Candidates(StrEnum):
    """How a ballot puts the candidates of an election (domain C-25).

    ``each``: to be approved or not one by one, however many. ``at_most_seats``: to be ticked, no
    more of them than there are seats; one tick too many spoils the election on that ballot.
    """

    EACH = "each"
    AT_MOST_SEATS = "at_most_seats"


DEFAULT_KINDS = frozenset({Kind.DWELLING, Kind.COMMERCIAL, Kind.OFFICE, Kind.OTHER})
"""Parking and storage stand outside unless a clause lets them in (domain W-8, C-11)."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What the published rules of this assembly say where the law leaves room.

    Every default is the reading that needs no clause.
    """

    silence: Silence = Silence.NOT_PARTICIPATING
    repeat: Repeat = Repeat.FIRST_VALID
    mixed_units: MixedUnits = MixedUnits.NO_CHOICE
    blank_item: BlankItem = BlankItem.NOT_PARTICIPATING
    void_ballot: VoidBallot = VoidBallot.NOT_PARTICIPATING
    same_owner: SameOwner = SameOwner.IDENTITY_SET
    include_kinds: frozenset[Kind] = DEFAULT_KINDS
    void_item: VoidItem = VoidItem.NOT_PARTICIPATING
    ranking: Ranking = Ranking.HEADS_THEN_AREA
    repeat_limit: int | None = None
    """How many later ballots may take the place of a unit's first, where the last valid one
    stands; None sets no limit (domain C-18)."""
    quorum: Quorum = Quorum.PER_ITEM
    follow: Follow = Follow.BOTH_MEASURES
    short_or_even: ShortOrEven = ShortOrEven.NEEDS_DECISION
    candidates: Candidates = Candidates.EACH
    lot_seed: str | None = None
    """Published seed by which lots are drawn where equal votes leave a seat open; None leaves it
    to people (domain C-26)."""
    co_owners: CoOwners = CoOwners.FIRST_STANDS


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who stands for a seat."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things a choose-one item offers."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Electorate:
    """Which units one agenda item is put to; ``None`` sets no limit (domain C-33).

    The three limits narrow each other. Without kinds of its own an item takes those of the
    policies, except that a list of ``units`` is taken exactly as published.
    """

    include_kinds: frozenset[Kind] | None = None
    buildings: frozenset[str] | None = None
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One agenda item.

    An election without ``seats`` puts a list of their own for alternates to the vote (domain C-28).
    """

    id: str
    title: str
    form: Form
    matter: Matter
    electorate: Electorate = field(default_factory=Electorate)
    seats: int = 0
    alternates: int = 0
    candidates: tuple[Candidate, ...] = ()
    options: tuple[Option, ...] = ()

    @property
    def questions(self) -> int:
        """Number of choice columns: one for each candidate of an election, otherwise one."""
        return len(self.candidates) if self.form is Form.ELECTION else 1

    @property
    def places(self) -> int:
        """Number of places an election fills first: members, or alternates on their own list."""
        return self.seats or self.alternates


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything that was published before the vote and that the count leans on."""

    title: str
    convener: str
    opens_at: datetime | None
    closes_at: datetime | None
    decision_date: date
    policies: Policies
    items: tuple[Item, ...]

    def question_columns(self) -> tuple[tuple[int, int | None], ...]:
        """Return (item index, candidate index or None) of each choice column, in ballot order."""
        return tuple(
            (position, candidate)
            for position, item in enumerate(self.items)
            for candidate in (range(item.questions) if item.form is Form.ELECTION else (None,))
        )
