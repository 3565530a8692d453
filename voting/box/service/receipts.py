"""Receipts, built from what is committed: the same for ever."""

from collections import defaultdict
from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.box import store
from voting.box.receipt import PAYLOAD_TYPE, Receipt, credit
from voting.infra.database import Database
from voting.kernel import dsse
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
from voting.roster.document import RosterDocument
from voting.roster.service import Rosters

Given = tuple[Receipt, dsse.Envelope]
"""A receipt, and what the service signed of it: the same."""


class Receipts:
    """Gives receipts of ballots in the log."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        assemblies: Assemblies,
        sign: Callable[[str, bytes], dsse.Envelope],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._assemblies = assemblies
        self._sign = sign

    def of(self, assembly_id: str, positions: Collection[int]) -> dict[int, Given]:
        """Build receipts against the log as it stood when each ballot's batch was in."""
        if not positions:
            return {}
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            roster = self._rosters.frozen(poll.roster_id)
            batches = defaultdict(list)
            for row in store.ballots_at(session, assembly_id, positions):
                batches[row.log_size].append(row)
            receipts = [
                receipt
                for log_size, rows in batches.items()
                for receipt in self._batch(session, poll, roster, log_size, rows)
            ]
        return {
            each.position: (each, self._sign(PAYLOAD_TYPE, each.to_bytes())) for each in receipts
        }

    def _batch(
        self,
        session: Session,
        poll: Poll,
        roster: RosterDocument,
        log_size: int,
        rows: list[store.BallotRow],
    ) -> list[Receipt]:
        """Prove ballots of one batch, in the order of the log, against one checkpoint."""
        origin = self._ledger.origins.assembly(poll.assembly_id)
        places = [row.position for row in rows]
        start, stop = places[0], places[-1] + 1
        entries = self._ledger.read_entries(session, origin, start, stop)
        checkpoint = self._ledger.checkpoint(session, origin, log_size)
        proofs = self._ledger.prove_all(session, origin, places, checkpoint=checkpoint)
        receipts = []
        for row, proof in zip(rows, proofs, strict=True):
            codes = row.codes
            heads, area = credit(roster, poll.agenda, codes)
            receipts.append(
                Receipt(
                    poll.assembly_id,
                    row.position,
                    tuple(roster.units[code].unit_key for code in codes),
                    area,
                    heads,
                    row.received_at,
                    row.digest,
                    entries[row.position - start],
                    Opening(row.salt, row.data),
                    log_size,
                    proof.to_bytes(),
                )
            )
        return receipts
