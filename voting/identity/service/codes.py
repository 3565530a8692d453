"""One-time codes: sent to a telephone that the roster has, kept as a keyed digest."""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from voting.identity import store
from voting.identity.model import Claim, spelled_mobile
from voting.identity.refusals import CodesNotOffered
from voting.infra.database import Database
from voting.infra.sender import Sender
from voting.infra.throttle import Throttle
from voting.kernel.clock import Clock
from voting.roster import store as roster_store
from voting.roster.service import Rosters
from voting.roster.vault import Vault

CODE_LIFE = timedelta(minutes=10)
_DIGITS = 6
_GUESSES = 5
_REQUESTS, _MINUTES = 3, 15
# A whole building may share one address.
_ADDRESS_REQUESTS = 60
# The same number under so many owners is an agent's, and proves none of them.
_SHARED_BY = 4
_NOBODY = -1


class Codes:
    """Sends codes and recognises them.

    Parameters
    ----------
    sender
        ``None`` where messages cannot be sent: then nobody is asked for a code.
    afterwards
        Takes what is done after the answer: how long that takes depends on who is on the roster.
    """

    def __init__(
        self,
        database: Database,
        rosters: Rosters,
        vault: Vault,
        throttle: Throttle,
        sender: Sender | None,
        afterwards: Callable[[Callable[[], None]], None],
        now: Clock,
    ) -> None:
        self._database = database
        self._rosters = rosters
        self._vault = vault
        self._throttle = throttle
        self._sender = sender
        self._afterwards = afterwards
        self._now = now

    @property
    def offered(self) -> bool:
        """Whether codes can be sent at all."""
        return self._sender is not None

    def request(self, roster_id: str, claim: Claim, phone: str, *, address: str) -> None:
        """Send a code, if name, identity and number agree with the roster; never say whether.

        Every request counts, whoever it is for.

        Raises
        ------
        CodesNotOffered, UnreadableClaim, TooManyAttempts, UnknownRoster, RosterNotPublished
        """
        sender = self._sender
        if sender is None:
            raise CodesNotOffered("本系统不发送短信验证码，请用产权证号证明身份")
        claim, phone = claim.spelled(), spelled_mobile(phone)
        identity = self._vault.index("identity", f"{claim.id_type}:{claim.id_number}")
        number = self._vault.index("phone", phone)
        limits = (
            ("code-identity", identity.hex(), _REQUESTS),
            ("code-phone", number.hex(), _REQUESTS),
            ("code-address", address, _ADDRESS_REQUESTS),
        )
        for purpose, key, allowed in limits:
            self._throttle.require(purpose, key, allowed, _MINUTES)
        for purpose, key, allowed in limits:
            self._throttle.take(purpose, key, allowed, _MINUTES)
        self._rosters.require_published(roster_id)
        name = self._vault.index("name", claim.name)
        self._afterwards(partial(self._send, sender, roster_id, identity, name, number, phone))

    def right(
        self, session: Session, roster_id: str, owner_code: int | None, code: str
    ) -> store.CodeRow | None:
        """Give the row of a code, if this is the one that the owner was sent.

        The same is asked of the database for somebody who is not on the roster.
        """
        owner = _NOBODY if owner_code is None else owner_code
        row = store.code(session, roster_id, owner, at=self._now())
        digest = self._digest(roster_id, owner, code)
        expected = digest if row is None else row.digest
        same = hmac.compare_digest(digest, expected)
        if row is None or row.wrong_guesses >= _GUESSES:
            return None
        if not same:
            row.wrong_guesses += 1
            return None
        return row

    def _send(
        self,
        sender: Sender,
        roster_id: str,
        identity: bytes,
        name: bytes,
        number: bytes,
        phone: str,
    ) -> None:
        with self._database.write() as session:
            owner_code = roster_store.person_reached_at(
                session, roster_id, identity=identity, name=name, phone=number, shared=_SHARED_BY
            )
            if owner_code is None:
                return
            code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
            store.forget_expired_codes(session, at=self._now())
            session.merge(
                store.CodeRow(
                    roster_id=roster_id,
                    owner_code=owner_code,
                    digest=self._digest(roster_id, owner_code, code),
                    expires_at=self._now() + CODE_LIFE,
                    wrong_guesses=0,
                    enrolled=None,
                )
            )
        sender.send(
            phone,
            f"验证码 {code}，用于在业主大会投票系统证明身份，10 分钟内有效。请勿告诉任何人，"
            "工作人员也不会向您索要。",
        )

    def _digest(self, roster_id: str, owner_code: int, code: str) -> bytes:
        # Keyed: of a bare digest the code is found by trying a million.
        return self._vault.index("one-time-code", f"{roster_id}\0{owner_code}\0{code}")
