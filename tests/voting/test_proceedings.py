"""What is settled before anything is counted holds as chapter 07 of the cases says."""

import pytest

from tests.proceedings import Proceeding, all_proceedings

CASES = [pytest.param(case, id=case["案例"]) for case in all_proceedings()]


@pytest.mark.parametrize("case", CASES)
def test_it_is_settled_as_the_case_says(case):
    proceeding = Proceeding(case)
    for name in case["结果"]:
        assert proceeding.told(name) == proceeding.expected(name), name
