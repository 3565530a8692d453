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


class UnknownPaper(Refusal):
    """Nobody has entered a paper ballot of this number."""

    code = "unknown-paper"


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


class UnreadableAuthority(Refusal):
    """Somebody else signed a paper ballot, and on what he did is incomplete (domain W-10, W-11)."""

    code = "unreadable-authority"


class CarriedNotCast(Refusal):
    """An owners' representative carries ballots and signs none (domain W-13)."""

    code = "carried-not-cast"


class AuthorityNotInForce(Refusal):
    """A written authority outside of its period, or from before it was signed (art. 165)."""

    code = "authority-not-in-force"


class BeyondAuthority(Refusal):
    """An answer on a matter that the written authority does not name (art. 165)."""

    code = "beyond-authority"


class PropertyStaff(Refusal):
    """The property company's people are nobody's agents (domain W-12)."""

    code = "property-staff"


class TooManyPrincipals(Refusal):
    """An agent for more owners than the rules allow (domain W-12)."""

    code = "too-many-principals"


class UnreadableScan(Refusal):
    """Neither a PDF, PNG nor JPEG file, or too large a one."""

    code = "unreadable-scan"


class UnknownScan(Refusal):
    """No scan with this digest has been handed in."""

    code = "unknown-scan"


class BoxBusy(Refusal):
    """More ballots wait than can be written soon."""

    code = "box-busy"
