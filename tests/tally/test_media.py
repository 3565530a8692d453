"""Paper and phone: told apart by the name of the channel, and only where a rule asks."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tally.columns import BallotColumns, BallotRow, Medium, RosterColumns, UnitRow
from tally.count import count_assembly
from tally.errors import TallyError
from tally.model import Agenda, Form, Item, Kind, Matter, Policies, Repeat
from tally.side_by_side import side_by_side

ITEM = Item("1", "决议", Form.RESOLUTION, Matter.HIRE_MANAGER)
AGENDA = Agenda("大会", "业委会", None, None, date(2026, 6, 1), Policies(), (ITEM,))
PAPER_FIRST = replace(AGENDA, policies=Policies(repeat=Repeat.PAPER_FIRST))
ROSTER = RosterColumns.from_rows([UnitRow("1-1-1", "1", Kind.DWELLING, 100, False, ("甲",))])


def cast(*channels):
    rows = [BallotRow(("1-1-1",), (1,), void=False, channel=name) for name in channels]
    return BallotColumns.from_rows(ROSTER, AGENDA, rows)


def varied(ballots, agenda=AGENDA):
    """Values of the clause on repeated ballots that doubt tried."""
    [result] = count_assembly(agenda, ROSTER, ballots)
    return [row["value"] for row in result["variants"] if row["policy"] == "repeat"]


def test_every_way_to_write_a_channel_is_one_of_two_media():
    paper = ("paper", "paper-ballot", "书面", "纸质", "上门")
    phone = ("phone", "ballot", "手机", "网络", "线上")
    assert cast(*paper).media().tolist() == [Medium.PAPER] * 5
    assert cast(*phone, *paper, *phone).media().tolist() == [1] * 5 + [0] * 5 + [1] * 5
    assert cast().media().tolist() == []


def test_an_unknown_channel_is_refused_only_where_the_rule_asks():
    ballots = cast("纸质", "电话", "喊话")
    with pytest.raises(TallyError) as refused:
        count_assembly(PAPER_FIRST, ROSTER, ballots)
    assert str(refused.value) == (
        "第 2 张表决票的渠道“电话”看不出是纸质还是手机，不能按渠道确定以哪张为准"
    )
    assert refused.value.row == 1
    assert varied(ballots) == ["last_valid"]


@pytest.mark.parametrize("code", [-1, 1, 126])
def test_a_channel_without_a_name_is_unknown(code):
    ballots = replace(cast("纸质"), channel=np.array([code], dtype=np.int8))
    with pytest.raises(TallyError, match="渠道“”看不出"):
        ballots.media()


def test_doubt_asks_which_goes_first_where_both_came():
    assert varied(cast("纸质")) == varied(cast("手机", "手机")) == ["last_valid"]
    assert varied(cast("纸质", "手机")) == ["last_valid", "paper_first", "phone_first"]
    assert varied(cast("纸质"), PAPER_FIRST) == ["first_valid", "last_valid"]


def test_complexes_side_by_side_keep_what_a_rule_asks():
    parts = [cast("手机", "纸质"), cast("电话", "上门"), replace(cast("手机"), channels=())]
    _, _, ballots = side_by_side([(str(n), ROSTER, part) for n, part in enumerate(parts)])
    named = [ballots.channels[code] for code in ballots.channel.tolist() if code >= 0]
    assert named == ["手机", "纸质", "上门"]
    assert (ballots.channel < 0).tolist() == [False, False, True, False, True]
