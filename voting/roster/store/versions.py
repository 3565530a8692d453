"""Tables of roster versions: the pinned document and how far it is."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base


class RosterRow(Base):
    """One version of a complex's roster."""

    __tablename__ = "rosters"
    __table_args__ = (UniqueConstraint("community", "version"),)

    roster_id: Mapped[str] = mapped_column(primary_key=True)
    community: Mapped[str]
    version: Mapped[int]
    document: Mapped[bytes]
    digest: Mapped[str]
    source_digest: Mapped[str]
    imported_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    register_position: Mapped[int | None]
    previous_digest: Mapped[str | None]
    supplied_by: Mapped[str]
    basis: Mapped[str]
    published_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    freeze_proposed_by: Mapped[str | None]
    corrects: Mapped[str | None]
    erased_at: Mapped[datetime | None]
    findings: Mapped[bytes | None]
    entered_position: Mapped[int | None]
    evidence_digest: Mapped[str | None]
    stated: Mapped[bytes | None]


def newest(session: Session, community: str) -> RosterRow | None:
    """Find the latest version of this complex's roster."""
    return session.scalar(
        select(RosterRow)
        .where(RosterRow.community == community)
        .order_by(RosterRow.version.desc())
        .limit(1)
    )


def communities(session: Session) -> list[str]:
    """List the names of all complexes."""
    return list(
        session.scalars(
            select(RosterRow.community).where(RosterRow.version == 1).order_by(RosterRow.community)
        )
    )


def newer_is_frozen(session: Session, community: str, version: int) -> bool:
    """Whether a later version of this complex's roster is frozen."""
    return (
        session.scalar(
            select(RosterRow.version)
            .where(
                RosterRow.community == community,
                RosterRow.version > version,
                RosterRow.frozen_at.is_not(None),
            )
            .limit(1)
        )
        is not None
    )


def roster(session: Session, roster_id: str) -> RosterRow | None:
    """Find one roster version."""
    return session.get(RosterRow, roster_id)


def lock(session: Session, roster_id: str) -> RosterRow | None:
    """Find one roster version and keep everybody else from changing it until the commit."""
    return session.scalar(
        select(RosterRow).where(RosterRow.roster_id == roster_id).with_for_update()
    )


def by_digest(session: Session, community: str, digest: str) -> RosterRow | None:
    """Find the version of a complex that has this digest."""
    return session.scalar(
        select(RosterRow).where(RosterRow.community == community, RosterRow.digest == digest)
    )


def rosters(session: Session) -> list[RosterRow]:
    """List every roster version, newest import first."""
    return list(
        session.scalars(
            select(RosterRow).order_by(RosterRow.imported_at.desc(), RosterRow.roster_id)
        )
    )
