"""The text an owner signs, and what is read out of it."""

import re
from dataclasses import dataclass
from typing import Any

from voting.ballot.refusals import MalformedBallot
from voting.kernel import canonical

PAYLOAD_TYPE = "application/vnd.yezhu.ballot.v1+json"
FORMAT = "yezhu-ballot/1"
OWNER = "owner"

_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Ballot:
    """One owner's choices for one or more units of one owner group.

    ``choices`` maps item ids to what was chosen, as signed. ``replaces`` is the digest of this
    group's earlier ballot, where the published rules allow another one; ``sequence`` counts from
    1. ``nonce`` (128 bits) makes the digest unguessable.
    """

    assembly_id: str
    notice_digest: str
    roster_digest: str
    capacity: str
    units: tuple[str, ...]
    choices: dict[str, Any]
    sequence: int
    replaces: str | None
    nonce: str

    def to_bytes(self) -> bytes:
        """Write the canonical text to sign."""
        return canonical.encode(
            {
                "assembly": self.assembly_id,
                "capacity": self.capacity,
                "choices": self.choices,
                "format": FORMAT,
                "nonce": self.nonce,
                "notice": self.notice_digest,
                "replaces": self.replaces,
                "roster": self.roster_digest,
                "sequence": self.sequence,
                "units": list(self.units),
            }
        )


def parse(payload: bytes) -> Ballot:
    """Read a ballot's text.

    Raises
    ------
    NotCanonical, MalformedBallot
    """
    match canonical.decode(payload):
        case {
            "assembly": str(assembly_id),
            "capacity": "owner",
            "choices": dict(choices),
            "format": "yezhu-ballot/1",
            "nonce": str(nonce),
            "notice": str(notice_digest),
            "replaces": (None | str()) as replaces,
            "roster": str(roster_digest),
            "sequence": int(sequence),
            "units": [str(), *_] as units,
            **more,
        } if (
            not more
            and not isinstance(sequence, bool)  # true is not 1
            and _NONCE.fullmatch(nonce)
            and all(isinstance(unit, str) for unit in units)
        ):
            pass
        case _:
            raise MalformedBallot("表决票的内容不完整，或含有多余内容")
    if sorted(set(units)) != units:
        raise MalformedBallot("表决票所列房屋须排序且不重复")
    return Ballot(
        assembly_id,
        notice_digest,
        roster_digest,
        OWNER,
        tuple(units),
        choices,
        sequence,
        replaces,
        nonce,
    )
