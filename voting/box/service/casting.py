"""Casting: ballots that came together are checked, written and made durable together."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.assembly.refusals import UnknownAssembly
from voting.assembly.service import Assemblies
from voting.ballot.model import PAYLOAD_TYPE
from voting.ballot.verify import (
    ParsedBallot,
    VerifiedBallot,
    parse,
    require_open,
    verify_parsed,
)
from voting.box import store
from voting.box.checked import CheckedKey
from voting.box.service.batch import Batch, Written
from voting.box.service.receipts import Given
from voting.box.turn import require_turn
from voting.identity.model import EnrolledKey
from voting.identity.refusals import UnknownKey
from voting.identity.service import Identities
from voting.infra.asking import ask_ahead, in_flight
from voting.infra.database import Database
from voting.infra.throttle import Throttle, TooManyAttempts
from voting.kernel import dsse
from voting.kernel.clock import Clock
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument
from voting.roster.version import RosterErased

_REFUSED, _MINUTES = 300, 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A ballot as somebody sent it, and the address it came from."""

    data: bytes
    address: str


class Received:
    """A ballot that came in, and what became of it so far.

    ``outcome``: its receipt, its position if it was cast before, or why it is refused.
    """

    def __init__(self, sent: Sent) -> None:
        self.data = sent.data
        self.address = sent.address
        self.outcome: Given | int | Exception | None = None
        self.parsed: ParsedBallot
        self.verified: VerifiedBallot
        self.signer: int
        self._holder: Callable[[str], EnrolledKey]
        self._checked: CheckedKey

    def attempt(self, act: Callable[["Received"], None]) -> None:
        """Do something with this ballot; what goes wrong is its own outcome and nobody else's."""
        try:
            act(self)
        except Exception as error:  # noqa: BLE001 - be it our mistake: the others are not to suffer
            self.outcome = error

    def parse(self) -> None:
        """Read it: numbers 1 to 4 of the checks."""
        self.parsed = parse(self.data)

    def check_signature(self, holder: Callable[[str], EnrolledKey]) -> None:
        """Do the costly part of number 15 ahead, with the key that was enrolled on arrival."""
        self._holder = holder
        with suppress(UnknownKey):  # told in its turn
            envelope = self.parsed.envelope
            key = holder(envelope.key_id).key
            signed = dsse.pae(PAYLOAD_TYPE, envelope.payload)
            self._checked = CheckedKey(key, envelope.signature, signed)

    def verify(
        self,
        poll: Poll,
        electors: RosterDocument,
        require_kept: Callable[[str], None],
        at: datetime,
    ) -> None:
        """Run the numbered checks from the fifth on."""

        def holder(key_id: str) -> EnrolledKey:
            require_kept(key_id)
            self.signer = self._holder(key_id).owner_code
            return EnrolledKey(self._checked, self.signer)

        self.verified = verify_parsed(self.parsed, poll, electors, holder, at=at)


