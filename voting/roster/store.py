"""All SQL about rosters: the pinned document, and the sealed identities beside it."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint, func, select
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


class OwnerRow(Base):
    """One owner; found by keyed digests, readable only with the key outside the database."""

    __tablename__ = "owners"

    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"), primary_key=True)
    owner_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    identity_index: Mapped[bytes] = mapped_column(index=True)
    name_index: Mapped[bytes]
    sealed: Mapped[bytes]


class TitleRow(Base):
    """A title number, as a keyed digest, and the unit and owner it belongs to."""

    __tablename__ = "titles"
    __table_args__ = (
        ForeignKeyConstraint(
            ["roster_id", "owner_code"], ["owners.roster_id", "owners.owner_code"]
        ),
    )

    roster_id: Mapped[str] = mapped_column(primary_key=True)
    owner_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title_index: Mapped[bytes]


def newest_version(session: Session, community: str) -> int:
    """Give the highest version of this complex's roster, 0 if there is none."""
    highest = select(func.max(RosterRow.version)).where(RosterRow.community == community)
    return session.scalar(highest) or 0


def roster(session: Session, roster_id: str) -> RosterRow | None:
    """Find one roster version."""
    return session.get(RosterRow, roster_id)


def rosters(session: Session) -> list[RosterRow]:
    """List every roster version, newest import first."""
    return list(
        session.scalars(
            select(RosterRow).order_by(RosterRow.imported_at.desc(), RosterRow.roster_id)
        )
    )


def prove_title(
    session: Session, roster_id: str, *, identity: bytes, name: bytes, title: bytes
) -> int | None:
    """Find the owner for whom identity, name and one of his title numbers all agree.

    His row stays locked, so that two phones enrolling at once for him queue.
    """
    return session.scalar(
        select(OwnerRow.owner_code)
        .join(TitleRow)
        .where(
            OwnerRow.roster_id == roster_id,
            OwnerRow.identity_index == identity,
            OwnerRow.name_index == name,
            TitleRow.title_index == title,
        )
        .limit(1)
        .with_for_update(of=OwnerRow)
    )
