"""What only one line of a verifier sees to: both verifiers find the same checks failing."""

import pytest

from tests.voting.outcome.both import verify_bundle
from tests.voting.outcome.damage.further import odd, sound
from tests.voting.outcome.dossier import Dossier


def failing(vote, level, step, edit):
    files, phones = vote()
    data = Dossier(files[level], phones).write(**{step: edit})
    return [finding.number for finding in verify_bundle(data) if finding.problems]


@pytest.mark.parametrize("written", list(sound()))
def test_what_is_sound_passes(written):
    assert failing(*written) == []


@pytest.mark.parametrize("written", list(odd()))
def test_what_is_odd_fails_the_same_checks_in_both(written):
    assert failing(*written)
