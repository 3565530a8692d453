"""What strangers send instead of a ballot: each is refused with its code, and changes nothing."""

import base64
import json
from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sm2_signer import SM2Signer
from tests.voting.kernel.test_suites import ED25519_HEAD, P256_ORDER, SMALL_ORDER
from tests.voting.world import CLAIMS, Handset, choices
from voting.ballot.model import PAYLOAD_TYPE
from voting.identity import enrolment
from voting.kernel import canonical, dsse
from voting.kernel.canonical import NotCanonical
from voting.kernel.refusal import Refusal

UNITS = ("2-1-102", "B1-1-002")
ADDRESS = "203.0.113.7"
NESTED = b"[" * 1500 + b"]" * 1500


@pytest.fixture
def world(open_world):
    """An open box that has taken one ballot, so that there is something to replay."""
    open_world.cast("li", ["1-1-102", "1-1-201"])
    return open_world


def cast(world, data):
    return world.box.cast(world.assembly_id, data, address=ADDRESS)


def refused(world, data):
    """The code with which bytes are refused; the log must not have grown."""
    before = world.log()
    with pytest.raises(Refusal) as refusal:
        cast(world, data)
    assert world.log() == before
    return refusal.value.code


def good(world):
    return world.ballot("chen", UNITS)


def payload_of(data):
    return dsse.parse(data).payload


def signed(world, payload):
    """These bytes, signed by an enrolled key as a ballot."""
    return world.phones["chen"].seal(PAYLOAD_TYPE, payload).to_bytes()


def in_payload(old, new):
    """A case: the owner signs a text in which something is replaced."""

    def make(world):
        text = payload_of(good(world))
        assert old in text
        return signed(world, text.replace(old, new, 1))

    return make


def in_envelope(old, new):
    def make(world):
        data = good(world)
        assert old in data
        return data.replace(old, new, 1)

    return make


def unpadded(world):
    envelope = json.loads(good(world))
    envelope["payload"] = envelope["payload"].rstrip("=") + "=="[: len(envelope["payload"]) % 2]
    envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"].rstrip("=")
    return canonical.encode(envelope)


