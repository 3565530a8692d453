"""Each numbered check refuses with its own code; a ballot that passes them all comes out whole."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.voting.world import Handset, choices
from voting.assembly.model import State
from voting.ballot import verify as table
from voting.ballot.model import PAYLOAD_TYPE
from voting.ballot.verify import require_open, verify
from voting.kernel import canonical, dsse
from voting.kernel.refusal import Refusal
from voting.roster.entitled import EntitledRoster

MINE = ("2-1-102", "B1-1-002")


def entitled(world):
    """After a correction: 1-2-102 is gone, 1-1-202 is 陈䶮's, and nobody votes for it."""
    roster = world.roster
    chen = roster.units[roster.unit_code["2-1-102"]].owners
    units = tuple(
        replace(unit, owners=chen) if unit.unit_key == "1-1-202" else unit for unit in roster.units
    )
    nobody, gone = {roster.unit_code["1-1-202"]: ()}, {roster.unit_code["1-2-102"]}
    return EntitledRoster(roster.community, 1, units, None, nobody, frozenset(gone))


def check(world, data, *, poll=None, at=None):
    with world.database.read() as session:
        return verify(
            data,
            poll or world.poll,
            entitled(world),
            partial(world.identities.holder, session, world.roster_id),
            at=at or world.clock(),
        )


def sign(world, payload, payload_type=PAYLOAD_TYPE):
    return world.phones["chen"].seal(payload_type, payload).to_bytes()


def respelled(world, **changed):
    """Sign a text that differs from a good ballot in some values; None takes a key away."""
    text = json.loads(dsse.parse(world.ballot("chen", MINE)).payload)
    text |= changed
    return sign(world, canonical.encode({k: v for k, v in text.items() if v != "gone"}))


def ticking(*candidates, limit="at_most_seats"):
    """Answer a case that approves candidates at an assembly with a limit on them: two."""

    def make(world):
        window = {"opens_at": "2026-05-01 00:00", "closes_at": "2026-05-08 18:00"}
        world.draft(policies={"candidates": limit}, **window).publish().open()
        marks = {one: "approve" if one in candidates else "abstain" for one in ("c1", "c2", "c3")}
        return world.ballot("chen", MINE, choices(**{"2": marks}))

    return make


def ballot(**other):
    """Answer a case that signs a ballot with other values."""
    return lambda world: world.ballot("chen", other.pop("units", MINE), **other)


def text(**changed):
    """Answer a case that signs a text with other values."""
    return lambda world: respelled(world, **changed)


def envelope_with(**changed):
    """Answer a case whose envelope is changed after signing."""
    return lambda world: canonical.encode(json.loads(world.ballot("chen", MINE)) | changed)


def two_signatures(world):
    envelope = json.loads(world.ballot("chen", MINE))
    return canonical.encode(envelope | {"signatures": envelope["signatures"] * 2})


def unenrolled(world):
    world.phones["stranger"] = Handset()
    return world.ballot("stranger", MINE)


def revoked(world):
    data = world.ballot("chen", MINE)
    world.enrol("chen")
    return data


def signed_by_another(world):
    world.phones["thief"] = Handset()
    stolen = dsse.parse(world.ballot("thief", MINE))
    return replace(stolen, key_id=world.phones["chen"].key_id).to_bytes()


def altered(world):
    sealed = dsse.parse(world.ballot("chen", MINE))
    return replace(sealed, payload=sealed.payload.replace(b"approve", b"abstain", 1)).to_bytes()


def early(world):
    data = world.ballot("chen", MINE)
    world.clock.moment = world.poll.opens_at - timedelta(seconds=1)
    return data


def late(world):
    data = world.ballot("chen", MINE)
    world.clock.moment = world.poll.closes_at + timedelta(seconds=1)
    return data


