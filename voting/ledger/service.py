"""Logs as the rest of the product sees them: append, then sign and prove what was committed."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from sqlalchemy.orm import Session

from voting.infra.asking import Question
from voting.kernel.refusal import Refusal
from voting.ledger import store
from voting.ledger.add_checkpoint import Submission
from voting.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from voting.ledger.cosignature import (
    Witnessed,
    WitnessKey,
    cosignatures,
    cosigned_at,
    moment,
)
from voting.ledger.errors import LedgerCorrupt
from voting.ledger.note import NoteKey, Signer, open_note
from voting.ledger.origins import Origins
from voting.ledger.proof import LogProof
from voting.ledger.refusals import LogDoubtful
from voting.ledger.tiles import Tile, write_bundle
from voting.ledger.tree import leaf_hash, node_hash, root_of

_CHECK_AT_ONCE = 4096
_SIGNERS_KEPT = 1024


class Ledger:
    """All logs of one deployment.

    Parameters
    ----------
    origins
        Names of this deployment's logs.
    signer_for
        Answers the signer of an origin, whose key name is that origin. One private key may stand
        behind all of them.
    """

    def __init__(self, origins: Origins, signer_for: Callable[[str], Signer]) -> None:
        self.origins = origins
        # Making one checks its key with care, which costs more than many signatures.
        self._signer_for = lru_cache(_SIGNERS_KEPT)(signer_for)
        self._edges: dict[str, store.Edge] = {}

    def key(self, origin: str) -> NoteKey:
        """Answer the public key of a log; its ``vkey`` goes into manifests."""
        return self._signer_for(origin).key

    def create(self, session: Session, origin: str) -> None:
        """Begin an empty log, see :func:`voting.ledger.store.create`."""
        store.create(session, origin)

    def append(self, session: Session, origin: str, entries: Sequence[bytes]) -> range:
        """Add entries in the caller's transaction, see :func:`voting.ledger.store.append`."""
        return store.append(session, origin, entries)

    def tail(self, session: Session, origin: str) -> store.Tail:
        """Lock the end of a log, to append and to prove what was appended.

        Raises
        ------
        UnknownLog
        """
        return store.Tail(session, origin, self._edges.get(origin))

    def question_tail(self, origin: str) -> Question:
        """Give what :meth:`tail` asks."""
        return store.locking(origin)

    def prove_tail(self, tail: store.Tail, indexes: Sequence[int]) -> list[LogProof]:
        """Prove entries just appended, by one checkpoint of the log as it is now.

        The caller keeps the proofs to himself until they are committed, see :meth:`checkpoint`.
        """
        signed = Checkpoint(tail.origin, tail.size, tail.root)
        note = sign_checkpoint(signed, self._signer_for(tail.origin))
        self._edges[tail.origin] = tail.edge
        paths = zip(indexes, tail.inclusions(indexes), strict=True)
        return [LogProof(index, tuple(path), note) for index, path in paths]

    def size(self, session: Session, origin: str) -> int:
        """Count the entries, see :func:`voting.ledger.store.size`."""
        return store.size(session, origin)

    def read_entries(self, session: Session, origin: str, start: int, stop: int) -> list[bytes]:
        """Read a range of entries, see :func:`voting.ledger.store.read_entries`."""
        return store.read_entries(session, origin, start, stop)

    def entry(self, session: Session, origin: str, index: int) -> bytes:
        """Read one entry."""
        return store.read_entries(session, origin, index, index + 1)[0]

    def consistency(self, session: Session, origin: str, old: int, new: int) -> list[bytes]:
        """Prove growth to a witness, see :func:`voting.ledger.store.consistency`."""
        return store.consistency(session, origin, old, new)

    def checkpoint(self, session: Session, origin: str, size: int | None = None) -> bytes:
        """Sign size and root of a log.

        What is signed here must be committed before anybody outside sees it. A published
        checkpoint whose entries were then rolled back is, to every witness, a log that shows
        different histories to different people. So call it in a reading transaction, or keep the
        note inside the transaction that appended, where a rollback takes it along.

        Parameters
        ----------
        size
            An earlier size; the present one if left out.

        Raises
        ------
        UnknownLog, NoSuchEntry, LedgerCorrupt
        """
        size = store.size(session, origin) if size is None else size
        signed = Checkpoint(origin, size, store.root(session, origin, size))
        return sign_checkpoint(signed, self._signer_for(origin))

    def cosigned_checkpoint(self, session: Session, origin: str, size: int | None = None) -> bytes:
        """Sign size and root, see :meth:`checkpoint`, and add what witnesses signed of them.

        Raises
        ------
        UnknownLog, NoSuchEntry, LedgerCorrupt
        """
        size = store.size(session, origin) if size is None else size
        lines = store.cosignature_lines(session, origin, size)
        return self.checkpoint(session, origin, size) + "".join(lines).encode()

    def submission(self, session: Session, origin: str, old: int) -> tuple[int, Submission]:
        """Write what a witness is shown that has signed the first ``old`` entries.

        Returns
        -------
        size, submission
            The size that is submitted.

        Raises
        ------
        UnknownLog, LedgerCorrupt
        NoSuchEntry
            The log is not that long.
        """
        size = store.size(session, origin)
        proof = store.consistency(session, origin, old, size)
        return size, Submission(old, tuple(proof), self.checkpoint(session, origin, size))

    def keep_cosignature(
        self, session: Session, origin: str, size: int, witness: WitnessKey, answer: bytes
    ) -> None:
        """Keep what a witness signed of a size; lines of other keys are passed over.

        Raises
        ------
        MalformedNote, BadSignature, UnknownSigner
            The answer is not a signature of this witness over our checkpoint.
        """
        opened = open_note(self.checkpoint(session, origin, size) + answer, [witness])
        (signature,) = opened.signatures
        at = moment(cosigned_at(signature.blob))
        store.put_cosignature(session, origin, witness.vkey, size, at, signature.line)

    def cosigned_sizes(self, session: Session, witness: WitnessKey) -> dict[str, int]:
        """Say up to which size a witness has signed each log."""
        return store.newest_sizes(session, witness.vkey)

    def witnessed_size(self, session: Session, origin: str, index: int) -> int | None:
        """Choose a size that holds entry ``index`` and that most witnesses signed last."""
        counts = Counter(
            row.size for row in store.newest_cosignatures(session, origin) if row.size > index
        )
        return max(counts, key=lambda size: (counts[size], size), default=None)

    def newest_cosignatures(self, session: Session, origin: str | None = None) -> list[Witnessed]:
        """Read what each witness cosigned last of one log or of each, by log and key."""
        return [
            Witnessed(row.origin, row.witness, row.size, row.cosigned_at)
            for row in store.newest_cosignatures(session, origin)
        ]

    def inclusion(self, session: Session, origin: str, index: int, size: int) -> list[bytes]:
        """Prove one entry, see :func:`voting.ledger.store.inclusion`."""
        return store.inclusion(session, origin, index, size)

    def prove(
        self,
        session: Session,
        origin: str,
        index: int,
        *,
        checkpoint: bytes | None = None,
        extra: bytes | None = None,
    ) -> bytes:
        """Write the ``.tlog-proof`` file of one entry, see :meth:`prove_all`.

        Parameters
        ----------
        extra
            Enclosed in the file for its reader, not vouched for.
        """
        (proof,) = self.prove_all(session, origin, [index], checkpoint=checkpoint)
        return LogProof(proof.index, proof.hashes, proof.checkpoint_note, extra).to_bytes()

    def prove_all(
        self,
        session: Session,
        origin: str,
        indexes: Sequence[int],
        *,
        checkpoint: bytes | None = None,
    ) -> list[LogProof]:
        """Prove the entries of one batch against one checkpoint.

        Parameters
        ----------
        indexes
            Positions within the log.
        checkpoint
            One of ours, perhaps with lines of witnesses; freshly signed if left out.

        Raises
        ------
        UnknownLog
        NoSuchEntry
            An index is not below the checkpoint's size.
        LedgerCorrupt
            We signed another root for this size than the log has now.
        MalformedNote, BadSignature, UnknownSigner, MalformedCheckpoint, WrongOrigin
            The given checkpoint is not ours.
        """
        note = self.checkpoint(session, origin) if checkpoint is None else checkpoint
        signed = open_checkpoint(note, self.key(origin))
        if checkpoint is not None and store.root(session, origin, signed.size) != signed.root:
            raise LedgerCorrupt(f"{origin}: the log is not the one signed at {signed.size}")
        paths = store.inclusions(session, origin, indexes, signed.size)
        return [
            LogProof(index, tuple(path), note) for index, path in zip(indexes, paths, strict=True)
        ]

    def sizes(self, session: Session) -> dict[str, int]:
        """List every log of the deployment with its size, by name."""
        return store.heads(session)

    def tile(self, session: Session, origin: str, tile: Tile) -> bytes:
        """Write one tile or entry bundle of the committed log; it never changes again.

        Raises
        ------
        UnknownLog, LedgerCorrupt
        NoSuchTile
            The log has not yet grown so far.
        """
        places = tile.range_within(store.size(session, origin))
        if tile.level is None:
            return write_bundle(store.read_entries(session, origin, places.start, places.stop))
        return b"".join(
            store.read_nodes(session, origin, tile.tree_level, places.start, places.stop)
        )

    def check_all(self, session: Session) -> None:
        """Check every log, and against what witnesses signed: what a server does before it serves.

        Raises
        ------
        LogDoubtful
            Nothing may be appended to such a log, or witnesses would see two histories.
        """
        for origin in store.heads(session):
            try:
                self.check(session, origin)
                for row in store.newest_cosignatures(session, origin):
                    note = self.checkpoint(session, origin, row.size) + row.line.encode()
                    cosignatures(note, [WitnessKey.parse(row.witness)])
            except (LedgerCorrupt, Refusal) as error:
                raise LogDoubtful(
                    f"日志 {origin} 与其所存的根或见证签名不符，未启动；"
                    f"请保留现场，用最近的备份核对（{error}）",
                    origin=origin,
                ) from error

    def check(self, session: Session, origin: str) -> Checkpoint:
        """Recompute the tree from the entries; compare every stored node and the stored head.

        Returns
        -------
        Checkpoint
            Unsigned: what the log holds.

        Raises
        ------
        UnknownLog
        LedgerCorrupt
            An entry or a node was changed, added or removed behind our back.
        """
        size, stored_root = store.head(session, origin)
        leaves = [
            leaf_hash(entry)
            for start in range(0, size, _CHECK_AT_ONCE)
            for entry in store.read_entries(
                session, origin, start, min(start + _CHECK_AT_ONCE, size)
            )
        ]
        level, row = 0, leaves
        # Up to the level above the tree, which has to be empty.
        while (stored := store.read_level(session, origin, level)) or row:
            if stored != row:
                raise LedgerCorrupt(f"{origin}: level {level} does not follow from the entries")
            # Perfect subtrees only: the last of an odd row has no parent yet.
            pairs = zip(row[::2], row[1::2], strict=False)
            level, row = level + 1, [node_hash(left, right) for left, right in pairs]
        if stored_root != root_of(leaves):
            raise LedgerCorrupt(f"{origin}: the stored root is not that of the {size} entries")
        return Checkpoint(origin, size, stored_root)
