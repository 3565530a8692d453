"""Why the ballot box turns something down that is a ballot in itself."""

from voting.kernel.refusal import Refusal


class AlreadyVoted(Refusal):
    """A ballot for one of these units is in, and the published rule lets it stand."""

    code = "already-voted"


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


class UnreadablePaper(Refusal):
    """The entry of a paper ballot is incomplete."""

    code = "unreadable-paper"


class BoxBusy(Refusal):
    """More ballots wait than can be written soon."""

    code = "box-busy"
