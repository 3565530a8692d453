"""Paper ballots: keyed in by two clerks, with their scans."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from unicodedata import normalize

from fastapi import Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.access import Clerk, router, staff
from api.context import ONE_LINE, InService
from voting.box.authority import EVIDENCE, SCOPES, Authority, Guardian, Proxy
from voting.box.paper import PaperBallot
from voting.box.scan import MAX_BYTES
from voting.identity.service import Identities
from voting.staff.model import Account, Role

routes = router(prefix="/v1/assemblies/{assembly_id}/paper-ballots", tags=["投票"])

_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_ShortLine = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]


class GuardianIn(BaseModel):
    """On what a guardian signs."""

    evidence: str = Field(
        max_length=64,
        description="；".join(f"{word}：{meaning}" for word, meaning in EVIDENCE.items()),
    )


class ProxyIn(BaseModel):
    """A written authority: agent, matters, scope, period, and the owner's signature."""

    agent_id_type: _ShortLine = Field(description="代理人的证件类型")
    agent_id_number: _ShortLine = Field(description="代理人的证件号码，只存带密钥的摘要")
    matters: list[_ShortLine] = Field(min_length=1, max_length=1000, description="委托的议题编号")
    scope: str = Field(
        max_length=64,
        description="；".join(f"{word}：{meaning}" for word, meaning in SCOPES.items()),
    )
    signed_on: date = Field(description="业主签署委托书的日期")
    valid_from: date
    valid_until: date
    property_staff: bool = Field(description="代理人是不是物业服务人的工作人员")
    exception: str = Field(
        default="",
        max_length=256,
        pattern=ONE_LINE,
        description="议事规则另有规定、因而超过人数或由物业人员代理的，写明是哪一条",
    )


class PaperIn(BaseModel):
    """One paper ballot as one clerk reads it."""

    serial: _ShortLine = Field(description="表决票编号，与存根一致")
    units: list[_ShortLine] = Field(
        max_length=1000,
        description="同一产权组合的房屋；认不出是哪套、不在清册中或列了不同业主的房屋的为 []，"
        "须写明作废原因，choices 为 {}，不写 capacity 与 authority",
    )
    choices: dict[_ShortLine, Any] = Field(
        description="逐议题：approve、oppose、abstain、follow_majority、blank、void；"
        "选举为逐候选人；单选为选项编号、none_of_these、abstain、blank、void"
    )
    void_reason: str = Field(
        default="", max_length=256, pattern=ONE_LINE, description="整票作废的原因；空为有效"
    )
    capacity: Literal["owner", "guardian", "proxy", "representative"] = Field(
        default="owner",
        description="签名人：owner 业主本人或清册载明的表决人、guardian 监护人、proxy 代理人；"
        "representative 业主代表只能转交，不能签名，一律拒绝",
    )
    authority: GuardianIn | ProxyIn | None = Field(
        default=None, description="监护人的证明、代理人的委托书；业主本人签名的为 null"
    )
    carried: bool = Field(default=False, description="由业主代表转交")
    scans: list[_Digest] = Field(
        default=[], max_length=16, description="已上传的扫描件的 SHA-256：表决票、委托书、监护证明"
    )


class PaperOut(BaseModel):
    """Position in the log, or null while the second clerk's entry is missing."""

    position: int | None
    warnings: list[str] = Field(description="签名人须与清册核对的房屋，缺少的扫描件")


class WithdrawalIn(BaseModel):
    """Which entry is taken back; in the body, since a stub may tell whose number it is."""

    serial: _ShortLine = Field(description="录错或无人再录的表决票编号")


class ScanOut(BaseModel):
    """Under which digest a scan is kept."""

    digest: str


@routes.post("", status_code=201)
def enter_paper(assembly_id: str, body: PaperIn, service: InService, account: Clerk) -> PaperOut:
    """录入一张纸质表决票；两位录入员各录一次，完全一致才生效。"""
    paper = PaperBallot(
        body.serial,
        _sorted(body.units),
        body.choices,
        body.void_reason,
        body.capacity,
        _authority(body.authority, service.identities),
        body.carried,
        _sorted(body.scans),
    )
    position = service.box.enter_paper(assembly_id, paper, by=account.account_id)
    return PaperOut(position=position, warnings=service.box.paper_warnings(assembly_id, paper))


@routes.post("/withdrawals", status_code=204)
def withdraw_paper(
    assembly_id: str,
    body: WithdrawalIn,
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CLERK, Role.CONVENER))],
) -> None:
    """撤回只录过一次的纸质表决票，编号可重新录入；任何录入员或召集人均可，登记簿写明撤回的是谁的录入。

    投票期间可用；两次录入已经一致的不能撤回。
    """
    service.box.withdraw_paper(assembly_id, body.serial, by=account.account_id)


@routes.post(
    "/scans",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"PDF、PNG 或 JPEG，最长 {MAX_BYTES // 1024 // 1024} MB",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def keep_scan(
    assembly_id: str, request: Request, service: InService, _account: Clerk
) -> ScanOut:
    """上传扫描件；加密保存，以其 SHA-256 为编号，同一份只存一次。"""
    data = await request.body()
    return ScanOut(digest=await run_in_threadpool(service.scans.keep, assembly_id, data))


@routes.get(
    "/scans/{digest}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def read_scan(
    assembly_id: str,
    digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    service: InService,
    account: Annotated[Account, Depends(staff(Role.CLERK, Role.CONVENER, Role.SUPERVISOR))],
) -> Response:
    """取一份扫描件，与票上所记的摘要对照；登记簿写明谁取过。"""
    data, kind = service.scans.read(assembly_id, digest, by=account.account_id)
    return Response(data, media_type=kind)


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    """Sort texts as the log holds them, in Unicode form NFC: the order may be another as typed."""
    return tuple(sorted(normalize("NFC", text) for text in texts))


def _authority(said: GuardianIn | ProxyIn | None, identities: Identities) -> Authority:
    match said:
        case None:
            return None
        case GuardianIn():
            return Guardian(said.evidence)
        case ProxyIn():
            return Proxy(
                identities.person(said.agent_id_type, said.agent_id_number).hex(),
                _sorted(said.matters),
                said.scope,
                said.signed_on,
                said.valid_from,
                said.valid_until,
                said.property_staff,
                said.exception,
            )
