"""What the certificate says of a result, word by word."""

from datetime import UTC, datetime

import pytest

from tests.voting.outcome.counted import (
    FACTS,
    UNANIMOUS,
    block,
    choice_of_two,
    compared,
    election,
    item,
    printed,
    resolution,
    size,
)
from voting.outcome import certificate, chinese
from voting.outcome.certificate import (
    render_certificate,
)


def test_four_tests_are_printed_as_integers():
    assert printed()["tests"] == [
        ["参与人数达到总人数的三分之二", "3×987 ≥ 2×1,286", "2,961 ≥ 2,572", True],
        [
            "参与面积达到总面积的三分之二",
            "3×99,012.55 ≥ 2×128,642.37",
            "297,037.65 ≥ 257,284.74",
            True,
        ],
        ["同意人数超过参与人数的二分之一", "2×702 ＞ 987", "1,404 ＞ 987", True],
        [
            "同意面积超过参与面积的二分之一",
            "2×69,811.23 ＞ 99,012.55",
            "139,622.46 ＞ 99,012.55",
            True,
        ],
    ]


def test_unanimity_is_measured_against_everybody():
    """Civil Code, art. 279: whoever kept silent did not agree."""
    tests = {
        "approval_heads": {"left": 702, "op": ">=", "right": 1286, "holds": False},
    }
    line = chinese.test_line(
        item(**(block() | {"tests": tests})) | {"rule": UNANIMOUS}, "approval_heads"
    )

    assert line == ["同意人数达到总人数", "702 ≥ 1,286", "702 ≥ 1,286", False]


def test_a_quorum_by_ballot_is_printed_with_the_figures_it_was_measured_by():
    """Domain C-30: 990 ballots stand, three of them blank on this item."""
    attending = {"attending": size(990, 990_425_500)}
    tests = block()["tests"] | {
        "quorum_heads": compared(2970, ">=", 2572),
        "quorum_area": compared(2_971_276_500, ">=", 2_572_847_400),
    }
    voted = resolution(**attending) | {"tests": tests}

    assert chinese.test_line(voted, "quorum_heads") == [
        "到会人数达到总人数的三分之二",
        "3×990 ≥ 2×1,286",
        "2,970 ≥ 2,572",
        True,
    ]
    assert chinese.test_line(voted, "approval_heads")[0] == "同意人数超过参与人数的二分之一"
    assert any("到会" in note and "990 人、99,042.55 ㎡" in note for note in chinese.notes(voted))
    elected = election(1, **attending)
    elected["tests"] = {name: tests[name] for name in elected["tests"]}
    present, conditions = chinese.condition_lines(elected)
    assert present.startswith("本项参与 987 人、99,012.55 ㎡，到会（有效表决票）990 人")
    assert "到会须达到总数的三分之二" in conditions
    with pytest.raises(ValueError, match="quorum_heads of item 1 contradicts"):
        chinese.test_line(resolution(**attending), "quorum_heads")


@pytest.mark.parametrize("change", [{"left": 2962}, {"right": 2571}, {"op": ">"}, {"holds": False}])
def test_a_result_that_contradicts_itself_is_not_printed(change):
    wrong = resolution()
    wrong["tests"]["quorum_heads"] |= change

    with pytest.raises(ValueError, match="quorum_heads of item 1 contradicts"):
        render_certificate({"items": [wrong]}, FACTS)


def test_counts_are_exact_and_shares_are_cut_off():
    heads, area = printed()["counts"]

    assert heads == [
        ["1,286", ""],
        ["987", "76.74%"],  # 76.749...
        ["702", "71.12%"],
        ["100", "10.13%"],
        ["185", "18.74%"],
        ["3", ""],
    ]
    figures = "128,642.37 99,012.55 69,811.23 10,100.12 19,101.20 268.50"
    assert " ".join(figure for figure, _ in area) == figures


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (66_666, 100_000, "66.66%"),
        (768_962_200, 1_153_443_400, "66.66%"),
        (2, 3, "66.66%"),
        (99_999, 100_000, "99.99%"),
        (1, 1, "100.00%"),
        (0, 5, "0.00%"),
        (1, 1000, "0.10%"),
        (10**15 - 1, 10**15, "99.99%"),
        (0, 0, ""),
    ],
)
def test_percentages_are_truncated_never_rounded_up(part, whole, text):
    assert chinese.truncated_percent(part, whole) == text


@pytest.mark.parametrize(
    ("cm2", "text"),
    [(1_153_443_400, "115,344.34"), (893_725, "89.3725"), (0, "0.00"), (12_345, "1.2345")],
)
def test_areas_are_printed_exactly(cm2, text):
    assert chinese.area_text(cm2) == text


def test_moments_are_beijing_moments_without_leading_zeros():
    assert chinese.moment_text(datetime(2026, 11, 2, 16, 5, tzinfo=UTC)) == "2026年11月3日 00:05"


def test_doubt_is_said_on_the_page():
    flip = {"strike": 12, "change": 6, "needed_heads": 3, "needed_area_cm2": 0}
    failed = item(**block(400), flip=flip, depends_on=["silence", "include_kinds"])

    assert chinese.notes(failed) == [
        "结果取决于：未表决业主的计算、计入总数的房屋用途。规则另作选择的，本项结果不同。",
        "推翻本结果至少需剔除 12 张表决票。",
        "距通过尚需新增同意：3 人。",
    ]


