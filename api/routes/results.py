"""Turnout while the vote runs; result, certificate and audit bundle after it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.access import Anyone, Convener, ConvenerOrSupervisor, Supervisor, router, staff
from api.context import InService
from api.feed import TurnoutFeed
from voting.kernel.refusal import Refusal
from voting.outcome.bundle import Level
from voting.staff.model import Account, Role

routes = router(prefix="/v1/assemblies/{assembly_id}", tags=["计票与结果"])

_WATCHERS = staff(Role.SUPERVISOR, Role.CONVENER, Role.CLERK, Role.ADMINISTRATOR)
_Watcher = Annotated[Account, Depends(_WATCHERS)]


class Issued(BaseModel):
    """The certificate's number."""

    number: str


class SupervisionOut(BaseModel):
    """Refused ballots by reason, paper that waits for its second entry, and objections."""

    assembly: str
    objections: int = Field(description="共有人对表决票提出异议的件数")
    pending_paper: int
    refused: dict[str, int]


class MeasureOut(BaseModel):
    """人数与面积（平方厘米）。"""

    heads: int
    area_cm2: int


class FloorOut(BaseModel):
    """一层楼；地下各层合为 -1，房号看不出楼层的为 null。"""

    building: str
    floor: int | None
    electorate: MeasureOut
    participating: MeasureOut


class FloorsOut(BaseModel):
    """逐层的参与情况。一位业主在每一层都算一人，各层人数不能相加。"""

    assembly: str
    floors: list[FloorOut]


def _binary(media_type: str) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {200: {"content": {media_type: {}}}},
    }


@routes.get("/turnout", dependencies=[Depends(Anyone("参与情况人人可见，选择在截止前密封"))])
def turnout(assembly_id: str, service: InService) -> dict[str, Any]:
    """参与的人数与面积，各与其法定门槛相比，并按楼栋、用途、时段分列。

    截止之前，新参与的满 5 人才一并计入，全部数字（含 `log_size`）同时更新，不列楼栋与用途；
    截止之后，参与不足 5 人的楼栋与用途不单独列出（`participating` 为 null）。时段合并到满 5 人。
    """
    return service.counting.turnout(assembly_id)


@routes.get("/turnout/stream", **_binary("text/event-stream"))
async def stream(assembly_id: str, request: Request, _account: _Watcher) -> StreamingResponse:
    """参与情况的实时推送（server-sent events，事件名 turnout），逐楼栋、用途、小时，不作合并。"""
    feed: TurnoutFeed = request.app.state.feed
    first = await feed.snapshot(assembly_id)

    async def events() -> AsyncIterator[bytes]:
        yield first
        async for event in feed.changes(assembly_id):
            try:
                await run_in_threadpool(_WATCHERS, request)
            except Refusal:
                # Signed out, or no longer of the staff: the browser asks again, and is told so.
                return
            yield event

    return StreamingResponse(
        events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@routes.get("/turnout/floors")
def floors(assembly_id: str, service: InService, _account: _Watcher) -> FloorsOut:
    """各楼栋逐层的参与情况。楼层由房号推得，仅供工作人员查看，不作任何依据。"""
    return FloorsOut.model_validate(service.counting.floors(assembly_id))


@routes.get("/supervision")
def supervision(assembly_id: str, service: InService, _account: _Watcher) -> SupervisionOut:
    """监督所见：各类拒收的次数，待第二次录入的纸质票数。"""
    return SupervisionOut.model_validate(service.counting.supervision(assembly_id))


@routes.get(
    "/result",
    dependencies=[Depends(Anyone("截止之后结果公开"))],
    **_binary("application/json"),
)
def result(assembly_id: str, service: InService) -> Response:
    """计票结果 result.json，规范 JSON 原文。"""
    return Response(service.outcomes.result(assembly_id), media_type="application/json")


@routes.post("/certificate", status_code=201)
def issue(
    assembly_id: str,
    service: InService,
    account: Convener,
) -> Issued:
    """计票、把结果写入日志并出具结果凭证。"""
    return Issued(number=service.outcomes.issue(assembly_id, by=account.account_id))


@routes.get(
    "/certificate",
    dependencies=[Depends(Anyone("凭证是公告的依据"))],
    **_binary("application/pdf"),
)
def certificate(assembly_id: str, service: InService) -> Response:
    """结果凭证 PDF，内嵌 result.json。"""
    return Response(service.outcomes.certificate(assembly_id), media_type="application/pdf")


@routes.get(
    "/bundle",
    dependencies=[Depends(Anyone("公开级审计包不含任何选择与个人信息"))],
    **_binary("application/zip"),
)
def public_bundle(assembly_id: str, service: InService) -> Response:
    """公开级审计包。"""
    return Response(
        service.outcomes.bundle(assembly_id, Level.PUBLIC), media_type="application/zip"
    )


@routes.get("/supervised-bundle", **_binary("application/zip"))
def supervised_bundle(
    assembly_id: str, service: InService, account: ConvenerOrSupervisor
) -> Response:
    """监督级审计包：含全部表决票的开启值，可据以逐票核验并重新计票。"""
    return Response(
        service.outcomes.bundle(assembly_id, Level.SUPERVISED, by=account.account_id),
        media_type="application/zip",
    )


@routes.get("/court-bundle", **_binary("application/zip"))
def court_bundle(
    assembly_id: str,
    recipient: Annotated[str, Query(description="收件人公钥：`yezhu court-key` 打印的一行")],
    service: InService,
    account: Supervisor,
) -> Response:
    """法院级审计包：监督级的内容，另有全体业主、代理人的身份，只有收件人的密钥能读出。登记簿写明谁导出。"""
    data = service.outcomes.court_bundle(assembly_id, recipient, by=account.account_id)
    return Response(data, media_type="application/zip")


@routes.get("/ballots.csv", **_binary("text/csv"))
def ballot_sheet(assembly_id: str, service: InService, _account: ConvenerOrSupervisor) -> Response:
    """截止之后的全部表决票，格式与 `yezhu recount --ballots` 所读的相同。"""
    return Response(
        service.outcomes.ballot_sheet(assembly_id), media_type="text/csv; charset=utf-8"
    )


@routes.get(
    "/checkpoint",
    dependencies=[Depends(Anyone("检查点不含个人信息，供任何人比对"))],
    **_binary("text/plain"),
)
def checkpoint(assembly_id: str, service: InService) -> Response:
    """本次业主大会日志的最新检查点（C2SP tlog-checkpoint）。"""
    return Response(
        service.outcomes.checkpoint(assembly_id), media_type="text/plain; charset=utf-8"
    )
