"""The ballot box once more, as its log tells: every ballot and objection when its turn comes."""

from collections.abc import Iterable, Iterator
from typing import Any

from voting.ballot.verify import require_open
from voting.ballot.verify import verify as verify_ballot
from voting.box import paper
from voting.box.authority import Principals
from voting.box.entries import OBJECTION, PAPER, PHONE
from voting.box.objection import verify as verify_objection
from voting.box.slots import Placed, Slots
from voting.box.turn import require_kept_by_owners, require_turn
from voting.kernel import canonical, dsse
from voting.kernel.clock import BEIJING, parse_timestamp
from voting.kernel.refusal import Refusal
from voting.outcome.evidence import Evidence
from voting.outcome.pieces import DIGEST
from voting.outcome.verify.finding import Problems
from voting.outcome.verify.keys import Keys
from voting.roster.document import RosterDocument
from voting.roster.entitled import after_correction, with_voters


class Box:
    """A box that takes what a log holds and says what it should not have taken."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._poll = evidence.poll
        self._keys = Keys(evidence)
        self._electors = dict(_electors(evidence))
        self._slots = Slots(self._poll.agenda.policies, {}, ())
        self._principals = Principals()
        self._serials: set[str] = set()
        self._objected: set[str] = set()
        self._used: set[str] = set()

    def problems(self) -> Problems:
        """Take everything in the order of the log, then ask which keys signed nothing."""
        take = {PHONE: self._take_phone, PAPER: self._take_paper, OBJECTION: self._take_objection}
        for position, entry in enumerate(self._evidence.entries):
            if entry["type"] not in take:
                continue
            roster = self._electors[max(place for place in self._electors if place < position)]
            try:
                yield from take[entry["type"]](position, entry, roster)
            except Refusal as refusal:
                noun = "异议" if entry["type"] == OBJECTION else "表决票"
                yield f"日志第 {position} 条的{noun}不合格：{refusal.detail}"
        for index in self._keys.indexes_without(self._used):
            yield f"登记簿第 {index} 条的密钥没有用到，不应在审计包中"

    def _take_phone(
        self, position: int, entry: dict[str, Any], roster: RosterDocument
    ) -> Iterable[str]:
        """Take a ballot that its key signed, if it was its signer's turn (C-17, C-18)."""
        data, at = self._evidence.ballot_openings[position].data, parse_timestamp(entry["at"])
        holder = self._keys.at(position)
        found = verify_ballot(data, self._poll, roster, holder, at=at)
        self._used.add(found.key_id)
        signer, codes = holder(found.key_id).owner_code, found.unit_codes
        require_turn(
            found,
            signer,
            self._slots.standing(codes),
            self._slots.expected(signer, codes),
            self._electors[0],
            self._poll.agenda.policies,
        )
        self._slots.put(Placed(PHONE, signer, codes, position, found.ballot.sequence, found.digest))
        return ()

    def _take_paper(
        self, position: int, entry: dict[str, Any], roster: RosterDocument
    ) -> Iterable[str]:
        """Take what two clerks entered."""
        data, at = self._evidence.ballot_openings[position].data, parse_timestamp(entry["at"])
        require_open(self._poll, at)
        entered = paper.parse(data)
        if entered.serial in self._serials:
            yield f"日志第 {position} 条的纸质票编号 {entered.serial} 已经用过，不应收下"
        self._serials.add(entered.serial)
        if not all(map(DIGEST.fullmatch, entered.scans)):
            yield f"日志第 {position} 条的纸质票所列扫描件不是摘要"
        read = paper.read(entered, self._poll.agenda, roster, on=at.astimezone(BEIJING).date())
        if not entered.void_reason:
            self._principals.take(entered.authority, read.group)
            standing = self._slots.standing(read.unit_codes)
            policies = self._poll.agenda.policies
            require_kept_by_owners(standing, roster, self._electors[0], policies)
            digest = canonical.digest(data)
            self._slots.put(Placed(PAPER, None, read.unit_codes, position, 1, digest))

    def _take_objection(
        self, position: int, entry: dict[str, Any], roster: RosterDocument
    ) -> Iterable[str]:
        """Take a co-owner's objection, the first one to a ballot that is not his own (C-1)."""
        data, at = self._evidence.objection_openings[position].data, parse_timestamp(entry["at"])
        found = verify_objection(data, self._poll, roster, self._keys.at(position), at=at)
        self._used.add(dsse.parse(data).key_id)
        standing = self._slots.standing(found.unit_codes)
        for code, unit in zip(found.unit_codes, found.objection.units, strict=True):
            if code not in standing:
                yield f"日志第 {position} 条的异议提出时，房屋 {unit} 还没有有效的表决票"
            elif standing[code].signer == found.owner_code:
                yield f"日志第 {position} 条的异议是对提出人自己为房屋 {unit} 投的票，不应收下"
            if unit in self._objected:
                yield f"日志第 {position} 条的异议是对房屋 {unit} 的第二件异议，不应收下"
            self._objected.add(unit)


def _electors(evidence: Evidence) -> Iterator[tuple[int, RosterDocument]]:
    """Say from which log position on who may use which slot: the notice, then each correction."""
    voters = evidence.voters.get(0, {})
    yield 0, with_voters(evidence.roster, voters)
    for correction in evidence.corrections:
        voters = evidence.voters.get(correction.position, voters)
        owned = after_correction(evidence.roster, correction.corrected)
        yield correction.position, with_voters(owned, voters)
