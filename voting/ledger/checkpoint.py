"""Checkpoints (C2SP tlog-checkpoint v1.0.0): the signed size and root of a log."""

from dataclasses import dataclass

from voting.ledger.note import NoteKey, Signer, open_note, require_name, sign
from voting.ledger.refusals import MalformedCheckpoint, WrongOrigin
from voting.ledger.spelling import (
    HASH_BYTES,
    MAX_SIZE,
    decode_base64,
    decode_decimal,
    encode_base64,
)
from voting.ledger.tree import EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log held at one moment.

    Attributes
    ----------
    origin
        Name of the log, unique and stable for ever; equals the name of its key.
    size
        Number of entries.
    root
        Root of the tree over them, 32 bytes.

    Raises
    ------
    ValueError
        Not a key name, a size outside 0 to 2**63 - 1, or a root that cannot be one.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        require_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise ValueError(f"no log has {self.size} entries")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise ValueError(f"not the root of {self.size} entries: {self.root.hex()}")

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def parse(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises
    ------
    MalformedCheckpoint
        Any text that :attr:`Checkpoint.text` would not write. Extension lines are refused too:
        our logs write none, and nobody could audit what they say.
    """
    try:
        origin, size, root = text.removesuffix("\n").split("\n")
        checkpoint = Checkpoint(origin, decode_decimal(size), decode_base64(root))
    except ValueError as error:
        raise MalformedCheckpoint("日志检查点格式有误") from error
    if checkpoint.text != text:
        raise MalformedCheckpoint("日志检查点的写法不规范")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Write the signed note.

    Raises
    ------
    ValueError
        The signer is another log's.
    """
    if signer.key.name != checkpoint.origin:
        raise ValueError(f"{signer.key.name} does not sign for {checkpoint.origin}")
    return sign(checkpoint.text, signer)


def open_checkpoint(data: bytes, key: NoteKey) -> Checkpoint:
    """Read a checkpoint signed by its log; lines of witnesses are passed over.

    Raises
    ------
    MalformedNote, BadSignature, UnknownSigner
        See :func:`voting.ledger.note.open_note`.
    MalformedCheckpoint
    WrongOrigin
        Signed by this key, but for a log of another name.
    """
    checkpoint = parse(open_note(data, [key]).text)
    if checkpoint.origin != key.name:
        raise WrongOrigin("检查点属于另一个日志", origin=checkpoint.origin)
    return checkpoint
