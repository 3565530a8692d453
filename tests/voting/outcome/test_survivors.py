"""The list of explained survivors keeps up with the verifiers' code."""

from tests.verifier_mutants import all_changes, explanations


def test_every_explained_change_can_still_be_made():
    known = {
        (f"{name}.{change.function}", change.was, change.now) for name, change in all_changes()
    }
    listed = explanations()
    assert listed
    assert listed.keys() <= known
    assert all(listed.values())
