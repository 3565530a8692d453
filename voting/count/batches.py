"""Turnout that everybody may watch: it moves by several owners at once, never by one."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from tally.columns import RosterColumns
from tally.grouping import owner_groups
from tally.model import Agenda
from tally.scope import electorate_mask
from tally.turnout import LiveTurnout
from voting.count.disclosure import FEWEST_HEADS


class BatchedTurnout:
    """Live turnout in which ballots appear in batches of at least five owners.

    Two reports around one ballot would differ by exactly that owner's flats: neighbours know whose
    flat has 89.37 m². So each ballot waits until as many owners as are shown by themselves have
    come, and then all of them appear at once, in the hour in which the batch was complete.

    What has appeared follows from the ballots in order of the log alone, so every process that has
    read as far tells the same.

    Parameters
    ----------
    agenda, roster
        What was published; U units.

    Raises
    ------
    tally.errors.TallyError
        As :class:`~tally.turnout.LiveTurnout`.

    Notes
    -----
    Units that the same items are put to wait together, others apart: otherwise the batch of the
    whole complex could bring a single owner to an item that is put to one building.
    """

    def __init__(self, agenda: Agenda, roster: RosterColumns) -> None:
        self._turnout = LiveTurnout(agenda, roster)
        called = np.zeros(len(roster), dtype=np.bool_)
        queue = np.zeros(len(roster), dtype=np.int64)
        for item in agenda.items:
            inside = electorate_mask(roster, item, agenda.policies)
            called |= inside
            queue = np.unique(queue * 2 + inside, return_inverse=True)[1]
        # Plain lists: one unit of them is read in a fraction of NumPy's time.
        self._owner = owner_groups(roster, agenda.policies.same_owner, called).tolist()
        self._queue = queue.tolist()
        self._has_come = [False] * len(roster)
        self._waiting: defaultdict[int, list[int]] = defaultdict(list)
        self.position = 0
        """Place in the log of the ballot that completed the last batch; 0 is the log's opening."""

    def record(self, position: int, units: Iterable[int], hour: int) -> None:
        """Take note of the next valid ballot of the log; a unit's later ballots bring nothing.

        Parameters
        ----------
        position
            Its place in the log.
        units, hour
            As :meth:`tally.turnout.LiveTurnout.record`.
        """
        grown = set()
        for unit in units:
            if self._owner[unit] >= 0 and not self._has_come[unit]:
                self._has_come[unit] = True
                self._waiting[self._queue[unit]].append(unit)
                grown.add(self._queue[unit])
        for queue in grown:
            waiting = self._waiting[queue]
            if len({self._owner[unit] for unit in waiting}) >= FEWEST_HEADS:
                self._turnout.record(waiting, hour)
                waiting.clear()
                self.position = position

    def report(self) -> dict[str, Any]:
        """Tell what has appeared, as :meth:`tally.turnout.LiveTurnout.report`."""
        return self._turnout.report()
