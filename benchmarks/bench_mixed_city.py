"""Void, followed and torn votes of a whole city, in one call and complex by complex.

Other engines know nothing of these; what is asserted equal is the specification, a plain loop
(:mod:`tally.reference`), for every complex.
"""

import pytest

from benchmarks.data import agenda_of
from benchmarks.mixed_city import POLICIES, answer_of, answer_of_reference, draw_city
from benchmarks.timing import Row, timed
from tally import reference
from tally.batch import count_batch
from tally.side_by_side import side_by_side

UNITS, COMPLEXES = 50_000, 200
UNITS_UNTIMED, COMPLEXES_UNTIMED = 2_000, 16
JOB = "city of {complexes} complexes, rarer votes {policies}"


@pytest.fixture(scope="module")
def city(request):
    """Draw a city; a small one where nothing is timed."""
    untimed = request.config.getoption("benchmark_disable")
    return draw_city(*((UNITS_UNTIMED, COMPLEXES_UNTIMED) if untimed else (UNITS, COMPLEXES)))


@pytest.mark.parametrize("policies", POLICIES)
def bench_mixed_city(benchmark, city, policies):
    """Time checking, grouping and counting of all complexes together."""
    agenda = agenda_of(POLICIES[policies])
    columns = side_by_side(city)
    expected = answer_of_reference(
        [reference.count_assembly(agenda, roster, ballots) for _, roster, ballots in city]
    )
    roster = columns[0]
    job = JOB.format(complexes=len(city), policies=policies)
    timed(
        benchmark,
        Row(job, len(roster), "yezhu, from columns"),
        lambda: count_batch(agenda, *columns).verdicts(),
        answer=answer_of,
        expected=expected,
    )
    assert expected.carried.any()
    assert not expected.carried.all()
