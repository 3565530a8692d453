"""A co-owner's objection to the ballot that stands for his units, and its numbered checks (C-1).

====  ==========================================================  ==========================
no.   check                                                       refusal
====  ==========================================================  ==========================
1     canonical JSON, one DSSE envelope with one signature        ``not-canonical``,
                                                                  ``malformed-envelope``
2     signed as an objection, not for another purpose             ``wrong-payload-type``
3     the text is an objection: known format, no more, no less    ``malformed-objection``
4     to a ballot of this assembly, under this notice             ``wrong-assembly``,
                                                                  ``wrong-notice``
5     arrived while the box was open                              ``poll-not-open``,
                                                                  ``poll-closed``
6     the key is enrolled and not revoked                         ``unknown-key``
7     every unit is on the roster, and still has a vote           ``unknown-unit``,
                                                                  ``unit-removed``
8     its owner votes for every unit, and so does another         ``not-the-voter``,
                                                                  ``not-co-owned``
9     the signature is right                                      ``bad-signature``
====  ==========================================================  ==========================

Whether somebody else's ballot stands for these units is the ballot box's question, and so is who
owned them when it came: buyers do not object to what a seller cast (C-14). Whom the co-owners named
in writing votes for them all (domain C-1, W-9): nobody else may object.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from voting.assembly.model import Poll
from voting.ballot.refusals import UnknownUnit, WrongAssembly, WrongNotice
from voting.ballot.verify import require_kept, require_open
from voting.box.refusals import MalformedObjection, NotCoOwned
from voting.identity.model import EnrolledKey
from voting.identity.refusals import NotTheVoter
from voting.kernel import canonical, dsse
from voting.roster.document import RosterDocument

PAYLOAD_TYPE = "application/vnd.yezhu.ballot-objection.v1+json"
FORMAT = "yezhu-ballot-objection/1"

_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class BallotObjection:
    """What a co-owner signs: the units to whose ballot he objects. ``nonce`` is 128 bits."""

    assembly_id: str
    notice_digest: str
    units: tuple[str, ...]
    nonce: str

    def to_bytes(self) -> bytes:
        """Write the canonical text to sign."""
        return canonical.encode(
            {
                "assembly": self.assembly_id,
                "format": FORMAT,
                "nonce": self.nonce,
                "notice": self.notice_digest,
                "units": list(self.units),
            }
        )


@dataclass(frozen=True, slots=True)
class VerifiedObjection:
    """An objection that passed every check; ``owner_code`` is the co-owner's number."""

    objection: BallotObjection
    owner_code: int
    unit_codes: tuple[int, ...]
    digest: str


def parse(payload: bytes) -> BallotObjection:
    """Read an objection's text.

    Raises
    ------
    NotCanonical, MalformedObjection
    """
    match canonical.decode(payload):
        case {
            "assembly": str(assembly_id),
            "format": "yezhu-ballot-objection/1",
            "nonce": str(nonce),
            "notice": str(notice_digest),
            "units": [str(), *_] as units,
            **more,
        } if not more and _NONCE.fullmatch(nonce) and all(isinstance(unit, str) for unit in units):
            if sorted(set(units)) != units:
                raise MalformedObjection("异议所列房屋须排序且不重复")
            return BallotObjection(assembly_id, notice_digest, tuple(units), nonce)
        case _:
            raise MalformedObjection("异议的内容不完整，或含有多余内容")


def verify(
    data: bytes,
    poll: Poll,
    roster: RosterDocument,
    holder: Callable[[str], EnrolledKey],
    *,
    at: datetime,
) -> VerifiedObjection:
    """Run the checks on an objection as received at moment ``at``.

    Parameters
    ----------
    roster, holder
        As for :func:`voting.ballot.verify.verify`.

    Raises
    ------
    Refusal
        The one named in the table above.
    """
    envelope = dsse.parse(data)  # 1
    if envelope.payload_type != PAYLOAD_TYPE:  # 2
        raise dsse.WrongPayloadType("这不是对表决票的异议")
    objection = parse(envelope.payload)  # 3
    if objection.assembly_id != poll.assembly_id:  # 4
        raise WrongAssembly("这件异议属于另一次业主大会")
    if objection.notice_digest != poll.notice_digest:  # 4
        raise WrongNotice("异议所依据的会议通知与本次公布的不同，请重新打开通知后再提出")
    require_open(poll, at)  # 5
    enrolled = holder(envelope.key_id)  # 6
    unknown = [unit for unit in objection.units if unit not in roster.unit_code]
    if unknown:  # 7
        raise UnknownUnit(f"业主清册中没有房屋 {'、'.join(unknown)}")
    codes = tuple(roster.unit_code[unit] for unit in objection.units)
    require_kept(codes, roster)  # 7
    _require_co_owner(codes, roster, enrolled.owner_code)  # 8
    envelope.verify(enrolled.key, PAYLOAD_TYPE)  # 9
    return VerifiedObjection(
        objection, enrolled.owner_code, codes, canonical.digest(envelope.payload)
    )


def _require_co_owner(codes: tuple[int, ...], roster: RosterDocument, person: int) -> None:
    others = [roster.units[code].unit_key for code in codes if not roster.may_vote(person, code)]
    if others:
        raise NotTheVoter(
            f"房屋 {'、'.join(others)} 不由您投票：不是您的房屋，或清册载明由表决人、代理人投票，"
            "以其表决为准；如有变动，请到居委会登记表决人"
        )
    alone = [roster.units[code].unit_key for code in codes if len(set(roster.voters_of(code))) == 1]
    if alone:
        raise NotCoOwned(f"房屋 {'、'.join(alone)} 只由您一人投票，没有其他共有人的票可提出异议")


def sellers(then: RosterDocument, later: Iterable[RosterDocument]) -> dict[str, tuple[int, ...]]:
    """Name by unit who owned it when a ballot came, where a correction has named others since.

    Only they object to that ballot: what was cast before a sale stands, and is nothing to the
    buyers (domain C-14).

    Parameters
    ----------
    then, later
        The roster as it was corrected when the ballot came, and every version after it.
    """
    owned = {unit.unit_key: unit.owners for unit in then.units}
    return {
        unit.unit_key: owned[unit.unit_key]
        for version in later
        for unit in version.units
        if unit.unit_key in owned and set(unit.owners) != set(owned[unit.unit_key])
    }
