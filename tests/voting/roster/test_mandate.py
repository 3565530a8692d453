"""Who may vote for a unit, by what the sheet says of its owners (domain C-1, C-13, W-9, W-10)."""

from datetime import date

import pytest

from tests.voting.roster.sheets import GOOD, as_csv, lines, resident, row
from voting.roster.document import RosterDocument, number_owners
from voting.roster.mandate import Standing, from_bytes, mandates_of, of_age, to_bytes, voters_on
from voting.roster.refusals import RosterUnreadable
from voting.roster.verify import read_roster
from voting.roster.workbook import roster_workbook

TODAY = date(2026, 3, 2)
ADULT, SPOUSE, CHILD = resident(1), resident(2), resident(3, "20100504")
GUARDIAN = resident(4)


def read(**cells):
    return read_roster(as_csv(lines([row(**cells)])), "清册.csv")


def voters(on=TODAY, **cells):
    """Identity numbers of those who may vote for the one unit of a sheet; None for any owner."""
    roster = read(**cells)
    numbers = number_owners(roster)
    names = {number: identity.partition(":")[2] for identity, number in numbers.items()}
    found = voters_on(mandates_of(roster, numbers, TODAY), on, roster.by_key())
    return None if not found else [names[number] for number in found["1-2-301"]]


COUPLE = {"业主姓名": "张三、李四", "证件号码": f"{ADULT}、{SPOUSE}"}
FAMILY = {"业主姓名": "张三、小明", "证件号码": f"{ADULT}、{CHILD}"}
MINOR = {"业主姓名": "小明", "证件号码": CHILD}
OUTSIDE = {"代理人": "王五", "代理人证件号码": GUARDIAN}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, None),
        (COUPLE, None),
        (COUPLE | {"业主状态": "正常"}, None),
        (COUPLE | {"表决人": "李四"}, [SPOUSE]),
        # The only owner of a flat cannot name himself away; whoever he sends needs papers.
        ({"表决人": "王五"}, None),
        ({"表决人": "王五"} | OUTSIDE, [GOOD["证件号码"], GUARDIAN]),
        (COUPLE | {"表决人": "王五"} | OUTSIDE, [GUARDIAN]),
        (COUPLE | {"表决人": "赵六"}, []),
        (COUPLE | {"表决人": "张三、李四"}, []),
        (COUPLE | {"表决人": "赵六"} | OUTSIDE, []),
        (COUPLE | {"业主姓名": "张三、张三", "表决人": "张三"}, None),
        (MINOR, []),
        (MINOR | {"代理人": "王五"}, []),
        (MINOR | OUTSIDE, [GUARDIAN]),
        (FAMILY, [ADULT]),
        (FAMILY | {"代理人": "张三"}, [ADULT]),
        (FAMILY | {"表决人": "小明"}, []),
        (FAMILY | {"表决人": "小明", "代理人": "张三"}, [ADULT]),
        # An heir of twelve inherits, and cannot speak for the others.
        ({"业主状态": "已故", "代理人": "小明", "代理人证件号码": CHILD}, []),
        ({"业主状态": "已故"}, []),
        ({"业主状态": "已故"} | OUTSIDE, [GUARDIAN]),
        ({"业主状态": "限制民事行为能力"} | OUTSIDE, [GUARDIAN]),
        (COUPLE | {"业主状态": "已故、正常"}, [SPOUSE]),
        # Read as an ordinary owner he would have had a vote.
        ({"业主状态": "病故"}, []),
        ({"业主状态": "已故（2025年）"}, []),
        ({"业主状态": "2025年3月1日 因病去世"}, []),
        ({"业主状态": "已 死亡 [户口已注销]"}, []),
        (COUPLE | {"业主状态": "已故"}, []),
        (COUPLE | {"业主状态": "正常、已故", "表决人": "李四"}, []),
        ({"业主状态": "已故", "产权状态": "未售"}, None),
    ],
)
def test_who_may_vote(cells, expected):
    assert voters(**cells) == expected


