"""Use cases of the ballot box: cast, show receipts, key in paper."""

from voting.box.service.box import BallotBox
from voting.box.service.casting import Sent

__all__ = ["BallotBox", "Sent"]
