"""SM2 with SM3: known answers, keys that are none, and signatures that were touched."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from tests import sm2_signer
from tests.sm2_signer import HEAD, N, P, SM2Signer
from voting.kernel import canonical, sm2
from voting.kernel.suites import BadSignature, WeakKey, load_key

CASES = json.loads(Path(__file__).with_name("sm2-cases.json").read_text())
MESSAGE = b"DSSEv1 1 a 1 b"
SIGNER = SM2Signer(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
SIGNATURE = SIGNER.sign(MESSAGE)


def key(signer=SIGNER):
    return load_key(signer.spki)


def is_refused(signature, message=MESSAGE):
    with pytest.raises(BadSignature) as refused:
        key().verify(signature, message)
    return refused.value.code == "bad-signature"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_known_answer_is_given(case):
    """The vector of the standard, odd keys, ids and messages; made with other libraries."""
    known = sm2.PublicKey(int(case["x"], 16), int(case["y"], 16), case["uid"].encode())
    r, s, message = int(case["r"], 16), int(case["s"], 16), bytes.fromhex(case["m"])
    assert known.verifies(r, s, message) is case["exp"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["uid"] == "1234567812345678"], ids=lambda c: c["name"]
)
def test_the_suite_gives_the_known_answers_for_the_default_signer(case):
    loaded = load_key(HEAD + bytes.fromhex(case["x"] + case["y"]))
    der, message = bytes.fromhex(case["der"]), bytes.fromhex(case["m"])
    assert loaded.suite == "SM2-SM3"
    assert loaded.key_id == canonical.digest(loaded.spki)
    if case["exp"]:
        loaded.verify(der, message)
    else:
        with pytest.raises(BadSignature):
            loaded.verify(der, message)


@given(st.integers(1, N - 2), st.binary(max_size=200))
def test_whatever_a_key_signs_verifies_under_it_and_no_other(d, message):
    signer = SM2Signer(d)
    signature = signer.sign(message)
    key(signer).verify(signature, message)
    with pytest.raises(BadSignature):
        key(SM2Signer(d % (N - 2) + 1)).verify(signature, message)


def test_a_signer_of_another_name_is_refused():
    assert is_refused(SIGNER.sign(MESSAGE, b"ALICE123@YAHOO.COM"))


@given(st.data())
def test_a_touched_signature_is_refused(data):
    bit = data.draw(st.integers(0, 8 * len(SIGNATURE) - 1))
    touched = bytearray(SIGNATURE)
    touched[bit // 8] ^= 1 << bit % 8
    assert is_refused(bytes(touched))


@given(st.binary(max_size=100))
def test_bytes_of_no_sense_are_refused_and_not_a_crash(signature):
    assert is_refused(signature)


@given(st.integers(0, 2**300), st.integers(0, 2**300))
def test_numbers_of_no_sense_are_refused_and_not_a_crash(r, s):
    assert is_refused(encode_dss_signature(r, s))


def test_bytes_after_a_signature_and_the_other_spelling_of_p256_are_refused():
    r, s = SIGNER.pair(MESSAGE)
    assert is_refused(SIGNATURE + b"\0")
    assert is_refused(r.to_bytes(32) + s.to_bytes(32))


def test_a_signature_cannot_be_respelled_by_its_negative_or_by_the_order():
    """ECDSA takes (r, n - s); SM2 takes nothing of the kind."""
    r, s = SIGNER.pair(MESSAGE)
    for other in ((r, N - s), (N - r, s), (r + N, s), (r, s + N), (s, r)):
        assert is_refused(encode_dss_signature(*other))


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (1, N - 1), (N - 1, 1)], ids=str
)
def test_numbers_out_of_range_and_a_sum_of_nothing_are_refused(r, s):
    assert is_refused(encode_dss_signature(r, s))


def test_a_signature_made_to_sum_to_the_point_at_infinity_is_refused():
    """Whoever holds a key can make it for any message; taken to have x = 0, it would verify."""
    r, d = SIGNER.e(MESSAGE) % N, SIGNER.d
    s = -r * d * pow(1 + d, -1, N) % N
    assert sm2_signer.times((s + (r + s) * d) % N, sm2_signer.G) is None
    assert is_refused(encode_dss_signature(r, s))


def test_equal_points_are_added_too(monkeypatch):
    """s G and t P are one point for s = t d: doubling takes another formula than adding."""
    t = 7
    s = t * SIGNER.d % N
    r = (t - s) % N
    x, _ = sm2_signer.times(2 * s % N, sm2_signer.G)
    signer = key()
    monkeypatch.setattr(sm2, "_sm3", lambda _: ((r - x) % N).to_bytes(32))
    signer.verify(encode_dss_signature(r, s), MESSAGE)


X, Y = SIGNER.x.to_bytes(32), SIGNER.y.to_bytes(32)
NO_KEYS = {
    "off the curve": HEAD + X + (SIGNER.y ^ 1).to_bytes(32),
    "nought": HEAD + bytes(64),
    "x beyond the prime": HEAD + (2**256 - 1).to_bytes(32) + Y,
    "the same point with y beyond the prime": HEAD + X + b"\xff" * 32,
    "the prime itself": HEAD + P.to_bytes(32) + P.to_bytes(32),
    "at infinity": bytes.fromhex("3019301306072a8648ce3d020106082a811ccf5501822d03020000"),
    "compressed": bytes.fromhex("3039301306072a8648ce3d020106082a811ccf5501822d032200")
    + bytes([2 + SIGNER.y % 2]) + X,
    "hybrid": HEAD[:-1] + b"\x06" + X + Y,
    "bytes after it": SIGNER.spki + b"\0",
    "a byte short": SIGNER.spki[:-1],
    "a long length": b"\x30\x81" + SIGNER.spki[1:],
    "on the curve of P-256": bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
    + X + Y,
}  # fmt: skip


@pytest.mark.parametrize("spki", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_sound_key_in_its_one_spelling_is_refused(spki):
    with pytest.raises(WeakKey) as refused:
        load_key(spki)
    assert refused.value.code == "weak-key"
