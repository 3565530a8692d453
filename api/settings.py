"""What an operator may set, from the environment (prefix ``YEZHU_``)."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from voting.identity.provider import Trusted
from voting.kernel.refusal import Refusal
from voting.ledger.cosignature import WitnessKey


@dataclass(frozen=True, slots=True)
class FollowedBy:
    """A witness that follows this deployment's logs: its key, and where it takes requests."""

    key: WitnessKey
    url: str


@dataclass(frozen=True, slots=True)
class SendsBy:
    """The gateway that messages are sent by; without one they are printed, in development."""

    gateway: str | None
    token: str = field(repr=False)


class UnfitSettings(Refusal):
    """A setting that cannot be read, or settings that do not go together."""

    code = "unfit-settings"


class Settings(BaseSettings):
    """Settings of one server. The defaults are the embedded ones: SQLite, one process."""

    model_config = SettingsConfigDict(env_prefix="YEZHU_", extra="forbid")

    data: Path = Field(default=Path("yezhu-data"), description="目录：数据库与密钥")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL；默认 SQLite")
    redis_url: str | None = Field(default=None, description="Redis URL；默认不用 Redis")
    host: str = Field(default="127.0.0.1", description="监听地址")
    port: int = Field(default=8787, ge=0, le=65535, description="监听端口")
    workers: int = Field(default=1, ge=1, description="进程数；多于一个须配 PostgreSQL 与 Redis")
    public_url: str = Field(
        default="http://127.0.0.1:8787",
        description="业主访问的网址：印在凭证的二维码里，身份认证平台也回到这里",
    )
    witnesses: str = Field(
        default="", description="见证人：公钥=网址，多个以空格隔开；默认没有见证人"
    )
    sms_url: str | None = Field(default=None, description="短信网关的网址；不设则不发送验证码")
    sms_token: SecretStr | None = Field(default=None, description="短信网关的访问令牌")
    insecure_console_codes: bool = Field(
        default=False, description="仅供开发：验证码打印在控制台上，不发送"
    )
    oidc_issuer: str | None = Field(default=None, description="身份认证平台（OIDC）的 issuer")
    oidc_client_id: str | None = Field(default=None, description="本系统在该平台的 client_id")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="本系统在该平台的密钥；公开客户端（PKCE）不设"
    )
    oidc_scope: str = Field(default="openid profile", description="向该平台请求的 scope")
    oidc_name_claim: str = Field(default="name", description="令牌中姓名的字段")
    oidc_number_claim: str | None = Field(default=None, description="令牌中证件号码的字段")
    oidc_type_claim: str | None = Field(
        default=None, description="令牌中证件类型的字段；不设则都是身份证"
    )
    insecure_clock_shift_seconds: int = Field(
        default=0, description="仅供演示：把服务器时钟平移若干秒"
    )

    @field_validator("public_url")
    @classmethod
    def _without_last_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @classmethod
    def read(cls, data: Path | None = None) -> Self:
        """Read the environment; ``data`` stands in for ``YEZHU_DATA`` if given.

        Raises
        ------
        UnfitSettings
        """
        try:
            settings = cls() if data is None else cls(data=data)
        except ValidationError as error:
            # Names only: a database URL may hold a password.
            names = (f"YEZHU_{'.'.join(map(str, found['loc']))}" for found in error.errors())
            raise UnfitSettings(f"设置无法识别：{'、'.join(names).upper()}") from None
        embedded = settings.database_url is None or settings.database_url.startswith("sqlite")
        if settings.workers > 1 and (embedded or settings.redis_url is None):
            raise UnfitSettings(
                "多个进程须同时配置 PostgreSQL（YEZHU_DATABASE_URL）与 Redis（YEZHU_REDIS_URL）"
            )
        site = urlsplit(settings.public_url)
        if not _is_private(settings.public_url) or not site.hostname or any(site[2:]):
            raise UnfitSettings(
                "YEZHU_PUBLIC_URL 须写作 https://域名，后面没有路径；只有本机可以用 http://"
            )
        settings.followed_by()
        settings.sender()
        settings.provider()
        return settings

    def sender(self) -> SendsBy | None:
        """Read how messages reach owners; ``None`` where none are sent.

        Raises
        ------
        UnfitSettings
        """
        if (self.sms_url is None) != (self.sms_token is None):
            raise UnfitSettings("YEZHU_SMS_URL 与 YEZHU_SMS_TOKEN 须同时设置")
        if self.sms_url is None or self.sms_token is None:
            return SendsBy(None, "") if self.insecure_console_codes else None
        if self.insecure_console_codes:
            raise UnfitSettings("配置了短信网关，就不得设置 YEZHU_INSECURE_CONSOLE_CODES")
        if not _is_private(self.sms_url):
            raise UnfitSettings("YEZHU_SMS_URL 须以 https:// 开头：其中有业主的手机号码")
        return SendsBy(self.sms_url, self.sms_token.get_secret_value())

    def provider(self) -> Trusted | None:
        """Read which identity provider is trusted, if one is.

        Raises
        ------
        UnfitSettings
        """
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_number_claim)
        secret = self.oidc_client_secret
        if given == (None, None, None) and secret is None:
            return None
        match given:
            case str(issuer), str(client_id), str(number_claim) if _is_private(issuer):
                return Trusted(
                    issuer,
                    client_id,
                    self.oidc_name_claim,
                    number_claim,
                    self.oidc_type_claim,
                    self.oidc_scope,
                    None if secret is None else secret.get_secret_value(),
                )
            case _:
                raise UnfitSettings(
                    "YEZHU_OIDC_ISSUER（以 https:// 开头）、YEZHU_OIDC_CLIENT_ID、"
                    "YEZHU_OIDC_NUMBER_CLAIM 须同时设置"
                )

    def followed_by(self) -> list[FollowedBy]:
        """Read who follows the logs.

        Raises
        ------
        UnfitSettings
        """
        followers: list[FollowedBy] = []
        for witness in self.witnesses.split():
            vkey, _, url = witness.partition("=")
            try:
                key = WitnessKey.parse(vkey)
            except Refusal as refusal:
                raise UnfitSettings(
                    f"YEZHU_WITNESSES 中第 {len(followers) + 1} 个见证人的公钥有误：{refusal}"
                ) from refusal
            if not url.startswith(("https://", "http://")):
                raise UnfitSettings(
                    f"YEZHU_WITNESSES 须写作“公钥=网址”，{key.name} 的网址须以 https:// 开头"
                )
            followers.append(FollowedBy(key, url))
        if len({each.key for each in followers}) != len(followers):
            raise UnfitSettings("YEZHU_WITNESSES 中有见证人写了两次")
        return followers

    @property
    def resolved_database_url(self) -> str:
        """Where the data is, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'yezhu.db'}"

    @property
    def clock_shift(self) -> timedelta:
        """How far a demonstration's clock is moved."""
        return timedelta(seconds=self.insecure_clock_shift_seconds)


def _is_private(url: str) -> bool:
    """Whether nobody on the way reads what is sent there: encrypted, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    )
