"""Both verifiers of bundles at once: every bundle in the tests has to be told the same by both."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from voting.outcome import verify
from voting.outcome.bundle import Level

SECOND = Path(__file__).parents[3] / "docs" / "verify_bundle.py"


def load_second():
    """Load the second verifier from its file, once, under the name that its path gives it."""
    name = "docs.verify_bundle"
    if name not in sys.modules:
        spec = spec_from_file_location(name, SECOND)
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


second = load_second()
UNNAMED = (Level.PUBLIC, Level.SUPERVISED)
"""The levels of bundles that hold no names, not even sealed."""


def verify_bundle(data):
    """Run the product's verifier, and let the second one find the same checks failing."""
    findings = verify.verify_bundle(data)
    told = second.verify(data)
    ours = {each.number: each.problems for each in findings if each.problems}
    theirs = {number: problems for number, _, problems in told if problems}
    assert ours.keys() == theirs.keys(), (ours, theirs)
    performed = [(each.number, each.performed) for each in findings]
    assert performed == [(number, problems is not None) for number, _, problems in told]
    return findings
