"""Why the ballot box turns something down that is a ballot in itself."""

from voting.kernel.refusal import Refusal


class AlreadyVoted(Refusal):
    """A ballot for one of these units is in, and the published rule lets it stand."""

    code = "already-voted"


class DifferentChoices(Refusal):
    """Another unit of the owner has voted otherwise, and the rules want one voice (domain C-3)."""

    code = "different-choices"


class WrongSequence(Refusal):
    """A replacement must name the ballot that it replaces."""

    code = "wrong-sequence"


class PaperEntriesDiffer(Refusal):
    """Two clerks read one paper ballot differently."""

    code = "paper-entries-differ"


class SameClerk(Refusal):
    """The second entry of a paper ballot must come from somebody else."""

    code = "same-clerk"


class PaperAlreadyAccepted(Refusal):
    """A paper ballot of this number is in the box."""

    code = "paper-already-accepted"


class MalformedObjection(Refusal):
    """The signed text is not an objection of a known format."""

    code = "malformed-objection"


class NotCoOwned(Refusal):
    """Nobody else votes for the unit: whatever stands for it is the objector's own doing."""

    code = "not-co-owned"


class NothingToObjectTo(Refusal):
    """No ballot stands for the unit, or only the objector's own."""

    code = "nothing-to-object-to"


class AlreadyObjected(Refusal):
    """A co-owner has objected to the unit's ballot before."""

    code = "already-objected"


class UnreadablePaper(Refusal):
    """The entry of a paper ballot is incomplete."""

    code = "unreadable-paper"


class BoxBusy(Refusal):
    """More ballots wait than can be written soon."""

    code = "box-busy"
