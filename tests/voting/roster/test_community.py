"""Two spellings of a complex are one, two complexes are two, and what is in between is asked."""

import pytest

from voting.roster.community import CommunityInDoubt, settle

KNOWN = ["桂花园", "万国城MOMA(一期)", "阳光小区"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("桂花园", "桂花园"),
        (" 桂 花　园\ufeff", "桂花园"),
        ("万国城ＭＯＭＡ（一期）", "万国城MOMA(一期)"),
        ("万国城 MOMA (一期)", "万国城MOMA(一期)"),
        ("新桂花园", "新桂花园"),
        ("万国城MOMA(二期)", "万国城MOMA(二期)"),
        ("清河－东里", "清河-东里"),
        ("清河—西里", "清河—西里"),
        ("小区", "小区"),
    ],
)
def test_a_spelling_leads_to_its_complex_and_another_name_to_another(written, kept):
    assert settle(written, KNOWN, another=False) == kept


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("桂花园小区", "桂花园"),
        ("桂花园社区", "桂花园"),
        ("“桂花园”", "桂花园"),
        ("阳光", "阳光小区"),
        ("阳光住宅小区", "阳光小区"),
        ("万国城moma一期", "万国城MOMA(一期)"),
        ("万国城MOMA(1期)", "万国城MOMA(一期)"),
        ("万国城MOMA·①期", "万国城MOMA(一期)"),
    ],
)
def test_what_is_almost_a_known_name_is_asked_about(written, known):
    with pytest.raises(CommunityInDoubt, match="照“" + known.replace("(", r"\(").split(")")[0]):
        settle(written, KNOWN, another=False)
    assert settle(written, KNOWN, another=True) == written


def test_another_complex_does_not_take_the_very_name():
    with pytest.raises(CommunityInDoubt, match="能够区分"):
        settle("桂 花园", KNOWN, another=True)


def test_a_complex_kept_under_an_unusual_spelling_is_still_found():
    """As an earlier release kept it, which took every name as it came."""
    assert settle("桂花园", ["桂花园　"], another=False) == "桂花园　"
