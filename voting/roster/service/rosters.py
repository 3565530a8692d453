"""Versions of rosters: import a sheet, amend a version, read what is there."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import BEIJING, Clock
from voting.kernel.ids import new_id
from voting.ledger.service import Ledger
from voting.roster import community as communities
from voting.roster import mandate_keeping as keeping
from voting.roster import store
from voting.roster.amendment import amended
from voting.roster.correction import SignedCorrection
from voting.roster.difference import RosterDifference
from voting.roster.document import RosterDocument, number_owners
from voting.roster.entitled import with_voters
from voting.roster.examination import examine
from voting.roster.grouping import Reconciliation, reconcile
from voting.roster.households import lapsed_households
from voting.roster.mandate import Mandates, Standing, mandates_of, voters_on
from voting.roster.mandate_changes import MandateChange, mandate_changes
from voting.roster.model import Roster
from voting.roster.refusals import Grade, Problem
from voting.roster.service.corrections import Corrections
from voting.roster.service.custody import Custody, Identity
from voting.roster.service.freezing import Freezing, summary_of
from voting.roster.service.mandates import MandateBook
from voting.roster.service.objections import Objections
from voting.roster.service.origins import Origins
from voting.roster.service.retention import Retention
from voting.roster.vault import Vault
from voting.roster.version import (
    EvidenceRequired,
    MandatesWouldLapse,
    NothingAmended,
    Provenance,
    RosterNotFrozen,
    RosterNotPublished,
    RosterSummary,
    UnknownRoster,
    UnknownRosterUnit,
)

UNKNOWN_PROVENANCE = Provenance()
_DOCUMENTS_KEPT = 16
_ADDING = "roster-versions"
"""Versions are added one after the other, so that each names the one before it."""


class Rosters:
    """Roster versions. Frozen ones never change, so they are kept in memory once read.

    ``freezing``, ``objections``, ``corrections``, ``mandates``, ``custody``, ``origins`` and
    ``retention`` are the use cases around them.
    """

    def __init__(self, database: Database, ledger: Ledger, vault: Vault, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._now = now
        self._frozen: dict[str, RosterDocument] = {}
        self._differences: dict[str, RosterDifference] = {}
        # The document of a version never changes; of large ones only so many fit into memory.
        self._document = lru_cache(maxsize=_DOCUMENTS_KEPT)(self._read_document)
        self.custody = Custody(database, ledger, vault, now)
        self.mandates = MandateBook(self.custody)
        self.origins = Origins(ledger, self.custody)
        self.retention = Retention(database, ledger, vault, now)
        self.freezing = Freezing(database, ledger, self.mandates, now)
        self.objections = Objections(database, ledger, self.custody, now)
        self.corrections = Corrections(database, ledger, self.custody, self.mandates, now)

    def import_sheet(
        self,
        sheet: bytes,
        filename: str,
        community: str,
        *,
        by: str,
        provenance: Provenance = UNKNOWN_PROVENANCE,
        another_community: bool = False,
        mandates_lapse: bool = False,
    ) -> tuple[RosterSummary, Reconciliation]:
        """Import a spreadsheet as a new version; with any problem nothing is imported.

        Parameters
        ----------
        another_community
            Whether this is a complex of its own, however much its name is like a known one.
        mandates_lapse
            Whether named voters, representatives and states of the version before are to lapse
            where the sheet has no column for them.

        Raises
        ------
        RosterUnreadable
            Lists every problem with row and column.
        CommunityInDoubt
        MandatesWouldLapse
            Lists what, unit by unit.
        """
        roster, findings, columns = self._examined(sheet, filename)
        reconciliation, silent = reconcile(roster), keeping.unsaid(columns)
        with self._database.write() as session:
            self._database.queue(session, _ADDING)
            known = store.communities(session)
            community = communities.settle(community, known, another=another_community)
            newest = store.newest(session, community)
            numbers = self._numbers(session, roster, newest, community)
            document = RosterDocument.of(
                roster,
                community,
                1 if newest is None else newest.version + 1,
                previous=None if newest is None else newest.digest,
                numbers=numbers,
            )
            before = None if newest is None else RosterDocument.from_bytes(newest.document)
            findings += lapsed_households(before, columns)
            earlier = (
                None
                if newest is None
                else self.mandates.if_readable(session, newest.roster_id, by=by)
            )
            mandates = self._mandates(roster, numbers)
            if before is not None and earlier is not None:
                lost = keeping.lapsing((before, earlier), (document, mandates), silent)
                findings += _lapsed(lost, agreed=mandates_lapse)
            row = self._add_version(session, document, sheet, provenance, findings)
            self.custody.keep(session, row.roster_id, roster, document, numbers, {})
            self.mandates.keep(session, row.roster_id, mandates)
            self._enter(session, "import-roster", row, (before, document), (earlier, mandates), by)
        return summary_of(row, document), reconciliation

    def amend(
        self,
        roster_id: str,
        sheet: bytes | None,
        filename: str,
        removed: frozenset[str],
        *,
        by: str,
        provenance: Provenance,
    ) -> RosterSummary:
        """Make a new version out of one: a sheet of the units that are new or different.

        A version made from a frozen roster changes nothing there; it takes effect on votes
        running on it only by :class:`Corrections`.

        Parameters
        ----------
        sheet
            Rows in the format of the roster sheet, each replacing the unit of the same key;
            None if units are only removed. What it has no column for stays as it was.
        removed
            Keys of units that do not exist.

        Raises
        ------
        RosterUnreadable, UnknownRoster, UnknownRosterUnit, NothingAmended, RosterErased
        EvidenceRequired
            Units are removed, and no file shows why.
        """
        if sheet is None and not removed:
            raise NothingAmended("没有写明更改或删除哪些房屋")
        if removed and not provenance.evidence:
            raise EvidenceRequired(
                "删除房屋须附依据文件，如注销登记的查询结果、合并房屋的测绘报告；请上传后再提交"
            )
        roster, findings, columns = (
            (Roster(()), None, ()) if sheet is None else self._examined(sheet, filename)
        )
        silent = keeping.unsaid(columns)
        with self._database.write() as session:
            self._database.queue(session, _ADDING)
            base = _require(session, roster_id)
            first = RosterDocument.from_bytes(base.document)
            unknown = sorted(removed - first.unit_code.keys())
            if unknown:
                raise UnknownRosterUnit(f"这一版清册中没有房屋 {'、'.join(unknown)}")
            newest = store.newest(session, base.community) or base
            numbers = self._numbers(session, roster, base, base.community)
            document = amended(first, roster, removed, numbers, newest.version + 1, columns)
            source = provenance.evidence if sheet is None else sheet
            row = self._add_version(session, document, source, provenance, findings)
            row.corrects = base.corrects if base.frozen_at is None else base.roster_id
            said = {unit.unit_key for unit in roster}
            earlier = self.mandates.of(session, base.roster_id, by=by)
            kept = {key: people for key, people in earlier.items() if key not in said | removed}
            own = keeping.kept(
                (first, earlier), (document, self._mandates(roster, numbers)), said, silent
            )
            mandates = kept | own
            if (document.units, mandates) == (first.units, dict(earlier)) and self.custody.knows(
                session, base.roster_id, roster, first, numbers, by=by
            ):
                raise NothingAmended("表中的房屋与这一版清册完全相同，没有可更改的；请核对后再提交")
            acting = {each.owner for people in mandates.values() for each in people}
            fresh = {numbers[person.identity] for unit in roster for person in unit.people}
            self.custody.carry(
                session, base.roster_id, row.roster_id, document, acting, fresh, by=by
            )
            beside = {key: [each.owner for each in people] for key, people in own.items()}
            self.custody.keep(session, row.roster_id, roster, document, numbers, beside)
            self.mandates.keep(session, row.roster_id, mandates)
            self.custody.carry_titles(
                session, (base.roster_id, first), (row.roster_id, document), said
            )
            self._enter(session, "amend-roster", row, (first, document), (earlier, mandates), by)
        return summary_of(row, document)

    def identities(
        self, roster_id: str, unit_key: str, *, by: str
    ) -> list[tuple[Identity, Standing]]:
        """Show who owns a unit and who acts for it, each with whether he may vote today.

        Of a frozen roster as its corrections in force have left it: who has sold is not shown.

        Raises
        ------
        UnknownRoster, UnknownRosterUnit, RosterErased
        """
        with self._database.write() as session:
            frozen = _require(session, roster_id).frozen_at is not None
            opened = self.mandates.in_force if frozen else self.mandates.of
            mandates = opened(session, roster_id, by=by).get(unit_key, ())
            units = self.entitled(session, roster_id) if frozen else self._document(roster_id)
        if unit_key not in units.unit_code:
            raise UnknownRosterUnit(f"这一版清册中没有房屋 {unit_key}")
        code = units.unit_code[unit_key]
        standing = {
            each.owner: Standing.OWNER if each.may_vote(self._today()) else each.why_not()
            for each in mandates
        }
        people = {*units.units[code].owners, *standing}
        found = self.custody.identities(roster_id, unit_key, by=by, people=people)
        usual = Standing.REMOVED if units.is_removed(code) else Standing.OWNER
        return [(identity, standing.get(identity.owner, usual)) for identity in found]

    def summaries(self) -> list[RosterSummary]:
        """List every version, newest import first."""
        with self._database.read() as session:
            return [
                summary_of(row, RosterDocument.from_bytes(row.document))
                for row in store.rosters(session)
            ]

    def findings(self, roster_id: str) -> list[dict[str, Any]]:
        """List the warnings and hints with which a version was taken in.

        Raises
        ------
        UnknownRoster
        """
        with self._database.read() as session:
            row = _require(session, roster_id)
        found: list[dict[str, Any]] = [] if row.findings is None else canonical.decode(row.findings)
        return found

    def published(self, roster_id: str) -> tuple[RosterSummary, RosterDocument]:
        """Give what everybody may see of a version that was published.

        Raises
        ------
        UnknownRoster, RosterNotPublished
        """
        row = self.require_published(roster_id)
        document = self._document(roster_id)
        return summary_of(row, document), document

    def require_published(self, roster_id: str) -> store.RosterRow:
        """Find a version that was published, without parsing it.

        Raises
        ------
        UnknownRoster, RosterNotPublished
        """
        with self._database.read() as session:
            row = _require(session, roster_id)
        if row.published_at is None and row.frozen_at is None:
            raise RosterNotPublished("这一版清册尚未公示")
        return row

    def difference(self, roster_id: str) -> RosterDifference | None:
        """Compare a version with the one it names as its predecessor; None for a first one.

        Raises
        ------
        UnknownRoster
        """
        if roster_id not in self._differences:
            with self._database.read() as session:
                row = _require(session, roster_id)
                if row.previous_digest is None:
                    return None
                before = store.by_digest(session, row.community, row.previous_digest)
            if before is None:
                raise UnknownRoster("没有这一版所依据的上一版清册")
            self._differences[roster_id] = RosterDifference.between(
                RosterDocument.from_bytes(before.document), RosterDocument.from_bytes(row.document)
            )
        return self._differences[roster_id]

    def mandates_changed(self, roster_id: str) -> Mapping[str, int] | None:
        """Count, by sort, the units of a version for which others may vote than before.

        None for a first version, and for one from before the register said so.

        Raises
        ------
        UnknownRoster
        """
        with self._database.read() as session:
            return self.origins.mandates_changed(session, _require(session, roster_id))

    def mandate_changes(self, roster_id: str, *, by: str) -> tuple[MandateChange, ...] | None:
        """Compare who may vote in a version with its predecessor, unit by unit.

        The register says who asked. None for a first version, and where the data of one of both
        were erased or their key was lost.

        Raises
        ------
        UnknownRoster
        """
        with self._database.write() as session:
            row = _require(session, roster_id)
            if row.previous_digest is None:
                return None
            before = store.by_digest(session, row.community, row.previous_digest)
            if before is None:
                raise UnknownRoster("没有这一版所依据的上一版清册")
            old = self.mandates.if_readable(session, before.roster_id, by=by)
            new = self.mandates.if_readable(session, roster_id, by=by)
            if old is None or new is None:
                return None
            return mandate_changes(
                RosterDocument.from_bytes(before.document),
                old,
                RosterDocument.from_bytes(row.document),
                new,
            )

    def frozen(self, roster_id: str) -> RosterDocument:
        """Read a frozen roster, as notices and ballots pin it.

        Raises
        ------
        UnknownRoster, RosterNotFrozen
        """
        if roster_id not in self._frozen:
            with self._database.read() as session:
                row = _require(session, roster_id)
            if row.frozen_at is None:
                raise RosterNotFrozen("业主清册尚未冻结，请先核对并冻结")
            # One object for all threads, so that "the same roster" is quickly told.
            self._frozen.setdefault(roster_id, RosterDocument.from_bytes(row.document))
        return self._frozen[roster_id]

    def signed_corrections(self, roster_id: str) -> Sequence[SignedCorrection]:
        """List the corrections in force on a frozen roster, oldest first.

        Raises
        ------
        UnknownRoster, RosterNotFrozen
        """
        frozen = self.frozen(roster_id)
        with self._database.read() as session:
            return self.corrections.signed(session, roster_id, frozen)

    def entitled(self, session: Session, roster_id: str) -> RosterDocument:
        """Read a frozen roster with its units' owners of today: who may use which slot (C-14).

        Raises
        ------
        UnknownRoster, RosterNotFrozen
        """
        return self.corrections.entitled(session, roster_id, self.frozen(roster_id))

    def electors(self, session: Session, roster_id: str, day: date, *, by: str) -> RosterDocument:
        """Read a frozen roster with those who may vote for its units on a day (domain C-1, C-13).

        Raises
        ------
        UnknownRoster, RosterNotFrozen, RosterErased, KeyMissing
        """
        roster = self.entitled(session, roster_id)
        mandates = self.mandates.in_force(session, roster_id, by=by)
        return with_voters(roster, voters_on(mandates, day, roster.unit_code))

    def _mandates(self, roster: Roster, numbers: Mapping[str, int]) -> Mandates:
        return mandates_of(roster, numbers, self._today())

    def _today(self) -> date:
        return self._now().astimezone(BEIJING).date()

    def _read_document(self, roster_id: str) -> RosterDocument:
        with self._database.read() as session:
            return RosterDocument.from_bytes(_require(session, roster_id).document)

    def _examined(self, sheet: bytes, filename: str) -> tuple[Roster, list[Problem], Sequence[str]]:
        """Read a sheet: what is doubtful in it but keeps nothing out, and its columns."""
        examination = examine(sheet, filename, on=self._today())
        roster = examination.require()
        columns = () if examination.table is None else examination.table.columns
        return roster, list(examination.findings), columns

    def _numbers(
        self, session: Session, roster: Roster, before: store.RosterRow | None, community: str
    ) -> dict[str, int]:
        """Let owners of the version before keep their numbers; nobody gets one used before."""
        if before is None:
            return number_owners(roster)
        numbered = {
            row.identity_index: row.owner_code for row in store.owners(session, before.roster_id)
        }
        owners = {person.identity: person for unit in roster for person in unit.people}
        known = {
            identity: numbered[index]
            for identity, owner in owners.items()
            if (index := self.custody.identity_index(owner)) in numbered
        }
        return number_owners(roster, known, store.next_owner_code(session, community))

    def _add_version(
        self,
        session: Session,
        document: RosterDocument,
        source: bytes,
        provenance: Provenance,
        findings: Sequence[Problem] | None,
    ) -> store.RosterRow:
        data = document.to_bytes()
        row = store.RosterRow(
            roster_id=new_id(),
            community=document.community,
            version=document.version,
            document=data,
            digest=canonical.digest(data),
            source_digest=canonical.digest(source),
            imported_at=self._now(),
            frozen_at=None,
            register_position=None,
            previous_digest=document.previous,
            supplied_by=provenance.supplied_by.value,
            basis=provenance.basis,
            published_at=None,
            objections_until=None,
            freeze_proposed_by=None,
            corrects=None,
            erased_at=None,
            findings=None
            if findings is None
            else canonical.encode([dict(finding.document()) for finding in findings]),
            entered_position=None,
            evidence_digest=canonical.digest(provenance.evidence) if provenance.evidence else None,
        )
        session.add(row)
        session.flush()
        return row

    def _enter(
        self,
        session: Session,
        act: str,
        row: store.RosterRow,
        documents: tuple[RosterDocument | None, RosterDocument],
        mandates: tuple[Mandates | None, Mandates],
        by: str,
    ) -> None:
        difference = self.origins.enter(session, act, row, documents, mandates, by=by)
        if difference is not None:
            self._differences[row.roster_id] = difference  # asked for as soon as this is committed


def _lapsed(lost: Sequence[MandateChange], *, agreed: bool) -> list[Problem]:
    """Refuse to forget who may vote unless that is meant; then it is a warning."""
    if not lost:
        return []
    words = keeping.told(lost)
    if not agreed:
        raise MandatesWouldLapse(
            f"{words}。请补上这些列后再导入；确实不再有效的，请注明后再导入（mandates_lapse）"
        )
    return [Problem(None, None, "mandates-lapsed", words, grade=Grade.WARNING)]


def _require(session: Session, roster_id: str) -> store.RosterRow:
    row = store.roster(session, roster_id)
    if row is None:
        raise UnknownRoster("没有这份业主清册")
    return row
