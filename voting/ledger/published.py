"""The logs as everybody may read them: checkpoints, tiles, proofs, and who vouches for them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.ledger.cosignature import Witnessed
from voting.ledger.service import Ledger
from voting.ledger.tiles import Tile


@dataclass(frozen=True, slots=True)
class PublishedLog:
    """One log: how it is called, checked and found, and how far witnesses have followed it."""

    origin: str
    vkey: str
    path: str
    size: int
    witnesses: tuple[Witnessed, ...]


class PublishedLogs:
    """Reads of committed logs. Each is named by its path: its origin without the host."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    def logs(self) -> list[PublishedLog]:
        """List all logs by name."""
        with self._database.read() as session:
            sizes = self._ledger.sizes(session)
            seen = defaultdict(list)
            for row in self._ledger.newest_cosignatures(session):
                seen[row.origin].append(row)
        return [self._log(origin, size, seen[origin]) for origin, size in sizes.items()]

    def log(self, path: str) -> PublishedLog:
        """Describe one log.

        Raises
        ------
        UnknownLog
        """
        origin = self._ledger.origins.under(path)
        with self._database.read() as session:
            size = self._ledger.size(session, origin)
            seen = self._ledger.newest_cosignatures(session, origin)
        return self._log(origin, size, seen)

    def checkpoint(self, path: str) -> bytes:
        """Sign the present size and root, with the lines of witnesses who have seen them.

        Raises
        ------
        UnknownLog
        """
        with self._database.read() as session:
            return self._ledger.cosigned_checkpoint(session, self._ledger.origins.under(path))

    def tile(self, path: str, tile: Tile) -> bytes:
        """Give one tile or entry bundle.

        Raises
        ------
        UnknownLog, NoSuchTile
        """
        with self._database.read() as session:
            return self._ledger.tile(session, self._ledger.origins.under(path), tile)

    def inclusion(self, path: str, index: int, size: int) -> list[bytes]:
        """Prove an entry among the first ``size``, 32 bytes for each hash.

        Raises
        ------
        UnknownLog, NoSuchEntry
        """
        with self._database.read() as session:
            return self._ledger.inclusion(session, self._ledger.origins.under(path), index, size)

    def consistency(self, path: str, old: int, new: int) -> list[bytes]:
        """Prove that the first ``old`` entries begin the first ``new``, 32 bytes for each hash.

        Raises
        ------
        UnknownLog, NoSuchEntry
        """
        with self._database.read() as session:
            return self._ledger.consistency(session, self._ledger.origins.under(path), old, new)

    def proof(self, path: str, index: int) -> bytes:
        """Write the ``.tlog-proof`` of an entry, by the checkpoint that most witnesses cosigned.

        Raises
        ------
        UnknownLog, NoSuchEntry
        """
        origin = self._ledger.origins.under(path)
        with self._database.read() as session:
            size = self._ledger.witnessed_size(session, origin, index)
            return self._prove(session, origin, index, size)

    def witnessed_proof(self, path: str, index: int) -> bytes | None:
        """Write the same, unless no witness has cosigned a log that holds the entry.

        Raises
        ------
        UnknownLog, NoSuchEntry
        """
        origin = self._ledger.origins.under(path)
        with self._database.read() as session:
            size = self._ledger.witnessed_size(session, origin, index)
            return None if size is None else self._prove(session, origin, index, size)

    def _prove(self, session: Session, origin: str, index: int, size: int | None) -> bytes:
        note = self._ledger.cosigned_checkpoint(session, origin, size)
        return self._ledger.prove(session, origin, index, checkpoint=note)

    def _log(self, origin: str, size: int, seen: Iterable[Witnessed]) -> PublishedLog:
        return PublishedLog(
            origin,
            self._ledger.key(origin).vkey,
            self._ledger.origins.path(origin),
            size,
            tuple(seen),
        )
