"""Rosters, and the enrolment of device keys against a frozen one."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anyone, router, staff
from api.context import ONE_LINE, Address, InService
from voting.identity.model import Claim, Holding
from voting.kernel import dsse
from voting.kernel.clock import timestamp
from voting.roster.service import RosterSummary
from voting.roster.sheet import MAX_BYTES as MAX_SHEET_BYTES
from voting.staff.model import Account, Role

routes = router(prefix="/v1/rosters", tags=["业主清册"])

_FORM_OVERHEAD = 64 * 1024


class RosterOut(BaseModel):
    """One roster version. `area_cm2` 为平方厘米，`heads` 为全部房屋的产权组合数。"""

    model_config = ConfigDict(from_attributes=True)

    roster_id: str
    community: str
    version: int
    digest: str
    units: int
    heads: int
    area_cm2: int
    frozen: bool


class Imported(BaseModel):
    """What was imported, with its figures under each denominator."""

    roster: RosterOut
    reconciliation: dict[str, Any]


class Challenge(BaseModel):
    """To be signed by the new key, once."""

    challenge: str
    expires_at: str


class SignatureIn(BaseModel):
    """One DSSE signature."""

    model_config = ConfigDict(extra="forbid")

    keyid: str = Field(max_length=128)
    sig: str = Field(max_length=256)


class EnvelopeIn(BaseModel):
    """A DSSE envelope inside another document."""

    model_config = ConfigDict(extra="forbid")

    payload: str = Field(max_length=dsse.MAX_BYTES)
    payload_type: str = Field(max_length=128, alias="payloadType")
    signatures: list[SignatureIn] = Field(min_length=1, max_length=1)


class Enrolment(BaseModel):
    """Proof of identity, and proof that the phone holds the key."""

    name: str = Field(max_length=128)
    id_type: str = Field(max_length=32)
    id_number: str = Field(max_length=64)
    title_no: str = Field(max_length=128)
    possession: EnvelopeIn = Field(
        description="DSSE 信封，payloadType 为 application/vnd.yezhu.enrolment.v1+json"
    )


class HeldUnitOut(BaseModel):
    """One exclusive unit."""

    unit: str
    area_cm2: int
    kind: str


class HoldingOut(BaseModel):
    """Units that vote together as one head."""

    group: int
    head: int
    area_cm2: int
    units: list[HeldUnitOut]


class Enrolled(BaseModel):
    """The key's id and every unit the roster credits its holder with."""

    key_id: str
    groups: list[HoldingOut]


@routes.get("")
def listing(
    service: InService,
    _account: Annotated[
        Account, Depends(staff(Role.CONVENER, Role.SUPERVISOR, Role.ADMINISTRATOR))
    ],
) -> list[RosterOut]:
    """列出各版业主清册。"""
    return [_roster(summary) for summary in service.rosters.summaries()]


@routes.post("", status_code=201, max_body_size=MAX_SHEET_BYTES + _FORM_OVERHEAD)
def import_sheet(
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CONVENER))],
    community: Annotated[str, Form(min_length=1, max_length=128, pattern=ONE_LINE)],
    file: Annotated[UploadFile, File(description="业主清册：xlsx、xls 或 CSV")],
) -> Imported:
    """导入一份业主清册作为新版本；有任何问题则逐条列出，什么也不导入。"""
    summary, reconciliation = service.rosters.import_sheet(
        file.file.read(), file.filename or "", community, by=account.account_id
    )
    return Imported(roster=_roster(summary), reconciliation=asdict(reconciliation))


@routes.post("/{roster_id}/freeze")
def freeze(
    roster_id: str,
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CONVENER))],
) -> RosterOut:
    """冻结这一版清册，作为表决的分母。"""
    return _roster(service.rosters.freeze(roster_id, by=account.account_id))


@routes.post(
    "/{roster_id}/challenges",
    status_code=201,
    dependencies=[Depends(Anyone("登记口令不含任何信息，只能用一次"))],
)
def challenge(roster_id: str, service: InService) -> Challenge:
    """取一个登记口令，由新密钥签名。"""
    drawn, expires_at = service.identities.challenge(roster_id)
    return Challenge(challenge=drawn, expires_at=timestamp(expires_at))


@routes.post(
    "/{roster_id}/keys",
    status_code=201,
    dependencies=[Depends(Anyone("业主在请求中证明身份，错误次数受限"))],
)
def enrol(roster_id: str, body: Enrolment, service: InService, address: Address) -> Enrolled:
    """业主证明身份并登记设备密钥；答复清册上属于他的全部房屋。"""
    claim = Claim(body.name, body.id_type, body.id_number, body.title_no)
    possession = dsse.from_object(body.possession.model_dump(by_alias=True))
    key_id, holdings = service.identities.enrol(roster_id, claim, possession, address=address)
    return Enrolled(key_id=key_id, groups=[_holding(holding) for holding in holdings])


def _roster(summary: RosterSummary) -> RosterOut:
    return RosterOut.model_validate(summary)


def _holding(holding: Holding) -> HoldingOut:
    return HoldingOut(
        group=holding.group,
        head=1,
        area_cm2=holding.area_cm2,
        units=[
            HeldUnitOut(unit=unit.unit_key, area_cm2=unit.area_cm2, kind=unit.kind.value)
            for unit in holding.units
        ],
    )
