"""The device keys that signed, as the register proves them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from voting.identity.entries import key_statement
from voting.identity.model import EnrolledKey
from voting.identity.refusals import UnknownKey
from voting.kernel import canonical, dsse
from voting.kernel.clock import parse_timestamp
from voting.kernel.suites import load_key
from voting.outcome.evidence import Evidence
from voting.outcome.pieces import integer
from voting.roster.document import RosterDocument


class Keys:
    """The device keys that the register proves, each with the time it was good for."""

    def __init__(self, evidence: Evidence) -> None:
        enrolled = {proved.index: proved.entry for proved in evidence.registered("device-key")}
        revoked: dict[int, datetime] = {}
        for proved in evidence.registered("device-key-revoked"):
            ended, at = proved.entry["enrolment"], parse_timestamp(proved.entry["at"])
            revoked[ended] = min(at, revoked.get(ended, at))  # what has ended cannot end later
        if enrolled.keys() != evidence.key_openings.keys():
            raise UnknownKey("密钥的开启值与登记簿条目不一一对应")
        self._log = evidence.entries
        self._known: dict[str, tuple[int, EnrolledKey, datetime, datetime | None]] = {}
        for index, opening in evidence.key_openings.items():
            if opening.commitment != enrolled[index]["commitment"]:
                raise UnknownKey(f"登记簿第 {index} 条的密钥与其承诺不符")
            key = _statement(opening.data, evidence.roster)
            self._known[key.key.key_id] = (
                index,
                key,
                parse_timestamp(enrolled[index]["at"]),
                revoked.get(index),
            )

    def at(self, position: int) -> Callable[[str], EnrolledKey]:
        """Look keys up as they were good when the ballot at this log position arrived."""
        return partial(self._holder, parse_timestamp(self._log[position]["at"]))

    def _holder(self, at: datetime, key_id: str) -> EnrolledKey:
        if key_id not in self._known:
            raise UnknownKey("签名的密钥没有登记")
        _, key, enrolled_at, revoked_at = self._known[key_id]
        if at < enrolled_at:
            raise UnknownKey("签名的密钥当时尚未登记")
        if revoked_at is not None and at > revoked_at:
            raise UnknownKey("签名的密钥当时已被更换")
        return key

    def indexes_without(self, used: set[str]) -> list[int]:
        """Register indexes of keys that signed nothing here."""
        return sorted(known[0] for key_id, known in self._known.items() if key_id not in used)


def _statement(data: bytes, roster: RosterDocument) -> EnrolledKey:
    statement = canonical.decode(data)
    key = load_key(dsse.strict_base64(statement["spki"]))
    if data != key_statement(statement["owner"], roster.digest, key.spki):
        raise UnknownKey("密钥登记的内容不对，或不是为这份业主清册登记")
    return EnrolledKey(key, integer(statement["owner"]))
