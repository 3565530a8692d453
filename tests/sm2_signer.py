"""Signing with SM2, written plainly from GM/T 0003.2: slow, and only for tests."""

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A, B = P - 3, 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


def sm3(data):
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()


def add(one, other):
    """Sum of two points in affine coordinates; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(number, point):
    total = None
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


class SM2Signer:
    """A private key."""

    def __init__(self, d=None):
        self.d = secrets.randbelow(N - 2) + 1 if d is None else d
        self.x, self.y = times(self.d, G)
        self.spki = HEAD + self.x.to_bytes(32) + self.y.to_bytes(32)

    def e(self, message, signer_id=b"1234567812345678"):
        numbers = (A, B, *G, self.x, self.y)
        z = sm3(
            (8 * len(signer_id)).to_bytes(2)
            + signer_id
            + b"".join(number.to_bytes(32) for number in numbers)
        )
        return int.from_bytes(sm3(z + message))

    def pair(self, message, signer_id=b"1234567812345678"):
        while True:
            k = secrets.randbelow(N - 1) + 1
            r = (self.e(message, signer_id) + times(k, G)[0]) % N
            s = pow(1 + self.d, -1, N) * (k - r * self.d) % N
            if r and s and r + k != N:
                return r, s

    def sign(self, message, signer_id=b"1234567812345678"):
        return encode_dss_signature(*self.pair(message, signer_id))
