"""Bundles sound and false."""

import functools

from tests.voting.outcome.damage import by_turn, damage, further, turns
from tests.voting.outcome.damage import contested as contested_damage
from tests.voting.outcome.damage import represented as represented_damage
from tests.voting.outcome.damage.members import of_nobody
from tests.voting.outcome.damage.rosters import no_rosters
from tests.voting.outcome.damage.shapes import shapes, variations, zips
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import (
    changing,
    contested,
    eventful,
    quiet,
    represented,
    sold,
)
from voting.outcome.bundle import Level


@functools.cache
def corpus():
    """All of them, kept for the whole process; sound ones first."""
    return list(_bundles())


def _bundles():
    for vote in (eventful, contested, represented, changing, sold, quiet):
        for level in Level:
            yield _written(vote, level)
    for row in damage():
        # What both levels show is shown by the quicker one.
        yield _written(quiet if row.quiet else eventful, row.levels[0], **{row.step: row.edit})
    for step, edit in (*shapes(), *variations()):
        yield _written(eventful, Level.SUPERVISED, **{step: edit})
    for _, step, edit in contested_damage.forgeries():
        yield _written(contested, Level.SUPERVISED, **{step: edit})
    yield _written(sold, Level.SUPERVISED, notice_bound=contested_damage.bought)
    for _, step, edit in represented_damage.forgeries():
        yield _written(represented, Level.SUPERVISED, **{step: edit})
    for step, edit in represented_damage.soundly():
        yield _written(represented, Level.SUPERVISED, **{step: edit})
    for edit in (*turns.forgeries(), *turns.valid()):
        yield _written(changing, Level.SUPERVISED, notice_bound=edit)
    yield from _further()
    yield from zips(_written(quiet, Level.PUBLIC))


def _further():
    for vote in by_turn.SOUND:
        yield _written(vote, Level.SUPERVISED)
    for vote, edit in by_turn.forgeries():
        yield _written(vote, Level.SUPERVISED, notice_bound=edit)
    for edit in no_rosters():
        yield _written(quiet, Level.PUBLIC, roster_bound=edit)
    for step, edit in of_nobody():
        yield _written(eventful, Level.SUPERVISED, **{step: edit})
    for vote, level, step, edit in (*further.sound(), *further.odd()):
        yield _written(vote, level, **{step: edit})


def _written(vote, level, **edits):
    files, phones = vote()
    return Dossier(files[level], phones).write(**edits)
