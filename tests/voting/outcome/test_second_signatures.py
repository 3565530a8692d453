"""SM2 in the second verifier, by arithmetic of its own: known answers, and keys that are none."""

import json
from pathlib import Path

import pytest

from tests.sm2_signer import HEAD, N, P, SM2Signer
from tests.voting.outcome.both import second

KERNEL = Path(__file__).parents[1] / "kernel"
CASES = [
    case
    for case in json.loads((KERNEL / "sm2-cases.json").read_text())
    if case["uid"] == "1234567812345678"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_gives_the_known_answers(case):
    key = second.load_key(HEAD + bytes.fromhex(case["x"] + case["y"]))
    der, message = bytes.fromhex(case["der"]), bytes.fromhex(case["m"])
    if case["exp"]:
        second.require_signed(key, der, message)
    else:
        with pytest.raises(second.Wrong):
            second.require_signed(key, der, message)


@pytest.mark.parametrize("secret", [1, 2, N - 2])
def test_it_takes_what_keys_at_the_edges_sign_and_nothing_else(secret):
    signer = SM2Signer(secret)
    key = second.load_key(signer.spki)
    second.require_signed(key, signer.sign(b"a"), b"a")
    for signature, message in ((signer.sign(b"a"), b"b"), (b"", b"a"), (b"0" * 70, b"a")):
        with pytest.raises(second.Wrong):
            second.require_signed(key, signature, message)


@pytest.mark.parametrize("point", [(0, 0), (P, 1), (1, P), (1, 1)])
def test_what_is_no_point_is_no_key(point):
    x, y = point
    with pytest.raises(second.Wrong):
        second.load_key(HEAD + x.to_bytes(32) + y.to_bytes(32))
