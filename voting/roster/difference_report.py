"""A difference as people read it: what is published of it, and line by line in Chinese."""

from typing import Any

from voting.kernel.area import square_metres
from voting.roster.difference import ChangedUnit, Measures, RosterDifference, Totals
from voting.roster.document import PublicUnit


def published(difference: RosterDifference) -> dict[str, Any]:
    """Write what everybody may see: no owner numbers, only that an owner changed."""
    before, after = difference.totals
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
        "group_changed": [
            {"after": after, "before": before, "unit": pair.after.unit_key}
            for pair in difference.changed
            if pair.together is not None
            for before, after in [pair.together]
        ],
        "kind_changed": [
            {
                "after": pair.after.kind.value,
                "before": pair.before.kind.value,
                "unit": pair.after.unit_key,
            }
            for pair in difference.changed
            if pair.before.kind is not pair.after.kind
        ],
        "lines": lines(difference),
        "owner_changed": [pair.after.unit_key for pair in difference.changed if pair.owner_changed],
        "removed": list(difference.removed),
        "stock_changed": [
            {"stock": pair.after.stock, "unit": pair.after.unit_key}
            for pair in difference.changed
            if pair.before.stock != pair.after.stock
        ],
        "to": difference.after,
        "totals": {"after": after.to_object(), "before": before.to_object()},
        "version": difference.version,
    }


def lines(difference: RosterDifference) -> list[str]:
    """Say it in Chinese, one line for each change, the effect on both totals last."""
    said = [
        f"新增 {unit.unit_key}：{unit.kind.value}，{square_metres(unit.area_cm2)} ㎡"
        for _, unit in difference.added
    ]
    said += [f"删除 {key}" for key in difference.removed]
    said += [line for pair in difference.changed for line in _changes(pair)]
    names = ("全部房屋", "不含车位与储藏")
    before, after = difference.totals
    for name, old, new in zip(names, _pair(before), _pair(after), strict=True):
        said.append(
            f"{name}：人数 {old.heads} → {new.heads}，"
            f"面积 {square_metres(old.area_cm2)} → {square_metres(new.area_cm2)} ㎡"
        )
    return said


def _changes(pair: ChangedUnit) -> list[str]:
    before, after, key = pair.before, pair.after, pair.after.unit_key
    said = []
    if before.area_cm2 != after.area_cm2:
        areas = f"{square_metres(before.area_cm2)} → {square_metres(after.area_cm2)} ㎡"
        said.append(f"{key} 面积变更：{areas}")
    if before.kind is not after.kind:
        said.append(f"{key} 用途变更：{before.kind.value} → {after.kind.value}")
    if pair.owner_changed:
        said.append(f"{key} 业主变更")
    if before.stock != after.stock:
        said.append(f"{key} {'转为未售或未交付' if after.stock else '已售出并交付'}")
    if pair.together is not None:
        was, now = pair.together
        said.append(f"{key} 产权组合变更：由 {was} 套合计一人变为 {now} 套合计一人")
    return said


def _published_unit(unit: PublicUnit) -> dict[str, Any]:
    return {"area_cm2": unit.area_cm2, "kind": unit.kind.value, "unit": unit.unit_key}


def _pair(both: Totals) -> tuple[Measures, Measures]:
    return both.everything, both.without_parking_and_storage
