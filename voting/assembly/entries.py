"""What the logs say about an assembly's life. Nothing in them is personal."""

from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp

CORRECTION = "roster-correction"
"""Type of the entry that notes a correction among the ballots."""


def first_entry(
    notice_digest: str, roster_digest: str, register_checkpoint: bytes, voters: str | None
) -> bytes:
    """Open an assembly's log: it pins the notice, the roster and the register as they stood.

    Parameters
    ----------
    voters
        Commitment to who may vote for which unit; None where any owner may for every one.
    """
    return canonical.encode(
        {
            "notice": notice_digest,
            "register": register_checkpoint.decode(),
            "roster": roster_digest,
            "type": "notice",
        }
        | ({} if voters is None else {"voters": voters})
    )


def correction_entry(
    correction: str, corrected: str, at: datetime, voters: str | None = None
) -> bytes:
    """Note a correction of the roster while the vote runs: digests of the act and its result.

    ``voters`` is a commitment as in :func:`first_entry`, if it is not the first one's any more.
    """
    return canonical.encode(
        {
            "at": timestamp(at),
            "correction": correction,
            "roster": corrected,
            "type": CORRECTION,
        }
        | ({} if voters is None else {"voters": voters})
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
