"""The application: routes, problems, pages, and the proof that every door is declared."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api import pages
from api.access import Anyone, require_declared_access, router
from api.composition import Service
from api.feed import TurnoutFeed
from api.problems import http_error, invalid_request, problem
from api.routes import assemblies, ballots, results, rosters, staff
from voting.kernel.refusal import Refusal
from voting.roster.sheet import MAX_BYTES as MAX_ROSTER_BYTES

_FORM_OVERHEAD = 64 * 1024

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


def create_app(service: Service) -> FastAPI:
    """Build the application around a wired service.

    Raises
    ------
    AccessNotDeclared
        Some endpoint does not say who may call it.
    """
    app = FastAPI(
        title="yezhu 业主大会表决",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_ROSTER_BYTES + _FORM_OVERHEAD,
    )
    app.state.service = service
    app.state.feed = TurnoutFeed(service.counting, service.bus)
    for module in (staff, rosters, assemblies, ballots, results):
        app.include_router(module.routes)
    app.include_router(service_routes)
    app.include_router(pages.routes)
    pages.mount_static(app)
    app.add_exception_handler(Refusal, problem)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_error)
    app.add_middleware(pages.SecurityHeaders)
    require_declared_access(app, {pages.STATIC})
    return app
