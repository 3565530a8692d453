"""The logs: static files in the C2SP layout, proofs, and how far witnesses have followed."""

import base64
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel

from api.access import Anyone, router
from api.context import InService
from voting.kernel.clock import timestamp
from voting.ledger.published import PublishedLog
from voting.ledger.spelling import MAX_SIZE
from voting.ledger.tiles import Tile

_ANYONE = Depends(Anyone("日志只有承诺与摘要，供任何人核验"))
_KEEP_SECONDS = 2
_FOR_EVER = "public, max-age=31536000, immutable"

_files = router(prefix="/log", tags=["日志"], dependencies=[_ANYONE])
_proofs = router(prefix="/v1/logs", tags=["日志"], dependencies=[_ANYONE])

_Place = Annotated[int, Query(ge=0, le=MAX_SIZE)]


class WitnessOut(BaseModel):
    """一个见证人最近一次见证：到第几条，何时。"""

    name: str
    vkey: str
    size: int
    cosigned_at: str


class LogOut(BaseModel):
    """一个日志：名称、公钥、文件所在的路径、条数，以及见证人见证到哪里。"""

    origin: str
    vkey: str
    path: str
    size: int
    witnesses: list[WitnessOut]


class LogsOut(BaseModel):
    """本部署的全部日志。"""

    logs: list[LogOut]


class HashesOut(BaseModel):
    """证明所用的哈希，每个 32 字节，标准 base64。"""

    hashes: list[str]


def _file(media_type: str) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {200: {"content": {media_type: {}}}, 304: {"description": "没有变化"}},
    }


@_files.get("/{log:path}/checkpoint", **_file("text/plain"))
@_files.head("/{log:path}/checkpoint", include_in_schema=False)
def checkpoint(
    log: str, service: InService, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """日志的最新检查点，附见证人的签名（C2SP tlog-checkpoint）。"""
    return _answer(
        service.logs.checkpoint(log),
        if_none_match,
        "text/plain; charset=utf-8",
        f"public, max-age={_KEEP_SECONDS}",
    )


@_files.get("/{log:path}/tile/{tile:path}", **_file("application/octet-stream"))
@_files.head("/{log:path}/tile/{tile:path}", include_in_schema=False)
def tile(
    log: str, tile: str, service: InService, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """日志的一个哈希分片 `L/N[.p/W]` 或条目文件 `entries/N[.p/W]`（C2SP tlog-tiles），永不改变。"""
    return _answer(
        service.logs.tile(log, Tile.parse(tile)),
        if_none_match,
        "application/octet-stream",
        _FOR_EVER,
    )


@_proofs.get("")
def listing(service: InService) -> LogsOut:
    """列出全部日志及其公钥。"""
    return LogsOut(logs=[_out(log) for log in service.logs.logs()])


@_proofs.get("/{log:path}/inclusion")
def inclusion(log: str, index: _Place, size: _Place, service: InService) -> HashesOut:
    """证明第 `index` 条在前 `size` 条之中（RFC 6962，自叶的兄弟起）。"""
    return _hashes(service.logs.inclusion(log, index, size))


@_proofs.get("/{log:path}/consistency")
def consistency(log: str, old: _Place, new: _Place, service: InService) -> HashesOut:
    """证明前 `old` 条是前 `new` 条的开头（RFC 6962）。"""
    return _hashes(service.logs.consistency(log, old, new))


@_proofs.get("/{log:path}/proof", **_file("text/plain"))
def proof(log: str, index: _Place, service: InService) -> Response:
    """第 `index` 条的 `.tlog-proof` 文件，用见证人最多的检查点；可离线核验。"""
    return Response(service.logs.proof(log, index), media_type="text/plain; charset=utf-8")


@_proofs.get("/{log:path}")
def description(log: str, service: InService) -> LogOut:
    """一个日志的公钥、条数，以及见证人见证到哪里。"""
    return _out(service.logs.log(log))


routes = APIRouter()
routes.include_router(_files)
routes.include_router(_proofs)


def _answer(content: bytes, known: str | None, media_type: str, keep: str) -> Response:
    """Answer with a file and its tag; with the tag alone to whoever has this very content."""
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": keep}
    if known is not None and tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _hashes(hashes: list[bytes]) -> HashesOut:
    return HashesOut(hashes=[base64.b64encode(each).decode() for each in hashes])


def _out(log: PublishedLog) -> LogOut:
    return LogOut(
        origin=log.origin,
        vkey=log.vkey,
        path=f"/log/{log.path}",
        size=log.size,
        witnesses=[
            WitnessOut(
                name=each.name,
                vkey=each.vkey,
                size=each.size,
                cosigned_at=timestamp(each.at),
            )
            for each in log.witnesses
        ],
    )
