"""What a bundle says of a correction is checked against both logs."""

import base64

import pytest

from tests.voting.outcome.forgery import ENTRIES, edited, relogged, zipped
from tests.voting.outcome.test_correction import (
    BUYERS_CLAIM,
    SOLD,
    certify,
    corrected,
    problems,
)
from voting.kernel import canonical
from voting.outcome import bundle
from voting.outcome.bundle import CORRECTIONS, Level


@pytest.fixture
def forged(open_world):
    """The supervised bundle of a vote in which a unit was sold, taken apart."""
    world = open_world
    corrected(world, [SOLD])
    world.enrol("wu", said=BUYERS_CLAIM)
    world.cast("wu", ["1-1-202"])
    certify(world)
    return bundle.read(world.outcomes.bundle(world.assembly_id, Level.SUPERVISED))


def test_a_bundle_whose_correction_was_left_out_fails(forged):
    del forged[CORRECTIONS]
    assert {1, 7, 9, 13, 14} <= problems(zipped(forged)).keys()


def test_a_bundle_whose_correction_was_rewritten_fails(forged):
    def enlarge(acts):
        acts[0]["difference"]["changed"][0]["area_cm2"] = 760_000

    assert {7, 9} <= problems(zipped(edited(forged, CORRECTIONS, enlarge))).keys()


def test_a_correction_that_the_register_does_not_know_fails(forged):
    def forget(entries):
        entries[:] = [
            each for each in entries
            if b"roster-correction" not in base64.b64decode(each["entry"])
        ]  # fmt: skip

    assert 9 in problems(zipped(edited(forged, ENTRIES, forget)))


def test_the_operator_cannot_slip_the_correction_behind_the_ballot(forged):
    """He holds the log's key, but the buyer's ballot then came before she owned the unit."""

    def swap(entries):
        entries[1], entries[2] = entries[2], entries[1]

    assert {9, 13} <= problems(zipped(relogged(forged, swap))).keys()


@pytest.mark.parametrize("kind", ["roster", "roster-correction"])
@pytest.mark.parametrize(
    "names",
    [
        {"convener": "高监督", "supervisor": "高　监督"},
        {"convener": "Gao Wei", "supervisor": "gao wei"},
        {"convener": "", "supervisor": "高监督"},
        {"convener": "林召集"},
        [],
    ],
    ids=str,
)
def test_one_name_is_not_two_people(forged, kind, names):
    def sign_alone(entries):
        for each in entries:
            entry = canonical.decode(base64.b64decode(each["entry"]))
            if entry["type"] == kind:
                entry["names"] = names
                each["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    found = problems(zipped(edited(forged, ENTRIES, sign_alone)))
    assert [problem for problem in found[9] if "两个人" in problem or "结构不对" in problem]


def test_entries_from_before_people_signed_by_name_are_still_taken(forged):
    def forget(entries):
        for each in entries:
            entry = canonical.decode(base64.b64decode(each["entry"]))
            entry.pop("names", None)
            each["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    assert problems(zipped(edited(forged, ENTRIES, forget))).keys() == {8}


@pytest.mark.parametrize("kind", ["roster", "roster-correction"])
def test_one_account_is_not_two(forged, kind):
    def sign_alone(entries):
        for each in entries:
            entry = canonical.decode(base64.b64decode(each["entry"]))
            if entry["type"] == kind:
                entry["confirmed_by"] = entry["by"]
                each["entry"] = base64.b64encode(canonical.encode(entry)).decode()

    found = problems(zipped(edited(forged, ENTRIES, sign_alone)))
    assert any("须由两个账号签署" in problem for problem in found[9])


@pytest.fixture
def public(open_world):
    """The public bundle of the same, taken apart, and the act that it leaves out."""
    world = open_world
    corrected(world, [SOLD])
    certify(world)
    files = bundle.read(world.outcomes.bundle(world.assembly_id, Level.PUBLIC))
    (signed,) = world.rosters.signed_corrections(world.roster_id)
    return files, signed.act


def test_the_public_bundle_does_not_say_which_unit_was_sold(public):
    files, act = public
    assert problems(zipped(files)) == {}
    assert CORRECTIONS not in files
    others = b"".join(data for path, data in files.items() if path != "roster.json")
    assert b"1-1-202" not in others
    assert act.digest.encode() in others


def test_a_public_bundle_of_an_earlier_release_is_still_checked(public):
    files, act = public
    older = files | {CORRECTIONS: bundle.corrections([act.to_bytes()])}
    manifest = canonical.decode(older[bundle.MANIFEST]) | {"format": "yezhu-bundle/2"}
    older = older | {bundle.MANIFEST: canonical.encode(manifest)}
    assert problems(zipped(older)) == {}
    wrong = edited(older, CORRECTIONS, lambda acts: acts[0].update(source="0" * 64))
    assert {7, 9} <= problems(zipped(wrong)).keys()


def test_a_result_that_hides_a_correction_is_found_at_the_public_level(public):
    files, _ = public
    hidden = edited(files, "result.json", lambda result: result["corrections"].clear())
    assert "结果所写的清册更正与日志所记的不同" in problems(zipped(hidden))[9]
