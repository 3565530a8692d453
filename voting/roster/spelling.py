"""One spelling for one thing, whether it comes from a sheet or is typed on a phone."""

import re
import unicodedata

# U+FF01..U+FF5E are the full-width ASCII characters. Invisible characters vanish, and every
# dash is the hyphen of the unit key.
_HALF_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= dict.fromkeys("\u3000\u00a0\u2002\u2003\u2009", " ")
_HALF_WIDTH |= dict.fromkeys("\ufeff\u200b\u200e\u200f\u202a\u202c", "")

_TO_CHANGE = re.compile(f"[{''.join(_HALF_WIDTH)}]")

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))

_BRACKETS = tuple(zip("〔〕[]【】", "()()()", strict=True))

# A blank beside a Chinese character only stretches a short name to the width of its cell.
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·"
_STRETCH = re.compile(rf"(?<=[{_CHINESE}]) +| +(?=[{_CHINESE}])")


def half_width(text: str) -> str:
    """Half-width digits, letters and punctuation, Unicode form NFC, no blanks at the ends.

    Not NFKC: that would also rewrite rare characters of personal names.
    """
    if text.isascii():
        return text.strip()
    for character in set(_TO_CHANGE.findall(text)):
        # Few kinds of them stand even in a whole column, and none turns into another.
        text = text.replace(character, _HALF_WIDTH[character])
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
    text = compact(text)
    for written, bracket in _BRACKETS:  # far quicker than to translate a whole column
        text = text.replace(written, bracket)
    return text
