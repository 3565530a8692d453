"""Use cases of disagreement between co-owners: object in time, show staff what is objected to."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

import numpy as np
from sqlalchemy.orm import Session

from voting.assembly.entries import CORRECTION
from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.box import store
from voting.box.entries import PHONE, objection_entry
from voting.box.objection import VerifiedObjection, sellers, verify
from voting.box.refusals import AlreadyObjected, NothingToObjectTo
from voting.identity.service import Identities
from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel import canonical, dsse
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening, commit
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument
from voting.roster.service import Rosters

_REFUSED, _MINUTES = 300, 10


@dataclass(frozen=True, slots=True)
class KeptObjection:
    """An objection as the log has it: its place, what it is about, and what opens its entry.

    ``ballots`` are the log positions of the ballots that stand for its units by now.
    """

    position: int
    received_at: datetime
    units: tuple[str, ...]
    ballots: tuple[int, ...]
    opening: Opening


class Contest:
    """Takes objections to ballots and keeps them in the log, beside the ballots (domain C-1)."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        identities: Identities,
        assemblies: Assemblies,
        throttle: Throttle,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._identities = identities
        self._assemblies = assemblies
        self._throttle = throttle
        self._now = now

    def object(self, assembly_id: str, data: bytes, *, address: str) -> KeptObjection:
        """Accept an objection; the same bytes once more get the same answer.

        Raises
        ------
        Refusal
            See :mod:`voting.box.objection`; also ``NothingToObjectTo``, ``AlreadyObjected``,
            ``TooManyAttempts``.
        """
        self._throttle.require("refused-ballots", address, _REFUSED, _MINUTES)
        try:
            with self._database.write() as session:
                poll = self._assemblies.locked_poll(session, assembly_id)
                known = store.objection_by_digest(
                    session, assembly_id, canonical.digest(dsse.parse(data).payload)
                )
                if known is not None and known.data == data:
                    return self._kept(session, poll, known)
                return self._kept(session, poll, self._accept(session, poll, data))
        except Refusal:
            # Counted against the address only: the certificate says how many ballots were refused.
            self._throttle.failed("refused-ballots", address, _REFUSED, _MINUTES)
            raise

    def listing(self, assembly_id: str) -> list[KeptObjection]:
        """List what is objected to, in the order of the log; who objects stays unsaid.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            rows = store.objections(session, assembly_id)
            return [self._kept(session, poll, row) for row in rows]

    def _accept(self, session: Session, poll: Poll, data: bytes) -> store.BallotObjectionRow:
        now = self._now()
        holder = partial(self._identities.holder, session, poll.roster_id)
        electors = self._assemblies.electors(session, poll)
        found = verify(data, poll, electors, holder, at=now)
        self._require_anothers(session, poll, found)
        opening = commit(data)
        origin = self._ledger.origins.assembly(poll.assembly_id)
        entry = objection_entry(opening.commitment, now)
        row = store.BallotObjectionRow(
            assembly_id=poll.assembly_id,
            position=self._ledger.append(session, origin, [entry])[0],
            digest=found.digest,
            unit_codes=np.array(found.unit_codes, "<i4").tobytes(),
            received_at=now,
            salt=opening.salt,
            data=data,
        )
        session.add(row)
        return row

    def _require_anothers(self, session: Session, poll: Poll, found: VerifiedObjection) -> None:
        """Refuse to object to no ballot, one's own, one from before a sale, or a unit's twice."""
        taken = store.taken_slots(session, poll.assembly_id, found.unit_codes)
        objected = {
            code for row in store.objections(session, poll.assembly_id) for code in row.codes
        }
        sold = cache(partial(self._sellers, session, poll))
        for code, unit in zip(found.unit_codes, found.objection.units, strict=True):
            if code in objected:
                raise AlreadyObjected(f"房屋 {unit} 的表决票已有共有人提出异议，不必重复提出")
            if code not in taken:
                raise NothingToObjectTo(f"房屋 {unit} 还没有有效的表决票，您可以直接投票")
            earlier = sold(taken[code]).get(unit)
            if earlier is not None and found.owner_code not in earlier:
                raise NothingToObjectTo(
                    f"房屋 {unit} 的表决票是转让之前投的，转让后仍然有效，不能对它提出异议"
                )
            ballot = session.get_one(store.BallotRow, (poll.assembly_id, taken[code]))
            # Whose hand a paper is in the box cannot see.
            if ballot.channel != PHONE:
                continue
            key_id = dsse.parse(ballot.data).key_id
            signers = self._identities.owners_of_keys(session, poll.roster_id, [key_id])
            if signers[key_id] == found.owner_code:
                raise NothingToObjectTo(f"房屋 {unit} 的表决票是您自己投的，不能对它提出异议")

    def _sellers(self, session: Session, poll: Poll, ballot: int) -> dict[str, tuple[int, ...]]:
        """Name by unit who owned it when the ballot at this position came, and does so no more."""
        then = self._rosters.frozen(poll.roster_id)
        signed = self._rosters.corrections.signed(session, poll.roster_id, then)
        if not signed:
            return {}
        origin = self._ledger.origins.assembly(poll.assembly_id)
        size = self._ledger.size(session, origin)
        after = map(canonical.decode, self._ledger.read_entries(session, origin, ballot + 1, size))
        acts = {entry["correction"] for entry in after if entry["type"] == CORRECTION}
        later: list[RosterDocument] = []
        for correction in signed:
            corrected = correction.act.difference.apply(later[-1] if later else then)
            if correction.act.digest in acts:
                later.append(corrected)
            else:
                then = corrected
        return sellers(then, later)

    def _kept(self, session: Session, poll: Poll, row: store.BallotObjectionRow) -> KeptObjection:
        roster = self._rosters.frozen(poll.roster_id)
        taken = store.taken_slots(session, poll.assembly_id, row.codes)
        return KeptObjection(
            row.position,
            row.received_at,
            tuple(roster.units[code].unit_key for code in row.codes),
            tuple(sorted(set(taken.values()))),
            Opening(row.salt, row.data),
        )
