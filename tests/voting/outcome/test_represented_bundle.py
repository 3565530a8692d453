"""Others sign for the owners, on paper: both verifiers ask the same of what they signed on."""

import pytest

from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.damage.represented import forgeries, soundly
from tests.voting.outcome.dossier import Dossier
from tests.voting.outcome.eventful import represented
from voting.outcome.bundle import Level


def failing(data):
    return [finding.number for finding in verify_bundle(data) if finding.problems]


def written(level=Level.SUPERVISED, **edits):
    files, phones = represented()
    return Dossier(files[level], phones).write(**edits)


@pytest.mark.parametrize("level", UNNAMED)
def test_what_two_clerks_entered_passes(level):
    assert failing(written(level)) == []


@pytest.mark.parametrize(("checks", "step", "edit"), list(forgeries()))
def test_what_is_false_of_it_both_find_in_the_same_checks(checks, step, edit):
    assert failing(written(**{step: edit})) == checks


@pytest.mark.parametrize(("step", "edit"), list(soundly()))
def test_what_is_not_asked_of_it_neither_finds(step, edit):
    assert failing(written(**{step: edit})) == []
