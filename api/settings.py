"""What an operator may set, from the environment (prefix ``YEZHU_``)."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from voting.kernel.refusal import Refusal
from voting.ledger.cosignature import WitnessKey


@dataclass(frozen=True, slots=True)
class FollowedBy:
    """A witness that follows this deployment's logs: its key, and where it takes requests."""

    key: WitnessKey
    url: str


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
        default="http://127.0.0.1:8787", description="业主访问的网址，印在凭证的二维码里"
    )
    witnesses: str = Field(
        default="", description="见证人：公钥=网址，多个以空格隔开；默认没有见证人"
    )
    insecure_clock_shift_seconds: int = Field(
        default=0, description="仅供演示：把服务器时钟平移若干秒"
    )

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
        settings.followed_by()
        return settings

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
