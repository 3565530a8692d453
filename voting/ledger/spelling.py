"""The two spellings that all C2SP text formats share: strict base64 and plain decimals."""

import base64
import binascii
import re

MAX_SIZE = 2**63 - 1
"""Largest tree size or index a text may state; larger ones do not fit a signed 64-bit field."""

HASH_BYTES = 32

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def encode_base64(data: bytes) -> str:
    """Write standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Read standard base64 with padding.

    Raises
    ------
    ValueError
        Any other spelling: the URL alphabet, blanks, missing padding, stray bits in the padding.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not standard base64: {text!r}") from error
    # The library ignores stray bits in the padding: two texts would name the same bytes.
    if encode_base64(data) != text:
        raise ValueError(f"not the canonical base64 of its bytes: {text!r}")
    return data


def decode_decimal(text: str) -> int:
    """Read a decimal of at most 19 digits; whoever uses the number checks it for ``MAX_SIZE``.

    Raises
    ------
    ValueError
        A sign, a blank, a leading zero, any digit that is not ASCII, or too many digits.
    """
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(f"not a plain decimal: {text!r}")
    return int(text)
