"""Who owns a unit, to compare a paper with: every look is in the register."""

from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field

from api.access import Supervisor, router, staff
from api.context import InService, UnitKey
from voting.staff.model import Account, Role

routes = router(prefix="/v1/rosters", tags=["业主清册"])


class IdentityRequest(BaseModel):
    """Whose names are needed; the register will say that this account asked."""

    unit: UnitKey
    on: date | None = Field(
        default=None,
        description="按哪一天判断年龄；不写则按正在进行的业主大会作出决定之日，没有则按今天",
    )


class IdentityOut(BaseModel):
    """An owner or his representative, to be compared with a paper."""

    name: str
    id_type: str
    id_number_end: str
    standing: str = Field(description="可否为这套房屋表决，不可的原因")


class ReadingOut(BaseModel):
    """Which units one decryption in the register was about."""

    position: int = Field(description="登记簿中的编号")
    units: list[str]
    salt: str = Field(
        description="十六进制；SHA-256(盐 + 房号的规范 JSON 数组) 即登记簿该条的 units"
    )


@routes.post("/{roster_id}/identities")
def identities(
    roster_id: str,
    body: IdentityRequest,
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CONVENER, Role.CLERK, Role.SUPERVISOR))],
) -> list[IdentityOut]:
    """查看一套房屋的业主姓名与证件号末四位，用于核对纸质材料；每次查看都记入登记簿。"""
    found = service.identities.beside(roster_id, body.unit, on=body.on, by=account.account_id)
    return [
        IdentityOut(
            name=identity.name,
            id_type=identity.id_type,
            id_number_end=identity.id_number_end,
            standing=standing.chinese,
        )
        for identity, standing in found
    ]


@routes.get("/{roster_id}/readings")
def readings(
    roster_id: str,
    service: InService,
    _account: Supervisor,
) -> list[ReadingOut]:
    """登记簿里每次查看身份信息是看哪一套房屋：附盐，供监督单位与审计逐条打开承诺核对。"""
    return [
        ReadingOut(
            position=reading.position,
            units=list(reading.units),
            salt=reading.opening.salt.hex(),
        )
        for reading in service.rosters.custody.readings(roster_id)
    ]
