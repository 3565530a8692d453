"""Which public keys are taken, and what their signatures must be."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from voting.kernel import canonical
from voting.kernel.suites import BadSignature, WeakKey, load_key

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
MESSAGE = b"DSSEv1 1 a 1 b"


def spki(private):
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def p256():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def ed():
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def der(private, message=MESSAGE):
    return private.sign(message, ec.ECDSA(hashes.SHA256()))


def raw(signature):
    return b"".join(part.to_bytes(32) for part in decode_dss_signature(signature))


def test_a_p256_signature_may_be_der_or_what_webcrypto_gives(p256):
    key = load_key(spki(p256))
    assert key.suite == "P-256"
    key.verify(der(p256), MESSAGE)
    key.verify(raw(der(p256)), MESSAGE)


def test_an_ed25519_signature_verifies(ed):
    key = load_key(spki(ed))
    assert key.suite == "Ed25519"
    key.verify(ed.sign(MESSAGE), MESSAGE)


def test_the_known_answer_of_rfc_8032_verifies():
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    load_key(ED25519_HEAD + public).verify(signature, b"")


def test_the_key_id_is_the_digest_of_the_public_key(p256, ed):
    for private in (p256, ed):
        assert load_key(spki(private)).key_id == canonical.digest(spki(private))


def test_a_signature_over_other_bytes_is_refused(p256, ed):
    for private, signature in ((p256, der(p256)), (p256, raw(der(p256))), (ed, ed.sign(MESSAGE))):
        with pytest.raises(BadSignature):
            load_key(spki(private)).verify(signature, MESSAGE + b"!")


def test_a_signature_by_another_key_is_refused(p256, ed):
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(BadSignature):
        load_key(spki(p256)).verify(der(other), MESSAGE)
    with pytest.raises(BadSignature):
        load_key(spki(ed)).verify(ed25519.Ed25519PrivateKey.generate().sign(MESSAGE), MESSAGE)


def test_sha_256_is_the_only_digest(p256):
    with pytest.raises(BadSignature):
        load_key(spki(p256)).verify(p256.sign(MESSAGE, ec.ECDSA(hashes.SHA384())), MESSAGE)


@pytest.mark.parametrize(
    "signature",
    [b"", b"\x30", bytes(64), b"\xff" * 64, bytes(63), bytes(65), bytes(32) + b"\x01" * 32],
    ids=lambda each: f"{len(each)} bytes {each[:1].hex()}",
)
def test_a_signature_of_no_sense_is_refused_and_not_a_crash(p256, ed, signature):
    for private in (p256, ed):
        with pytest.raises(BadSignature):
            load_key(spki(private)).verify(signature, MESSAGE)


def test_p256_signatures_can_be_respelled_so_they_identify_nothing(p256):
    """(r, n - s) verifies as well; hence a ballot is known by its payload, not its envelope."""
    r, s = decode_dss_signature(der(p256))
    load_key(spki(p256)).verify(encode_dss_signature(r, P256_ORDER - s), MESSAGE)


SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
]


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_an_ed25519_key_that_anybody_could_sign_for_is_refused(point):
    with pytest.raises(WeakKey):
        load_key(ED25519_HEAD + bytes.fromhex(point))


def test_an_ed25519_point_of_mixed_order_is_refused(ed):
    """A sound key plus a point of order two: (x, y) becomes (-x, -y)."""
    prime = 2**255 - 19
    number = int.from_bytes(ed.public_key().public_bytes_raw(), "little")
    sign, y = number >> 255, number & (2**255 - 1)
    shifted = (prime - y) | ((1 - sign) << 255)
    with pytest.raises(WeakKey):
        load_key(ED25519_HEAD + shifted.to_bytes(32, "little"))


def test_a_point_off_the_curve_is_refused(p256):
    point = bytearray(spki(p256))
    point[-1] ^= 1
    with pytest.raises(WeakKey):
        load_key(bytes(point))


def test_the_point_at_infinity_is_refused():
    head = bytes.fromhex("3019301306072a8648ce3d020106082a8648ce3d03010703020000")
    with pytest.raises(WeakKey):
        load_key(head)


def test_a_compressed_point_is_refused(p256):
    """The same key in another spelling would have another id."""
    numbers = p256.public_key().public_numbers()
    point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with pytest.raises(WeakKey):
        load_key(head + point)


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(65537, 2048),
        x25519.X25519PrivateKey.generate(),
        ed448.Ed448PrivateKey.generate(),
    ],
    ids=["secp256k1", "P-384", "P-521", "RSA", "X25519", "Ed448"],
)
def test_keys_of_other_suites_are_refused(private):
    with pytest.raises(WeakKey):
        load_key(spki(private))


@pytest.mark.parametrize("suite", ["p256", "ed"])
def test_only_the_canonical_der_of_a_key_is_read(suite, request):
    data = spki(request.getfixturevalue(suite))
    for other in (b"", data[:-1], data + b"\0", b"\x30\x81" + data[1:], data[1:]):
        with pytest.raises(WeakKey):
            load_key(other)


def test_a_curve_spelled_out_by_its_numbers_is_refused(p256):
    """Explicit parameters let a key bring its own curve (CVE-2020-0601)."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    numbers = p256.public_key().public_numbers()
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    gx = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    gy = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

    def tlv(tag, content):
        size = len(content)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
        return bytes([tag]) + length + content

    def point(x, y):
        return b"\x04" + x.to_bytes(32) + y.to_bytes(32)

    prime_field = tlv(6, bytes.fromhex("2a8648ce3d0101")) + tlv(2, b"\0" + prime.to_bytes(32))
    curve = tlv(4, (prime - 3).to_bytes(32)) + tlv(4, b.to_bytes(32))
    parameters = tlv(
        0x30,
        tlv(2, b"\x01")
        + tlv(0x30, prime_field)
        + tlv(0x30, curve)
        + tlv(4, point(gx, gy))
        + tlv(2, b"\0" + P256_ORDER.to_bytes(32))
        + tlv(2, b"\x01"),
    )
    algorithm = tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d0201")) + parameters)
    public = tlv(3, b"\0" + point(numbers.x, numbers.y))
    with pytest.raises(WeakKey):
        load_key(tlv(0x30, algorithm + public))
