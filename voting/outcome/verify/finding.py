"""What a check finds."""

from collections.abc import Iterator
from dataclasses import dataclass

Problems = Iterator[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. ``performed`` is false where this level holds no evidence for it."""

    number: int
    title: str
    performed: bool
    problems: tuple[str, ...]
