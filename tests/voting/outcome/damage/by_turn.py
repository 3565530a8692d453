"""What may not follow under the rules on a second ballot: check 13 alone sees it."""

from tests.voting.outcome.by_turn import (
    bought_back,
    limited,
    outlasting,
    paper_first,
    phone_first,
    resold,
)
from tests.voting.outcome.damage.turns import _cast_by
from voting.box.entries import PAPER

SOUND = (paper_first, phone_first, limited, resold, outlasting, bought_back)


def forgeries():
    """Yield votes, each with a change made after its notice is bound."""
    yield paper_first, _cast_by(4, 4, sequence=2)
    yield phone_first, _cast_by(3, 3, sequence=2)
    yield limited, _cast_by(3, 3, sequence=4)
    yield resold, _paper_for("1-1-202")
    yield resold, _paper_for("1-1-102", "1-1-201")


def _paper_for(*units):
    """Let a buyer's paper take the place of what his seller has cast (C-14)."""
    return lambda d: d.rewrite(d.ballots(PAPER)[0], units=list(units))
