"""The request by which a log shows a witness its growth (C2SP tlog-witness, add-checkpoint)."""

from dataclasses import dataclass
from typing import NamedTuple

from voting.ledger import note
from voting.ledger.refusals import MalformedCheckpoint, MalformedSubmission
from voting.ledger.spelling import (
    HASH_BYTES,
    MAX_SIZE,
    decode_base64,
    decode_decimal,
    encode_base64,
)

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""Media type of the answer that states which size the witness has recorded."""

_MAX_HASHES = 63
_HASH_LINE = 45
MAX_BYTES = note.MAX_BYTES + _MAX_HASHES * _HASH_LINE + 32
"""Longest request: a note, a path of 63 hashes, and the first line."""


class Head(NamedTuple):
    """What a checkpoint's text says; a witness takes logs with extension lines, too."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Submission:
    """One request.

    Attributes
    ----------
    old
        Size that the witness is thought to have recorded, 0 if none.
    proof
        Consistency proof from there, 32 bytes each.
    checkpoint_note
        The signed checkpoint, verbatim.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint_note: bytes

    def to_bytes(self) -> bytes:
        """Write the request's body."""
        lines = [f"old {self.old}", *(encode_base64(each) for each in self.proof)]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint_note


def parse(data: bytes) -> Submission:
    """Read a request's body; nothing is verified yet.

    Raises
    ------
    MalformedSubmission
    """
    first, blank, signed = data.partition(b"\n\n")
    lines = first.decode("ascii", "replace").split("\n")
    try:
        word, old = lines[0].split(" ")
        submission = Submission(
            decode_decimal(old), tuple(decode_base64(line) for line in lines[1:]), signed
        )
    except ValueError as error:
        raise MalformedSubmission("见证请求的格式有误") from error
    fits = submission.old <= MAX_SIZE and len(submission.proof) <= _MAX_HASHES
    hashes = all(len(each) == HASH_BYTES for each in submission.proof)
    if word != "old" or not blank or not fits or not hashes:
        raise MalformedSubmission("见证请求的格式有误")
    return submission


def read_head(text: str) -> Head:
    """Read origin, size and root of a checkpoint's text.

    Raises
    ------
    MalformedCheckpoint
    """
    lines = text.removesuffix("\n").split("\n")
    try:
        origin, size, root = lines[:3]
        head = Head(note.require_name(origin), decode_decimal(size), decode_base64(root))
    except ValueError as error:
        raise MalformedCheckpoint("日志检查点格式有误") from error
    if not all(lines) or head.size > MAX_SIZE or len(head.root) != HASH_BYTES:
        raise MalformedCheckpoint("日志检查点格式有误")
    return head
