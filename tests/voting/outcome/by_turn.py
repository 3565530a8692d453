"""Votes under the other rules on a second ballot: paper first, phone first, so many changes."""

import functools

from tests.voting.outcome.eventful import _bundles_of, on_paper
from tests.voting.outcome.test_correction import SOLD, corrected
from tests.voting.world import SUN, WANG, ZHANG, _row, choices


@functools.cache
def paper_first():
    """Files by level, and phones, of a vote in which paper replaces a phone's ballot."""
    return _bundles_of(_hold_paper_first)


@functools.cache
def phone_first():
    """The same of a vote in which a phone's ballot replaces paper."""
    return _bundles_of(_hold_phone_first)


@functools.cache
def limited():
    """The same of a vote in which everybody may change his ballot twice."""
    return _bundles_of(_hold_limited)


@functools.cache
def resold():
    """The same of a vote in which paper replaces a phone's ballot, but for flats sold since."""
    return _bundles_of(_hold_resold)


@functools.cache
def outlasting():
    """The same of a vote in which the first stands, and a buyer's paper after his seller's vote."""
    return _bundles_of(_hold_outlasting)


@functools.cache
def bought_back():
    """The same of a vote before which a flat is sold; it is bought back while the vote runs."""
    return _bundles_of(_hold_bought_back)


def _begin(world, *names, **policies):
    world.freeze()
    for name in names:
        world.enrol(name)
    world.draft(policies=policies).publish().open()


def _hold_paper_first(world):
    """Whoever is on paper now may object to it: it is not said whose it is."""
    _begin(world, "li", "zhang", repeat="paper_first")
    world.cast("li", ["1-1-102"])
    on_paper(world, "0001", ["1-1-102"])
    world.object("li", ["1-1-102"])
    world.cast("zhang", ["1-1-101"])


def _hold_resold(world):
    """A paper for what its seller has voted for is entered as void; another one counts."""
    _begin(world, "zhang", "li", repeat="paper_first")
    world.cast("zhang", ["1-1-202"])
    world.cast("li", ["1-1-201"])
    corrected(world, [SOLD, _row("1-1-201", "住宅", "60.25", [WANG, SUN], 3)])
    on_paper(world, "0001", ["2-1-102"])
    on_paper(world, "0002", ["1-1-202"], "转让之前投的票仍然有效")


def _hold_outlasting(world):
    _begin(world, "zhang")
    world.cast("zhang", ["1-1-202"])
    corrected(world, [SOLD])
    on_paper(world, "0001", ["1-1-202"])


def _hold_bought_back(world):
    """Whose hand is on paper nobody can see: it may be that of the owner at the notice."""
    _begin(world, "chen", repeat="last_valid")
    first = corrected(world, [SOLD])
    on_paper(world, "0001", ["1-1-202"])
    corrected(world, [_row("1-1-202", "住宅", "75", [ZHANG], 4)], after=first)
    on_paper(world, "0002", ["1-1-202"])
    world.cast("chen", ["2-1-102"])


def _hold_phone_first(world):
    _begin(world, "chen", "zhang", repeat="phone_first")
    on_paper(world, "0001", ["2-1-102"])
    world.cast("chen", ["2-1-102"], choices("oppose"))
    world.cast("zhang", ["1-1-101"])


def _hold_limited(world):
    """Twice it is changed; another votes for two flats after he has voted for each."""
    _begin(world, "zhang", "wang", repeat="last_valid", repeat_limit=2)
    more = {}
    for number in (1, 2, 3):
        receipt, _ = world.cast("zhang", ["1-1-101"], sequence=number, **more)
        more = {"replaces": receipt.ballot_digest}
    world.cast("wang", ["1-1-102"])
    receipt, _ = world.cast("wang", ["1-1-201"])
    both = ["1-1-102", "1-1-201"]
    world.cast("wang", both, sequence=2, replaces=receipt.ballot_digest)
