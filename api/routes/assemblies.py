"""Assemblies: draft, notice, opening, close."""

import json
from typing import Any

from fastapi import Depends, Response
from pydantic import BaseModel

from api.access import Anyone, Convener, router
from api.context import InService
from voting.assembly.agenda_schema import agenda_schema
from voting.assembly.model import Poll, State
from voting.kernel import canonical
from voting.kernel.clock import timestamp

routes = router(prefix="/v1", tags=["业主大会"])


class Draft(BaseModel):
    """An agenda on a frozen roster; the agenda's schema is at `/v1/schemas/agenda`."""

    roster_id: str
    agenda: dict[str, Any]


class Drafted(BaseModel):
    """The new assembly."""

    id: str


class NoticeOut(BaseModel):
    """The digest that every ballot must carry."""

    notice_digest: str


class AssemblyOut(BaseModel):
    """One assembly with a published notice."""

    id: str
    title: str
    community: str
    state: State
    opens_at: str
    closes_at: str
    roster_id: str
    notice_digest: str


class AssembliesOut(BaseModel):
    """All of them, newest first."""

    assemblies: list[AssemblyOut]


@routes.get("/assemblies", dependencies=[Depends(Anyone("已发布的通知人人可查"))])
def listing(service: InService) -> AssembliesOut:
    """列出已发布通知的业主大会。"""
    return AssembliesOut(assemblies=[_out(poll) for poll in service.assemblies.polls()])


@routes.post("/assemblies", status_code=201)
def draft(body: Draft, service: InService, account: Convener) -> Drafted:
    """以一份议程起草业主大会。"""
    agenda = json.dumps(body.agenda).encode()
    return Drafted(id=service.assemblies.draft(body.roster_id, agenda, by=account.account_id))


@routes.post("/assemblies/{assembly_id}/notice", status_code=201)
def publish(assembly_id: str, service: InService, account: Convener) -> NoticeOut:
    """发布会议通知；此后其中任何内容都不再变动。"""
    notice = service.assemblies.publish(assembly_id, by=account.account_id)
    return NoticeOut(notice_digest=canonical.digest(notice))


@routes.get(
    "/assemblies/{assembly_id}/notice",
    dependencies=[Depends(Anyone("会议通知面向全体业主"))],
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
def notice(assembly_id: str, service: InService) -> Response:
    """会议通知原文；其 SHA-256 就是表决票所固定的通知摘要。"""
    return Response(service.assemblies.notice(assembly_id), media_type="application/json")


@routes.post("/assemblies/{assembly_id}/open", status_code=204)
def open_poll(assembly_id: str, service: InService, account: Convener) -> None:
    """到了通知的开始时间，开启投票。"""
    service.assemblies.open(assembly_id, by=account.account_id)


@routes.post("/assemblies/{assembly_id}/close", status_code=204)
def close(assembly_id: str, service: InService, account: Convener) -> None:
    """过了通知的截止时间，结束投票。"""
    service.assemblies.close(assembly_id, by=account.account_id)


@routes.get("/schemas/agenda", dependencies=[Depends(Anyone("文件格式是公开的"))])
def schema() -> dict[str, Any]:
    """议程文件的 JSON Schema。"""
    return agenda_schema()


def _out(poll: Poll) -> AssemblyOut:
    return AssemblyOut(
        id=poll.assembly_id,
        title=poll.agenda.title,
        community=poll.community,
        state=poll.state,
        opens_at=timestamp(poll.opens_at),
        closes_at=timestamp(poll.closes_at),
        roster_id=poll.roster_id,
        notice_digest=poll.notice_digest,
    )