CASES = [
    (1, "envelope-too-large", lambda _: b" " * 8193),
    (2, "not-canonical", lambda _: b"ballot"),
    (2, "not-canonical", lambda world: world.ballot("chen", MINE) + b"\n"),
    (2, "malformed-envelope", lambda _: b"[]"),
    (2, "malformed-envelope", envelope_with(extra="")),
    (2, "malformed-envelope", envelope_with(signatures=[])),
    (2, "malformed-envelope", envelope_with(payload="=")),
    (2, "malformed-envelope", two_signatures),
    (3, "wrong-payload-type", lambda world: sign(world, b"{}", "application/json")),
    (4, "not-canonical", lambda world: sign(world, b"{ }")),
    (4, "malformed-ballot", lambda world: sign(world, b"[]")),
    (4, "malformed-ballot", text(format="yezhu-ballot/2")),
    (4, "malformed-ballot", text(more="")),
    (4, "malformed-ballot", text(nonce="gone")),
    (4, "malformed-ballot", text(nonce="F" * 32)),
    (4, "malformed-ballot", text(capacity="agent")),
    (4, "malformed-ballot", text(sequence=True)),
    (4, "malformed-ballot", text(units=[])),
    (4, "malformed-ballot", text(units=[1])),
    (4, "malformed-ballot", text(units=list(reversed(MINE)))),
    (4, "malformed-ballot", text(units=[MINE[0], MINE[0]])),
    (5, "wrong-assembly", ballot(assembly_id="another")),
    (6, "wrong-notice", ballot(notice_digest="0" * 64)),
    (7, "wrong-roster", ballot(roster_digest="0" * 64)),
    (8, "poll-not-open", early),
    (8, "poll-closed", late),
    (9, "unknown-key", unenrolled),
    (9, "unknown-key", revoked),
    (10, "unknown-unit", ballot(units=("2-1-102", "9-9-999"))),
    (11, "unit-removed", ballot(units=("1-2-102",))),
    (12, "not-your-unit", ballot(units=("1-1-102",))),
    (12, "not-your-unit", ballot(units=("1-1-101", "2-1-102"))),
    (12, "not-your-unit", ballot(units=("2-1-201",))),
    (13, "not-the-voter", ballot(units=("1-1-202",))),
    (14, "unreadable-choice", ballot(said={})),
    (14, "unreadable-choice", ballot(said=choices("maybe"))),
    (14, "unreadable-choice", ballot(said=choices("blank"))),
    (14, "unreadable-choice", ballot(said=choices(1))),
    (14, "unreadable-choice", ballot(said=choices(third="c"))),
    (14, "unreadable-choice", ballot(said=choices(third="void"))),
    (14, "unreadable-choice", ballot(said=choices(**{"2": "approve"}))),
    (14, "unreadable-choice", ballot(said=choices(**{"2": {"c1": "approve"}}))),
    (14, "unreadable-choice", ballot(said=choices(**{"5": "approve"}))),
    (14, "too-many-ticks", ticking("c1", "c2", "c3")),
    (15, "bad-signature", signed_by_another),
    (15, "bad-signature", altered),
]


@pytest.mark.parametrize(("number", "code", "make"), CASES)
def test_a_check_refuses_with_its_own_code(open_world, number, code, make):
    data = make(open_world)
    with pytest.raises(Refusal) as refused:
        check(open_world, data)
    assert refused.value.code == code
    assert re.search("[一-鿿]", refused.value.detail)


def promised():
    """Read the table of the module: number and code of every check."""
    found, number = set(), 0
    for line in table.__doc__.splitlines():
        if row := re.match(r"(\d+) ", line):
            number = int(row[1])
        if number and (codes := re.findall(r"``([a-z-]+)``", line)):
            found |= {(number, code) for code in codes}
    return found


def test_every_code_of_the_table_has_a_case_and_no_case_is_outside_it():
    assert {number for number, _ in promised()} == set(range(1, 16))
    assert {(number, code) for number, code, _ in CASES} == promised()


