"""Versions of rosters as they are read: what stands in one, what differs, who may vote."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.correction import SignedCorrection
from voting.roster.difference import RosterDifference
from voting.roster.document import RosterDocument
from voting.roster.entitled import with_voters
from voting.roster.mandate import Standing, voters_on
from voting.roster.mandate_changes import MandateChange, mandate_changes
from voting.roster.service.corrections import Corrections
from voting.roster.service.custody import Custody, Identity
from voting.roster.service.freezing import stated_of, summary_of
from voting.roster.service.mandates import MandateBook
from voting.roster.service.origins import Origins
from voting.roster.service.people import People
from voting.roster.service.titles import Titles
from voting.roster.service.version_row import predecessor, require_version
from voting.roster.vault import Vault
from voting.roster.version import (
    RosterNotFrozen,
    RosterNotPublished,
    RosterSummary,
    UnknownRosterUnit,
)

_DOCUMENTS_KEPT = 16


class Versions:
    """Roster versions. Frozen ones never change, so they are kept in memory once read.

    ``corrections``, ``mandates``, ``custody``, ``people``, ``titles`` and ``origins`` are the use
    cases around them.
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
        self.people = People(self.custody)
        self.titles = Titles(self.custody)
        self.mandates = MandateBook(self.custody)
        self.origins = Origins(ledger, self.custody)
        self.corrections = Corrections(database, ledger, self.people, self.mandates, now)

    def identities(
        self, roster_id: str, unit_key: str, days: Collection[date], *, by: str
    ) -> list[tuple[Identity, Standing]]:
        """Show who owns a unit and who acts for it, each with whether he may vote.

        Of a frozen roster as its corrections in force have left it: who has sold is not shown.

        Parameters
        ----------
        days
            Days of decision: whoever may vote on one of them may vote, as for his enrolment.

        Raises
        ------
        UnknownRoster, UnknownRosterUnit, RosterErased
        """
        with self._database.write() as session:
            frozen = require_version(session, roster_id).frozen_at is not None
            opened = self.mandates.in_force if frozen else self.mandates.of
            mandates = opened(session, roster_id, by=by).get(unit_key, ())
            units = self.entitled(session, roster_id) if frozen else self._document(roster_id)
        if unit_key not in units.unit_code:
            raise UnknownRosterUnit(f"这一版清册中没有房屋 {unit_key}")
        code = units.unit_code[unit_key]
        standing = {
            each.owner: Standing.OWNER if any(map(each.may_vote, days)) else each.why_not()
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
            row = require_version(session, roster_id)
        found: list[dict[str, Any]] = [] if row.findings is None else canonical.decode(row.findings)
        return found

    def stated(self, roster_id: str) -> Mapping[str, Sequence[str]]:
        """Give what was stated for columns that the sheets of a version did not have.

        Raises
        ------
        UnknownRoster
        """
        with self._database.read() as session:
            return stated_of(require_version(session, roster_id))

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
            row = require_version(session, roster_id)
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
                row = require_version(session, roster_id)
                before = predecessor(session, row)
            if before is None:
                return None
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
            return self.origins.mandates_changed(session, require_version(session, roster_id))

    def mandate_changes(self, roster_id: str, *, by: str) -> tuple[MandateChange, ...] | None:
        """Compare who may vote in a version with its predecessor, unit by unit.

        The register says who asked. None for a first version, and where the data of one of both
        were erased or their key was lost.

        Raises
        ------
        UnknownRoster
        """
        with self._database.write() as session:
            row = require_version(session, roster_id)
            before = predecessor(session, row)
            if before is None:
                return None
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
                row = require_version(session, roster_id)
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

    def _read_document(self, roster_id: str) -> RosterDocument:
        with self._database.read() as session:
            return RosterDocument.from_bytes(require_version(session, roster_id).document)
