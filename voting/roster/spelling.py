"""One spelling for one thing, whether it comes from a sheet or is typed on a phone."""

import re
import unicodedata

# U+FF01..U+FF5E are the full-width ASCII characters. Invisible characters vanish, and every
# dash is the hyphen of the unit key.
_HALF_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), 0x20)
_HALF_WIDTH |= dict.fromkeys((0xFEFF, 0x200B, 0x200E, 0x200F, 0x202A, 0x202C), None)

_TO_CHANGE = re.compile(f"[{''.join(map(chr, _HALF_WIDTH))}]")

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))

_BRACKETS = str.maketrans("〔〕[]【】", "()()()")

# A blank beside a Chinese character only stretches a short name to the width of its cell.
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·"
_STRETCH = re.compile(rf"(?<=[{_CHINESE}]) +| +(?=[{_CHINESE}])")


def half_width(text: str) -> str:
    """Half-width digits, letters and punctuation, Unicode form NFC, no blanks at the ends.

    Not NFKC: that would also rewrite rare characters of personal names.
    """
    if text.isascii():
        return text.strip()
    if _TO_CHANGE.search(text) is not None:
        text = text.translate(_HALF_WIDTH)
    return unicodedata.normalize("NFC", text).strip()


def compact(text: str) -> str:
    """Half-width and without any blank: places, dates of titles, figures."""
    return "".join(half_width(text).split())


def place(text: str) -> str:
    """Spell a building, entrance, room or whole unit key."""
    return compact(text).translate(_DASHES)


def personal_name(text: str) -> str:
    """Spell a name: ``张　三`` and ``张三`` are one, ``Li Wei`` keeps its blank."""
    return _STRETCH.sub("", " ".join(half_width(text).split()))


def identity_number(text: str) -> str:
    """Spell an identity number: capitals, no blanks."""
    return compact(text).upper()


def title_number(text: str) -> str:
    """Spell the number of a title or of a real-estate unit; 〔〕 and [] are written as ()."""
    return compact(text).translate(_BRACKETS)