def spoil(world, first):
    """Sign a ballot in which every check from ``first`` on finds something wrong."""
    stranger = world.phones["stranger"] = Handset()
    good = json.loads(dsse.parse(world.ballot("chen", MINE)).payload)
    wrong = {
        5: {"assembly": "another"},
        6: {"notice": "0" * 64},
        7: {"roster": "0" * 64},
        10: {"units": ["9-9-999"]},
        11: {"units": ["1-2-102"]},
        12: {"units": ["1-1-102"]},
        13: {"units": ["1-1-202"]},
        14: {"choices": {}},
    }
    for number in sorted(wrong, reverse=True):
        good |= wrong[number] if number >= first else {}
    sealed = stranger.seal(PAYLOAD_TYPE, canonical.encode(good))
    return sealed if first <= 9 else replace(sealed, key_id=world.phones["chen"].key_id)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (5, "wrong-assembly"), (6, "wrong-notice"), (7, "wrong-roster"), (9, "unknown-key"),
        (10, "unknown-unit"), (11, "unit-removed"), (12, "not-your-unit"), (13, "not-the-voter"),
        (14, "unreadable-choice"), (15, "bad-signature"),
    ],
)  # fmt: skip
def test_of_several_faults_the_first_in_the_table_is_named(open_world, first, code):
    with pytest.raises(Refusal) as refused:
        check(open_world, spoil(open_world, first).to_bytes())
    assert refused.value.code == code


def test_the_window_is_checked_before_the_key(open_world):
    open_world.clock.moment = open_world.poll.closes_at + timedelta(seconds=1)
    with pytest.raises(Refusal, match="截止"):
        check(open_world, spoil(open_world, 9).to_bytes())


def test_a_good_ballot_comes_out_in_codes(open_world):
    data = open_world.ballot("chen", MINE)
    verified = check(open_world, data)
    roster = open_world.roster
    assert verified.envelope == data
    assert verified.key_id == open_world.phones["chen"].key_id
    assert [roster.units[code].unit_key for code in verified.unit_codes] == list(MINE)
    assert {roster.units[code].group for code in verified.unit_codes} == {verified.group}
    assert verified.choices == (1, 1, 2, 3, 16, 2)
    payload = base64.b64decode(json.loads(data)["payload"])
    assert verified.digest == canonical.digest(payload)


@pytest.mark.parametrize(
    ("ticks", "limit"), [(("c1", "c3"), "at_most_seats"), (("c1", "c2", "c3"), "each")]
)
def test_as_many_candidates_are_approved_as_the_rules_allow(open_world, ticks, limit):
    data = ticking(*ticks, limit=limit)(open_world)
    assert check(open_world, data).choices[1:4].count(1) == len(ticks)


def test_who_ticks_too_many_is_told_how_many_he_may(open_world):
    data = ticking("c1", "c2", "c3")(open_world)
    with pytest.raises(Refusal, match="最多同意 2 位候选人，您同意了 3 位"):
        check(open_world, data)


def test_an_envelope_of_the_full_size_is_read(open_world):
    """The limit itself is still allowed: the refusal comes from the next check."""
    with pytest.raises(canonical.NotCanonical):
        check(open_world, b" " * 8192)


@pytest.mark.parametrize("end", ["opens_at", "closes_at"])
def test_the_first_and_the_last_second_are_in(open_world, end):
    assert check(
        open_world, open_world.ballot("chen", MINE), at=getattr(open_world.poll, end)
    ).ballot.units == MINE  # fmt: skip


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.DRAFT, "poll-not-open"),
        (State.NOTICED, "poll-not-open"),
        (State.CLOSED, "poll-closed"),
        (State.CERTIFIED, "poll-closed"),
    ],
)
def test_the_box_is_open_only_between_two_acts(open_world, state, code):
    with pytest.raises(Refusal) as refused:
        require_open(replace(open_world.poll, state=state), open_world.clock())
    assert refused.value.code == code
