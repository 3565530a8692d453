"""Tables of objections and correction acts."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.asking import Question
from voting.infra.orm import Base
from voting.roster.objection import Outcome
from voting.roster.store.secret import HoldsSecret
from voting.roster.store.versions import RosterRow


class ObjectionRow(HoldsSecret, Base):
    """An objection to a published roster: its words and the answer's sealed."""

    __tablename__ = "roster_objections"

    objection_id: Mapped[str] = mapped_column(primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"))
    unit_key: Mapped[str]
    concern: Mapped[str]
    owner_code: Mapped[int | None]
    entered_by: Mapped[str | None]
    filed_at: Mapped[datetime]
    register_position: Mapped[int]
    commitment: Mapped[str]
    outcome: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    @property
    def context(self) -> bytes:
        """The place that the sealed words are bound to."""
        return f"objection/{self.objection_id}".encode()


class CorrectionRow(Base):
    """A correction of a frozen roster, proposed by the convener; in force once confirmed."""

    __tablename__ = "roster_corrections"

    version_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"), primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"))
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    register_position: Mapped[int | None]
    document: Mapped[bytes]


def objection(session: Session, objection_id: str) -> ObjectionRow | None:
    """Find one objection, locked until the commit."""
    return session.scalar(
        select(ObjectionRow).where(ObjectionRow.objection_id == objection_id).with_for_update()
    )


def objections(
    session: Session, roster_id: str, owner_code: int | None = None
) -> list[ObjectionRow]:
    """List the objections to a version in the order of filing; those of one owner, if named."""
    statement = (
        select(ObjectionRow)
        .where(ObjectionRow.roster_id == roster_id)
        .order_by(ObjectionRow.register_position)
    )
    if owner_code is not None:
        statement = statement.where(ObjectionRow.owner_code == owner_code)
    return list(session.scalars(statement))


def open_objections(session: Session, community: str) -> int:
    """Count the unsettled objections to all versions of a complex."""
    return _count_objections(
        session, RosterRow.community == community, ObjectionRow.outcome.is_(None)
    )


def unanswered(session: Session, roster_id: str) -> list[ObjectionRow]:
    """List the unsettled objections to a version, locked, in the order of filing."""
    return list(
        session.scalars(
            select(ObjectionRow)
            .where(ObjectionRow.roster_id == roster_id, ObjectionRow.outcome.is_(None))
            .order_by(ObjectionRow.register_position)
            .with_for_update()
        )
    )


def accepted_objections(session: Session, community: str, version: int) -> int:
    """Count the objections that were right, to this version of a complex and to later ones."""
    return _count_objections(
        session,
        RosterRow.community == community,
        RosterRow.version >= version,
        ObjectionRow.outcome == Outcome.ACCEPTED.value,
    )


def _count_objections(session: Session, *which: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(ObjectionRow).join(RosterRow).where(*which)
    return session.scalar(statement) or 0


def correction(session: Session, version_id: str) -> CorrectionRow | None:
    """Find the correction by which this version would take effect."""
    return session.get(CorrectionRow, version_id)


def unconfirmed(session: Session, roster_id: str) -> list[CorrectionRow]:
    """List the corrections of or by a version that only one has signed, locked."""
    return list(
        session.scalars(
            select(CorrectionRow)
            .where(
                or_(CorrectionRow.roster_id == roster_id, CorrectionRow.version_id == roster_id),
                CorrectionRow.confirmed_at.is_(None),
            )
            .order_by(CorrectionRow.version_id)
            .with_for_update()
        )
    )


_CORRECTIONS = (
    select(CorrectionRow)
    .where(
        CorrectionRow.roster_id == bindparam("roster_id"), CorrectionRow.confirmed_at.is_not(None)
    )
    .order_by(CorrectionRow.register_position)
)


_VERSIONS = (
    select(CorrectionRow.version_id)
    .where(
        CorrectionRow.roster_id == bindparam("roster_id"), CorrectionRow.confirmed_at.is_not(None)
    )
    .order_by(CorrectionRow.register_position)
)


def corrected_by(roster_id: str) -> Question:
    """Ask which versions corrected a frozen roster and are in force, oldest first."""
    return Question(_VERSIONS, {"roster_id": roster_id})


def corrections(session: Session, roster_id: str) -> list[CorrectionRow]:
    """List the corrections of a frozen roster that are in force, oldest first."""
    return list(session.scalars(_CORRECTIONS, {"roster_id": roster_id}))
