"""What both verifiers are asked about signatures, keys and signed checkpoints."""

import base64
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from tests.sm2_signer import HEAD as SM2_HEAD
from tests.sm2_signer import N, P, SM2Signer
from tests.voting.kernel.test_suites import ED25519_HEAD, P256_ORDER, SMALL_ORDER, spki
from tests.voting.outcome.both import second
from voting.kernel import suites
from voting.ledger import checkpoint, note
from voting.ledger.note import NoteKey, Signer

ORIGIN = "vote.example.org/assemblies/1"
PRIME = 2**255 - 19


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "key", _loaded, _loaded_again, sorted({(key,) for key, _, _ in _signatures()})
    yield "signature", _verified, _verified_again, _signatures()
    yield "checkpoint", _opened, _opened_again, _checkpoints()


def _loaded(key):
    suites.load_key(key)


def _loaded_again(key):
    second.load_key(key)


def _verified(key, signature, message):
    suites.load_key(key).verify(signature, message)


def _verified_again(key, signature, message):
    second.require_signed(second.load_key(key), signature, message)


def _opened(vkey, data):
    found = checkpoint.open_checkpoint(data, NoteKey.parse(vkey))
    return found.origin, found.size, found.root


def _opened_again(vkey, data):
    return second.open_checkpoint(data, second.LogKey(vkey))


def _signatures():
    message = b"DSSEv1 1 a 1 b"
    phone = ec.derive_private_key(5, ec.SECP256R1())
    # The same one every time: a part that begins with a zero says less.
    der = phone.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    raw = r.to_bytes(32) + s.to_bytes(32)
    sealed = [
        der,
        raw,
        encode_dss_signature(r, P256_ORDER - s),
        raw[:-1],
        raw + b"\0",
        b"",
        raw[::-1],
    ]
    sealed += [
        der + b"\0",
        der[:-1],
        bytes(64),
        b"\xff" * 64,
        phone.sign(message, ec.ECDSA(hashes.SHA384())),
    ]
    yield from ((spki(phone), each, message) for each in sealed)
    yield spki(phone), der, message + b"!"
    yield from _other_keys(phone, der, message)
    yield from _edwards(message)
    for secret in (1, 2, N - 2):
        signer = SM2Signer(secret)
        signature = signer.sign(message)
        r, s = decode_dss_signature(signature)
        others = [(r, 0), (0, s), (r, N - r), (r, s + N), (r + N, s), (s, r)]
        for each in (
            signature,
            b"",
            b"0" * 70,
            signature + b"\0",
            *(encode_dss_signature(*each) for each in others),
        ):
            yield signer.spki, each, message
        yield signer.spki, signature, b"-"
        yield signer.spki + b"\0", signature, message
        yield signer.spki[:-1], signature, message
    for x, y in ((0, 0), (P, 1), (1, P), (1, 1)):
        yield SM2_HEAD + x.to_bytes(32) + y.to_bytes(32), b"", b""


def _other_keys(phone, der, message):
    for other in (
        ec.derive_private_key(5, ec.SECP384R1()),
        ec.derive_private_key(5, ec.SECP256K1()),
    ):
        yield spki(other), other.sign(message, ec.ECDSA(hashes.SHA256())), message
    other = ed448.Ed448PrivateKey.generate()
    yield spki(other), other.sign(message), message
    numbers = phone.public_key().public_numbers()
    point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32)
    yield (
        bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point,
        der,
        message,
    )
    yield spki(phone) + b"\0", der, message
    yield spki(phone)[:-1] + bytes([spki(phone)[-1] ^ 1]), der, message
    yield b"", der, message


def _edwards(message):
    """Sound keys of both signs; points of small and of mixed order; what is no point."""
    for seed in range(7):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
        signature = private.sign(message)
        yield spki(private), signature, message
        yield spki(private), signature, b"-"
        yield spki(private), signature[:-1], message
        yield spki(private) + b"\0", signature, message
        number = int.from_bytes(private.public_key().public_bytes_raw(), "little")
        sign, y = number >> 255, number & (2**255 - 1)
        mixed = (PRIME - y) | ((1 - sign) << 255)
        yield ED25519_HEAD + mixed.to_bytes(32, "little"), signature, message
        # By the equation that anybody can satisfy where the key is of small order.
        for point in SMALL_ORDER:
            yield ED25519_HEAD + bytes.fromhex(point), bytes([1]) + bytes(63), message
    for y in (2, 3, 4, 7, PRIME, PRIME + 1, PRIME + 3, 2**255 - 1, PRIME - 1, PRIME - 2):
        for sign in (0, 1):
            yield ED25519_HEAD + (y | sign << 255).to_bytes(32, "little"), bytes(64), message


