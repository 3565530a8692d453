"""Which units are one head, why, and what every other rule would make of them."""

import pytest

from tests.voting.roster.sheets import as_csv, lines, resident, row
from voting.roster.denominators import denominators
from voting.roster.examination import examine
from voting.roster.explanation import compare, explain
from voting.roster.grouping import HeadRule, rules_for

SET, COMMON = HeadRule.IDENTITY_SET, HeadRule.ANY_COMMON_OWNER
VOTER, APART = HeadRule.NAMED_VOTER, HeadRule.EACH_TITLE


def unit(room, people, **cells):
    return row(
        房号=room,
        业主姓名="、".join(f"业主{person}" for person in people),
        证件号码="、".join(resident(ord(person)) for person in people),
        **cells,
    )


def roster_of(*rows):
    return examine(as_csv(lines(rows)), "清册.csv").require()


def reasons(explanation):
    return [[(line.unit_key, line.reason) for line in g.lines] for g in explanation.groups]


@pytest.mark.parametrize(
    ("titles", "heads"),
    [
        ("A B", {SET: 2, COMMON: 2, APART: 2}),  # C-4: spouses, each sole owner of a flat
        ("A AB", {SET: 2, COMMON: 1, APART: 2}),  # C-5: alone, and together
        ("AB BA", {SET: 1, COMMON: 1, APART: 2}),  # C-6: one couple, two flats
        ("A A AB BC C D", {SET: 5, COMMON: 2, APART: 5}),
    ],
)
def test_the_corner_cases_of_who_is_one_head(titles, heads):
    roster = roster_of(*(unit(str(at), people) for at, people in enumerate(titles.split())))

    assert {rule: explain(roster, rule).after.heads for rule in rules_for(roster)} == heads
    assert denominators(roster)[0].heads == heads


def test_a_co_owned_unit_may_stand_under_its_named_voter():
    """C-5, second alternative: needs somebody named, so the rule is offered only then."""
    named = roster_of(unit("1", "A", 表决人=""), unit("2", "AB", 表决人="业主A"))

    assert explain(named, VOTER).after.heads == 1
    assert reasons(explain(named, VOTER)) == [
        [("1-2-1", "本组第一套"), ("1-2-2", "表决人与 1-2-1 的表决人或产权人是同一人")]
    ]
    assert VOTER in rules_for(named)
    assert VOTER not in rules_for(roster_of(unit("1", "A")))


def test_every_line_says_why_it_is_in_its_group():
    roster = roster_of(
        unit("1", "A"),
        unit("2", "A"),
        unit("3", "BC"),
        unit("4", "CB"),
        unit("5", "D", 产权状态="未售"),
        unit("6", "E", 产权状态="已售未交付"),
    )
    stock = "建设单位的全部未售与未交付房屋合计一人"

    assert reasons(explain(roster)) == [
        [("1-2-1", "本组第一套"), ("1-2-2", "与 1-2-1 的产权人完全相同")],
        [("1-2-3", "本组第一套"), ("1-2-4", "与 1-2-3 的 2 位产权人完全相同")],
        [("1-2-5", f"未售：{stock}"), ("1-2-6", f"已售未交付：{stock}")],
    ]
    assert explain(roster).stock == 2
    assert explain(roster).groups[0].area_cm2 == 2 * 893_700


def test_a_chain_names_the_link():
    roster = roster_of(unit("1", "A"), unit("2", "C"), unit("3", "AB"), unit("4", "BC"))

    assert reasons(explain(roster, COMMON)) == [
        [
            ("1-2-1", "本组第一套"),
            ("1-2-2", "与 1-2-4 有共同的产权人"),
            ("1-2-3", "与 1-2-1 有共同的产权人"),
            ("1-2-4", "与 1-2-3 有共同的产权人"),
        ]
    ]


def test_another_rule_is_compared_group_by_group():
    roster = roster_of(unit("1", "A"), unit("2", "AB"), unit("3", "AB"), unit("4", "C"))
    joined, parted = compare(roster, SET, COMMON), compare(roster, SET, APART)

    assert [[line.unit_key for line in group.lines] for group in joined.joined] == [
        ["1-2-1", "1-2-2", "1-2-3"]
    ]
    assert (joined.heads, joined.parted) == (2, ())
    assert [[line.unit_key for line in group.lines] for group in parted.parted] == [
        ["1-2-2", "1-2-3"]
    ]
    assert (parted.heads, parted.joined) == (4, ())


def test_denominators_with_and_without_stalls_by_source_and_inside():
    roster = roster_of(
        unit("1", "A", 套内面积="70.00"),
        unit("2", "B", 面积来源="合同", 套内面积="70.00"),
        unit("3", "A", 用途="车位", 专有部分面积="10", 套内面积="9"),
        unit("4", "C", 用途="储藏", 专有部分面积="5", 套内面积=""),
    )
    found = {d.name: (d.units, d.heads[SET], d.area_cm2, d.without_area)
             for d in denominators(roster)}  # fmt: skip

    assert found == {
        "全部专有部分": (4, 3, 1_937_400, 0),
        "不含车位、储藏": (2, 2, 1_787_400, 0),
        "含车位，不含储藏": (3, 2, 1_887_400, 0),
        "含储藏，不含车位": (3, 3, 1_837_400, 0),
        "全部专有部分，只计登记面积": (3, 2, 1_043_700, 0),
        "不含车位、储藏，只计登记面积": (1, 1, 893_700, 0),
        "全部专有部分，按套内面积": (3, 2, 1_490_000, 1),
        "不含车位、储藏，按套内面积": (2, 2, 1_400_000, 0),
    }
