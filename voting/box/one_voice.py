"""Check 16 of a ballot, where the published rules say so: an owner speaks with one voice (C-3).

It comes after those of :mod:`voting.ballot.verify`, on the phone and on paper alike, and refuses
with ``different-choices``. The count applies the same rule to the whole log:
:mod:`tally.one_voice`.
"""

from collections.abc import Collection

import numpy as np

from tally.model import MixedUnits, Policies
from voting.box.entries import PAPER
from voting.box.refusals import DifferentChoices
from voting.roster.document import RosterDocument


def other_units(roster: RosterDocument, policies: Policies, won: Collection[int]) -> list[int]:
    """List the other units of an owner for some of whose units a ballot would stand.

    Nobody's, where the rules let his units differ.

    Parameters
    ----------
    roster
        The frozen roster: who is one owner does not change while the vote runs (domain C-14).
    """
    if policies.mixed_units is not MixedUnits.REFUSE_DIFFERENT or not won:
        return []
    heads = roster.heads_under(policies.same_owner)
    his = np.isin(heads, heads[[*won]])
    his[[*won]] = False
    return np.flatnonzero(his).tolist()


def require_one_voice(kind: str, said: bytes, standing: Collection[bytes]) -> None:
    """Refuse a valid ballot that differs from one that stands for another unit of the owner.

    Which unit it is stays unsaid: the rules may join it with units of somebody else.

    Parameters
    ----------
    kind
        ``PAPER`` or ``PHONE``.
    said, standing
        Choices as they are stored, of the ballot and of those that stand.

    Raises
    ------
    DifferentChoices
    """
    if all(other == said for other in standing):
        return
    to_do = (
        "请退还投票人，请其改为相同的选择；已收下不能退还的，注明作废原因后录入"
        if kind == PAPER
        else "请改为相同的选择后重新签名提交"
    )
    raise DifferentChoices(
        "同一业主的另一套房屋已经投票，选择与这张不同；"
        f"按公布的规则，同一业主各房屋的选择须完全相同：{to_do}"
    )
