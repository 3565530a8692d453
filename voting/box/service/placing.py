"""Ballots on their way into an assembly's log and its tables, phone and paper alike."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.box import store
from voting.box.entries import PHONE, ballot_entry
from voting.box.slots import Placed, Slots
from voting.box.turn import Standing
from voting.identity.service import Identities
from voting.kernel import dsse
from voting.kernel.commitment import commit
from voting.ledger.service import Ledger


@dataclass(frozen=True, slots=True)
class Taken:
    """A ballot that the box takes: its bytes, and what is stored of it beside them."""

    placed: Placed
    data: bytes
    group: int
    choices: tuple[int, ...]
    void: bool = False


class Placing:
    """Reads the slots that a batch is about, and writes the batch."""

    def __init__(self, ledger: Ledger, identities: Identities) -> None:
        self._ledger = ledger
        self._identities = identities

    def slots(
        self, session: Session, poll: Poll, unit_codes: Collection[int], groups: Collection[int]
    ) -> Slots:
        """Read what stands for some units, all of them units of these owner groups."""
        policies = poll.agenda.policies
        taken = store.taken_slots(session, poll.assembly_id, unit_codes)
        if not taken:  # nor has any phone ballot named them: a valid one takes or finds a slot
            return Slots(policies, {}, ())
        standing = store.ballots_at(session, poll.assembly_id, taken.values())
        earlier = store.ballots_of_groups(session, poll.assembly_id, PHONE, groups)
        keys = {
            row.position: dsse.parse(row.data).key_id
            for row in (*standing, *earlier)
            if row.channel == PHONE
        }
        owners = self._identities.owners_of_keys(session, poll.roster_id, keys.values())
        signers = {position: owners[key_id] for position, key_id in keys.items()}
        kinds = {row.position: row.channel for row in standing}
        limited = policies.repeat_limit is not None
        received = store.valid_ballots_of_units(session, poll.assembly_id, taken) if limited else {}
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

    def next_position(self, session: Session, assembly_id: str) -> int:
        """Say where the next ballot goes; the caller holds the assembly's lock."""
        return self._ledger.size(session, self._ledger.origins.assembly(assembly_id))

    def write(
        self,
        session: Session,
        assembly_id: str,
        batch: Collection[Taken],
        slots: Slots,
        at: datetime,
    ) -> None:
        """Put a batch into log and tables; the caller's transaction makes it durable.

        Parameters
        ----------
        batch
            In the order of their positions, which follow the log's last without a gap.
        slots
            With the valid ones of the batch put in.
        """
        openings = [commit(ballot.data) for ballot in batch]
        added = self._ledger.append(
            session,
            self._ledger.origins.assembly(assembly_id),
            [
                ballot_entry(ballot.placed.kind, opening.commitment, at)
                for ballot, opening in zip(batch, openings, strict=True)
            ],
        )
        if [ballot.placed.position for ballot in batch] != list(added):
            raise AssertionError("somebody appended to a log without the assembly's lock")
        store.add_ballots(
            session,
            [
                {
                    "assembly_id": assembly_id,
                    "position": ballot.placed.position,
                    "log_size": added.stop,
                    "digest": ballot.placed.digest,
                    "channel": ballot.placed.kind,
                    "void": ballot.void,
                    "group_code": ballot.group,
                    "sequence": ballot.placed.sequence,
                    "unit_codes": np.array(ballot.placed.unit_codes, "<i4").tobytes(),
                    "choices": np.array(ballot.choices, np.int8).tobytes(),
                    "received_at": at,
                    "salt": opening.salt,
                    "data": ballot.data,
                }
                for ballot, opening in zip(batch, openings, strict=True)
            ],
        )
        store.take_slots(session, assembly_id, *slots.won())
