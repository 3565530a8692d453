"""The specification: the same count in plain Python, to be followed with a pencil.

It shares nothing with the fast count but the words (``model``), the columns and the law
(``rules``). It is slow on purpose. Where the two ever differ, one of them is wrong and no result
may be issued.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import permutations
from typing import Any

from tally.columns import KINDS, MEDIUM_OF, BallotColumns, Medium, RosterColumns
from tally.errors import TallyError
from tally.model import (
    Agenda,
    BlankItem,
    Candidates,
    Choice,
    CoOwners,
    Follow,
    Form,
    Item,
    Kind,
    Matter,
    MixedUnits,
    Policies,
    Quorum,
    Ranking,
    Repeat,
    ShortOrEven,
    Silence,
    VoidBallot,
    VoidItem,
)
from tally.reference_heads import heads_of
from tally.rules import COMMITTEE, Base, Ratio, Rule, rule_for

Answer = int | str | tuple[int, int]
"""A choice a unit stands for: a :class:`Choice` code, or one as a head and one with its area, or
``"void"``, or ``"silent"``."""

Pair = tuple[int, int]
"""Heads and area (cm²)."""

Counts = dict[int | str, Pair]
"""Heads and area of each answer."""

_NOWHERE = (Choice.ABSTAIN, Choice.ABSTAIN)
"""What those abstain to who would follow a majority that is not there: as heads, with area."""


@dataclass(frozen=True)
class _Papers:
    """Everything on the clerk's table."""

    roster: RosterColumns
    ballots: BallotColumns
    delivered: Sequence[bool] | None
    struck: frozenset[int]
    objected: frozenset[int]

    def units_of(self, ballot: int) -> list[int]:
        start, end = self.ballots.unit_offsets[ballot : ballot + 2]
        return [int(unit) for unit in self.ballots.unit_code[start:end]]

    def medium_of(self, ballot: int) -> Medium:
        return MEDIUM_OF[self.ballots.channels[self.ballots.channel[ballot]]]


