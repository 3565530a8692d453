"""Titles that put to one vote what the law decides by different majorities (domain 1.2)."""

import re

from tally.model import Item, Matter
from tally.rules import JOINT_ITEMS

_FUND, _COMMON_PARTS = JOINT_ITEMS
_FUND_MATTERS = frozenset(_FUND.parts)
# To change the use of common parts is mostly to do business with them: the same majority.
_COMMON_MATTERS = frozenset({*_COMMON_PARTS.parts, Matter.CHANGE_COMMON_USE})

# What business brought in is income; to name where it comes from is not to decide on business.
_INCOME_FROM_BUSINESS = re.compile(r"经营[^，、；。和与及并]*?(?=收益|收入|所得)")
_INCOME = re.compile(r"收益|收入|所得")
_SPENT = re.compile(r"管理|使用|用于|分配|支出")


def bundled(item: Item) -> tuple[str, str] | None:
    """Name what an item bundles, as a code and a sentence for the drafter; None if nothing.

    A matter called ``other`` is looked at as well: its majority is the smaller one.
    """
    raises_and_uses = "筹集" in item.title and "使用" in item.title
    about_fund = item.matter in _FUND_MATTERS or (
        item.matter is Matter.OTHER and "维修资金" in item.title
    )
    if about_fund and raises_and_uses:
        message = f"筹集与使用维修资金的通过标准不同，须分为两个事项（{_FUND.source}）"
        return "bundled-fund-item", message
    rest = _INCOME_FROM_BUSINESS.sub("", item.title)
    earns_and_spends = "经营" in rest and _INCOME.search(rest) and _SPENT.search(rest)
    about_common_parts = item.matter in _COMMON_MATTERS or (
        item.matter is Matter.OTHER and "共有部分" in item.title
    )
    if about_common_parts and earns_and_spends:
        message = (
            "利用共有部分经营与管理、使用其收益的通过标准不同，"
            f"须分为两个事项（{_COMMON_PARTS.source}）"
        )
        return "bundled-income-item", message
    return None
