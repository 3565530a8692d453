"""What happens to sealed data under the lock that every writer waits for."""

import time
from types import SimpleNamespace

from tally.model import Kind
from voting.roster import store
from voting.roster.document import PublicUnit, RosterDocument

UNITS = 30_000
SECONDS = 1.5
"""Of processor time: far more than in proportion, a quarter of what the square takes."""


def test_a_correction_of_a_large_roster_takes_time_in_proportion_to_it(world, monkeypatch):
    """Every title was once looked for in a list of all units: nine seconds of ten thousand."""
    units = [
        PublicUnit(f"1-1-{at}", "1", Kind.DWELLING, 800_000, stock=False, group=at, owners=(at,))
        for at in range(UNITS)
    ]
    roster = RosterDocument("小区", 1, tuple(units))
    titles = [
        SimpleNamespace(owner_code=at, unit_code=at, title_index=b"%d" % at) for at in range(UNITS)
    ]
    monkeypatch.setattr(store, "titles", lambda _session, _roster_id: titles)

    with world.database.write() as session:
        began = time.process_time()
        world.rosters.people.succeed(session, ("frozen", roster), ("corrected", roster), by="s1")
        took = time.process_time() - began
    assert took < SECONDS
