import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voting.kernel.suites import BadSignature
from voting.ledger import note
from voting.ledger.cosignature import Cosignature, WitnessKey, cosignatures
from voting.ledger.note import NoteKey
from voting.ledger.refusals import MalformedKey, UnknownSigner

NAME = "witness.example.org/chaoyang-street-office"
VKEY = f"{NAME}+b8a2c0a9+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd"


@pytest.fixture
def witness(vectors):
    return WitnessKey(NAME, bytes.fromhex(vectors["checkpoint"]["witness_pub"]))


@pytest.fixture
def blob(vectors):
    return bytes.fromhex(vectors["checkpoint"]["cosig_blob"])


def _with_line(vectors, witness, blob):
    encoded = base64.b64encode(witness.key_id + blob).decode()
    return f"{vectors['checkpoint']['signed']}\u2014 {NAME} {encoded}\n".encode()


def test_the_key_is_that_of_go(vectors, witness):
    assert witness.vkey == VKEY
    assert WitnessKey.parse(VKEY) == witness
    assert witness.key_id.hex() == vectors["checkpoint"]["witness_key_id"]


def test_the_cosigned_checkpoint_is_that_of_go(vectors, witness, blob):
    data = vectors["checkpoint"]["cosigned"].encode()
    assert _with_line(vectors, witness, blob) == data
    assert cosignatures(data, [witness]) == (Cosignature(NAME, 1_790_000_000),)


def test_an_answer_of_a_witness_is_appended_as_it_is(vectors, witness):
    data = vectors["checkpoint"]["signed"] + vectors["add_checkpoint_response"]
    assert cosignatures(data.encode(), [witness]) == (Cosignature(NAME, 1_790_000_000),)


def test_a_log_and_its_witness_open_together(vectors, witness):
    log = NoteKey.parse(vectors["checkpoint"]["log_vkey"])
    opened = note.open_note(vectors["checkpoint"]["cosigned"].encode(), [log, witness])
    assert opened.text == vectors["checkpoint"]["body"]
    assert len(opened.signatures) == 2


def test_another_time_is_a_bad_signature(vectors, witness, blob):
    for moved in (b"\0\0\0\0\x6a\xb1\x3b\x81", b"\x80\0\0\0\x6a\xb1\x3b\x80"):
        with pytest.raises(BadSignature):
            cosignatures(_with_line(vectors, witness, moved + blob[8:]), [witness])


def test_a_signature_over_the_undated_text_is_not_a_cosignature(vectors, witness, blob):
    """Nor is the right signature under the type of a plain one."""
    body = vectors["checkpoint"]["body"].encode()
    plain = NoteKey(NAME, witness.public)
    assert plain.key_id != witness.key_id
    with pytest.raises(BadSignature):
        plain.verify(blob[8:], body)
    plain.verify(blob[8:], vectors["checkpoint"]["cosig_message"].encode())
    witness.verify(blob, body)


def _cosign(vectors, time):
    seed = bytes.fromhex("404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f")
    message = f"cosignature/v1\ntime {time}\n{vectors['checkpoint']['body']}".encode()
    return time.to_bytes(8) + Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def test_a_witness_that_signed_twice_is_one_witness(vectors, witness, blob):
    assert _cosign(vectors, 1_790_000_000) == blob
    later = _with_line(vectors, witness, _cosign(vectors, 1_790_000_009))
    data = later + vectors["add_checkpoint_response"].encode()
    assert cosignatures(data, [witness]) == (Cosignature(NAME, 1_790_000_009),)


def test_a_time_beyond_63_bits_is_refused_though_it_was_signed(vectors, witness):
    last = _with_line(vectors, witness, _cosign(vectors, 2**63 - 1))
    assert cosignatures(last, [witness]) == (Cosignature(NAME, 2**63 - 1),)
    with pytest.raises(BadSignature):
        cosignatures(_with_line(vectors, witness, _cosign(vectors, 2**63)), [witness])


@pytest.mark.parametrize("length", [1, 8, 9, 71, 73])
def test_a_blob_of_another_length_is_a_bad_signature(vectors, witness, blob, length):
    with pytest.raises(BadSignature):
        cosignatures(_with_line(vectors, witness, (blob + b"\0")[:length]), [witness])


def test_a_checkpoint_without_witnesses_has_no_cosignatures(vectors, witness):
    with pytest.raises(UnknownSigner):
        cosignatures(vectors["checkpoint"]["signed"].encode(), [witness])


def test_keys_of_the_two_purposes_are_not_read_as_each_other(vectors):
    with pytest.raises(MalformedKey):
        NoteKey.parse(VKEY)
    with pytest.raises(MalformedKey):
        WitnessKey.parse(vectors["checkpoint"]["log_vkey"])
