"""Use cases of staff accounts: create, sign in, change the password, sign out."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel.canonical import digest
from voting.kernel.clock import Clock
from voting.kernel.ids import new_id
from voting.ledger.service import Ledger
from voting.staff import store, trail
from voting.staff.model import Account, Role
from voting.staff.refusals import (
    NotSignedIn,
    PersonKnown,
    SignInFailed,
    UnknownAccount,
    UsernameTaken,
    WeakPassword,
)

SESSION_LENGTH = timedelta(hours=8)
_MIN_PASSWORD = 10
_FAILURES, _MINUTES = 5, 10
_ACCOUNTS = "staff accounts"
"""That one person has one account in a role is asked of all accounts together."""
_Guesses = tuple[tuple[str, str], ...]
"""What is guessed at, always in this order: purpose and key, as the throttle counts them."""


class Staff:
    """Accounts and sessions of the people who run assemblies."""

    def __init__(self, database: Database, ledger: Ledger, throttle: Throttle, now: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._throttle = throttle
        self._now = now
        self._hasher = PasswordHasher()
        # Checked when the name is unknown, so that an answer takes as long as for a known one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def create(
        self, username: str, name: str, role: Role, *, by: str, identity: bytes | None = None
    ) -> tuple[Account, str]:
        """Create an account; the answer holds its one-time password, shown only here.

        Parameters
        ----------
        identity
            Keyed digest of the identity number of whoever will use it. Without one he can sign
            nothing that takes two people.

        Raises
        ------
        UsernameTaken, PersonKnown
        """
        password = secrets.token_urlsafe(12)
        hashed = self._hasher.hash(password)
        with self._database.write() as session:
            self._database.queue(session, _ACCOUNTS)
            if store.account_by_username(session, username) is not None:
                raise UsernameTaken(f"账号 {username} 已存在，请换一个登录名")
            if identity is not None:
                _require_new(store.accounts_of(session, identity), name, role)
            row = store.AccountRow(
                account_id=new_id(),
                username=username,
                name=name,
                role=role,
                password_hash=hashed,
                must_change_password=True,
                created_at=self._now(),
                identity_index=identity,
            )
            session.add(row)
            trail.record(
                session,
                self._ledger,
                "create-account",
                by=by,
                at=self._now(),
                account=row.account_id,
                role=role,
            )
            return row.account(), password

    def identify(self, username: str, identity: bytes, *, by: str) -> None:
        """Register who uses an account that was created without saying so.

        Raises
        ------
        UnknownAccount
        PersonKnown
            Somebody else already, or the same person in the same role once more.
        """
        with self._database.write() as session:
            self._database.queue(session, _ACCOUNTS)
            row = store.account_by_username(session, username)
            if row is None:
                raise UnknownAccount(f"没有账号 {username}，请核对登录名")
            if row.identity_index == identity:
                return
            if row.identity_index is not None:
                raise PersonKnown("这个账号已登记为另一个人使用；换人请另建账号")
            _require_new(store.accounts_of(session, identity), row.name, Role(row.role))
            row.identity_index = identity
            trail.record(
                session,
                self._ledger,
                "identify-account",
                by=by,
                at=self._now(),
                account=row.account_id,
            )

    def sign_in(self, username: str, password: str, *, address: str) -> tuple[Account, str]:
        """Open a session; the answer holds its token, of which only the digest is kept.

        Raises
        ------
        SignInFailed, TooManyAttempts
        """
        guesses = (("sign-in-name", digest(username.encode())), ("sign-in-address", address))
        self._require(guesses)
        with self._database.read() as session:
            row = store.account_by_username(session, username)
        # Before its turn comes: hashing takes long, and on SQLite no ballot is written meanwhile.
        if not self._matches(self._nobody if row is None else row.password_hash, password):
            row = None
        token = secrets.token_urlsafe(32)
        with self._database.write() as session:
            self._take_turn(session, guesses)
            if row is None:
                self._count(guesses)
                raise SignInFailed("账号或密码不正确，请核对后再试")
            if store.lock_account(session, row.account_id).password_hash != row.password_hash:
                # Changed while this one was compared; the change ends every session of the old.
                raise SignInFailed("账号或密码不正确，请核对后再试")
            store.forget_expired(session, at=self._now())
            session.add(
                store.SessionRow(
                    token_digest=digest(token.encode()),
                    account_id=row.account_id,
                    expires_at=self._now() + SESSION_LENGTH,
                )
            )
        return row.account(), token

    def authenticate(self, token: str | None) -> Account:
        """Find whose session ``token`` opens.

        Raises
        ------
        NotSignedIn
        """
        if token is None:
            raise NotSignedIn("请先登录")
        with self._database.read() as session:
            row = store.account_by_token(session, digest(token.encode()), at=self._now())
        if row is None:
            raise NotSignedIn("登录已过期，请重新登录")
        return row.account()

    def change_password(self, account: Account, old: str, new: str) -> None:
        """Replace the password and end every session of the account.

        Raises
        ------
        SignInFailed, WeakPassword, TooManyAttempts
        """
        if len(new) < _MIN_PASSWORD or new == old:
            raise WeakPassword(f"新密码至少 {_MIN_PASSWORD} 个字符，且不能与旧密码相同")
        guesses = (("old-password", account.account_id),)
        self._require(guesses)
        with self._database.read() as session:
            hashed = store.account_by_id(session, account.account_id).password_hash
        known = self._matches(hashed, old)
        hashed = self._hasher.hash(new)
        with self._database.write() as session:
            self._take_turn(session, guesses)
            if not known:
                self._count(guesses)
                raise SignInFailed("旧密码不正确，请核对后再试")
            row = store.account_by_id(session, account.account_id)
            row.password_hash = hashed
            row.must_change_password = False
            store.end_sessions_of(session, account.account_id)

    def sign_out(self, token: str) -> None:
        """End one session; ending an unknown one is not an error."""
        with self._database.write() as session:
            store.end_session(session, digest(token.encode()))

    def _require(self, guesses: _Guesses) -> None:
        for purpose, key in guesses:
            self._throttle.require(purpose, key, _FAILURES, _MINUTES)

    def _take_turn(self, session: Session, guesses: _Guesses) -> None:
        """Wait for the guesses that came at the same moment, and count those that have failed."""
        for purpose, key in guesses:
            self._database.queue(session, f"{purpose} {key}")
        self._require(guesses)

    def _count(self, guesses: _Guesses) -> None:
        for purpose, key in guesses:
            self._throttle.failed(purpose, key, _FAILURES, _MINUTES)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False


def _require_new(accounts: Iterable[store.AccountRow], name: str, role: Role) -> None:
    """Refuse a second name for one person, and a second account of his in one role.

    Two accounts of one role are two people: that is why two clerks key in each paper ballot.
    """
    for each in accounts:
        if each.name != name:
            raise PersonKnown("这个证件号码已以另一个姓名登记过账号，请核对姓名与证件")
        if each.role == role:
            raise PersonKnown(f"这个人已有同样身份的账号 {each.username}，一人只能有一个")
