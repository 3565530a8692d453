"""The ballot box: signed ballots from phones, receipts, paper ballots."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from api.access import Clerk, EnrolledOwner, router
from api.composition import Service
from api.context import ONE_LINE, SIGNED_BODY, InService, SignedBody, address, signed_body
from voting.box.paper import PaperBallot
from voting.box.receipt import Receipt
from voting.box.service import Sent
from voting.kernel import canonical
from voting.kernel.dsse import Envelope

routes = router(prefix="/v1/assemblies/{assembly_id}", tags=["投票"])


class ReceiptSummary(BaseModel):
    """What a person reads; the signed receipt says the same."""

    position: int
    units: list[str]
    area_cm2: int
    heads: int
    received_at: str
    log_size: int
    ballot_digest: str


class ReceiptOut(BaseModel):
    """A signed receipt: a DSSE envelope that can be checked without the server."""

    receipt: dict[str, Any]
    summary: ReceiptSummary
    log_key: str = Field(description="会议日志的公钥（C2SP vkey），离线核验回执用")
    witnessed_proof: str | None = Field(
        default=None,
        description="再取回执时：经见证的检查点的 `.tlog-proof`；还没有见证人见证到这张票则为 null",
    )


_ShortLine = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]


class PaperIn(BaseModel):
    """One paper ballot as one clerk reads it."""

    serial: _ShortLine = Field(description="表决票编号，与存根一致")
    units: list[_ShortLine] = Field(min_length=1, max_length=1000)
    choices: dict[_ShortLine, Any] = Field(
        description="逐议题：approve、oppose、abstain、follow_majority、blank、void；"
        "选举为逐候选人；单选为选项编号、none_of_these、abstain、blank、void"
    )
    void_reason: str = Field(
        default="", max_length=256, pattern=ONE_LINE, description="整票作废的原因；空为有效"
    )


class PaperOut(BaseModel):
    """Position in the log, or null while the second clerk's entry is missing."""

    position: int | None
    warnings: list[str] = Field(description="签名人须与清册核对的房屋")


@routes.post(
    "/ballots",
    status_code=201,
    response_model=ReceiptOut,
    dependencies=[Depends(EnrolledOwner())],
    openapi_extra=SIGNED_BODY,
)
async def cast(assembly_id: str, request: Request) -> Response:
    """投一张签名的表决票，答复回执；同样的字节再投一次，得到同样的回执。"""
    ballot = Sent(await signed_body(request), address(request))
    receipt, envelope = await request.app.state.intake.cast(assembly_id, ballot)
    service: Service = request.app.state.service
    answer = {
        "summary": canonical.encode(receipt.summary()),
        "receipt": envelope.to_bytes(),
        "log_key": canonical.encode(_log_key(assembly_id, service)),
        "witnessed_proof": b"null",
    }
    parts = (b'"%b":%b' % (name.encode(), json) for name, json in answer.items())
    return Response(b"{%b}" % b",".join(parts), 201, media_type="application/json")


@routes.post("/receipts", dependencies=[Depends(EnrolledOwner())], openapi_extra=SIGNED_BODY)
def receipts(assembly_id: str, body: SignedBody, service: InService) -> list[ReceiptOut]:
    """业主以签名的请求再取自己的回执。"""
    path = service.ledger.origins.path(service.ledger.origins.assembly(assembly_id))
    found = []
    for receipt, envelope in service.box.receipts(assembly_id, body):
        proof = service.logs.witnessed_proof(path, receipt.position)
        shown = None if proof is None else proof.decode()
        found.append(_out(assembly_id, service, receipt, envelope, shown))
    return found


@routes.post("/paper-ballots", status_code=201)
def enter_paper(
    assembly_id: str,
    body: PaperIn,
    service: InService,
    account: Clerk,
) -> PaperOut:
    """录入一张纸质表决票；两位录入员各录一次，完全一致才生效。"""
    paper = PaperBallot(body.serial, tuple(sorted(body.units)), body.choices, body.void_reason)
    position = service.box.enter_paper(assembly_id, paper, by=account.account_id)
    warnings = service.box.paper_warnings(assembly_id, paper.units)
    return PaperOut(position=position, warnings=warnings)


def _out(
    assembly_id: str,
    service: Service,
    receipt: Receipt,
    envelope: Envelope,
    proof: str | None = None,
) -> ReceiptOut:
    return ReceiptOut(
        receipt=json.loads(envelope.to_bytes()),
        summary=ReceiptSummary.model_validate(receipt.summary()),
        log_key=_log_key(assembly_id, service),
        witnessed_proof=proof,
    )


def _log_key(assembly_id: str, service: Service) -> str:
    return service.ledger.key(service.ledger.origins.assembly(assembly_id)).vkey
