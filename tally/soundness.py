"""Columns that contradict themselves are refused before anything is counted."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tally.columns import KINDS, BallotColumns, RosterColumns, Segments
from tally.errors import TallyError
from tally.households import NO_HOUSEHOLD
from tally.model import MAX_OPTIONS, Agenda, Form, Item, Silence
from tally.question import Question
from tally.slots import Answers

_INT64_MAX = 2**63 - 1
_HALF = 32


def require_sound_agenda(agenda: Agenda) -> None:
    """Refuse an agenda that cannot be counted.

    Raises
    ------
    TallyError
        Two items share an id, or an item lacks what its form needs.
    """
    ids = [item.id for item in agenda.items]
    for position, item_id in enumerate(ids):
        if item_id in ids[:position]:
            raise TallyError(f"议题编号 {item_id} 重复", position)
    for position, item in enumerate(agenda.items):
        problem = _problem_of(item)
        if problem is not None:
            raise TallyError(f"议题 {item.id}：{problem}", position)


def require_sound_roster(roster: RosterColumns, segments: Segments | None = None) -> None:
    """Refuse a roster whose columns do not fit together or cannot be summed in 64 bits.

    Raises
    ------
    TallyError
        Naming the first offending unit.
    """
    units = len(roster.unit_key)
    _require_shape("楼栋", roster.building, (units,), np.int32)
    _require_shape("用途", roster.kind, (units,), np.int8)
    _require_shape("面积", roster.area_cm2, (units,), np.int64)
    _require_shape("产权状态", roster.developer_stock, (units,), np.bool_)
    _require_offsets("业主", roster.owner_offsets, units, roster.owner_code)
    _require_unique_units(roster, segments)
    household = roster.household
    if household is None:
        household = np.full(units, NO_HOUSEHOLD, dtype=np.int32)
    _require_shape("合户", household, (units,), np.int32)
    for noun, wrong in (
        ("楼栋代码无法识别", (roster.building < 0) | (roster.building >= len(roster.buildings))),
        ("用途代码无法识别", (roster.kind < 0) | (roster.kind >= len(KINDS))),
        ("面积必须大于零", roster.area_cm2 <= 0),
        ("合户代码无法识别", (household < NO_HOUSEHOLD) | (household >= units)),
    ):
        if wrong.any():
            row = int(wrong.argmax())
            raise TallyError(f"清册第 {row + 1} 行（{roster.unit_key[row]}）：{noun}", row)
    # Dense codes stay below their number; what is counted owner by owner has a place for each.
    unknown = (roster.owner_code < 0) | (roster.owner_code >= len(roster.owner_code))
    if unknown.any():
        position = int(unknown.argmax())
        row = int(np.searchsorted(roster.owner_offsets, position, side="right")) - 1
        raise TallyError(f"清册第 {row + 1} 行（{roster.unit_key[row]}）：业主代码无法识别", row)
    # High and low halves apart: neither sum can overflow, so the bound itself is exact.
    high = int((roster.area_cm2 >> _HALF).sum())
    low = int((roster.area_cm2 & (2**_HALF - 1)).sum())
    if (high << _HALF) + low > _INT64_MAX:
        row = int(roster.area_cm2.argmax())
        raise TallyError(
            f"清册面积合计超出可精确计算的范围，最大的是第 {row + 1} 行（{roster.unit_key[row]}）",
            row,
        )


def require_sound_segments(roster: RosterColumns, segments: Segments) -> None:
    """Refuse segments that do not divide the roster.

    Raises
    ------
    TallyError
        Naming the first unit that belongs to none, or the first segment without a unit.
    """
    _require_shape("分区", segments.code, (len(roster),), np.int32)
    outside = (segments.code < 0) | (segments.code >= len(segments.names))
    if outside.any():
        row = int(outside.argmax())
        raise TallyError(f"清册第 {row + 1} 行（{roster.unit_key[row]}）：不属于任何分区", row)
    units = np.bincount(segments.code, minlength=len(segments.names))
    if not units.all():
        raise TallyError(f"{segments.names[int(units.argmin())]} 没有任何房屋，无法计票")


def require_sound_ballots(agenda: Agenda, roster: RosterColumns, ballots: BallotColumns) -> None:
    """Refuse ballots that point outside the roster or do not fit the agenda.

    Raises
    ------
    TallyError
        Naming the first offending ballot.
    """
    count = len(ballots.void)
    columns = len(agenda.question_columns())
    _require_shape("作废标记", ballots.void, (count,), np.bool_)
    _require_shape("渠道", ballots.channel, (count,), np.int8)
    _require_shape("选择", ballots.choices, (count, columns), np.int8)
    _require_offsets("表决票房屋", ballots.unit_offsets, count, ballots.unit_code)
    outside = (ballots.unit_code < 0) | (ballots.unit_code >= len(roster))
    if outside.any():
        position = int(outside.argmax())
        row = int(np.searchsorted(ballots.unit_offsets, position, side="right")) - 1
        raise TallyError(
            f"第 {row + 1} 张表决票指向清册中不存在的第 {int(ballots.unit_code[position])} 号房屋",
            row,
        )


def require_known_choices(
    agenda: Agenda, questions: Sequence[Sequence[Question]], answers: Answers
) -> None:
    """Refuse choices that their question does not offer.

    Raises
    ------
    TallyError
        Naming the first offending ballot.
    """
    for item, asked in zip(agenda.items, questions, strict=True):
        for question in asked:
            seen = set(np.flatnonzero(answers.seen[question.column]).tolist())
            foreign = seen - question.allowed
            if foreign:
                marks = answers.columns[question.column]
                row = int(np.isin(marks, list(foreign)).argmax())
                raise TallyError(
                    f"第 {row + 1} 张表决票在议题 {item.id} 上的选择 "
                    f"{int(marks[row].view(np.int8))} 无法识别",
                    row,
                )


def require_delivery(
    agenda: Agenda, roster: RosterColumns, delivered: NDArray[np.bool_] | None
) -> None:
    """Refuse a clause on delivery without proof of delivery (domain P-16).

    Raises
    ------
    TallyError
        The records are absent or do not fit the roster.
    """
    if delivered is not None:
        require_units("送达记录", roster, delivered)
    elif agenda.policies.silence is Silence.DELIVERED_FOLLOWS:
        raise TallyError("规则规定已送达未表决的计入多数，但没有提供送达记录")


def require_units(noun: str, roster: RosterColumns, units: NDArray[np.bool_]) -> None:
    """Refuse a column of units that does not fit the roster.

    Raises
    ------
    TallyError
    """
    _require_shape(noun, units, (len(roster),), np.bool_)


def require_struck(ballots: BallotColumns, struck: Collection[int]) -> None:
    """Refuse to strike a ballot that does not exist.

    Raises
    ------
    TallyError
        Naming it.
    """
    for position in sorted(struck):
        if not 0 <= position < len(ballots):
            raise TallyError(f"要剔除的第 {position + 1} 张表决票不存在", position)


def _require_unique_units(roster: RosterColumns, segments: Segments | None) -> None:
    """Each unit stands in the roster of its complex once; another complex may have the same key."""
    keys: Sequence[object] = roster.unit_key
    if segments is not None:
        keys = list(zip(segments.code.tolist(), roster.unit_key, strict=True))
    if len(set(keys)) == len(keys):
        return
    seen: set[object] = set()
    for row, key in enumerate(keys):
        if key in seen:
            raise TallyError(f"清册第 {row + 1} 行：房屋 {roster.unit_key[row]} 重复", row)
        seen.add(key)


def _problem_of(item: Item) -> str | None:
    ids = [candidate.id for candidate in item.candidates] + [each.id for each in item.options]
    election = item.form is Form.ELECTION
    choose_one = item.form is Form.CHOOSE_ONE
    problems = (
        (len(set(ids)) != len(ids), "候选人或选项编号重复"),
        (election != bool(item.candidates), "选举须有候选人，其他形式不得有"),
        (choose_one != bool(item.options), "多选一须有选项，其他形式不得有"),
        (len(item.options) > MAX_OPTIONS, f"选项多于 {MAX_OPTIONS} 个"),
        (election and (item.seats < 0 or item.places < 1), "选举名额至少为一"),
        # BJ art. 39: no more alternates than members; on a list of their own these are not known.
        (
            not (0 <= item.alternates <= item.seats or (election and item.seats == 0)),
            "候补名额不得多于委员名额",
        ),
    )
    return next((text for wrong, text in problems if wrong), None)


def _require_shape(
    noun: str, column: NDArray[np.generic], shape: tuple[int, ...], dtype: type[np.generic]
) -> None:
    if column.shape == shape and column.dtype == dtype:
        return
    message = (
        f"{noun}一列应为 {np.dtype(dtype).name} {shape}，实为 {column.dtype.name} {column.shape}"
    )
    if column.ndim == 0 or len(column) == shape[0]:
        raise TallyError(message)
    row = min(len(column), shape[0])
    raise TallyError(f"{message}，从第 {row + 1} 行起对不上", row)


def _require_offsets(
    noun: str, offsets: NDArray[np.int64], rows: int, flat: NDArray[np.int32]
) -> None:
    _require_shape(f"{noun}起止", offsets, (rows + 1,), np.int64)
    _require_shape(f"{noun}代码", flat, (len(flat),), np.int32)
    if offsets[0] != 0 or offsets[-1] != len(flat):
        row = 0 if offsets[0] != 0 else max(rows - 1, 0)
        raise TallyError(f"{noun}起止在第 {row + 1} 行与列表长度 {len(flat)} 不符", row)
    backwards = offsets[1:] < offsets[:-1]
    if backwards.any():
        row = int(backwards.argmax())
        raise TallyError(f"{noun}起止在第 {row + 1} 行倒退", row)
