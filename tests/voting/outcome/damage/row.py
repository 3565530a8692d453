"""One change to a bundle that one check alone can see."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.voting.outcome.both import UNNAMED
from tests.voting.outcome.dossier import Dossier
from voting.outcome.bundle import Level

ZERO = "0" * 64
BOTH, PUBLIC, SUPERVISED = UNNAMED, (Level.PUBLIC,), (Level.SUPERVISED,)
COURT = (Level.COURT,)


@dataclass(frozen=True)
class Damage:
    """One change to a bundle, and the number of the check that sees it.

    ``quiet`` asks for the bundle of a vote in which nothing was corrected.
    """

    check: int
    name: str
    step: str
    edit: Callable[[Dossier], object]
    levels: tuple[Level, ...] = BOTH
    quiet: bool = False