def stray_bits(world):
    """The last letter before the padding holds bits that mean nothing."""
    sealed = dsse.parse(good(world))
    sealed = replace(sealed, signature=sealed.signature[:64].ljust(64, b"\1"))
    envelope = json.loads(sealed.to_bytes())
    text = envelope["signatures"][0]["sig"]
    assert text.endswith("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters[letters.index(text[-3]) ^ 1]
    envelope["signatures"][0]["sig"] = text[:-3] + last + "=="
    return canonical.encode(envelope)


def trailing_signature(world):
    sealed = dsse.parse(good(world))
    return replace(sealed, signature=sealed.signature + b"\0").to_bytes()


def for_another_assembly(world):
    """A ballot of this owner for a second assembly on the same roster."""
    assembly, window = world.assembly_id, {"opens_at": "2026-05-01 00:00",
                                            "closes_at": "2026-05-08 18:00"}  # fmt: skip
    world.draft(**window).publish()
    data = good(world)
    world.assembly_id = assembly
    return data


NOT_CANONICAL = {
    "trailing bytes": lambda world: good(world) + b"\0",
    "a second document": lambda world: good(world) * 2,
    "a duplicate key": in_envelope(b'{"payload"', b'{"payload":"AAAA","payload"'),
    "NaN": in_envelope(b'"signatures":', b'"n":NaN,"signatures":'),
    "a huge integer": in_envelope(b'"signatures":', b'"n":' + b"9" * 5000 + b',"signatures":'),
    "a float": in_envelope(b'"signatures":', b'"n":1.0,"signatures":'),
    "deep nesting": lambda _: NESTED,
    "invalid UTF-8": in_envelope(b'"payloadType":"', b'"payloadType":"\xff\xc0\xaf'),
    "half a surrogate": in_envelope(b'"payloadType":"', b'"payloadType":"\\ud800'),
    "not NFC": in_envelope(b'"payloadType":"', '"payloadType":"e\u0301'.encode()),
    "a byte order mark": lambda world: b"\xef\xbb\xbf" + good(world),
    "UTF-16": lambda world: good(world).decode().encode("utf-16"),
    "nothing": lambda _: b"",
    # The same inside the signed text, as its owner's own phone might write it.
    "trailing bytes in the text": lambda world: signed(world, payload_of(good(world)) + b" "),
    "a duplicate key in the text": in_payload(b'"sequence":1', b'"sequence":1,"sequence":1'),
    "a second answer in the text": in_payload(b'"1":"approve"', b'"1":"approve","1":"oppose"'),
    "NaN in the text": in_payload(b'"sequence":1', b'"sequence":NaN'),
    "a huge integer in the text": in_payload(b'"sequence":1', b'"sequence":1' + b"0" * 400),
    "a float in the text": in_payload(b'"sequence":1', b'"sequence":1.0'),
    "deep nesting in the text": lambda world: signed(world, NESTED),
    "invalid UTF-8 in the text": in_payload(b'"approve"', b'"appr\xffve"'),
}


@pytest.mark.parametrize("make", NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_other_spellings_are_refused(world, make):
    assert refused(world, make(world)) == "not-canonical"


CODES = {
    "base64 without padding": (unpadded, "malformed-envelope"),
    "base64 with stray bits": (stray_bits, "malformed-envelope"),
    "base64 with URL letters": (
        lambda world: canonical.encode(json.loads(good(world)) | {"payload": "-_-_"}),
        "malformed-envelope",
    ),
    "a byte after the signature": (trailing_signature, "bad-signature"),
    "a negative sequence": (in_payload(b'"sequence":1', b'"sequence":-1'), "wrong-sequence"),
    "true for a number": (in_payload(b'"sequence":1', b'"sequence":true'), "malformed-ballot"),
    "a ballot of another assembly": (for_another_assembly, "wrong-assembly"),
    "too many bytes": (lambda world: good(world).ljust(8193), "envelope-too-large"),
}


@pytest.mark.parametrize(("make", "code"), CODES.values(), ids=CODES)
def test_each_kind_of_bad_input_has_its_code(world, make, code):
    assert refused(world, make(world)) == code


def test_a_ballot_is_not_replayed_into_another_assembly_on_the_same_roster(world):
    """Not even re-addressed: what is signed names the assembly."""
    data = world.ballot("li", ["1-1-102", "1-1-201"])
    window = {"opens_at": "2026-05-01 00:00", "closes_at": "2026-05-08 18:00"}
    world.draft(**window).publish().open()
    assert refused(world, data) == "wrong-assembly"
    moved = payload_of(data).replace(
        canonical.decode(payload_of(data))["assembly"].encode(), world.assembly_id.encode()
    )
    assert refused(world, replace(dsse.parse(data), payload=moved).to_bytes()) == "wrong-notice"


def test_a_respelled_p256_signature_makes_no_second_ballot(world):
    """(r, n - s) is as right as (r, s): the ballot is known by its text and counted once."""
    data = good(world)
    cast(world, data)
    sealed = dsse.parse(data)
    r, s = decode_dss_signature(sealed.signature)
    respelled = replace(sealed, signature=encode_dss_signature(r, P256_ORDER - s)).to_bytes()
    assert respelled != data
    assert refused(world, respelled) == "already-voted"


WEAK = {
    "the Ed25519 identity point": ED25519_HEAD + bytes.fromhex(SMALL_ORDER[0]),
    "an Ed25519 point of order eight": ED25519_HEAD + bytes.fromhex(SMALL_ORDER[4]),
    "a P-256 point off the curve": Handset().spki[:-1] + b"\0",
    "an SM2 point off the curve": SM2Signer(5).spki[:-1] + b"\0",
    "trailing bytes": Handset().spki + b"\0",
}


@pytest.mark.parametrize("spki", WEAK.values(), ids=WEAK)
def test_a_weak_key_is_refused_at_enrolment_with_its_code(world, spki):
    drawn, _ = world.identities.challenge(world.roster_id)
    payload = enrolment.payload(drawn, world.roster.digest, spki)
    forged = dsse.Envelope(enrolment.PAYLOAD_TYPE, payload, canonical.digest(spki), bytes(64))
    before = world.log(world.register)
    with pytest.raises(Refusal) as refusal:
        world.identities.enrol(world.roster_id, CLAIMS["sun"], forged, address=ADDRESS)
    assert refusal.value.code == "weak-key"
    assert world.log(world.register) == before


def test_a_reused_key_is_refused_with_its_code(world):
    with pytest.raises(Refusal) as refusal:
        world.enrol("sun", world.phones["chen"])
    assert refusal.value.code == "key-in-use"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_mutated_ballot_is_never_accepted_and_never_a_fault(world, data):
    """Bytes flipped, cut, doubled and put in, in the envelope or in what is inside of it."""
    sealed = dsse.parse(good(world))
    part = data.draw(st.sampled_from(["wire", "payload", "signature", "key_id", "payload_type"]))
    if part == "wire":
        mutant = mutated(data, sealed.to_bytes())
        changed = mutant != sealed.to_bytes()
    else:
        value = getattr(sealed, part)
        other = mutated(data, value.encode() if isinstance(value, str) else value)
        other = other.decode("utf-8", "replace") if isinstance(value, str) else other
        changed = other != value
        mutant = replace(sealed, **{part: other}).to_bytes()
    world.throttle._here.storage.reset()
    if changed:
        assert refused(world, mutant)


_MUTATION = st.tuples(
    st.sampled_from(["flip", "cut", "double", "insert"]),
    st.integers(0, 10_000),  # where, counted round
    st.integers(1, 255),
    st.binary(min_size=1, max_size=8),
)


def mutated(data, value):
    """Change some bytes of a value."""
    value = bytearray(value)
    for act, place, mask, more in data.draw(st.lists(_MUTATION, min_size=1, max_size=3)):
        at = place % len(value) if value else 0
        if act == "flip" and value:
            value[at] ^= mask
        elif act == "cut":
            del value[at : at + mask % 40 + 1]
        elif act == "double":
            value[at:at] = value[at : at + 20]
        else:
            value[at:at] = more
    return bytes(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_odd_values_that_an_owner_signs_are_refused_and_never_a_fault(world, data):
    """The signature is right: only the checks of the text stand between him and the log."""
    text = canonical.decode(payload_of(good(world)))
    name = data.draw(st.sampled_from(sorted(text)))
    odd = data.draw(JSON)
    world.throttle._here.storage.reset()
    before = text[name]
    if name == "choices" and isinstance(before, dict):
        question = data.draw(st.sampled_from(sorted(before)))
        if before[question] == odd or odd in OFFERED:
            return
        text[name] = before | {question: odd}
    elif odd == before or name == "nonce":
        return
    else:
        text[name] = odd
    assert refused(world, signed(world, canonical.encode(text)))


OFFERED = ("approve", "oppose", "abstain", "a", "b", "none", "follow")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_envelope_in_its_one_spelling_or_none(data):
    with suppress(NotCanonical, dsse.MalformedEnvelope):
        assert dsse.parse(data).to_bytes() == data


@given(st.text(max_size=40))
def test_any_text_is_base64_in_its_one_spelling_or_none(text):
    with suppress(dsse.MalformedEnvelope):
        assert base64.b64encode(dsse.strict_base64(text)).decode() == text


def test_a_good_ballot_is_still_taken_after_all_that(world):
    receipt, _ = cast(world, world.ballot("chen", UNITS, choices("oppose")))
    assert receipt.units == UNITS