def _checkpoints():
    log = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    other = Signer("other.example.org", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    forger = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    root = base64.b64encode(bytes(range(32))).decode()
    text = f"{ORIGIN}\n8\n{root}\n"
    sound = note.sign(text, log)
    line, foreign, forged = (
        note.sign(text, each).split(b"\n\n")[1] for each in (log, other, forger)
    )
    body = text.encode() + b"\n"
    vkey = log.key.vkey
    yield from ((vkey, data) for data in (
        sound, body + foreign, body + forged, body + foreign + line, body + line + foreign,
        body + line + line, body + line + forged, body + line[:-1], body, body[:-1], sound + b"\n",
        sound.replace(b"\n8\n", b"\n9\n"), body + line.replace(b"\xe2\x80\x94", b"-"), sound + b"x",
        body + line.replace(b" ", b"  "), body + b"\n" + line, sound.replace(b"\n", b"\r\n"),
        body + line + "\u2014 a+b AAAAAAAA\n".encode(), body + line + "\u2014 a AAAA\n".encode(),
        body + line + "\u2014 a AAAAAA==\n".encode(), body + line + "\u2014 a AAAAAAA=\n".encode(),
        body + line + "\u2014 a AAAAAAB=\n".encode(), body + line + "\u2014  AAAAAAA=\n".encode(),
        body + line + "\u2014 a\u2003b AAAAAAA=\n".encode(), body + line + b"\xff", b"", b"\n\n",
        body + line + ("\u2014 a " + "A" * 65_536 + "\n").encode(), b"\n\n" + line,
        body + line + _filled(65_536 - len(body + line)),
        body + line + _filled(65_537 - len(body + line)),
        body + line.replace(ORIGIN.encode(), b"vote.example.org"), body + line[:-5] + b"\n",
    ))  # fmt: skip
    empty = base64.b64encode(second.tree_root([])).decode()
    for size, hashed in (
        ("0", empty), ("0", root), ("08", root), ("+8", root), ("8 ", root), ("", root),
        ("٨", root), (2**63 - 1, root),
        (2**63, root), (10**18, root), (10**19, root), ("9" * 5000, root),
        ("8", root[:-1]), ("8", root[4:]), ("8", f"AAAA{root}"), ("8", f"{root}\n"),
        ("8", f"{root}\nmore"), ("8", f"{root}\n\n"),
    ):  # fmt: skip
        yield vkey, note.sign(f"{ORIGIN}\n{size}\n{hashed}\n", log)
    for other_text in (f"other\n8\n{root}\n", f"\n8\n{root}\n", f"{ORIGIN}\n8\n"):
        yield vkey, note.sign(other_text, log)
    name, number, key = vkey.split("+", 2)
    typed = base64.b64decode(key)
    for changed in (
        f"{name}+{number}", f"{name}+00000000+{key}", f"{name}+{number.upper()}+{key}", "", "++",
        f"+{number}+{key}", f"{name} +{number}+{key}", f"{name}+{number}+{key[:-4]}", vkey + "=",
        *(Key(name, bytes([kind]) + typed[1:]).text for kind in (0, 2)),
        *(Key(each, typed).text for each in ("a b", "a\tb", "a\u2003b", "a\x01b", "")),
        *(Key(name, b"\1" + bytes.fromhex(point)).text for point in SMALL_ORDER[:5]),
        Key(name, typed + b"\0").text, Key(name, typed[:-1]).text,
    ):  # fmt: skip
        yield changed, sound


class Key(NamedTuple):
    """A log's key, sound or not, with the number that goes with it."""

    name: str
    typed: bytes

    @property
    def text(self) -> str:
        """As C2SP writes it."""
        number = second.sha256(self.name.encode() + b"\n" + self.typed)[:8]
        return f"{self.name}+{number}+{base64.b64encode(self.typed).decode()}"


def _filled(length):
    """A line of an unknown key that fills a note up."""
    start = "\u2014 a".encode()
    blob = (length - len(start) - 2) // 4 * 4
    return start + b"b" * (length - len(start) - 2 - blob) + b" " + b"A" * blob + b"\n"
