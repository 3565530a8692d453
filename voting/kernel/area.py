"""Exclusive area as an exact integer."""

import re
from dataclasses import dataclass

from voting.kernel.refusal import Refusal

# Anything longer than nine integer digits is not a building but a typing error.
_REGISTER_AREA = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,4}))?", re.ASCII)


class UnreadableArea(Refusal):
    """The text is not an area as registers print it."""

    code = "unreadable-area"


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """Exclusive area in whole cm² (0.0001 m²), finer than any register prints.

    An integer, so that sums are exact and a threshold is either met or not.
    """

    cm2: int

    def __post_init__(self) -> None:
        if self.cm2 <= 0:
            raise UnreadableArea(f"面积必须大于零，读到 {self.cm2} 平方厘米")

    @classmethod
    def parse(cls, square_metres: str) -> "Area":
        """Read register text such as ``"89.37"``; a fifth decimal is refused."""
        match = _REGISTER_AREA.fullmatch(square_metres)
        if match is None:
            raise UnreadableArea(
                f"面积 {square_metres!r} 无法识别：应为平方米数字，最多四位小数，例如 89.37"
            )
        whole, decimals = match[1], match[2] or ""
        return cls(int(whole + decimals.ljust(4, "0")))

    def __str__(self) -> str:
        return square_metres(self.cm2)


def square_metres(cm2: int) -> str:
    """Print an area or a sum of areas in m², exactly, with at least two decimals.

    >>> square_metres(1153443400), square_metres(893725)
    ('115344.34', '89.3725')
    """
    whole, rest = divmod(cm2, 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"
