"""A witness (C2SP tlog-witness): it signs only what continues all it has signed before.

It looks at no entry. It makes sure that a log cannot show one history here and another there.
"""

import threading
from collections.abc import Sequence

from voting.kernel.clock import Clock
from voting.ledger import add_checkpoint
from voting.ledger.add_checkpoint import Head
from voting.ledger.cosignature import WitnessSigner
from voting.ledger.note import NoteKey, open_note, read_text, write_note
from voting.ledger.refusals import (
    InconsistentLog,
    MalformedSubmission,
    StaleSubmission,
    UnknownLog,
)
from voting.ledger.tree import EMPTY_ROOT, verify_consistency
from voting.ledger.witness_state import WitnessState


class Witness:
    """Cosigns the growth of the logs it knows.

    Parameters
    ----------
    logs
        Their keys; several of one name while a log changes its key.
    state
        What was cosigned before.

    Raises
    ------
    MalformedNote, BadSignature, UnknownSigner, MalformedCheckpoint
        The state holds a checkpoint that this key never signed.
    """

    def __init__(
        self, signer: WitnessSigner, logs: Sequence[NoteKey], state: WitnessState, now: Clock
    ) -> None:
        self._signer = signer
        self._logs = tuple(logs)
        self._state = state
        self._now = now
        self._turn = threading.Lock()
        for log in logs:
            self.recorded(log.name)

    def add_checkpoint(self, request: bytes) -> str:
        """Answer a request with the cosignature line, once the new state is on disk.

        Raises
        ------
        MalformedSubmission, MalformedNote, MalformedCheckpoint
        UnknownLog
            Not one of ours.
        BadSignature, UnknownSigner
            Its log did not sign it.
        StaleSubmission
            It does not start where we are; ``size`` says where that is.
        InconsistentLog
            It does not continue what we have cosigned.
        """
        submission = add_checkpoint.parse(request)
        head = add_checkpoint.read_head(read_text(submission.checkpoint_note))
        keys = [key for key in self._logs if key.name == head.origin]
        if not keys:
            raise UnknownLog("本见证人不见证这个日志", origin=head.origin)
        opened = open_note(submission.checkpoint_note, keys)
        if submission.old > head.size:
            raise MalformedSubmission("见证请求所写的原有条数大于检查点的条数")
        # From the comparison to the answer nobody else may move the state.
        with self._turn:
            cosigned = self._state.read(head.origin)
            recorded = self.recorded(head.origin)
            # Whatever else is amiss with the request: the log has signed two roots of one size.
            if cosigned and 0 < head.size == recorded.size and head.root != recorded.root:
                self._state.keep_evidence(request, cosigned)
            if submission.old != recorded.size:
                raise StaleSubmission("见证人记录的条数与请求所写的不同", size=recorded.size)
            if not verify_consistency(
                recorded.size, head.size, recorded.root, head.root, submission.proof
            ):
                raise InconsistentLog("检查点不是此前所见证日志的延续，不予见证")
            line = self._signer.cosign(opened.text, int(self._now().timestamp()))
            self._state.write(head.origin, write_note(opened) + line.encode())
        return line

    def recorded(self, origin: str) -> Head:
        """Say what was cosigned last for a log."""
        note = self._state.read(origin)
        if note is None:
            return Head(origin, 0, EMPTY_ROOT)
        return add_checkpoint.read_head(open_note(note, [self._signer.key]).text)

    def latest(self, origin_hash: str) -> bytes | None:
        """Give the checkpoint last cosigned, by the SHA-256 of the log's name."""
        known = {key.origin_hash for key in self._logs}
        return self._state.read_hashed(origin_hash) if origin_hash in known else None
