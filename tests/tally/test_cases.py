"""The cases in ``tests/cases``, written for lawyers, hold to the letter."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tally import reference
from tally.columns import BallotColumns, BallotRow, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import (
    Agenda,
    Candidate,
    Choice,
    Electorate,
    Form,
    Item,
    Kind,
    Matter,
    Option,
    Policies,
)

FOLDER = Path(__file__).parents[1] / "cases"
MARKS = {
    "空白": Choice.BLANK,
    "同意": Choice.APPROVE,
    "反对": Choice.OPPOSE,
    "弃权": Choice.ABSTAIN,
    "随多数": Choice.FOLLOW,
    "涂改": Choice.VOID,
    "均不选": Choice.NONE_OF_THESE,
}
BLOCKS = {
    "总": "electorate",
    "参与": "participating",
    "同意": "approve",
    "反对": "oppose",
    "弃权": "abstain",
    "无效": "void",
}
TESTS = {
    "人数参与比例": "quorum_heads",
    "面积参与比例": "quorum_area",
    "人数同意比例": "approval_heads",
    "面积同意比例": "approval_area",
}
REQUIRED = (
    {f"T-{n}" for n in range(1, 9)}
    | {"W-2", "W-5", "W-6", "W-7", "W-8", "W-9", "W-14", "P-16"}
    | {f"C-{n}" for n in (*range(1, 10), 11, 14, *range(17, 34), 38)}
    | {f"V-{n}" for n in range(1, 12)}
)
"""Rows of the law's tables that decide a count. V-n are the numbered test vectors."""


LISTS = ("取决于", "适用规则", "需决定", "复选")


def read_cases(text):
    """Read ``字段：内容`` lines; a field without content is followed by indented lines."""
    cases = []
    field = ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith(" "):
            cases[-1][field].append(line.strip())
            continue
        field, _, content = line.partition("：")
        if field == "案例":
            cases.append({})
        cases[-1][field] = content or []
    return cases


def all_cases():
    return [
        pytest.param(case, id=f"{path.stem}：{case['案例']}")
        for path in sorted(FOLDER.glob("*.txt"))
        for case in read_cases(path.read_text(encoding="utf-8"))
    ]


def listed(text):
    return [] if text in (None, "无") else text.split("、")


def expected_of(name, text):
    """Read what a case expects in the type of the figure."""
    if name.endswith("面积"):
        return cm2(text)
    if text in ("是", "否"):
        return text == "是"
    if name in LISTS:
        return listed(text)
    if name == "排名":
        return {key: int(rank) for key, rank in map(str.split, listed(text))}
    if name == "席位":
        return dict(map(str.split, listed(text)))
    return int(text) if text.isdigit() else text


def cm2(text):
    whole, _, decimals = text.partition(".")
    return int(whole) * 10_000 + int(decimals.ljust(4, "0"))


def unrolled(line):
    """``1-1-{1..3} … 业主{}`` stands for three lines."""
    span = re.search(r"\{(\d+)\.\.(\d+)\}", line)
    if span is None:
        return [line]
    return [
        line.replace(span[0], str(n)).replace("{}", str(n))
        for n in range(int(span[1]), int(span[2]) + 1)
    ]


def unit_row(line):
    key, kind, area, owners, *status = line.split()
    return UnitRow(
        unit_key=key,
        building=key.split("-")[0],
        kind=Kind(kind),
        area_cm2=cm2(area),
        developer_stock=status in (["未售"], ["已售未交付"]),
        owners=() if owners == "?" else tuple(owners.split("、")),
    )


def ballot_row(line, item):
    units, *marks = line.split()
    options = {option.id: Choice.OPTION + n for n, option in enumerate(item.options)}
    void = marks == ["作废"]
    chosen = ["空白"] * item.questions if void else marks
    return BallotRow(
        unit_keys=tuple(units.split("、")),
        choices=tuple(int((options | MARKS)[mark]) for mark in chosen),
        void=void,
        channel="书面",
    )


def policies_of(case):
    """Read the clauses that depart from the defaults, such as ``规则 silence：abstain``."""
    standard = Policies()
    chosen = {}
    for field, text in case.items():
        if field.startswith("规则 "):
            name = field.removeprefix("规则 ")
            kinds = name == "include_kinds"
            chosen[name] = (
                frozenset(map(Kind, listed(text))) if kinds else type(getattr(standard, name))(text)
            )
    return Policies(**chosen)


