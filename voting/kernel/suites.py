"""Signature suites. The enrolled key fixes the suite; a message never does."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from nacl.bindings import crypto_core_ed25519_is_valid_point

from voting.kernel import sm2
from voting.kernel.canonical import digest
from voting.kernel.refusal import Refusal

_P256_RAW_LENGTH = 64
# SubjectPublicKeyInfo of an uncompressed point on sm2p256v1 (1.2.156.10197.1.301), up to x and y.
_SM2_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_SM2_LENGTH = len(_SM2_HEAD) + 64


class BadSignature(Refusal):
    """The signature is not this key's signature over these bytes."""

    code = "bad-signature"


class WeakKey(Refusal):
    """A key that several people could sign for, or that is no key of a known suite."""

    code = "weak-key"


class VerifyingKey(Protocol):
    """A public key together with the only suite it may be used in."""

    suite: str
    spki: bytes

    @property
    def key_id(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hexadecimal."""
        return digest(self.spki)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if the signature is right; raise :class:`BadSignature` if not."""
        ...


class P256(VerifyingKey):
    """ECDSA on P-256 with SHA-256: phone hardware keys and WebCrypto."""

    suite = "P-256"

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self.spki = _spki(key)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a DER signature, or the 64-byte ``r || s`` that WebCrypto gives."""
        if len(signature) == _P256_RAW_LENGTH:
            r, s = signature[:32], signature[32:]
            signature = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        try:
            self._key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise BadSignature("签名与登记的密钥不符") from error


class Ed25519(VerifyingKey):
    """Ed25519 (RFC 8032)."""

    suite = "Ed25519"

    def __init__(self, key: ed25519.Ed25519PublicKey) -> None:
        self._key = key
        self.spki = _spki(key)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a 64-byte signature."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature as error:
            raise BadSignature("签名与登记的密钥不符") from error


class SM2(VerifyingKey):
    """SM2 with SM3 and the default signer id: the suite of Chinese cryptographic compliance."""

    suite = "SM2-SM3"

    def __init__(self, spki: bytes) -> None:
        x, y = spki[len(_SM2_HEAD) : -32], spki[-32:]
        try:
            self._key = sm2.PublicKey(int.from_bytes(x), int.from_bytes(y))
        except ValueError as error:
            raise WeakKey("该公钥不是 SM2 曲线上的点") from error
        self.spki = spki

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a DER signature (GM/T 0009)."""
        try:
            r, s = decode_dss_signature(signature)
        except ValueError as error:
            raise BadSignature("签名与登记的密钥不符") from error
        if not self._key.verifies(r, s, message):
            raise BadSignature("签名与登记的密钥不符")


def load_key(spki: bytes) -> VerifyingKey:
    """Read a DER SubjectPublicKeyInfo and find its suite.

    Raises
    ------
    WeakKey
        Not a P-256, Ed25519 or SM2 key, not the canonical DER of one, a point off the curve, or
        an Ed25519 point of small or mixed order, for which signatures prove nothing.
    """
    if len(spki) == _SM2_LENGTH and spki.startswith(_SM2_HEAD):
        return SM2(spki)
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WeakKey("无法识别的公钥：应为 DER 编码的 P-256、Ed25519 或 SM2 公钥") from error
    loaded: VerifyingKey
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        loaded = P256(key)
    elif isinstance(key, ed25519.Ed25519PublicKey):
        if not crypto_core_ed25519_is_valid_point(key.public_bytes_raw()):
            raise WeakKey("该 Ed25519 公钥的阶数过小，任何签名都能通过，不予登记")
        loaded = Ed25519(key)
    else:
        raise WeakKey("只支持 P-256、Ed25519 与 SM2 公钥")
    if loaded.spki != spki:
        raise WeakKey("公钥编码不规范")
    return loaded


def _spki(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
