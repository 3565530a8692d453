"""How many owners one agent may vote for (domain W-11, W-12): rules as data, each with its source.

The law of the state and of Beijing sets no limit, so nothing is refused; where a rule of procedure
or a city sets one, three is the most that any known has allowed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgencyLimit:
    """The most owners one agent may act for, and who says so."""

    most: int
    source: str


USUAL = AgencyLimit(3, "《潍坊市物业管理条例》第三十二条；国家与北京未作规定，以议事规则为准")
"""What a roster is checked against; guardians and heirs are no agents and do not count."""
