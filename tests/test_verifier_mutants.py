"""A change to a verifier is noticed by an answer, and by nothing else."""

import pytest

from tests import verifier_mutants
from tests.verifier_mutants import Trial, all_changes
from tests.voting.outcome.both import second

# What is forked here ends without doing anything that needs another thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture
def change():
    return next(each for each in all_changes() if each[0] == second.__name__)


@pytest.fixture
def asked(monkeypatch, change):
    """Ask these so many times, all of which reach the change."""
    _, changed = change

    def ask_instead(ask, said, times=1):
        reached = {second.__file__: set(changed.lines)}
        trials = [Trial(ask, (), said, reached)] * times
        monkeypatch.setattr(verifier_mutants, "trials", lambda _: trials)
        monkeypatch.setattr(verifier_mutants, "_imported", lambda _: set())
        verifier_mutants.last_noticed.cache_clear()

    yield ask_instead
    verifier_mutants.last_noticed.cache_clear()


def test_a_change_that_no_answer_tells_is_not_noticed_however_many_are_asked(asked, change):
    """Those of whom there were too many to remember were taken to have noticed it."""
    asked(lambda: "as ever", "'as ever'", times=20_000)
    assert not verifier_mutants.is_noticed(change)


def test_another_answer_tells_a_change(asked, change):
    asked(lambda: "otherwise", "'as ever'")
    assert verifier_mutants.is_noticed(change)


def test_a_mistake_of_the_trial_itself_notices_nothing(asked, change, monkeypatch):
    asked(lambda: "as ever", "'as ever'")
    monkeypatch.setattr(verifier_mutants, "answer", None)
    with pytest.raises(RuntimeError, match=second.__name__):
        verifier_mutants.is_noticed(change)
