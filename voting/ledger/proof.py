"""The ``.tlog-proof`` file (C2SP tlog-proof): one entry is in the log, checked offline."""

import re
from dataclasses import dataclass

from voting.ledger import checkpoint, note
from voting.ledger.refusals import MalformedProof, NotInLog
from voting.ledger.spelling import (
    HASH_BYTES,
    MAX_SIZE,
    decode_base64,
    decode_decimal,
    encode_base64,
)
from voting.ledger.tree import leaf_hash, verify_inclusion

MAX_BYTES = 2 * note.MAX_BYTES
"""Longest proof file read: a note, a path of 63 hashes, and what was enclosed."""

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 63
_HEAD = re.compile(rf"{re.escape(_HEADER)}\n(?:extra ([^\n]+)\n)?index ([0-9]+)((?:\n[^\n]+)*)")


@dataclass(frozen=True, slots=True)
class LogProof:
    """An inclusion proof together with the checkpoint it leads to.

    Attributes
    ----------
    index
        Position of the entry, from 0.
    hashes
        Inclusion proof, the leaf's sibling first, 32 bytes each.
    checkpoint_note
        The signed checkpoint with all its signature lines, verbatim.
    extra
        Something enclosed for the reader; nobody vouches for it.

    Raises
    ------
    ValueError
        Something that the file has no form for.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE or len(self.hashes) > _MAX_HASHES:
            raise ValueError("no log is that long")
        if any(len(sibling) != HASH_BYTES for sibling in self.hashes):
            raise ValueError(f"a hash has {HASH_BYTES} bytes")
        if self.extra == b"":
            raise ValueError("an empty enclosure is left out")

    def to_bytes(self) -> bytes:
        """Write the file."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [encode_base64(sibling) for sibling in self.hashes]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint_note

    def verify(self, entry: bytes, key: note.NoteKey) -> checkpoint.Checkpoint:
        """Return the checkpoint if its log signed it and ``entry`` is in it.

        Raises
        ------
        NotInLog
            The path does not lead from the entry to the signed root.
        MalformedNote, BadSignature, UnknownSigner, MalformedCheckpoint, WrongOrigin
            See :func:`voting.ledger.checkpoint.open_checkpoint`.
        """
        signed = checkpoint.open_checkpoint(self.checkpoint_note, key)
        if not verify_inclusion(
            leaf_hash(entry), self.index, signed.size, self.hashes, signed.root
        ):
            raise NotInLog("凭证不能证明该条目在日志中", index=self.index, size=signed.size)
        return signed


def parse(data: bytes) -> LogProof:
    """Read a proof file; nothing is verified yet.

    Raises
    ------
    MalformedProof
        Any file that :meth:`LogProof.to_bytes` would not write.
    """
    if len(data) > MAX_BYTES:
        raise MalformedProof(f"日志凭证超过 {MAX_BYTES} 字节")
    head, blank, signed = data.partition(b"\n\n")
    match = _HEAD.fullmatch(head.decode("ascii", "replace"))
    if not blank or match is None:
        raise MalformedProof("不是日志凭证文件")
    extra, index, hashes = match.groups()
    try:
        return LogProof(
            index=decode_decimal(index),
            hashes=tuple(decode_base64(line) for line in hashes.split("\n")[1:]),
            checkpoint_note=signed,
            extra=None if extra is None else decode_base64(extra),
        )
    except ValueError as error:
        raise MalformedProof("日志凭证格式有误") from error
