"""Whom an agent may be, and for how many owners (domain W-12): rules as data, with their sources.

The law of the state and of Beijing says neither. Two cities do, and the product holds to what they
say unless the rules of procedure say otherwise: a roster that goes beyond it is asked about, a
paper ballot is refused until it names the clause.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from voting.roster.mandate import Mandates, Standing


@dataclass(frozen=True, slots=True)
class AgencyLimit:
    """The most owners one agent may act for, and who says so."""

    most: int
    source: str


_ELSEWHERE = "国家与北京未作规定，以议事规则为准"
USUAL = AgencyLimit(
    3, f"《潍坊市物业管理条例》（2022 年 3 月 1 日起施行）第三十二条第一款；{_ELSEWHERE}"
)
"""Guardians and heirs are no agents and do not count."""

PROPERTY_STAFF = f"《舟山市物业管理条例》（2019 年 9 月 1 日起施行）第十七条第三款；{_ELSEWHERE}"
"""Who says that the property company's people are nobody's agents."""

_BY_LAW = {Standing.MINOR, Standing.DECEASED, Standing.UNABLE}
"""Beside whom the law, not the owner, has chosen who votes."""


def mandated_to(mandates: Mandates, numbers: Collection[int], on: date) -> set[str]:
    """Name the units for which one of these people votes as the owners' agent.

    Parameters
    ----------
    on
        The day of the decision.
    """
    return {
        unit
        for unit, people in mandates.items()
        if not any(each.standing in _BY_LAW for each in people)
        and any(
            each.owner in numbers and each.standing is Standing.REPRESENTATIVE and each.may_vote(on)
            for each in people
        )
    }
