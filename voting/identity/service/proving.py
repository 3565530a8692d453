"""An owner proves who he is: all that he says must agree with the roster, or nothing does."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from voting.identity import store
from voting.identity.model import Claim
from voting.identity.refusals import IdentityNotProved
from voting.identity.service.codes import Codes
from voting.infra.throttle import Throttle
from voting.roster import store as roster_store
from voting.roster.vault import Vault

_FAILURES, _MINUTES = 5, 15
# A whole building may share one address; only failures are counted.
_ADDRESS_FAILURES = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """A claim as keyed digests; the code as it was typed. ``None`` for what was not given."""

    identity: bytes
    name: bytes
    title: bytes | None
    code: str | None
    vouched: bool

    @property
    def proofs(self) -> int:
        """How many different proofs are given beside name and number."""
        return sum((self.title is not None, self.code is not None, self.vouched))


class Proving:
    """Compares claims with the roster, and makes wrong ones cost time."""

    def __init__(self, vault: Vault, throttle: Throttle, codes: Codes) -> None:
        self._vault = vault
        self._throttle = throttle
        self._codes = codes

    def person(self, claim: Claim) -> bytes:
        """Give the keyed digest by which one person is told from another, whatever his name."""
        return self._vault.index("identity", f"{claim.id_type}:{claim.id_number}")

    def sought(self, claim: Claim, address: str) -> Sought:
        """Spell a claim as indexes, unless too many wrong ones came before it.

        Raises
        ------
        UnreadableClaim, TooManyAttempts
        """
        claim = claim.spelled()
        identity = self.person(claim)
        self._throttle.require("enrol-identity", identity.hex(), _FAILURES, _MINUTES)
        self._throttle.require("enrol-address", address, _ADDRESS_FAILURES, _MINUTES)
        return Sought(
            identity,
            self._vault.index("name", claim.name),
            self._vault.index("title", claim.title_no) if claim.title_no else None,
            claim.code or None,
            claim.vouched,
        )

    def find(
        self, session: Session, roster_id: str, sought: Sought
    ) -> tuple[int | None, store.CodeRow | None]:
        """Find the owner with whom everything that was given agrees, and the code if there is one.

        Of somebody who is not on the roster as much is asked as of somebody who is. The caller
        lets the claims of one identity in one by one.

        Raises
        ------
        TooManyAttempts
        """
        # Once more in its turn: those that came at the same moment have been counted by now.
        guesses = ("enrol-identity", sought.identity.hex(), _FAILURES, _MINUTES)
        self._throttle.require(*guesses)
        person = roster_store.person(session, roster_id, identity=sought.identity, name=sought.name)
        proofs = [True] if sought.vouched else []
        if sought.title is not None:
            proofs.append(roster_store.holds_title(session, roster_id, person, sought.title))
        code = None
        if sought.code is not None:
            code = self._codes.right(session, roster_id, person, sought.code)
            proofs.append(code is not None)
        if person is None or not proofs or not all(proofs):
            self._throttle.failed(*guesses)
            return None, code
        return person, code

    def require(self, owner_code: int | None, address: str) -> int:
        """Give the owner who was found; count the failure of the address if nobody was.

        Raises
        ------
        IdentityNotProved
        """
        if owner_code is None:
            self._throttle.failed("enrol-address", address, _ADDRESS_FAILURES, _MINUTES)
            raise IdentityNotProved(
                "姓名、证件号码与产权证号（或验证码）不能同时与业主清册对上，请核对后再试；"
                "仍不成功请联系召集人用纸质表决票参与"
            )
        return owner_code
