"""Canonical JSON: one value, one text, so that a digest means something.

Keys sorted, no blanks, raw UTF-8 in Unicode form NFC, integers only. A text that is not exactly
what this module would write is refused, which also shuts out duplicate keys and number tricks.
"""

import hashlib
import json
import unicodedata
from typing import Any, NoReturn

import orjson

from voting.kernel.refusal import Refusal

# JavaScript reads larger integers as the nearest float.
_SAFE_INTEGER = 2**53 - 1


class NotCanonical(Refusal):
    """The bytes are not the one canonical form of their value."""

    code = "not-canonical"


def encode(value: object) -> bytes:
    """Write ``value`` (dict, list, str, int, bool, None) in its canonical form.

    Raises
    ------
    TypeError, ValueError
        The value has no canonical form: a float, a non-string key, two keys that are one in
        Unicode form NFC, an integer past 2**53 - 1.
    """
    return _write(_plain(value))


def decode(data: bytes) -> Any:  # noqa: ANN401 - JSON is what it is
    """Read canonical bytes; any other spelling of the same value is refused."""
    try:
        text = data.decode()
        value = _DECODER.decode(text)
        # Nothing composes with a quotation mark: the text is in NFC if all its strings are.
        same = _write(value) == data and unicodedata.is_normalized("NFC", text)
    except (TypeError, ValueError, RecursionError) as error:  # what is nested too deep, among them
        raise NotCanonical("内容不是规范 JSON，无法读取") from error
    if not same:
        raise NotCanonical("内容不是规范写法：键须排序、无空白、无重复键、文字为 NFC")
    return value


def digest(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256, the only digest this product prints."""
    return hashlib.sha256(data).hexdigest()


def _no_float(_text: str) -> NoReturn:
    raise ValueError("canonical JSON holds integers only")


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) > _SAFE_INTEGER:
        raise ValueError(f"integer beyond 2**53 - 1: {value}")
    return value


# Made once: ballots pass here several times each, and making it costs more than using it.
_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)


def _write(plain: object) -> bytes:
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: object) -> object:
    """Copy a value with its texts in NFC, refusing what ``json.dumps`` would silently reshape."""
    match value:
        case str():
            return value if value.isascii() else unicodedata.normalize("NFC", value)
        case None | bool():
            return value
        case int():
            if abs(value) > _SAFE_INTEGER:
                raise ValueError(f"integer beyond 2**53 - 1: {value}")
            return value
        case list():
            return [_plain(element) for element in value]
        case dict():
            plain = {_key(key): _plain(element) for key, element in value.items()}
            if len(plain) != len(value):
                raise ValueError("a key stands there twice in Unicode form NFC")
            return plain
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"key is not a string: {key!r}")
    # A word of an enumeration, too, as the plain text it is: orjson takes no other keys.
    text = str.__str__(key)
    return text if text.isascii() else unicodedata.normalize("NFC", text)
