"""Disagreement between co-owners: objections to the ballot that stands for their units."""

import base64

from fastapi import Depends
from pydantic import BaseModel, Field

from api.access import ConvenerOrSupervisor, EnrolledOwner, router
from api.context import SIGNED_BODY, Address, InService, SignedBody
from voting.box.service import KeptObjection
from voting.kernel.clock import timestamp

routes = router(prefix="/v1/assemblies/{assembly_id}", tags=["投票"])


class BallotObjectionOut(BaseModel):
    """An objection that is in the log."""

    position: int = Field(description="在会议日志中的位置")
    received_at: str
    units: list[str]


class ObjectedOut(BallotObjectionOut):
    """The same for whoever objected: with the salt, the log's commitment can be checked."""

    commitment: str = Field(description="会议日志该条的承诺：盐与异议原文的 SHA-256")
    salt: str = Field(description="盐，Base64")


class BallotObjectionShown(BallotObjectionOut):
    """The same for staff: who objects is not said."""

    ballots: list[int] = Field(description="这些房屋目前有效的表决票在会议日志中的位置")


@routes.post(
    "/ballot-objections",
    status_code=201,
    dependencies=[Depends(EnrolledOwner())],
    openapi_extra=SIGNED_BODY,
)
def object_to_ballot(
    assembly_id: str, body: SignedBody, service: InService, address: Address
) -> ObjectedOut:
    """共有人对本房屋已有的表决票提出异议，截止前有效；同样的字节再提一次，得到同样的答复。"""
    kept = service.contest.object(assembly_id, body, address=address)
    return ObjectedOut(
        **_plain(kept).model_dump(),
        commitment=kept.opening.commitment,
        salt=base64.b64encode(kept.opening.salt).decode(),
    )


@routes.get("/ballot-objections")
def listing(
    assembly_id: str,
    service: InService,
    _account: ConvenerOrSupervisor,
) -> list[BallotObjectionShown]:
    """列出共有人提出的异议；不显示是谁提出的，也不显示任何选择。"""
    return [
        BallotObjectionShown(**_plain(kept).model_dump(), ballots=list(kept.ballots))
        for kept in service.contest.listing(assembly_id)
    ]


def _plain(kept: KeptObjection) -> BallotObjectionOut:
    return BallotObjectionOut(
        position=kept.position,
        received_at=timestamp(kept.received_at),
        units=list(kept.units),
    )
