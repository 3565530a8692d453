"""Use cases of the outcome: result, certificate, audit bundles."""

from voting.outcome.service.bundles import NotCertified
from voting.outcome.service.outcomes import Outcomes

__all__ = ["NotCertified", "Outcomes"]
