"""What both tests of one measure imply together, in whole numbers."""

from datetime import date

import pytest

from tally.margins import Margin, necessary_margins
from tally.measure import Measure
from tally.model import Matter
from tally.rules import rule_for
from tally.verdict import Votes

CODE, OLD = date(2021, 1, 1), date(2020, 12, 31)


def votes(*, attending=None):
    """Of 30 heads and 300 cm² 11 and 101 approve."""
    whole, part, approve = Measure(30, 300), Measure(21, 202), Measure(11, 101)
    return Votes(whole, part, approve, Measure(), Measure(), Measure(), attending)


@pytest.mark.parametrize(
    ("matter", "share", "strict"),
    [
        # Two thirds of all, of these more than a half: more than two sixths of all.
        (Matter.OTHER, (2, 6), True),
        # Two thirds of all, of these at least three quarters: at least six twelfths.
        (Matter.RAISE_FUND, (6, 12), False),
    ],
)
def test_approvers_alone_must_be_a_share_of_the_electorate(matter, share, strict):
    num, den = share
    assert necessary_margins(votes(), rule_for(matter, CODE)) == [
        Margin(True, 0, den, den * 11 - num * 30, strict),
        Margin(False, 0, den, den * 101 - num * 300, strict),
    ]


def test_nothing_follows_where_one_test_is_all_or_others_fill_the_quorum():
    assert necessary_margins(votes(), rule_for(Matter.OTHER, OLD)) == []
    assert necessary_margins(votes(attending=Measure(25, 250)), rule_for(Matter.OTHER, CODE)) == []
