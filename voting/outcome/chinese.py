"""How the certificate words figures, days and the vocabulary of ``result.json`` in Chinese.

Percentages and fractions are for reading only and come from integers; no float is ever built.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from voting.kernel.area import square_metres
from voting.kernel.clock import BEIJING

CLASSES: Mapping[str, str] = {
    "general": "一般事项",
    "special": "特别事项",
    "unanimous": "一致同意事项",
}
SEATS: Mapping[str, str] = {
    "member": "当选",
    "alternate": "候补",
    "none": "未当选",
    "unresolved": "待定",
}
NEEDS_DECISION: Mapping[str, str] = {
    "tie": "有候选人同意人数和面积均相同，名次须另行表决确定",
    "too_few": "当选人数不足，须补选",
    "even": "当选人数为双数，须依选举办法确定单数",
    "supplementary_election": "当选人数不足或为双数，按公布的规则另行补选",
}
POLICIES: Mapping[str, str] = {
    "silence": "未表决业主的计算",
    "repeat": "重复表决的取舍",
    "repeat_limit": "改投次数的上限",
    "mixed_units": "同一业主各房屋表决不一致的处理",
    "blank_item": "表决票上漏填事项的处理",
    "co_owners": "共有人提出异议的处理",
    "void_ballot": "无效表决票的处理",
    "same_owner": "同一业主的认定",
    "include_kinds": "计入总数的房屋用途",
    "void_item": "有效表决票上划错事项的处理",
    "ranking": "当选名次的排列",
    "quorum": "参与比例的计算",
    "follow": "随多数的计算",
    "lot_seed": "得票相同时的抽签",
    "short_or_even": "当选人数不足或为双数的处理",
    "candidates": "选举时同意人数的限制",
}
POLICY_VALUES: Mapping[str, str] = {
    "not_participating": "不计入参与",
    "abstain": "计为弃权",
    "follow_majority": "随多数",
    "delivered_follows": "已送达未表决的计入参与并随多数",
    "first_valid": "以最先有效的一张为准",
    "last_valid": "以最后有效的一张为准",
    "paper_first": "纸质票优先于手机票",
    "phone_first": "手机票优先于纸质票",
    "unlimited": "不限次数",
    "no_choice": "计入参与人数，不计意见",
    "last_ballot": "以最后一张的意见为准",
    "refuse_different": "后一张不一致的不予收下",
    "participating": "计入参与",
    "first_stands": "先到的有效票仍然有效",
    "void": "该房屋的表决票均作废",
    "identity_set": "产权人完全相同的为同一业主",
    "any_common_owner": "有任一共同产权人的为同一业主",
    "each_title": "共有的房屋每套各为一位业主",
    "household": "同一合户编号的为同一业主，其余按产权人",
    "heads_then_area": "先按同意人数，再按同意面积",
    "area_then_heads": "先按同意面积，再按同意人数",
    "sum_of_shares": "按同意人数占比与同意面积占比之和",
    "per_item": "按本项参与的计算",
    "per_ballot": "按全部有效表决票计算",
    "none": "不抽签，留待决定",
    "both_measures": "人数、面积均居首的意见",
    "each_measure": "人数、面积各随其居首的意见",
    "needs_decision": "留待决定",
    "lowest_becomes_alternate": "双数的，名次最末的当选人转为第一候补",
    "supplementary_election": "空缺名额另行补选",
    "each": "对候选人逐一表决，同意几人不限",
    "at_most_seats": "同意的人数不得超过名额，超过的该项作废",
}
_SIGNS = {">=": "≥", ">": "＞"}
_REACHING = {">=": "达到", ">": "超过"}
_SHARES = {"2/3": "的三分之二", "3/4": "的四分之三", "1/2": "的二分之一", "1/1": ""}


@dataclass(frozen=True, slots=True)
class _Wording:
    """One of the four tests: its step, what it measures, and by which measure."""

    step: str
    part: str
    measure: str
    unit: str


TESTS: Mapping[str, _Wording] = {
    "quorum_heads": _Wording("quorum", "participating", "heads", "人数"),
    "quorum_area": _Wording("quorum", "participating", "area_cm2", "面积"),
    "approval_heads": _Wording("approval", "approve", "heads", "人数"),
    "approval_area": _Wording("approval", "approve", "area_cm2", "面积"),
}
"""The four tests that have to hold together (Civil Code, art. 278(2)), in the order printed."""

_BLOCKS = {"electorate": "总", "attending": "到会", "participating": "参与", "approve": "同意"}


def heads_text(heads: int) -> str:
    """Print a headcount: ``1,286``."""
    return f"{heads:,}"


def area_text(cm2: int) -> str:
    """Print an area given in cm2 in m², exactly, thousands separated.

    >>> area_text(1153443400)
    '115,344.34'
    """
    whole, decimals = square_metres(cm2).split(".")
    return f"{int(whole):,}.{decimals}"


def truncated_percent(part: int, whole: int) -> str:
    """Print ``part / whole`` in per cent with two decimals, cut off and never rounded up.

    A share just short of a threshold never prints as the threshold. Empty if ``whole`` is zero.

    >>> truncated_percent(66666, 100000), truncated_percent(2, 3), truncated_percent(1, 1)
    ('66.66%', '66.66%', '100.00%')
    """
    if whole == 0:
        return ""
    whole_percent, hundredths = divmod(part * 10_000 // whole, 100)
    return f"{whole_percent}.{hundredths:02d}%"


def date_text(day: date) -> str:
    """Print a day as official papers do, without leading zeros: ``2026年11月3日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    """Print an aware moment in Beijing time: ``2026年11月3日 09:00``."""
    local = moment.astimezone(BEIJING)
    return f"{date_text(local)} {local:%H:%M}"


