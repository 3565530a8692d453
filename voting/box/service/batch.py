"""Ballots on their way into an assembly's log and its tables, phone and paper alike."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.ballot.verify import VerifiedBallot
from voting.box import store
from voting.box.entries import PAPER, PHONE, ballot_entry
from voting.box.one_voice import other_units, require_one_voice
from voting.box.paper import ReadPaper
from voting.box.slots import Placed, Slots
from voting.box.turn import Standing
from voting.identity.service import Identities
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening, commit
from voting.ledger.proof import LogProof
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument


@dataclass(frozen=True, slots=True)
class Written:
    """A ballot in the log: what it is about, what the log says of it, and what proves that."""

    poll: Poll
    position: int
    unit_codes: tuple[int, ...]
    digest: str
    entry: bytes
    opening: Opening
    received_at: datetime
    log_size: int
    proof: LogProof


@dataclass(frozen=True, slots=True)
class _Taken:
    """A ballot that the box takes, and what is stored of it beside its bytes."""

    placed: Placed
    data: bytes
    group: int | None
    choices: bytes
    void: bool


class Batch:
    """Ballots of one assembly in one transaction, which holds the assembly's lock.

    Parameters
    ----------
    frozen
        The roster that the assembly pinned.
    unit_codes, groups
        The units that the batch is about, and their owner groups.
    """

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        identities: Identities,
        poll: Poll,
        frozen: RosterDocument,
        unit_codes: Collection[int],
        groups: Collection[int],
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._identities = identities
        self._poll = poll
        self._frozen = frozen
        self._tail = ledger.tail(session, ledger.origins.assembly(poll.assembly_id))
        self.slots = self._read_slots(unit_codes, groups)
        """As the ballots taken so far leave them."""
        self._taken: list[_Taken] = []

    def take_phone(self, ballot: VerifiedBallot, signer: int) -> int:
        """Take a ballot whose turn it is; give its place in the batch.

        Raises
        ------
        DifferentChoices
        """
        signed = ballot.ballot
        placed = self._place(PHONE, signer, ballot.unit_codes, signed.sequence, ballot.digest)
        choices = _packed(ballot.choices)
        return self._take(_Taken(placed, ballot.envelope, ballot.group, choices, void=False))

    def take_paper(self, content: bytes, paper: ReadPaper, *, void: bool) -> int:
        """Take a paper ballot, void or not; give its place in the batch.

        Raises
        ------
        DifferentChoices
        """
        placed = self._place(PAPER, None, paper.unit_codes, 1, canonical.digest(content))
        return self._take(_Taken(placed, content, paper.group, _packed(paper.choices), void))

    def write(self, at: datetime) -> list[Written]:
        """Put what was taken into log and tables; the caller's transaction makes it durable.

        What is given is nobody's business before.
        """
        openings = [commit(ballot.data) for ballot in self._taken]
        entries = [
            ballot_entry(ballot.placed.kind, opening.commitment, at)
            for ballot, opening in zip(self._taken, openings, strict=True)
        ]
        added = self._tail.append(entries)
        placed = [ballot.placed for ballot in self._taken]
        store.add_ballots(
            self._session,
            {
                "assembly_id": self._poll.assembly_id,
                "log_size": added.stop,
                "received_at": at,
            },
            {
                "position": added,
                "digest": [each.digest for each in placed],
                "channel": [each.kind for each in placed],
                "void": [ballot.void for ballot in self._taken],
                "group_code": [ballot.group for ballot in self._taken],
                "sequence": [each.sequence for each in placed],
                "unit_codes": [np.array(each.unit_codes, "<i4").tobytes() for each in placed],
                "choices": [ballot.choices for ballot in self._taken],
                "salt": [opening.salt for opening in openings],
                "data": [ballot.data for ballot in self._taken],
            },
        )
        store.take_slots(self._session, self._poll.assembly_id, *self.slots.won())
        proofs = self._ledger.prove_tail(self._tail, added)
        return [
            Written(
                self._poll,
                proof.index,
                ballot.placed.unit_codes,
                ballot.placed.digest,
                entry,
                opening,
                at,
                added.stop,
                proof,
            )
            for ballot, entry, opening, proof in zip(
                self._taken, entries, openings, proofs, strict=True
            )
        ]

    def _place(
        self, kind: str, signer: int | None, unit_codes: tuple[int, ...], sequence: int, digest: str
    ) -> Placed:
        position = self._tail.size + len(self._taken)
        return Placed(kind, signer, unit_codes, position, sequence, digest)

    def _take(self, ballot: _Taken) -> int:
        if not ballot.void:
            self._require_one_voice(ballot)
            self.slots.put(ballot.placed)
        self._taken.append(ballot)
        return len(self._taken) - 1

    def _require_one_voice(self, ballot: _Taken) -> None:
        won = self.slots.would_win(ballot.placed)
        others = other_units(self._frozen, self._poll.agenda.policies, won)
        if not others:
            return
        before = self._tail.size
        fresh, given_way = self.slots.won()
        taken_here = fresh | given_way
        said = {
            self._taken[taken_here[code] - before].choices for code in others if code in taken_here
        }
        stored = [code for code in others if code not in taken_here]
        said |= store.standing_choices(self._session, self._poll.assembly_id, stored)
        require_one_voice(ballot.placed.kind, ballot.choices, said)

    def _read_slots(self, unit_codes: Collection[int], groups: Collection[int]) -> Slots:
        session, assembly_id = self._session, self._poll.assembly_id
        policies = self._poll.agenda.policies
        taken = store.taken_slots(session, assembly_id, unit_codes)
        if not taken:  # nor has any phone ballot named them: a valid one takes or finds a slot
            return Slots(policies, {}, ())
        standing = store.ballots_at(session, assembly_id, taken.values())
        earlier = store.ballots_of_groups(session, assembly_id, PHONE, groups)
        keys = {
            row.position: dsse.parse(row.data).key_id
            for row in (*standing, *earlier)
            if row.channel == PHONE
        }
        owners = self._identities.owners_of_keys(session, self._poll.roster_id, keys.values())
        signers = {position: owners[key_id] for position, key_id in keys.items()}
        kinds = {row.position: row.channel for row in standing}
        limited = policies.repeat_limit is not None
        received = store.valid_ballots_of_units(session, assembly_id, taken) if limited else {}
        return Slots(
            policies,
            {
                code: Standing(kinds[position], signers.get(position), received.get(code, 0))
                for code, position in taken.items()
            },
            [
                Placed(
                    PHONE, signers[row.position], row.codes, row.position, row.sequence, row.digest
                )
                for row in earlier
            ],
        )


def _packed(choices: tuple[int, ...]) -> bytes:
    """Write choices as they are stored, a byte each."""
    return np.array(choices, np.int8).tobytes()
