"""Bundles with the numbers of the checks that they fail: what either verifier is held against."""

import functools

from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.damage import damage
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import eventful, quiet
from voting.outcome.bundle import Level


@functools.cache
def corpus():
    """Sound bundles first, then one for each kind of damage, with what both verifiers say."""
    sound = [(vote, level, {}) for vote in (eventful, quiet) for level in Level]
    false = [
        (quiet if row.quiet else eventful, level, {row.step: row.edit})
        for row in damage()
        for level in row.levels
    ]
    return [_judged(*each) for each in sound + false]


def _judged(vote, level, edits):
    files, phones = vote()
    data = Dossier(files[level], phones).write(**edits)
    return data, [finding.number for finding in verify_bundle(data) if finding.problems]
