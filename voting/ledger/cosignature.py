"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, type 0x04).

A witness states: at this time, this was the largest consistent tree of this origin I had seen.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voting.kernel.suites import BadSignature
from voting.ledger.note import Ed25519Key, Signature, open_note
from voting.ledger.refusals import MalformedKey
from voting.ledger.spelling import MAX_SIZE, decode_base64, encode_base64

_TIME = struct.Struct(">Q")
_PRIVATE = "PRIVATE+KEY+"


class Cosignature(NamedTuple):
    """Who saw a checkpoint and when, in POSIX seconds."""

    witness: str
    time: int


class Witnessed(NamedTuple):
    """Up to which size a witness, named by its vkey, has cosigned a log, and when."""

    origin: str
    vkey: str
    size: int
    at: datetime

    @property
    def name(self) -> str:
        """Name of the witness."""
        return self.vkey.partition("+")[0]


class WitnessKey(Ed25519Key):
    """The key of a witness. The same key bytes under type 0x01 are a different key."""

    __slots__ = ()
    type_byte = 0x04

    def verify(self, blob: bytes, text: bytes) -> None:
        """Check ``u64 time || 64-byte signature`` over the dated text."""
        if len(blob) <= _TIME.size:
            raise BadSignature("见证签名缺少时间")
        time = cosigned_at(blob)
        if time > MAX_SIZE:
            raise BadSignature("见证签名的时间超出范围")
        self._check(blob[_TIME.size :], _dated(text, time))


class WitnessSigner:
    """The private key of a witness.

    Parameters
    ----------
    name
        Name of the witness; never the origin of a log.
    private_key
        Used for nothing else: a cosignature does not state the witness's name.
    """

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.key = WitnessKey(name, private_key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what :meth:`to_text` wrote.

        Raises
        ------
        MalformedKey
        """
        try:
            name, _, encoded = text.removeprefix(_PRIVATE).rstrip("\n").split("+", 2)
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(decode_base64(encoded)[1:]))
        except ValueError as error:
            raise MalformedKey("不是见证人的私钥文件") from error
        if signer.to_text() != text:
            raise MalformedKey("不是见证人的私钥文件，或已损坏")
        return signer

    def to_text(self) -> str:
        """Write the private key as Go's note tools spell theirs, with the type of a witness."""
        typed = bytes([self.key.type_byte]) + self._private_key.private_bytes_raw()
        return f"{_PRIVATE}{self.key.name}+{self.key.key_id.hex()}+{encode_base64(typed)}\n"

    def cosign(self, text: str, time: int) -> str:
        """Sign a checkpoint's text as seen at ``time`` (POSIX seconds); one signature line."""
        signature = self._private_key.sign(_dated(text.encode(), time))
        return Signature(self.key.name, self.key.key_id, _TIME.pack(time) + signature).line


def _dated(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text


def cosigned_at(blob: bytes) -> int:
    """Read the time of a cosignature that has been verified."""
    (time,) = _TIME.unpack_from(blob)
    return int(time)


def moment(time: int) -> datetime:
    """Read the time of a cosignature as a moment.

    Raises
    ------
    BadSignature
        It is after the year 9999: not a time at which anybody signed.
    """
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BadSignature("见证签名的时间超出范围") from error


def cosignatures(data: bytes, witnesses: Sequence[WitnessKey]) -> tuple[Cosignature, ...]:
    """List which of ``witnesses`` cosigned a note, each once, in the order of the lines.

    The log's own signature is checked by :func:`voting.ledger.checkpoint.open_checkpoint`.

    Raises
    ------
    MalformedNote, BadSignature, UnknownSigner
        See :func:`voting.ledger.note.open_note`; ``UnknownSigner`` means no witness signed.
    """
    return tuple(
        Cosignature(signature.name, cosigned_at(signature.blob))
        for signature in open_note(data, witnesses).signatures
    )
