"""The ballot box: signed ballots from phones, and their receipts."""

import json
from typing import Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from api.access import EnrolledOwner, router
from api.composition import Service
from api.context import SIGNED_BODY, InService, SignedBody, address, signed_body
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
