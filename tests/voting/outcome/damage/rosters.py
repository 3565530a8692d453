"""Units that no roster has: such a document is none, for whichever check reads it."""


def no_rosters():
    """Yield edits, to be made after ``roster_bound`` where nobody counts again."""
    for values in (
        {"unit": ""},
        {"owners": [-1]},
        {"owners": [0, 0]},
        {"owners": [0, 1, 0]},
        {"owners": [True]},
        {"owners": {}},
        {"area_cm2": -1},
    ):
        yield _first_unit(values)


def _first_unit(values):
    """Let the first unit say something else, and the groups and sums be right for it."""

    def edit(d):
        unit = d.roster["units"][0]
        area = unit["area_cm2"]
        unit.update(values)
        d.notice["roster"]["area_cm2"] += unit["area_cm2"] - area
        d.roster_bound()

    return edit
