"""Mobile numbers as keyed digests: to find whether a code may be sent to one."""

from collections.abc import Collection

from sqlalchemy import ForeignKeyConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base
from voting.roster.store.people import OwnerRow


class PhoneRow(Base):
    """A mobile number of an owner, as a keyed digest."""

    __tablename__ = "owner_phones"
    __table_args__ = (
        ForeignKeyConstraint(
            ["roster_id", "owner_code"], ["owners.roster_id", "owners.owner_code"]
        ),
    )

    roster_id: Mapped[str] = mapped_column(primary_key=True)
    owner_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phone_index: Mapped[bytes] = mapped_column(primary_key=True, index=True)


def person_reached_at(
    session: Session, roster_id: str, *, identity: bytes, name: bytes, phone: bytes, shared: int
) -> int | None:
    """Find the person for whom identity, name and one of his mobile numbers agree.

    Parameters
    ----------
    shared
        With so many people under one number it is nobody's proof.
    """
    holders = select(func.count()).where(
        PhoneRow.roster_id == roster_id, PhoneRow.phone_index == phone
    )
    return session.scalar(
        select(OwnerRow.owner_code)
        .join(PhoneRow)
        .where(
            OwnerRow.roster_id == roster_id,
            OwnerRow.identity_index == identity,
            OwnerRow.name_index == name,
            PhoneRow.phone_index == phone,
            holders.scalar_subquery() < shared,
        )
        .limit(1)
    )


def with_other_phones(session: Session, first_id: str, second_id: str) -> set[int]:
    """Find the people who do not have the same mobile numbers in two versions."""
    statement = select(PhoneRow.owner_code, PhoneRow.phone_index)
    first, second = (
        {
            (code, phone)
            for code, phone in session.execute(statement.where(PhoneRow.roster_id == each))
        }
        for each in (first_id, second_id)
    )
    return {code for code, _ in first ^ second}


def forget_phones(
    session: Session, roster_id: str, owner_codes: Collection[int] | None = None
) -> None:
    """Forget the numbers of these people, or of everybody in a version."""
    statement = delete(PhoneRow).where(PhoneRow.roster_id == roster_id)
    if owner_codes is not None:
        statement = statement.where(PhoneRow.owner_code.in_(sorted(owner_codes)))
    session.execute(statement)
