"""Audit bundles: what an assembly has left, for everybody, for auditors, for a court."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy.orm import Session

from voting.assembly import store as assembly_store
from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.box import store as box_store
from voting.box.entries import PHONE
from voting.identity import store as identity_store
from voting.identity.entries import key_statement
from voting.infra.database import Database
from voting.kernel import canonical, dsse
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.ledger.tiles import layout
from voting.outcome import bundle, court, store
from voting.outcome.bundle import Level
from voting.roster import store as roster_store
from voting.roster.service import Rosters
from voting.roster.vault import KeyMissing

_SERVICE = "service"
"""Who reads on behalf of nobody in particular."""


class NotCertified(Refusal):
    """The certificate is not issued yet."""

    code = "not-certified"


class Bundles:
    """Writes the audit bundles of certified assemblies."""

    def __init__(
        self, database: Database, ledger: Ledger, rosters: Rosters, assemblies: Assemblies
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._assemblies = assemblies

    def bundle(self, assembly_id: str, level: Level, *, by: str = _SERVICE) -> bytes:
        """Write the audit bundle of a certified assembly.

        Parameters
        ----------
        by
            Who asks for it: the register says who had opened who may vote.

        Raises
        ------
        UnknownAssembly, NotCertified
        RosterErased
            The supervised level after the retention period; the public one stays.
        """
        supervised = level is Level.SUPERVISED
        mandates = self._mandates_of(assembly_id, by) if supervised else {}
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            issued = require_certificate(session, assembly_id)
            if supervised:
                self._rosters.retention.require_kept(session, poll.roster_id)
            origins = self._ledger.origins
            origin = origins.assembly(assembly_id)
            ballots = box_store.ballots(session, assembly_id) if supervised else []
            objections = box_store.objections(session, assembly_id) if supervised else []
            signed = [row.data for row in ballots if row.channel == PHONE]
            signed += [row.data for row in objections]
            keys = self._keys_of(session, poll, signed)
            size = self._ledger.size(session, origin)
            tiles = layout(self._ledger.read_entries(session, origin, 0, size))
            acts = self._corrections_of(session, poll)
            register, entries = self._register_entries(
                session, poll, issued, keys, [position for position, _ in acts]
            )
            files = {f"log/{path}": data for path, data in tiles.items()} | {
                "certificate.pdf": issued.pdf,
                "log/checkpoint": self._ledger.cosigned_checkpoint(session, origin),
                "notice.json": self._assemblies.notice(assembly_id),
                "register/checkpoint": register,
                "register/entries.json": entries,
                "result.json": issued.result,
                "roster.json": self._rosters.frozen(poll.roster_id).to_bytes(),
            }
            row = roster_store.roster(session, poll.roster_id)
            if supervised and row is not None and row.entered_position is not None:
                files[bundle.ORIGIN] = bundle.origin(*self._rosters.origins.opened(session, row))
            if supervised and acts:
                files[bundle.CORRECTIONS] = bundle.corrections([data for _, data in acts])
            if supervised:
                files["openings.json"] = bundle.openings(
                    {row.position: Opening(row.salt, row.data) for row in ballots},
                    {key.register_position: _key_opening(key, poll) for key in keys},
                    {
                        row.position: Opening(row.salt, row.document)
                        for row in assembly_store.voters(session, assembly_id)
                    },
                    mandates,
                    {row.position: Opening(row.salt, row.data) for row in objections},
                )
        files[bundle.MANIFEST] = bundle.manifest(
            assembly_id,
            level,
            (origin, self._ledger.key(origin).vkey),
            (origins.register, self._ledger.key(origins.register).vkey),
            files,
        )
        return bundle.write(files)

    def court_bundle(self, assembly_id: str, recipient: str, *, by: str) -> bytes:
        """Write the supervised bundle with everybody's identity, for one key to read.

        Parameters
        ----------
        recipient
            The court's public key, as ``yezhu court-key`` prints it.
        by
            Who asks for it: the register says who had everybody's identity opened.

        Raises
        ------
        RecipientUnreadable, UnknownAssembly, NotCertified, RosterErased, KeyMissing
        """
        to = court.recipient(recipient)
        supervised = self.bundle(assembly_id, Level.SUPERVISED, by=by)
        return court.for_court(supervised, partial(self._rosters.custody.everybody, by=by), to)

    def _keys_of(
        self, session: Session, poll: Poll, signed: Iterable[bytes]
    ) -> list[identity_store.DeviceKeyRow]:
        """Find the keys that signed these ballots and objections."""
        used = {dsse.parse(data).key_id for data in signed}
        return [key for key in identity_store.keys(session, poll.roster_id) if key.key_id in used]

    def _mandates_of(self, assembly_id: str, by: str) -> dict[int, Opening]:
        """Open what the register bound, before the close, of who may vote: by its index."""
        register = self._ledger.origins.register
        try:
            with self._database.write() as session:
                poll = self._assemblies.poll(session, assembly_id)
                require_certificate(session, assembly_id)
                self._rosters.retention.require_kept(session, poll.roster_id)
                assembly = assembly_store.assembly(session, assembly_id)
                closed = None if assembly is None else assembly.closed_position
                opened = self._rosters.corrections.bound(session, poll.roster_id, by=by)
                return {
                    place: opening
                    for place, opening in opened.items()
                    if closed is not None and place < closed
                    if "mandates" in canonical.decode(self._ledger.entry(session, register, place))
                }
        except KeyMissing:
            # The ballots can be counted again all the same; the check says what is missing.
            return {}

    def _corrections_of(self, session: Session, poll: Poll) -> list[tuple[int, bytes]]:
        """Find the corrections made before the close: register position and act."""
        assembly = assembly_store.assembly(session, poll.assembly_id)
        closed = None if assembly is None else assembly.closed_position
        in_force = self._rosters.corrections.in_force(session, poll.roster_id)
        return [(place, act) for place, act in in_force if closed is not None and place < closed]

    def _register_entries(
        self,
        session: Session,
        poll: Poll,
        issued: store.CertificateRow,
        keys: Iterable[identity_store.DeviceKeyRow],
        corrections: Iterable[int],
    ) -> tuple[bytes, bytes]:
        """Write the register's checkpoint and the entries the bundle leans on, proved by it."""
        register = self._ledger.origins.register
        roster = roster_store.roster(session, poll.roster_id)
        assembly = assembly_store.assembly(session, poll.assembly_id)
        positions = {
            issued.register_position,
            *corrections,
            *(() if roster is None else (roster.entered_position, roster.register_position)),
            *(
                ()
                if assembly is None
                else (
                    assembly.manifest_position,
                    assembly.opened_position,
                    assembly.closed_position,
                )
            ),
            *(
                position
                for key in keys
                for position in (key.register_position, key.revoked_position)
            ),
        }
        indexes = sorted(position for position in positions if position is not None)
        # A little older but witnessed is worth more: the register grows all the time.
        size = self._ledger.witnessed_size(session, register, indexes[-1])
        checkpoint = self._ledger.cosigned_checkpoint(session, register, size)
        proofs = self._ledger.prove_all(session, register, indexes, checkpoint=checkpoint)
        return checkpoint, bundle.register_entries(
            [
                (proof, self._ledger.entry(session, register, index))
                for proof, index in zip(proofs, indexes, strict=True)
            ]
        )


def _key_opening(key: identity_store.DeviceKeyRow, poll: Poll) -> Opening:
    return Opening(key.salt, key_statement(key.owner_code, poll.roster_digest, key.spki))


def require_certificate(session: Session, assembly_id: str) -> store.CertificateRow:
    """Find the certificate of an assembly.

    Raises
    ------
    NotCertified
    """
    row = store.certificate(session, assembly_id)
    if row is None:
        raise NotCertified("结果凭证尚未出具")
    return row
