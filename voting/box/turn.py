"""Whose turn it is: the published rule on a second ballot for the same units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tally.model import Policies, Repeat
from voting.ballot.verify import VerifiedBallot
from voting.box.entries import PAPER, PHONE
from voting.box.refusals import AlreadyVoted, WrongSequence
from voting.roster.document import RosterDocument

_LASTING = {
    Repeat.FIRST_VALID: "以先到的有效票为准",
    Repeat.LAST_VALID: "改投的次数已经用完",
    Repeat.PAPER_FIRST: "手机票不替换先到的有效票",
    Repeat.PHONE_FIRST: "以先到的有效手机票为准",
}
"""Why a standing ballot does not give way to one from a phone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The ballot that stands for one unit.

    Parameters
    ----------
    kind
        ``PAPER`` or ``PHONE``.
    signer
        Code of the owner who signed it; None on paper, which does not say.
    received
        How many valid ballots have named the unit; 0 where changes are not limited.
    """

    kind: str
    signer: int | None
    received: int

    def gives_way(self, kind: str, policies: Policies) -> bool:
        """Tell whether a valid ballot of this kind that arrives now takes its place.

        The count applies the same rule to the whole log: :mod:`tally.slots` (domain C-17, C-18).
        """
        match policies.repeat:
            case Repeat.FIRST_VALID:
                return False
            case Repeat.LAST_VALID:
                return policies.repeat_limit is None or self.received <= policies.repeat_limit
            case Repeat.PAPER_FIRST:
                return kind == PAPER and self.kind == PHONE
            case Repeat.PHONE_FIRST:
                return kind == PHONE and self.kind == PAPER


def require_turn(
    ballot: VerifiedBallot,
    signer: int,
    standing: Mapping[int, Standing],
    expected: tuple[int, str | None],
    frozen: RosterDocument,
    policies: Policies,
) -> None:
    """Refuse a ballot that would push out one it may not replace.

    Even a ballot that gives way does so only to who cast it: neither to his buyer (domain C-14)
    nor to his co-owner, and neither of them is told what the ballot was.

    Parameters
    ----------
    signer
        Code of the owner who signed ``ballot``.
    standing
        By those of its units that have voted.
    expected
        The sequence number of his next ballot for these units, and the digest of his last.
    frozen
        The roster as it was at the notice, without later changes of owner.

    Raises
    ------
    AlreadyVoted, WrongSequence
    """
    lasting = [code for code, held in standing.items() if not held.gives_way(PHONE, policies)]
    _refuse(frozen, lasting, _LASTING[policies.repeat])
    others = [
        code
        for code, held in standing.items()
        # Whose paper it is may be any of those who owned the unit at the freeze.
        if not (frozen.may_vote(signer, code) if held.signer is None else held.signer == signer)
    ]
    _refuse(frozen, others, "只能由投票人本人更改")
    if (ballot.ballot.sequence, ballot.ballot.replaces) != expected:
        raise WrongSequence(
            f"重投的表决票须写明它替换哪一张：序号应为 {expected[0]}",
            sequence=expected[0],
            replaces=expected[1],
        )


def require_kept_by_owners(
    standing: Mapping[int, Standing],
    now: RosterDocument,
    frozen: RosterDocument,
    policies: Policies,
) -> None:
    """Refuse a paper that would push out what was cast before its unit changed hands (C-14).

    Parameters
    ----------
    standing
        By those of its units that have voted.
    now, frozen
        The roster with those who may use its slots by now, and as at the notice.

    Raises
    ------
    AlreadyVoted
    """
    lasting = [
        code
        for code, held in standing.items()
        if held.gives_way(PAPER, policies)
        # Whose hand is on paper nobody can see: it may be any of these.
        and _hands(now, code).isdisjoint(
            _hands(frozen, code) if held.signer is None else {held.signer}
        )
    ]
    _refuse(frozen, lasting, "转让之前投的票仍然有效；请将这张注明作废原因后录入")


def _hands(roster: RosterDocument, code: int) -> set[int]:
    """Who may have signed a paper for a unit; of developer stock its owner, who has no phone."""
    return {*roster.units[code].owners, *roster.voters_of(code)}


def _refuse(frozen: RosterDocument, codes: Iterable[int], rule: str) -> None:
    names = "、".join(frozen.units[code].unit_key for code in sorted(codes))
    if names:
        raise AlreadyVoted(f"房屋 {names} 已经投过票；按公布的规则，{rule}")