def test_a_minor_votes_from_the_day_he_is_eighteen():
    assert voters(date(2028, 5, 3), **MINOR) == []
    assert voters(date(2028, 5, 4), **MINOR) == [CHILD]
    assert of_age("20080229") == date(2026, 3, 1)


def test_a_guardian_acts_until_the_last_child_is_eighteen():
    assert voters(date(2028, 5, 3), **MINOR | OUTSIDE) == [GUARDIAN]
    assert voters(date(2028, 5, 4), **MINOR | OUTSIDE) == [CHILD]
    younger = resident(5, "20120504")
    both = {"业主姓名": "小明、小红", "证件号码": f"{CHILD}、{younger}"} | OUTSIDE
    assert voters(date(2028, 5, 4), **both) == [CHILD, GUARDIAN]
    assert voters(date(2030, 5, 4), **both) == [CHILD, younger]
    assert voters(date(2030, 5, 4), **both | {"业主状态": "正常、失能"}) == [CHILD, GUARDIAN]


def test_a_representative_with_other_papers_says_of_which_kind():
    passport = {"代理人": "王五", "代理人证件类型": "护照", "代理人证件号码": "E12345678"}
    assert voters(**MINOR | passport) == ["E12345678"]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"代理人": "王五", "代理人证件号码": GUARDIAN[:17] + "Y"}, "代理人证件类型", "empty-cell"),
        ({"代理人": "王五、赵六", "代理人证件号码": GUARDIAN}, "代理人证件号码", "owner-count"),
        ({"代理人": "", "代理人证件号码": GUARDIAN}, "代理人", "empty-cell"),
        ({"代理人": "王五", "代理人证件号码": GOOD["证件号码"]}, "代理人", "identity-two-names"),
        (COUPLE | {"业主状态": "正常、正常、已故"}, "业主状态", "owner-count"),
        ({"业主状态": "出国"}, "业主状态", "unknown-state"),
        ({"业主状态": "配偶已故"}, "业主状态", "unknown-state"),
        ({"业主状态": "未去世"}, "业主状态", "unknown-state"),
        ({"业主状态": "2025年"}, "业主状态", "unknown-state"),
        (COUPLE | {"业主状态": "其中一人已故"}, "业主状态", "unknown-state"),
    ],
)
def test_what_cannot_be_read_of_a_representative_keeps_the_sheet_out(cells, column, code):
    with pytest.raises(RosterUnreadable) as refusal:
        read(**cells)
    assert [(each.column, each.code) for each in refusal.value.problems] == [(column, code)]


def test_representatives_leave_no_trace_in_the_public_document():
    """Not even a gap between the numbers of two owners."""
    rows = [row(**MINOR | OUTSIDE), row(房号="302", 业主姓名="钱七", 证件号码=resident(9))]
    plain = [{**each, "代理人": "", "代理人证件号码": ""} for each in rows]
    documents = [
        RosterDocument.of(read_roster(as_csv(lines(each)), "清册.csv"), "小区", 1)
        for each in (rows, plain)
    ]
    assert documents[0].to_bytes() == documents[1].to_bytes()


def test_mandates_read_back_as_themselves():
    roster = read(**FAMILY | {"表决人": "张三"} | OUTSIDE)
    mandates = mandates_of(roster, number_owners(roster), TODAY)
    assert from_bytes(to_bytes(mandates)) == mandates
    assert [each.standing for each in mandates["1-2-301"]] == [
        Standing.OWNER,
        Standing.MINOR,
        Standing.NOT_NAMED,
    ]


def test_the_workbook_writer_keeps_representatives_and_states():
    roster = read(**COUPLE | {"业主状态": "已故、正常"} | OUTSIDE)
    assert read_roster(roster_workbook(roster), "清册.xlsx") == roster
