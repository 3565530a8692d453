"""Objections of co-owners in Chinese, as the certificate shows them (domain C-1)."""

from collections.abc import Mapping
from typing import Any

from voting.outcome.chinese import heads_text

_RULES = {
    "first_stands": "先到的有效票仍然有效",
    "abstain": "按公布的规则，这些房屋按弃权计算",
    "void": "按公布的规则，这些房屋的表决票作废",
}


def objection_lines(result: Mapping[str, Any]) -> list[str]:
    """Say how many ballots are objected to, and what that does; nothing if none is.

    Which units these are stays unsaid.
    """
    objections = result.get("objections", ())
    if not objections:
        return []
    ballots = {position for each in objections for position in each["ballots"]}
    used = [each for item in result["items"] for each in item["used_policies"]]
    rule = next((each["value"] for each in used if each["policy"] == "co_owners"), "first_stands")
    count, concerned = heads_text(len(objections)), heads_text(len(ballots))
    line = f"共有人在截止前提出异议 {count} 件，涉及有效表决票 {concerned} 张：{_RULES[rule]}"
    return [line]
