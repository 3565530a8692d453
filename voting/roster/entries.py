"""What the register says about rosters: ids, digests and commitments, nothing of owners.

The only names are those of the two officials who sign a freeze or a correction in public.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from voting.kernel import canonical
from voting.kernel.clock import timestamp
from voting.roster.signatories import Signatories

VERSION = "roster-version"


def version_entry(  # what a version rests on is one sentence: who did what, when, from what
    act: str,
    roster_id: str,
    at: datetime,
    *,
    by: str,
    **origin: str | int | Mapping[str, Any] | None,
) -> bytes:
    """Take in a version, and bind where it comes from and what it changes.

    Parameters
    ----------
    act
        ``import-roster`` or ``amend-roster``.
    origin
        ``basis``, a commitment to the words; ``difference``, the digest of what is different
        from the version before; ``digest``; ``evidence`` and ``source``, digests of files;
        ``mandates``, a commitment to who may vote; ``mandates_changed``, for how many units
        that is different, by sort; ``previous``; ``stated``, for columns that the sheets did not
        have, what was said to stand in every row; ``supplied_by``; ``totals`` and
        ``totals_before``; ``version``. What a version has not, such as a predecessor, is None
        and left out.
    """
    said = {name: value for name, value in origin.items() if value is not None}
    return canonical.encode(
        {"act": act, "at": timestamp(at), "by": by, "roster": roster_id, "type": VERSION} | said
    )


def frozen_entry(
    roster_id: str,
    digest: str,
    at: datetime,
    signed: Signatories,
    *,
    entered: int | None,
    mandates: str,
) -> bytes:
    """Make a version the denominator: signed by two people.

    ``entered`` is the position of its :func:`version_entry`; None for versions from before there
    was one. ``mandates`` commits to who may vote.
    """
    return canonical.encode(
        {
            "at": timestamp(at),
            "digest": digest,
            "mandates": mandates,
            "roster": roster_id,
            "type": "roster",
        }
        | signed.to_object()
        | ({} if entered is None else {"entered": entered})
    )


def correction_entry(
    roster_id: str, correction: str, digest: str, mandates: str, at: datetime, signed: Signatories
) -> bytes:
    """Correct a frozen roster; ``digest`` is that of the corrected version.

    ``mandates`` commits to who may vote from now on.
    """
    return canonical.encode(
        {
            "at": timestamp(at),
            "correction": correction,
            "digest": digest,
            "mandates": mandates,
            "roster": roster_id,
            "type": "roster-correction",
        }
        | signed.to_object()
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


def lapse_entry(objection_id: str, by: str, at: datetime) -> bytes:
    """Record that an objection was never answered before its words had to be erased."""
    return canonical.encode(
        {
            "at": timestamp(at),
            "by": by,
            "objection": objection_id,
            "type": "roster-objection-lapsed",
        }
    )
