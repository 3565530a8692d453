"""A run of the tests is repeatable: see the profile in :mod:`tests.conftest`."""

import importlib

from hypothesis import given, settings
from hypothesis import strategies as st


def drawn():
    numbers = []

    @settings(max_examples=300)
    @given(st.integers())
    def look(number):
        numbers.append(number)

    look()
    return numbers


def test_the_same_examples_are_drawn_whatever_else_was_imported(tmp_path, monkeypatch):
    """Hypothesis would also try the numbers that stand in the program's own modules."""
    before = drawn()
    numbers = ", ".join(str(10**12 + 7919 * number) for number in range(500))
    (tmp_path / "imported_since.py").write_text(f"NUMBERS = [{numbers}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("imported_since")

    assert drawn() == before
