"""Ballots with made-up effects, for the searches among them."""

from types import SimpleNamespace

import numpy as np

from tally.levers import Levers

LEAVES, GOES = (-1, 0, -1), (-1, -1, -1)
STAYS, COMES, TURNS = (0, 0, 0), (1, 1, 0), (0, 1, 0)


def levers_of(effects, *, heads_known=None, area_known=None):
    """Ballots by (participating, approving, attending) and area, each of an owner of his own."""
    count = len(effects)
    kinds = np.array([kind for kind, _ in effects], dtype=np.int64).reshape(count, 3)
    area = np.array([area for _, area in effects], dtype=np.int64)
    owners = np.arange(count)
    return Levers(
        holdings=SimpleNamespace(group_area=area, link_ballot=owners, link_group=owners),
        heads=kinds,
        area=kinds * area[:, np.newaxis],
        heads_known=np.ones(count, bool) if heads_known is None else np.array(heads_known),
        area_known=np.ones(count, bool) if area_known is None else np.array(area_known),
        owner_now=np.tile((1, 0, 1), (count, 1)),
        reachable=np.array([(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)]),
    )
