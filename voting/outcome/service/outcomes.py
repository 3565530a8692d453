"""Use cases of the outcome: count, certify, erase."""

from collections.abc import Collection
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
from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import BEIJING, Clock, parse_timestamp
from voting.ledger.service import Ledger
from voting.outcome import store
from voting.outcome.certificate import Ballots, CertificateFacts, render_certificate
from voting.outcome.entries import certificate_entry, result_entry
from voting.outcome.service.bundles import Bundles, require_certificate
from voting.roster import store as roster_store
from voting.roster.service import Rosters
from voting.roster.signatories import CONVENER, SUPERVISOR
from voting.staff import trail

_CHANNELS = {PHONE: "手机", PAPER: "纸质"}


class Outcomes(Bundles):
    """Results and certificates of closed assemblies, and their audit bundles.

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
        super().__init__(database, ledger, rosters, assemblies)
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
        UnknownAssembly, ChoicesSealed, WrongState, LogDisagrees, CertificateUnprintable,
        ClockWentBackwards
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
            return require_certificate(session, assembly_id).pdf

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
