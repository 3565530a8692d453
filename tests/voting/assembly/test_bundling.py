"""What the law decides by different majorities, or by other people, is not put to one vote."""

import json

import pytest

from voting.assembly.agenda import AgendaUnreadable, parse_agenda


def problems_of(title, matter, **keys):
    item = {"id": "1", "title": title, "form": "resolution", "matter": matter, **keys}
    agenda = {"title": "大会", "decision_date": "2026-06-01", "items": [item]}
    try:
        parse_agenda(json.dumps(agenda).encode())
    except AgendaUnreadable as refused:
        return [(problem.column, problem.code) for problem in refused.problems]
    return []


@pytest.mark.parametrize(
    ("title", "matter"),
    [
        ("筹集和使用维修资金", "raise_fund"),
        ("续筹维修资金的筹集方案及使用方案", "use_fund"),
        ("筹集、使用维修资金", "manage_fund"),
        ("筹集和使用维修资金", "other"),
    ],
)
def test_raising_and_using_the_fund_are_two_items(title, matter):
    """BJ art. 34(5): three quarters are needed to raise it, over half to use it."""
    assert problems_of(title, matter) == [("/items/0/title", "bundled-fund-item")]


@pytest.mark.parametrize(
    ("title", "matter"),
    [
        ("利用共有部分经营以及管理和使用经营收益", "operate_common_parts"),
        ("利用共有部分经营，收益用于补充维修资金", "use_common_income"),
        ("电梯广告经营和收益分配办法", "change_common_use"),
        ("共有部分的经营方式、收入管理与支出", "other"),
    ],
)
def test_doing_business_and_spending_the_income_are_two_items(title, matter):
    """BJ art. 34(7): three quarters are needed for the one, over half for the other."""
    assert problems_of(title, matter) == [("/items/0/title", "bundled-income-item")]


@pytest.mark.parametrize(
    ("title", "matter"),
    [
        ("筹集维修资金", "raise_fund"),
        ("使用维修资金修缮屋面", "use_fund"),
        ("使用筹集的善款", "other"),
        ("管理规约中共有部分经营与收益分配的规定", "covenant"),
        ("筹集和使用维修资金的说明", "covenant"),
        ("利用共有部分经营广告", "operate_common_parts"),
        ("利用共有部分经营广告的管理办法", "operate_common_parts"),
        ("利用地面经营停车，收益归全体业主所有", "operate_common_parts"),
        ("使用共有部分经营收益修缮大门", "use_common_income"),
        ("管理、使用停车场经营所得的收入", "use_common_income"),
        ("物业经营管理与收益公示", "service_terms"),
        ("经营与收益管理制度", "other"),
    ],
)
def test_one_thing_is_not_taken_for_two(title, matter):
    assert problems_of(title, matter) == []


@pytest.mark.parametrize(
    ("electorate", "problems"),
    [
        ({}, [("/items/0/electorate", "interested-owners-not-named")]),
        (
            {"include_kinds": ["住宅"]},
            [("/items/0/electorate", "interested-owners-not-named")],
        ),
        ({"buildings": ["1"]}, []),
        ({"units": ["1-1-102", "1-1-201"]}, []),
    ],
)
def test_who_is_interested_in_a_dwelling_made_a_shop_is_named(electorate, problems):
    """Civil Code art. 279, JI art. 11: the others in the building, never the whole complex."""
    asked = problems_of("101 室改为商用", "dwelling_to_business", electorate=electorate)
    assert asked == problems
