"""Staff accounts and sessions."""

from typing import Annotated

from fastapi import Cookie, Depends, Response
from pydantic import BaseModel, Field

from api.access import ANY_STAFF, COOKIE, Administrator, Anyone, StaffOnly, router
from api.context import ONE_LINE, Address, InService
from voting.staff.model import Account, Role
from voting.staff.refusals import NotSignedIn
from voting.staff.service import SESSION_LENGTH

routes = router(prefix="/v1", tags=["工作人员"])

_WITH_ONE_TIME_PASSWORD = StaffOnly(ANY_STAFF.roles, with_one_time_password=True)


class SignIn(BaseModel):
    """Name and password."""

    username: str = Field(max_length=64)
    password: str = Field(max_length=256)


class PasswordChange(BaseModel):
    """Old and new password."""

    old: str = Field(max_length=256)
    new: str = Field(max_length=256)


class AccountOut(BaseModel):
    """A staff account."""

    username: str
    name: str
    role: Role
    must_change_password: bool


class PersonIn(BaseModel):
    """Whose paper: kept as a keyed digest only, to tell two people from one with two names."""

    id_type: str = Field(max_length=32, description="证件类型，如“身份证”")
    id_number: str = Field(max_length=64, description="证件号码：只存带密钥的摘要，不存号码")


class WhoseAccount(PersonIn):
    """An account, and the paper of whoever uses it."""

    username: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,31}$")


class NewAccount(WhoseAccount):
    """The account to create."""

    name: str = Field(
        min_length=1,
        max_length=64,
        pattern=ONE_LINE,
        description="使用账号的人的姓名；召集人与监督单位签署清册冻结时，写进登记簿并印在凭证上",
    )
    role: Role


class OneTimePassword(BaseModel):
    """Shown once, to be handed over in person."""

    username: str
    one_time_password: str


@routes.post("/session", dependencies=[Depends(Anyone("登录"))])
def sign_in(body: SignIn, response: Response, service: InService, address: Address) -> AccountOut:
    """登录。成功后以 HttpOnly Cookie 维持会话。"""
    account, token = service.staff.sign_in(body.username, body.password, address=address)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LENGTH.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=service.public_url.startswith("https:"),
    )
    return _out(account)


@routes.get(
    "/session",
    dependencies=[Depends(Anyone("网页据此决定是否显示登录框"))],
    responses={204: {"description": "没有登录"}},
    response_model=AccountOut,
)
def session(
    service: InService, token: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> AccountOut | Response:
    """当前登录的账号；没有登录则答复 204。"""
    try:
        return _out(service.staff.authenticate(token))
    except NotSignedIn:
        return Response(status_code=204)


@routes.delete(
    "/session",
    status_code=204,
    dependencies=[Depends(_WITH_ONE_TIME_PASSWORD)],
)
def sign_out(
    response: Response,
    service: InService,
    token: Annotated[str, Cookie(alias=COOKIE)],
) -> None:
    """退出登录。"""
    service.staff.sign_out(token)
    response.delete_cookie(COOKIE)


@routes.post("/session/password", status_code=204)
def change_password(
    body: PasswordChange,
    service: InService,
    account: Annotated[Account, Depends(_WITH_ONE_TIME_PASSWORD)],
) -> None:
    """修改密码；此账号的所有会话随即结束。"""
    service.staff.change_password(account, body.old, body.new)


@routes.post("/staff", status_code=201)
def create(
    body: NewAccount,
    service: InService,
    account: Administrator,
) -> OneTimePassword:
    """建立账号，答复其一次性密码。"""
    created, password = service.staff.create(
        body.username,
        body.name,
        body.role,
        by=account.account_id,
        identity=service.identities.person(body.id_type, body.id_number),
    )
    return OneTimePassword(username=created.username, one_time_password=password)


@routes.post("/staff/identity", status_code=204)
def identify(
    body: WhoseAccount,
    service: InService,
    account: Administrator,
) -> None:
    """为早先建立、没有登记证件的账号登记使用人的证件；没有登记的不能签署冻结与更正。"""
    identity = service.identities.person(body.id_type, body.id_number)
    service.staff.identify(body.username, identity, by=account.account_id)


def _out(account: Account) -> AccountOut:
    return AccountOut(
        username=account.username,
        name=account.name,
        role=account.role,
        must_change_password=account.must_change_password,
    )
