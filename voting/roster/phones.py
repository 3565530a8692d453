"""Telephone numbers of the mainland, as they are written in rosters."""

import re

from voting.roster import spelling
from voting.roster.cells import Fault

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(
    r"(?:(?:\(0[0-9]{2,3}\)|0[0-9]{2,3}-?))?[2-9][0-9]{6,7}(?:[-转x][0-9]{1,6})?|400-?[0-9]{3}-?[0-9]{4}"
)
_SEPARATORS = re.compile(r"[、；;,，/\n]+")


def is_mobile(phone: str) -> bool:
    """Whether a number, as :func:`read_phones` gives it, takes messages."""
    return phone[:1] == "1" and _MOBILE.fullmatch(phone) is not None


def read_phones(text: str) -> tuple[str, ...] | Fault:
    """Read the numbers of one cell."""
    if _MOBILE.fullmatch(text) is not None and text[0] == "1":
        return (text,)  # nearly every cell
    phones: list[str] = []
    for written in _SEPARATORS.split(spelling.half_width(text)):
        phone = spelling.place(written)
        if not phone:
            continue
        if (mobile := _MOBILE.fullmatch(phone.replace("-", ""))) is not None:
            phones.append(mobile[1])
        elif _LANDLINE.fullmatch(phone) is not None:
            phones.append(phone)
        else:
            return Fault("unreadable-phone", "不是内地手机号码或固定电话号码")
    return tuple(phones)
