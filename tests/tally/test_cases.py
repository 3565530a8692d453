"""The cases in ``tests/cases``, written for lawyers, hold to the letter."""

import pytest
import yaml

from tally import reference
from tally.count import count_assembly
from tally.errors import TallyError
from tests import casebook
from tests.casebook import POLICY_OF, UnreadableCaseError, all_cases, cm2, papers_of, read_cases

PROCEEDINGS = yaml.safe_load(casebook.PROCEEDINGS.read_text(encoding="utf-8"))
"""The chapter of cases that are settled before the count; tests of ``voting`` hold it to them."""
CASES = [pytest.param(case, id=f"{chapter}：{case['案例']}") for chapter, case in all_cases()]
EVERY_CASE = [each.values[0] for each in CASES] + PROCEEDINGS
COUNTED = [each for each in CASES if "结果" in each.values[0]]
BLOCKS = {
    "总": "electorate",
    "参与": "participating",
    "到会": "attending",
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
CLASSES = {"general": "一般事项", "special": "重大事项", "unanimous": "须全体同意"}
SEATS = {"member": "委员", "alternate": "候补", "none": "未当选", "unresolved": "待定"}
NEEDS = {
    "tie": "票数并列",
    "too_few": "当选人数不足",
    "even": "当选人数为双数",
    "supplementary_election": "补选",
}
CLAUSES = {policy: clause for clause, policy in POLICY_OF.items()}

ROWS = {
    *(f"T-{n}" for n in range(1, 9)),
    *(f"W-{n}" for n in range(1, 15)),
    *(f"C-{n}" for n in range(1, 41)),
    *(f"V-{n}" for n in range(1, 14)),
}
"""Rows of the law's tables: thresholds, who counts, corner cases, and the test vectors."""
PROCEDURE = {"P-8", "P-12", "P-16", "F-3"}
"""Rows on procedure and arithmetic that cases also name."""
ELSEWHERE = {
    "C-36": "an outage moves the close, which the count does not know",
    "C-39": "who sees what before the close is for the ballot box",
    "C-40": "how long ballots are kept is for the archive",
}
"""Rows that neither a count nor a roster sheet decides, and why."""


def expected_of(name, said):
    """Read what a case expects in the type of the figure."""
    if name.endswith("面积"):
        return cm2(said)
    return said == "是" if said in ("是", "否") else said


def told(result, name):
    """Read one expectation's figure out of a result."""
    rows = result.get("candidates", [])
    flip = result["flip"]
    plain = {
        "通过": lambda: result["carried"],
        "类别": lambda: CLASSES[result["rule"]["class"]],
        "取决于": lambda: [CLAUSES[policy] for policy in result["depends_on"]],
        "适用规则": lambda: [CLAUSES[used["policy"]] for used in result["used_policies"]],
        "剔除": lambda: "无" if flip["strike"] is None else flip["strike"],
        "改票": lambda: "无" if flip["change"] is None else flip["change"],
        "还需人数": lambda: flip["needed_heads"],
        "还需面积": lambda: flip["needed_area_cm2"],
        "席位": lambda: {row["id"]: SEATS[row["seat"]] for row in rows},
        "排名": lambda: {row["id"]: row["rank"] for row in rows if row["rank"]},
        "需决定": lambda: [NEEDS[reason] for reason in result["needs_decision"]],
        "补选人数": lambda: result.get("supplementary_seats", 0),
        "胜出": lambda: result["winner"] or "无",
        "复选": lambda: result["run_off"] or [],
    }
    if name in plain:
        return plain[name]()
    if name in TESTS:
        return result["tests"][TESTS[name]]["holds"]
    block = result[BLOCKS[name[:-2]]]
    return block["heads" if name.endswith("人数") else "area_cm2"]


@pytest.mark.parametrize("case", CASES)
def test_the_count_says_what_the_case_says(case):
    papers = papers_of(case)
    columns = (papers.agenda, papers.roster, papers.ballots)
    if "报错" in case:
        with pytest.raises(TallyError, match=case["报错"]):
            count_assembly(*columns, delivered=papers.delivered)
        return
    [result] = count_assembly(
        *columns, delivered=papers.delivered, struck=papers.struck, objected=papers.objected
    )
    for name, said in case["结果"].items():
        assert told(result, name) == expected_of(name, said), name


@pytest.mark.parametrize("case", COUNTED)
def test_the_plain_count_reaches_the_same_verdict(case):
    """The specification too; it would take minutes over the one case of a hundred thousand."""
    papers = papers_of(case)
    if len(papers.roster) < 2_000:
        [result] = reference.count_assembly(
            papers.agenda,
            papers.roster,
            papers.ballots,
            objected=papers.objected.nonzero()[0].tolist(),
            delivered=papers.delivered,
            struck=papers.struck,
        )
        carried = case["结果"].get("通过")
        assert carried is None or result["carried"] == expected_of("通过", carried)


@pytest.mark.parametrize("row", sorted(ROWS))
def test_every_row_of_the_law_has_a_case_or_is_decided_elsewhere(row):
    covered = any(row in case["对应"] for case in EVERY_CASE)
    assert covered != (row in ELSEWHERE)


def test_cases_name_only_rows_that_exist():
    named = {row for case in EVERY_CASE for row in case["对应"]}
    assert named <= ROWS | PROCEDURE


def test_every_case_names_its_article():
    assert all(case["依据"] for case in EVERY_CASE)


def test_no_two_cases_share_a_title():
    titles = [case["案例"] for case in EVERY_CASE]
    assert len(set(titles)) == len(titles)


CASE = "- {案例: 甲, 依据: 乙, 对应: [T-1], 名册: [], 表决票: [], 结果: {通过: 是}}"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("依据: 乙", "根据: 乙"),
        ("依据: 乙, ", ""),
        ("案例: 甲", "案例: 甲, 案例: 丙"),
        ("结果: {通过: 是}", "结果: {通过: 是, 通过: 否}"),
        ("结果: {通过: 是}", "结果: {通过: 是}, 报错: 无"),
        (", 结果: {通过: 是}", ""),
        ("名册: []", "名册: [{房号: 1-1-1, 用途: 住宅, 面积: 1 平方米}]"),
        ("表决票: []", "表决票: [{房号: 1-1-1, 选则: 同意}]"),
        ("表决票: []", "表决票: [], 规则: {沉默: 视为弃权}"),
        ("表决票: []", "表决票: [], 范围: {单元: [1]}"),
    ],
)
def test_a_misspelt_case_is_refused(written, instead):
    assert read_cases(CASE)
    assert written in CASE
    with pytest.raises(UnreadableCaseError):
        read_cases(CASE.replace(written, instead))


def test_an_area_is_never_a_float():
    assert cm2("76896.22 平方米") == 768_962_200
    for wrong in ("76896.22", "1.00001 平方米", "-1 平方米"):
        with pytest.raises(UnreadableCaseError):
            cm2(wrong)
