"""A correction act: an error in a frozen roster put right by a new act, never by an edit (C-16).

What a running vote pinned stays its denominator. The act names the corrected version, keeps both
totals, and decides who may use a slot from then on (C-14); the certificate shows it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.roster.difference import RosterDifference
from voting.roster.document import RosterDocument
from voting.roster.mandate_changes import BoundMandates

FIRST_FORMAT = "yezhu-correction/1"
"""Does not say who may vote."""
FORMAT = "yezhu-correction/2"
"""Adds ``mandates``."""


class NoCorrection(Refusal):
    """The version was not made from a frozen roster."""

    code = "no-correction"


class CorrectionNotProposed(Refusal):
    """The convener signs first, the supervisor confirms."""

    code = "correction-not-proposed"


class CorrectionOutdated(Refusal):
    """Another correction took effect meanwhile; this one does not build on it."""

    code = "correction-outdated"


class CorrectionInForce(Refusal):
    """Both have signed already."""

    code = "correction-in-force"


class RosterCorrected(Refusal):
    """The frozen roster has corrections; a new vote is built on the corrected version."""

    code = "roster-corrected"


@dataclass(frozen=True, slots=True)
class SignedCorrection:
    """A correction that both have signed. ``position`` is its place in the register."""

    act: "Correction"
    signed_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Correction:
    """The public document of a correction. ``roster`` is the digest of the frozen one.

    Parameters
    ----------
    difference
        From the frozen roster, or the correction before this one, to the corrected version.
    source
        SHA-256 of the file it rests on.
    mandates
        Who may vote from then on; None in acts from before they said so.
    """

    roster: str
    difference: RosterDifference
    source: str
    mandates: BoundMandates | None = None

    def to_bytes(self) -> bytes:
        """Write the canonical JSON that the logs pin."""
        return canonical.encode(
            {
                "difference": self.difference.to_object(),
                "format": FIRST_FORMAT if self.mandates is None else FORMAT,
                "roster": self.roster,
                "source": self.source,
                "totals": self.totals_object(),
            }
            | ({} if self.mandates is None else {"mandates": self.mandates.to_object()})
        )

    def totals_object(self) -> dict[str, dict[str, dict[str, int]]]:
        """Write both totals, before and after."""
        return self.difference.totals_object()

    @property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return canonical.digest(self.to_bytes())

    @classmethod
    def read(cls, data: bytes, base: RosterDocument) -> Self:
        """Read a correction that was taken from ``base``.

        Raises
        ------
        NotCanonical
        """
        match canonical.decode(data):
            case {
                "difference": dict(difference),
                "roster": str(roster),
                "source": str(source),
                **more,
            }:
                mandates = _bound(more.get("mandates"))
                read = cls(roster, RosterDifference.read(difference, base), source, mandates)
            case _:
                raise canonical.NotCanonical("更正文件的结构不对")
        if read.to_bytes() != data:
            raise canonical.NotCanonical("更正文件与它所更正的清册不符，或含有多余内容")
        return read


def _bound(value: Any) -> BoundMandates | None:  # noqa: ANN401 - JSON
    match value:
        case None:
            return None
        case {"changed": dict(changed), "commitment": str(commitment)} if all(
            type(units) is int for units in changed.values()
        ):
            return BoundMandates(commitment, changed)
        case _:
            raise canonical.NotCanonical("更正文件中表决人的写法不对")
