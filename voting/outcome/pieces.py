"""Small pieces of a bundle's JSON, refused where their shape is odd."""

import re
from typing import Any

from voting.kernel import canonical, dsse
from voting.kernel.commitment import SALT_BYTES
from voting.outcome import bundle

DIGEST = re.compile("[0-9a-f]{64}")
"""SHA-256 as it is written everywhere."""


class Missing(bundle.BundleUnreadable):
    """A piece that another check needs could not be read."""

    code = "evidence-missing"


def json_object(data: bytes, where: str) -> dict[str, Any]:
    """Read canonical JSON that has to be an object."""
    value = canonical.decode(data)
    if not isinstance(value, dict):
        raise Missing(f"{where}的结构不对")
    return value


def typed_entry(data: bytes, where: str) -> dict[str, Any]:
    """Read an entry of a log: an object with a word for its type."""
    entry = json_object(data, where)
    if not isinstance(entry.get("type"), str):
        raise Missing(f"{where}没有注明种类")
    return entry


def json_objects(data: bytes, keys: set[str]) -> list[dict[str, Any]]:
    """Read a list of objects with exactly these keys."""
    value = canonical.decode(data)
    if not isinstance(value, list) or not all(
        isinstance(item, dict) and set(item) == keys for item in value
    ):
        raise Missing("条目清单的结构不对")
    return value


def integer(value: object) -> int:
    """Take an integer; true is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Missing("编号须为整数")
    return value


def same(said: object, wanted: object) -> bool:
    """Compare two values as the bytes they are written in: true is not 1."""
    return canonical.encode(said) == canonical.encode(wanted)


def salt_of(text: str) -> bytes:
    """Read a salt: where it ends and the data begins, only its length says, not the commitment."""
    salt = dsse.strict_base64(text)
    if len(salt) != SALT_BYTES:
        raise Missing(f"盐须为 {SALT_BYTES} 字节")
    return salt
