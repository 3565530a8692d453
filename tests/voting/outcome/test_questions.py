"""Both verifiers read every text, key, note, proof, tile and zip alike, or refuse it alike."""

import pytest

from tests.voting.outcome.questions import questions

ABOUT = sorted({question.about for question in questions()})


@pytest.mark.parametrize("about", ABOUT)
def test_both_give_the_same_answer(about):
    asked = [question for question in questions() if question.about == about]
    answers = [question.answers() for question in asked]
    for question, (first, second) in zip(asked, answers, strict=True):
        assert first == second, question.given
    assert len({first for first, _ in answers}) > 1
