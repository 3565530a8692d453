"""Who may call what. Every endpoint says so, and start-up refuses one that does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from voting.kernel.refusal import Refusal
from voting.staff.model import Account, Role
from voting.staff.refusals import PasswordChangeRequired, RoleNotAllowed

COOKIE = "yezhu_session"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class CrossSiteRequest(Refusal):
    """Another website tried to use a signed-in session."""

    code = "cross-site-request"


class AccessNotDeclared(Exception):  # noqa: N818 - says what is wrong with the program
    """An endpoint does not say who may call it; the server does not start."""


@dataclass(frozen=True, slots=True)
class Anyone:
    """Open to everybody; ``why`` is printed in the interface description."""

    why: str

    def __call__(self) -> None:
        """Let everybody pass."""

    def __str__(self) -> str:
        return f"公开：{self.why}"


@dataclass(frozen=True, slots=True)
class EnrolledOwner:
    """Open to owners: the body is signed by an enrolled key, and the use case checks it."""

    def __call__(self) -> None:
        """Let the signed body speak."""

    def __str__(self) -> str:
        return "业主：请求内容须由已登记的密钥签名"


@dataclass(frozen=True, slots=True)
class StaffOnly:
    """Open to signed-in staff of some roles."""

    roles: frozenset[Role]
    with_one_time_password: bool = False

    def __call__(self, request: Request) -> Account:
        """Find whose session this is, and whether his role may call this."""
        if request.method not in _SAFE_METHODS:
            _require_same_site(request)
        account: Account = request.app.state.service.staff.authenticate(request.cookies.get(COOKIE))
        if account.must_change_password and not self.with_one_time_password:
            raise PasswordChangeRequired("请先修改一次性密码")
        if account.role not in self.roles:
            raise RoleNotAllowed("您的角色不能进行此操作", role=account.role)
        return account

    def __str__(self) -> str:
        return f"工作人员：{'、'.join(sorted(self.roles))}"


Access = Anyone | EnrolledOwner | StaffOnly

ANY_STAFF = StaffOnly(frozenset(Role))


def staff(*roles: Role) -> StaffOnly:
    """Admit signed-in staff of these roles."""
    return StaffOnly(frozenset(roles))


Administrator = Annotated[Account, Depends(staff(Role.ADMINISTRATOR))]
Convener = Annotated[Account, Depends(staff(Role.CONVENER))]
Clerk = Annotated[Account, Depends(staff(Role.CLERK))]
Supervisor = Annotated[Account, Depends(staff(Role.SUPERVISOR))]
ConvenerOrSupervisor = Annotated[Account, Depends(staff(Role.CONVENER, Role.SUPERVISOR))]


class DeclaredRoute(APIRoute):
    """A route that cannot be made without saying who may call it."""

    def __init__(self, path: str, endpoint: Any, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own signature
        super().__init__(path, endpoint, **options)
        declared = [
            dependency.call
            for dependency in self.dependant.dependencies
            if isinstance(dependency.call, Access)
        ]
        if len(declared) != 1:
            raise AccessNotDeclared(f"{path}: {len(declared)} access declarations, need one")
        self.access = declared[0]
        self.openapi_extra = {**(self.openapi_extra or {}), "x-access": str(self.access)}


def router(**options: Any) -> APIRouter:  # noqa: ANN401 - FastAPI's own signature
    """Make a router whose every route declares its access."""
    return APIRouter(route_class=DeclaredRoute, **options)


def require_declared_access(app: FastAPI, public_mounts: Iterable[str]) -> list[DeclaredRoute]:
    """Prove at start-up that no endpoint came in by another door.

    Parameters
    ----------
    public_mounts
        Paths of static files, which hold nothing that is not published with the program.

    Raises
    ------
    AccessNotDeclared
    """
    mounts = set(public_mounts)
    declared = []
    for route in _leaves(app.routes):
        if isinstance(route, DeclaredRoute):
            declared.append(route)
        elif not (isinstance(route, Mount) and route.path in mounts):
            raise AccessNotDeclared(f"{getattr(route, 'path', route)}: not a declared route")
    return declared


def _leaves(routes: Iterable[BaseRoute]) -> Iterable[BaseRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _leaves(included.routes)


def _require_same_site(request: Request) -> None:
    # Browsers send this header and pages cannot forge it; other clients carry no ambient cookie.
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        raise CrossSiteRequest("请求来自其他网站，已拒绝")
