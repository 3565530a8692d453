"""An agent's mandates in the roster and his papers are counted together (domain W-12)."""

from dataclasses import replace

import pytest

from tests.voting.box.test_authority import CLAUSE, PROXY, accepted, by_proxy
from tests.voting.outcome.test_voters import FURTHER, GUARDIAN
from tests.voting.world import HEADER, ROWS
from voting.box.refusals import TooManyPrincipals

OTHERS = ("1-1-101", "1-2-102", "2-1-101")
"""Units of three owners."""


def begun(world, units, state=""):
    """Open a vote in which a roster names one agent for these units; his paper for a fourth."""
    rows = []
    for cells in ROWS:
        named = "-".join(cells[:3]) in units
        rows.append((*cells, "", GUARDIAN[0], GUARDIAN[2], state) if named else (*cells, *[""] * 4))
    world.freeze(rows, (*HEADER, *FURTHER))
    world.draft().publish().open()
    agent = world.identities.person("身份证", GUARDIAN[2]).hex()
    return by_proxy(replace(PROXY, agent=agent))


def test_three_by_phone_leave_none_on_paper(engine_world):
    """One agent acted for three owners by phone and for three more on paper."""
    paper = begun(engine_world, OTHERS)
    with pytest.raises(TooManyPrincipals):
        accepted(engine_world, paper)
    clause = replace(paper.authority, exception=CLAUSE)
    assert accepted(engine_world, replace(paper, authority=clause)) == 1


def test_two_by_phone_leave_one_on_paper_whatever_other_agents_do(world):
    paper = begun(world, OTHERS[:2])
    assert accepted(world, paper) == 1
    with pytest.raises(TooManyPrincipals):
        accepted(world, replace(paper, serial="8", units=("1-1-102",)))
    stranger = replace(paper, serial="8", units=("1-1-102",), authority=PROXY)
    assert accepted(world, stranger) == 2


def test_a_paper_for_whom_he_acts_by_phone_is_no_further_owner(world):
    paper = begun(world, OTHERS)
    assert accepted(world, replace(paper, units=OTHERS[:1])) == 1


@pytest.mark.parametrize("state", ["已故", "失能"])
def test_guardians_and_heirs_are_no_agents(world, state):
    paper = begun(world, OTHERS, state)
    assert accepted(world, paper) == 1
