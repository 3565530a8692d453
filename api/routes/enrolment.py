"""Enrolling a device key: what proves an owner, one-time codes, and the key itself."""

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anyone, router
from api.context import Address, InService
from api.holding import HoldingOut, WithheldOut, holding_out, withheld_out
from voting.identity import model
from voting.identity.provider import MAX_TOKEN
from voting.identity.service import CODE_LIFE
from voting.kernel import dsse
from voting.kernel.clock import timestamp

routes = router(prefix="/v1/rosters/{roster_id}", tags=["业主"])


class Challenge(BaseModel):
    """To be signed by the new key, once."""

    challenge: str
    expires_at: str


class SignatureIn(BaseModel):
    """One DSSE signature."""

    model_config = ConfigDict(extra="forbid")

    keyid: str = Field(max_length=128)
    sig: str = Field(max_length=256)


class EnvelopeIn(BaseModel):
    """A DSSE envelope inside another document."""

    model_config = ConfigDict(extra="forbid")

    payload: str = Field(max_length=dsse.MAX_BYTES)
    payload_type: str = Field(max_length=128, alias="payloadType")
    signatures: list[SignatureIn] = Field(min_length=1, max_length=1)


class PersonIn(BaseModel):
    """Who somebody says he is, as the roster has it."""

    name: str = Field(max_length=128)
    id_type: str = Field(max_length=32)
    id_number: str = Field(max_length=64)


class ProofsIn(BaseModel):
    """What he knows besides, and proof that the phone holds the key."""

    title_no: str = Field(default="", max_length=128, description="产权证号；没有则留空")
    code: str = Field(default="", max_length=16, description="短信验证码；没有则留空")
    possession: EnvelopeIn = Field(
        description="DSSE 信封，payloadType 为 application/vnd.yezhu.enrolment.v1+json"
    )
    former: EnvelopeIn | None = Field(
        default=None,
        description="更换密钥时，原密钥对同一 payload 的签名，payloadType 为 "
        "application/vnd.yezhu.replacement.v1+json",
    )


class Enrolment(PersonIn, ProofsIn):
    """Proof of identity against the roster, and a new key."""

    def claim(self) -> model.Claim:
        """Give the claim as the use cases know it."""
        return model.Claim(self.name, self.id_type, self.id_number, self.title_no, self.code)


class VouchedEnrolment(ProofsIn):
    """Proof of identity by the identity provider, and a new key."""

    id_token: str = Field(
        max_length=MAX_TOKEN, description="身份认证平台的 ID token，其 nonce 为登记口令"
    )

    def claim(self) -> model.Claim:
        """Give what is claimed besides; the name is the token's."""
        return model.Claim("", "", "", self.title_no, self.code)


class CodeRequest(PersonIn):
    """Who asks for a code, and the telephone that the roster has of him."""

    phone: str = Field(max_length=32)


class CodeRequested(BaseModel):
    """The same for everybody: whether a code was sent is not said."""

    note: str
    expires_in_seconds: int


class ProviderOut(BaseModel):
    """The identity provider to ask for an ID token."""

    issuer: str
    client_id: str


_URL_SAFE = r"^[A-Za-z0-9_-]*$"


class SignInAt(BaseModel):
    """What leads a page to the provider, and lets it recognise that it has come back."""

    challenge: str = Field(max_length=64, pattern=_URL_SAFE, description="登记口令，作令牌的 nonce")
    state: str = Field(min_length=22, max_length=64, pattern=_URL_SAFE)
    code_challenge: str = Field(
        min_length=43, max_length=43, pattern=_URL_SAFE, description="PKCE，S256"
    )


class SignInPlace(BaseModel):
    """Where to sign in."""

    url: str


class CodeIn(BaseModel):
    """What the provider sent back, and proof (PKCE) that this page had asked for it."""

    code: str = Field(max_length=2048)
    verifier: str = Field(min_length=43, max_length=128, pattern=_URL_SAFE)


class TokenOut(BaseModel):
    """The provider's token, to be handed in with the new key."""

    id_token: str


class Ways(BaseModel):
    """How owners may prove themselves on this deployment, beside a title number."""

    codes: bool = Field(description="能否向清册上的手机发送验证码")
    provider: ProviderOut | None


class Enrolled(BaseModel):
    """The key's id, every unit its holder votes for, and those that somebody else votes for."""

    key_id: str
    replaced: bool = Field(description="原来的密钥是否由此失效")
    groups: list[HoldingOut]
    withheld: list[WithheldOut]


