"""The certificate as bytes: what is inside, what is printed, what is refused."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest

from voting.kernel import canonical
from voting.kernel.refusal import Refusal
from voting.outcome import certificate, chinese
from voting.outcome.certificate import (
    CertificateFacts,
    CertificateUnprintable,
    render_certificate,
)

GENERAL = {
    "class": "general",
    "quorum": ">= 2/3",
    "approval": "> 1/2",
    "base": "participants",
    "source": "《民法典》第二百七十八条第二款",
}
UNANIMOUS = {
    "class": "unanimous",
    "quorum": ">= 1/1",
    "approval": ">= 1/1",
    "base": "electorate",
    "source": "《民法典》第二百七十九条",
}
FACTS = CertificateFacts(
    number="BJ-CY-2026-000017",
    community="北京市朝阳区示例街道幸福家园小区",
    assembly_title="幸福家园小区 2026 年第二次业主大会会议",
    convener="幸福家园小区业主委员会",
    supervisor="北京市朝阳区示例街道办事处",
    frozen_by=("林召集", "高监督"),
    opens_at=datetime(2026, 11, 1, 1, tzinfo=UTC),
    closes_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
    issued_at=datetime(2026, 11, 20, 10, 30, 5, tzinfo=UTC),
    announce_by=date(2026, 11, 23),
    ballots={"phone": 861, "paper": 139, "void": 12, "superseded": 3, "late": 2},
    refused=7,
    notice_digest="9f" * 32,
    roster_digest="60" * 32,
    log_origin="vote.example.org/assemblies/7k3v0q9x2m4d8t1c",
    log_size=1031,
    log_root="fd" * 32,
    verify_url="https://vote.example.org/c/BJ-CY-2026-000017",
    engine_version="yezhu 0.1.0",
)


def size(heads, area_cm2):
    return {"heads": heads, "area_cm2": area_cm2}


def compared(left, op, right):
    return {"left": left, "op": op, "right": right, "holds": left >= right + (op == ">")}


def block(approve=702, area=698_112_300):
    """The votes on one question: 987 of 1286 heads and 99012.55 of 128642.37 m² take part."""
    tests = {
        "quorum_heads": compared(2961, ">=", 2572),
        "quorum_area": compared(2_970_376_500, ">=", 2_572_847_400),
        "approval_heads": compared(2 * approve, ">", 987),
        "approval_area": compared(2 * area, ">", 990_125_500),
    }
    return {
        "participating": size(987, 990_125_500),
        "approve": size(approve, area),
        "oppose": size(100, 101_001_200),
        "abstain": size(887 - approve, 889_124_300 - area),
        "void": size(3, 2_685_000),
        "tests": tests,
        "carried": all(test["holds"] for test in tests.values()),
    }


def item(form="resolution", title="修订管理规约", **more):
    return {
        "id": "1",
        "title": title,
        "form": form,
        "rule": GENERAL,
        "electorate": size(1286, 1_286_423_700),
        "depends_on": [],
        "flip": {"strike": 159, "change": 80, "needed_heads": 0, "needed_area_cm2": 0},
        **more,
    }


def resolution(**more):
    return item(**block(), **more)


def whole(carried, **more):
    """What an election or a choice says about itself beside its candidates or options."""
    votes = block()
    quorum = {name: votes["tests"][name] for name in ("quorum_heads", "quorum_area")}
    return {
        "participating": votes["participating"],
        "void": votes["void"],
        "tests": quorum,
        "carried": carried,
        **more,
    }


def election(candidates, **more):
    """Candidates in the order of the ballot, which is not that of their ranks."""
    seats = ["member"] * 11 + ["alternate"] * 5 + ["none"] * candidates
    names = [
        {
            "id": f"c{place}",
            "name": f"候选人{place}",
            **block(800 - place, 798_112_300 - 1_000_000 * place),
            "rank": place,
            "seat": seats[place - 1],
        }
        for place in range(1, candidates + 1)
    ]
    title = "选举第三届业主委员会委员"
    settled = whole(carried=True, candidates=names[::-1], needs_decision=[])
    return item("election", title, **(settled | more))


def choice_of_two(winner, **more):
    options = [{"id": "A", "title": "甲公司", **block()}, {"id": "B", "title": "乙公司", **block()}]
    votes = {"abstain": size(4, 40_000), "none_of_these": size(2, 20_000)}
    settled = whole(
        carried=winner is not None, options=options, winner=winner, run_off=None, **votes
    )
    return item("choose_one", "选聘物业服务人", **(settled | more))


def sample():
    return {"items": [resolution(), election(9), choice_of_two("A")], "format": "生僻字𬍛"}


def printed(**more):
    """The words and cells handed to the page, as the page receives them."""
    return certificate._item(1, item(**block(), **more))


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))


def test_embeds_exactly_the_canonical_bytes_of_the_result():
    pdf = opened(render_certificate(sample(), FACTS))

    assert list(pdf.attachments) == ["result.json"]
    attached = pdf.attachments["result.json"].get_file()
    assert attached.read_bytes() == canonical.encode(sample())
    assert attached.mime_type == "application/json"


def test_both_who_froze_the_roster_are_named_with_their_roles():
    paper = certificate._paper(sample(), FACTS, "0" * 64)
    assert paper["corrections"] == [
        "业主清册由召集人（签署人林召集）、监督单位（签署人高监督）共同签署冻结"
    ]
    before = certificate._paper(sample(), replace(FACTS, frozen_by=None), "0" * 64)
    assert before["corrections"] == []


def test_same_inputs_give_same_bytes_in_another_process():
    """Nothing of the host, the clock or hash order reaches the file."""
    program = (
        "import runpy, sys\n"
        "here = runpy.run_path(sys.argv[1])\n"
        "pdf = here['render_certificate'](here['sample'](), here['FACTS'])\n"
        "print(here['canonical'].digest(pdf))\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, __file__], capture_output=True, check=True
    )

    assert canonical.digest(render_certificate(sample(), FACTS)) == there.stdout.decode().strip()


def test_is_pdf_a_3b_with_one_embedded_font_family_dated_when_issued():
    pdf = opened(render_certificate({"items": [resolution()]}, FACTS))

    metadata = pdf.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
    assert metadata["xmp:CreateDate"].startswith("2026-11-20T10:30:05")
    fonts = {
        str(font.BaseFont)
        for page in pdf.pages
        for font in page.Resources.get("/Font", {}).values()
    }
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)


def test_prints_rare_characters_of_names():
    """䶮㛃𬍛 are in the font; a certificate that lost one would not exist at all."""
    names = replace(FACTS, convener="李䶮、赵㛃、陈𬍛", community="𫖯𬱖喆堃㭎小区")

    assert render_certificate({"items": [resolution(title="王𬍛的议题")]}, names)


@pytest.mark.parametrize(
    ("text", "points", "shown"),
    [
        ("王\U000323af", "U+323AF", "\U000323af"),
        ("王😀", "U+1F600", "😀"),
        ("王\ue000", "U+E000", "U+E000"),
        ("王\x01", "U+0001", "U+0001"),
    ],
)
def test_refuses_a_character_without_shape_and_names_it(text, points, shown):
    with pytest.raises(CertificateUnprintable) as refused:
        render_certificate({"items": [resolution(title=text)]}, FACTS)

    assert isinstance(refused.value, Refusal)
    assert refused.value.code == "certificate-unprintable"
    assert refused.value.facts == {"characters": points}
    assert shown in refused.value.detail
    assert points in refused.value.detail


def test_a_refusal_leaves_the_next_certificate_unharmed():
    with pytest.raises(CertificateUnprintable):
        render_certificate({"items": [resolution(title="😀")]}, FACTS)

    assert render_certificate({"items": [resolution()]}, FACTS).startswith(b"%PDF")


def test_invisible_characters_and_line_breaks_do_not_reach_the_page():
    """A direction override could turn the figures beside it around."""
    assert chinese.one_line("甲\u202e乙\u200b丙\ufeff\n\t丁　戊") == "甲乙丙 丁 戊"


def test_typst_markup_in_a_title_is_only_text():
    title = '#import "x.typ": * $a$ *粗* \\ "引号" @preview'

    assert render_certificate({"items": [resolution(title=title)]}, FACTS)


def test_long_titles_and_thirty_candidates_fit():
    long_title = "关于使用建筑物及其附属设施的维修资金更换电梯并改造单元门禁的议题" * 8
    items = [resolution(title=long_title), election(30), choice_of_two("B")]

    pdf = opened(render_certificate({"items": items}, FACTS))

    assert 4 <= len(pdf.pages) <= 5


def test_needs_no_supervisor():
    assert render_certificate({"items": [resolution()]}, replace(FACTS, supervisor=None))


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


def test_loads_no_typesetter_until_it_prints():
    """Every command imports this package; only one of them prints."""
    program = (
        "import sys, json, voting.outcome.certificate\n"
        "print(json.dumps([name for name in ('typst', 'segno') if name in sys.modules]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert json.loads(run.stdout) == []
