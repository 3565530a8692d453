"""What an owner does on a roster beside enrolling: see his share, and object."""

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anyone, EnrolledOwner, router
from api.context import SIGNED_BODY, Address, InService, SignedBody, UnitKey
from api.holding import HoldingOut, WithheldOut, holding_out, withheld_out
from api.objection import ObjectionOut, objection_out
from voting.assembly.shares import AssemblyShare
from voting.identity.model import Claim, Share
from voting.kernel.clock import timestamp
from voting.kernel.commitment import Opening
from voting.roster.grouping import HeadRule
from voting.roster.objection import (
    LONGEST_TEXT,
    Complaint,
    Concern,
    ObjectionState,
)

routes = router(prefix="/v1/rosters/{roster_id}", tags=["业主"])


class ClaimIn(BaseModel):
    """Proof of identity: all of it as the roster has it."""

    name: str = Field(max_length=128)
    id_type: str = Field(max_length=32)
    id_number: str = Field(max_length=64)
    title_no: str = Field(max_length=128)

    def claim(self) -> Claim:
        """Give the claim as the use cases know it."""
        return Claim(self.name, self.id_type, self.id_number, self.title_no)


class ItemShareOut(BaseModel):
    """What one's units count for in an item, beside its whole electorate."""

    model_config = ConfigDict(from_attributes=True)

    item: str = Field(validation_alias="item_id")
    title: str
    units: list[str]
    heads: int
    area_cm2: int
    with_others: bool = Field(description="同一人数之内另有不属于本人的房屋")
    electorate_heads: int
    electorate_area_cm2: int


class AssemblyShareOut(BaseModel):
    """What one's units count for in a vote, by the rules its notice has published."""

    model_config = ConfigDict(from_attributes=True)

    assembly: str = Field(validation_alias="assembly_id")
    title: str
    rule: HeadRule
    include_kinds: list[str]
    items: list[ItemShareOut]


class UnitVotersOut(BaseModel):
    """Who votes for one of the owner's units, by name."""

    model_config = ConfigDict(from_attributes=True)

    unit: str = Field(validation_alias="unit_key")
    names: list[str]


class ShareOut(BaseModel):
    """Every unit the roster credits an owner with, and what they count for in each vote."""

    rule: HeadRule = Field(description="groups 按哪一条规则归并")
    note: str
    assemblies: list[AssemblyShareOut] = Field(description="按各次会议通知公布的规则，逐项列出")
    groups: list[HoldingOut]
    withheld: list[WithheldOut] = Field(description="由表决人或代理人表决的房屋")
    voters: list[UnitVotersOut] = Field(
        description="本人的房屋中，清册载明由谁表决的：逐套列出姓名，没有姓名则无人可以表决；有误请提出异议"
    )
    objections: list[ObjectionOut]


class ComplaintIn(ClaimIn):
    """Proof of identity, and what is wrong with the roster."""

    unit: UnitKey
    concern: Concern
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class Filed(BaseModel):
    """The objection's number, and with the salt the proof of what was said when."""

    objection_id: str
    filed_at: str
    commitment: str
    salt: str


_PROVES_HIMSELF = Depends(Anyone("业主在请求中证明身份，错误次数受限"))
_BY_KEY = Depends(EnrolledOwner())


@routes.post("/share", dependencies=[_PROVES_HIMSELF])
def share(roster_id: str, body: ClaimIn, service: InService, address: Address) -> ShareOut:
    """业主证明身份，查看公示或冻结的清册上属于他的房屋、面积、合计为几人，以及他的异议与答复。"""
    share = service.identities.share(roster_id, body.claim(), address=address)
    return _share(share, service.assemblies.shares(roster_id, share.unit_keys))


@routes.post("/my-share", dependencies=[_BY_KEY], openapi_extra=SIGNED_BODY)
def my_share(roster_id: str, body: SignedBody, service: InService) -> ShareOut:
    """已登记密钥的业主以签名的请求（action 为 my-share，subject 为清册编号）查看同样的内容。"""
    share = service.identities.share_of_key(roster_id, body)
    return _share(share, service.assemblies.shares(roster_id, share.unit_keys))


@routes.post("/objections", status_code=201, dependencies=[_PROVES_HIMSELF])
def file_objection(
    roster_id: str, body: ComplaintIn, service: InService, address: Address
) -> Filed:
    """业主证明身份，对公示的清册提出异议；清册冻结以后即为更正请求。"""
    complaint = Complaint(body.unit, body.concern, body.text)
    return _filed(*service.identities.object(roster_id, body.claim(), complaint, address=address))


@routes.post(
    "/correction-requests", status_code=201, dependencies=[_BY_KEY], openapi_extra=SIGNED_BODY
)
def request_correction(roster_id: str, body: SignedBody, service: InService) -> Filed:
    """已登记密钥的业主以签名的异议（application/vnd.yezhu.objection.v1+json）请求更正清册。"""
    return _filed(*service.identities.object_with_key(roster_id, body))


def _share(share: Share, assemblies: list[AssemblyShare]) -> ShareOut:
    rule = HeadRule.IDENTITY_SET
    return ShareOut(
        rule=rule,
        note=f"房屋按“{rule.chinese}”归并。"
        + (
            "各次会议的人数与面积以其通知公布的规则为准，已逐项列出。"
            if assemblies
            else "尚无会议通知：人数怎样算、哪些用途的房屋计入，以将来的会议通知为准。"
        ),
        assemblies=[AssemblyShareOut.model_validate(each) for each in assemblies],
        groups=[holding_out(holding) for holding in share.holdings],
        withheld=withheld_out(share.withheld),
        voters=[UnitVotersOut.model_validate(each) for each in share.voters],
        objections=[objection_out(objection) for objection in share.objections],
    )


def _filed(state: ObjectionState, opening: Opening) -> Filed:
    return Filed(
        objection_id=state.objection_id,
        filed_at=timestamp(state.filed_at),
        commitment=opening.commitment,
        salt=opening.salt.hex(),
    )