@pytest.mark.parametrize("heads", [None, 300])  # 299 stayed away
def test_what_those_who_stayed_away_cannot_bring_is_said_so(heads):
    flip = {"strike": None, "change": None, "needed_heads": heads, "needed_area_cm2": 0}

    assert chinese.notes(item(**block(400), flip=flip)) == [
        "未表决的业主即使全部同意，本项也不能通过。"
    ]


def test_nothing_is_said_of_what_is_missing_where_no_figure_says_it():
    flip = {"strike": None, "change": None, "needed_heads": None, "needed_area_cm2": None}

    assert chinese.notes(item(**block(400), flip=flip)) == []


def test_the_fewest_ballots_of_an_election_concern_who_passes_not_who_comes_first():
    assert "改变任何一位候选人是否通过至少需剔除 159 张表决票。" in chinese.notes(election(3))


@pytest.mark.parametrize("flip", [None, {"strike": None}, {"strike": {"at_least": 3}}])
def test_no_strike_figure_without_an_exact_one(flip):
    assert printed(flip=flip)["notes"] == []


def test_seats_are_summed_up():
    assert chinese.verdict_text(election(30)) == ("当选 11 人，候补 5 人",) * 2


def test_candidates_are_printed_in_the_order_of_their_ranks():
    unranked = election(4)
    unranked["candidates"][0] |= {"rank": None, "seat": "none"}

    rows = certificate._item(1, unranked)["choices"]

    assert [(row["rank"], row["name"], row["outcome"]) for row in rows] == [
        ("1", "候选人1", "当选"),
        ("2", "候选人2", "当选"),
        ("3", "候选人3", "当选"),
        ("—", "候选人4", "未当选"),
    ]


def test_an_election_says_what_is_left_open():
    tie = election(3, needs_decision=["tie", "even"], carried=False, flip=None)

    assert chinese.notes(tie) == [
        "尚待决定：有候选人同意人数和面积均相同，名次须另行表决确定。",
        "尚待决定：当选人数为双数，须依选举办法确定单数。",
    ]


def test_a_supplementary_election_says_for_how_many_seats():
    short = election(3, needs_decision=["supplementary_election"], carried=False, flip=None)

    assert chinese.notes(short | {"supplementary_seats": 2}) == [
        "尚待决定：当选人数不足或为双数，按公布的规则另行补选。",
        "须补选：2 人。",
    ]


def test_a_choice_without_winner_names_the_run_off():
    assert chinese.verdict_text(choice_of_two("B")) == ("已选定", "选定：乙公司")
    open_choice = choice_of_two(None, run_off=["A", "B"], flip=None)

    assert chinese.verdict_text(open_choice) == ("未选定", "未选定")
    assert chinese.notes(open_choice) == [
        "均不选：2 人、2.00 ㎡；弃权：4 人、4.00 ㎡。",
        "没有方案单独达到法定多数，得票居前的“甲公司”与“乙公司”可以再行表决。",
    ]


def test_a_clause_on_silence_is_printed_with_and_without():
    """Domain C-23: courts contradict each other on such clauses."""
    clause = {"policy": "silence", "value": "abstain", "clause": "C-23", "text": "视为弃权"}
    totals = {"electorate": size(9, 90_000), "participating": size(6, 60_000)}
    same = {"policy": "silence", "value": "not_participating", "carried": True, **totals}
    other = {"policy": "same_owner", "value": "any_common_owner", "carried": True, **totals}
    variants = [each | {"approve": size(4, 40_000)} for each in (same, other)]
    sure = resolution(used_policies=[clause], variants=variants, flip=None)

    assert chinese.clause_lines([sure, sure]) == ["视为弃权"]
    assert chinese.notes(sure) == ["不适用关于未表决业主的约定，本项结果相同。"]
    assert chinese.variant_lines(sure) == [
        [
            "未表决业主的计算",
            "不计入参与",
            ["9 人", "9.00 ㎡"],
            ["6 人", "6.00 ㎡"],
            "通过，同意 4 人、4.00 ㎡",
        ]
    ]
    assert render_certificate({"items": [sure]}, FACTS)


def test_readings_that_move_seats_or_winners_are_printed():
    totals = {"electorate": size(9, 90_000), "participating": size(6, 60_000)}
    other = {"policy": "mixed_units", "value": "last_ballot", "carried": False, **totals}
    seats = {"c1": "alternate", "c2": "member", "c3": "none"}
    moved = election(3, variants=[other | {"seats": seats}])
    lost = choice_of_two("A", variants=[other | {"winner": None}])

    assert [row[-1] for row in chinese.variant_lines(moved)] == ["候选人3未当选、候选人1候补"]
    assert [row[-1] for row in chinese.variant_lines(lost)] == ["未选定"]
    assert render_certificate({"items": [moved, lost]}, FACTS)


def test_items_with_one_electorate_share_one_line():
    assert certificate._electorates([resolution(), election(3)]) == [
        ["全部事项", "1,286", "128,642.37"]
    ]
    other = resolution() | {"electorate": size(132, 118_516_800)}
    assert certificate._electorates([resolution(), other, resolution()]) == [
        ["事项 1、3", "1,286", "128,642.37"],
        ["事项 2", "132", "11,851.68"],
    ]