def limit(case, noun):
    text = case.get(f"范围 {noun}")
    return None if text is None else frozenset(listed(text))


@dataclass(frozen=True)
class Papers:
    agenda: Agenda
    roster: RosterColumns
    ballots: BallotColumns
    delivered: np.ndarray | None
    struck: list[int]


def papers_of(case):
    kinds = limit(case, "用途")
    item = Item(
        id="1",
        title=case["案例"],
        form=Form(case.get("形式", "resolution")),
        matter=Matter(case.get("事项", "hire_manager")),
        electorate=Electorate(
            include_kinds=None if kinds is None else frozenset(map(Kind, kinds)),
            buildings=limit(case, "楼栋"),
            units=limit(case, "房屋"),
        ),
        seats=int(case.get("名额", 0)),
        alternates=int(case.get("候补", 0)),
        candidates=tuple(Candidate(*text.split()) for text in listed(case.get("候选人"))),
        options=tuple(Option(*text.split()) for text in listed(case.get("选项"))),
    )
    decided = date.fromisoformat(case.get("决定日期", "2026-06-01"))
    agenda = Agenda(case["案例"], "业主委员会", None, None, decided, policies_of(case), (item,))
    units = [unit_row(line) for text in case["房屋"] for line in unrolled(text)]
    roster = RosterColumns.from_rows(units)
    rows = [ballot_row(line, item) for text in case["表决票"] for line in unrolled(text)]
    delivered = "送达" in case
    return Papers(
        agenda,
        roster,
        BallotColumns.from_rows(roster, agenda, rows),
        np.isin(roster.unit_key, listed(case["送达"])) if delivered else None,
        [int(position) - 1 for position in listed(case.get("剔除票"))],
    )


def told(result, name):
    """Read one expectation's figure out of a result."""
    rows = result.get("candidates", [])
    flip = result["flip"]
    plain = {
        "通过": lambda: result["carried"],
        "类别": lambda: result["rule"]["class"],
        "取决于": lambda: result["depends_on"],
        "适用规则": lambda: [used["policy"] for used in result["used_policies"]],
        "剔除": lambda: "无" if flip["strike"] is None else flip["strike"],
        "改票": lambda: "无" if flip["change"] is None else flip["change"],
        "还需人数": lambda: flip["needed_heads"],
        "还需面积": lambda: flip["needed_area_cm2"],
        "席位": lambda: {row["id"]: row["seat"] for row in rows},
        "排名": lambda: {row["id"]: row["rank"] for row in rows if row["rank"]},
        "需决定": lambda: result["needs_decision"],
        "胜出": lambda: result["winner"] or "无",
        "复选": lambda: result["run_off"] or [],
    }
    if name in plain:
        return plain[name]()
    if name in TESTS:
        return result["tests"][TESTS[name]]["holds"]
    block = result[BLOCKS[name[:-2]]]
    return block["heads"] if name.endswith("人数") else block["area_cm2"]


@pytest.mark.parametrize("case", all_cases())
def test_the_count_says_what_the_case_says(case):
    papers = papers_of(case)
    columns = (papers.agenda, papers.roster, papers.ballots)
    if "报错" in case:
        with pytest.raises(TallyError, match=case["报错"]):
            count_assembly(*columns, delivered=papers.delivered)
        return
    [result] = count_assembly(*columns, delivered=papers.delivered, struck=papers.struck)
    for name, expected in expectations(case).items():
        value = told(result, name)
        if name == "席位":
            value = {key: value[key] for key in expected}
        assert value == expected, name


def expectations(case):
    pairs = [line.partition("：") for line in case["结果"]]
    return {name: expected_of(name, text) for name, _, text in pairs}


@pytest.mark.parametrize("case", [case for case in all_cases() if "结果" in case.values[0]])
def test_the_plain_count_reaches_the_same_verdict(case):
    """The specification too; it would take minutes over the one case of a hundred thousand."""
    papers = papers_of(case)
    if len(papers.roster) < 2_000:
        [result] = reference.count_assembly(
            papers.agenda,
            papers.roster,
            papers.ballots,
            delivered=papers.delivered,
            struck=papers.struck,
        )
        assert result["carried"] == expectations(case).get("通过", result["carried"])


def test_every_row_of_the_law_that_decides_a_count_has_a_case():
    covered = {row for case in all_cases() for row in listed(case.values[0]["对应"])}
    assert covered >= REQUIRED


def test_every_case_names_its_article():
    assert all(case.values[0]["依据"] for case in all_cases())
