"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, type 0x04): verification.

A witness states: at this time, this was the largest consistent tree of this origin I had seen.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from voting.kernel.suites import BadSignature
from voting.ledger.note import Ed25519Key, open_note
from voting.ledger.spelling import MAX_SIZE

_TIME = struct.Struct(">Q")


class Cosignature(NamedTuple):
    """Who saw a checkpoint and when, in POSIX seconds."""

    witness: str
    time: int


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
        self._check(blob[_TIME.size :], b"cosignature/v1\ntime %d\n" % time + text)


def cosigned_at(blob: bytes) -> int:
    """Read the time of a cosignature that has been verified."""
    (time,) = _TIME.unpack_from(blob)
    return int(time)


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
