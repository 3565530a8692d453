"""Corrections of frozen rosters: signed by the convener and the supervisor (domain C-16)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from voting.infra.asking import Question, ask
from voting.infra.database import Database
from voting.kernel.clock import Clock
from voting.kernel.commitment import Opening
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.correction import (
    Correction,
    CorrectionInForce,
    CorrectionNotProposed,
    CorrectionOutdated,
    NoCorrection,
    RosterCorrected,
    SignedCorrection,
)
from voting.roster.difference import RosterDifference
from voting.roster.document import RosterDocument
from voting.roster.entitled import after_correction
from voting.roster.entries import correction_entry
from voting.roster.mandate_changes import BoundMandates, mandate_changes
from voting.roster.service.mandates import MandateBook
from voting.roster.service.people import People
from voting.roster.service.version_row import lock_version, require_version
from voting.roster.signatories import Signatories
from voting.roster.version import RosterErased
from voting.staff import store as staff_store
from voting.staff import trail


class Corrections:
    """Correction acts. What is in force never changes, so its effect is kept in memory."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        people: People,
        mandates: MandateBook,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._people = people
        self._mandates = mandates
        self._now = now
        self._signed: dict[str, Sequence[SignedCorrection]] = {}
        self._entitled: dict[tuple[str, int], RosterDocument] = {}

    def propose(self, version_id: str, *, by: str) -> Correction:
        """Sign, as the convener, that this version shall correct the frozen one it came from.

        Raises
        ------
        UnknownRoster, RosterErased, NoCorrection, CorrectionInForce, CorrectionOutdated
        """
        with self._database.write() as session:
            version = lock_version(session, version_id)
            if version.erased_at is not None:
                raise RosterErased("这一版清册的个人信息已在保存期满后删除，请重新修改")
            if version.corrects is None:
                raise NoCorrection("这一版不是由冻结的清册修改而来，冻结后即可使用，无须更正")
            row = store.correction(session, version_id)
            if row is not None and row.confirmed_at is not None:
                raise CorrectionInForce("这项更正已经生效")
            frozen, base = self._base(session, version.corrects)
            if version.previous_digest != base.digest:
                raise CorrectionOutdated("此后另有更正生效，请在最新的更正之后重新修改")
            documents = (
                RosterDocument.from_bytes(base.document),
                RosterDocument.from_bytes(version.document),
            )
            act = Correction(
                frozen.digest,
                RosterDifference.between(*documents),
                version.source_digest,
                self._bound(session, (base, version), documents, by=by),
            )
            if row is None:
                row = store.CorrectionRow(
                    version_id=version_id,
                    roster_id=version.corrects,
                    confirmed_by=None,
                    confirmed_at=None,
                    register_position=None,
                )
                session.add(row)
            row.proposed_by, row.proposed_at, row.document = by, self._now(), act.to_bytes()
            trail.record(
                session,
                self._ledger,
                "propose-correction",
                by=by,
                at=row.proposed_at,
                correction=act.digest,
                digest=version.digest,
                roster=version.corrects,
            )
        return act

    def corrects(self, session: Session, version_id: str) -> str:
        """Lock and name the frozen roster that a proposed correction is about.

        Raises
        ------
        CorrectionNotProposed
        """
        roster_id = self._proposed(session, version_id).roster_id
        store.lock(session, roster_id)
        return roster_id

    def require_usable(self, session: Session, roster_id: str) -> None:
        """Lock a frozen roster, and refuse to build a new vote on it if nobody should.

        Raises
        ------
        RosterCorrected, RosterErased
        """
        row = store.lock(session, roster_id)
        if row is not None and row.erased_at is not None:
            raise RosterErased("这份清册的个人信息已在保存期满后删除，请导入并冻结新的清册")
        if store.corrections(session, roster_id):
            raise RosterCorrected("这份清册冻结后已有更正，请冻结更正后的版本，再据以召开业主大会")

    def confirm(
        self, session: Session, version_id: str, *, by: str
    ) -> tuple[Correction, RosterDocument]:
        """Confirm, as the supervisor, in the transaction that also tells the votes of it.

        Returns
        -------
        act, corrected
            The correction, and the roster as it should have been.

        Raises
        ------
        CorrectionNotProposed, CorrectionInForce, CorrectionOutdated, SameAccount, SamePerson,
        SignatoryUnidentified, RosterErased
        """
        row = self._proposed(session, version_id)
        if row.confirmed_at is not None:
            raise CorrectionInForce("这项更正已经生效")
        both = (row.proposed_by, by)
        signed = Signatories.of(
            staff_store.names(session, both), staff_store.identities(session, both), *both
        )
        frozen, base = self._base(session, row.roster_id)
        before = RosterDocument.from_bytes(base.document)
        version = session.get_one(store.RosterRow, version_id)
        if version.previous_digest != base.digest:
            raise CorrectionOutdated("此后另有更正生效，请在最新的更正之后重新修改")
        act = Correction.read(row.document, before)
        after = RosterDocument.from_bytes(version.document)
        mandates = self._bound(session, (base, version), (before, after), by=by)
        if act.mandates != mandates:
            raise CorrectionOutdated("召集人签署的更正没有写明谁可以表决，请召集人重新签署")
        row.confirmed_by, row.confirmed_at = by, self._now()
        entry = correction_entry(
            row.roster_id,
            act.digest,
            version.digest,
            mandates.commitment,
            row.confirmed_at,
            signed,
        )
        row.register_position = self._ledger.append(
            session, self._ledger.origins.register, [entry]
        )[0]
        self._people.succeed(
            session,
            (frozen.roster_id, RosterDocument.from_bytes(frozen.document)),
            (version_id, after),
            by=by,
        )
        return act, after

    def in_force(self, session: Session, roster_id: str) -> list[tuple[int, bytes]]:
        """List the acts in force on a frozen roster: register position and document."""
        return [
            (row.register_position, row.document)
            for row in store.corrections(session, roster_id)
            if row.register_position is not None
        ]

    def signed(
        self, session: Session, roster_id: str, frozen: RosterDocument
    ) -> Sequence[SignedCorrection]:
        """Read the acts in force on a frozen roster, one building on the other."""
        rows = store.corrections(session, roster_id)
        known = self._signed.get(roster_id, ())
        if len(known) < len(rows):
            base, found = frozen, []
            for row in rows:
                act = Correction.read(row.document, base)
                base = act.difference.apply(base)
                if row.confirmed_at is not None and row.register_position is not None:
                    found.append(SignedCorrection(act, row.confirmed_at, row.register_position))
            known = self._signed[roster_id] = tuple(found)
        return known

    def question(self, roster_id: str) -> Question:
        """Give what :meth:`entitled` asks."""
        return store.corrected_by(roster_id)

    def entitled(self, session: Session, roster_id: str, frozen: RosterDocument) -> RosterDocument:
        """Give a frozen roster the owners and units that the last correction in force left."""
        versions = ask(session, self.question(roster_id))
        if not versions:
            return frozen
        key = (roster_id, len(versions))
        if key not in self._entitled:
            last = session.get_one(store.RosterRow, versions[-1][0])
            corrected = RosterDocument.from_bytes(last.document)
            self._entitled.setdefault(key, after_correction(frozen, corrected))
        return self._entitled[key]

    def bound(self, session: Session, roster_id: str, *, by: str) -> dict[int, Opening]:
        """Open what the register binds of who may vote: the freeze and each correction in force.

        Returns
        -------
        dict
            By position in the register.

        Raises
        ------
        UnknownRoster, RosterErased, KeyMissing
        """
        frozen = require_version(session, roster_id)
        versions = [(frozen.register_position, roster_id)]
        versions += [
            (row.register_position, row.version_id) for row in store.corrections(session, roster_id)
        ]
        return {
            position: self._mandates.opening(session, version_id, by=by)
            for position, version_id in versions
            if position is not None
        }

    def _bound(
        self,
        session: Session,
        rows: tuple[store.RosterRow, store.RosterRow],
        documents: tuple[RosterDocument, RosterDocument],
        *,
        by: str,
    ) -> BoundMandates:
        """Say who may vote once this version corrects that one, and for how many units anew."""
        (base, version), (before, after) = rows, documents
        old = self._mandates.of(session, base.roster_id, by=by)
        new = self._mandates.of(session, version.roster_id, by=by)
        opening = self._mandates.opening(session, version.roster_id, by=by)
        return BoundMandates.of(opening.commitment, mandate_changes(before, old, after, new))

    def _proposed(self, session: Session, version_id: str) -> store.CorrectionRow:
        row = store.correction(session, version_id)
        if row is None:
            raise CorrectionNotProposed("请先由召集人签署更正")
        return row

    def _base(self, session: Session, roster_id: str) -> tuple[store.RosterRow, store.RosterRow]:
        """Lock a frozen roster, and find the version that its corrections have led to."""
        frozen = lock_version(session, roster_id)
        if frozen.erased_at is not None:
            raise RosterErased(
                "所要更正的冻结清册，个人信息已在保存期满后删除，不能再更正；请导入并冻结新的清册"
            )
        acts = store.corrections(session, roster_id)
        last = frozen if not acts else session.get_one(store.RosterRow, acts[-1].version_id)
        return frozen, last
