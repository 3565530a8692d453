"""Long lists are cut where they get long, and say how much there is."""

from voting.roster.listed import first_of, listed


def test_rows_are_named_up_to_five():
    assert listed([2, 5, 9, 11, 14]) == "2、5、9、11、14"
    assert listed([2, 5, 9, 11, 14, 15]) == "2、5、9、11、14 等 6"


def test_units_are_named_up_to_twenty():
    twenty = [f"1-1-{room}" for room in range(101, 121)]
    assert first_of(twenty, "套") == "、".join(twenty)
    assert first_of([*twenty, "1-1-121"], "套") == f"{'、'.join(twenty)}……共 21 套"
    assert first_of(["a", "b"], "项", separator="；") == "a；b"
