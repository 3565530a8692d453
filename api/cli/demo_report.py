"""What the demonstration prints, in Chinese, with the integers that decide."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from voting.kernel.area import square_metres

_CLASSES = {"general": "同意须过半数", "special": "同意须四分之三", "unanimous": "须全体一致"}
_POLICIES = {
    "silence": "沉默者的处理",
    "include_kinds": "车位与储藏是否计入",
    "mixed_units": "多套房意见不一的处理",
    "blank_item": "空白项的处理",
    "co_owners": "共有人提出异议的处理",
    "void_ballot": "废票是否算参与",
    "same_owner": "同一业主的认定",
    "repeat": "重复投票以哪张为准",
    "repeat_limit": "改投次数的上限",
    "void_item": "划错事项的处理",
    "ranking": "当选名次的排列",
    "short_or_even": "当选人数不足或为双数的处理",
    "candidates": "选举时同意人数的限制",
}
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
    console.rule(f"[bold]{result['title']}　表决结果")
    for item in result["items"]:
        if item["form"] == "election":
            _print_election(console, item)
        else:
            _print_item(console, item)


def _print_item(console: Console, item: Mapping[str, Any]) -> None:
    verdict = "[green]通过[/green]" if item["carried"] else "[red]未通过[/red]"
    table = Table(title=f"{item['id']}. {item['title']}　{verdict}", title_justify="left")
    table.add_column("口径")
    for heading in ("应参与", "参与", "同意", "反对", "弃权"):
        table.add_column(heading, justify="right")
    for key, name in (("heads", "人数"), ("area_cm2", "面积（㎡）")):
        figures = (
            item[part][key]
            for part in ("electorate", "participating", "approve", "oppose", "abstain")
        )
        table.add_row(name, *(str(f) if key == "heads" else square_metres(f) for f in figures))
    console.print(table)
    tests = item["tests"]
    for step, name in (("quorum", "参与须三分之二"), ("approval", _CLASSES[item["rule"]["class"]])):
        console.print(
            f"  {name}：人数 {_comparison(tests[f'{step}_heads'])}；"
            f"面积 {_comparison(tests[f'{step}_area'])}"
        )
    depends = "、".join(_POLICIES.get(name, name) for name in item["depends_on"])
    console.print(
        f"  有争议的口径：{f'结果取决于{depends}' if depends else '换用任何一种，结果相同'}"
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


def _comparison(test: Mapping[str, Any]) -> str:
    op = {">=": "≥", ">": ">"}[test["op"]]
    return f"{test['left']} {op} {test['right']} {'✓' if test['holds'] else '✗'}"
