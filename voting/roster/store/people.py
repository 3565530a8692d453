"""Tables of owners and titles: sealed, and found only by keyed digests."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, ForeignKeyConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base
from voting.roster.store.secret import HoldsSecret
from voting.roster.store.versions import RosterRow

_NOBODY = -1


class OwnerRow(HoldsSecret, Base):
    """One owner; found by keyed digests, readable only with the key outside the database."""

    __tablename__ = "owners"

    roster_id: Mapped[str] = mapped_column(ForeignKey("rosters.roster_id"), primary_key=True)
    owner_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    identity_index: Mapped[bytes] = mapped_column(index=True)
    name_index: Mapped[bytes]

    @property
    def context(self) -> bytes:
        """The place that the sealed identity is bound to."""
        return f"{self.roster_id}/{self.owner_code}".encode()


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


def next_owner_code(session: Session, community: str) -> int:
    """Give the first number that no owner in any version of this complex's roster had."""
    highest = session.scalar(
        select(func.max(OwnerRow.owner_code))
        .join(RosterRow)
        .where(RosterRow.community == community)
    )
    return 0 if highest is None else highest + 1


def person(session: Session, roster_id: str, *, identity: bytes, name: bytes) -> int | None:
    """Find the person for whom identity and name agree.

    His row stays locked, so that two phones enrolling at once for him queue.
    """
    return session.scalar(
        select(OwnerRow.owner_code)
        .where(
            OwnerRow.roster_id == roster_id,
            OwnerRow.identity_index == identity,
            OwnerRow.name_index == name,
        )
        .limit(1)
        .with_for_update()
    )


def numbers_of(session: Session, roster_id: str, identity: bytes) -> set[int]:
    """Find the numbers under which the bearer of an identity number stands, whatever his name."""
    return set(
        session.scalars(
            select(OwnerRow.owner_code).where(
                OwnerRow.roster_id == roster_id, OwnerRow.identity_index == identity
            )
        )
    )


def holds_title(session: Session, roster_id: str, owner_code: int | None, title: bytes) -> bool:
    """Whether this is a title number of one of his units; nobody has none."""
    found = session.scalar(
        select(TitleRow.unit_code)
        .where(
            TitleRow.roster_id == roster_id,
            TitleRow.owner_code == (_NOBODY if owner_code is None else owner_code),
            TitleRow.title_index == title,
        )
        .limit(1)
    )
    return found is not None


def owners(
    session: Session, roster_id: str, codes: Collection[int] | None = None
) -> list[OwnerRow]:
    """List the owners of a version by number, or only these few of them."""
    statement = (
        select(OwnerRow).where(OwnerRow.roster_id == roster_id).order_by(OwnerRow.owner_code)
    )
    if codes is not None:
        statement = statement.where(OwnerRow.owner_code.in_(sorted(codes)))
    return list(session.scalars(statement))


def titles(session: Session, roster_id: str) -> list[TitleRow]:
    """List the titles of a version by unit and owner."""
    return list(
        session.scalars(
            select(TitleRow)
            .where(TitleRow.roster_id == roster_id)
            .order_by(TitleRow.unit_code, TitleRow.owner_code)
        )
    )


def forget_titles(session: Session, roster_id: str, unit_codes: Collection[int]) -> None:
    """Let nobody prove himself by the titles of these units any more."""
    session.execute(
        delete(TitleRow).where(
            TitleRow.roster_id == roster_id, TitleRow.unit_code.in_(sorted(unit_codes))
        )
    )
