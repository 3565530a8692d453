"""Use cases of the outcome: result, certificate, audit bundle."""

from collections.abc import Collection, Iterable
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from voting.assembly import store as assembly_store
from voting.assembly.clocks import announce_by
from voting.assembly.model import Poll
from voting.assembly.service import Assemblies
from voting.ballot.refusals import PollClosed
from voting.box import store as box_store
from voting.box.entries import PAPER, PHONE
from voting.box.sheet import SheetBallot, ballot_sheet
from voting.count.service import Counting
from voting.identity import store as identity_store
from voting.identity.entries import key_statement
from voting.infra.database import Database
from voting.kernel import canonical, dsse
from voting.kernel.clock import BEIJING, Clock, parse_timestamp
from voting.kernel.commitment import Opening
from voting.kernel.refusal import Refusal
from voting.ledger.service import Ledger
from voting.ledger.tiles import layout
from voting.outcome import bundle, store
from voting.outcome.bundle import Level
from voting.outcome.certificate import Ballots, CertificateFacts, render_certificate
from voting.outcome.entries import certificate_entry, result_entry
from voting.roster import store as roster_store
from voting.roster.service import Rosters
from voting.roster.signatories import CONVENER, SUPERVISOR
from voting.roster.vault import KeyMissing
from voting.staff import trail

_SERVICE = "service"
"""Who reads on behalf of nobody in particular."""
_CHANNELS = {PHONE: "手机", PAPER: "纸质"}


class NotCertified(Refusal):
    """The certificate is not issued yet."""

    code = "not-certified"