def count_assembly(
    agenda: Agenda,
    roster: RosterColumns,
    ballots: BallotColumns,
    *,
    delivered: Sequence[bool] | None = None,
    struck: Collection[int] = (),
    objected: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Count every item the slow way.

    Parameters and errors are those of :func:`tally.count.count_assembly`; the columns are taken
    to be sound.

    Returns
    -------
    list of dict
        For each item ``electorate``, ``carried`` and ``proposals``, one for a resolution and one
        for each candidate or option otherwise: ``participating``, ``approve``, ``oppose``,
        ``abstain`` and ``void``, each (heads, area in cm²), ``tests`` by name, and ``carried``.
        ``attending`` is who counts towards the quorum.
        Elections add ``seats``, ``needs_decision`` and, where a clause calls one, the
        ``supplementary_seats`` of a supplementary election; choose-one items ``winner``.
    """
    papers = _Papers(roster, ballots, delivered, frozenset(struck), frozenset(objected))
    results = []
    column = 0
    for item in agenda.items:
        results.append(_count_item(papers, agenda, item, column))
        column += item.questions
    return results


def _count_item(papers: _Papers, agenda: Agenda, item: Item, column: int) -> dict[str, Any]:
    policies = agenda.policies
    rule = rule_for(item.matter, agenda.decision_date)
    electorate = _electorate(papers.roster, item, policies)
    if not electorate:
        raise TallyError(f"议题 {item.id} 的表决范围内没有任何房屋，无法计票")
    heads = heads_of(papers.roster, electorate, policies.same_owner)
    standing = _standing_ballots(papers, policies)
    area = {unit: int(papers.roster.area_cm2[unit]) for unit in electorate}
    whole = (len(heads), sum(area.values()))

    proposals = []
    for question in range(item.questions):
        marks = _marks(papers, item, column, question, policies)
        answers = _answers(electorate, standing, marks, policies)
        if policies.mixed_units is MixedUnits.LAST_BALLOT:
            answers = _last_ballot_governs(answers, heads, standing, policies)
        counts, attending = _interpret(papers, answers, standing, heads, area, policies, rule)
        approving = (
            [Choice.OPTION + option for option in range(len(item.options))]
            if item.form is Form.CHOOSE_ONE
            else [Choice.APPROVE]
        )
        proposals += [
            _judge(counts, attending, whole, choice, policies, rule) for choice in approving
        ]

    result: dict[str, Any] = {"electorate": whole, "proposals": proposals}
    if item.form is Form.ELECTION:
        by_question = [
            _answers(
                electorate, standing, _marks(papers, item, column, question, policies), policies
            )
            for question in range(item.questions)
        ]
        answers = _returned(electorate, by_question, policies)
        counts, attending = _interpret(papers, answers, standing, heads, area, policies, rule)
        result["participating"] = _participating(counts, policies)
        result["attending"] = attending
        result["void"] = counts.get("void", (0, 0))
        dwelling = KINDS.index(Kind.DWELLING)
        households = sum(int(papers.roster.kind[unit]) == dwelling for unit in electorate)
        least = COMMITTEE.least_for(households)
        passed = sum(proposal["carried"] for proposal in proposals)
        places = _places(item, passed, least, policies.short_or_even)
        result["seats"] = _seats(item, places, proposals, whole, policies)
        reasons = _not_lawful(item, places.count("member"), passed, least)
        vacant = max(item.places - passed, 0)
        if policies.short_or_even is ShortOrEven.SUPPLEMENTARY_ELECTION and reasons and vacant:
            result["supplementary_seats"] = vacant
            reasons = ["supplementary_election"]
        result["needs_decision"] = ["tie"] * ("unresolved" in result["seats"]) + reasons
        result["carried"] = not result["needs_decision"]
    else:
        result["carried"] = any(proposal["carried"] for proposal in proposals)
    if item.form is Form.CHOOSE_ONE:
        winners = [
            option.id
            for option, proposal in zip(item.options, proposals, strict=True)
            if proposal["carried"]
        ]
        result["winner"] = winners[0] if winners else None
        rejection = _judge(counts, attending, whole, Choice.NONE_OF_THESE, policies, rule)
        result["none_of_these"] = rejection["approve"]
        ids = [option.id for option in item.options]
        result["run_off"] = (
            None if winners or rejection["carried"] else _front_runners(ids, proposals)
        )
    return result


def _electorate(roster: RosterColumns, item: Item, policies: Policies) -> list[int]:
    """List the units the item is put to."""
    limits = item.electorate
    kinds = limits.include_kinds
    if kinds is None and limits.units is None:
        kinds = policies.include_kinds
    return [
        unit
        for unit in range(len(roster))
        if (kinds is None or KINDS[roster.kind[unit]] in kinds)
        and (
            limits.buildings is None or roster.buildings[roster.building[unit]] in limits.buildings
        )
        and (limits.units is None or roster.unit_key[unit] in limits.units)
    ]


def _standing_ballots(papers: _Papers, policies: Policies) -> dict[int, int | str]:
    """Let one ballot stand for each unit; a void ballot never stands.

    A unit whose ballots are all void is ``"void"``; a unit whose standing ballot was struck is
    silent like one that never voted.
    """
    standing: dict[int, int | str] = {}
    valid: dict[int, list[int]] = {}
    refusing = policies.mixed_units is MixedUnits.REFUSE_DIFFERENT
    for ballot in range(len(papers.ballots)):
        is_valid = not papers.ballots.void[ballot]
        if refusing and is_valid and _differs(papers, valid, ballot, policies):
            continue
        for unit in papers.units_of(ballot):
            if is_valid:
                valid.setdefault(unit, []).append(ballot)
            elif ballot not in papers.struck:
                standing[unit] = "void"
    for unit, ballots in valid.items():
        standing[unit] = _which_stands(papers, ballots, policies)
    kept = {unit: ballot for unit, ballot in standing.items() if ballot not in papers.struck}
    if policies.co_owners is not CoOwners.FIRST_STANDS:
        # A co-owner objects to what stands for his unit (domain C-1).
        kept |= dict.fromkeys(
            [unit for unit in papers.objected if isinstance(kept.get(unit), int)],
            "void" if policies.co_owners is CoOwners.VOID else "frozen",
        )
    return kept


def _differs(papers: _Papers, valid: dict[int, list[int]], ballot: int, policies: Policies) -> bool:
    """Tell whether a ballot, let in, would leave units of one head under different ballots.

    Where the rules say so it is not let in (domain C-3).
    """
    named = papers.units_of(ballot)
    for units in heads_of(papers.roster, [*range(len(papers.roster))], policies.same_owner):
        claims = {unit: valid.get(unit, []) + [ballot] * named.count(unit) for unit in units}
        stands = [_which_stands(papers, each, policies) for each in claims.values() if each]
        if len({tuple(papers.ballots.choices[each].tolist()) for each in stands}) > 1:
            return True
    return False


def _which_stands(papers: _Papers, ballots: list[int], policies: Policies) -> int:
    """Choose among the valid ballots of one unit, which are in order of arrival."""
    match policies.repeat:
        case Repeat.FIRST_VALID:
            return ballots[0]
        case Repeat.LAST_VALID:
            changes = policies.repeat_limit
            return ballots[-1] if changes is None else ballots[: 1 + changes][-1]
        case Repeat.PAPER_FIRST:
            preferred = Medium.PAPER
        case Repeat.PHONE_FIRST:
            preferred = Medium.PHONE
    through = [ballot for ballot in ballots if papers.medium_of(ballot) is preferred]
    return (through or ballots)[0]


def _marks(
    papers: _Papers, item: Item, column: int, question: int, policies: Policies
) -> list[int]:
    """Read what each ballot says to one question of an item that starts at a column.

    Where the published election method (BJ art. 32) lets a ballot tick no more candidates than
    there are places, one tick more spoils the election on it; and whoever marked one candidate
    takes part in the vote on all of them. To follow the majority is no tick (domain C-25).
    """
    marks = []
    for ballot in range(len(papers.ballots)):
        row = papers.ballots.choices[ballot]
        said = [int(row[column + each]) for each in range(item.questions)]
        mark = said[question]
        if item.form is Form.ELECTION and policies.candidates is Candidates.AT_MOST_SEATS:
            if said.count(Choice.APPROVE) > item.places:
                mark = Choice.VOID
            elif mark == Choice.FOLLOW or (
                mark == Choice.BLANK and set(said) - {Choice.BLANK, Choice.VOID}
            ):
                mark = Choice.ABSTAIN
        marks.append(mark)
    return marks


def _answers(
    electorate: list[int],
    standing: dict[int, int | str],
    marks: list[int],
    policies: Policies,
) -> dict[int, Answer]:
    """Read what each unit answers to one question."""
    spoiled = Choice.ABSTAIN if policies.void_item is VoidItem.ABSTAIN else "void"
    answers: dict[int, Answer] = {}
    for unit in electorate:
        ballot = standing.get(unit, "silent")
        mark = ballot if isinstance(ballot, str) else marks[ballot]
        mark = Choice.ABSTAIN if mark == "frozen" else mark
        answers[unit] = spoiled if mark == Choice.VOID else mark
    return answers


def _returned(
    electorate: list[int], by_question: list[dict[int, Answer]], policies: Policies
) -> dict[int, Answer]:
    """Tell of each unit whether its ballot says anything at all on the candidates."""
    void_takes_part = (
        policies.void_ballot is VoidBallot.PARTICIPATING
        and policies.blank_item is BlankItem.NOT_PARTICIPATING
    )
    returned: dict[int, Answer] = {}
    for unit in electorate:
        marks = {answers[unit] for answers in by_question}
        if marks - {"silent", "void", Choice.BLANK}:
            returned[unit] = Choice.ABSTAIN
        elif marks == {"void", Choice.BLANK}:
            returned[unit] = "void" if void_takes_part else Choice.BLANK
        else:
            (returned[unit],) = marks
    return returned


def _last_ballot_governs(
    answers: dict[int, Answer],
    heads: list[list[int]],
    standing: dict[int, int | str],
    policies: Policies,
) -> dict[int, Answer]:
    """Give all participating units of an owner the choice of his latest ballot among them."""
    governed = dict(answers)
    cast = sorted(ballot for ballot in standing.values() if isinstance(ballot, int))
    # To freeze a unit is the last word on it.
    turn = {ballot: place for place, ballot in enumerate([*cast, "frozen"])}
    for units in heads:
        voted = [
            unit
            for unit in units
            if answers[unit] not in ("void", "silent")
            and (answers[unit] != Choice.BLANK or policies.blank_item is BlankItem.ABSTAIN)
        ]
        if voted:
            latest = max(voted, key=lambda unit: turn[standing[unit]])
            for unit in voted:
                governed[unit] = answers[latest]
    return governed


def _interpret(
    papers: _Papers,
    answers: dict[int, Answer],
    standing: dict[int, int | str],
    heads: list[list[int]],
    area: dict[int, int],
    policies: Policies,
    rule: Rule,
) -> tuple[Counts, Pair]:
    """Resolve everything that is not a choice of its own, then add up.

    Also tell who counts towards the quorum.
    """
    if policies.blank_item is BlankItem.ABSTAIN:
        answers = {
            unit: Choice.ABSTAIN if answer == Choice.BLANK else answer
            for unit, answer in answers.items()
        }
    expressed = _add_up(answers, heads, area, frozenset())
    lean = _lean(expressed, policies.follow) if rule.deemed_votes else _NOWHERE
    answers = {
        unit: lean if answer == Choice.FOLLOW else answer for unit, answer in answers.items()
    }
    counts = _add_up(answers, heads, area, frozenset())
    attending = _attending(counts, standing, frozenset(), heads, area, policies)
    if not rule.deemed_votes or policies.silence is Silence.NOT_PARTICIPATING:
        return counts, attending

    silent = frozenset(unit for unit, answer in answers.items() if answer == "silent")
    if policies.silence is Silence.FOLLOW_MAJORITY:
        whole = (len(heads), sum(area.values()))
        if not all(_reaches(rule.quorum, attending[i], whole[i]) for i in (0, 1)):
            return counts, attending
    if policies.silence is Silence.DELIVERED_FOLLOWS:
        if papers.delivered is None:
            raise TallyError("规则规定已送达未表决的计入多数，但没有提供送达记录")
        delivered = papers.delivered
        silent = frozenset(unit for unit in silent if delivered[unit])
    joined = _NOWHERE if policies.silence is Silence.ABSTAIN else lean
    answers = {unit: joined if unit in silent else answer for unit, answer in answers.items()}
    counts = _add_up(answers, heads, area, silent)
    return counts, _attending(counts, standing, silent, heads, area, policies)


def _add_up(
    answers: dict[int, Answer],
    heads: list[list[int]],
    area: dict[int, int],
    deemed: frozenset[int],
) -> Counts:
    """Count each unit's area under its answer and each head once.

    Who joins one choice as a head and another with his area answers with both.
    """
    uncounted = ("void", "silent", Choice.BLANK, Choice.FOLLOW)
    head_count: dict[int | str, int] = {}
    area_sum: dict[int | str, int] = {}
    as_head: dict[int, int | str] = {}
    for unit, answer in answers.items():
        with_area = answer[1] if isinstance(answer, tuple) else answer
        area_sum[with_area] = area_sum.get(with_area, 0) + area[unit]
        as_head[unit] = answer[0] if isinstance(answer, tuple) else answer
    for units in heads:
        own = {as_head[unit] for unit in units if unit not in deemed}.difference(uncounted)
        joined = {as_head[unit] for unit in units if unit in deemed}
        named = own or joined
        if len(named) == 1:
            stands_for: int | str = named.pop()
        elif named:
            stands_for = Choice.ABSTAIN
        elif any(answers[unit] == "void" for unit in units):
            stands_for = "void"
        else:
            continue
        head_count[stands_for] = head_count.get(stands_for, 0) + 1
    return {
        answer: (head_count.get(answer, 0), area_sum.get(answer, 0))
        for answer in {*head_count, *area_sum}
    }


def _choices(counts: Counts) -> Counts:
    return {
        answer: pair
        for answer, pair in counts.items()
        if isinstance(answer, int) and answer not in (Choice.BLANK, Choice.FOLLOW)
    }


def _lean(expressed: Counts, follow: Follow) -> tuple[int, int]:
    """Find the choice that is alone in front by heads, and the one that is by area."""
    choices = _choices(expressed)
    alone = []
    for i in (0, 1):
        most = max((pair[i] for pair in choices.values()), default=0)
        front = [answer for answer, pair in choices.items() if pair[i] == most]
        alone.append(int(front[0]) if len(front) == 1 else Choice.ABSTAIN)
    by_heads, by_area = alone
    if follow is Follow.BOTH_MEASURES and by_heads != by_area:
        return _NOWHERE
    return by_heads, by_area


def _attending(
    counts: Counts,
    standing: dict[int, int | str],
    deemed: frozenset[int],
    heads: list[list[int]],
    area: dict[int, int],
    policies: Policies,
) -> Pair:
    """Tell who counts towards the quorum: by item who takes part, by ballot whose ballot stands."""
    if policies.quorum is Quorum.PER_ITEM:
        return _participating(counts, policies)
    void_counts = policies.void_ballot is VoidBallot.PARTICIPATING
    there = {
        unit
        for unit in area
        if unit in deemed or (unit in standing and (standing[unit] != "void" or void_counts))
    }
    return (
        sum(any(unit in there for unit in units) for units in heads),
        sum(area[unit] for unit in there),
    )


def _participating(counts: Counts, policies: Policies) -> tuple[int, int]:
    parts = list(_choices(counts).values())
    if policies.void_ballot is VoidBallot.PARTICIPATING:
        parts.append(counts.get("void", (0, 0)))
    return sum(pair[0] for pair in parts), sum(pair[1] for pair in parts)


def _judge(
    counts: Counts, attending: Pair, whole: Pair, approving: int, policies: Policies, rule: Rule
) -> dict[str, Any]:
    """Put one proposal to the four tests."""
    part = _participating(counts, policies)
    approve = counts.get(approving, (0, 0))
    abstain = counts.get(Choice.ABSTAIN, (0, 0))
    against = [
        pair
        for answer, pair in _choices(counts).items()
        if answer not in (approving, Choice.ABSTAIN)
    ]
    base = part if rule.base is Base.PARTICIPANTS else whole
    tests = {}
    for step, ratio, left, right in (
        ("quorum", rule.quorum, attending, whole),
        ("approval", rule.approval, approve, base),
    ):
        for i, measure in enumerate(("heads", "area")):
            tests[f"{step}_{measure}"] = _reaches(ratio, left[i], right[i])
    return {
        "participating": part,
        "attending": attending,
        "approve": approve,
        "oppose": (sum(pair[0] for pair in against), sum(pair[1] for pair in against)),
        "abstain": abstain,
        "void": counts.get("void", (0, 0)),
        "tests": tests,
        "carried": all(tests.values()),
    }


def _reaches(ratio: Ratio, part: int, whole: int) -> bool:
    """Compare shares as exact fractions; of nobody, no share is reached."""
    if whole == 0:
        return False
    share, figure = Fraction(part, whole), Fraction(ratio.num, ratio.den)
    return share >= figure if ratio.inclusive else share > figure


def _front_runners(ids: list[str], proposals: list[dict[str, Any]]) -> list[str] | None:
    """Name the two options that stand alone in first and second place, or share the first."""
    for first, second in permutations(range(len(ids)), 2):
        votes, others = (
            proposals[second]["approve"],
            [
                proposals[other]["approve"]
                for other in range(len(ids))
                if other not in (first, second)
            ],
        )
        ahead = proposals[first]["approve"] > votes or (
            proposals[first]["approve"] == votes and first < second
        )
        if ahead and votes[0] and all(votes > other for other in others):
            return [ids[first], ids[second]]
    return None


def _ranked_by(
    approve: tuple[int, int], whole: tuple[int, int], ranking: Ranking
) -> tuple[Fraction, Fraction]:
    """Return what decides the rank first, and what decides it where that is equal."""
    heads, area = Fraction(approve[0], whole[0]), Fraction(approve[1], whole[1])
    if ranking is Ranking.HEADS_THEN_AREA:
        return heads, area
    return (area, heads) if ranking is Ranking.AREA_THEN_HEADS else (heads + area, area)


def _places(item: Item, passed: int, least: int, clause: ShortOrEven) -> list[str]:
    """List what there is to fill, the best rank first.

    BJ art. 39 asks for an odd number of members. By clause the last of an even number elected
    goes to the head of the alternates, of whom there are as many as published, at least one for
    him, and no more than members; but not where that leaves fewer members than ``least``
    (domain C-27).
    """
    members, alternates = item.seats, item.alternates
    if clause is ShortOrEven.LOWEST_BECOMES_ALTERNATE and _is_committee(item):
        elected = min(passed, members)
        if elected % 2 == 0 and elected - 1 >= least:
            members = elected - 1
            alternates = min(max(alternates, 1), members)
    return ["member"] * members + ["alternate"] * alternates


def _seats(
    item: Item, places: list[str], proposals: list[dict[str, Any]], whole: Pair, policies: Policies
) -> list[str]:
    """Seat each candidate by how many passed with more votes, and how many with as many.

    Where as many do not all get the same, a published seed draws lots (domain C-26).
    """
    seats = []
    votes = [_ranked_by(proposal["approve"], whole, policies.ranking) for proposal in proposals]
    passed = [number for number, proposal in enumerate(proposals) if proposal["carried"]]
    for number, own in enumerate(votes):
        if number not in passed:
            seats.append("none")
            continue
        ahead = sum(votes[other] > own for other in passed)
        level = [other for other in passed if votes[other] == own]
        kinds = [
            places[place] if place < len(places) else "none"
            for place in range(ahead, ahead + len(level))
        ]
        if len(set(kinds)) == 1:
            seats.append(kinds[0])
        elif policies.lot_seed is None:
            seats.append("unresolved")
        else:
            lots = [_lot(policies.lot_seed, item, other) for other in level]
            seats.append(kinds[sorted(lots).index(_lot(policies.lot_seed, item, number))])
    return seats


def _lot(seed: str, item: Item, number: int) -> str:
    """Draw a candidate's lot: three lines in UTF-8, and their SHA-256; the least goes first."""
    lines = f"{seed}\n{item.id}\n{item.candidates[number].id}"
    return sha256(lines.encode("utf-8")).hexdigest()


def _is_committee(item: Item) -> bool:
    """Tell whether a whole committee is elected; fewer than three seats only fill vacancies."""
    return item.matter is Matter.ELECT_COMMITTEE and item.seats >= COMMITTEE.least_of_small


def _not_lawful(item: Item, members: int, passed: int, least: int) -> list[str]:
    """Tell what BJ art. 39 leaves to people (domain C-27).

    It sets no least number of alternates, so a list of their own (domain C-28) is short only
    where nobody on it passed.
    """
    if item.seats == 0:
        return ["too_few"] if passed == 0 else []
    elected = min(members, passed)
    if not _is_committee(item):
        return ["too_few"] if elected < item.seats else []
    return ["too_few"] * (elected < least) + ["even"] * (elected % 2 == 0)
