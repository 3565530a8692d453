"""A ballot sheet is counted whole or not at all, in the order of arrival."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.model import Choice, Kind
from voting.assembly.agenda import parse_agenda
from voting.box.marks import question_headings, question_marks
from voting.box.sheet import (
    BallotSheetUnreadable,
    SheetBallot,
    ballot_problems,
    ballot_sheet,
    read_ballot_sheet,
    write_ballot_sheet,
)
from voting.kernel import canonical
from voting.roster.model import (
    AreaSource,
    IdType,
    OwnerRecord,
    Roster,
    TitleStatus,
    UnitRecord,
)

AGENDA = parse_agenda(
    canonical.encode(
        {
            "title": "业主大会会议",
            "opens_at": "2026-11-01 09:00",
            "closes_at": "2026-11-20 18:00",
            "items": [
                {"id": "1", "title": "规约", "form": "resolution", "matter": "covenant"},
                {
                    "id": "2", "title": "选举", "form": "election", "matter": "elect_committee",
                    "seats": 1,
                    "candidates": [{"id": "c1", "name": "甲"}, {"id": "c2", "name": "乙"}],
                },
                {
                    "id": "3", "title": "选聘", "form": "choose_one", "matter": "hire_manager",
                    "options": [{"id": "a", "title": "甲公司"}, {"id": "b", "title": "乙公司"}],
                },
            ],
        }
    )
)  # fmt: skip


def unit(room, owner):
    return UnitRecord("1", "1", room, Kind.DWELLING, 800_000, AreaSource.REGISTER,
                      (OwnerRecord(owner, IdType.PASSPORT, f"E{ord(owner)}"),),
                      TitleStatus.DELIVERED)  # fmt: skip


ROSTER = Roster.of([unit("101", "张"), unit("102", "张"), unit("103", "李"), unit("104", "王")])
HEADER = "房屋,渠道,收到时间,作废原因,1,2:c1,2:c2,3"


def read(*lines, header=HEADER):
    return read_ballot_sheet("\n".join([header, *lines]).encode(), "票.csv", AGENDA, ROSTER)


def problems_of(*lines, header=HEADER):
    with pytest.raises(BallotSheetUnreadable) as refused:
        read(*lines, header=header)
    return [(problem.row, problem.column, problem.code) for problem in refused.value.problems]


def test_every_word_has_its_code():
    sheet = read(
        "1-1-101、1-1-102,上门,,,同意,赞成,反对,a",
        "1-1-103,,,,不同意,弃权,随多数,均不选",
        "1－1－104,,,,从众,作废,,弃权",
        "1-1-104,,,未签名,无效,,,b",
    )

    assert [ballot.choices for ballot in sheet.ballots] == [
        (Choice.APPROVE, Choice.APPROVE, Choice.OPPOSE, Choice.OPTION),
        (Choice.OPPOSE, Choice.ABSTAIN, Choice.FOLLOW, Choice.NONE_OF_THESE),
        (Choice.FOLLOW, Choice.VOID, Choice.BLANK, Choice.ABSTAIN),
        (Choice.VOID, Choice.BLANK, Choice.BLANK, Choice.OPTION + 1),
    ]
    assert sheet.ballots[0].unit_keys == ("1-1-101", "1-1-102")
    assert [ballot.channel for ballot in sheet.ballots] == ["上门", "纸质", "纸质", "纸质"]
    assert [ballot.ballot.void for ballot in sheet.ballots] == [False, False, False, True]


def test_ballots_come_in_order_of_arrival_then_row():
    sheet = read(
        "1-1-104,,2026-11-05 10:00,,同意,,,",
        "1-1-103,,2026/11/5 9:00,,同意,,,",
        "1-1-101,,2026-11-05T01:00:00Z,,同意,,,",
    )

    assert [ballot.row for ballot in sheet.ballots] == [3, 4, 2]


def test_without_any_time_the_rows_are_the_order():
    sheet = read("1-1-104,,,,同意,,,", "1-1-103,,,,同意,,,")

    assert [ballot.row for ballot in sheet.ballots] == [2, 3]


def test_what_arrives_outside_the_window_is_set_aside_and_the_ends_belong_to_it():
    sheet = read(
        "1-1-101,,2026-11-01 08:59:59,,同意,,,",
        "1-1-102,,2026-11-01 09:00:00,,同意,,,",
        "1-1-103,,2026-11-20 18:00:00,,同意,,,",
        "1-1-104,,2026-11-20 18:00:01,,同意,,,",
    )

    assert [ballot.row for ballot in sheet.early] == [2]
    assert [ballot.row for ballot in sheet.ballots] == [3, 4]
    assert [ballot.row for ballot in sheet.late] == [5]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("1-1-999,,,,同意,,,", "房屋", "unknown-unit"),
        (",,,,同意,,,", "房屋", "empty-cell"),
        ("1-1-101、1-1-103,,,,同意,,,", "房屋", "several-owners"),
        ("1-1-101、1-1-101,,,,同意,,,", "房屋", "unit-repeated"),
        ("1-1-101,,,,同意！,,,", "1", "unknown-mark"),
        ("1-1-101,,,,同意,a,,", "2:c1", "unknown-mark"),
        ("1-1-101,,,,同意,,,c", "3", "unknown-mark"),
        ("1-1-101,,,,同意,,,同意", "3", "unknown-mark"),
        ("1-1-101,,昨天,,同意,,,", "收到时间", "unreadable-time"),
        (
            "1-1-101,一二三四五六七八九十一二三四五六七八九十一,,,同意,,,",
            "渠道",
            "unreadable-channel",
        ),
    ],
)
def test_each_problem_is_named(line, column, code):
    assert problems_of(line) == [(2, column, code)]


def test_some_times_missing_leaves_the_order_unknown():
    found = problems_of("1-1-101,,2026-11-05 10:00,,同意,,,", "1-1-103,,,,同意,,,")

    assert found == [(3, "收到时间", "empty-cell")]


def test_missing_and_unknown_columns_are_named():
    header = HEADER.replace("2:c2", "2:c9")

    assert problems_of("1-1-101,,,,同意,,,", header=header) == [
        (1, "2:c2", "missing-column"),
        (1, "2:c9", "unknown-column"),
    ]


def test_all_problems_are_listed():
    found = problems_of("1-1-999,,,,好,,,", "1-1-101,,,,同意,,,z")

    assert found == [
        (2, "房屋", "unknown-unit"),
        (2, "1", "unknown-mark"),
        (3, "3", "unknown-mark"),
    ]


def test_a_void_ballot_may_name_no_unit_or_those_of_several_owners():
    """Domain C-19: illegible, or signed by one owner for another, is why it is void."""
    sheet = read(",,,字迹无法辨认,,,,", "1-1-101、1-1-103,,,代签,同意,,,")

    assert [ballot.unit_keys for ballot in sheet.ballots] == [(), ("1-1-101", "1-1-103")]


def test_the_fixed_columns_but_the_unit_may_be_missing():
    sheet = read("1-1-101,同意,,,a", header="房屋,1,2:c1,2:c2,3")

    assert sheet.ballots[0].choices == (1, 0, 0, 16)


def test_without_agenda_or_roster_the_rest_is_still_checked():
    data = f"{HEADER}\n1-1-999,,昨天,,好,,,".encode()

    def codes(agenda, roster):
        return [problem.code for problem in ballot_problems(data, "x", agenda, roster)]

    assert codes(None, ROSTER) == ["unknown-unit", "unreadable-time"]
    assert codes(AGENDA, None) == ["unknown-mark", "unreadable-time"]
    assert codes(None, None) == ["unreadable-time"]


@st.composite
def ballots(draw, row):
    return SheetBallot(
        unit_keys=draw(st.sampled_from([("1-1-101", "1-1-102"), ("1-1-103",), ("1-1-104",)])),
        choices=tuple(draw(st.sampled_from([*marks.values()])) for marks in question_marks(AGENDA)),
        void_reason=draw(st.sampled_from(["", "未签名", "=1+1", "'=1+1", "@甲", "'甲'"])),
        channel=draw(st.sampled_from(["手机", "纸质", "-上门"])),
        received_at=datetime(2026, 11, 2, tzinfo=UTC) + timedelta(seconds=row),
        row=row,
    )


@settings(deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda count: st.tuples(*(ballots(row) for row in range(2, count + 2)))
    )
)
def test_what_was_written_is_what_is_read(rows):
    assert read_ballot_sheet(ballot_sheet(AGENDA, rows), "票.csv", AGENDA, ROSTER).ballots == rows


def test_no_cell_runs_as_a_formula():
    choices = tuple(marks[""] for marks in question_marks(AGENDA))
    ballot = SheetBallot(("1-1-103",), choices, '=HYPERLINK("http://x")', "+手机")
    _, row = csv.reader(ballot_sheet(AGENDA, [ballot]).decode("utf-8-sig").splitlines())
    assert [cell[:2] for cell in (row[1], row[3])] == ["'+", "'="]


def test_the_file_opens_in_excel_and_has_a_column_per_question(tmp_path):
    path = tmp_path / "票.csv"
    write_ballot_sheet(path, AGENDA, [])

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert question_headings(AGENDA) == ("1", "2:c1", "2:c2", "3")
