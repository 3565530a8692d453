"""Corrections of the roster in Chinese, as the certificate shows them (domain C-16)."""

from collections.abc import Mapping
from typing import Any

from voting.kernel.clock import parse_timestamp
from voting.outcome.chinese import area_text, heads_text, moment_text, verdict_text
from voting.roster.mandate_changes import count_lines

_DENOMINATORS = {"everything": "全部房屋", "without_parking_and_storage": "不含车位与储藏"}


def correction_lines(result: Mapping[str, Any]) -> list[str]:
    """Print each correction with both totals, then what the corrected roster leads to."""
    lines = [_correction(correction) for correction in result.get("corrections", ())]
    corrected = result.get("corrected", {"items": ()})["items"]
    by_id = {item["id"]: item for item in corrected}
    for number, item in enumerate(result["items"], 1):
        if item["id"] in by_id:
            lines.append(_outcome(number, item, by_id[item["id"]]))
    return lines


def _correction(correction: Mapping[str, Any]) -> str:
    before, after = correction["totals"]["before"], correction["totals"]["after"]
    totals = "；".join(
        f"{name}由 {_pair(before[key])}更正为 {_pair(after[key])}"
        for key, name in _DENOMINATORS.items()
    )
    signed = moment_text(parse_timestamp(correction["at"]))
    return (
        f"表决期间业主清册有更正，经召集人与监督单位于{signed}共同签署：{totals}"
        f"{_removed(correction.get('removed'))}"
        f"{''.join(f'；{line}' for line in count_lines(correction.get('mandates', {})))}"
    )


def _removed(removed: Mapping[str, int] | None) -> str:
    if removed is None:
        return ""
    return (
        f"；更正删除房屋 {removed['units']} 套（{area_text(removed['area_cm2'])} ㎡），此后不再接受"
        f"其表决票，此前已投票 {removed['voted']} 套，在公布的清册上仍计入，在试算中剔除"
    )


def _outcome(number: int, item: Mapping[str, Any], corrected: Mapping[str, Any]) -> str:
    _, pinned = verdict_text(item)
    _, other = verdict_text(corrected)
    same = "结果相同" if pinned == other else "结果不同"
    return (
        f"事项 {number} 依公布的清册（总数 {_pair(item['electorate'])}）为“{pinned}”；"
        f"按更正后的清册（总数 {_pair(corrected['electorate'])}）试算为“{other}”，{same}"
    )


def _pair(block: Mapping[str, int]) -> str:
    return f"{heads_text(block['heads'])} 人、{area_text(block['area_cm2'])} ㎡"
