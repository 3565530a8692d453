"""All SQL about assemblies."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, and_, bindparam, not_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.assembly.model import State
from voting.infra.asking import Question, ask
from voting.infra.orm import Base


class AssemblyRow(Base):
    """An assembly: a draft agenda until the notice, the pinned notice from then on."""

    __tablename__ = "assemblies"

    assembly_id: Mapped[str] = mapped_column(primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"))
    state: Mapped[str]
    title: Mapped[str]
    community: Mapped[str]
    agenda: Mapped[bytes]
    notice: Mapped[bytes | None]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    manifest_position: Mapped[int | None]
    opened_position: Mapped[int | None]
    closed_position: Mapped[int | None]


class VotersRow(Base):
    """Who may vote for which unit from one entry of an assembly's log on; the entry commits to it.

    Numbers of people and keys of units, neither names nor reasons.
    """

    __tablename__ = "assembly_voters"

    assembly_id: Mapped[str] = mapped_column(ForeignKey("assemblies.assembly_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    document: Mapped[bytes]


def assembly(session: Session, assembly_id: str) -> AssemblyRow | None:
    """Find one assembly."""
    return session.get(AssemblyRow, assembly_id)


_LOCK = (
    select(AssemblyRow).where(AssemblyRow.assembly_id == bindparam("assembly_id")).with_for_update()
)


def lock(session: Session, assembly_id: str) -> AssemblyRow | None:
    """Find one assembly and keep everybody else from changing it until the commit.

    Every write to an assembly takes this lock first, so writers queue and never deadlock.
    """
    return session.scalar(_LOCK, {"assembly_id": assembly_id})


class Published(NamedTuple):
    """What is read of an assembly with every batch of ballots; of a draft, no notice."""

    assembly_id: str
    roster_id: str
    state: str
    community: str
    notice: bytes | None
    published_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None


_LOCK_PUBLISHED = (
    select(*(AssemblyRow.__table__.c[name] for name in Published._fields))
    .where(AssemblyRow.assembly_id == bindparam("assembly_id"))
    .with_for_update()
)


def locking(assembly_id: str) -> Question:
    """Ask for an assembly and lock it, like :func:`lock`."""
    return Question(_LOCK_PUBLISHED, {"assembly_id": assembly_id})


def lock_published(session: Session, assembly_id: str) -> Published | None:
    """Answer :func:`locking`: what is read cannot be written to."""
    rows = ask(session, locking(assembly_id))
    return Published(*rows[0]) if rows else None


def assemblies(session: Session) -> list[AssemblyRow]:
    """List assemblies that have a published notice, newest first."""
    return list(
        session.scalars(
            select(AssemblyRow)
            .where(AssemblyRow.state != State.DRAFT)
            .order_by(AssemblyRow.published_at.desc(), AssemblyRow.assembly_id)
        )
    )


def lock_running(session: Session, roster_id: str) -> list[AssemblyRow]:
    """Find the assemblies between notice and close on a roster, each locked, by id."""
    running = (State.NOTICED, State.OPEN)
    return list(
        session.scalars(
            select(AssemblyRow)
            .where(AssemblyRow.roster_id == roster_id, AssemblyRow.state.in_(running))
            .order_by(AssemblyRow.assembly_id)
            .with_for_update()
        )
    )


def running(session: Session, roster_id: str) -> list[AssemblyRow]:
    """Find the assemblies between notice and close on a roster, by id."""
    states = (State.NOTICED, State.OPEN)
    return list(
        session.scalars(
            select(AssemblyRow)
            .where(AssemblyRow.roster_id == roster_id, AssemblyRow.state.in_(states))
            .order_by(AssemblyRow.assembly_id)
        )
    )


_VOTERS_POSITIONS = (
    select(VotersRow.position)
    .where(VotersRow.assembly_id == bindparam("assembly_id"))
    .order_by(VotersRow.position)
)


def positions_of_voters(assembly_id: str) -> Question:
    """Ask from which log positions on others may vote."""
    return Question(_VOTERS_POSITIONS, {"assembly_id": assembly_id})


def voters_positions(session: Session, assembly_id: str) -> list[int]:
    """List the log positions from which on others may vote, in order."""
    return [position for (position,) in ask(session, positions_of_voters(assembly_id))]


def voters(session: Session, assembly_id: str) -> list[VotersRow]:
    """List who might vote, in the order of the log; without any row every owner might."""
    return list(
        session.scalars(
            select(VotersRow)
            .where(VotersRow.assembly_id == assembly_id)
            .order_by(VotersRow.position)
        )
    )


def erase_voters(session: Session, assembly_ids: Collection[str]) -> None:
    """Forget who might vote for whom."""
    session.execute(
        update(VotersRow)
        .where(VotersRow.assembly_id.in_(sorted(assembly_ids)))
        .values(salt=b"", document=b"")
    )


def ids_on(session: Session, roster_ids: Collection[str]) -> list[str]:
    """Name the assemblies on these rosters."""
    return list(
        session.scalars(
            select(AssemblyRow.assembly_id)
            .where(AssemblyRow.roster_id.in_(sorted(roster_ids)))
            .order_by(AssemblyRow.assembly_id)
        )
    )


def drafts_on(session: Session, roster_ids: Collection[str]) -> list[str]:
    """Name the assemblies on these rosters that were never published."""
    return list(
        session.scalars(
            select(AssemblyRow.assembly_id)
            .where(AssemblyRow.roster_id.in_(sorted(roster_ids)), AssemblyRow.state == State.DRAFT)
            .order_by(AssemblyRow.assembly_id)
        )
    )


def rosters_in_use(session: Session, *, since: datetime) -> set[str]:
    """Name the rosters of assemblies that have not ended, or ended since this moment.

    A draft ends with nothing: it counts from the day it was made.
    """
    drafted = AssemblyRow.state == State.DRAFT
    ended = AssemblyRow.state == State.CERTIFIED
    return set(
        session.scalars(
            select(AssemblyRow.roster_id).where(
                or_(
                    and_(drafted, AssemblyRow.created_at >= since),
                    and_(
                        not_(drafted),
                        or_(
                            not_(ended),
                            AssemblyRow.closed_at.is_(None),
                            AssemblyRow.closed_at >= since,
                        ),
                    ),
                )
            )
        )
    )
