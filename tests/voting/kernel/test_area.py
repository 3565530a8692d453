import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.kernel.area import Area, UnreadableArea, square_metres


@given(st.integers(1, 10**13 - 1))
def test_an_area_reads_back_to_the_last_cm2(cm2):
    """Past 2**43 cm² a float would already print another number."""
    assert Area.parse(square_metres(cm2)) == Area(cm2)


@pytest.mark.parametrize(
    ("text", "cm2"),
    [("89.37", 893_700), ("89", 890_000), ("0.0001", 1), ("115344.34", 1_153_443_400)],
)
def test_register_text_becomes_whole_cm2(text, cm2):
    assert Area.parse(text).cm2 == cm2


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0.0000", "-1", "+1", "1.", ".5", "1.00001", "1,000", "1e3", " 1", "1 ",
        "１", "٣", "1.5\n", "NaN", "1234567890",
    ],
)  # fmt: skip
def test_what_no_register_prints_is_refused(text):
    with pytest.raises(UnreadableArea):
        Area.parse(text)


@pytest.mark.parametrize("cm2", [0, -1])
def test_no_unit_is_without_area(cm2):
    with pytest.raises(UnreadableArea):
        Area(cm2)


def test_areas_have_an_order():
    assert Area.parse("9.9") < Area.parse("10")


@pytest.mark.parametrize(
    ("cm2", "text"), [(893_700, "89.37"), (893_725, "89.3725"), (890_000, "89.00"), (0, "0.00")]
)
def test_areas_are_printed_exactly_with_two_decimals_at_least(cm2, text):
    assert square_metres(cm2) == text
