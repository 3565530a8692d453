"""What both verifiers are asked about SM2: points, keys beyond the prime, numbers at the edges.

No message hashes to the digest that a signature with r = 0 would need. Here the digest is told, so
that each number that may not be there is one for which everything else holds.
"""

from collections.abc import Iterator
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.sm2_signer import HEAD, A, B, G, N, P, SM2Signer, add, times
from tests.voting.outcome.both import second
from voting.kernel import sm2, suites

LOW = 0x9C17043EFFE1A805A74A9A5E70B9D659705D3242094A566DC016F49311178D1F
"""The x of the point whose y is 1."""


def subjects() -> Iterator[tuple]:
    """Yield subject, how each verifier answers, and the cases."""
    yield "SM2 key", _loaded, _loaded_again, _keys()
    yield "SM2 point", add, _added, _points()
    yield "SM2 equation", _holds, _holds_again, _equations()


def _loaded(spki):
    suites.load_key(spki)


def _loaded_again(spki):
    second.load_key(spki)


def _added(one, other):
    return second.SM2Key.add(second.SM2Key, one, other)


def _holds(secret, r, s, digest):
    with mock.patch.object(sm2, "_sm3", return_value=digest.to_bytes(32)):
        suites.load_key(SM2Signer(secret).spki).verify(encode_dss_signature(r, s), b"")


def _holds_again(secret, r, s, digest):
    with mock.patch.object(second.SM2Key, "sm3", return_value=digest.to_bytes(32)):
        key = second.load_key(SM2Signer(secret).spki)
        second.require_signed(key, encode_dss_signature(r, s), b"")


def _keys():
    sound = [(x, _root((x * x + A) * x + B)) for x in (0, 1, 7)] + [(LOW, 1)]
    for x, y in sound:
        yield _spki(x, y)
        yield _spki(x, P - y)
    # The same points once more, by numbers that are not below the prime.
    yield from (_spki(x + P, y) for x, y in sound[:3])
    yield _spki(LOW, 1 + P)
    x, y = sound[1]
    yield HEAD + b"\0" + _spki(x, y)[len(HEAD) :]
    yield _spki(x, y)[: len(HEAD)] + _spki(x, y)
    yield _spki(x, y)[:-1]


def _spki(x, y):
    return HEAD + x.to_bytes(32) + y.to_bytes(32)


def _root(square):
    """A square root modulo the prime, which leaves 3 when divided by 4."""
    root = pow(square, (P + 1) // 4, P)
    assert (root * root - square) % P == 0
    return root


def _points():
    """Pairs alike, opposite, with infinity, and of one height but not one place."""
    held = [None, *(times(number, G) for number in (1, 2, 3, N - 1, N - 2))]
    for one in held:
        for other in held:
            yield one, other
    for number in range(2, 40):
        x, y = times(number, G)
        across = (-3 * x * x - 4 * A) % P
        if pow(across, (P - 1) // 2, P) == 1:
            elsewhere = (_root(across) - x) * pow(2, -1, P) % P
            assert (y * y - (elsewhere * elsewhere + A) * elsewhere - B) % P == 0
            yield (x, y), (elsewhere, P - y)
            yield (x, y), (elsewhere, y)


def _equations():
    """Secret, r, s and the digest for which the equation holds."""
    for secret in (1, 2, 12345):
        for r, s in (
            (0, 5), (1, 5), (2, 5), (N - 1, 5), (N, 5), (N + 7, 5), (5, 0), (5, 1), (5, 2),
            (5, N - 1), (5, N), (5, N + 7), (1, 1), (0, 0), (N, N), (5, N - 5), (1, N - 1),
            (N - 1, 1),
        ):  # fmt: skip
            point = times((s + (r + s) * secret) % N, G)
            yield secret, r, s, (r - point[0] if point else r) % N
            yield secret, r, s, (r + 1 - point[0] if point else r + 1) % N
        # Whoever holds the key can make the sum the point at infinity, which has no x.
        for t in (1, 7):
            s = -t * secret % N
            yield secret, (t - s) % N, s, (t - s) % N
            yield secret, (t - s) % N, s, 0
