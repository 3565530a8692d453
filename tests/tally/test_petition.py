"""Enough signatures, or one too few: the figure itself is included."""

from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import TallyError
from tally.measure import Measure
from tally.petition import Aim, petition

DAY = date(2026, 6, 1)
CASES = yaml.safe_load("""
- {案例: 恰好百分之五可申请成立, 事项: 首次, 联名: [5, 1], 全体: [100, 10000], 足够: 是}
- {案例: 人数差一人但面积恰好百分之五, 事项: 首次, 联名: [4, 500], 全体: [100, 10000], 足够: 是}
- {案例: 人数和面积都差一点, 事项: 首次, 联名: [4, 499], 全体: [100, 10000], 足够: 否}
- {案例: 恰好百分之二十可提议, 事项: 临时, 联名: [20, 1], 全体: [100, 10000], 足够: 是}
- {案例: 一百零一人的百分之二十须二十一人, 事项: 临时, 联名: [20, 1], 全体: [101, 10000], 足够: 否}
- {案例: 提议临时会议只看人数, 事项: 临时, 联名: [19, 9000], 全体: [100, 10000], 足够: 否}
""")
AIMS = {"首次": Aim.FIRST_ASSEMBLY, "临时": Aim.INTERIM_MEETING}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["案例"])
def test_a_petition_is_met_or_not(case):
    document = petition(AIMS[case["事项"]], Measure(*case["联名"]), Measure(*case["全体"]), DAY)
    assert document["met"] is (case["足够"] == "是")


def test_the_document_shows_its_figures():
    assert petition(Aim.FIRST_ASSEMBLY, Measure(4, 499), Measure(100, 10_000), DAY) == {
        "aim": "first_assembly",
        "source": "《北京市物业管理条例》第三十条",
        "share": ">= 1/20",
        "signers": {"heads": 4, "area_cm2": 499},
        "electorate": {"heads": 100, "area_cm2": 10_000},
        "tests": {
            "heads": {"left": 80, "op": ">=", "right": 100, "holds": False},
            "area": {"left": 9_980, "op": ">=", "right": 10_000, "holds": False},
        },
        "needed": {"heads": 1, "area": 1},
        "met": False,
    }


@given(whole=st.integers(1, 10**13), part=st.integers(0, 10**13))
def test_a_fifth_is_five_times_the_signers(whole, part):
    """Domain P-5: ``5 * signers >= H``."""
    signers = Measure(min(part, whole), 0)
    document = petition(Aim.INTERIM_MEETING, signers, Measure(whole, 1), DAY)
    assert document["met"] is (5 * signers.heads >= whole)
    assert document["needed"]["heads"] == max(0, -(-whole // 5) - signers.heads)


def test_the_law_of_the_day_governs():
    signers, everybody = Measure(20, 1), Measure(100, 100)
    old = petition(Aim.INTERIM_MEETING, signers, everybody, date(2020, 4, 30))
    assert (old["source"], old["met"]) == ("国务院《物业管理条例》第十三条", True)
    assert (
        "第三十五条"
        in petition(Aim.INTERIM_MEETING, signers, everybody, date(2020, 5, 1))["source"]
    )
    for aim, day in (
        (Aim.FIRST_ASSEMBLY, date(2020, 4, 30)),
        (Aim.INTERIM_MEETING, date(2007, 9, 30)),
    ):
        with pytest.raises(TallyError, match="尚无可适用的业主联名规则"):
            petition(aim, signers, everybody, day)


@pytest.mark.parametrize(
    ("signers", "electorate", "message"),
    [
        (Measure(0, 0), Measure(0, 0), "须大于零"),
        (Measure(0, 0), Measure(1, 0), "须大于零"),
        (Measure(2, 1), Measure(1, 1), "超过业主总数"),
        (Measure(1, 2), Measure(1, 1), "超过业主总数"),
        (Measure(-1, 0), Measure(1, 1), "为负"),
        (Measure(0, -1), Measure(1, 1), "为负"),
    ],
)
def test_impossible_figures_are_refused(signers, electorate, message):
    with pytest.raises(TallyError, match=message):
        petition(Aim.INTERIM_MEETING, signers, electorate, DAY)
