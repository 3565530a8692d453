"""What an operator may set, from the environment (prefix ``YEZHU_``)."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    insecure_clock_shift_seconds: int = Field(
        default=0, description="仅供演示：把服务器时钟平移若干秒"
    )

    @model_validator(mode="after")
    def _several_workers_need_engines(self) -> "Settings":
        embedded = self.database_url is None or self.database_url.startswith("sqlite")
        if self.workers > 1 and (embedded or self.redis_url is None):
            raise ValueError(
                "多个进程须同时配置 PostgreSQL（YEZHU_DATABASE_URL）与 Redis（YEZHU_REDIS_URL）"
            )
        return self

    @property
    def resolved_database_url(self) -> str:
        """Where the data is, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'yezhu.db'}"

    @property
    def clock_shift(self) -> timedelta:
        """How far a demonstration's clock is moved."""
        return timedelta(seconds=self.insecure_clock_shift_seconds)
