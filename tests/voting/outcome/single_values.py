"""Each value in a document, and what may be put in its place."""

ODD = [None, True, False, 0, 1, -1, 7, 2**53 - 1, "", "0", "x", "é" * 3, [], {}, [0], {"x": 0}]
ODD += ["0" * 64, "2026-03-20T00:00:00Z", "approve", "abstain"]


UNDECIDING = {"depends_on", "flip", "variants"}
"""What the second verifier does not compute, as it says; nor what a policy used means in words."""


def places(value, way=()):
    """Every place in a JSON value, by the keys that lead there."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            if key not in UNDECIDING and way[-2:-1] != ("used_policies",):
                yield from places(value[key], (*way, key))
