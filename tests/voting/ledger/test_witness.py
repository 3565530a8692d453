"""A witness signs only what continues all it has signed before, whoever asks, whatever fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.witnesses import LEAVES, LOG, NOW, WITNESS, reader, request
from voting.kernel.suites import BadSignature
from voting.ledger import note, tree, witness_state
from voting.ledger.add_checkpoint import Submission, parse
from voting.ledger.checkpoint import open_checkpoint
from voting.ledger.cosignature import WitnessSigner, cosignatures
from voting.ledger.note import NoteKey, Signer
from voting.ledger.refusals import (
    InconsistentLog,
    MalformedCheckpoint,
    MalformedKey,
    MalformedNote,
    MalformedSubmission,
    StaleSubmission,
    UnknownLog,
    UnknownSigner,
    WitnessInUse,
    WitnessStateDoubtful,
)
from voting.ledger.spelling import encode_base64
from voting.ledger.witness import Witness
from voting.ledger.witness_state import WitnessState


@pytest.fixture
def signer():
    return WITNESS


@pytest.fixture
def log():
    return LOG


@pytest.fixture
def leaves():
    return LEAVES


@pytest.fixture
def state(tmp_path):
    state = WitnessState(tmp_path / "state", tmp_path / "key")
    yield state
    state.close()


@pytest.fixture
def witness(signer, log, state):
    return Witness(signer, [log.key], state, lambda: NOW)


def test_request_and_answer_are_those_of_the_reference(witness, vectors, log, leaves):
    witness.add_checkpoint(request(log, leaves, 0, 5))
    body = vectors["add_checkpoint_request"].encode()
    assert request(log, leaves, 5, 8) == body
    assert parse(body).to_bytes() == body
    assert witness.add_checkpoint(body) == vectors["add_checkpoint_response"]
    cosigned = witness.latest(vectors["origin_hash"])
    assert cosigned == vectors["checkpoint"]["cosigned"].encode()


def test_a_private_key_is_kept_as_text(signer, vectors):
    text = signer.to_text()
    assert WitnessSigner.parse(text).key == signer.key
    log = f"PRIVATE+KEY+{vectors['checkpoint']['log_vkey']}\n"
    for other in (text[:-1], text.replace("b8a2c0a9", "b8a2c0aa"), text[12:], "", log, text + "\n"):
        with pytest.raises(MalformedKey):
            WitnessSigner.parse(other)


def test_every_growth_is_cosigned_and_nothing_else(signer, log, leaves, tmp_path):
    for old in range(9):
        for new in range(old, 9):
            folder = tmp_path / f"{old}-{new}"
            folder.mkdir()
            state = WitnessState(folder / "state", folder / "key")
            witness = Witness(signer, [log.key], state, lambda: NOW)
            witness.add_checkpoint(request(log, leaves, 0, old))
            right = request(log, leaves, old, new)
            for wrong in wrong_growths(log, leaves, old, new):
                with pytest.raises(InconsistentLog):
                    witness.add_checkpoint(wrong)
            line = witness.add_checkpoint(right)
            seen = cosignatures(parse(right).checkpoint_note + line.encode(), [signer.key])
            assert [each.time for each in seen] == [1_790_000_000]
            assert witness.recorded(log.key.name).size == new
            state.close()


def wrong_growths(log, leaves, old, new):
    proof = tree.consistency_proof(old, new, reader(leaves))
    yield request(log, leaves, old, new, proof=[*proof, bytes(32)])
    if proof:
        yield request(log, leaves, old, new, proof=proof[:-1])
        if proof != proof[::-1]:
            yield request(log, leaves, old, new, proof=proof[::-1])
    if old:
        yield request(log, leaves, old, new, root=bytes([1] * 32))
        other = [tree.leaf_hash(b"other"), *leaves[1:]]
        yield request(log, other, old, new)


def test_a_request_that_does_not_start_where_the_witness_is_says_where_that_is(
    witness, log, leaves
):
    for recorded, old in ((0, 3), (5, 0), (5, 4), (5, 6)):
        if recorded:
            witness.add_checkpoint(request(log, leaves, witness.recorded(log.key.name).size, 5))
        with pytest.raises(StaleSubmission) as stale:
            witness.add_checkpoint(request(log, leaves, old))
        assert stale.value.facts["size"] == recorded


def test_a_log_cannot_be_rolled_back(witness, log, leaves):
    witness.add_checkpoint(request(log, leaves, 0))
    with pytest.raises(MalformedSubmission):
        witness.add_checkpoint(request(log, leaves, 8, 5, proof=[]))
    with pytest.raises(StaleSubmission):
        witness.add_checkpoint(request(log, leaves, 0, 5))
    with pytest.raises(StaleSubmission):
        witness.add_checkpoint(request(log, leaves, 5, 5))


@pytest.mark.parametrize(("old", "refusal"), [(8, InconsistentLog), (5, StaleSubmission)])
def test_two_roots_of_one_size_are_kept_as_evidence(witness, log, leaves, tmp_path, old, refusal):
    """Wherever the request says to begin, and beside what the log signed before.

    Kept was only what said so at the right size, and not the other half, which the next growth
    took away: alone it proved nothing.
    """
    witness.add_checkpoint(request(log, leaves, 0))
    split = request(log, leaves, old, root=bytes([7] * 32), proof=[])
    with pytest.raises(refusal):
        witness.add_checkpoint(split)
    kept = {path.suffix: path.read_bytes() for path in (tmp_path / "state/evidence").iterdir()}
    assert kept[".request"] == split
    assert witness.recorded(log.key.name).root == tree.root_of(leaves)

    longer = [*leaves, tree.leaf_hash(b"more")]
    witness.add_checkpoint(request(log, longer, 8))
    first = open_checkpoint(kept[".cosigned"], log.key)
    second = open_checkpoint(parse(kept[".request"]).checkpoint_note, log.key)
    assert (first.size, first.root != second.root) == (second.size, True)


def test_what_agrees_or_is_shorter_is_no_evidence(witness, log, leaves, tmp_path):
    witness.add_checkpoint(request(log, leaves, 0))
    for old, new in ((5, 8), (0, 5)):
        with pytest.raises(StaleSubmission):
            witness.add_checkpoint(request(log, leaves, old, new))
    witness.add_checkpoint(request(log, leaves, 8, 8))
    assert not (tmp_path / "state/evidence").exists()


def test_only_logs_it_knows_and_only_what_they_signed(witness, log, leaves):
    other = Signer("other.example.org", Ed25519PrivateKey.generate())
    with pytest.raises(UnknownLog):
        witness.add_checkpoint(request(other, leaves, 0))
    forged = Signer(log.key.name, Ed25519PrivateKey.generate())
    with pytest.raises(UnknownSigner):
        witness.add_checkpoint(request(forged, leaves, 0))
    with pytest.raises(BadSignature):
        witness.add_checkpoint(request(log, leaves, 0).replace(b"\n8\n", b"\n7\n"))
    assert witness.recorded(log.key.name).size == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda body: body.replace(b"old 0", b"old 00"), MalformedSubmission),
        (lambda body: body.replace(b"old 0", b"old -1"), MalformedSubmission),
        (lambda body: body.replace(b"old 0", b"old"), MalformedSubmission),
        (lambda body: body.replace(b"old 0", b"new 0"), MalformedSubmission),
        (lambda body: body.replace(b"old 0", b"old 9223372036854775808"), MalformedSubmission),
        (lambda body: body.replace(b"old 0", b"old 9"), MalformedSubmission),
        (lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"), MalformedSubmission),
        (lambda body: body.replace(b"old 0\n", b"old 0\n!\n"), MalformedSubmission),
        (lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * 64), None),
        (lambda body: body.replace(b"\n\n", b"\n"), None),
        (lambda body: body[:-1], MalformedNote),
        (lambda body: body.replace(b"\n8\n", b"\n08\n"), MalformedCheckpoint),
        (lambda body: body.replace(b"\n8\n", b"\n\xff\n"), MalformedNote),
        (lambda body: body.replace(b"\n8\n", b"\n9223372036854775808\n"), MalformedCheckpoint),
        (lambda body: body[:0], MalformedSubmission),
    ],
)
def test_a_malformed_request_is_refused(witness, log, leaves, change, refusal):
    with pytest.raises(refusal or (MalformedSubmission, MalformedNote)):
        witness.add_checkpoint(change(request(log, leaves, 0)))


def test_an_empty_log_has_one_root(witness, log):
    with pytest.raises(InconsistentLog):
        witness.add_checkpoint(_zero(log, bytes(32)))
    witness.add_checkpoint(_zero(log, tree.EMPTY_ROOT))


def _zero(log, root):
    text = f"{log.key.name}\n0\n{encode_base64(root)}\n"
    return Submission(0, (), note.sign(text, log)).to_bytes()


def test_extension_lines_are_cosigned_with_the_rest(witness, signer, log, leaves):
    text = f"{log.key.name}\n8\n{encode_base64(tree.root_of(leaves))}\nextension\n"
    signed = note.sign(text, log)
    line = witness.add_checkpoint(Submission(0, (), signed).to_bytes())
    assert cosignatures(signed + line.encode(), [signer.key])


def test_of_two_that_race_only_one_is_cosigned(witness, log, leaves):
    """Two histories of one size at once: a witness that signed both would be worth nothing."""
    witness.add_checkpoint(request(log, leaves, 0, 4))
    histories = [
        [*leaves[:4], *(tree.leaf_hash(b"%d %d" % (number, n)) for n in range(4))]
        for number in range(8)
    ]

    def ask(history):
        try:
            return witness.add_checkpoint(request(log, history, 4))
        except StaleSubmission:
            return None

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answer in pool.map(ask, histories) if answer]
    assert len(answers) == 1


def test_nothing_leaves_before_it_is_on_disk(witness, log, leaves, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(witness_state, "_replace", full)
        with pytest.raises(OSError, match="No space"):
            witness.add_checkpoint(request(log, leaves, 0))
    assert witness.recorded(log.key.name).size == 0


def test_it_remembers_after_a_restart(signer, log, leaves, tmp_path):
    first = WitnessState(tmp_path / "state", tmp_path / "key")
    Witness(signer, [log.key], first, lambda: NOW).add_checkpoint(request(log, leaves, 0, 6))
    with pytest.raises(WitnessInUse):
        WitnessState(tmp_path / "state", tmp_path / "key")
    first.close()
    again = WitnessState(tmp_path / "state", tmp_path / "key")
    assert Witness(signer, [log.key], again, lambda: NOW).recorded(log.key.name).size == 6
    again.close()


def test_a_key_without_the_state_it_was_used_with_signs_nothing(tmp_path):
    """A witness that has forgotten could be shown another history."""
    WitnessState(tmp_path / "state", tmp_path / "key").close()
    for directory in ("lost", "other"):
        with pytest.raises(WitnessStateDoubtful):
            WitnessState(tmp_path / directory, tmp_path / "key")
    WitnessState(tmp_path / "state", tmp_path / "key").close()
    with pytest.raises(WitnessStateDoubtful):
        WitnessState(tmp_path / "lost", tmp_path / "key")


def test_a_first_start_that_was_cut_short_is_taken_up_again(tmp_path):
    WitnessState(tmp_path / "state", tmp_path / "key").close()
    (tmp_path / "key.state").unlink()
    WitnessState(tmp_path / "state", tmp_path / "key").close()
    (tmp_path / "state" / ("0" * 64 + ".checkpoint")).write_bytes(b"")
    (tmp_path / "key.state").unlink()
    with pytest.raises(WitnessStateDoubtful):
        WitnessState(tmp_path / "state", tmp_path / "key")


def test_a_state_it_never_signed_is_not_served(signer, log, leaves, state):
    state.write(log.key.name, parse(request(log, leaves, 0)).checkpoint_note)
    with pytest.raises(UnknownSigner):
        Witness(signer, [NoteKey.parse(log.key.vkey)], state, lambda: NOW)
