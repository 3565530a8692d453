"""What the register says about rosters: ids, digests and commitments, nothing personal."""

from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp


def frozen_entry(
    roster_id: str, digest: str, at: datetime, *, convener: str, supervisor: str
) -> bytes:
    """Make a version the denominator: signed by two accounts."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "by": convener,
            "confirmed_by": supervisor,
            "digest": digest,
            "roster": roster_id,
            "type": "roster",
        }
    )


def correction_entry(
    roster_id: str, correction: str, digest: str, at: datetime, *, convener: str, supervisor: str
) -> bytes:
    """Correct a frozen roster; ``digest`` is that of the corrected version."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "by": convener,
            "confirmed_by": supervisor,
            "correction": correction,
            "digest": digest,
            "roster": roster_id,
            "type": "roster-correction",
        }
    )


def objection_entry(objection_id: str, roster_id: str, commitment: str, at: datetime) -> bytes:
    """Record that somebody objected, not who and not in which words."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "commitment": commitment,
            "objection": objection_id,
            "roster": roster_id,
            "type": "roster-objection",
        }
    )


def answer_entry(objection_id: str, outcome: str, commitment: str, by: str, at: datetime) -> bytes:
    """Record how an objection was settled and by which account; the reason is committed to."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "by": by,
            "commitment": commitment,
            "objection": objection_id,
            "outcome": outcome,
            "type": "roster-objection-answered",
        }
    )
