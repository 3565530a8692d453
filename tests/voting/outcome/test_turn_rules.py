"""Every rule on a second ballot: both verifiers let it follow, or not, alike."""

import pytest

from tests.voting.outcome.both import UNNAMED, verify_bundle
from tests.voting.outcome.damage.by_turn import SOUND, forgeries
from tests.voting.outcome.dossier import Dossier
from voting.outcome.bundle import Level


def failing(vote, level=Level.SUPERVISED, **edits):
    files, phones = vote()
    data = Dossier(files[level], phones).write(**edits)
    return [finding.number for finding in verify_bundle(data) if finding.problems]


@pytest.mark.parametrize("vote", SOUND)
@pytest.mark.parametrize("level", UNNAMED)
def test_what_keeps_the_rule_passes(vote, level):
    assert failing(vote, level) == []


@pytest.mark.parametrize(("vote", "edit"), list(forgeries()))
def test_a_ballot_too_many_is_found(vote, edit):
    assert failing(vote, notice_bound=edit) == [13]
