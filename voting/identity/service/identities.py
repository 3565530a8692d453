"""Use cases of identity: ask for a challenge, enrol a device key, find whose key it is."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from voting.identity import enrolment, request, store
from voting.identity.entries import key_entry, key_statement, revocation_entry
from voting.identity.model import (
    Claim,
    Enrolled,
    Holding,
    Share,
    UnitVoters,
    Withheld,
    holdings,
    withheld,
)
from voting.identity.provider import IdentityProvider
from voting.identity.refusals import (
    ChallengeInvalid,
    KeyInUse,
    NotTheVoter,
    ProviderNotOffered,
    StrongerProofNeeded,
)
from voting.identity.service.holders import Holders
from voting.identity.service.notices import Notices
from voting.identity.service.proving import Proving, Sought
from voting.infra.database import Database
from voting.kernel import dsse
from voting.kernel.clock import BEIJING, Clock
from voting.kernel.commitment import Opening, commit
from voting.kernel.suites import VerifyingKey, load_key
from voting.ledger.service import Ledger
from voting.roster import objection
from voting.roster.document import RosterDocument
from voting.roster.entitled import with_voters
from voting.roster.mandate import Standing, voters_on
from voting.roster.objection import (
    Complaint,
    Concern,
    ObjectionState,
    UnreadableObjection,
)
from voting.roster.service import Identity, Rosters

CHALLENGE_LIFE = timedelta(minutes=10)
_TO_REPLACE = 2
"""So many different proofs, beside name and number, replace a key."""
SHARE = "my-share"
"""What an enrolled phone asks for to see its owner's units."""
_OWNER = "owner"
"""Who reads his own words, in the trail; the register does not say which owner."""
_SERVICE = "service"
"""Who looks up, for everybody who enrols, who may vote."""


