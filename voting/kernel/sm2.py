"""SM2 signature verification with SM3 and the default signer id (GB/T 32918.2, GM/T 0003.2).

The arithmetic of points is fastecdsa's, a maintained wheel that knows any curve; the equation of
the standard stands here. Only integers that were checked reach the library: nothing a stranger
sends can make it fail. Wheels that know SM2 as a whole print to stderr for every wrong signature,
and so stop the process when nobody reads it, or abort it, or are bundled with an old libcrypto.
"""

from cryptography.hazmat.primitives import hashes
from fastecdsa.rust import Curve, Point

_PRIME = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _PRIME - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_BASE_X = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
_BASE_Y = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
_CURVE = Curve("sm2p256v1", _PRIME, _A, _B, _ORDER, _BASE_X, _BASE_Y)
SIGNER_ID = b"1234567812345678"
"""The id of every signer who has agreed on no other (GM/T 0009)."""


class PublicKey:
    """A point of the curve that is not the point at infinity.

    Parameters
    ----------
    x, y
        Affine coordinates. The curve has prime order, so that every such point is a sound key.
    signer_id
        The name the signature is bound to.

    Raises
    ------
    ValueError
        The two numbers are no point of the curve.
    """

    def __init__(self, x: int, y: int, signer_id: bytes = SIGNER_ID) -> None:
        if not (0 <= x < _PRIME and 0 <= y < _PRIME):
            raise ValueError("coordinates beyond the prime")
        if (y * y - (x * x + _A) * x - _B) % _PRIME:
            raise ValueError("the equation of the curve does not hold")
        self._point = Point(x, y, _CURVE)
        entitled = len(signer_id) * 8
        numbers = (_A, _B, _BASE_X, _BASE_Y, x, y)
        self._z = _sm3(entitled.to_bytes(2) + signer_id + b"".join(map(_32_bytes, numbers)))

    def verifies(self, r: int, s: int, message: bytes) -> bool:
        """Whether ``(r, s)`` is this key's signature over ``message``."""
        if not (0 < r < _ORDER and 0 < s < _ORDER):
            return False
        t = (r + s) % _ORDER
        if t == 0:
            return False
        e = int.from_bytes(_sm3(self._z + message))
        point = (_CURVE.G * s + self._point * t).normalize()
        # A signer can choose s so that the sum is the point at infinity, which has no x.
        return point.z != 0 and (e + point.x) % _ORDER == r


def _32_bytes(number: int) -> bytes:
    return number.to_bytes(32)


def _sm3(data: bytes) -> bytes:
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()
