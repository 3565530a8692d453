"""The law of the double majority as dated data, each figure with its article.

Nothing in this package compares with a figure of its own: thresholds are read from here, and a
comparison is an integer cross-multiplication. Local regulations repeat the Code (domain T-8), so
there is no setting for any of it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tally.errors import TallyError
from tally.model import Matter

Quantity = TypeVar("Quantity", int, NDArray[np.int64])
"""One figure, or a column of figures."""


_WIDE = 2**56
"""Areas from which on a margin, at most a dozen times as large, might leave 64 bits."""


def exact_type(area_cm2: int) -> type[np.int64 | np.object_]:
    """Choose what margins of an electorate of so much area (cm²) are exact in.

    int64, or Python integers where they could leave 64 bits.
    """
    return np.int64 if area_cm2 < _WIDE else np.object_


class MajorityClass(StrEnum):
    """Legal class of a matter."""

    GENERAL = "general"
    SPECIAL = "special"
    UNANIMOUS = "unanimous"


class Base(StrEnum):
    """What an approval is measured against."""

    PARTICIPANTS = "participants"
    ELECTORATE = "electorate"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share to be reached (``inclusive``) or exceeded.

    以上 includes the figure, Civil Code art. 1259; 过半数 is not in that list and by its plain
    meaning excludes the half.
    """

    num: int
    den: int
    inclusive: bool

    @property
    def op(self) -> str:
        """The comparison sign."""
        return ">=" if self.inclusive else ">"

    def holds(self, part: int, whole: int) -> bool:
        """Tell whether ``part`` of ``whole`` reaches the share; of nobody, no share is reached."""
        return whole > 0 and self.margin(part, whole) >= self.least

    def __str__(self) -> str:
        return f"{self.op} {self.num}/{self.den}"

    @property
    def least(self) -> int:
        """The least :meth:`margin` at which it holds."""
        return 0 if self.inclusive else 1

    def margin(self, part: Quantity, whole: Quantity) -> Quantity:
        """Return ``den * part - num * whole``, whose sign decides."""
        return self.den * part - self.num * whole


@dataclass(frozen=True, slots=True)
class Rule:
    """What one class of matters asks for, at one time.

    Parameters
    ----------
    class_
        Legal class.
    quorum
        Share of the electorate that has to take part, by heads and by area.
    approval
        Share of ``base`` that has to approve, by heads and by area.
    source
        The articles, as a certificate prints them.
    deemed_votes
        Whether anybody may be counted with a majority he did not name himself. Never where each
        interested owner has to consent.
    """

    class_: MajorityClass
    quorum: Ratio
    approval: Ratio
    base: Base
    source: str
    deemed_votes: bool = True

    def document(self) -> dict[str, str]:
        """Write the rule as results embed it; the figures are spelled ``>= 2/3``."""
        return {
            "class": self.class_.value,
            "quorum": str(self.quorum),
            "approval": str(self.approval),
            "base": self.base.value,
            "source": self.source,
        }


_MORE_THAN_HALF = Ratio(1, 2, inclusive=False)
_TWO_THIRDS = Ratio(2, 3, inclusive=True)
_THREE_QUARTERS = Ratio(3, 4, inclusive=True)
_ALL = Ratio(1, 1, inclusive=True)

_GENERAL = Rule(
    MajorityClass.GENERAL,
    quorum=_TWO_THIRDS,
    approval=_MORE_THAN_HALF,
    base=Base.PARTICIPANTS,
    source="《民法典》第二百七十八条第二款、第一千二百五十九条",
)
_SPECIAL = Rule(
    MajorityClass.SPECIAL,
    quorum=_TWO_THIRDS,
    approval=_THREE_QUARTERS,
    base=Base.PARTICIPANTS,
    source="《民法典》第二百七十八条第一款第六项至第八项及第二款、第一千二百五十九条",
)
# "Most of them agreed" is no defence (JI art. 10): everybody interested consents, or it fails.
_UNANIMOUS = Rule(
    MajorityClass.UNANIMOUS,
    quorum=_ALL,
    approval=_ALL,
    base=Base.ELECTORATE,
    source="《民法典》第二百七十九条；《建筑物区分所有权司法解释》第十条、第十一条",
    deemed_votes=False,
)
# Before the Code approval was measured against all owners, whoever took part.
_OLD_GENERAL = Rule(
    MajorityClass.GENERAL,
    quorum=_MORE_THAN_HALF,
    approval=_MORE_THAN_HALF,
    base=Base.ELECTORATE,
    source="《物权法》第七十六条第二款；国务院《物业管理条例》第十二条",
)
_OLD_SPECIAL = Rule(
    MajorityClass.SPECIAL,
    quorum=_MORE_THAN_HALF,
    approval=_TWO_THIRDS,
    base=Base.ELECTORATE,
    source="《物权法》第七十六条第一款第五项、第六项及第二款；国务院《物业管理条例》第十二条",
)
_OLD_UNANIMOUS = Rule(
    MajorityClass.UNANIMOUS,
    quorum=_ALL,
    approval=_ALL,
    base=Base.ELECTORATE,
    source="《物权法》第七十七条；《建筑物区分所有权司法解释》（2009）第十条、第十一条",
    deemed_votes=False,
)