def policy_value_text(value: object) -> str:
    """Word one value of a policy; a list of kinds is joined, an unknown word stays as it is."""
    if isinstance(value, list):
        return "、".join(str(kind) for kind in value)
    return POLICY_VALUES.get(str(value), str(value))


def one_line(text: str) -> str:
    """Lay text out as one printable line.

    Line breaks and tabs become one space. Invisible format characters (Unicode Cf) are left out:
    they have no shape, and a direction override could turn the digits beside it around.
    """
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())


def test_line(item: Mapping[str, Any], name: str) -> list[object]:
    """Word one of the four tests: condition, comparison, its two sides, whether it holds.

    Raises
    ------
    ValueError
        The sides are not the products that the rule asks for, or ``holds`` is not what they
        say: a paper that contradicts itself is not printed.
    """
    wording, test = TESTS[name], item["tests"][name]
    print_figure = heads_text if wording.measure == "heads" else area_text
    sign, share, base = _rule(item["rule"], wording.step)
    num, den = map(int, share.split("/"))
    block = _towards_quorum(item) if wording.step == "quorum" else wording.part
    part, whole = item[block][wording.measure], item[base][wording.measure]
    left, right = den * part, num * whole
    # Of nobody no share is reached.
    holds = whole > 0 and (left >= right if sign == ">=" else left > right)
    if test != {"left": left, "op": sign, "right": right, "holds": holds}:
        raise ValueError(f"{name} of item {item['id']} contradicts its own figures: {test}")
    measured, against = _BLOCKS[block] + wording.unit, _BLOCKS[base] + wording.unit
    return [
        f"{measured}{_REACHING[sign]}{against}{_SHARES[share]}",
        f"{_product(den, print_figure(part))} {_SIGNS[sign]} {_product(num, print_figure(whole))}",
        f"{print_figure(left)} {_SIGNS[sign]} {print_figure(right)}",
        holds,
    ]