_PROVES_HIMSELF = Depends(Anyone("业主在请求中证明身份，错误次数受限"))


@routes.get("/ways", dependencies=[Depends(Anyone("对所有人相同，与清册内容无关"))])
def ways(roster_id: str, service: InService) -> Ways:
    """除产权证号以外，还可以怎样证明身份。"""
    del roster_id
    provider = service.provider
    return Ways(
        codes=service.codes.offered,
        provider=None
        if provider is None
        else ProviderOut(issuer=provider.issuer, client_id=provider.client_id),
    )


@routes.post(
    "/challenges",
    status_code=201,
    dependencies=[Depends(Anyone("登记口令不含任何信息，只能用一次"))],
)
def challenge(roster_id: str, service: InService) -> Challenge:
    """取一个登记口令，由新密钥签名。"""
    drawn, expires_at = service.identities.challenge(roster_id)
    return Challenge(challenge=drawn, expires_at=timestamp(expires_at))


@routes.post(
    "/codes",
    status_code=202,
    dependencies=[Depends(Anyone("答复对所有人相同，不说明此人是否在清册上；次数受限"))],
)
def request_code(
    roster_id: str, body: CodeRequest, service: InService, address: Address
) -> CodeRequested:
    """请求把验证码发到清册登记的手机。无论是否发送，答复都一样。"""
    claim = model.Claim(body.name, body.id_type, body.id_number)
    service.codes.request(roster_id, claim, body.phone, address=address)
    return CodeRequested(
        note="如果姓名、证件号码和手机号码都与业主清册一致，验证码会在一分钟内发到这部手机。"
        "没有收到的，请核对后重试，或改用产权证号。",
        expires_in_seconds=int(CODE_LIFE.total_seconds()),
    )


@routes.post(
    "/sign-ins",
    status_code=201,
    dependencies=[Depends(Anyone("只给出身份认证平台的网址，不含任何人的信息"))],
)
def sign_in(roster_id: str, body: SignInAt, service: InService) -> SignInPlace:
    """身份认证平台的登录网址（授权码流程，PKCE）；登录后回到业主页 `/vote`。"""
    del roster_id
    place = service.signing_in.place(
        nonce=body.challenge, state=body.state, code_challenge=body.code_challenge
    )
    return SignInPlace(url=place)


@routes.post(
    "/id-tokens",
    dependencies=[Depends(Anyone("凭身份认证平台的授权码与 PKCE 换取本人的令牌，次数受限"))],
)
def id_token(roster_id: str, body: CodeIn, service: InService, address: Address) -> TokenOut:
    """以授权码换取 ID token，再用它登记密钥；这里不核对，也不保存。"""
    del roster_id
    return TokenOut(id_token=service.signing_in.token(body.code, body.verifier, address=address))


@routes.post("/keys", status_code=201, dependencies=[_PROVES_HIMSELF])
def enrol(roster_id: str, body: Enrolment, service: InService, address: Address) -> Enrolled:
    """业主或其代理人证明身份并登记设备密钥；答复由他表决的全部房屋，与由别人表决的房屋。

    产权证号与验证码至少一项；已有密钥的，更换须有两项证明，原密钥的签名（former）可以算一项。
    """
    enrolled = service.identities.enrol(
        roster_id,
        body.claim(),
        _envelope(body.possession),
        address=address,
        former=None if body.former is None else _envelope(body.former),
    )
    return _enrolled(enrolled)


@routes.post("/vouched-keys", status_code=201, dependencies=[_PROVES_HIMSELF])
def enrol_vouched(
    roster_id: str, body: VouchedEnrolment, service: InService, address: Address
) -> Enrolled:
    """由身份认证平台证明身份（ID token）并登记设备密钥；姓名与证件号码取自令牌。"""
    enrolled = service.identities.enrol_vouched(
        roster_id,
        body.id_token,
        body.claim(),
        _envelope(body.possession),
        address=address,
        former=None if body.former is None else _envelope(body.former),
    )
    return _enrolled(enrolled)


def _envelope(body: EnvelopeIn) -> dsse.Envelope:
    return dsse.from_object(body.model_dump(by_alias=True))


def _enrolled(enrolled: model.Enrolled) -> Enrolled:
    return Enrolled(
        key_id=enrolled.key_id,
        replaced=enrolled.replaced,
        groups=[holding_out(holding) for holding in enrolled.held],
        withheld=withheld_out(enrolled.withheld),
    )
