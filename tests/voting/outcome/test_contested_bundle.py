"""Clauses on co-owners, households and owners of several units: both verifiers hold them alike."""

from dataclasses import replace

import pytest

from tests.voting.conftest import voting
from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import contested
from tests.voting.outcome.test_correction import bundles, certify, corrected
from tests.voting.world import Handset, choices
from voting.box.entries import OBJECTION
from voting.box.objection import PAYLOAD_TYPE
from voting.kernel import canonical, dsse
from voting.outcome.bundle import Level

ZERO = "0" * 64


def failing(data):
    return [finding.number for finding in verify_bundle(data) if finding.problems]


def written(level=Level.SUPERVISED, **edits):
    files, phones = contested()
    return Dossier(files[level], phones).write(**edits)


def sealed(d, seal):
    """Put another envelope in the place of the objection."""
    place = d.place(OBJECTION)
    opening = d.openings["objections"][place]
    data = seal(dsse.parse(opening.data)).to_bytes()
    d.openings["objections"][place] = replace(opening, data=data)


def saying(**values):
    """Let the co-owner sign an objection with other values."""

    def edit(d):
        def seal(envelope):
            payload = canonical.encode(canonical.decode(envelope.payload) | values)
            return d.phones[envelope.key_id].seal(PAYLOAD_TYPE, payload)

        sealed(d, seal)

    return edit


def another_hand(d):
    stranger = Handset()
    sealed(d, lambda envelope: stranger.seal(PAYLOAD_TYPE, envelope.payload))


def another_signature(d):
    def seal(envelope):
        return replace(Handset().seal(PAYLOAD_TYPE, envelope.payload), key_id=envelope.key_id)

    sealed(d, seal)


def another_purpose(d):
    def seal(envelope):
        return d.phones[envelope.key_id].seal("text/plain", envelope.payload)

    sealed(d, seal)


def by(ballot, units):
    """Let whoever signed a ballot object to the one for these units."""

    def edit(d):
        key_id = dsse.parse(d.openings["ballots"][ballot].data).key_id

        def seal(envelope):
            payload = canonical.encode(canonical.decode(envelope.payload) | {"units": units})
            return d.phones[key_id].seal(PAYLOAD_TYPE, payload)

        sealed(d, seal)

    return edit


def too_late(d):
    d.log[d.place(OBJECTION)]["at"] = "2026-03-25T10:00:01Z"


def too_early(d):
    """Let the objection come before every ballot."""
    place = d.place(OBJECTION)
    d.log.insert(1, d.log.pop(place))
    ballots = d.openings["ballots"]
    d.openings["ballots"] = {at + 1: opening for at, opening in ballots.items()}
    d.openings["objections"] = {1: d.openings["objections"].pop(place)}


def twice(d):
    """Take the same objection once more."""
    place = d.place(OBJECTION)
    d.log.insert(place + 1, dict(d.log[place]))
    d.openings["objections"][place + 1] = d.openings["objections"][place]


def spouse_differs(d):
    """Let the second of the spouses vote differently from the first."""
    d.resign(3, choices=choices("approve"))


@pytest.mark.parametrize("level", UNNAMED)
def test_what_keeps_the_clauses_passes(level):
    assert failing(written(level)) == []


@pytest.mark.parametrize(
    "edit",
    [
        another_hand,
        another_signature,
        another_purpose,
        saying(assembly="other"),
        saying(notice=ZERO),
        saying(units=["1-1-102", "2-1-102"]),
        by(3, ["2-1-102"]),
        by(3, ["1-1-102"]),
        too_late,
        too_early,
        twice,
        spouse_differs,
    ],
)
def test_what_only_the_thirteenth_check_can_see(edit):
    assert failing(written(notice_bound=edit)) == [13]


@pytest.mark.parametrize(
    "values",
    [
        {"format": "yezhu-ballot-objection/2"},
        {"nonce": "0"},
        {"nonce": 0},
        {"units": []},
        {"units": [1]},
        {"units": ["1-1-201", "1-1-102"]},
        {"units": ["1-1-102", "1-1-102"]},
        {"units": ["9-9-999"]},
        {"more": 1},
    ],
)
def test_an_objection_of_another_shape_can_neither_be_checked_nor_counted(values):
    """It is written after the count, which would not take it."""
    files, phones = contested()

    def edit(d):
        saying(**values)(d)
        place = d.place(OBJECTION)
        d.log[place]["commitment"] = d.openings["objections"][place].commitment

    assert {13, 14} <= set(failing(Dossier(files[Level.SUPERVISED], phones).write(pinned=edit)))


def test_objections_have_to_be_opened_as_they_were_committed_to():
    def unopened(d):
        d.openings["objections"].clear()

    def resalted(d):
        place = d.place(OBJECTION)
        opening = d.openings["objections"][place]
        d.openings["objections"][place] = replace(opening, salt=bytes(32))

    def of_nothing(d):
        d.openings["objections"][1] = d.openings["ballots"][1]

    assert failing(written(pinned=unopened)) == [12, 13, 14]
    assert failing(written(pinned=resalted)) == [12, 14]
    assert failing(written(pinned=of_nothing)) == [12]


@pytest.mark.parametrize(
    "edit",
    [
        lambda result: result.pop("objections"),
        lambda result: result["objections"].append(result["objections"][0]),
        lambda result: result["objections"][0].update(ballots=[]),
        lambda result: result["objections"][0].update(position=5),
        lambda result: result["ballots"].pop("refused"),
        lambda result: result["ballots"].update(refused=[1]),
        lambda result: result["items"][0]["approve"].update(heads=1),
        lambda result: result["items"][0]["electorate"].update(heads=9),
        lambda result: result["items"][0]["used_policies"].pop(),
    ],
)
def test_what_is_told_of_objections_and_refusals_is_counted_again(edit):
    assert failing(written(pinned=lambda d: edit(d.result))) == [14]


@pytest.mark.parametrize("household", ["7", True, None, []])
def test_a_household_is_a_number(household):
    def edit(d):
        d.roster["units"][0]["household"] = household
        d.files["roster.json"] = canonical.encode(d.roster)

    assert 7 in failing(written(Level.PUBLIC, counted=edit))


def test_spouses_who_own_a_flat_each_are_one_head():
    files, _ = contested()
    result = canonical.decode(files[Level.PUBLIC]["result.json"])
    assert result["items"][0]["oppose"] == {"area_cm2": 1_843_000, "heads": 1}


@pytest.mark.parametrize("rule", ["first_stands", "abstain", "void"])
def test_objections_are_counted_over_the_corrected_roster_too(world, rule):
    voting(world, begun=True, policies={"co_owners": rule})
    world.cast("wang", ["1-1-102", "1-1-201"])
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.object("li", ["1-1-102", "1-1-201"])
    corrected(world, removed=["1-1-201"])
    result = certify(world)
    assert [failing(data) for data in bundles(world)] == [[], []]
    approve = [part["items"][0]["approve"]["area_cm2"] for part in (result, result["corrected"])]
    assert approve == ([1_607_500, 1_005_000] if rule == "first_stands" else [0, 0])
