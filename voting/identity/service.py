"""Use cases of identity: ask for a challenge, enrol a device key, find whose key it is."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from voting.identity import enrolment, store
from voting.identity.entries import key_entry, key_statement, revocation_entry
from voting.identity.model import Claim, EnrolledKey, Holding, holdings
from voting.identity.refusals import (
    ChallengeInvalid,
    IdentityNotProved,
    KeyInUse,
    UnknownKey,
)
from voting.infra.database import Database
from voting.infra.throttle import Throttle
from voting.kernel import dsse
from voting.kernel.clock import Clock
from voting.kernel.commitment import commit
from voting.kernel.suites import VerifyingKey, load_key
from voting.ledger.service import Ledger
from voting.roster import store as roster_store
from voting.roster.service import Rosters
from voting.roster.vault import Vault

CHALLENGE_LIFE = timedelta(minutes=10)
_FAILURES, _MINUTES = 5, 15
# A whole building may share one address; only failures are counted.
_ADDRESS_FAILURES = 50


class Identities:
    """Owners and their device keys."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        vault: Vault,
        throttle: Throttle,
        now: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._vault = vault
        self._throttle = throttle
        self._now = now

    def challenge(self, roster_id: str) -> tuple[str, datetime]:
        """Draw a challenge for a new key to sign; it is good once and for ten minutes.

        Raises
        ------
        UnknownRoster, RosterNotFrozen
        """
        self._rosters.frozen(roster_id)
        challenge, expires_at = secrets.token_urlsafe(24), self._now() + CHALLENGE_LIFE
        with self._database.write() as session:
            store.forget_expired(session, at=self._now())
            session.add(
                store.ChallengeRow(challenge=challenge, roster_id=roster_id, expires_at=expires_at)
            )
        return challenge, expires_at

    def enrol(
        self, roster_id: str, claim: Claim, possession: dsse.Envelope, *, address: str
    ) -> tuple[str, tuple[Holding, ...]]:
        """Bind a device key to the owner who proves himself; his earlier key ends here.

        Returns
        -------
        key_id, holdings
            Every unit the roster credits him with, so that he can see what his ballot covers.

        Raises
        ------
        UnreadableClaim, IdentityNotProved, ChallengeInvalid, PossessionNotProved, KeyInUse,
        WeakKey, TooManyAttempts
        """
        document = self._rosters.frozen(roster_id)
        claim = claim.spelled()
        identity = self._vault.index("identity", f"{claim.id_type}:{claim.id_number}")
        self._throttle.require("enrol-identity", identity.hex(), _FAILURES, _MINUTES)
        self._throttle.require("enrol-address", address, _ADDRESS_FAILURES, _MINUTES)
        key, challenge = enrolment.verify(possession, document.digest)
        with self._database.write() as session:
            fresh = store.take_challenge(session, challenge, roster_id, at=self._now())
            owner_code = roster_store.prove_title(
                session,
                roster_id,
                identity=identity,
                name=self._vault.index("name", claim.name),
                title=self._vault.index("title", claim.title_no),
            )
            # After a lost answer the same comes again: its challenge is used, its key enrolled.
            if not fresh and not self._is_bound(session, roster_id, owner_code, key):
                raise ChallengeInvalid("登记口令已失效，请重新开始")
            if owner_code is not None:
                self._bind(session, roster_id, owner_code, key, document.digest)
        if owner_code is None:
            self._throttle.failed("enrol-identity", identity.hex(), _FAILURES, _MINUTES)
            self._throttle.failed("enrol-address", address, _ADDRESS_FAILURES, _MINUTES)
            raise IdentityNotProved(
                "姓名、证件号码与产权证号不能同时与业主清册对上，请核对后再试；"
                "仍不成功请联系召集人用纸质表决票参与"
            )
        return key.key_id, holdings(document, owner_code)

    def holder(self, session: Session, roster_id: str, key_id: str) -> EnrolledKey:
        """Find the owner behind a key that is enrolled and not revoked.

        Raises
        ------
        UnknownKey
        """
        row = store.key(session, roster_id, key_id)
        if row is None or row.revoked_at is not None:
            raise UnknownKey("这把密钥没有登记，或已被更换")
        return EnrolledKey(load_key(row.spki), row.owner_code)

    def _is_bound(
        self, session: Session, roster_id: str, owner_code: int | None, key: VerifyingKey
    ) -> bool:
        known = store.key(session, roster_id, key.key_id)
        return known is not None and known.owner_code == owner_code and known.revoked_at is None

    def _bind(
        self,
        session: Session,
        roster_id: str,
        owner_code: int,
        key: VerifyingKey,
        roster_digest: str,
    ) -> None:
        if self._is_bound(session, roster_id, owner_code, key):
            return
        if store.key(session, roster_id, key.key_id) is not None:
            raise KeyInUse("这把密钥已经登记过，请换一把新密钥")
        now = self._now()
        earlier = store.valid_key_of(session, roster_id, owner_code)
        if earlier is not None:
            earlier.revoked_at = now
            entry = revocation_entry(earlier.register_position, now)
            earlier.revoked_position = self._log(session, entry)
        opening = commit(key_statement(owner_code, roster_digest, key.spki))
        position = self._log(session, key_entry(opening.commitment, now))
        session.add(
            store.DeviceKeyRow(
                roster_id=roster_id,
                key_id=key.key_id,
                owner_code=owner_code,
                spki=key.spki,
                enrolled_at=now,
                revoked_at=None,
                register_position=position,
                revoked_position=None,
                salt=opening.salt,
            )
        )

    def _log(self, session: Session, entry: bytes) -> int:
        return self._ledger.append(session, self._ledger.origins.register, [entry])[0]