def condition_lines(item: Mapping[str, Any]) -> list[str]:
    """Word the participation in an election or choice, and what each name has to reach."""
    present = f"本项参与 {_pair(item['participating'])}"
    if "attending" in item:
        present += f"，到会（有效表决票）{_pair(item['attending'])}"
    tests = (test_line(item, name) for name in TESTS if name in item["tests"])
    checks = "，".join(f"{line[1]} {'成立' if line[3] else '不成立'}" for line in tests)
    conditions = []
    for step, part in (("quorum", _towards_quorum(item)), ("approval", "approve")):
        sign, share, base = _rule(item["rule"], step)
        conditions.append(f"{_BLOCKS[part]}须{_REACHING[sign]}{_BLOCKS[base]}数{_SHARES[share]}")
    return [
        f"{present}：{checks}。",
        f"表中上行为人数，下行为面积（㎡）；{'，'.join(conditions)}，人数和面积均须成立。",
    ]


def clause_lines(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Print every published clause that departs from the plain reading, once for all items."""
    lines: dict[str, str] = {}
    for used in (used for item in items for used in item.get("used_policies", [])):
        kinds = f"：{policy_value_text(used['value'])}" if used["policy"] == "include_kinds" else ""
        lines[used["policy"]] = used["text"] + kinds
    return list(lines.values())


def verdict_text(item: Mapping[str, Any]) -> tuple[str, str]:
    """Word the outcome of an item, short and in full."""
    match item["form"]:
        case "election":
            seats = [candidate["seat"] for candidate in item["candidates"]]
            counted = [(SEATS[seat], seats.count(seat)) for seat in SEATS if seat != "none"]
            words = "，".join(f"{word} {count} 人" for word, count in counted if count)
            return words or "无人当选", words or "无人当选"
        case "choose_one":
            if item["winner"] is None:
                return "未选定", "未选定"
            return "已选定", f"选定：{_titles(item)[item['winner']]}"
        case _:
            word = _passed(item)
            return word, word


def notes(item: Mapping[str, Any]) -> list[str]:
    """Say what is left open, on what the outcome leans, and how far it is from turning."""
    lines = [
        f"尚待决定：{NEEDS_DECISION.get(why, why)}。" for why in item.get("needs_decision", ())
    ]
    if "attending" in item:
        lines.append(
            f"到会指有效表决票所代表的业主，本项漏填或划错的也在内：{_pair(item['attending'])}。"
        )
    if vacant := item.get("supplementary_seats"):
        lines.append(f"须补选：{heads_text(vacant)} 人。")
    if none_of_these := item.get("none_of_these"):
        lines.append(f"均不选：{_pair(none_of_these)}；弃权：{_pair(item['abstain'])}。")
    if run_off := item.get("run_off"):
        pair = "与".join(f"“{_titles(item)[option]}”" for option in run_off)
        lines.append(f"没有方案单独达到法定多数，得票居前的{pair}可以再行表决。")
    depends_on = item.get("depends_on", ())
    if depends_on:
        names = "、".join(POLICIES.get(name, name) for name in depends_on)
        lines.append(f"结果取决于：{names}。规则另作选择的，本项结果不同。")
    used = {clause["policy"] for clause in item.get("used_policies", ())}
    if "silence" in used and "silence" not in depends_on:
        lines.append("不适用关于未表决业主的约定，本项结果相同。")
    flip = item.get("flip") or {}
    if isinstance(flip.get("strike"), int):  # otherwise no exact figure is known
        what = "改变任何一位候选人是否通过" if item["form"] == "election" else "推翻本结果"
        lines.append(f"{what}至少需剔除 {heads_text(flip['strike'])} 张表决票。")
    return lines + _lacking(item, flip)


def _lacking(item: Mapping[str, Any], flip: Mapping[str, Any]) -> list[str]:
    """Say how much approval is missing, or that those who stayed away could not bring it."""
    lacking = flip.get("needed_heads", 0), flip.get("needed_area_cm2", 0)
    if item["carried"] or lacking in ((0, 0), (None, None)):
        return []
    away = [
        item["electorate"][part] - item["participating"][part] for part in ("heads", "area_cm2")
    ]
    if "silence" in {clause["policy"] for clause in item.get("used_policies", ())}:
        away = [item["electorate"][part] for part in ("heads", "area_cm2")]
    if any(each is None or each > left for each, left in zip(lacking, away, strict=True)):
        return ["未表决的业主即使全部同意，本项也不能通过。"]
    heads, cm2 = lacking
    missing = [f"{heads_text(heads)} 人"] * (heads > 0) + [f"{area_text(cm2)} ㎡"] * (cm2 > 0)
    return [f"距通过尚需新增同意：{'、'.join(missing)}。"]


def variant_lines(item: Mapping[str, Any]) -> list[list[object]]:
    """Show the outcome under other readings of a disputed rule (domain C-23).

    Printed are the readings that change the outcome and, where a clause on silence was used,
    the reading without it: those decide whether somebody goes to court.
    """
    used = {clause["policy"] for clause in item.get("used_policies", ())}
    rows: list[list[object]] = []
    for variant in item.get("variants", ()):
        outcome, differs = _variant_outcome(item, variant)
        policy, value = variant["policy"], variant["value"]
        without_clause = (policy, value) == ("silence", "not_participating") and policy in used
        if differs or without_clause:
            total, present = _parts(variant["electorate"]), _parts(variant["participating"])
            if "attending" in variant:
                attending = _parts(variant["attending"])
                present = [
                    f"{part}（到会 {there}）"
                    for part, there in zip(present, attending, strict=True)
                ]
            name = POLICIES.get(policy, policy)
            rows.append([name, policy_value_text(value), total, present, outcome])
    return rows


def _variant_outcome(item: Mapping[str, Any], variant: Mapping[str, Any]) -> tuple[str, bool]:
    """Word what another reading leads to, and tell whether that differs."""
    match item["form"]:
        case "election":
            moved = [
                f"{candidate['name']}{SEATS[variant['seats'][candidate['id']]]}"
                for candidate in item["candidates"]
                if variant["seats"][candidate["id"]] != candidate["seat"]
            ]
            differs = bool(moved) or variant["carried"] != item["carried"]
            return "、".join(moved) or ("须另行决定" if differs else "相同"), differs
        case "choose_one":
            winner = variant["winner"]
            words = "未选定" if winner is None else f"选定：{_titles(item)[winner]}"
            return words, winner != item["winner"]
        case _:
            words = f"{_passed(variant)}，同意 {_pair(variant['approve'])}"
            return words, variant["carried"] != item["carried"]


def _passed(verdict: Mapping[str, Any]) -> str:
    return "通过" if verdict["carried"] else "未通过"


def _pair(block: Mapping[str, int]) -> str:
    """Print heads and area together: ``987 人、99,012.55 ㎡``."""
    return "、".join(_parts(block))


def _parts(block: Mapping[str, int]) -> list[str]:
    return [f"{heads_text(block['heads'])} 人", f"{area_text(block['area_cm2'])} ㎡"]


def _titles(item: Mapping[str, Any]) -> dict[str, str]:
    return {option["id"]: option["title"] for option in item["options"]}


def _rule(rule: Mapping[str, str], step: str) -> tuple[str, str, str]:
    """Split ``>= 2/3`` into sign and share, and name the block it is a share of.

    Participation is always a share of the electorate. Approval is one of the participants; under
    the law before 2021, and where everybody has to agree, of the electorate.
    """
    sign, share = rule[step].split()
    of_participants = step == "approval" and rule["base"] == "participants"
    return sign, share, "participating" if of_participants else "electorate"


def _towards_quorum(item: Mapping[str, Any]) -> str:
    """Name the block that is held against the quorum (domain C-30)."""
    return "attending" if "attending" in item else "participating"


def _product(by: int, figure: str) -> str:
    return f"{by}×{figure}" if by > 1 else figure
