"""A difference as people read it: what is published of it, and line by line in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from voting.kernel.area import square_metres
from voting.roster.difference import ChangedUnit, Measures, RosterDifference, Totals
from voting.roster.document import PublicUnit
from voting.roster.mandate_changes import MandateChange, count_lines, counted

NOBODY: Mapping[str, int] = {}
"""No unit for which others may vote than before."""
_UNTOLD = "上一版的个人信息已删除或不能解密，无法比较表决人、代理人与业主状态的变更，请逐套核对"


def published(
    difference: RosterDifference, mandates: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Write what everybody may see: whatever two published lists show side by side.

    Of owners, owner groups, developer stock and voters only how many units changed, never which:
    a unit that changed hands is known to its neighbours.

    Parameters
    ----------
    mandates
        Units by sort of change in who may vote; None where no entry of the version says so.
    """
    return {
        "added": [_published_unit(unit) for _, unit in difference.added],
        "area_changed": [
            {
                "after_cm2": pair.after.area_cm2,
                "before_cm2": pair.before.area_cm2,
                "unit": pair.after.unit_key,
            }
            for pair in difference.changed
            if pair.before.area_cm2 != pair.after.area_cm2
        ],
        "from": difference.before,
        "kind_changed": [
            {
                "after": pair.after.kind.value,
                "before": pair.before.kind.value,
                "unit": pair.after.unit_key,
            }
            for pair in difference.changed
            if pair.before.kind is not pair.after.kind
        ],
        "lines": public_lines(difference, mandates or {}),
        "removed": list(difference.removed),
        "to": difference.after,
        "totals": difference.totals_object(),
        "units_changed": _units_changed(difference) | dict(mandates or {}),
        "version": difference.version,
    }


def in_full(
    difference: RosterDifference, mandates: Sequence[MandateChange] | None = ()
) -> dict[str, Any]:
    """Write what those who sign a version have to see: also which units changed hands.

    Parameters
    ----------
    mandates
        What changed in who may vote; None if it cannot be told, the version before being erased.
    """
    return published(difference, None if mandates is None else counted(mandates)) | {
        "group_changed": [
            {"after": after, "before": before, "unit": pair.after.unit_key}
            for pair in difference.changed
            if pair.together is not None
            for before, after in [pair.together]
        ],
        "lines": lines(difference, mandates),
        "mandates_changed": [
            {"change": each.sort.value, "unit": each.unit_key, "words": each.words}
            for each in mandates or ()
        ],
        "owner_changed": [pair.after.unit_key for pair in difference.changed if pair.owner_changed],
        "stock_changed": [
            {"stock": pair.after.stock, "unit": pair.after.unit_key}
            for pair in difference.changed
            if pair.before.stock != pair.after.stock
        ],
    }


def public_lines(difference: RosterDifference, mandates: Mapping[str, int] = NOBODY) -> list[str]:
    """Say in Chinese what everybody may know, one line for each change, totals last."""
    counted = _units_changed(difference)
    said = _listed(difference)
    said += [line for pair in difference.changed for line in _public_changes(pair)]
    said += [
        f"{name} {counted[sort]} 套"
        for sort, name in (
            ("owner", "业主变更"),
            ("stock", "售出交付情况变更"),
            ("group", "产权组合变更"),
            ("household", "合户编号变更"),
        )
        if counted[sort]
    ]
    return said + count_lines(mandates) + _effect(difference)


def lines(difference: RosterDifference, mandates: Sequence[MandateChange] | None = ()) -> list[str]:
    """Say it in Chinese, one line for each change, the effect on both totals last."""
    said = _listed(difference)
    said += [line for pair in difference.changed for line in _changes(pair)]
    said += [_UNTOLD] if mandates is None else [each.line for each in mandates]
    return said + _effect(difference)


def _listed(difference: RosterDifference) -> list[str]:
    said = [
        f"新增 {unit.unit_key}：{unit.kind.value}，{square_metres(unit.area_cm2)} ㎡"
        for _, unit in difference.added
    ]
    return said + [f"删除 {key}" for key in difference.removed]


def _effect(difference: RosterDifference) -> list[str]:
    names = ("全部房屋", "不含车位与储藏")
    before, after = difference.totals
    return [
        f"{name}：人数 {old.heads} → {new.heads}，"
        f"面积 {square_metres(old.area_cm2)} → {square_metres(new.area_cm2)} ㎡"
        for name, old, new in zip(names, _pair(before), _pair(after), strict=True)
    ]


def _units_changed(difference: RosterDifference) -> dict[str, int]:
    pairs = difference.changed
    return {
        "added": len(difference.added),
        "area": sum(pair.before.area_cm2 != pair.after.area_cm2 for pair in pairs),
        "group": sum(pair.together is not None for pair in pairs),
        "household": sum(pair.household_changed for pair in pairs),
        "kind": sum(pair.before.kind is not pair.after.kind for pair in pairs),
        "owner": sum(pair.owner_changed for pair in pairs),
        "removed": len(difference.removed),
        "stock": sum(pair.before.stock != pair.after.stock for pair in pairs),
    }


def _public_changes(pair: ChangedUnit) -> list[str]:
    before, after, key = pair.before, pair.after, pair.after.unit_key
    said = []
    if before.area_cm2 != after.area_cm2:
        areas = f"{square_metres(before.area_cm2)} → {square_metres(after.area_cm2)} ㎡"
        said.append(f"{key} 面积变更：{areas}")
    if before.kind is not after.kind:
        said.append(f"{key} 用途变更：{before.kind.value} → {after.kind.value}")
    return said


def _changes(pair: ChangedUnit) -> list[str]:
    before, after, key = pair.before, pair.after, pair.after.unit_key
    said = _public_changes(pair)
    if pair.owner_changed:
        said.append(f"{key} 业主变更")
    if before.stock != after.stock:
        said.append(f"{key} {'转为未售或未交付' if after.stock else '已售出并交付'}")
    if pair.household_changed:
        numbers = (str(unit.household or "无") for unit in (before, after))
        said.append(f"{key} 合户编号变更：{' → '.join(numbers)}")
    if pair.together is not None:
        was, now = pair.together
        said.append(f"{key} 产权组合变更：由 {was} 套合计一人变为 {now} 套合计一人")
    return said


def _published_unit(unit: PublicUnit) -> dict[str, Any]:
    return {"area_cm2": unit.area_cm2, "kind": unit.kind.value, "unit": unit.unit_key}


def _pair(both: Totals) -> tuple[Measures, Measures]:
    return both.everything, both.without_parking_and_storage
