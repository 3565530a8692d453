"""The application: routes, problems, pages, and the proof that every door is declared."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp

from api import pages
from api.access import Anyone, require_declared_access, router
from api.ballot_door import BallotDoor
from api.composition import Service
from api.feed import TurnoutFeed
from api.oversize import Oversize
from api.problems import fault, http_error, invalid_request, problem
from api.routes import (
    assemblies,
    ballots,
    contest,
    corrections,
    enrolment,
    identities,
    logs,
    objections,
    owners,
    papers,
    results,
    rosters,
    staff,
)
from voting.assembly.json_reader import MAX_BYTES as MAX_AGENDA_BYTES
from voting.box.intake import Intake
from voting.kernel.refusal import Refusal

_MAX_JSON_BYTES = 1024 * 1024

_DESCRIPTION = """
业主大会表决后端：签名表决票、可核验的日志、双重多数的精确计票与结果凭证。

* 面积一律为整数平方厘米（`area_cm2`，0.0001 平方米）；人数为产权组合数（`heads`）。
* 时间一律为 UTC，形如 `2026-11-23T08:45:33Z`。
* 拒绝以 RFC 9457 问题文档答复，`type` 中的代码是稳定的，`detail` 为中文说明。
* 每个接口的 `x-access` 写明谁可以调用。
"""

service_routes = router(prefix="/v1", tags=["运行"])


class Health(BaseModel):
    """The server answers."""

    status: str


@service_routes.get("/health", dependencies=[Depends(Anyone("供监控探测"))])
def health() -> Health:
    """服务是否在运行。"""
    return Health(status="ok")


@service_routes.get("/openapi.json", dependencies=[Depends(Anyone("接口说明是公开的"))])
def interface(request: Request) -> dict[str, Any]:
    """本接口说明（OpenAPI）。"""
    description: dict[str, Any] = request.app.openapi()
    return description


class Application(FastAPI):
    """FastAPI with a short way for ballots before it, and the security headers outside of all."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put headers, answers in our own form and the short way around what FastAPI builds."""
        door = BallotDoor(Oversize(super().build_middleware_stack()))
        return pages.SecurityHeaders(ServerErrorMiddleware(door, handler=fault))


def create_app(service: Service) -> FastAPI:
    """Build the application around a wired service.

    Raises
    ------
    AccessNotDeclared
        Some endpoint does not say who may call it.
    """
    app = Application(
        title="yezhu 业主大会表决",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # It would ask of each request whether somebody traces it, and what is asked is personal.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # As large as a scan or an agenda may be; roster sheets have a limit of their own.
        max_body_size=MAX_AGENDA_BYTES,
    )
    app.state.service = service
    app.state.feed = TurnoutFeed(service.counting, service.bus)
    app.state.intake = Intake(service.box.check, service.box.cast_together)
    # A roster is large, and a signed body is cut off by its own reader, with its own refusal.
    for module in (rosters, enrolment, owners, ballots, contest):
        app.include_router(module.routes)
    for small in (
        staff, identities, objections, corrections, assemblies, results, logs, pages,
    ):  # fmt: skip
        app.include_router(small.routes, max_body_size=_MAX_JSON_BYTES)
    app.include_router(papers.routes)
    app.include_router(service_routes, max_body_size=_MAX_JSON_BYTES)
    pages.mount_static(app)
    app.add_exception_handler(Refusal, problem)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, fault)
    require_declared_access(app, {pages.STATIC})
    return app
