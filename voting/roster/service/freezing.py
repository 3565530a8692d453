"""From a version to the denominator: published for objections, then signed by two people."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.kernel import canonical
from voting.kernel.clock import Clock, beijing_text, timestamp
from voting.ledger.service import Ledger
from voting.roster import store
from voting.roster.document import RosterDocument
from voting.roster.entries import frozen_entry
from voting.roster.objection_period import earliest_end, objection_period
from voting.roster.service.mandates import MandateBook
from voting.roster.service.version_row import lock_version
from voting.roster.signatories import Signatories
from voting.roster.version import (
    FreezeNotProposed,
    NewerRosterFrozen,
    ObjectionAccepted,
    ObjectionPeriodRunning,
    ObjectionPeriodTooShort,
    ObjectionsOpen,
    RosterAlreadyFrozen,
    RosterAlreadyPublished,
    RosterErased,
    RosterNotPublished,
    RosterSummary,
    Supplier,
)
from voting.staff import store as staff_store
from voting.staff import trail


class Freezing:
    """Publication and freeze of roster versions."""

    def __init__(
        self, database: Database, ledger: Ledger, mandates: MandateBook, now: Clock
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._mandates = mandates
        self._now = now

    def publish(self, roster_id: str, until: datetime, *, by: str) -> RosterSummary:
        """Publish unit keys, areas, kinds and totals, so that owners can object.

        Parameters
        ----------
        until
            Before this moment the version cannot be frozen: not before the last of the days
            that owners have to object (BJ art. 32).

        Raises
        ------
        UnknownRoster, RosterAlreadyFrozen, RosterAlreadyPublished, ObjectionPeriodTooShort,
        RosterErased
        """
        with self._database.write() as session:
            row = _require_unfrozen(session, roster_id)
            if row.published_at is not None:
                raise RosterAlreadyPublished("这一版清册已经公示")
            now = self._now()
            earliest = earliest_end(now)
            if until <= now or until < earliest:
                raise ObjectionPeriodTooShort(_too_short(now), earliest=timestamp(earliest))
            row.published_at, row.objections_until = now, until
            self._trail(session, "publish-roster", row, by, until=timestamp(until))
        return summary_of(row, RosterDocument.from_bytes(row.document))

    def propose(self, roster_id: str, *, by: str) -> RosterSummary:
        """Sign, as the convener, that this version shall be the denominator.

        Raises
        ------
        UnknownRoster, RosterAlreadyFrozen, RosterNotPublished, ObjectionPeriodRunning,
        ObjectionsOpen, ObjectionAccepted, NewerRosterFrozen, RosterErased, KeyMissing
        """
        with self._database.write() as session:
            row = self._require_ready(session, roster_id)
            row.freeze_proposed_by = by
            bound = self._mandates.opening(session, roster_id, by=by).commitment
            self._trail(session, "propose-freeze", row, by, mandates=bound)
        return summary_of(row, RosterDocument.from_bytes(row.document))

    def confirm(self, roster_id: str, *, by: str) -> RosterSummary:
        """Confirm, as the supervisor: from here on nothing in this version changes.

        Raises
        ------
        FreezeNotProposed, SameAccount, SignatoryUnidentified, SamePerson, and as :meth:`propose`
        """
        with self._database.write() as session:
            row = self._require_ready(session, roster_id)
            if row.freeze_proposed_by is None:
                raise FreezeNotProposed("请先由召集人签署冻结")
            convener = row.freeze_proposed_by
            both = (convener, by)
            signed = Signatories.of(
                staff_store.names(session, both), staff_store.identities(session, both), *both
            )
            row.frozen_at = self._now()
            entry = frozen_entry(
                roster_id,
                row.digest,
                row.frozen_at,
                signed,
                entered=row.entered_position,
                mandates=self._mandates.opening(session, roster_id, by=by).commitment,
            )
            row.register_position = self._ledger.append(
                session, self._ledger.origins.register, [entry]
            )[0]
        return summary_of(row, RosterDocument.from_bytes(row.document))

    def _require_ready(self, session: Session, roster_id: str) -> store.RosterRow:
        """Refuse to sign before every owner could object and every objection was settled."""
        row = _require_unfrozen(session, roster_id)
        if row.published_at is None or row.objections_until is None:
            raise RosterNotPublished("清册须先公示，接受业主异议，然后才能冻结")
        if store.newer_is_frozen(session, row.community, row.version):
            raise NewerRosterFrozen(
                "这个小区已有更新的一版清册冻结，较早的版本不能再冻结；"
                "如要更改，请在冻结的那一版上修改，公示后冻结新的版本"
            )
        # A list published before the least period was asked for has to hang that long as well.
        ends = max(row.objections_until, earliest_end(row.published_at))
        if self._now() < ends:
            raise ObjectionPeriodRunning(
                f"异议期至 {beijing_text(ends)} 止，此前不能冻结，从此时起可以签署",
                objections_until=timestamp(ends),
            )
        waiting = store.open_objections(session, row.community)
        if waiting:
            raise ObjectionsOpen(
                f"还有 {waiting} 件异议没有答复；请逐件答复，或写明理由作出不再答复的决定",
                open=waiting,
            )
        if store.accepted_objections(session, row.community, row.version):
            raise ObjectionAccepted("有异议经查属实，请按答复修改清册，公示并冻结修改后的版本")
        return row

    def _trail(
        self, session: Session, act: str, row: store.RosterRow, by: str, **facts: str
    ) -> None:
        trail.record(
            session,
            self._ledger,
            act,
            by=by,
            at=self._now(),
            digest=row.digest,
            roster=row.roster_id,
            **facts,
        )


def _too_short(now: datetime) -> str:
    period = objection_period(now)
    if period is None:
        return "异议期的截止时间须晚于现在"
    return (
        f"清册须公示 {period.days} 日接受异议（{period.source}），公示当日不计："
        f"今天公示，异议期最早于 {beijing_text(earliest_end(now))} 截止，此后才可冻结"
    )


def summary_of(row: store.RosterRow, document: RosterDocument) -> RosterSummary:
    """Put a version into figures."""
    return RosterSummary(
        row.roster_id,
        row.community,
        row.version,
        row.digest,
        row.previous_digest,
        row.source_digest,
        row.evidence_digest,
        Supplier(row.supplied_by),
        row.basis,
        len(document.units),
        document.heads,
        document.area_cm2,
        row.imported_at,
        row.published_at,
        row.objections_until,
        row.freeze_proposed_by is not None,
        row.frozen_at is not None,
        row.corrects,
        stated_of(row),
    )


def stated_of(row: store.RosterRow) -> dict[str, list[str]]:
    """Read what was stated for columns that the sheets of a version did not have."""
    stated: dict[str, list[str]] = {} if row.stated is None else canonical.decode(row.stated)
    return stated


def _require_unfrozen(session: Session, roster_id: str) -> store.RosterRow:
    row = lock_version(session, roster_id)
    if row.frozen_at is not None:
        raise RosterAlreadyFrozen("这份业主清册已经冻结")
    if row.erased_at is not None:
        raise RosterErased("这一版清册的个人信息已在保存期满后删除，请重新导入")
    return row