class Casting:
    """Takes batches of phone ballots for one assembly."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        identities: Identities,
        assemblies: Assemblies,
        frozen: Callable[[str], RosterDocument],
        give: Callable[[Written], Given],
        throttle: Throttle,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._identities = identities
        self._assemblies = assemblies
        self._frozen = frozen
        self._give = give
        self._throttle = throttle
        self._now = now
        # An assembly never changes its roster.
        self._roster_of: dict[str, str] = {}

    def check(self, assembly_id: str, batch: Sequence[Sent]) -> list[Received]:
        """Do what is costly and needs no lock: read the ballots and check the signatures."""
        ballots = [Received(sent) for sent in batch]
        admitted = self._admitted(ballots)
        for ballot in admitted:
            ballot.attempt(Received.parse)
        self._check_signatures(assembly_id, [each for each in admitted if each.outcome is None])
        return ballots

    def cast(self, assembly_id: str, ballots: Sequence[Received]) -> list[Given | int | Exception]:
        """Give the receipt of each ballot, or why it was refused.

        Of one that was cast before, its position in the log is given. What is wrong with one
        touches no other: each fares as if it had come alone, after those before it. Only refused
        ballots count against their address.
        """
        admitted = [each for each in ballots if not isinstance(each.outcome, TooManyAttempts)]
        self._write(assembly_id, admitted)
        for ballot in admitted:
            if isinstance(ballot.outcome, Refusal):
                self._throttle.failed("refused-ballots", ballot.address, _REFUSED, _MINUTES)
        return [_settled(ballot.outcome) for ballot in ballots]

    def _admitted(self, ballots: Sequence[Received]) -> list[Received]:
        """Turn away what comes from addresses that send rubbish; each is asked about once."""
        doors: dict[str, Exception | None] = {}
        for address in {ballot.address for ballot in ballots}:
            limit = ("refused-ballots", address, _REFUSED, _MINUTES)
            doors[address] = None
            if self._throttle.failed_here(*limit):
                try:
                    self._throttle.require(*limit)
                except Refusal as refusal:
                    doors[address] = refusal
        for ballot in ballots:
            ballot.outcome = doors[ballot.address]
        return [ballot for ballot in ballots if ballot.outcome is None]

    def _check_signatures(self, assembly_id: str, ballots: Sequence[Received]) -> None:
        with self._database.read() as session:
            if assembly_id not in self._roster_of:
                try:
                    poll = self._assemblies.poll(session, assembly_id)
                except UnknownAssembly as unknown:
                    for ballot in ballots:
                        ballot.outcome = unknown
                    return
                self._roster_of[assembly_id] = poll.roster_id
            key_ids = [ballot.parsed.envelope.key_id for ballot in ballots]
            holder = self._identities.holders(session, self._roster_of[assembly_id], key_ids)
        for ballot in ballots:
            ballot.attempt(lambda each: each.check_signature(holder))

    def _write(self, assembly_id: str, ballots: Sequence[Received]) -> None:
        """Write what is new and count what is refused, in one transaction; if it fails, in many."""
        if not ballots:
            return
        before = [ballot.outcome for ballot in ballots]
        try:
            with self._database.write() as session:
                self._place(session, assembly_id, ballots)
        except Exception as error:  # noqa: BLE001 - answered to whom it concerns
            for ballot, outcome in zip(ballots, before, strict=True):
                ballot.outcome = outcome
            # Where the database itself fails, it would fail for each of them again.
            if len(ballots) == 1 or isinstance(error, OperationalError):
                for ballot in ballots:
                    ballot.outcome = error
            else:
                for ballot in ballots:
                    self._write(assembly_id, [ballot])

    def _place(self, session: Session, assembly_id: str, ballots: Sequence[Received]) -> None:
        sound = [ballot for ballot in ballots if ballot.outcome is None]
        self._ask_ahead(session, assembly_id, sound)
        poll = self._assemblies.locked_poll(session, assembly_id)
        now = self._now()
        try:
            electors = self._assemblies.electors(session, poll)
        except RosterErased as erased:
            late = _late(poll, now, erased)
            for ballot in sound:
                ballot.outcome = late
        else:
            self._verify(session, poll, electors, sound, now)
        self._find_cast(session, poll, [each for each in sound if each.outcome is not None])
        sound = [ballot for ballot in sound if ballot.outcome is None]
        if sound:
            self._take(session, poll, electors, sound, now)
        refusals = [each.outcome for each in ballots if isinstance(each.outcome, Refusal)]
        store.count_refusals(session, assembly_id, Counter(each.code for each in refusals))

    def _ask_ahead(self, session: Session, assembly_id: str, ballots: Sequence[Received]) -> None:
        """Lock the assembly, and get all else that ballots are asked about, in one round trip."""
        roster_id = self._roster_of.get(assembly_id)
        if roster_id is None:  # there is no such assembly
            return
        key_ids = [ballot.parsed.envelope.key_id for ballot in ballots]
        with suppress(RosterErased):  # told in its turn
            ask_ahead(
                session,
                [
                    *self._assemblies.questions(assembly_id, roster_id),
                    self._identities.question_kept(roster_id, key_ids),
                    self._ledger.question_tail(self._ledger.origins.assembly(assembly_id)),
                    store.slots_among(assembly_id, self._unit_codes(roster_id, ballots)),
                ],
            )

    def _unit_codes(self, roster_id: str, ballots: Sequence[Received]) -> set[int]:
        """Find the units that ballots name: no correction adds one."""
        code_of = self._frozen(roster_id).unit_code
        named = {unit for ballot in ballots for unit in ballot.parsed.ballot.units}
        return {code_of[unit] for unit in named if unit in code_of}

    def _find_cast(self, session: Session, poll: Poll, ballots: Sequence[Received]) -> None:
        """Answer those that are in the log already, byte for byte, whatever is wrong with them."""
        if not ballots:
            return
        digests = [ballot.parsed.digest for ballot in ballots]
        known = store.ballots_by_digest(session, poll.assembly_id, digests)
        for ballot in ballots:
            position, data = known.get(ballot.parsed.digest, (None, None))
            if data == ballot.data:
                ballot.outcome = position

    def _verify(
        self,
        session: Session,
        poll: Poll,
        electors: RosterDocument,
        ballots: Sequence[Received],
        now: datetime,
    ) -> None:
        key_ids = [ballot.parsed.envelope.key_id for ballot in ballots]
        require_kept = self._identities.require_kept(session, poll.roster_id, key_ids)
        for ballot in ballots:
            ballot.attempt(lambda each: each.verify(poll, electors, require_kept, now))

    def _take(
        self,
        session: Session,
        poll: Poll,
        electors: RosterDocument,
        sound: Sequence[Received],
        now: datetime,
    ) -> None:
        """Let ballots take their turns, one after the other, under the lock."""
        codes = {code for ballot in sound for code in ballot.verified.unit_codes}
        groups = {ballot.verified.group for ballot in sound}
        frozen = self._frozen(poll.roster_id)
        batch = Batch(session, self._ledger, self._identities, poll, frozen, codes, groups)
        # One whose units nobody voted for is new.
        named = [each for each in sound if batch.slots.standing(each.verified.unit_codes)]
        self._find_cast(session, poll, named)
        first_electors = cache(lambda: self._assemblies.first_electors(session, poll))
        places: dict[Received, int] = {}
        same: dict[bytes, int] = {}

        def take(ballot: Received) -> None:
            if ballot.data not in same:
                verified, signer = ballot.verified, ballot.signer
                standing = batch.slots.standing(verified.unit_codes)
                expected = batch.slots.expected(signer, verified.unit_codes)
                frozen = first_electors() if standing else electors
                require_turn(verified, signer, standing, expected, frozen, poll.agenda.policies)
                same[ballot.data] = batch.take_phone(verified, signer)
            places[ballot] = same[ballot.data]

        for ballot in sound:
            if ballot.outcome is None:
                ballot.attempt(take)
        if places:
            # Receipts are signed while the database writes, and shown to nobody before the commit.
            with in_flight(session):
                given = [self._give(written) for written in batch.write(now)]
            for ballot, place in places.items():
                ballot.outcome = given[place]


def _late(poll: Poll, now: datetime, erased: RosterErased) -> Refusal:
    """Say why no ballot is taken so long after the close: it is late before all else."""
    try:
        require_open(poll, now)
    except Refusal as refusal:
        return refusal
    return erased


def _settled(outcome: Given | int | Exception | None) -> Given | int | Exception:
    assert outcome is not None  # noqa: S101 - a batch ends when every ballot has its answer
    return outcome
