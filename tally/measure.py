"""Both measures of a vote, always together: heads and exclusive area."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """So many heads and so much area (cm²).

    Python integers: exact at any size. The order, heads before area, is the usual ranking of
    elected members (domain C-26).
    """

    heads: int = 0
    area_cm2: int = 0

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.heads + other.heads, self.area_cm2 + other.area_cm2)

    def __sub__(self, other: "Measure") -> "Measure":
        return Measure(self.heads - other.heads, self.area_cm2 - other.area_cm2)

    def document(self) -> dict[str, int]:
        """Write the block that certificates embed."""
        return {"heads": self.heads, "area_cm2": self.area_cm2}
