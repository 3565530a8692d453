"""Which witnesses vouch that the log had not been exchanged when the vote closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voting.ledger.cosignature import WitnessKey, cosignatures, moment
from voting.ledger.refusals import UnknownSigner
from voting.outcome.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Witnessing:
    """When one witness signed the checkpoints in a bundle; None where it did not.

    ``log``: the assembly's log itself, whose beginning the closing checkpoint is. ``register``:
    the register, which holds the closing checkpoint as an entry. Either covers the close.
    """

    witness: str
    log: datetime | None
    register: datetime | None

    @property
    def seen_at(self) -> datetime | None:
        """When it first vouched for the closing checkpoint; None if it did not."""
        return min((at for at in (self.log, self.register) if at is not None), default=None)


def witnessed(evidence: Evidence, witnesses: Sequence[WitnessKey]) -> list[Witnessing]:
    """Say of each witness whether it covers the closing checkpoint.

    That the checkpoints hold the close, and the register the pin of it, is what the numbered
    checks find; this adds who else has seen these two roots.

    Raises
    ------
    BadSignature
        A line bears the name of a witness and is not its signature.
    MalformedNote, Missing
    """
    # Read as what the log signed: a witness's word on anything else is worth nothing here.
    holds_close = evidence.close_position < evidence.checkpoint.size
    holds_pin = any(
        pin.index < evidence.register_checkpoint.size
        for pin in evidence.registered("assembly-closed")
    )
    log, register = evidence.file("log/checkpoint"), evidence.file("register/checkpoint")
    return [
        Witnessing(
            witness.name,
            _signed(log, witness) if holds_close else None,
            _signed(register, witness) if holds_pin else None,
        )
        for witness in witnesses
    ]


def _signed(note: bytes, witness: WitnessKey) -> datetime | None:
    try:
        (signature,) = cosignatures(note, [witness])
    except UnknownSigner:
        return None
    return moment(signature.time)
