"""Corrections of frozen rosters: signed by two, then open to everybody."""

from datetime import datetime
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from api.access import Anyone, Convener, Supervisor, router
from api.context import InService
from voting.roster import difference_report
from voting.roster.correction import Correction

routes = router(prefix="/v1/rosters", tags=["业主清册"])


class CorrectionOut(BaseModel):
    """A correction act: its digest, and both totals before and after."""

    correction: str
    roster: str
    totals: dict[str, Any]
    lines: list[str]


class SignedCorrectionOut(CorrectionOut):
    """A correction that both have signed, as everybody may see it."""

    corrected: str = Field(description="更正后清册的摘要")
    signed_at: datetime
    register_position: int


@routes.post("/{roster_id}/correction")
def propose_correction(roster_id: str, service: InService, account: Convener) -> CorrectionOut:
    """召集人签署：以这一版更正它所修改的、已经冻结的清册。"""
    return _correction(service.rosters.corrections.propose(roster_id, by=account.account_id))


@routes.post("/{roster_id}/correction/confirmation")
def confirm_correction(roster_id: str, service: InService, account: Supervisor) -> CorrectionOut:
    """监督单位确认更正，随即写入正在进行的表决；已公布的分母不变，凭证并列两种总数。"""
    return _correction(service.assemblies.correct(roster_id, by=account.account_id))


@routes.get(
    "/{roster_id}/corrections",
    dependencies=[
        Depends(Anyone("更正行为自共同签署时起公开：房屋、面积与两种总数，没有个人信息"))
    ],
)
def corrections(roster_id: str, service: InService) -> list[SignedCorrectionOut]:
    """冻结的清册上已经生效的更正，先后排列，各附更正前后的两种总数。"""
    return [
        SignedCorrectionOut(
            **_correction(signed.act).model_dump(),
            corrected=signed.act.difference.after,
            signed_at=signed.signed_at,
            register_position=signed.position,
        )
        for signed in service.rosters.signed_corrections(roster_id)
    ]


def _correction(act: Correction) -> CorrectionOut:
    return CorrectionOut(
        correction=act.digest,
        roster=act.roster,
        totals=act.totals_object(),
        lines=difference_report.public_lines(
            act.difference, {} if act.mandates is None else act.mandates.changed
        ),
    )
