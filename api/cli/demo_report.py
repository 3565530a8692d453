"""What the demonstration prints, in Chinese, with the integers that decide."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from voting.kernel.area import square_metres

_CLASSES = {"general": "过半数", "special": "四分之三以上", "unanimous": "全体一致"}
_SEATS = {"member": "当选", "alternate": "候补", "none": "未当选", "unresolved": "待定"}
_PARTS = {
    "everything": "全部房屋",
    "without_parking_and_storage": "不含车位与储藏（默认分母）",
    "developer_stock": "其中：未售与未交付",
}


def print_reconciliation(console: Console, figures: Mapping[str, Any]) -> None:
    """Print a roster's totals under each denominator."""
    table = Table(title="清册对账")
    for heading in ("口径", "套数", "人数", "面积（㎡）"):
        table.add_column(heading, justify="left" if heading == "口径" else "right")
    for key, name in _PARTS.items():
        _add_totals(table, name, figures[key])
    for kind, totals in figures["by_kind"].items():
        _add_totals(table, f"用途：{kind}", totals)
    console.print(table)
    console.print(
        f"  多套业主 {figures['groups_with_several_units']} 人；共有房屋 "
        f"{figures['co_owned_units']} 套；单位产权 {figures['corporate_units']} 套；"
        f"面积非登记来源 {figures['area_not_registered']} 套"
    )


def print_turnout(console: Console, turnout: Mapping[str, Any]) -> None:
    """Print how far each quorum is, once for each different electorate."""
    seen = set()
    for item in turnout["items"]:
        whole, part = item["electorate"], item["participating"]
        key = (whole["heads"], whole["area_cm2"])
        if key in seen:
            continue
        seen.add(key)
        reached = all(test["holds"] for test in item["quorum"].values())
        console.print(
            f"  参与 {part['heads']}/{whole['heads']} 人，"
            f"{square_metres(part['area_cm2'])}/{square_metres(whole['area_cm2'])} ㎡，"
            f"三分之二门槛{'已达到' if reached else '未达到'}"
        )


def print_refusals(console: Console, refused: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Print what was tried and with which code it was refused."""
    table = Table(title="被拒收的表决票（不留任何内容，只计次数）")
    for heading in ("情形", "代码", "说明"):
        table.add_column(heading)
    for name, answer in refused:
        code = str(answer.get("type", "未拒收！")).removeprefix("/problems/")
        table.add_row(name, code, str(answer.get("detail", "")))
    console.print(table)


def print_result(console: Console, result: Mapping[str, Any]) -> None:
    """Print every item with both measures, thresholds and verdict."""
    table = Table(title=f"{result['title']}　表决结果", show_lines=True)
    for heading in (
        "议题",
        "口径",
        "应参与",
        "参与",
        "同意",
        "反对",
        "弃权",
        "法定人数",
        "通过门槛",
    ):
        table.add_column(heading, justify="left" if heading in {"议题", "口径"} else "right")
    table.add_column("结论")
    for item in result["items"]:
        if item["form"] == "resolution":
            _add_item(table, f"{item['id']}. {item['title']}", item)
    console.print(table)
    for item in result["items"]:
        if item["form"] == "election":
            _print_election(console, item)


def _add_item(table: Table, title: str, item: Mapping[str, Any]) -> None:
    tests = item["tests"]
    for measure, unit in (("heads", "人数"), ("area", "面积㎡")):
        key = "heads" if measure == "heads" else "area_cm2"
        cells = [
            _figure(item[part][key], measure)
            for part in ("electorate", "participating", "approve", "oppose", "abstain")
        ]
        table.add_row(
            title if measure == "heads" else _CLASSES[item["rule"]["class"]],
            unit,
            *cells,
            _mark(tests[f"quorum_{measure}"]),
            _mark(tests[f"approval_{measure}"]),
            ("通过" if item["carried"] else "未通过") if measure == "heads" else "",
        )


def _print_election(console: Console, item: Mapping[str, Any]) -> None:
    table = Table(title=f"{item['id']}. {item['title']}")
    for heading in ("名次", "候选人", "同意人数", "同意面积（㎡）", "双过半", "结果"):
        table.add_column(heading)
    ranked = sorted(
        item["candidates"], key=lambda candidate: (candidate["rank"] is None, candidate["rank"])
    )
    for candidate in ranked:
        table.add_row(
            str(candidate["rank"] or "—"),
            candidate["name"],
            str(candidate["approve"]["heads"]),
            square_metres(candidate["approve"]["area_cm2"]),
            "是" if candidate["carried"] else "否",
            _SEATS[candidate["seat"]],
        )
    console.print(table)


def _add_totals(table: Table, name: str, totals: Mapping[str, int]) -> None:
    table.add_row(
        name, str(totals["units"]), str(totals["heads"]), square_metres(totals["area_cm2"])
    )


def _figure(value: int, measure: str) -> str:
    return str(value) if measure == "heads" else square_metres(value)


def _mark(test: Mapping[str, Any]) -> str:
    return f"{test['left']} {test['op']} {test['right']} {'✓' if test['holds'] else '✗'}"
