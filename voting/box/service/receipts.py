"""Receipts, built from what is committed: the same for ever."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

from sqlalchemy.orm import Session

from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.box import store
from voting.box.receipt import PAYLOAD_TYPE, Receipt, credit
from voting.box.service.batch import Written
from voting.infra.database import Database
from voting.kernel import dsse
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
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
            batches = defaultdict(list)
            for row in store.ballots_at(session, assembly_id, positions):
                batches[row.log_size].append(row)
            written = [
                each for rows in batches.values() for each in self._read_batch(session, poll, rows)
            ]
        return {each.position: self.give(each) for each in written}

    def give(self, ballot: Written) -> Given:
        """Build one receipt and sign it. It promises what has to be committed by now."""
        poll = ballot.poll
        roster = self._rosters.frozen(poll.roster_id)
        heads, area = credit(roster, poll.agenda, ballot.unit_codes)
        receipt = Receipt(
            poll.assembly_id,
            ballot.position,
            tuple(roster.units[code].unit_key for code in ballot.unit_codes),
            area,
            heads,
            ballot.received_at,
            ballot.digest,
            ballot.entry,
            ballot.opening,
            ballot.log_size,
            ballot.proof.to_bytes(),
        )
        return receipt, self._sign(PAYLOAD_TYPE, receipt.to_bytes())

    def _read_batch(
        self, session: Session, poll: Poll, rows: Sequence[store.BallotRow]
    ) -> Iterator[Written]:
        """Prove ballots of one batch, in the order of the log, against one checkpoint."""
        origin = self._ledger.origins.assembly(poll.assembly_id)
        places, log_size = [row.position for row in rows], rows[0].log_size
        entries = self._ledger.read_entries(session, origin, places[0], places[-1] + 1)
        checkpoint = self._ledger.checkpoint(session, origin, log_size)
        proofs = self._ledger.prove_all(session, origin, places, checkpoint=checkpoint)
        for row, proof in zip(rows, proofs, strict=True):
            yield Written(
                poll,
                row.position,
                row.codes,
                row.digest,
                entries[row.position - places[0]],
                Opening(row.salt, row.data),
                row.received_at,
                log_size,
                proof,
            )
