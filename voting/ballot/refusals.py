"""Why a ballot is turned down. Each has its number in :mod:`voting.ballot.verify`."""

from voting.kernel.refusal import Refusal


class MalformedBallot(Refusal):
    """The signed text is not a ballot of a known format."""

    code = "malformed-ballot"


class WrongAssembly(Refusal):
    """Signed for another assembly."""

    code = "wrong-assembly"


class WrongNotice(Refusal):
    """Signed for another notice: other items, another window or another roster."""

    code = "wrong-notice"


class WrongRoster(Refusal):
    """Signed for another roster."""

    code = "wrong-roster"


class PollNotOpen(Refusal):
    """The ballot box is not open yet."""

    code = "poll-not-open"


class PollClosed(Refusal):
    """The ballot arrived after the close; it never counts (domain C-34)."""

    code = "poll-closed"


class UnknownUnit(Refusal):
    """The roster has no such unit."""

    code = "unknown-unit"


class UnitRemoved(Refusal):
    """A correction has taken the unit off the roster; it has no vote any more (domain C-16)."""

    code = "unit-removed"


class NotYourUnit(Refusal):
    """A unit of an owner group that the key's holder does not belong to."""

    code = "not-your-unit"


class UnreadableChoice(Refusal):
    """An item is missing, unknown, or answered with what it does not offer."""

    code = "unreadable-choice"


class TooManyTicks(Refusal):
    """More candidates approved than the published rules allow on one ballot (domain C-25)."""

    code = "too-many-ticks"
