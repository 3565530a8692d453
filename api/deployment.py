"""The keys and the name of one deployment: made once, on purpose, never by default."""

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from voting.kernel.refusal import Refusal

_KEY_BYTES = 32
_PRIVATE = 0o600
# Thirty-two random bytes with fewer distinct values do not happen; a placeholder does.
_FEWEST_DISTINCT = 16
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
)


class NotInitialised(Refusal):
    """No keys in this directory."""

    code = "not-initialised"


class AlreadyInitialised(Refusal):
    """Keys exist; new ones would orphan everything signed and sealed so far."""

    code = "already-initialised"


class UnreadableName(Refusal):
    """Not a host name; the names of all logs begin with it, for ever."""

    code = "unreadable-name"


class UnsafeSecret(Refusal):
    """A key file that others can read, or that holds no key."""

    code = "unsafe-secret"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Name and secret keys. ``name`` is the host name under which the logs are known for ever.

    ``encryption_keys`` by version: the highest seals identity data, the others open what they
    sealed.
    """

    name: str
    log_key: bytes
    encryption_keys: dict[int, bytes]
    index_key: bytes

    @classmethod
    def create(cls, data: Path, name: str) -> Self:
        """Make the keys of a new deployment, readable by this user only.

        Raises
        ------
        AlreadyInitialised, UnreadableName
        """
        if _HOST_NAME.fullmatch(name) is None:
            raise UnreadableName(f"{name!r} 不是域名：只含小写字母、数字、连字符与点")
        if (data / "deployment.json").exists():
            raise AlreadyInitialised(f"{data} 已经初始化过")
        secret = data / "secrets"
        secret.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        secret.chmod(0o700)
        for file in (_LOG_KEY, _FIRST_ENCRYPTION_KEY, _INDEX_KEY):
            path = secret / file
            path.touch(mode=_PRIVATE, exist_ok=False)
            path.write_bytes(secrets.token_bytes(_KEY_BYTES))
        (data / "deployment.json").write_text(json.dumps({"name": name}, ensure_ascii=False))
        return cls.load(data)

    @classmethod
    def load(cls, data: Path) -> Self:
        """Read the keys.

        Raises
        ------
        NotInitialised, UnsafeSecret
        """
        try:
            name = json.loads((data / "deployment.json").read_text())["name"]
        except FileNotFoundError as error:
            raise NotInitialised(f"{data} 尚未初始化，请先运行 yezhu init") from error
        secret = data / "secrets"
        versions = _encryption_key_files(secret) or {1: secret / _FIRST_ENCRYPTION_KEY}
        return cls(
            name,
            _read_key(secret / _LOG_KEY),
            {version: _read_key(path) for version, path in versions.items()},
            _read_key(secret / _INDEX_KEY),
        )

    @staticmethod
    def add_encryption_key(data: Path) -> int:
        """Make the next key for identity data; answer with its version.

        The file appears whole or not at all, so that a crash leaves nothing half written.
        """
        secret = data / "secrets"
        version = max(_encryption_key_files(secret)) + 1
        path = secret / f"identity-encryption.{version}.key"
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=_PRIVATE)
        with unfinished.open("wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        folder = os.open(secret, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return version


_LOG_KEY = "log.key"
_INDEX_KEY = "identity-index.key"
_FIRST_ENCRYPTION_KEY = "identity-encryption.key"
_LATER_ENCRYPTION_KEY = re.compile(r"identity-encryption\.([0-9]{1,9})\.key")


def _encryption_key_files(secret: Path) -> dict[int, Path]:
    """Find the keys for identity data by version; the first has no number in its name."""
    first = secret / _FIRST_ENCRYPTION_KEY
    found = {1: first} if first.exists() else {}
    for path in sorted(secret.glob("identity-encryption.*.key")):
        numbered = _LATER_ENCRYPTION_KEY.fullmatch(path.name)
        if numbered is not None:
            found[int(numbered[1])] = path
    return found


def _read_key(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise UnsafeSecret(f"缺少密钥文件 {path.name}，请从备份恢复") from error
    if path.stat().st_mode & 0o077:
        raise UnsafeSecret(f"密钥文件 {path.name} 可被其他用户读取，请执行 chmod 600")
    if len(key) != _KEY_BYTES or len(set(key)) < _FEWEST_DISTINCT:
        raise UnsafeSecret(f"密钥文件 {path.name} 不是 {_KEY_BYTES} 字节的随机密钥")
    return key
