"""The offline check of a receipt: a numbered list, every failure reported, no network.

====  ================================================================
no.   check
====  ================================================================
1     the file is one signed receipt, and what is printed beside it the same
2     the log's key signed the receipt, as a receipt
3     the log's key signed the checkpoint, of this assembly's log
4     the entry is in the log, at the position and under the size named
5     the enclosed ballot and its salt open the entry's commitment
6     the ballot is for this assembly and these units, with this digest
====  ================================================================

Area and head follow from the published roster and are the service's signed word here. Whether the
ballot's own signature is right needs the owner's key, which the register proves and the supervised
audit bundle opens; a receipt does not hold it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from voting.ballot import model as ballots
from voting.ballot.model import Ballot
from voting.box.entries import PHONE
from voting.box.receipt import FORMAT, PAYLOAD_TYPE
from voting.kernel import canonical, dsse
from voting.kernel.clock import parse_timestamp
from voting.kernel.commitment import SALT_BYTES, Opening
from voting.kernel.refusal import Refusal
from voting.kernel.suites import BadSignature, Ed25519
from voting.ledger import proof as proofs
from voting.ledger.checkpoint import open_checkpoint
from voting.ledger.note import NoteKey
from voting.ledger.refusals import MalformedKey

MAX_BYTES = 262_144
"""Longest file read: a ballot of the longest kind, encoded twice, and its path."""

_SUMMARY = {
    "area_cm2", "ballot_digest", "heads", "log_size", "position", "received_at", "units",
}  # fmt: skip
_TEXTS = ("assembly", "ballot", "ballot_digest", "entry", "proof", "received_at", "salt")
_FIGURES = ("area_cm2", "heads", "log_size", "position")

Problems = Iterator[str]


class MalformedReceipt(Refusal):
    """Not a receipt, or one that says less or more than a receipt does."""

    code = "malformed-receipt"


class LogKeyNeeded(Refusal):
    """Without the log's public key nothing a receipt says can be checked."""

    code = "log-key-needed"


