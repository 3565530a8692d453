"""Both verifiers of bundles at once: every bundle in the tests has to be told the same by both."""

import runpy
from pathlib import Path

from voting.outcome import verify

SECOND = Path(__file__).parents[3] / "docs" / "verify_bundle.py"
_verify = runpy.run_path(str(SECOND))["verify"]


def verify_bundle(data):
    """Run the product's verifier, and let the second one find the same checks failing."""
    findings = verify.verify_bundle(data)
    second = _verify(data)

    def told(rows):
        return {number: problems for number, _, problems in rows if problems}

    first = [
        (each.number, each.title, each.problems if each.performed else None) for each in findings
    ]
    ours, theirs = told(first), told(second)
    assert ours.keys() == theirs.keys(), (ours, theirs)
    assert [(n, p is None) for n, _, p in first] == [(n, p is None) for n, _, p in second]
    return findings
