"""New versions of rosters: import a sheet, amend a version."""

from collections.abc import Mapping, Sequence
from datetime import date
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
from voting.roster.denominators import denominators
from voting.roster.document import RosterDocument, number_owners
from voting.roster.examination import examine
from voting.roster.explanation import compare_all
from voting.roster.grouping import HeadRule, Reconciliation, reconcile
from voting.roster.households import lapsed_households
from voting.roster.mandate import Mandates, mandates_of
from voting.roster.mandate_changes import MandateChange
from voting.roster.model import Roster
from voting.roster.owner_checks import PHONE
from voting.roster.refusals import Grade, Problem
from voting.roster.report import report
from voting.roster.service.freezing import Freezing, stated_of, summary_of
from voting.roster.service.objections import Objections
from voting.roster.service.retention import Retention
from voting.roster.service.titles import TITLE, Of
from voting.roster.service.version_row import require_version
from voting.roster.service.versions import Versions
from voting.roster.stated import NOTHING, Stated, together
from voting.roster.vault import Vault
from voting.roster.version import (
    EvidenceRequired,
    MandatesWouldLapse,
    NothingAmended,
    Provenance,
    RosterSummary,
    UnknownRosterUnit,
)

UNKNOWN_PROVENANCE = Provenance()
_ADDING = "roster-versions"
"""Versions are added one after the other, so that each names the one before it."""