@dataclass(frozen=True, slots=True)
class ReceiptFinding:
    """What one check found."""

    number: int
    title: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What was saved: the signed receipt, perhaps the service's plain words and the log's key."""

    envelope: dsse.Envelope
    summary: dict[str, Any] | None = None
    log_key: str | None = None


class Credited:
    """What a signed receipt says; each part is read when it is first asked for.

    Raises
    ------
    MalformedReceipt
    """

    def __init__(self, payload: bytes) -> None:
        said = canonical.decode(payload)
        if not isinstance(said, dict) or said.keys() != _SUMMARY | {*_TEXTS, *_FIGURES, "format"}:
            raise MalformedReceipt("回执的内容不完整，或含有多余内容")
        sound = (
            said["format"] == FORMAT
            and all(isinstance(said[name], str) for name in _TEXTS)
            and all(type(said[name]) is int and said[name] >= 0 for name in _FIGURES)
            and isinstance(said["units"], list)
            and all(isinstance(unit, str) for unit in said["units"])
        )
        if not sound:
            raise MalformedReceipt("回执的内容不是本程序认得的格式")
        try:
            parse_timestamp(said["received_at"])
        except ValueError as error:
            raise MalformedReceipt("回执所写的收到时间无法读取") from error
        self.said: dict[str, Any] = said

    @property
    def summary(self) -> dict[str, Any]:
        """The part a person reads."""
        return {name: self.said[name] for name in _SUMMARY}

    @cached_property
    def proof(self) -> proofs.LogProof:
        """The path from the entry to the signed root."""
        return proofs.parse(self.said["proof"].encode())

    @cached_property
    def entry(self) -> dict[str, Any]:
        """What the log says of the ballot."""
        entry = canonical.decode(self.entry_bytes)
        if not isinstance(entry, dict) or entry.keys() != {"at", "commitment", "type"}:
            raise MalformedReceipt("回执所附的日志条目不是表决票的条目")
        return entry

    @property
    def entry_bytes(self) -> bytes:
        """The entry as logged."""
        return dsse.strict_base64(self.said["entry"])

    @cached_property
    def opening(self) -> Opening:
        """The ballot as received, and its salt."""
        return Opening(
            dsse.strict_base64(self.said["salt"]), dsse.strict_base64(self.said["ballot"])
        )

    @cached_property
    def text(self) -> bytes:
        """The text that the owner signed."""
        envelope = dsse.parse(self.opening.data)
        if envelope.payload_type != ballots.PAYLOAD_TYPE:
            raise dsse.WrongPayloadType("回执所附的不是一张表决票")
        return envelope.payload

    @property
    def ballot(self) -> Ballot:
        """What the owner chose."""
        return ballots.parse(self.text)


def read_file(data: bytes) -> ReceiptFile:
    """Read the service's answer as a phone saves it, or the bare signed receipt in it.

    Raises
    ------
    MalformedReceipt, NotCanonical, MalformedEnvelope
    """
    if len(data) > MAX_BYTES:
        raise MalformedReceipt(f"回执文件超过 {MAX_BYTES} 字节")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise MalformedReceipt("不是回执文件：应为投票后保存的 JSON 文件") from error
    if not isinstance(value, dict):
        raise MalformedReceipt("不是回执文件：应为投票后保存的 JSON 文件")
    if "receipt" not in value:
        return ReceiptFile(dsse.from_object(value, limit=MAX_BYTES))
    summary, log_key = value.get("summary"), value.get("log_key")
    if not isinstance(summary, dict | None) or not isinstance(log_key, str | None):
        raise MalformedReceipt("回执文件的结构不对")
    return ReceiptFile(dsse.from_object(value["receipt"], limit=MAX_BYTES), summary, log_key)


def find_key(file: ReceiptFile, log_key: str | None) -> NoteKey:
    """Read the log's key: the one learnt elsewhere, or the one the file names.

    Raises
    ------
    LogKeyNeeded, MalformedKey, WeakKey
    """
    vkey = log_key if log_key is not None else file.log_key
    if vkey is None:
        raise LogKeyNeeded(
            "回执文件里没有日志公钥，请用 --log-key 给出（审计包的 manifest.json 中有）"
        )
    try:
        return NoteKey.parse(vkey)
    except Refusal as refusal:
        raise MalformedKey(f"{refusal.detail}；请核对 --log-key 或重新取得回执") from refusal


def verify_receipt(file: ReceiptFile, key: NoteKey) -> tuple[list[ReceiptFinding], Credited | None]:
    """Run every check on a receipt and report all that fails, not the first.

    Returns
    -------
    list of ReceiptFinding
        One for each number of the table above.
    Credited or None
        What the receipt says; None if it cannot be read. To be believed only without problems.
    """
    try:
        credited = Credited(file.envelope.payload)
    except Refusal as refusal:
        return [ReceiptFinding(1, _CHECKS[0][0], (refusal.detail,))], None
    return [
        ReceiptFinding(number, title, tuple(_run(check, file, credited, key)))
        for number, (title, check) in enumerate(_CHECKS, start=1)
    ], credited


_Check = Callable[[ReceiptFile, Credited, NoteKey], Problems]


def _run(check: _Check, file: ReceiptFile, credited: Credited, key: NoteKey) -> Problems:
    try:
        yield from check(file, credited, key)
    except Refusal as refusal:
        yield refusal.detail


def _same(file: ReceiptFile, credited: Credited, _key: NoteKey) -> Problems:
    if file.summary is not None and file.summary != credited.summary:
        yield "签名回执之外写的内容与签名的内容不同，以签名的内容为准"


def _signed(file: ReceiptFile, _credited: Credited, key: NoteKey) -> Problems:
    # Receipts are signed by the key behind the log's vkey, as DSSE with a purpose of their own.
    service = Ed25519(Ed25519PublicKey.from_public_bytes(key.public))
    if file.envelope.key_id != service.key_id:
        yield "回执所写的签名密钥不是这个日志公钥"
    try:
        file.envelope.verify(service, PAYLOAD_TYPE)
    except BadSignature:
        yield "回执的签名无效：内容被改动过，或不是由这个服务签发的"


def _checkpoint(_file: ReceiptFile, credited: Credited, key: NoteKey) -> Problems:
    signed = open_checkpoint(credited.proof.checkpoint_note, key)
    if not signed.origin.endswith(f"/assemblies/{credited.said['assembly']}"):
        yield f"检查点属于日志 {signed.origin}，不是这次业主大会的日志"


def _included(_file: ReceiptFile, credited: Credited, key: NoteKey) -> Problems:
    signed = credited.proof.verify(credited.entry_bytes, key)
    if credited.proof.index != credited.said["position"]:
        yield "所证明的日志位置与回执所写的不同"
    if signed.size != credited.said["log_size"]:
        yield "检查点的日志长度与回执所写的不同"


def _committed(_file: ReceiptFile, credited: Credited, _key: NoteKey) -> Problems:
    if credited.entry["type"] != PHONE:
        yield "日志条目不是手机表决票的条目"
    if credited.entry["at"] != credited.said["received_at"]:
        yield "日志条目所记的收到时间与回执所写的不同"
    opening = credited.opening
    if len(opening.salt) != SALT_BYTES or opening.commitment != credited.entry["commitment"]:
        yield "所附的表决票不是日志条目所承诺的那一张"


def _ballot(_file: ReceiptFile, credited: Credited, _key: NoteKey) -> Problems:
    if canonical.digest(credited.text) != credited.said["ballot_digest"]:
        yield "所附表决票的指纹与回执所写的不同"
    if credited.ballot.assembly_id != credited.said["assembly"]:
        yield "所附的表决票属于另一次业主大会"
    if list(credited.ballot.units) != credited.said["units"]:
        yield "所附表决票的房屋与回执所写的不同"


_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("文件是一份完整的回执", _same),
    ("回执由日志的密钥签名", _signed),
    ("日志检查点签名有效，属于这次业主大会", _checkpoint),
    ("表决票的条目在日志中，就在所写的位置", _included),
    ("所附的表决票就是日志条目所承诺的那一张", _committed),
    ("所附的表决票属于这次业主大会和这些房屋", _ballot),
)
