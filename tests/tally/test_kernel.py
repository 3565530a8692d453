"""Both engines give the same integers, and the narrow sums never leave their lanes."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tally import compiled, kernel, vectorised
from tally.errors import TallyError
from tally.kernel import NO_CODE, Weights

USUAL = settings.default.max_examples
"""A hundred, and fewer for each mutant."""

CODES = st.sampled_from([0, 1, 2, 3, 4, 5, 120])
AREAS = st.one_of(
    st.integers(1, 50),
    st.integers(2**21, 2**22),
    st.integers(2**26 - 2, 2**26 + 2),
    st.integers(2**31, 2**33).map(lambda area: area * 100),
    st.integers(2**55, 2**56),
)


@st.composite
def votes(draw):
    units = draw(st.integers(1, 60))
    questions = draw(st.integers(1, 4))
    cuts = sorted(draw(st.lists(st.integers(0, units), min_size=2, max_size=6)))
    matrix = draw(arrays.arrays(np.uint8, (questions, units), elements=CODES))
    area = draw(arrays.arrays(np.int64, units, elements=AREAS))
    head = draw(arrays.arrays(np.uint8, units, elements=st.integers(0, 1)))
    wanted = draw(st.lists(CODES, min_size=1, max_size=5, unique=True))
    rows = [wanted[: draw(st.integers(0, len(wanted)))] for _ in range(questions)]
    codes = np.full((questions, len(wanted)), NO_CODE, dtype=np.uint8)
    for row, some in zip(codes, rows, strict=True):
        row[: len(some)] = some
    return matrix, area, head, np.array(cuts, dtype=np.int64), codes


def by_hand(matrix, area, head, offsets, codes):
    """Add up in Python integers."""
    shape = (*codes.shape, len(offsets) - 1)
    heads, areas = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for (question, place, segment), _ in np.ndenumerate(heads):
        units = range(offsets[segment], offsets[segment + 1])
        named = [unit for unit in units if matrix[question, unit] == codes[question, place]]
        heads[question, place, segment] = sum(int(head[unit]) for unit in named)
        areas[question, place, segment] = sum(int(area[unit]) for unit in named)
    return heads, areas


@pytest.mark.parametrize("engine", [compiled, vectorised], ids=["compiled", "vectorised"])
@settings(max_examples=3 * USUAL, deadline=None)
@given(vote=votes())
def test_each_engine_adds_up_as_by_hand(engine, vote):
    matrix, area, head, offsets, codes = vote
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "_engine", lambda _answers: engine)
        heads, areas = kernel.measure(matrix, Weights.of(area), head, offsets, codes)

    plain_heads, plain_areas = by_hand(*vote)
    np.testing.assert_array_equal(heads, plain_heads)
    np.testing.assert_array_equal(areas, plain_areas)
    assert heads.dtype == areas.dtype == np.int64


@settings(max_examples=2 * USUAL, deadline=None)
@given(area=arrays.arrays(np.int64, st.integers(1, 40), elements=AREAS))
def test_no_block_of_units_leaves_32_bits(area):
    weights = Weights.of(area)

    assert [int(step) * weights.scale for step in weights.area] == area.tolist()
    if weights.block:
        assert weights.area.dtype == np.uint32
        assert weights.block * int(weights.area.max()) < 2**32
    else:
        assert weights.area.dtype == np.int64


def test_full_lanes_do_not_overflow():
    """As many units of the largest area as one block admits, and more, all of one answer."""
    largest = 2**26 - 1
    area = np.full(200, largest, dtype=np.int64)
    assert Weights.of(area).block == (2**32 - 1) // largest
    matrix, head = np.ones((1, 200), np.uint8), np.ones(200, np.uint8)
    offsets, codes = np.array([0, 200]), np.array([[1]], np.uint8)
    for engine in (compiled, vectorised):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel, "_engine", lambda _answers, engine=engine: engine)
            heads, areas = kernel.measure(matrix, Weights.of(area), head, offsets, codes)
        assert (heads.item(), areas.item()) == (200, 200 * largest)


@pytest.mark.parametrize(
    ("area", "scale", "block"),
    [
        ([1], 1, 2**32 - 1),
        # The largest area of which 64 fit into a lane, and one more.
        ([67_108_863, 1], 1, 64),
        ([67_108_864, 1], 1, 0),
        # Both are even: in steps of two cm² they fit.
        ([67_108_866, 67_108_870], 2, 127),
        ([], 1, 2**32 - 1),
    ],
)
def test_steps_are_as_wide_as_they_have_to_be(area, scale, block):
    weights = Weights.of(np.array(area, dtype=np.int64))
    assert (weights.scale, weights.block) == (scale, block)
    assert (weights.area * np.int64(scale)).tolist() == area


@pytest.mark.parametrize("engine", [compiled, vectorised], ids=["compiled", "vectorised"])
def test_of_many_ballots_the_last_that_may_change_stands(engine, monkeypatch):
    """So many that a sort which does not keep their order shows."""
    monkeypatch.setattr(kernel, "_engine", lambda _answers: engine)
    ballots = 300
    offsets, codes = np.arange(ballots + 1), np.arange(ballots, dtype=np.int32) % 3
    for changes in range(5):
        holder = np.full(3, ballots, dtype=np.int32)
        kernel.fill(offsets, codes, np.zeros(ballots, dtype=bool), changes, holder)
        assert holder.tolist() == [3 * changes, 3 * changes + 1, 3 * changes + 2]


def test_areas_that_leave_64_bits_are_refused():
    with pytest.raises(TallyError, match=r"^面积合计超出可精确计算的范围$"):
        Weights.of(np.full(3, 2**62, dtype=np.int64))

    assert Weights.of(np.array([2**62, 2**62 - 2, 1], dtype=np.int64)).block == 0


@settings(max_examples=2 * USUAL, deadline=None)
@given(data=st.data(), changes=st.sampled_from([0, None, 1, 2]))
def test_engines_find_the_same_ballots(data, changes):
    units = data.draw(st.integers(1, 6))
    unit = st.integers(0, units - 1)
    cast = data.draw(st.lists(st.lists(unit, min_size=1, max_size=3, unique=True), max_size=12))
    void = data.draw(arrays.arrays(np.bool_, len(cast)))
    offsets = np.cumsum([0, *map(len, cast)], dtype=np.int64)
    codes = np.array([code for one in cast for code in one], dtype=np.int32)

    expected = []
    for code in range(units):
        valid = [place for place, one in enumerate(cast) if code in one and not void[place]]
        lasting = valid if changes is None else valid[: changes + 1]
        expected.append(lasting[-1] if lasting else len(cast))
    for engine in (compiled, vectorised):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel, "_engine", lambda _answers, engine=engine: engine)
            holder = np.full(units, len(cast), dtype=np.int32)
            kernel.fill(offsets, codes, void, changes, holder)
            assert holder.tolist() == expected


@settings(max_examples=USUAL, deadline=None)
@given(data=st.data())
def test_engines_spread_and_see_alike(data):
    rows = data.draw(arrays.arrays(np.uint8, (3, 9)))
    held = data.draw(arrays.arrays(np.int32, 20, elements=st.integers(0, 8)))
    found = []
    for engine in (compiled, vectorised):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel, "_engine", lambda _answers, engine=engine: engine)
            found.append((kernel.spread(rows, held).tolist(), kernel.seen(rows).tolist()))

    assert found[0] == found[1]
    assert found[0][0] == rows[:, held].tolist()
    assert [np.flatnonzero(row).tolist() for row in found[0][1]] == [
        sorted(set(row)) for row in rows.tolist()
    ]


@pytest.mark.parametrize("lost", ["ImportError", "RuntimeError"])
def test_without_a_compiler_the_count_goes_on(lost):
    """No compiled engine for this platform, or nowhere to keep what was compiled."""
    program = f"""
import sys
class Lost:
    def find_spec(self, name, *_):
        if name == "numba":
            raise {lost}("no locator available")
sys.meta_path.insert(0, Lost())
import numpy as np
from tally import kernel, vectorised
assert not kernel.warm()
assert kernel._engine(10**9) is vectorised
assert kernel.spread(np.eye(2, dtype=np.uint8), np.array([1, 0, 1], np.int32)).tolist() == [
    [0, 1, 0], [1, 0, 1]]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_small_votes_do_not_wait_for_the_compiler():
    program = """
import sys
import tally.count
from tally import kernel, vectorised
assert kernel._engine(1_000) is vectorised and "numba" not in sys.modules
assert kernel.warm() and kernel._engine(1) is kernel._engine(10**9) is not vectorised
from tally import compiled

for loop in (compiled.first_ballots, compiled.last_ballots, compiled.ballots_with_changes,
             compiled.spread, compiled.mark_seen, compiled.measure_narrow, compiled.measure_wide):
    assert loop.signatures
"""
    subprocess.run([sys.executable, "-c", program], check=True)
