"""What an assembly's log says about a ballot: when it came, and a commitment to all of it."""

from datetime import datetime

from voting.kernel import canonical
from voting.kernel.clock import timestamp

PHONE = "ballot"
PAPER = "paper-ballot"
OBJECTION = "ballot-objection"


def ballot_entry(kind: str, commitment: str, at: datetime) -> bytes:
    """Write the public entry of a phone or paper ballot; neither owner, unit nor choice is in it.

    Parameters
    ----------
    kind
        :data:`PHONE` or :data:`PAPER`.
    commitment
        SHA-256 of salt and the ballot as received, hexadecimal.
    """
    return canonical.encode({"at": timestamp(at), "commitment": commitment, "type": kind})


def objection_entry(commitment: str, at: datetime) -> bytes:
    """Write the public entry of an objection to a ballot; neither owner nor unit is in it.

    Parameters
    ----------
    commitment
        SHA-256 of salt and the objection as received, hexadecimal.
    """
    return canonical.encode({"at": timestamp(at), "commitment": commitment, "type": OBJECTION})
