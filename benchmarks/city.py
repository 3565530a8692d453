"""A city: ten million units in eight thousand complexes, as column files to be mapped."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import ITEMS, SEED, choices_by_byte
from tally.slots import SILENT

COLUMNS = ("answers", "area", "head", "offsets")


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Columns of n units, complex after complex.

    Parameters
    ----------
    answers
        What stands for each unit, and whether anything does, uint8, shape ``(11, n)``, as in
        :class:`~tally.census.VoteMatrix`.
    area
        In cm², uint32, shape ``(n,)``.
    head
        1 at one unit of each owner in each complex, uint8, shape ``(n,)``.
    offsets
        Where each of C complexes begins, and the end, int64, shape ``(C + 1,)``.
    """

    answers: np.ndarray
    area: np.ndarray
    head: np.ndarray
    offsets: np.ndarray

    @classmethod
    def mapped(cls, folder):
        """Map the files of a folder."""
        return cls(*(np.load(Path(folder, f"{name}.npy"), mmap_mode="r") for name in COLUMNS))

    def stretch(self, first, last):
        """Return the complexes from ``first`` up to ``last`` of the same columns."""
        return City(self.answers, self.area, self.head, self.offsets[first : last + 1])

    def __len__(self):
        return int(self.offsets[-1] - self.offsets[0])

    @property
    def votes(self):
        """What stands for each unit, uint8, shape ``(10, n)``."""
        return self.answers[:-1]

    @property
    def complexes(self):
        """Number of complexes."""
        return len(self.offsets) - 1

    @property
    def electorates(self):
        """Heads and area (cm²) of each complex, int64, shape ``(C, 2)``."""
        first, last = self.offsets[[0, -1]]
        begins = self.offsets[:-1] - first
        return np.stack(
            [
                np.add.reduceat(column[first:last], begins, dtype=np.int64)
                for column in (self.head, self.area)
            ],
            axis=-1,
        )


def write_city(folder, units, complexes):
    """Draw a city and write its columns.

    Sizes are lognormal. Of each complex 3 % of the units are developer stock, voted as one, 4 %
    belong to the owner of the unit before, and 60 to 84 % of the owners vote.
    """
    rng = np.random.default_rng(SEED)
    offsets = _offsets(rng, units, complexes)
    complex_of = np.repeat(np.arange(complexes, dtype=np.int32), np.diff(offsets))
    speaker = _speakers(rng, offsets, complex_of)
    turnout = rng.uniform(0.60, 0.84, complexes)
    voted = rng.random(units, dtype=np.float32)[speaker] < turnout[complex_of]

    votes = np.lib.format.open_memmap(
        Path(folder, "answers.npy"), mode="w+", dtype=np.uint8, shape=(ITEMS + 1, units)
    )
    votes[-1] = np.where(voted, 0, SILENT)
    for row, choice in zip(votes[:-1], choices_by_byte(), strict=True):
        answer = choice[rng.integers(256, size=units, dtype=np.uint8)]
        row[:] = np.where(voted, answer[speaker], SILENT)
    votes.flush()
    np.save(Path(folder, "area.npy"), rng.integers(450_000, 2_200_000, units, dtype=np.uint32))
    np.save(Path(folder, "head.npy"), (speaker == np.arange(units)).astype(np.uint8))
    np.save(Path(folder, "offsets.npy"), offsets)


def _offsets(rng, units, complexes):
    share = np.cumsum(rng.lognormal(0.0, 0.8, complexes))
    inner = np.arange(complexes + 1)  # one unit for everybody, the rest by lot
    return inner + np.append(0, np.floor(share / share[-1] * (units - complexes))).astype(np.int64)


def _speakers(rng, offsets, complex_of):
    """Return the unit that speaks for the owner of each unit, int32."""
    units = len(complex_of)
    speaker = np.arange(units, dtype=np.int32)
    second = np.flatnonzero(rng.random(units, dtype=np.float32) < 0.04)
    second = second[(second > 0) & (complex_of[second] == complex_of[second - 1])]
    # A first unit that is itself somebody's second would start a chain; leave it alone.
    second = second[~np.isin(second - 1, second)]
    speaker[second] = second - 1

    stock = rng.random(units, dtype=np.float32) < 0.03
    # A second unit goes with its first, sold or unsold.
    stock[second] = stock[second - 1]
    places = np.flatnonzero(stock)
    firsts = places[np.minimum(np.searchsorted(places, offsets[:-1]), len(places) - 1)]
    speaker[places] = firsts[complex_of[places]]
    return speaker
