"""The floor as people read it off a room number; for display only."""

import pytest

from tally.floors import BASEMENT, UNKNOWN_FLOOR, floor_of, floors_of


@pytest.mark.parametrize(
    ("unit_key", "floor"),
    [
        ("1-1-101", 1),
        ("1-2-0904", 9),
        ("1-2-1203", 12),
        ("1-2-10001", 100),
        ("3-1-B1", BASEMENT),
        ("3-1-b2018", BASEMENT),
        ("3-1-地下12", BASEMENT),
        ("3-1-负一层03", BASEMENT),
        ("1-1-12", UNKNOWN_FLOOR),
        ("车库-B1-001", UNKNOWN_FLOOR),
        ("1-1-302室", UNKNOWN_FLOOR),
        ("1-1-110100", UNKNOWN_FLOOR),
        ("1-1-٣٠٢", UNKNOWN_FLOOR),
        ("1-1-底商", UNKNOWN_FLOOR),
        ("302", 3),
    ],
)
def test_the_room_tells_the_floor_or_nothing_does(unit_key, floor):
    assert floor_of(unit_key) == floor


def test_one_floor_for_every_unit():
    floors = floors_of(["1-1-101", "1-1-B1"])
    assert (floors.tolist(), floors.dtype) == ([1, BASEMENT], "int32")
