"""The receipt: our signed promise that a ballot is in the log, checkable without us."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tally.model import Agenda
from voting.kernel import canonical
from voting.kernel.clock import timestamp
from voting.kernel.commitment import Opening
from voting.roster.document import RosterDocument

PAYLOAD_TYPE = "application/vnd.yezhu.receipt.v1+json"
FORMAT = "yezhu-receipt/1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is promised, and what anyone needs to check it.

    ``position`` counts from 0 in the assembly's log. ``opening`` is the ballot as received with
    the salt that leads to the commitment in ``entry``; ``proof`` is a ``.tlog-proof`` text.
    ``area_cm2`` (cm²) and ``heads`` are what the agenda's default electorate credits.
    """

    assembly_id: str
    position: int
    units: tuple[str, ...]
    area_cm2: int
    heads: int
    received_at: datetime
    ballot_digest: str
    entry: bytes
    opening: Opening
    log_size: int
    proof: bytes

    def summary(self) -> dict[str, Any]:
        """Give the part a person reads."""
        return {
            "area_cm2": self.area_cm2,
            "ballot_digest": self.ballot_digest,
            "heads": self.heads,
            "log_size": self.log_size,
            "position": self.position,
            "received_at": timestamp(self.received_at),
            "units": list(self.units),
        }

    def to_bytes(self) -> bytes:
        """Write the canonical text that the service signs."""
        return canonical.encode(
            self.summary()
            | {
                "assembly": self.assembly_id,
                "ballot": base64.b64encode(self.opening.data).decode(),
                "entry": base64.b64encode(self.entry).decode(),
                "format": FORMAT,
                "proof": self.proof.decode(),
                "salt": base64.b64encode(self.opening.salt).decode(),
            }
        )


def credit(roster: RosterDocument, agenda: Agenda, codes: tuple[int, ...]) -> tuple[int, int]:
    """Give heads and area (cm²) of these units in the agenda's default electorate (W-8)."""
    area = sum(
        roster.units[code].area_cm2
        for code in codes
        if roster.units[code].kind in agenda.policies.include_kinds
    )
    return (1 if area else 0), area
