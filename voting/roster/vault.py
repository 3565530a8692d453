"""Identity data at rest: encrypted for reading, keyed digests for looking up.

A bare hash of an identity number falls to trying all of them in seconds; an HMAC under a key
that is not in the database does not (DESIGN decision: personal data, PIPL art. 51).
"""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Vault:
    """Seals personal data and computes the indexes under which it is found again.

    Parameters
    ----------
    encryption_key, index_key
        32 bytes each, kept outside the database.
    """

    def __init__(self, encryption_key: bytes, index_key: bytes) -> None:
        self._aead = AESGCM(encryption_key)
        self._index_key = index_key

    def seal(self, data: bytes, context: bytes) -> bytes:
        """Encrypt with AES-256-GCM, bound to where it is stored by ``context``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, data, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt what :meth:`seal` gave.

        Raises
        ------
        cryptography.exceptions.InvalidTag
            Altered, moved to another place, or sealed under another key.
        """
        return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)

    def index(self, purpose: str, text: str) -> bytes:
        """Blind index of a value: equal values give equal indexes, within one purpose only.

        The value comes as :mod:`voting.roster.spelling` writes it, or it will not be found.
        """
        message = f"{purpose}\0{text}".encode()
        return hmac.digest(self._index_key, message, hashlib.sha256)
