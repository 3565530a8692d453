"""What the log turns down when it comes from outside."""

from voting.kernel.refusal import Refusal


class MalformedKey(Refusal):
    """The text is not a verifier key of the kind asked for."""

    code = "malformed-log-key"


class MalformedNote(Refusal):
    """The bytes are not a signed note."""

    code = "malformed-note"


class UnknownSigner(Refusal):
    """No signature line belongs to a key the reader knows."""

    code = "unknown-note-signer"


class MalformedCheckpoint(Refusal):
    """The note is signed, but its text is not a checkpoint."""

    code = "malformed-checkpoint"


class WrongOrigin(Refusal):
    """A checkpoint of another log."""

    code = "wrong-log-origin"


class MalformedProof(Refusal):
    """The bytes are not a ``.tlog-proof`` file."""

    code = "malformed-log-proof"


class NotInLog(Refusal):
    """The proof does not lead from this entry to the signed root."""

    code = "not-in-log"


class TilesDisagree(Refusal):
    """The files of a log are incomplete or contradict each other.

    ``facts["path"]`` names the first such file, ``facts["paths"]`` all that were found.
    """

    code = "tiles-disagree"

    def __init__(self, detail: str, paths: list[str]) -> None:
        super().__init__(f"{detail}：{paths[0]}", path=paths[0], paths=paths)
        self.path = paths[0]
        self.paths = paths


class UnknownLog(Refusal):
    """No log has this origin."""

    code = "unknown-log"


class NoSuchEntry(Refusal):
    """The log is not that long."""

    code = "no-such-log-entry"


class NoSuchTile(Refusal):
    """No tile or entry bundle of this name in a log of this size."""

    code = "no-such-tile"


class LogDoubtful(Refusal):
    """A stored log is not the one its head or a witness speaks of; the server does not start."""

    code = "log-doubtful"


class MalformedSubmission(Refusal):
    """Not a request that a witness understands."""

    code = "malformed-submission"


class StaleSubmission(Refusal):
    """The request does not start at the size a witness has recorded."""

    code = "stale-submission"


class InconsistentLog(Refusal):
    """A checkpoint does not continue what a witness has cosigned."""

    code = "inconsistent-log"


class WitnessInUse(Refusal):
    """Another process works on a witness's state."""

    code = "witness-in-use"


class WitnessStateDoubtful(Refusal):
    """A witness's key and its state do not belong together."""

    code = "witness-state-doubtful"


class UnsafeWitnessKey(Refusal):
    """A witness's key file that others can read, that is missing, or that would be overwritten."""

    code = "unsafe-witness-key"
