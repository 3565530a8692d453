"""A time stamping authority (RFC 3161) of our own: a root, a certificate, and signed tokens."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SHA256, _ECDSA = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_POLICY = "1.3.6.1.4.1.99999.1"
_INTEGER, _OCTETS, _NULL, _OID, _TIME, _SEQUENCE, _SET, _FIRST = 2, 4, 5, 6, 24, 48, 49, 160


def _der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + body


def _integer(value):
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def _oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    body = bytes([40 * first + second])
    for arc in rest:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.insert(0, arc & 0x7F | 0x80)
        body += bytes(digits)
    return _der(_OID, body)


def _sequence(*parts):
    return _der(_SEQUENCE, *parts)


def _attribute(kind, value):
    return _sequence(_oid(kind), _der(_SET, value))


def _certificate(subject, issuer, key, signer, extension):
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(extension, critical=True)
    )
    return builder.sign(signer, hashes.SHA256())


class Authority:
    """It stamps whatever digest it is given, with whatever moment the test wants."""

    def __init__(self, name="测试时间戳机构"):
        root_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        basic = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        root = _certificate("测试根", "测试根", root_key, root_key, basic)
        self._leaf = _certificate(name, "测试根", self._key, root_key, usage)
        self.root_pem = root.public_bytes(Encoding.PEM)

    def stamp(self, message, at):
        """Answer a request for the SHA-256 of a message."""
        algorithm = _sequence(_oid(_SHA256), _der(_NULL))
        imprint = _sequence(algorithm, _der(_OCTETS, hashlib.sha256(message).digest()))
        info = _sequence(
            _integer(1),
            _oid(_POLICY),
            imprint,
            _integer(7),
            _der(_TIME, at.strftime("%Y%m%d%H%M%SZ").encode()),
        )
        leaf = self._leaf.public_bytes(Encoding.DER)
        identifier = _sequence(_sequence(_der(_OCTETS, hashlib.sha256(leaf).digest())))
        attributes = b"".join(
            sorted(
                (
                    _attribute(_CONTENT_TYPE, _oid(_TST_INFO)),
                    _attribute(_MESSAGE_DIGEST, _der(_OCTETS, hashlib.sha256(info).digest())),
                    _attribute(_SIGNING_CERTIFICATE, _sequence(identifier)),
                )
            )
        )
        signature = self._key.sign(_der(_SET, attributes), ec.ECDSA(hashes.SHA256()))
        signer = _sequence(
            _integer(1),
            _sequence(self._leaf.issuer.public_bytes(), _integer(self._leaf.serial_number)),
            algorithm,
            _der(_FIRST, attributes),
            _sequence(_oid(_ECDSA)),
            _der(_OCTETS, signature),
        )
        content = _sequence(_oid(_TST_INFO), _der(_FIRST, _der(_OCTETS, info)))
        signed = _sequence(
            _integer(3), _der(_SET, algorithm), content, _der(_FIRST, leaf), _der(_SET, signer)
        )
        token = _sequence(_oid(_SIGNED_DATA), _der(_FIRST, signed))
        return _sequence(_sequence(_integer(0)), token)