@dataclass(frozen=True, slots=True)
class _RuleSet:
    """The rules in force from one day on: the default, and the matters that differ."""

    in_force: date
    general: Rule
    others: dict[Matter, Rule]


# Newest first; the first set already in force on the day of the decision governs (domain T-7).
_RULE_SETS = (
    _RuleSet(
        date(2021, 1, 1),
        _GENERAL,
        {
            Matter.RAISE_FUND: _SPECIAL,  # art. 278(1)(6)
            Matter.REBUILD: _SPECIAL,  # art. 278(1)(7)
            Matter.CHANGE_COMMON_USE: _SPECIAL,  # art. 278(1)(8)
            Matter.OPERATE_COMMON_PARTS: _SPECIAL,  # art. 278(1)(8)
            Matter.DWELLING_TO_BUSINESS: _UNANIMOUS,  # art. 279
        },
    ),
    _RuleSet(
        date(2007, 10, 1),
        _OLD_GENERAL,
        {
            Matter.RAISE_FUND: _OLD_SPECIAL,  # Property Law art. 76(1)(5)
            Matter.USE_FUND: _OLD_SPECIAL,  # art. 76(1)(5): using it asked two thirds as well
            Matter.REBUILD: _OLD_SPECIAL,  # art. 76(1)(6)
            Matter.DWELLING_TO_BUSINESS: _OLD_UNANIMOUS,  # art. 77
        },
    ),
)


@dataclass(frozen=True, slots=True)
class CommitteeSize:
    """How many members a committee has: an odd number of them, at least so many.

    Parameters
    ----------
    least
        Members of a whole committee.
    least_of_small
        Members where there are no more than ``small`` households.
    source
        The article.
    """

    least: int
    least_of_small: int
    small: int
    source: str

    def least_for(self, households: int) -> int:
        """Return the least lawful number of members."""
        return self.least_of_small if households <= self.small else self.least


# In force since 2020-05-01; no other text that the domain knows sets a number (P-8).
COMMITTEE = CommitteeSize(
    least=5, least_of_small=3, small=100, source="《北京市物业管理条例》第三十九条"
)


@dataclass(frozen=True, slots=True)
class JointItem:
    """An item of a local regulation that joins matters of different classes.

    Its number alone does not say which threshold applies: an agenda has to name one part.

    Parameters
    ----------
    numerals
        How the number of the item is written.
    parts
        The matters it joins, each as an agenda explains it.
    source
        The article.
    """

    numerals: frozenset[str]
    parts: dict[Matter, str]
    source: str


# Domain 1.2: raising the fund and operating common parts are special, the other parts are not.
JOINT_ITEMS = (
    JointItem(
        frozenset({"五", "5"}),
        {
            Matter.RAISE_FUND: "筹集维修资金",
            Matter.USE_FUND: "使用维修资金",
            Matter.MANAGE_FUND: "管理维修资金",
        },
        "《北京市物业管理条例》第三十四条第五项",
    ),
    JointItem(
        frozenset({"七", "7"}),
        {
            Matter.OPERATE_COMMON_PARTS: "利用共有部分经营",
            Matter.USE_COMMON_INCOME: "管理、使用共有部分经营收益",
        },
        "《北京市物业管理条例》第三十四条第七项",
    ),
)


def rule_for(matter: Matter, decision_date: date) -> Rule:
    """Return the rule that governs a matter decided on a day.

    Raises
    ------
    TallyError
        The day lies before the Property Law of 2007.
    """
    for rules in _RULE_SETS:
        if decision_date >= rules.in_force:
            return rules.others.get(matter, rules.general)
    raise TallyError(f"{decision_date.isoformat()} 早于《物权法》施行，没有可适用的表决规则")
