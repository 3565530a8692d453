"""Use cases of the ballot box: cast, show receipts, key in paper."""

from voting.box.service.box import BallotBox
from voting.box.service.casting import Sent
from voting.box.service.contest import Contest, KeptObjection
from voting.box.service.scans import Scans

__all__ = ["BallotBox", "Contest", "KeptObjection", "Scans", "Sent"]
