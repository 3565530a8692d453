"""An owner's units, as the interface shows them."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from voting.identity.model import Holding, Withheld
from voting.roster.document import PublicUnit


class UnitOut(BaseModel):
    """One exclusive unit."""

    unit: str
    area_cm2: int
    kind: str


class HoldingOut(BaseModel):
    """Units that vote together as one head."""

    group: int
    head: int
    area_cm2: int
    units: list[UnitOut]


class WithheldOut(BaseModel):
    """A unit that somebody else votes for, and why."""

    model_config = ConfigDict(from_attributes=True)

    unit: str = Field(validation_alias="unit_key")
    reason: str


def units_out(units: Iterable[PublicUnit]) -> list[UnitOut]:
    """Write exclusive units; nothing of who owns them."""
    return [
        UnitOut(unit=unit.unit_key, area_cm2=unit.area_cm2, kind=unit.kind.value) for unit in units
    ]


def holding_out(holding: Holding) -> HoldingOut:
    """Write one owner group."""
    return HoldingOut(
        group=holding.group,
        head=1,
        area_cm2=holding.area_cm2,
        units=units_out(holding.units),
    )


def withheld_out(withheld: tuple[Withheld, ...]) -> list[WithheldOut]:
    """Write the units that somebody else votes for."""
    return [WithheldOut.model_validate(each) for each in withheld]
