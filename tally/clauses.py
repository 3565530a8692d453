"""What each clause says that departs from the reading without a clause."""

from dataclasses import fields

from tally.doubt import policy_value
from tally.model import (
    BlankItem,
    MixedUnits,
    Policies,
    Repeat,
    SameOwner,
    Silence,
    VoidBallot,
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
    ("mixed_units", MixedUnits.LAST_BALLOT): (
        "C-3",
        "同一业主各房屋选择不一致的，以最后一张表决票为准",
    ),
    ("blank_item", BlankItem.ABSTAIN): ("C-21", "表决票上留空的议题视为弃权"),
    ("void_ballot", VoidBallot.PARTICIPATING): ("C-19", "无效票计入参与表决，不计入任何选择"),
    ("same_owner", SameOwner.ANY_COMMON_OWNER): ("C-5", "有共同所有权人的房屋合并按一人计算"),
}
_KINDS = ("C-11", "计入表决的房屋用途另有约定")


def used_policies(policies: Policies) -> list[dict[str, object]]:
    """List every policy that departs from its default, with its clause."""
    standard = Policies()
    used: list[dict[str, object]] = []
    for policy in fields(Policies):
        value = getattr(policies, policy.name)
        if value != getattr(standard, policy.name):
            row, text = _CLAUSES.get((policy.name, value), _KINDS)
            used.append(
                {
                    "policy": policy.name,
                    "value": policy_value(policies, policy.name),
                    "clause": row,
                    "text": text,
                }
            )
    return used
