"""Whatever is handed in for a proof, a checkpoint, tiles, a receipt or a bundle: never a yes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voting.box.verify import find_key, read_file, verify_receipt
from voting.kernel.refusal import Refusal
from voting.ledger import checkpoint, proof, tiles
from voting.ledger.tree import root_of
from voting.outcome.bundle import Level
from voting.outcome.verify import verify_bundle

UNITS = ["2-1-102", "B1-1-002"]
OFTEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
_MUTATION = st.tuples(
    st.sampled_from(["flip", "cut", "double", "insert"]),
    st.integers(0, 2**31),  # where, counted round
    st.integers(1, 255),
    st.binary(min_size=1, max_size=8),
)
MUTATIONS = st.lists(_MUTATION, min_size=1, max_size=4)


def mutated(value, mutations):
    """Change some bytes of a value."""
    value = bytearray(value)
    for act, place, mask, more in mutations:
        at = place % len(value) if value else 0
        if act == "flip" and value:
            value[at] ^= mask
        elif act == "cut":
            del value[at : at + mask]
        elif act == "double":
            value[at:at] = value[at : at + mask]
        else:
            value[at:at] = more
    return bytes(value)


@pytest.fixture
def certified(open_world):
    """An assembly with one ballot, and its receipt as the phone saves it."""
    world = open_world
    receipt, envelope = world.cast("chen", UNITS)
    saved = {
        "log_key": world.ledger.key(world.origin).vkey,
        "receipt": json.loads(envelope.to_bytes()),
        "summary": receipt.summary(),
    }
    world.saved = json.dumps(saved).encode()
    world.close()
    world.outcomes.issue(world.assembly_id, by="c1")
    return world


@pytest.fixture
def bundle(certified):
    return certified.outcomes.bundle(certified.assembly_id, Level.SUPERVISED)


@OFTEN
@given(MUTATIONS)
def test_a_mutated_bundle_fails_a_check_and_crashes_none(bundle, mutations):
    data = mutated(bundle, mutations)
    failed = any(finding.problems for finding in verify_bundle(data))
    assert failed is (data != bundle)


@given(st.binary(max_size=400))
def test_bytes_that_are_no_bundle_fail_a_check(data):
    assert any(finding.problems for finding in verify_bundle(data))


@OFTEN
@given(MUTATIONS)
def test_a_mutated_receipt_proves_nothing_else_than_it_did(certified, mutations):
    """Blanks may move in the file that a phone saved; what it says may not."""
    data = mutated(certified.saved, mutations)
    try:
        file = read_file(data)
        findings, _ = verify_receipt(file, find_key(file, None))
    except Refusal:
        return
    if not any(finding.problems for finding in findings):
        assert json.loads(data) == json.loads(certified.saved)


def proof_of(world):
    """The proof of a ballot's entry, its entry, and the key of the log."""
    with world.database.read() as session:
        note = world.ledger.checkpoint(session, world.origin)
        size = world.ledger.size(session, world.origin)
        path = world.ledger.inclusion(session, world.origin, 1, size)
    return proof.LogProof(1, tuple(path), note), world.log()[1], world.ledger.key(world.origin)


@OFTEN
@given(MUTATIONS)
def test_a_mutated_proof_is_refused(certified, mutations):
    sound, entry, key = proof_of(certified)
    data = mutated(sound.to_bytes(), mutations)
    if data != sound.to_bytes():
        with pytest.raises(Refusal):
            proof.parse(data).verify(entry, key)


@OFTEN
@given(MUTATIONS)
def test_a_mutated_checkpoint_is_refused(certified, mutations):
    sound, _, key = proof_of(certified)
    data = mutated(sound.checkpoint_note, mutations)
    if data != sound.checkpoint_note:
        with pytest.raises(Refusal):
            checkpoint.open_checkpoint(data, key)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6), st.data())
def test_mutated_tiles_are_refused_or_have_another_root(entries, data):
    """A client compares the root with the signed one; nothing else is to be believed."""
    files = tiles.layout(entries)
    path = data.draw(st.sampled_from(sorted(files)))
    other = files | {path: mutated(files[path], data.draw(MUTATIONS))}
    try:
        read = tiles.read_layout(other, len(entries))
    except Refusal:
        return
    assert (read == entries) is (other == files) or root_of(read) != root_of(entries)


@pytest.mark.parametrize(
    "read", [proof.parse, read_file, lambda data: tiles.read_layout({"tile/0/000.p/1": data}, 1)],
    ids=["proof", "receipt", "tiles"],
)  # fmt: skip
@given(data=st.binary(max_size=300))
def test_bytes_of_no_sense_are_refused(read, data):
    with pytest.raises(Refusal):
        read(data)
