"""Casting: ballots that came together are checked, written and made durable together."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.ballot.verify import VerifiedBallot, require_open, verify_parsed
from voting.box import store
from voting.box.entries import PHONE
from voting.box.service.placing import Placing, Taken
from voting.box.slots import Placed
from voting.box.turn import require_turn
from voting.identity.service import Identities
from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel import canonical, dsse
from voting.kernel.clock import Clock
from voting.kernel.refusal import Refusal
from voting.roster.document import RosterDocument
from voting.roster.version import RosterErased

_REFUSED, _MINUTES = 300, 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A ballot as somebody sent it, and the address it came from."""

    data: bytes
    address: str


class _Ballot:
    """One ballot of a batch. ``outcome``: its position in the log, or why it has none so far."""

    def __init__(self, sent: Sent) -> None:
        self.data = sent.data
        self.address = sent.address
        self.outcome: int | Exception | None = None
        self.envelope: dsse.Envelope
        self.digest: str
        self.verified: VerifiedBallot

    def attempt(self, act: Callable[["_Ballot"], None]) -> None:
        """Do something with this ballot; what goes wrong is its own outcome and nobody else's."""
        try:
            act(self)
        except Exception as error:  # noqa: BLE001 - be it our mistake: the others are not to suffer
            self.outcome = error

    def parse(self) -> None:
        self.envelope = dsse.parse(self.data)
        self.digest = canonical.digest(self.envelope.payload)


