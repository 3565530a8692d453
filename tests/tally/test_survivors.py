"""The list of explained survivors keeps up with the code."""

from pathlib import Path

import tally
from tests.mutants import explanations


def test_every_explained_line_still_stands():
    for (function, was, now), why in explanations().items():
        module = Path(tally.__file__).with_name(f"{function.split('.')[1]}.py")
        source = " ".join(line.strip() for line in module.read_text(encoding="utf-8").splitlines())
        assert was in source, function
        assert was != now
        assert why
