"""All SQL about staff accounts and sessions."""

from collections.abc import Collection
from datetime import datetime
from itertools import combinations

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from voting.infra.orm import Base
from voting.staff.model import Account, Role


class AccountRow(Base):
    """An account; the password only as an argon2id hash, the person's number as a keyed digest.

    Accounts from before numbers were asked for have none.
    """

    __tablename__ = "staff_accounts"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool]
    created_at: Mapped[datetime]
    identity_index: Mapped[bytes | None]

    def account(self) -> Account:
        """Give the account without its secret."""
        return Account(
            self.account_id, self.username, self.name, Role(self.role), self.must_change_password
        )


class SessionRow(Base):
    """A signed-in session; the token only as its SHA-256."""

    __tablename__ = "staff_sessions"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("staff_accounts.account_id"))
    expires_at: Mapped[datetime]


def account_by_username(session: Session, username: str) -> AccountRow | None:
    """Find an account by the name its owner signs in with."""
    return session.scalar(select(AccountRow).where(AccountRow.username == username))


def account_by_id(session: Session, account_id: str) -> AccountRow:
    """Load an account that is known to exist."""
    return session.get_one(AccountRow, account_id)


def lock_account(session: Session, account_id: str) -> AccountRow:
    """Load an account that is known to exist, and let nobody else change it until the commit."""
    return session.get_one(AccountRow, account_id, with_for_update=True)


def names(session: Session, account_ids: Collection[str]) -> dict[str, str]:
    """Name the people behind accounts that are known to exist."""
    return {each: account_by_id(session, each).name for each in account_ids}


def identities(session: Session, account_ids: Collection[str]) -> dict[str, bytes | None]:
    """Tell the people behind accounts that are known to exist apart, whatever their names."""
    return {each: account_by_id(session, each).identity_index for each in account_ids}


def are_one_person(session: Session, *account_ids: str) -> bool:
    """Whether two accounts are of one person, by the identity number; by the name if one has none.

    Two people may share a name, and whose number is known is told apart by it.
    """
    statement = select(AccountRow.identity_index, AccountRow.name).where(
        AccountRow.account_id.in_(account_ids)
    )
    people = [
        (identity, "".join(name.split()).casefold())
        for identity, name in session.execute(statement)
    ]
    return any(
        name == another if None in (identity, other) else identity == other
        for (identity, name), (other, another) in combinations(people, 2)
    )


def accounts_of(session: Session, identity: bytes) -> list[AccountRow]:
    """List the accounts of one person by name."""
    return list(
        session.scalars(
            select(AccountRow)
            .where(AccountRow.identity_index == identity)
            .order_by(AccountRow.username)
        )
    )


def account_by_token(session: Session, token_digest: str, *, at: datetime) -> AccountRow | None:
    """Find whose unexpired session this is."""
    return session.scalar(
        select(AccountRow)
        .join(SessionRow)
        .where(SessionRow.token_digest == token_digest, SessionRow.expires_at > at)
    )


def end_session(session: Session, token_digest: str) -> None:
    """Forget one session."""
    session.execute(delete(SessionRow).where(SessionRow.token_digest == token_digest))


def end_sessions_of(session: Session, account_id: str) -> None:
    """Forget every session of an account."""
    session.execute(delete(SessionRow).where(SessionRow.account_id == account_id))


def forget_expired(session: Session, *, at: datetime) -> None:
    """Remove sessions that have ended."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= at))
