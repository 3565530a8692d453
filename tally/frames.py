"""Whole rosters, ballot streams and results as pandas frames, for notebooks and city datasets.

Nothing is counted here: strings become dense codes once, and the columns go to the same count.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tally.columns import KINDS, BallotColumns, RosterColumns, boundaries
from tally.errors import TallyError
from tally.model import Agenda

ROSTER = ("unit_key", "building", "kind", "area_cm2", "developer_stock", "owners")
"""Columns of a roster frame. ``owners`` holds a sequence of identities, ``kind`` a Chinese name."""

HOUSEHOLD = "household"
"""A column that a roster frame may have besides: the number of a household, empty for most."""

BALLOTS = ("unit_keys", "void", "channel")
"""Columns of a ballot frame before its choices; ``unit_keys`` holds a sequence."""

_MEASURES = ("electorate", "participating", "approve", "oppose", "abstain", "void")


def roster_from_frame(frame: pd.DataFrame) -> RosterColumns:
    """Turn a roster frame into columns, one row for each of U exclusive units.

    Parameters
    ----------
    frame
        Columns as :data:`ROSTER`; ``area_cm2`` integers in cm² (0.0001 m²).

    Raises
    ------
    TallyError
        A column is missing, an area is not an integer, or a kind is unknown.
    """
    _require_columns(frame, ROSTER)
    if not pd.api.types.is_integer_dtype(frame["area_cm2"]):
        raise TallyError("面积列 area_cm2 须为整数（平方厘米）")
    building, buildings = pd.factorize(frame["building"])
    kind = pd.Index([kind.value for kind in KINDS]).get_indexer(pd.Index(frame["kind"]))
    if (kind < 0).any():
        row = int(np.flatnonzero(kind < 0)[0])
        raise TallyError(f"第 {row + 1} 行的用途无法识别", row)
    owners = frame["owners"].tolist()
    owner_code, _ = pd.factorize(np.array(list(chain.from_iterable(owners)), dtype=object))
    return RosterColumns(
        unit_key=tuple(frame["unit_key"]),
        buildings=tuple(buildings),
        building=building.astype(np.int32),
        kind=kind.astype(np.int8),
        area_cm2=frame["area_cm2"].to_numpy(np.int64),
        developer_stock=frame["developer_stock"].to_numpy(np.bool_),
        owner_offsets=boundaries(map(len, owners)),
        owner_code=owner_code.astype(np.int32),
        household=_households(frame),
    )


def ballots_from_frame(frame: pd.DataFrame, roster: RosterColumns, agenda: Agenda) -> BallotColumns:
    """Turn a ballot frame into columns, one row for each of B ballots in order of arrival.

    Parameters
    ----------
    frame
        Columns as :data:`BALLOTS`, then one integer column ``0``, ``1``, ... of
        :class:`~tally.model.Choice` codes for each question of the agenda.

    Raises
    ------
    TallyError
        A column is missing, or a unit is not in the roster.
    """
    questions = list(range(len(agenda.question_columns())))
    _require_columns(frame, (*BALLOTS, *questions))
    held = frame["unit_keys"].tolist()
    wanted = pd.Index(list(chain.from_iterable(held)), dtype=object)
    unit_code = pd.Index(roster.unit_key, dtype=object).get_indexer(wanted)
    offsets = boundaries(map(len, held))
    if (unit_code < 0).any():
        row = int(np.searchsorted(offsets, np.flatnonzero(unit_code < 0)[0], side="right")) - 1
        raise TallyError(f"第 {row + 1} 张表决票所写的房屋不在清册中", row)
    channel, channels = pd.factorize(frame["channel"])
    return BallotColumns(
        unit_offsets=offsets,
        unit_code=unit_code.astype(np.int32),
        choices=frame[questions].to_numpy(np.int8),
        void=frame["void"].to_numpy(np.bool_),
        channel=channel.astype(np.int8),
        channels=tuple(channels),
    )


def result_frame(items: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay a result out as a table: one row for each proposal and measure.

    Returns
    -------
    pandas.DataFrame
        Index ``item``, ``proposal`` (candidate or option id, empty for a resolution) and
        ``measure`` (``heads``, ``area_cm2``); integer columns for each block of the result, and
        ``carried``.
    """
    rows = []
    for item in items:
        for proposal in item.get("candidates") or item.get("options") or [item]:
            blocks = item | proposal
            rows += [
                {
                    "item": item["id"],
                    "proposal": "" if proposal is item else proposal["id"],
                    "measure": measure,
                    **{block: blocks[block][measure] for block in _MEASURES},
                    "carried": blocks["carried"],
                }
                for measure in ("heads", "area_cm2")
            ]
    return pd.DataFrame(rows).set_index(["item", "proposal", "measure"])


def _households(frame: pd.DataFrame) -> NDArray[np.int32] | None:
    if HOUSEHOLD not in frame.columns or frame[HOUSEHOLD].isna().all():
        return None
    codes, _ = pd.factorize(frame[HOUSEHOLD])  # an empty cell gets -1, which is NO_HOUSEHOLD
    return codes.astype(np.int32)


def _require_columns(frame: pd.DataFrame, names: Sequence[object]) -> None:
    missing = [str(name) for name in names if name not in frame.columns]
    if missing:
        raise TallyError(f"数据表缺少列：{'、'.join(missing)}")
