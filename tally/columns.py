"""Roster and ballots as integer columns: codes are given once, then only integers are counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tally.errors import TallyError
from tally.households import household_codes
from tally.model import Agenda, Choice, Kind

KINDS: tuple[Kind, ...] = tuple(Kind)
"""Kind of unit by its int8 code."""

CODES = 256
"""How many codes a byte has."""

UNNAMED = -1
"""Code of a channel whose name means nothing to whoever asks."""

_LARGEST_AREA = 2**63 - 1


class Medium(IntEnum):
    """What a ballot was cast on, as far as a rule asks (domain C-17), stored as int8."""

    PAPER = 0
    PHONE = 1


MEDIUM_OF: Mapping[str, Medium] = {
    "paper": Medium.PAPER,
    "paper-ballot": Medium.PAPER,
    "书面": Medium.PAPER,
    "纸质": Medium.PAPER,
    "上门": Medium.PAPER,
    "phone": Medium.PHONE,
    "ballot": Medium.PHONE,
    "手机": Medium.PHONE,
    "网络": Medium.PHONE,
    "线上": Medium.PHONE,
}
"""Medium by the name of a channel, as ballot sheets and logs spell it.

The log calls the two ``ballot`` and ``paper-ballot``. One collected at the door (上门) is a paper
ballot that somebody carried.
"""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One exclusive unit of the roster.

    Parameters
    ----------
    unit_key
        ``楼栋-单元-房号``.
    area_cm2
        Exclusive area in cm² (0.0001 m²).
    developer_stock
        Unsold, or sold and not delivered (JI art. 9).
    owners
        Opaque identities on the title; their order does not matter.
    household
        Number of the household it is counted with where a clause says so (domain C-4), if any.
    """

    unit_key: str
    building: str
    kind: Kind
    area_cm2: int
    developer_stock: bool
    owners: tuple[str, ...]
    household: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RosterColumns:
    """The frozen roster, one entry for each of U exclusive units, in any order.

    Parameters
    ----------
    unit_key
        ``楼栋-单元-房号`` of each unit, unique.
    buildings, building
        Names of the buildings, and the int32 code of each unit's building, shape ``(U,)``.
    kind
        int8 position in :data:`KINDS`, shape ``(U,)``.
    area_cm2
        Exclusive area in cm² (0.0001 m²), int64, shape ``(U,)``.
    developer_stock
        Unsold, or sold and not delivered: all of it is one head. bool, shape ``(U,)``.
    owner_offsets, owner_code
        Owner identities of unit ``u`` are ``owner_code[owner_offsets[u]:owner_offsets[u + 1]]``,
        int64 of shape ``(U + 1,)`` and dense int32 codes.
    household
        Code of the household that each unit names, as
        :func:`~tally.households.household_codes` gives them; only one clause reads it.
    """

    unit_key: tuple[str, ...]
    buildings: tuple[str, ...]
    building: NDArray[np.int32]
    kind: NDArray[np.int8]
    area_cm2: NDArray[np.int64]
    developer_stock: NDArray[np.bool_]
    owner_offsets: NDArray[np.int64]
    owner_code: NDArray[np.int32]
    household: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.unit_key)

    @classmethod
    def from_rows(cls, rows: Sequence[UnitRow]) -> Self:
        """Give every building and every owner a dense code, in order of first appearance.

        Raises
        ------
        TallyError
            An area does not fit into 64 bits.
        """
        for position, row in enumerate(rows):
            if not 0 <= row.area_cm2 <= _LARGEST_AREA:
                raise TallyError(
                    f"房屋 {row.unit_key} 的面积 {row.area_cm2} 平方厘米超出可计算的范围", position
                )
        kind_code = {kind: code for code, kind in enumerate(KINDS)}
        buildings, building = _first_appearance(row.building for row in rows)
        _, owner_code = _first_appearance(chain.from_iterable(row.owners for row in rows))
        return cls(
            unit_key=tuple(row.unit_key for row in rows),
            buildings=buildings,
            building=building,
            kind=np.array([kind_code[row.kind] for row in rows], dtype=np.int8),
            area_cm2=np.array([row.area_cm2 for row in rows], dtype=np.int64),
            developer_stock=np.array([row.developer_stock for row in rows], dtype=np.bool_),
            owner_offsets=boundaries(len(row.owners) for row in rows),
            owner_code=owner_code,
            household=household_codes([row.household for row in rows]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Several electorates side by side in one roster: complexes of a city, buildings of a complex.

    Parameters
    ----------
    names
        Name of each of the S segments.
    code
        int32 segment of each unit, 0 to S - 1, shape ``(U,)``.
    """

    names: tuple[str, ...]
    code: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One ballot as read from the log or from a sheet.

    Parameters
    ----------
    unit_keys
        Units the ballot is cast for.
    choices
        One :class:`~tally.model.Choice` code for each question of the agenda.
    void
        The whole ballot is void (domain C-19).
    channel
        How it arrived, for the ledger of channels.
    """

    unit_keys: tuple[str, ...]
    choices: tuple[int, ...]
    void: bool
    channel: str


@dataclass(frozen=True, slots=True, eq=False)
class BallotColumns:
    """B ballots in order of arrival, with Q choice columns in all.

    Parameters
    ----------
    unit_offsets, unit_code
        Ballot ``b`` is cast for the roster rows
        ``unit_code[unit_offsets[b]:unit_offsets[b + 1]]``; int64 ``(B + 1,)`` and int32.
    choices
        :class:`~tally.model.Choice` codes, int8, shape ``(B, Q)``.
    void
        The whole ballot is void, bool, shape ``(B,)``.
    channel
        int8 code, shape ``(B,)``; ``channels`` names them where they are known. Only a rule that
        lets paper or phone go first reads it.
    """

    unit_offsets: NDArray[np.int64]
    unit_code: NDArray[np.int32]
    choices: NDArray[np.int8]
    void: NDArray[np.bool_]
    channel: NDArray[np.int8]
    channels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.void)

    def channel_codes(self, code_of: Mapping[str, int]) -> NDArray[np.int8]:
        """Give each ballot the code of its channel's name, or :data:`UNNAMED`; shape ``(B,)``."""
        renamed = np.full(CODES, UNNAMED, dtype=np.int8)
        for code, name in enumerate(self.channels):
            renamed[code] = code_of.get(name, UNNAMED)
        codes: NDArray[np.int8] = renamed[self.channel.view(np.uint8)]
        return codes

    def media(self) -> NDArray[np.int8]:
        """Tell on what each ballot was cast: :class:`Medium` codes, int8, shape ``(B,)``.

        Raises
        ------
        TallyError
            A channel has no name, or one that is not in :data:`MEDIUM_OF`.
        """
        media = self.channel_codes(MEDIUM_OF)
        unnamed = np.flatnonzero(media == UNNAMED)
        if len(unnamed):
            position = int(unnamed[0])
            named = dict(enumerate(self.channels)).get(int(self.channel[position]), "")
            raise TallyError(
                f"第 {position + 1} 张表决票的渠道“{named}”看不出是纸质还是手机，"
                "不能按渠道确定以哪张为准",
                position,
            )
        return media

    @classmethod
    def from_rows(cls, roster: RosterColumns, agenda: Agenda, rows: Sequence[BallotRow]) -> Self:
        """Look up every unit in the roster and line the choices up with the agenda.

        Raises
        ------
        TallyError
            A unit is not in the roster, or a ballot has not one choice for each question.
        """
        questions = len(agenda.question_columns())
        code_of = {key: code for code, key in enumerate(roster.unit_key)}
        largest = np.iinfo(np.int8).max
        for position, row in enumerate(rows):
            for key in row.unit_keys:
                if key not in code_of:
                    raise TallyError(f"第 {position + 1} 张表决票：清册中没有房屋 {key}", position)
            if len(row.choices) != questions:
                raise TallyError(
                    f"第 {position + 1} 张表决票有 {len(row.choices)} 个选择，"
                    f"议题共有 {questions} 个",
                    position,
                )
            if not all(Choice.BLANK <= choice <= largest for choice in row.choices):
                raise TallyError(f"第 {position + 1} 张表决票含有无法识别的选择", position)
        channels, channel = _first_appearance(row.channel for row in rows)
        if len(channels) > largest:
            raise TallyError(f"渠道种类过多：{len(channels)}")
        return cls(
            unit_offsets=boundaries(len(row.unit_keys) for row in rows),
            unit_code=np.array([code_of[key] for row in rows for key in row.unit_keys], np.int32),
            choices=np.array([row.choices for row in rows], np.int8).reshape(len(rows), questions),
            void=np.array([row.void for row in rows], dtype=np.bool_),
            channel=channel.astype(np.int8),
            channels=channels,
        )


def _first_appearance(names: Iterable[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Give each distinct name the next number, in order of first appearance."""
    code_of: dict[str, int] = {}
    codes = [code_of.setdefault(name, len(code_of)) for name in names]
    return tuple(code_of), np.array(codes, dtype=np.int32)


def code_count(codes: NDArray[np.integer[Any]]) -> int:
    """Return how many codes there are, from 0 to the largest."""
    return int(codes.max(initial=-1)) + 1


def boundaries(lengths: Iterable[int]) -> NDArray[np.int64]:
    """Turn the lengths of L lists into their boundaries in one flat list, int64 ``(L + 1,)``."""
    # NumPy adds Python integers up in int64, on every platform.
    return np.cumsum([0, *lengths])