class Identities(Holders):
    """Owners and their device keys.

    Parameters
    ----------
    decision_days
        Days of decision of the votes that run on a roster: whoever may vote in one of them may
        enrol, though he come of age only on that day.
    """

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rosters: Rosters,
        proving: Proving,
        notices: Notices,
        provider: IdentityProvider | None,
        decision_days: Callable[[Session, str], Collection[date]],
        now: Clock,
    ) -> None:
        super().__init__()
        self._database = database
        self._ledger = ledger
        self._rosters = rosters
        self._proving = proving
        self._notices = notices
        self._provider = provider
        self._decision_days = decision_days
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
        self,
        roster_id: str,
        claim: Claim,
        possession: dsse.Envelope,
        *,
        address: str,
        former: dsse.Envelope | None = None,
    ) -> Enrolled:
        """Bind a device key to the voter who proves himself; his earlier key ends here.

        A first key takes one proof beside name and number: a title number, a code, or the word
        of an identity provider. To replace a key takes two, of which the earlier key's signature
        may be one. Ballots that the earlier key has signed stand.

        Parameters
        ----------
        former
            What the new key signs, signed by the earlier key as a replacement.

        Raises
        ------
        UnreadableClaim, IdentityNotProved, NotTheVoter, ChallengeInvalid, PossessionNotProved,
        StrongerProofNeeded, KeyInUse, WeakKey, TooManyAttempts
        """
        sought = self._proving.sought(claim, address)
        roster_digest = self._rosters.frozen(roster_id).digest
        key, challenge = enrolment.verify(possession, roster_digest)
        earlier: store.DeviceKeyRow | None = None
        with self._database.write() as session:
            fresh = store.take_challenge(session, challenge, roster_id, at=self._now())
            owner_code, code = self._find(session, roster_id, sought)
            if code is not None and code.enrolled not in {None, key.key_id}:
                owner_code = None
            # After a lost answer the same comes again: its challenge is used, its key enrolled.
            again = self._is_bound(session, roster_id, owner_code, key)
            if not fresh and not again:
                raise ChallengeInvalid("登记口令已失效，请重新开始")
            held, others = self._votes_of(session, roster_id, owner_code)
            if owner_code is not None and not again and (held or not others):
                earlier = store.valid_key_of(session, roster_id, owner_code)
                self._require_unused(session, roster_id, key)
                if earlier is not None:
                    _require_stronger(sought.proofs, possession, former, earlier)
                    self._notices.key_replaced(session, roster_id, owner_code)
                self._bind(session, roster_id, owner_code, key, roster_digest, earlier)
                if code is not None:
                    code.enrolled = key.key_id
        self._proving.require(owner_code, address)
        if others and not held:
            told = "；".join(f"房屋 {each.unit_key}：{each.reason}" for each in others)
            raise NotTheVoter(f"您不能用手机登记表决。{told}")
        return Enrolled(key.key_id, held, others, replaced=earlier is not None)

    def enrol_vouched(
        self,
        roster_id: str,
        token: str,
        extra: Claim,
        possession: dsse.Envelope,
        *,
        address: str,
        former: dsse.Envelope | None = None,
    ) -> Enrolled:
        """Enrol somebody for whom the identity provider's ID token vouches.

        Parameters
        ----------
        token
            Its nonce is the challenge that the new key has signed.
        extra
            Its title number and code count as further proofs; name and number are the token's.

        Raises
        ------
        ProviderNotOffered, ProviderUnreachable, TokenRefused
            And whatever :meth:`enrol` raises.
        """
        if self._provider is None:
            raise ProviderNotOffered("本系统没有接入身份认证平台，请用产权证号证明身份")
        _, challenge = enrolment.verify(possession, self._rosters.frozen(roster_id).digest)
        person = self._provider.person(token, nonce=challenge, at=self._now())
        claim = replace(person, title_no=extra.title_no, code=extra.code)
        return self.enrol(roster_id, claim, possession, address=address, former=former)

    def share(self, roster_id: str, claim: Claim, *, address: str) -> Share:
        """Show an owner who proves himself what a published or frozen roster credits him with.

        Raises
        ------
        UnknownRoster, RosterNotPublished, UnreadableClaim, IdentityNotProved, TooManyAttempts
        """
        return self._share(roster_id, self._prove(roster_id, claim, address))

    def share_of_key(self, roster_id: str, signed: bytes) -> Share:
        """Show the same to the holder of an enrolled key; ``signed`` is his request.

        Raises
        ------
        UnknownKey, StaleRequest, BadSignature
        """
        with self._database.read() as session:
            holder = partial(self.holder, session, roster_id)
            enrolled = request.verify(signed, SHARE, roster_id, holder, at=self._now())
        return self._share(roster_id, enrolled.owner_code)

    def object(
        self, roster_id: str, claim: Claim, complaint: Complaint, *, address: str
    ) -> tuple[ObjectionState, Opening]:
        """File the objection of an owner who proves himself.

        Raises
        ------
        UnknownRoster, RosterNotPublished, UnreadableClaim, IdentityNotProved, TooManyAttempts,
        ReasonRequired
        """
        owner_code = self._prove(roster_id, claim, address)
        return self._rosters.objections.file(roster_id, complaint, owner_code=owner_code)

    def object_with_key(self, roster_id: str, signed: bytes) -> tuple[ObjectionState, Opening]:
        """File an objection that an enrolled key has signed: a request for correction (C-16).

        The same message again gives the same objection.

        Raises
        ------
        UnknownKey, StaleRequest, BadSignature, UnreadableObjection, ReasonRequired
        """
        envelope = dsse.parse(signed)
        with self._database.read() as session:
            enrolled = self.holder(session, roster_id, envelope.key_id)
        payload = envelope.verify(enrolled.key, objection.PAYLOAD_TYPE)
        complaint, signed_at = objection.parse(payload, roster_id)
        request.require_fresh(signed_at, at=self._now())
        on_roster = complaint.unit in self._rosters.frozen(roster_id).unit_code
        if not on_roster and complaint.concern is not Concern.MISSING:
            raise UnreadableObjection(f"这份业主清册中没有房屋 {complaint.unit}")
        return self._rosters.objections.file(
            roster_id, complaint, owner_code=enrolled.owner_code, signed=payload
        )

    def _votes_of(
        self, session: Session, roster_id: str, person: int | None
    ) -> tuple[tuple[Holding, ...], tuple[Withheld, ...]]:
        """Find what somebody votes for on a frozen roster as it counts, and what others do."""
        if person is None:
            return (), ()
        days = self._days(session, roster_id)
        electors = [self._rosters.electors(session, roster_id, day, by=_SERVICE) for day in days]
        mandates = self._rosters.mandates.in_force(session, roster_id, by=_SERVICE)
        return holdings(person, *electors), withheld(mandates, person, days)

    def beside(
        self, roster_id: str, unit_key: str, *, on: date | None, by: str
    ) -> list[tuple[Identity, Standing]]:
        """Show a clerk who stands beside a unit, and who of them may vote.

        Parameters
        ----------
        on
            Day by which ages are judged; if left out, as at an enrolment.

        Raises
        ------
        UnknownRoster, UnknownRosterUnit, RosterErased
        """
        with self._database.read() as session:
            days = self._days(session, roster_id) if on is None else [on]
        return self._rosters.identities(roster_id, unit_key, days, by=by)

    def _days(self, session: Session, roster_id: str) -> list[date]:
        """Give the days of decision of the votes that run on a roster; today if there is none."""
        return sorted(self._decision_days(session, roster_id)) or [self._today()]

    def _today(self) -> date:
        return self._now().astimezone(BEIJING).date()

    def _share(self, roster_id: str, owner_code: int) -> Share:
        summary, document = self._rosters.published(roster_id)
        with self._database.write() as session:
            if summary.frozen:
                owned = self._rosters.entitled(session, roster_id)
                mandates = self._rosters.mandates.in_force(session, roster_id, by=_SERVICE)
            else:
                owned = document
                mandates = self._rosters.mandates.of(session, roster_id, by=_SERVICE)
            days = self._days(session, roster_id)
            daily = [voters_on(mandates, day, owned.unit_code) for day in days]
            voters = {
                key: tuple(sorted({number for voters in daily for number in voters[key]}))
                for key in daily[0]
            }
            others = withheld(mandates, owner_code, days)
            told = self._voters(session, roster_id, owned, owner_code, voters)
        said = self._rosters.objections.read(roster_id, by=_OWNER, owner_code=owner_code)
        held = holdings(owner_code, owned, with_voters(owned, voters))
        return Share(held, others, told, tuple(said))

    def _voters(
        self,
        session: Session,
        roster_id: str,
        owned: RosterDocument,
        owner_code: int,
        voters: Mapping[str, tuple[int, ...]],
    ) -> tuple[UnitVoters, ...]:
        """Name those who vote for the units of an owner, so that he can object to them."""
        his = [key for key in voters if owner_code in owned.units[owned.unit_code[key]].owners]
        people = {number for key in his for number in voters[key]}
        custody = self._rosters.custody
        names = custody.names(session, roster_id, people, his, by=_OWNER) if people else {}
        return tuple(UnitVoters(key, tuple(names[number] for number in voters[key])) for key in his)

    def person(self, id_type: str, id_number: str) -> bytes:
        """Give the keyed digest by which one person is told from another, whatever his name.

        Raises
        ------
        UnreadableClaim
        """
        return self._proving.person(Claim("", id_type, id_number, "").spelled())

    def _prove(self, roster_id: str, claim: Claim, address: str) -> int:
        # The throttle comes first, and no document is parsed for somebody who proves nothing.
        sought = self._proving.sought(claim, address)
        self._rosters.require_published(roster_id)
        with self._database.write() as session:
            owner_code, _ = self._find(session, roster_id, sought)
        return self._proving.require(owner_code, address)

    def _find(
        self, session: Session, roster_id: str, sought: Sought
    ) -> tuple[int | None, store.CodeRow | None]:
        # One guess after the other: a hundred at once would all be let by before one is counted.
        self._database.queue(session, f"prove {sought.identity.hex()}")
        return self._proving.find(session, roster_id, sought)

    def _is_bound(
        self, session: Session, roster_id: str, owner_code: int | None, key: VerifyingKey
    ) -> bool:
        known = store.key(session, roster_id, key.key_id)
        return known is not None and known.owner_code == owner_code and known.revoked_at is None

    def _require_unused(self, session: Session, roster_id: str, key: VerifyingKey) -> None:
        if store.key(session, roster_id, key.key_id) is not None:
            raise KeyInUse("这把密钥已经登记过，请换一把新密钥")

    def _bind(
        self,
        session: Session,
        roster_id: str,
        owner_code: int,
        key: VerifyingKey,
        roster_digest: str,
        earlier: store.DeviceKeyRow | None,
    ) -> None:
        now = self._now()
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


def _require_stronger(
    proofs: int,
    possession: dsse.Envelope,
    former: dsse.Envelope | None,
    earlier: store.DeviceKeyRow,
) -> None:
    """Let nobody replace a key with what would have enrolled it."""
    if former is not None:
        enrolment.verify_replacement(former, possession, load_key(earlier.spki))
        proofs += 1
    if proofs < _TO_REPLACE:
        raise StrongerProofNeeded(
            "您已登记过签名密钥。更换密钥须有两项证明：产权证号、手机验证码、原来那部手机的签名，"
            "任选两项；做不到的，请联系召集人用纸质表决票参与",
            earlier=earlier.key_id,
        )
