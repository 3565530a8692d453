"""What each clause says that departs from the reading without a clause."""

from dataclasses import fields

from tally.doubt import policy_value
from tally.model import (
    BlankItem,
    Candidates,
    CoOwners,
    Follow,
    MixedUnits,
    Policies,
    Quorum,
    Ranking,
    Repeat,
    SameOwner,
    ShortOrEven,
    Silence,
    VoidBallot,
    VoidItem,
)

# The row of the corner cases and the sentence a certificate prints, by policy and value.
_CLAUSES: dict[tuple[str, object], tuple[str, str]] = {
    ("silence", Silence.ABSTAIN): ("C-23", "未表决的视为参与表决并弃权"),
    ("silence", Silence.FOLLOW_MAJORITY): (
        "C-23",
        "已表决部分达到参与比例后，未表决的计入多数意见",
    ),
    ("silence", Silence.DELIVERED_FOLLOWS): (
        "C-23",
        "已送达而未表决的视为参与表决并计入多数意见",
    ),
    ("repeat", Repeat.LAST_VALID): ("C-18", "同一房屋多次有效投票的，以最后一次为准"),
    ("repeat", Repeat.PAPER_FIRST): ("C-17", "同一房屋纸质、手机均有有效票的，以纸质票为准"),
    ("repeat", Repeat.PHONE_FIRST): ("C-17", "同一房屋纸质、手机均有有效票的，以手机票为准"),
    ("mixed_units", MixedUnits.LAST_BALLOT): (
        "C-3",
        "同一业主各房屋选择不一致的，以最后一张表决票为准",
    ),
    ("mixed_units", MixedUnits.REFUSE_DIFFERENT): (
        "C-3",
        "同一业主后一张表决票与其他房屋已投的不一致的，不予收下；已收下的不计入，以先前的为准",
    ),
    ("blank_item", BlankItem.ABSTAIN): ("C-21", "表决票上留空的议题视为弃权"),
    ("void_ballot", VoidBallot.PARTICIPATING): (
        "C-19",
        "无效票计入参与表决，不计入任何选择；有效表决票上划错的议题，未约定视为弃权的，也同样计入",
    ),
    ("same_owner", SameOwner.ANY_COMMON_OWNER): ("C-5", "有共同所有权人的房屋合并按一人计算"),
    ("same_owner", SameOwner.EACH_TITLE): (
        "C-6",
        "共有的房屋每套各按一人计算，共有人相同的也不合并",
    ),
    ("same_owner", SameOwner.HOUSEHOLD): (
        "C-4",
        "清册登记为同一合户编号的房屋合并按一人计算，其余按产权人计算",
    ),
    ("void_item", VoidItem.ABSTAIN): ("C-20", "有效表决票上划错的议题视为弃权"),
    ("quorum", Quorum.PER_BALLOT): (
        "C-30",
        "参与比例按全部有效表决票计算，本项漏填或划错的也计入",
    ),
    ("follow", Follow.EACH_MEASURE): (
        "C-24",
        "随多数的，人数计入人数最多的意见，面积计入面积最多的意见",
    ),
    ("ranking", Ranking.AREA_THEN_HEADS): ("C-26", "当选名次先按同意面积、再按同意人数排列"),
    ("ranking", Ranking.SUM_OF_SHARES): (
        "C-26",
        "当选名次按同意人数占比与同意面积占比之和排列，相同的面积多者在前",
    ),
    ("short_or_even", ShortOrEven.LOWEST_BECOMES_ALTERNATE): (
        "C-27",
        "当选人数为双数、减去一人仍合法的，名次最末的当选人转为第一候补",
    ),
    ("short_or_even", ShortOrEven.SUPPLEMENTARY_ELECTION): (
        "C-27",
        "当选人数不足或为双数的，空缺名额另行补选",
    ),
    ("co_owners", CoOwners.ABSTAIN): (
        "C-1",
        "共有人在截止前对本房屋的表决票提出异议的，该房屋各议题按弃权计算",
    ),
    ("co_owners", CoOwners.VOID): (
        "C-1",
        "共有人在截止前对本房屋的表决票提出异议的，该房屋的表决票均作废",
    ),
    ("candidates", Candidates.AT_MOST_SEATS): (
        "C-25",
        "每张表决票同意的候选人不得超过名额，超过的该项作废；只勾选部分候选人的，对其余的视为弃权；选“随多数”的视为弃权",
    ),
}
_KINDS = ("C-11", "计入表决的房屋用途另有约定")


def _clause(name: str, value: object) -> tuple[str, str]:
    if name == "repeat_limit":
        return "C-18", f"同一房屋最多改投 {value} 次，此后的票不再替换"
    if name == "lot_seed":
        return "C-26", f"票数相同而名次有先后之分的，以公布的种子“{value}”抽签"
    return _CLAUSES.get((name, value), _KINDS)


def used_policies(policies: Policies) -> list[dict[str, object]]:
    """List every policy that departs from its default, with its clause."""
    standard = Policies()
    used: list[dict[str, object]] = []
    for policy in fields(Policies):
        value = getattr(policies, policy.name)
        if value != getattr(standard, policy.name):
            row, text = _clause(policy.name, value)
            used.append(
                {
                    "policy": policy.name,
                    "value": policy_value(policies, policy.name),
                    "clause": row,
                    "text": text,
                }
            )
    return used
