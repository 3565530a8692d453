"""All SQL about challenges, one-time codes, device keys, and what owners have to be told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.asking import Question, ask
from voting.infra.bulk import among
from voting.infra.orm import Base


class ChallengeRow(Base):
    """A question only a fresh signature answers; used once."""

    __tablename__ = "challenges"

    challenge: Mapped[str] = mapped_column(primary_key=True)
    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"))
    expires_at: Mapped[datetime]


class CodeRow(Base):
    """The last code sent to an owner, as a keyed digest, and the one key it has enrolled."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["roster_id", "owner_code"], ["owners.roster_id", "owners.owner_code"]
        ),
    )

    roster_id: Mapped[str] = mapped_column(primary_key=True)
    owner_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
    expires_at: Mapped[datetime]
    wrong_guesses: Mapped[int]
    enrolled: Mapped[str | None]


class DeviceKeyRow(Base):
    """A device key bound to an owner, and its commitment in the register."""

    __tablename__ = "device_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["roster_id", "owner_code"], ["owners.roster_id", "owners.owner_code"]
        ),
    )

    roster_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(primary_key=True)
    owner_code: Mapped[int]
    spki: Mapped[bytes]
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    register_position: Mapped[int]
    revoked_position: Mapped[int | None]
    salt: Mapped[bytes]


class NoticeRow(Base):
    """That an owner has to be told of his key's replacement: nothing of him but his number.

    ``reached`` holds the keyed digests, one after the other, of his numbers that have it already.
    Once all of them have, the row is deleted.
    """

    __tablename__ = "owner_notices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["roster_id", "owner_code"], ["owners.roster_id", "owners.owner_code"]
        ),
    )

    notice_id: Mapped[str] = mapped_column(primary_key=True)
    roster_id: Mapped[str]
    owner_code: Mapped[int]
    happened_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int]
    reached: Mapped[bytes]


def take_challenge(session: Session, challenge: str, roster_id: str, *, at: datetime) -> bool:
    """Use up a challenge, if it is still good; of several takers at a time one succeeds."""
    taken = session.scalar(
        delete(ChallengeRow)
        .where(
            ChallengeRow.challenge == challenge,
            ChallengeRow.roster_id == roster_id,
            ChallengeRow.expires_at > at,
        )
        .returning(ChallengeRow.challenge)
    )
    return taken is not None


def forget_expired(session: Session, *, at: datetime) -> None:
    """Remove challenges nobody answered."""
    session.execute(delete(ChallengeRow).where(ChallengeRow.expires_at <= at))


def code(session: Session, roster_id: str, owner_code: int, *, at: datetime) -> CodeRow | None:
    """Find the code an owner was sent, if it is still good; locked."""
    return session.scalar(
        select(CodeRow)
        .where(
            CodeRow.roster_id == roster_id,
            CodeRow.owner_code == owner_code,
            CodeRow.expires_at > at,
        )
        .with_for_update()
    )


def forget_expired_codes(session: Session, *, at: datetime) -> None:
    """Remove codes that are good for nothing any more."""
    session.execute(delete(CodeRow).where(CodeRow.expires_at <= at))


def key(session: Session, roster_id: str, key_id: str) -> DeviceKeyRow | None:
    """Find a device key, revoked or not."""
    return session.get(DeviceKeyRow, (roster_id, key_id))


_KEYS_NAMED = (
    select(DeviceKeyRow.key_id, DeviceKeyRow.owner_code, DeviceKeyRow.spki, DeviceKeyRow.revoked_at)
    .where(DeviceKeyRow.roster_id == bindparam("roster_id"), among(DeviceKeyRow.key_id, "key_ids"))
    .order_by(DeviceKeyRow.key_id)
)


def keys_named(session: Session, roster_id: str, key_ids: Iterable[str]) -> Sequence[Sequence[Any]]:
    """Read some device keys: id, owner, SPKI, and when it was revoked. Unknown ones are missing."""
    return ask(session, Question(_KEYS_NAMED, {"roster_id": roster_id, "key_ids": key_ids}))


_REVOKED = select(DeviceKeyRow.key_id).where(
    DeviceKeyRow.roster_id == bindparam("roster_id"),
    among(DeviceKeyRow.key_id, "key_ids"),
    DeviceKeyRow.revoked_at.is_not(None),
)


def revoked_among(roster_id: str, key_ids: Sequence[str]) -> Question:
    """Ask which of some device keys are revoked."""
    return Question(_REVOKED, {"roster_id": roster_id, "key_ids": key_ids})


def revoked(session: Session, roster_id: str, key_ids: Sequence[str]) -> set[str]:
    """Find which of some device keys are revoked."""
    return {key_id for (key_id,) in ask(session, revoked_among(roster_id, key_ids))}


def valid_key_of(session: Session, roster_id: str, owner_code: int) -> DeviceKeyRow | None:
    """Find the owner's key that is not revoked."""
    return session.scalar(
        select(DeviceKeyRow).where(
            DeviceKeyRow.roster_id == roster_id,
            DeviceKeyRow.owner_code == owner_code,
            DeviceKeyRow.revoked_at.is_(None),
        )
    )


def keys(session: Session, roster_id: str) -> list[DeviceKeyRow]:
    """List every device key of a roster in the order of enrolment."""
    return list(
        session.scalars(
            select(DeviceKeyRow)
            .where(DeviceKeyRow.roster_id == roster_id)
            .order_by(DeviceKeyRow.register_position)
        )
    )


def due_notice(session: Session, *, at: datetime) -> NoticeRow | None:
    """Find the notice that has waited longest for its turn; locked, and passed over by others."""
    return session.scalar(
        select(NoticeRow)
        .where(NoticeRow.due_at <= at)
        .order_by(NoticeRow.due_at, NoticeRow.notice_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def notice(session: Session, notice_id: str) -> NoticeRow | None:
    """Find a notice that is not done with, locked."""
    return session.get(NoticeRow, notice_id, with_for_update=True)
