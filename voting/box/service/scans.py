"""Scans of paper ballots: kept sealed under their digest, and opened with an entry in the trail."""

from voting.assembly.service import Assemblies
from voting.ballot.verify import require_open
from voting.box import scan, store
from voting.box.refusals import UnknownScan
from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.ledger.service import Ledger
from voting.roster.vault import Sealed, Vault
from voting.staff import trail

_BATCH = 16
"""So many scans are held in memory at once, 64 MB at most."""


class Scans:
    """Content-addressed: what is asked for by a digest is what has this digest, or nothing."""

    def __init__(
        self, database: Database, ledger: Ledger, assemblies: Assemblies, vault: Vault, now: Clock
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._assemblies = assemblies
        self._vault = vault
        self._now = now

    def keep(self, assembly_id: str, data: bytes) -> str:
        """Keep a scan while the box is open; give its SHA-256. The same once more is kept once.

        Raises
        ------
        UnreadableScan, UnknownAssembly, PollNotOpen, PollClosed
        """
        scan.kind_of(data)
        digest = canonical.digest(data)
        # Before the lock, for which ballots wait.
        sealed = self._vault.seal(data, _context(assembly_id, digest))
        with self._database.write() as session:
            require_open(self._assemblies.locked_poll(session, assembly_id), self._now())
            if store.scan(session, assembly_id, digest) is None:
                session.add(
                    store.ScanRow(
                        assembly_id=assembly_id,
                        digest=digest,
                        key_version=sealed.key_version,
                        sealed=sealed.data,
                    )
                )
        return digest

    def read(self, assembly_id: str, digest: str, *, by: str) -> tuple[bytes, str]:
        """Open a scan, and write into the register who opened which; give bytes and media type.

        Raises
        ------
        UnknownScan, KeyMissing
        """
        with self._database.write() as session:
            row = store.scan(session, assembly_id, digest)
            if row is None:
                raise UnknownScan("没有这份扫描件，请核对摘要；保存期满后扫描件已经删除")
            data = self._vault.unseal(
                Sealed(row.key_version, row.sealed), _context(assembly_id, digest)
            )
            trail.record(
                session,
                self._ledger,
                "open-scan",
                by=by,
                at=self._now(),
                assembly=assembly_id,
                # Keyed: ballots in an audit bundle name the digest, and with it the register would
                # tell the public whose scan was looked at.
                scan=self._vault.index("scan", f"{assembly_id}/{digest}").hex(),
            )
        return data, scan.kind_of(data)

    def rotate(self, *, by: str) -> int:
        """Seal every scan anew that is under an older key; answer with how many there were.

        A batch is a transaction; interrupted, the command is simply run again.

        Raises
        ------
        KeyMissing
        """
        done = 0
        while True:
            with self._database.write() as session:
                rows = store.scans_under_other_keys(session, self._vault.key_version, _BATCH)
                if not rows:
                    return done
                for row in rows:
                    context = _context(row.assembly_id, row.digest)
                    opened = self._vault.unseal(Sealed(row.key_version, row.sealed), context)
                    sealed = self._vault.seal(opened, context)
                    row.key_version, row.sealed = sealed.key_version, sealed.data
                trail.record(
                    session,
                    self._ledger,
                    "reseal-scans",
                    by=by,
                    at=self._now(),
                    count=len(rows),
                    key=self._vault.key_version,
                )
            done += len(rows)


def _context(assembly_id: str, digest: str) -> bytes:
    """Name the place that a sealed scan is bound to."""
    return f"scan/{assembly_id}/{digest}".encode()
