"""Whom an agent may be, and for how many owners (domain W-12): rules as data, with their sources.

The law of the state and of Beijing says neither. Two cities do, and the product holds to what they
say unless the rules of procedure say otherwise: a roster that goes beyond it is asked about, a
paper ballot is refused until it names the clause.
"""

from dataclasses import dataclass


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
