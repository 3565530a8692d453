"""Use cases of identity: proofs, one-time codes, device keys, notices to owners."""

from voting.identity.service.codes import CODE_LIFE, Codes
from voting.identity.service.identities import CHALLENGE_LIFE, SHARE, Identities
from voting.identity.service.notices import Notices
from voting.identity.service.proving import Proving
from voting.identity.service.signing_in import SigningIn

__all__ = [
    "CHALLENGE_LIFE",
    "CODE_LIFE",
    "SHARE",
    "Codes",
    "Identities",
    "Notices",
    "Proving",
    "SigningIn",
]