class Casting:
    """Takes batches of phone ballots for one assembly."""

    def __init__(
        self,
        database: Database,
        identities: Identities,
        assemblies: Assemblies,
        placing: Placing,
        throttle: Throttle,
        now: Clock,
    ) -> None:
        self._database = database
        self._identities = identities
        self._assemblies = assemblies
        self._placing = placing
        self._throttle = throttle
        self._now = now

    def cast(self, assembly_id: str, batch: Sequence[Sent]) -> list[int | Exception]:
        """Answer each ballot with its position in the log, or with why it has none.

        What is wrong with one touches no other: each is answered as if it had come alone, after
        those before it. Only refused ballots count against their address.
        """
        ballots = [_Ballot(sent) for sent in batch]
        admitted = self._admitted(ballots)
        # The costly checks run before the lock; what may change meanwhile is asked again.
        roster = self._check(assembly_id, admitted)
        self._write(assembly_id, roster, [b for b in admitted if not isinstance(b.outcome, int)])
        for ballot in admitted:
            if isinstance(ballot.outcome, Refusal):
                self._throttle.failed("refused-ballots", ballot.address, _REFUSED, _MINUTES)
        return [_settled(ballot.outcome) for ballot in ballots]

    def _admitted(self, ballots: Sequence[_Ballot]) -> list[_Ballot]:
        """Turn away what comes from addresses that send rubbish; each is asked about once."""
        doors: dict[str, Exception | None] = {}
        for address in {ballot.address for ballot in ballots}:
            try:
                self._throttle.require("refused-ballots", address, _REFUSED, _MINUTES)
                doors[address] = None
            except Refusal as refusal:
                doors[address] = refusal
        for ballot in ballots:
            ballot.outcome = doors[ballot.address]
        return [ballot for ballot in ballots if ballot.outcome is None]

    def _check(self, assembly_id: str, ballots: Sequence[_Ballot]) -> RosterDocument | None:
        """Run the numbered checks on what was not cast before; give the roster they went by."""
        now = self._now()
        with self._database.read() as session:
            try:
                poll = self._assemblies.poll(session, assembly_id)
            except Refusal as refusal:
                for ballot in ballots:
                    ballot.outcome = refusal
                return None
            for ballot in ballots:
                ballot.attempt(_Ballot.parse)
            fresh = self._not_cast(session, assembly_id, ballots)
            key_ids = [ballot.envelope.key_id for ballot in fresh]
            holder = self._identities.holders(session, poll.roster_id, key_ids)
            try:
                roster = self._assemblies.electors(session, poll)
            except RosterErased as erased:
                late = _late(poll, now, erased)
                for ballot in fresh:
                    ballot.outcome = late
                return None

        def verify(ballot: _Ballot) -> None:
            ballot.verified = verify_parsed(
                ballot.envelope, ballot.data, poll, roster, holder, at=now
            )

        for ballot in fresh:
            ballot.attempt(verify)
        return roster

    def _not_cast(
        self, session: Session, assembly_id: str, ballots: Sequence[_Ballot]
    ) -> list[_Ballot]:
        """Answer those that are in the log already, byte for byte; give the others."""
        sound = [ballot for ballot in ballots if ballot.outcome is None]
        known = store.ballots_by_digest(session, assembly_id, [each.digest for each in sound])
        for ballot in sound:
            position, data = known.get(ballot.digest, (None, None))
            if data == ballot.data:
                ballot.outcome = position
        return [ballot for ballot in sound if ballot.outcome is None]

    def _write(
        self, assembly_id: str, roster: RosterDocument | None, ballots: Sequence[_Ballot]
    ) -> None:
        """Write what is new and count what is refused, in one transaction; if it fails, in many."""
        if not ballots:
            return
        before = [ballot.outcome for ballot in ballots]
        try:
            with self._database.write() as session:
                self._place(session, assembly_id, roster, ballots)
        except Exception as error:  # noqa: BLE001 - answered to whom it concerns
            for ballot, outcome in zip(ballots, before, strict=True):
                ballot.outcome = outcome
            # Where the database itself fails, it would fail for each of them again.
            if len(ballots) == 1 or isinstance(error, OperationalError):
                for ballot in ballots:
                    ballot.outcome = error
            else:
                for ballot in ballots:
                    self._write(assembly_id, roster, [ballot])

    def _place(
        self,
        session: Session,
        assembly_id: str,
        roster: RosterDocument | None,
        ballots: Sequence[_Ballot],
    ) -> None:
        poll = self._assemblies.locked_poll(session, assembly_id)
        fresh = self._not_cast(session, assembly_id, ballots)
        if fresh:
            self._take(session, poll, roster, fresh)
        refusals = [each.outcome for each in ballots if isinstance(each.outcome, Refusal)]
        store.count_refusals(session, assembly_id, Counter(each.code for each in refusals))

    def _take(
        self,
        session: Session,
        poll: Poll,
        roster: RosterDocument | None,
        ballots: Sequence[_Ballot],
    ) -> None:
        """Let the ballots of a batch take their turns, one after the other, under the lock."""
        now = self._now()
        electors = self._assemblies.electors(session, poll)
        first_electors = self._assemblies.first_electors(session, poll)
        key_ids = [ballot.envelope.key_id for ballot in ballots]
        holder = self._identities.holders(session, poll.roster_id, key_ids)
        codes = {code for ballot in ballots for code in ballot.verified.unit_codes}
        groups = {ballot.verified.group for ballot in ballots}
        slots = self._placing.slots(session, poll, codes, groups)
        start = self._placing.next_position(session, poll.assembly_id)
        batch: dict[str, Taken] = {}

        def take(ballot: _Ballot) -> None:
            same = batch.get(ballot.digest)
            if same is not None and same.data == ballot.data:
                ballot.outcome = same.placed.position
                return
            require_open(poll, now)
            signer = holder(ballot.envelope.key_id).owner_code
            verified = ballot.verified
            if electors is not roster:  # a correction took effect meanwhile
                verified = verify_parsed(
                    ballot.envelope, ballot.data, poll, electors, holder, at=now
                )
            require_turn(
                verified,
                signer,
                slots.standing(verified.unit_codes),
                slots.expected(signer, verified.unit_codes),
                first_electors,
                poll.agenda.policies,
            )
            placed = Placed(
                PHONE,
                signer,
                verified.unit_codes,
                start + len(batch),
                verified.ballot.sequence,
                verified.digest,
            )
            slots.put(placed)
            batch[ballot.digest] = Taken(placed, ballot.data, verified.group, verified.choices)
            ballot.outcome = placed.position

        for ballot in ballots:
            ballot.attempt(take)
        if batch:
            self._placing.write(session, poll.assembly_id, batch.values(), slots, now)


def _late(poll: Poll, now: datetime, erased: RosterErased) -> Refusal:
    """Say why no ballot is taken so long after the close: it is late before all else."""
    try:
        require_open(poll, now)
    except Refusal as refusal:
        return refusal
    return erased


def _settled(outcome: int | Exception | None) -> int | Exception:
    assert outcome is not None  # noqa: S101 - a batch ends when every ballot has its answer
    return outcome
