"""For each numbered check of a bundle, damage that no other check can see.

Who does it holds every key, so that everything else agrees with what he changed: had the verifier
not this one check, it would pass the bundle. ``step`` is the step of :meth:`Dossier.write` after
which the change is made.
"""

from tests.voting.outcome.damage import (
    ballots,
    files,
    keys,
    mandates,
    members,
    origin,
    outcome,
    registered,
)
from tests.voting.outcome.damage.row import Damage


def damage() -> list[Damage]:
    """All of it, by check."""
    parts = (files, registered, members, origin, mandates, outcome, keys, ballots)
    return sorted((row for part in parts for row in part.rows()), key=lambda row: row.check)
