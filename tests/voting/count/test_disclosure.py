"""What everybody sees of turnout never shows fewer than five owners by themselves."""

from voting.count.disclosure import disclosed


def measure(heads):
    return {"heads": heads, "area_cm2": heads * 100}


def shown(parts, hours=()):
    """Disclose buildings with so many participants each, and hours with so many arrivals."""
    report = {
        "items": ["unchanged"],
        "buildings": [
            {"building": str(n), "electorate": measure(60), "participating": measure(part)}
            for n, part in enumerate(parts)
        ],
        "kinds": [],
        "hours": [
            {"from": n, "until": n + 1, "arrived": measure(new), "participating": measure(so_far)}
            for n, (new, so_far) in enumerate(hours, start=1)
        ],
    }
    told = disclosed(report)
    assert told["items"] == ["unchanged"]
    assert [row["electorate"] for row in told["buildings"]] == [measure(60)] * len(parts)
    return told


def buildings(*parts):
    return [
        row["participating"] and row["participating"]["heads"] for row in shown(parts)["buildings"]
    ]


def test_five_are_shown_and_four_are_not():
    assert buildings(5, 6) == [5, 6]
    assert buildings(2, 4, 9) == [None, None, 9]


def test_what_is_withheld_cannot_be_had_by_subtraction():
    """One withheld row of four is the total less the rest; the next smallest goes with it."""
    assert buildings(4, 8, 9) == [None, None, 9]
    assert buildings(0, 0, 9, 8) == [None, None, 9, None]
    assert buildings(1) == [None]


def test_hours_are_joined_until_five_owners_came_and_the_last_wait():
    told = shown((), [(3, 3), (0, 3), (2, 5), (7, 12), (4, 16)])["hours"]
    assert told == [
        {"from": 1, "until": 4, "arrived": measure(5), "participating": measure(5)},
        {"from": 4, "until": 5, "arrived": measure(7), "participating": measure(12)},
    ]