class Outcomes:
    """Results and certificates of closed assemblies.

    Parameters
    ----------
    public_url
        Where the QR code of a certificate points, such as ``https://vote.example.org``.
    """

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        assemblies: Assemblies,
        counting: Counting,
        public_url: str,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._assemblies = assemblies
        self._counting = counting
        self._public_url = public_url
        self._now = now

    def result(self, assembly_id: str) -> bytes:
        """Give the canonical result: the certified one, or a fresh count of the closed log.

        Raises
        ------
        UnknownAssembly, ChoicesSealed, LogDisagrees
        """
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            issued = store.certificate(session, assembly_id)
            if issued is not None:
                return issued.result
            return canonical.encode(self._counting.count(session, poll))

    def issue(self, assembly_id: str, *, by: str) -> str:
        """Count, pin the result in the log, print the certificate; answer with its number.

        Raises
        ------
        UnknownAssembly, ChoicesSealed, WrongState, LogDisagrees, CertificateUnprintable
        """
        with self._database.write() as session:
            poll = self._assemblies.locked_poll(session, assembly_id)
            counted = self._counting.count(session, poll)
            self._assemblies.certified(session, assembly_id)
            result = canonical.encode(counted)
            now = self._now()
            number = f"YZ-{now.astimezone(BEIJING).year}-{assembly_id[:8].upper()}"
            pdf = render_certificate(counted, self._facts(session, poll, counted, number, now))
            origin, digest = self._ledger.origins.assembly(assembly_id), canonical.digest(result)
            self._ledger.append(session, origin, [result_entry(digest, now)])
            entry = certificate_entry(assembly_id, digest, canonical.digest(pdf), now)
            register = self._ledger.origins.register
            position = self._ledger.append(session, register, [entry])[0]
            session.add(
                store.CertificateRow(
                    assembly_id=assembly_id,
                    number=number,
                    result=result,
                    pdf=pdf,
                    issued_at=now,
                    register_position=position,
                )
            )
            trail.record(
                session, self._ledger, "issue-certificate", by=by, at=now, assembly=assembly_id
            )
        return number

    def certificate(self, assembly_id: str) -> bytes:
        """Give the certificate's PDF.

        Raises
        ------
        NotCertified
        """
        with self._database.read() as session:
            return _require(store.certificate(session, assembly_id)).pdf

    def checkpoint(self, assembly_id: str) -> bytes:
        """Sign the present size and root of an assembly's log; witnesses' lines come along.

        Raises
        ------
        UnknownAssembly
        """
        with self._database.read() as session:
            self._assemblies.poll(session, assembly_id)
            origin = self._ledger.origins.assembly(assembly_id)
            return self._ledger.cosigned_checkpoint(session, origin)

    def ballot_sheet(self, assembly_id: str) -> bytes:
        """Write the logged ballots as the sheet that ``yezhu recount`` takes, in log order.

        Raises
        ------
        UnknownAssembly, ChoicesSealed, LogDisagrees, RosterErased
        """
        with self._database.read() as session:
            poll = self._assemblies.poll(session, assembly_id)
            self._rosters.retention.require_kept(session, poll.roster_id)
            opened = self._counting.open_log(session, poll)
        return ballot_sheet(
            poll.agenda,
            (
                SheetBallot(
                    row=place,
                    unit_keys=ballot.units,
                    channel=_CHANNELS[ballot.kind],
                    received_at=parse_timestamp(ballot.at),
                    void_reason="作废" if ballot.void else "",
                    choices=ballot.choices,
                )
                for place, ballot in enumerate(opened)
            ),
        )

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
            issued = _require(store.certificate(session, assembly_id))
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

    def erase(self, before: datetime, keep: Collection[str], *, by: str) -> int:
        """Erase people and choices of votes that ended before this moment (domain C-40).

        Documents, digests, totals, certificates and logs stay as they are and verify.

        Parameters
        ----------
        keep
            Ids of rosters to leave alone all the same: of votes that are before a court.

        Returns
        -------
        int
            How many roster versions were erased.

        Raises
        ------
        UnknownRoster
            A roster to be kept does not exist: nothing is erased.
        """
        with self._database.write() as session:
            self._rosters.retention.require_known(session, keep)
            in_use = assembly_store.rosters_in_use(session, since=before) | set(keep)
            erased = self._rosters.retention.erase(session, before, in_use, by=by)
            for draft in assembly_store.drafts_on(session, erased):
                trail.record(
                    session, self._ledger, "lapse-draft", by=by, at=self._now(), assembly=draft
                )
            assemblies = assembly_store.ids_on(session, erased)
            box_store.erase_ballots(session, assemblies)
            assembly_store.erase_voters(session, assemblies)
        return len(erased)

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
                _require(store.certificate(session, assembly_id))
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

    def _facts(
        self,
        session: Session,
        poll: Poll,
        counted: dict[str, Any],
        number: str,
        at: datetime,
    ) -> CertificateFacts:
        ballots, log = counted["ballots"], counted["log"]
        refused = box_store.refusal_counts(session, poll.assembly_id)
        return CertificateFacts(
            number=number,
            community=poll.community,
            assembly_title=poll.agenda.title,
            convener=poll.agenda.convener,
            supervisor=None,
            frozen_by=self._frozen_by(session, poll.roster_id),
            opens_at=poll.opens_at,
            closes_at=poll.closes_at,
            issued_at=at,
            announce_by=announce_by(at),
            ballots=Ballots(
                phone=ballots["phone"],
                paper=ballots["paper"],
                void=len(ballots["void"]),
                superseded=len(ballots["superseded"]),
                late=refused.get(PollClosed.code, 0),
            ),
            refused=sum(refused.values()),
            notice_digest=poll.notice_digest,
            roster_digest=poll.roster_digest,
            log_origin=log["origin"],
            log_size=log["size"],
            log_root=log["root"],
            verify_url=f"{self._public_url}/v1/assemblies/{poll.assembly_id}/certificate",
            engine_version=version("yezhu"),
        )

    def _frozen_by(self, session: Session, roster_id: str) -> tuple[str, str] | None:
        """Read from the register who signed the freeze; None if it was before names were."""
        row = roster_store.roster(session, roster_id)
        if row is None or row.register_position is None:
            return None
        entry = self._ledger.entry(session, self._ledger.origins.register, row.register_position)
        names = canonical.decode(entry).get("names")
        return None if names is None else (names[CONVENER], names[SUPERVISOR])


def _key_opening(key: identity_store.DeviceKeyRow, poll: Poll) -> Opening:
    return Opening(key.salt, key_statement(key.owner_code, poll.roster_digest, key.spki))


def _require(row: store.CertificateRow | None) -> store.CertificateRow:
    if row is None:
        raise NotCertified("结果凭证尚未出具")
    return row
