"""What a spreadsheet would run as a formula is kept from running, and read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel.inert import as_meant, inert


@pytest.mark.parametrize("start", "=+-@\t\r＝＋－＠")
def test_no_cell_starts_a_formula(start):
    assert inert(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("text", ["", "甲", "1=1", "'甲'", "'"])
def test_other_text_stays_as_it_is(text):
    assert inert(text) == as_meant(text) == text


@given(st.text("'=+-@甲"))
def test_the_text_comes_back(text):
    assert as_meant(inert(text)) == text
