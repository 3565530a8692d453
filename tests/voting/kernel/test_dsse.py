"""One signed message has one spelling, one signature and one purpose."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel import canonical, dsse
from voting.kernel.canonical import NotCanonical
from voting.kernel.dsse import EnvelopeTooLarge, MalformedEnvelope, WrongPayloadType
from voting.kernel.suites import BadSignature, load_key

TYPE = "application/vnd.example+json"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = load_key(PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def sealed(payload=b"payload", payload_type=TYPE):
    return dsse.seal(payload_type, payload, KEY.key_id, PRIVATE.sign)


def as_object(**other):
    value = json.loads(sealed().to_bytes())
    value.update(other)
    return value


def test_what_was_sealed_is_read_and_verified():
    assert dsse.parse(sealed().to_bytes()).verify(KEY, TYPE) == b"payload"


def test_the_signed_bytes_are_those_of_the_protocol():
    """The example of secure-systems-lab/dsse, protocol.md."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == expected


@given(st.binary(max_size=40), st.binary(max_size=40), st.text("abc/ 1", max_size=8))
def test_no_two_messages_sign_the_same_bytes(one, other, name):
    different = (name, one) != ("a", other)
    assert (dsse.pae(name, one) != dsse.pae("a", other)) is different


def test_lengths_are_counted_in_bytes_not_characters():
    assert dsse.pae("票", b"") == b"DSSEv1 3 \xe7\xa5\xa8 0 "


def test_another_purpose_is_refused_before_the_signature_is_looked_at():
    with pytest.raises(WrongPayloadType):
        dsse.parse(sealed().to_bytes()).verify(KEY, "application/vnd.other+json")


def test_a_signature_does_not_carry_over_to_another_purpose():
    moved = dsse.Envelope("other", b"payload", KEY.key_id, sealed().signature)
    with pytest.raises(BadSignature):
        moved.verify(KEY, "other")


def test_an_altered_payload_is_refused():
    altered = dsse.Envelope(TYPE, b"Payload", KEY.key_id, sealed().signature)
    with pytest.raises(BadSignature):
        altered.verify(KEY, TYPE)


SIGNATURE = {"keyid": "k", "sig": "AAAA"}


@pytest.mark.parametrize(
    "value",
    [
        [],
        "text",
        None,
        {},
        {"payload": "AAAA", "payloadType": TYPE},
        as_object(signatures=[]),
        as_object(signatures=[SIGNATURE, SIGNATURE]),
        as_object(signatures=SIGNATURE),
        as_object(signatures=["AAAA"]),
        as_object(signatures=[{"sig": "AAAA"}]),
        as_object(signatures=[{"keyid": "k"}]),
        as_object(signatures=[{**SIGNATURE, "cert": "x"}]),
        as_object(signatures=[{**SIGNATURE, "keyid": 1}]),
        as_object(payload=1),
        as_object(payload=None),
        as_object(payloadType=["a"]),
        as_object(extra=1),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_any_other_structure_is_refused(value):
    with pytest.raises(MalformedEnvelope):
        dsse.parse(canonical.encode(value))


@pytest.mark.parametrize("field", ["payload", "sig"])
@pytest.mark.parametrize(
    "text",
    ["-_-_", "AA==\n", "AA", "AA=", "AB==", "A A=", "AAAA====", "AA==AA==", "票"],
    ids=repr,
)
def test_base64_has_one_spelling(field, text):
    """URL-safe letters, blanks, missing or surplus padding, and stray low bits are refused."""
    value = as_object(payload=text) if field == "payload" else as_object()
    if field == "sig":
        value["signatures"] = [{"keyid": "k", "sig": text}]
    with pytest.raises(MalformedEnvelope):
        dsse.parse(canonical.encode(value))


@given(st.binary(max_size=64))
def test_strict_base64_reads_exactly_what_base64_writes(data):
    assert dsse.strict_base64(base64.b64encode(data).decode()) == data


def test_another_spelling_of_the_envelope_is_refused():
    with pytest.raises(NotCanonical):
        dsse.parse(json.dumps(as_object()).encode())


def test_8192_bytes_are_read_and_one_more_is_refused_unparsed():
    overhead = len(as_bytes_with_key_id(""))
    longest = as_bytes_with_key_id("k" * (dsse.MAX_BYTES - overhead))
    assert len(longest) == 8192
    assert dsse.parse(longest)
    with pytest.raises(EnvelopeTooLarge):
        dsse.parse(longest + b" ")


def as_bytes_with_key_id(key_id):
    return dsse.Envelope(TYPE, b"", key_id, b"").to_bytes()


def test_an_envelope_inside_another_document_is_read_the_same():
    assert dsse.from_object(as_object()) == sealed()


@pytest.mark.parametrize("value", [1.5, {"payload": 0.1}, {1: 2}, "\ud800", [2**60]])
def test_what_is_no_canonical_value_is_no_envelope(value):
    with pytest.raises(MalformedEnvelope):
        dsse.from_object(value)
