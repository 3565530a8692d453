"""Long lists in a message: the first few of them, and how many there are."""

from collections.abc import Sequence

_MOST = 20


def listed(rows: Sequence[int], most: int = 5) -> str:
    """Name rows of a sheet, such as ``2、5、9 等 14``."""
    shown = "、".join(map(str, rows[:most]))
    return f"{shown} 等 {len(rows)}" if len(rows) > most else shown


def first_of(texts: Sequence[str], counted_as: str, separator: str = "、") -> str:
    """Name up to twenty units or lines, such as ``1-1-101、1-1-102……共 31 套``."""
    more = f"……共 {len(texts)} {counted_as}" if len(texts) > _MOST else ""
    return separator.join(texts[:_MOST]) + more
