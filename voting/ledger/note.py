"""Signed notes (C2SP signed-note v1.0.0): a text with lines that say who signed it.

A key is known by its name and a four-byte key id together. Lines of unknown keys are passed
over, so that a note may carry witnesses or suites a reader has never heard of; a line of a known
key that fails to verify spoils the whole note.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from voting.kernel import suites
from voting.ledger.refusals import MalformedKey, MalformedNote, UnknownSigner
from voting.ledger.spelling import decode_base64, encode_base64

MAX_BYTES = 65_536
"""Longest note read: a log's line and sixteen ML-DSA-44 witness lines of 3.3 kB fit."""

_KEY_ID_BYTES = 4
_SPACE = 0x20
_DASH = "\u2014"  # an em dash; a hyphen begins no signature
_ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


class Signature(NamedTuple):
    """One signature line. ``blob`` is what follows the key id."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"{_DASH} {self.name} {encode_base64(self.key_id + self.blob)}\n"


class OpenedNote(NamedTuple):
    """A note's text with at least one verified signature, each known key named once."""

    text: str
    signatures: tuple[Signature, ...]


class Verifier(Protocol):
    """A key that can tell its own signatures on a note's text."""

    @property
    def name(self) -> str:
        """Key name, as it stands in the signature line."""
        ...

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        ...

    def verify(self, blob: bytes, text: bytes) -> None:
        """Return if the signature is right; raise ``BadSignature`` if not."""
        ...


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """A named Ed25519 public key (32 bytes) that is used for one purpose only.

    Raises
    ------
    ValueError
        The name is no key name, see :func:`require_name`.
    WeakKey
        A point of small order, for which anybody could sign.
    """

    type_byte: ClassVar[int]
    """Algorithm and purpose as C2SP numbers them; part of the key id."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        require_name(self.name)
        suites.load_key(_ED25519_SPKI + self.public)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read ``<name>+<8 hex digits>+<base64>``.

        Raises
        ------
        MalformedKey
            Any other text, a key for another purpose, or an id that is not this key's.
        WeakKey
        """
        try:
            name, _, encoded = vkey.split("+", 2)
            key = cls(name, decode_base64(encoded)[1:])
        except ValueError as error:
            raise MalformedKey("无法识别的日志公钥：应为 C2SP vkey 格式") from error
        # Covers the id and the type byte in one comparison.
        if key.vkey != vkey:
            raise MalformedKey("日志公钥的编号或用途与公钥不符")
        return key

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256 over name, line feed, type byte and public key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as text, to be handed to whoever verifies."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self._typed)}"

    def _check(self, signature: bytes, message: bytes) -> None:
        suites.load_key(_ED25519_SPKI + self.public).verify(signature, message)

    @property
    def _typed(self) -> bytes:
        return bytes([self.type_byte]) + self.public


class NoteKey(Ed25519Key):
    """The key of a log: plain Ed25519 over the note's text (type 0x01)."""

    __slots__ = ()
    type_byte = 0x01

    @property
    def origin_hash(self) -> str:
        """SHA-256 of the log's name, by which witnesses file it."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def verify(self, blob: bytes, text: bytes) -> None:
        """Check a 64-byte signature over ``text``."""
        self._check(blob, text)


class Signer:
    """A named private Ed25519 key that signs notes.

    Parameters
    ----------
    name
        Key name; for a log this is its origin.
    private_key
        May be shared by several names: the name is part of each key id, and a checkpoint's text
        begins with it, so that no signature can be moved from one log to another.
    """

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.key = NoteKey(name, private_key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """Sign the bytes of a note's text; 64 bytes."""
        return self._private_key.sign(text)


def require_name(name: str) -> str:
    """Return ``name`` if it can be a key name, and thereby the origin of a log.

    Raises
    ------
    ValueError
        Empty, or holds a blank, a control character or ``+``.
    """
    forbidden = any(c == "+" or c.isspace() or ord(c) < _SPACE for c in name)
    if not name or forbidden:
        raise ValueError(f"not a key name: {name!r}")
    return name


def sign(text: str, signer: Signer) -> bytes:
    """Write a note with one signature.

    Raises
    ------
    ValueError
        The text does not end with a line feed, or holds a control character.
    """
    if not text.endswith("\n") or _has_control(text):
        raise ValueError("a note's text ends with a line feed and has no control characters")
    signature = Signature(signer.key.name, signer.key.key_id, signer.sign(text.encode()))
    return write_note(OpenedNote(text, (signature,)))


def write_note(opened: OpenedNote) -> bytes:
    """Write a note with the signatures given, each on a line."""
    return f"{opened.text}\n{''.join(each.line for each in opened.signatures)}".encode()


def read_text(data: bytes) -> str:
    """Read a note's text, whoever may have signed it.

    Raises
    ------
    MalformedNote
    """
    return _split(data)[0]


def open_note(data: bytes, verifiers: Sequence[Verifier]) -> OpenedNote:
    """Read a note and verify every line of the given keys.

    Parameters
    ----------
    data
        The whole file, at most ``MAX_BYTES``.
    verifiers
        The keys the reader knows. A key that signed twice is reported once, by its first line.

    Raises
    ------
    MalformedNote
        Not a signed note, whoever signed it.
    BadSignature
        A line of a known key does not verify.
    UnknownSigner
        No line is by a known key.
    ValueError
        Two of ``verifiers`` share name and key id.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    if len(known) != len(verifiers):
        raise ValueError("two keys with one name and one id cannot be told apart")
    text, lines = _split(data)
    verified: dict[tuple[str, bytes], Signature] = {}
    for line in lines:
        signature = _parse_line(line)
        identity = (signature.name, signature.key_id)
        if identity in known:
            _require_signed(known[identity], signature.blob, text)
            verified.setdefault(identity, signature)
    if not verified:
        raise UnknownSigner("没有任何一个已知密钥在此文件上签名")
    return OpenedNote(text, tuple(verified.values()))


def _split(data: bytes) -> tuple[str, list[str]]:
    """Separate text and signature lines at the last empty line."""
    if len(data) > MAX_BYTES:
        raise MalformedNote(f"签名文件超过 {MAX_BYTES} 字节")
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedNote("签名文件不是 UTF-8 文字") from error
    if _has_control(note):
        raise MalformedNote("签名文件含有控制字符")
    # The last empty line: the text itself may contain others.
    cut = note.rfind("\n\n")
    lines = note[cut + 2 :]
    if cut < 0 or not lines.endswith("\n"):
        raise MalformedNote("签名文件缺少空行或签名行")
    return note[: cut + 1], lines.removesuffix("\n").split("\n")


def _parse_line(line: str) -> Signature:
    try:
        dash, name, encoded = line.split(" ")
        require_name(name)
        blob = decode_base64(encoded)
    except ValueError as error:
        raise MalformedNote("签名行格式有误") from error
    if dash != _DASH or len(blob) <= _KEY_ID_BYTES:
        raise MalformedNote("签名行须以破折号开头，并含密钥编号与签名")
    return Signature(name, blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])


def _require_signed(verifier: Verifier, blob: bytes, text: str) -> None:
    try:
        verifier.verify(blob, text.encode())
    except suites.BadSignature as error:
        raise suites.BadSignature(f"{verifier.name} 的签名与内容不符", key=verifier.name) from error


def _has_control(text: str) -> bool:
    return any(ord(c) < _SPACE and c != "\n" for c in text)
