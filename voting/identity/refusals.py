"""Refusals around proof of identity and device keys."""

from voting.kernel.refusal import Refusal


class IdentityNotProved(Refusal):
    """Something in the claim does not agree; which part is never said."""

    code = "identity-not-proved"


class NotTheVoter(Refusal):
    """He belongs to the unit, and somebody else votes for it (domain C-1, C-13, W-10)."""

    code = "not-the-voter"


class UnreadableClaim(Refusal):
    """What was typed cannot be an identity number at all."""

    code = "unreadable-claim"


class ChallengeInvalid(Refusal):
    """The challenge is unknown, used or too old."""

    code = "challenge-invalid"


class PossessionNotProved(Refusal):
    """The enrolment message is not a proof that the phone holds this key."""

    code = "possession-not-proved"


class KeyInUse(Refusal):
    """Another owner, or a revoked enrolment, has this key."""

    code = "key-in-use"


class UnknownKey(Refusal):
    """No owner of this complex has enrolled this key, or it was revoked."""

    code = "unknown-key"


class StaleRequest(Refusal):
    """Signed too long ago, or for something else."""

    code = "stale-request"


class StrongerProofNeeded(Refusal):
    """He has a key already; to replace it takes more than what enrolled it."""

    code = "stronger-proof-needed"


class CodesNotOffered(Refusal):
    """No messages are sent here."""

    code = "codes-not-offered"


class ProviderNotOffered(Refusal):
    """No identity provider is trusted here."""

    code = "provider-not-offered"


class ProviderUnreachable(Refusal):
    """The identity provider's keys cannot be read just now."""

    code = "provider-unreachable"


class TokenRefused(Refusal):
    """Not an ID token that the identity provider issued for this enrolment."""

    code = "token-refused"
