"""The law as dated data."""

from datetime import date

import numpy as np
import pytest

from tally.errors import TallyError
from tally.model import Matter
from tally.rules import Base, MajorityClass, Ratio, exact_type, rule_for

CODE = date(2021, 1, 1)
SPECIAL = {
    Matter.RAISE_FUND,
    Matter.REBUILD,
    Matter.CHANGE_COMMON_USE,
    Matter.OPERATE_COMMON_PARTS,
}


@pytest.mark.parametrize("matter", list(Matter))
def test_class_of_each_matter_since_the_code(matter):
    """Civil Code art. 278(1)(6)-(8) and 279; everything else is general."""
    rule = rule_for(matter, CODE)
    if matter in SPECIAL:
        assert (rule.class_, str(rule.approval)) == (MajorityClass.SPECIAL, ">= 3/4")
    elif matter is Matter.DWELLING_TO_BUSINESS:
        assert (rule.class_, str(rule.approval)) == (MajorityClass.UNANIMOUS, ">= 1/1")
        assert not rule.deemed_votes
    else:
        assert (rule.class_, str(rule.approval)) == (MajorityClass.GENERAL, "> 1/2")
    assert str(rule.quorum) == (">= 1/1" if matter is Matter.DWELLING_TO_BUSINESS else ">= 2/3")


@pytest.mark.parametrize("matter", list(Matter))
def test_every_rule_names_its_article(matter):
    assert "民法典" in rule_for(matter, CODE).source
    assert "物权法" in rule_for(matter, date(2020, 12, 31)).source


def test_before_the_code_approval_is_of_all_owners():
    """Property Law art. 76: using the fund asked two thirds of everybody."""
    rule = rule_for(Matter.USE_FUND, date(2020, 12, 31))
    assert (str(rule.quorum), str(rule.approval), rule.base) == ("> 1/2", ">= 2/3", Base.ELECTORATE)
    assert str(rule_for(Matter.OTHER, date(2020, 12, 31)).approval) == "> 1/2"


def test_no_rule_before_the_property_law():
    with pytest.raises(TallyError, match="早于《物权法》"):
        rule_for(Matter.OTHER, date(2007, 9, 30))


@pytest.mark.parametrize(
    ("ratio", "part", "whole", "holds"),
    [
        (Ratio(1, 2, inclusive=False), 1, 2, False),
        (Ratio(2, 3, inclusive=True), 2, 3, True),
        (Ratio(3, 4, inclusive=True), 3, 4, True),
        # Of nobody, no share is reached.
        (Ratio(3, 4, inclusive=True), 0, 0, False),
        (Ratio(3, 4, inclusive=True), 0, 1, False),
        (Ratio(1, 2, inclusive=False), 2**60, 2**61 - 1, True),
        (Ratio(2, 3, inclusive=True), 2 * 10**13 - 1, 3 * 10**13, False),
    ],
)
def test_a_share_is_reached_or_not(ratio, part, whole, holds):
    """Half fails, two thirds and three quarters pass, at any size."""
    assert ratio.holds(part, whole) is holds


def test_margins_never_leave_64_bits():
    """Areas so large that twelve times as much might are counted in Python integers."""
    assert exact_type(2**56 - 1) is np.int64
    assert exact_type(2**56) is np.object_