class Rosters(Versions):
    """Roster versions: what there is to read of them, and how new ones come in.

    ``freezing``, ``objections`` and ``retention`` are further use cases around them.
    """

    def __init__(self, database: Database, ledger: Ledger, vault: Vault, now: Clock) -> None:
        super().__init__(database, ledger, vault, now)
        self.retention = Retention(database, ledger, vault, now)
        self.freezing = Freezing(database, ledger, self.mandates, now)
        self.objections = Objections(database, ledger, self.custody, now)

    def check(self, sheet: bytes, filename: str, stated: Stated = NOTHING) -> dict[str, Any]:
        """Say how a sheet would be read and everything found in it; nothing is kept of it."""
        examination = examine(sheet, filename, on=self._today(), stated=stated)
        roster = examination.roster
        compared = [] if roster is None else compare_all(roster, HeadRule.IDENTITY_SET)
        totals = () if roster is None else denominators(roster)
        return report(sheet, filename, examination, compared, totals)

    def import_sheet(
        self,
        sheet: bytes,
        filename: str,
        community: str,
        *,
        by: str,
        provenance: Provenance = UNKNOWN_PROVENANCE,
        stated: Stated = NOTHING,
        another_community: bool = False,
        mandates_lapse: bool = False,
        titles_lapse: bool = False,
    ) -> tuple[RosterSummary, Reconciliation]:
        """Import a spreadsheet as a new version; with any problem nothing is imported.

        Parameters
        ----------
        stated
            What is to stand in every row of columns that the sheet does not have.
        another_community
            Whether this is a complex of its own, however much its name is like a known one.
        mandates_lapse
            Whether named voters, representatives and states of the version before are to lapse
            where the sheet has no column for them.
        titles_lapse
            The same of title numbers.

        Raises
        ------
        RosterUnreadable
            Lists every problem with row and column.
        CommunityInDoubt
        MandatesWouldLapse, TitlesWouldLapse
            Lists what, unit by unit.
        """
        day = self._today()
        roster, findings, columns = _examined(sheet, filename, stated, day)
        reconciliation = reconcile(roster)
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
            mandates = mandates_of(roster, numbers, day)
            if before is not None and earlier is not None:
                silent = keeping.unsaid(columns)
                lost = keeping.lapsing((before, earlier), (document, mandates), silent)
                findings += _lapsed(lost, agreed=mandates_lapse)
            if newest is not None and before is not None and TITLE not in columns:
                base = Of(newest.roster_id, before)
                findings += self.titles.lapse(session, base, roster, agreed=titles_lapse)
            row = self._add_version(session, document, sheet, provenance, findings)
            row.stated = _stated({}, stated)
            self.people.keep(session, row.roster_id, roster, numbers, {})
            self.titles.keep(session, Of(row.roster_id, document), roster, numbers, {})
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
        stated: Stated = NOTHING,
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
        stated
            What is to stand in every row of columns that the sheet does not have.

        Raises
        ------
        RosterUnreadable, UnknownRoster, UnknownRosterUnit, NothingAmended, RosterErased
        EvidenceRequired
            Units are removed, and no file shows why.
        TitlesWouldLapse
            A unit has a new owner, and the sheet no column for his title number.
        """
        if sheet is None and not removed:
            raise NothingAmended("没有写明更改或删除哪些房屋")
        if removed and not provenance.evidence:
            raise EvidenceRequired(
                "删除房屋须附依据文件，如注销登记的查询结果、合并房屋的测绘报告；请上传后再提交"
            )
        day = self._today()
        roster, findings, columns = (
            (Roster(()), [], ()) if sheet is None else _examined(sheet, filename, stated, day)
        )
        with self._database.write() as session:
            self._database.queue(session, _ADDING)
            base = require_version(session, roster_id)
            first = RosterDocument.from_bytes(base.document)
            unknown = sorted(removed - first.unit_code.keys())
            if unknown:
                raise UnknownRosterUnit(f"这一版清册中没有房屋 {'、'.join(unknown)}")
            newest = store.newest(session, base.community) or base
            numbers = self._numbers(session, roster, base, base.community)
            document = amended(first, roster, removed, numbers, newest.version + 1, columns)
            old = Of(base.roster_id, first)
            if TITLE in columns:
                findings += self.titles.left_blank(session, old, roster)
            source = provenance.evidence if sheet is None else sheet
            row = self._add_version(session, document, source, provenance, findings)
            # Of units that only go there is no sheet of which anything could be stated.
            row.stated = _stated(stated_of(base), NOTHING if sheet is None else stated)
            row.corrects = base.corrects if base.frozen_at is None else base.roster_id
            said = {unit.unit_key for unit in roster}
            earlier = self.mandates.of(session, base.roster_id, by=by)
            kept = {key: people for key, people in earlier.items() if key not in said | removed}
            own = keeping.kept(
                (first, earlier),
                (document, mandates_of(roster, numbers, day)),
                said,
                keeping.unsaid(columns),
            )
            mandates = kept | own
            fresh = {numbers[person.identity] for unit in roster for person in unit.people}
            phones = (
                {}
                if PHONE in columns
                else self.people.phones(session, base.roster_id, fresh, by=by)
            )
            if (
                (document.units, mandates) == (first.units, dict(earlier))
                and (TITLE not in columns or self.titles.knows(session, old, roster, numbers))
                and self.people.knows(session, base.roster_id, roster, numbers, phones, by=by)
            ):
                raise NothingAmended("表中的房屋与这一版清册完全相同，没有可更改的；请核对后再提交")
            acting = {each.owner for people in mandates.values() for each in people}
            self.people.carry(
                session, base.roster_id, row.roster_id, document, acting, fresh, by=by
            )
            self.people.keep(session, row.roster_id, roster, numbers, phones)
            self.mandates.keep(session, row.roster_id, mandates)
            beside = {key: [each.owner for each in people] for key, people in own.items()}
            new = Of(row.roster_id, document)
            self.titles.carry(session, old, new, said)
            self.titles.keep(session, new, roster, numbers, beside)
            if TITLE not in columns:
                self.titles.carry_unsaid(session, old, new, roster, numbers, beside)
            self._enter(session, "amend-roster", row, (first, document), (earlier, mandates), by)
        return summary_of(row, document)

    def _today(self) -> date:
        """Day of the import: by it a sheet's ages are judged, in every finding of it alike."""
        return self._now().astimezone(BEIJING).date()

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
        findings: Sequence[Problem],
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
            stated=None,
            erased_at=None,
            findings=canonical.encode([dict(finding.document()) for finding in findings]),
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


def _stated(before: Mapping[str, Sequence[str]], stated: Stated) -> bytes | None:
    said = together(before, stated)
    if not said:
        return None
    return canonical.encode({column: list(values) for column, values in said.items()})


def _examined(
    sheet: bytes, filename: str, stated: Stated, day: date
) -> tuple[Roster, list[Problem], tuple[str, ...]]:
    """Read a sheet: what is doubtful in it but keeps nothing out, and of what it speaks."""
    examination = examine(sheet, filename, on=day, stated=stated)
    roster = examination.require()
    columns = () if examination.table is None else examination.table.columns
    return roster, list(examination.findings), columns


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
