"""What the logs say about an assembly's life. Nothing in them is personal."""

from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp

CORRECTION = "roster-correction"
"""Type of the entry that notes a correction among the ballots."""


def first_entry(notice_digest: str, roster_digest: str, register_checkpoint: bytes) -> bytes:
    """Open an assembly's log: it pins the notice, the roster and the register as they stood."""
    return canonical.encode(
        {
            "notice": notice_digest,
            "register": register_checkpoint.decode(),
            "roster": roster_digest,
            "type": "notice",
        }
    )


def correction_entry(correction: str, corrected: str, at: datetime) -> bytes:
    """Note a correction of the roster while the vote runs: digests of the act and its result."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "correction": correction,
            "roster": corrected,
            "type": CORRECTION,
        }
    )


def close_entry(at: datetime) -> bytes:
    """End the ballots of an assembly's log."""
    return canonical.encode({"at": timestamp(at), "type": "close"})


def manifest_entry(
    assembly_id: str, origin: str, notice_digest: str, roster_digest: str, at: datetime
) -> bytes:
    """Announce an assembly in the register, so that no second one can run beside it unseen."""
    return canonical.encode(
        {
            "assembly": assembly_id,
            "at": timestamp(at),
            "notice": notice_digest,
            "origin": origin,
            "roster": roster_digest,
            "type": "assembly",
        }
    )


def checkpoint_entry(event: str, assembly_id: str, checkpoint: bytes, at: datetime) -> bytes:
    """Pin an assembly's log in the register at ``assembly-opened`` or ``assembly-closed``."""
    return canonical.encode(
        {
            "assembly": assembly_id,
            "at": timestamp(at),
            "checkpoint": checkpoint.decode(),
            "type": event,
        }
    )
